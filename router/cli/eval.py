"""`jieli eval`: how well the bot understands, what the triggers see, what the router decides."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import uuid
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import click
import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from knowledge_base.releases import Release
from router.bot_client import Bot
from router.cli.context import settings as read_settings
from router.cli.eval_page import page
from router.cli.eval_tables import answer_tables, intent_tables, trigger_tables
from router.cli.up import house_of
from router.evaluation import answers, intents, plots, triggers
from router.evaluation.rows import AnswerRow, CannotEvaluate, MoodRow, read_rows
from router.evaluation.running_bot import client_of, model_of, running_bot
from router.mood import MoodUnavailable, train
from router.mood.evaluate import TriggersReport
from router.policy import HouseRules, InvalidPolicy, PolicyFile
from router.settings import ROOT, Settings, with_secrets
from router.supervise.claims import Claimed, free_port
from router.supervise.console import Stream
from router.supervise.prepare import live_release

Result = TypeVar("Result")

ROWS = click.Path(path_type=Path, dir_okay=False, exists=True)
OUT = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON here."
)
PAGE = click.option(
    "--page",
    "place",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write figures and plots as one HTML file here.",
)
DATA = click.option("--data", help="Folder of database, models and secrets; var by default.")


@click.group("eval")
def evaluate() -> None:
    """Measure on rows of your own, JSON Lines; docs/understanding.md defines every figure."""


@evaluate.command("intents")
@click.option("--train", "train_on", type=ROWS, required=True, help='Rows {"text", "intent"}.')
@click.option("--test", type=ROWS, required=True, help="Rows of the same form to read.")
@click.option("--ood", type=ROWS, help='Rows {"text"} that belong to no trained intent.')
@click.option("--config", type=ROWS, help="Another pipeline than that of config.yml.")
@OUT
@PAGE
def intents_command(
    train_on: Path,
    test: Path,
    ood: Path | None,
    config: Path | None,
    out: Path | None,
    place: Path | None,
) -> None:
    """Train a pipeline on rows, and read others through the production path."""
    stream = Stream(Console(stderr=True, soft_wrap=True, highlight=False))

    async def measure() -> intents.IntentsReport:
        house = house_of(read_settings(), 0, 0)
        with stream.training("intents") as view:
            files = (train_on, test, ood)
            return await intents.measure(house.bot_python, ROOT, files, view, config)

    def work() -> intents.IntentsReport:
        intents.check_rows(train_on, test, ood)
        _ready_to_write(out, place)
        return _run(measure())

    report = _told(work)
    tables = intent_tables(report)
    _show(report, tables, out)
    _write_page("Intents", tables, lambda: plots.of_reads(intents.reads_of(report.rows)), place)


@evaluate.command("triggers")
@click.option(
    "--test", type=ROWS, required=True, help='Rows {"text"}; with "human_request", "anger" judged.'
)
@OUT
@PAGE
@DATA
def triggers_command(test: Path, out: Path | None, place: Path | None, data: str | None) -> None:
    """Read requests for a human and anger with the trained mood and the routing policy."""

    def work() -> tuple[list[MoodRow], TriggersReport]:
        rows = read_rows(test, MoodRow)
        _ready_to_write(out, place)
        settings = read_settings(data=data)
        policy = PolicyFile(settings.policy_path).rules.routing
        mood = triggers.load_mood(_mood_folder(settings), policy)
        return rows, triggers.measure(rows, mood, policy)

    rows, report = _told(work)
    tables = trigger_tables(rows, report)
    _show(report, tables, out)
    _write_page("Triggers", tables, lambda: plots.of_triggers(rows, report), place)


@evaluate.command("answers")
@click.option(
    "--test",
    "tests",
    type=ROWS,
    required=True,
    multiple=True,
    help='Rows {"text"}; with "entry" judged, null where no entry answers. May be repeated.',
)
@click.option("--url", help="A running bot; without it one is started with the live model.")
@click.option("--token", help="The running bot's service token; from --data when not given.")
@OUT
@PAGE
@DATA
def answers_command(
    tests: tuple[Path, ...],
    url: str | None,
    token: str | None,
    out: Path | None,
    place: Path | None,
    data: str | None,
) -> None:
    """Decide every row as the router would, with the live release and its model."""

    def work() -> tuple[list[AnswerRow], answers.AnswersReport]:
        rows = [row for test in tests for row in read_rows(test, AnswerRow)]
        _ready_to_write(out, place)
        settings = read_settings(data=data)
        if token is not None:
            settings = msgspec.structs.replace(settings, service_token=token)
        return rows, _run(_answers(rows, settings, url))

    rows, report = _told(work)
    tables = answer_tables(report)
    _show(report, tables, out)
    _write_page("Answers", tables, lambda: plots.of_reads(answers.judged(rows, report.rows)), place)
    if report.model_release != report.release:
        click.echo(
            f"Note: the bot's model is of release {report.model_release}, and release "
            f"{report.release} is live.",
            err=True,
        )


async def _answers(
    rows: list[AnswerRow], settings: Settings, url: str | None
) -> answers.AnswersReport:
    release = await _live(settings)
    settings = with_secrets(settings)
    rules = PolicyFile(settings.policy_path).rules
    if url is not None:
        async with aiohttp.ClientSession() as http:
            bot = client_of(http, url, settings.service_token)
            return await _walked(rows, settings, rules, release, bot)
    house = house_of(settings, free_port(), free_port())
    model = model_of(house.models, release.number)
    click.echo(f"starting the bot with {model}; loading it takes a moment", err=True)
    async with running_bot(house, model) as started:
        return await _walked(rows, settings, rules, release, started)


async def _walked(
    rows: list[AnswerRow],
    settings: Settings,
    rules: HouseRules,
    release: Release,
    bot: Bot,
) -> answers.AnswersReport:
    walk = answers.Walk(
        bot=bot,
        mood=triggers.load_mood(await asyncio.to_thread(_mood_folder, settings), rules.routing),
        release=release,
        rules=rules,
        today=dt.datetime.now(settings.zone).date(),
        run=uuid.uuid4().hex,
    )
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("rows", total=len(rows))
        return await answers.measure(rows, walk, lambda: progress.advance(task))


async def _live(settings: Settings) -> Release:
    """Give the live release; a database that is not there is not made."""
    if not settings.database and not (settings.folder / "jieli.db").is_file():
        raise CannotEvaluate(f"{settings.folder}: holds no database: `jieli up` makes one")
    try:
        release = await live_release(settings.database_url)
    except DBAPIError as error:
        raise CannotEvaluate(
            f"the database says: {error.orig}; `jieli migrate` makes it current"
        ) from error
    if release is None:
        raise CannotEvaluate("no release is live: `jieli kb publish` makes one")
    return release


def _mood_folder(settings: Settings) -> Path:
    """Give the mood model's folder, training it first where its text has changed."""
    return train(ROOT / "data" / "mood", settings.folder / "mood")


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


def _told(work: Callable[[], Result]) -> Result:
    """Do work; what goes wrong is told without a stack trace."""
    try:
        return work()
    except (CannotEvaluate, MoodUnavailable, InvalidPolicy, Claimed) as error:
        raise click.ClickException(str(error)) from error


def _ready_to_write(*places: Path | None) -> None:
    """Refuse a place that cannot be written before the slow part begins."""
    for out in filter(None, places):
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotEvaluate(f"{out}: cannot be written: {error.strerror}") from error
        if not os.access(out if out.exists() else out.parent, os.W_OK):
            raise CannotEvaluate(f"{out}: cannot be written: no permission")


def _write_page(
    title: str, tables: list[Table], draw: Callable[[], list[str]], place: Path | None
) -> None:
    """Write the page where it is wanted; plots are drawn only then."""
    if place is not None:
        place.write_text(page(title, tables, draw()), "utf-8")


def _show(report: msgspec.Struct, tables: list[Table], out: Path | None) -> None:
    if out is not None:
        out.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    console = Console()
    for table in tables:
        console.print(table)
