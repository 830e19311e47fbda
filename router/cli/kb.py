"""`jieli kb`: bring entries in and out, publish them, and look at what is live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import click

from knowledge_base.conditions import Vocabulary
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError, NotAnExport
from knowledge_base.excel import SheetProblem, write_workbook
from knowledge_base.files import FileProblem, read_folder, write_folder
from knowledge_base.releases import (
    Release,
    Revision,
    render,
)
from knowledge_base.saving import preview
from knowledge_base.store import KnowledgeStore, SaveReport
from knowledge_base.training import export as export_training
from router.cli.kb_editing import EDITING
from router.cli.kb_reading import READING, chosen
from router.cli.knowledge import (
    AUTHOR,
    DATA,
    JSON,
    VOCABULARY,
    Access,
    Refusing,
    as_json,
    tell,
)
from router.desk.knowledge.exchange import read

EXCEL = ".xlsx"
SOURCE = click.Path(path_type=Path)


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
@click.argument("source", type=SOURCE, default=DATA / "knowledge")
@AUTHOR
@click.option("--reason", default="import", show_default=True, help="Why, for the history.")
@click.option("--remove-missing", is_flag=True, help="Remove entries the source does not have.")
@click.option("--check", is_flag=True, help="Only show problems and changes; save nothing.")
@click.option("--publish", "note", help="Publish at once, with this note.")
@JSON
@click.pass_obj
def import_(
    access: Access,
    source: Path,
    author: str,
    reason: str,
    remove_missing: bool,
    check: bool,
    note: str | None,
    json_out: bool,
) -> None:
    """Save the entries of SOURCE, a folder or file of YAML or an .xlsx file; all or none."""
    saved = _saved(access, check)
    entries, problems = _read(source, access.vocabulary(), {} if remove_missing else saved or {})
    if problems:
        _refuse(problems, json_out)
    if check:
        _tell_check(entries, saved, remove_missing, json_out)
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
    for key in report.overtaken:
        click.echo(f"{key} has an undecided edit that does not know of this.")
    if release:
        click.echo(f"Release {release.number} is live.")


def _saved(access: Access, check: bool) -> Mapping[str, Revision] | None:
    try:
        return access.run(lambda store: store.head())
    except KnowledgeError as error:
        if not check:
            raise
        click.echo(f"No preview: {error}", err=True)
        return None


def _read(
    source: Path, vocabulary: Vocabulary, saved: Mapping[str, Revision]
) -> tuple[list[Entry], Sequence[FileProblem | SheetProblem]]:
    others = [one.entry for one in saved.values()]
    if source.is_file() or source.suffix.lower() == EXCEL:
        return read(source, vocabulary, others)
    return read_folder(source, vocabulary, others)


def _tell_check(
    entries: Sequence[Entry],
    saved: Mapping[str, Revision] | None,
    remove_missing: bool,
    json_out: bool,
) -> None:
    change = None if saved is None else preview(saved, entries, remove_missing=remove_missing)
    if json_out:
        as_json({"entries": len(entries), "problems": [], "changes": change})
        return
    if change is not None:
        click.echo(render(change))
    click.echo(f"{len(entries)} entries, ok.")


def _refuse(problems: Sequence[FileProblem | SheetProblem], json_out: bool) -> NoReturn:
    if json_out:
        as_json({"problems": problems})
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(f"{len(problems)} problem(s); nothing was saved.", err=True)
    raise SystemExit(1)


@kb.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--release", "number", type=int, help="This release, not the saved entries.")
@click.option("--rasa", is_flag=True, help="Write Rasa training data of a release (live or given).")
@JSON
@click.pass_obj
def export(access: Access, target: Path, number: int | None, rasa: bool, json_out: bool) -> None:
    """Write the entries to TARGET: a folder of YAML, one file a category, or an .xlsx file."""
    if target.is_file() and target.suffix.lower() != EXCEL:
        raise NotAnExport(str(target))
    if rasa:
        release = access.run(lambda store: _release_or_live(store, number))
        written = sorted(export_training(release, target).iterdir())
    else:
        entries = tuple(one.entry for one in access.run(lambda s: chosen(s, number)).values())
        if target.suffix.lower() == EXCEL:
            written = [write_workbook(entries, target)]
        else:
            written = write_folder(entries, target, access.vocabulary())
    files = [str(file) for file in written]
    tell({"files": files}, "\n".join(files), json_out)


async def _release_or_live(store: KnowledgeStore, number: int | None) -> Release:
    release = await store.live() if number is None else await store.release(number)
    if release is None:
        raise KnowledgeError("nothing_live", "No release is live.", "Publish one first.")
    return release


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


for _command in (*READING, *EDITING):
    kb.add_command(_command)
