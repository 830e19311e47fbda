"""`jieli kb`: bring entries in and out, publish them, and look at what is live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click
from rich.table import Table
from rich.text import Text

from knowledge_base.entries import Answer, Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.files import FileProblem, read_folder, write_folder
from knowledge_base.releases import Release, ReleaseDiff, Revision, diff, render
from knowledge_base.store import KnowledgeStore, SaveReport
from knowledge_base.training import export as export_training
from router.cli.knowledge import (
    AUTHOR,
    DATA,
    FOLDER,
    JSON,
    VOCABULARY,
    Access,
    Refusing,
    as_json,
    local,
    show_table,
    tell,
)


@click.group(cls=Refusing)
@click.option("--database", "url", hidden=True, help="URL of a database, for tests.")
@click.option(
    "--vocabulary",
    type=click.Path(path_type=Path, dir_okay=False),
    default=VOCABULARY,
    show_default="data/shop/vocabulary.yml",
    help="The values the shop allows in conditions.",
)
@click.pass_context
def kb(ctx: click.Context, url: str | None, vocabulary: Path) -> None:
    """Bring knowledge in and out, publish it and look at what is live."""
    ctx.obj = Access(url, vocabulary)


@kb.command("import")
@click.argument("folder", type=FOLDER, default=DATA / "knowledge")
@AUTHOR
@click.option("--reason", default="import", show_default=True, help="Why, for the history.")
@click.option("--remove-missing", is_flag=True, help="Remove entries the folder does not have.")
@click.option("--check", is_flag=True, help="Only look for problems; save nothing.")
@click.option("--publish", "note", help="Publish at once, with this note.")
@JSON
@click.pass_obj
def import_(
    access: Access,
    folder: Path,
    author: str,
    reason: str,
    remove_missing: bool,
    check: bool,
    note: str | None,
    json_out: bool,
) -> None:
    """Save the entries of a FOLDER of YAML; with any problem nothing is saved."""
    entries, problems = read_folder(folder, access.vocabulary())
    if problems:
        _refuse(problems, json_out)
    if check:
        tell({"entries": len(entries), "problems": []}, f"{len(entries)} entries, ok.", json_out)
        return

    async def save(store: KnowledgeStore) -> tuple[SaveReport, Release | None]:
        now = dt.datetime.now(dt.UTC)
        report = await store.save_all(
            entries, author=author, reason=reason, at=now, remove_missing=remove_missing
        )
        if note is None:
            return report, None
        return report, await store.publish(author=author, note=note, at=now)

    report, release = access.run(save)
    if json_out:
        as_json({"saved": report, "release": release.number if release else None})
        return
    for name in ("added", "changed", "unchanged", "removed"):
        click.echo(f"{name:>9}  {len(getattr(report, name))}")
    if release:
        click.echo(f"Release {release.number} is live.")


def _refuse(problems: list[FileProblem], json_out: bool) -> NoReturn:
    if json_out:
        as_json({"problems": problems})
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(f"{len(problems)} problem(s); nothing was saved.", err=True)
    raise SystemExit(1)


@kb.command()
@click.argument("folder", type=FOLDER)
@click.option("--release", "number", type=int, help="This release, not the saved entries.")
@click.option("--rasa", is_flag=True, help="Write Rasa training data of a release (live or given).")
@JSON
@click.pass_obj
def export(access: Access, folder: Path, number: int | None, rasa: bool, json_out: bool) -> None:
    """Write the entries to a FOLDER of YAML, one file a category."""
    if rasa:
        release = access.run(lambda store: _release_or_live(store, number))
        written = sorted(export_training(release, folder).iterdir())
    else:
        entries = tuple(one.entry for one in access.run(lambda s: _chosen(s, number)).values())
        written = write_folder(entries, folder, access.vocabulary())
    files = [str(file) for file in written]
    tell({"files": files}, "\n".join(files), json_out)


async def _chosen(store: KnowledgeStore, number: int | None) -> Mapping[str, Revision]:
    return await store.head() if number is None else (await store.release(number)).revisions


async def _release_or_live(store: KnowledgeStore, number: int | None) -> Release:
    release = await store.live() if number is None else await store.release(number)
    if release is None:
        raise KnowledgeError("nothing_live", "No release is live.", "Publish one first.")
    return release


@kb.command("list")
@click.option("--category", help="Only this category.")
@click.option("--release", "number", type=int, help="Of this release, not the saved entries.")
@JSON
@click.pass_obj
def list_(access: Access, category: str | None, number: int | None, json_out: bool) -> None:
    """List the entries."""
    found = [
        one
        for one in access.run(lambda store: _chosen(store, number)).values()
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


@kb.command()
@click.argument("key")
@JSON
@click.pass_obj
def show(access: Access, key: str, json_out: bool) -> None:
    """Show the entry KEY as it is saved, and its history."""
    history, head = access.run(lambda store: _both(store, key))
    current = head.get(key)
    if json_out:
        as_json({"entry": current.entry if current else None, "history": history})
        return
    if current is None:
        click.echo(f"{key} was removed.")
    else:
        _show_entry(current.entry)
    table = Table("rev", "when", "by", "state", "reason", title="history")
    for one in history:
        state = "removed" if one.removal else one.state.value
        table.add_row(str(one.number), local(one.at), Text(one.author), state, Text(one.reason))
    show_table(table)


async def _both(store: KnowledgeStore, key: str) -> tuple[list[Revision], Mapping[str, Revision]]:
    return await store.history(key), await store.head()


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


@kb.command("diff")
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


@kb.command()
@click.option("--note", required=True, help="What is new, for the list of releases.")
@AUTHOR
@JSON
@click.pass_obj
def publish(access: Access, note: str, author: str, json_out: bool) -> None:
    """Make the saved entries the next release and put it live."""
    now = dt.datetime.now(dt.UTC)
    release = access.run(lambda store: store.publish(author=author, note=note, at=now))
    _tell_live(release, json_out)


@kb.command()
@click.argument("to", type=int, required=False)
@AUTHOR
@JSON
@click.pass_obj
def rollback(access: Access, to: int | None, author: str, json_out: bool) -> None:
    """Put release TO live again, or the one before the live one."""
    now = dt.datetime.now(dt.UTC)
    release = access.run(lambda store: store.roll_back(to, author=author, at=now))
    _tell_live(release, json_out)


def _tell_live(release: Release, json_out: bool) -> None:
    tell(
        {"release": release.number, "entries": len(release.revisions)},
        f"Release {release.number} is live with {len(release.revisions)} entries.",
        json_out,
    )


@kb.command()
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
