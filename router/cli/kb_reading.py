"""The commands of `jieli kb` that only look: entries, histories, releases, dates, search."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import click
from rich.table import Table
from rich.text import Text

from knowledge_base.dates import due
from knowledge_base.editing import RevisionStory
from knowledge_base.entries import Answer, Entry
from knowledge_base.releases import ReleaseDiff, Revision, RevisionState, diff, render
from knowledge_base.store import KnowledgeStore
from router.cli.context import settings
from router.cli.knowledge import JSON, Access, as_json, local, show_table, tell


async def chosen(store: KnowledgeStore, number: int | None) -> Mapping[str, Revision]:
    """Give the saved entries, or those of a release."""
    return await store.head() if number is None else (await store.release(number)).revisions


@click.command("list")
@click.option("--category", help="Only this category.")
@click.option("--release", "number", type=int, help="Of this release, not the saved entries.")
@JSON
@click.pass_obj
def list_(access: Access, category: str | None, number: int | None, json_out: bool) -> None:
    """List the entries."""
    found = [
        one
        for one in access.run(lambda store: chosen(store, number)).values()
        if category in (None, one.entry.category)
    ]
    if json_out:
        as_json([_line(one) for one in found])
        return
    table = Table("key", "title", "category", "phrasings", "answers", "rev", "by", "review")
    for one in found:
        entry = one.entry
        table.add_row(
            entry.key,
            Text(entry.title + (" (human only)" if entry.human_only else "")),
            Text(entry.category),
            str(len(entry.phrasings)),
            str(len(entry.answers)),
            str(one.number),
            Text(one.author),
            str(entry.review_on or ""),
        )
    show_table(table)
    click.echo(f"{len(found)} entries.")


def _line(one: Revision) -> dict[str, object]:
    entry = one.entry
    return {
        "key": entry.key,
        "title": entry.title,
        "category": entry.category,
        "phrasings": len(entry.phrasings),
        "answers": len(entry.answers),
        "human_only": entry.human_only,
        "revision": one.number,
        "author": one.author,
        "at": one.at,
        "review_on": entry.review_on,
    }


@click.command()
@click.argument("key")
@JSON
@click.pass_obj
def show(access: Access, key: str, json_out: bool) -> None:
    """Show the entry KEY as it is saved, and its history."""
    stories, head = access.run(lambda store: _both(store, key))
    history = [story.revision for story in stories]
    current = head.get(key)
    if json_out:
        entry = current.entry if current else None
        as_json({"entry": entry, "history": history, "stories": stories})
        return
    if current is None:
        removed = any(one.removal and one.state is RevisionState.APPROVED for one in history)
        click.echo(f"{key} was removed." if removed else f"{key} is not approved yet.")
    else:
        _show_entry(current.entry)
    _show_history(stories)


def _show_history(stories: Sequence[RevisionStory]) -> None:
    table = Table("rev", "when", "by", "state", "reason", "releases", title="history")
    for story in stories:
        one = story.revision
        state = f"{one.state} (removal)" if one.removal else one.state.value
        held = ", ".join(map(str, story.releases)) + (" live" if story.live else "")
        table.add_row(
            str(one.number), local(one.at), Text(one.author), state, Text(one.reason), held
        )
        for move in story.moves:
            table.add_row("", local(move.at), Text(move.author), f"→ {move.state}", move.reason)
    show_table(table)


async def _both(
    store: KnowledgeStore, key: str
) -> tuple[list[RevisionStory], Mapping[str, Revision]]:
    return await store.stories(key), await store.head()


def _show_entry(entry: Entry) -> None:
    click.echo(f"{entry.key}  {entry.title}  [{entry.category}]")
    if entry.human_only:
        click.echo("A human must answer.")
    if entry.valid_from or entry.valid_until:
        click.echo(f"Valid {entry.valid_from or '...'} to {entry.valid_until or '...'}.")
    for answer in entry.answers:
        _show_answer(answer)
    click.echo("\nphrasings")
    for phrasing in entry.phrasings:
        click.echo(f"  {phrasing}")
    for phrasing in entry.negative_phrasings:
        click.echo(f"  not: {phrasing}")


def _show_answer(answer: Answer) -> None:
    click.echo(f"\nanswer [{answer.condition}]")
    for line in answer.text.splitlines():
        click.echo(f"  {line}")
    for button in answer.buttons:
        click.echo(f"  ({button.title})")


@click.command("diff")
@click.argument("before", type=int, required=False)
@click.argument("after", type=int, required=False)
@JSON
@click.pass_obj
def diff_(access: Access, before: int | None, after: int | None, json_out: bool) -> None:
    """Show what changes from release BEFORE to AFTER; live to saved when not given."""

    async def compare(store: KnowledgeStore) -> ReleaseDiff:
        old = await store.live() if before is None else await store.release(before)
        new = await store.head() if after is None else await store.release(after)
        return diff(old, new)

    difference = access.run(compare)
    tell(difference, render(difference), json_out)


@click.command()
@JSON
@click.pass_obj
def releases(access: Access, json_out: bool) -> None:
    """List the releases, newest first."""
    found = access.run(lambda store: store.releases())
    if json_out:
        as_json(found)
        return
    table = Table("release", "when", "by", "note", "entries", "+", "~", "-", "live")
    for one in found:
        counts = (str(count) for count in (one.entries, one.added, one.changed, one.removed))
        live = "live" if one.live else ""
        table.add_row(
            str(one.number),
            local(one.published_at),
            Text(one.author),
            Text(one.note),
            *counts,
            live,
        )
    show_table(table)


@click.command("due")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Not today but this day.")
@JSON
@click.pass_obj
def due_(access: Access, day: dt.datetime | None, json_out: bool) -> None:
    """List the entries past their dates, or soon to be."""
    on = day.date() if day else dt.datetime.now(dt.UTC).astimezone(settings().zone).date()
    head = access.run(lambda store: store.head())
    found = due((one.entry for one in head.values()), on)
    if json_out:
        as_json([{"key": one.entry.key, "kind": one.kind, "day": one.day} for one in found])
        return
    table = Table("what", "day", "key", "title", "owner")
    for one in found:
        owner = Text(one.entry.owner or "")
        table.add_row(one.kind, str(one.day), one.entry.key, Text(one.entry.title), owner)
    show_table(table)
    click.echo(f"{len(found)} due.")


@click.command()
@click.argument("query")
@click.option("--limit", default=20, show_default=True, help="At most this many.")
@JSON
@click.pass_obj
def search(access: Access, query: str, limit: int, json_out: bool) -> None:
    """Find saved entries by words, characters, pinyin or key."""
    found = access.run(lambda store: store.search(query, limit))
    if json_out:
        as_json(found)
        return
    table = Table("key", "title", "where", "text")
    for hit in found:
        table.add_row(hit.key, Text(hit.title), hit.where, Text(hit.text))
    show_table(table)


READING = (list_, show, diff_, releases, due_, search)
