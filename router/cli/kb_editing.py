"""The commands of `jieli kb` for edits on their way to a release."""

from __future__ import annotations

import datetime as dt

import click
from rich.table import Table
from rich.text import Text

from knowledge_base.checks import Level, check_all
from knowledge_base.errors import KnowledgeError, UnknownEntry
from knowledge_base.nearness import Nearness
from knowledge_base.releases import Revision
from knowledge_base.store import KnowledgeStore
from router.cli.knowledge import AUTHOR, JSON, Access, as_json, local, show_table, tell

NUMBER = click.option("--revision", "number", type=int, help="Not the newest edit but this one.")


@click.command()
@JSON
@click.pass_obj
def drafts(access: Access, json_out: bool) -> None:
    """List the edits nobody has decided yet, the longest waiting first."""
    found = access.run(lambda store: store.open_edits())
    if json_out:
        as_json(found)
        return
    table = Table("key", "rev", "when", "by", "state", "reason", "overtaken by")
    for edit in found:
        one = edit.revision
        state = f"{one.state} (removal)" if one.removal else one.state.value
        table.add_row(
            one.entry.key,
            str(one.number),
            local(one.at),
            Text(one.author),
            state,
            Text(one.reason),
            str(edit.overtaken_by or ""),
        )
    show_table(table)
    click.echo(f"{len(found)} undecided.")


@click.command()
@click.argument("key")
@NUMBER
@click.option("--note", default="", help="For whoever reviews it.")
@AUTHOR
@JSON
@click.pass_obj
def submit(
    access: Access, key: str, number: int | None, note: str, author: str, json_out: bool
) -> None:
    """Ask for a review of the draft of KEY."""

    async def work(store: KnowledgeStore) -> Revision:
        chosen = await _chosen(store, key, number)
        return await store.submit(key, chosen, author=author, at=_now(), note=note)

    _tell_moved(access.run(work), json_out)


@click.command()
@click.argument("key")
@NUMBER
@click.option("--note", default="", help="For the history.")
@AUTHOR
@JSON
@click.pass_obj
def approve(
    access: Access, key: str, number: int | None, note: str, author: str, json_out: bool
) -> None:
    """Let the submitted edit of KEY into the next release."""

    async def work(store: KnowledgeStore) -> Revision:
        chosen = await _chosen(store, key, number)
        return await store.approve(key, chosen, author=author, at=_now(), note=note)

    _tell_moved(access.run(work), json_out)


@click.command()
@click.argument("key")
@NUMBER
@click.option("--reason", required=True, help="What has to change.")
@AUTHOR
@JSON
@click.pass_obj
def reject(
    access: Access, key: str, number: int | None, reason: str, author: str, json_out: bool
) -> None:
    """Turn the edit of KEY down."""

    async def work(store: KnowledgeStore) -> Revision:
        chosen = await _chosen(store, key, number)
        return await store.reject(key, chosen, author=author, at=_now(), reason=reason)

    _tell_moved(access.run(work), json_out)


@click.command()
@click.argument("keys", nargs=-1)
@JSON
@click.pass_obj
def check(access: Access, keys: tuple[str, ...], json_out: bool) -> None:
    """Show what is wrong or doubtful in the saved entries, all or those of KEYS."""
    head = access.run(lambda store: store.head())
    for key in keys:
        if key not in head:
            raise UnknownEntry(key)
    entries = [one.entry for one in head.values()]
    found = [
        finding
        for finding in check_all(entries, access.vocabulary(), Nearness(entries))
        if not keys or finding.problem.key in keys
    ]
    lines = [str(finding) for finding in found]
    wrong = sum(finding.level is Level.ERROR for finding in found)
    lines.append(f"{wrong} errors, {len(found) - wrong} warnings.")
    tell(found, "\n".join(lines), json_out)
    if wrong:
        raise SystemExit(1)


async def _chosen(store: KnowledgeStore, key: str, number: int | None) -> int:
    if number is not None:
        return number
    history = await store.history(key)
    undecided = [edit.revision for edit in await store.open_edits()]
    found = [one.number for one in history if one in undecided]
    if not found:
        raise KnowledgeError(
            "nothing_undecided", f"The entry {key!r} has no undecided edit.", "Save a draft first."
        )
    return found[0]


def _tell_moved(revision: Revision, json_out: bool) -> None:
    sentence = f"Revision {revision.number} of {revision.entry.key} is {revision.state} now."
    tell(revision, sentence, json_out)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


EDITING = (drafts, submit, approve, reject, check)
