"""`jieli retrain`: one run of the retraining, and what became of former ones."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
from pathlib import Path

import aiohttp
import click
import msgspec
from rich.console import Console
from sqlalchemy.exc import DBAPIError

from knowledge_base.database import Database
from knowledge_base.runs import RunGoesOn, RunState
from knowledge_base.runs_store import RunsStore
from router.cli.context import open_database
from router.cli.context import settings as read_settings
from router.cli.knowledge import AUTHOR, JSON, Refused, Refusing, as_json, show_table
from router.cli.retrain_tables import check_table, failing_table, phase_table, run_table, sentence
from router.cli.retrain_view import Lines, View, Words
from router.cli.up import house_of
from router.desk.knowledge.training import NoReport, run_row
from router.mood import train
from router.policy import InvalidPolicy, PolicyFile
from router.retrain.errors import in_words
from router.retrain.pipeline import Order, Outcome, ReadMood, Workshop, retrain
from router.retrain.report import encoded
from router.retrain.settings import InvalidGate, read_gate
from router.settings import ROOT, Settings, with_secrets
from router.wire_training import RunReport, RunRow

EXIT_FAILED = 1
EXIT_KEPT = 3
EXIT_GOES_ON = 4


@click.group("retrain", cls=Refusing, invoke_without_command=True)
@click.option("--run", "run_id", help="Do a run that was asked for, instead of a new one.")
@click.option("--release", type=click.IntRange(min=1), help="Of this release, not the live one.")
@click.option("--no-promote", is_flag=True, help="Only train and judge; nothing else serves.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as JSON here."
)
@click.option("--data", help="Folder of database, models and secrets; var by default.")
@AUTHOR
@JSON
@click.pass_context
def command(
    context: click.Context,
    run_id: str | None,
    release: int | None,
    no_promote: bool,
    out: Path | None,
    data: str | None,
    author: str,
    json_out: bool,
) -> None:
    """Train a model of the live release, judge it, and let it serve if it passes.

    The exit code is 0 when it serves, 3 when the gate kept the model before, 4 while another run
    goes on, and 1 when something failed.
    """
    if context.invoked_subcommand is not None:
        return
    order = Order(author, run=run_id, release=release, promote=not no_promote)
    settings = _settled(data)
    view: View = Lines() if json_out else Words(Console(soft_wrap=True, highlight=False))
    try:
        with view:
            outcome = asyncio.run(_until_stopped(settings, order, view))
    except RunGoesOn as error:
        raise _GoesOn(Refused(error).message) from error
    except (InvalidGate, InvalidPolicy) as error:
        raise click.ClickException(str(error)) from error
    except (DBAPIError, OSError) as error:
        hint = " (`jieli migrate` makes a database current)" if "no such" in str(error) else ""
        raise click.ClickException(in_words(error) + hint) from error
    if outcome is None:
        raise SystemExit(EXIT_FAILED)
    if out is not None and outcome.report is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(encoded(outcome.report))
    if json_out:
        click.echo(msgspec.json.encode(run_row(outcome.run)).decode())
    else:
        _show(outcome)
    raise SystemExit(_code(outcome, promote=order.promote))


@command.command("runs")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@JSON
def list_runs(limit: int, json_out: bool) -> None:
    """List the runs, newest first."""

    async def read() -> list[RunRow]:
        async with open_database() as database:
            runs = RunsStore(database)
            await runs.expire(_now())
            return [run_row(run) for run in await runs.runs(limit)]

    rows = asyncio.run(read())
    if json_out:
        as_json(rows)
    else:
        show_table(run_table(rows))


@command.command("show")
@click.argument("run")
@JSON
def show(run: str, json_out: bool) -> None:
    """Show a run's report."""

    async def read() -> bytes:
        async with open_database() as database:
            found = await RunsStore(database).report(run)
        if found is None:
            raise NoReport(run)
        return found

    kept = asyncio.run(read())
    if json_out:
        click.echo(kept.decode())
    else:
        _show_report(msgspec.json.decode(kept, type=RunReport))


class _GoesOn(click.ClickException):
    """Another run goes on."""

    exit_code = EXIT_GOES_ON


def _settled(data: str | None) -> Settings:
    given = read_settings(data=data)
    # The processes run in a folder of their own, so a relative one would be another there.
    return with_secrets(msgspec.structs.replace(given, data=str(given.folder.resolve())))


async def _until_stopped(settings: Settings, order: Order, view: View) -> Outcome | None:
    """Do the run; None when it was told to stop."""
    work = asyncio.create_task(_work(settings, order, view))
    loop = asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(which, work.cancel)
    await asyncio.wait([work])
    return None if work.cancelled() else work.result()


async def _work(settings: Settings, order: Order, view: View) -> Outcome:
    gate, rules = read_gate(settings.gate_path), PolicyFile(settings.policy_path).rules

    def load_mood() -> ReadMood:
        from router.evaluation.triggers import load_mood as load  # noqa: PLC0415 - spaCy is slow.

        folder = train(ROOT / "data" / "mood", settings.folder / "mood")
        return load(folder, rules.routing).read

    database = Database.open(settings.database_url)
    try:
        async with aiohttp.ClientSession() as http:
            workshop = Workshop(
                database=database,
                house=house_of(settings, 0, 0),
                bot_url=settings.bot_url,
                zone=settings.zone,
                rules=rules,
                gate=gate,
                http=http,
                load_mood=load_mood,
                now=_now,
                tell=view.tell,
            )
            return await retrain(workshop, order)
    finally:
        await database.close()


def _code(outcome: Outcome, *, promote: bool) -> int:
    match outcome.run.state:
        case RunState.PROMOTED:
            return 0
        case RunState.KEPT if not promote and outcome.report and outcome.report.passed:
            return 0
        case RunState.KEPT:
            return EXIT_KEPT
        case _:
            return EXIT_FAILED


def _show(outcome: Outcome) -> None:
    if outcome.report is not None:
        _show_report(outcome.report)
    else:
        show_table(phase_table(run_row(outcome.run)))
        click.echo(sentence(run_row(outcome.run)))


def _show_report(report: RunReport) -> None:
    show_table(phase_table(report.run))
    show_table(check_table(report.checks))
    for check in report.checks:
        if check.passed is False:
            show_table(failing_table(check))
    for proven, items in (("cured", report.cured), ("not cured", report.not_cured)):
        if items:
            click.echo(f"{len(items)} misses {proven}:")
            for item in items:
                click.echo(f"  {item.text} ({item.expected}): {item.note}")
    click.echo(sentence(report.run))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
