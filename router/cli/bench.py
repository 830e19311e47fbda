"""`jieli bench`: how fast it is, beside the simplest thing that does the same work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from router.settings import ROOT

OUT = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the result as JSON."
)
PAIRS = click.option(
    "--pairs",
    default=5,
    show_default=True,
    type=click.IntRange(min=1),
    help="Measurements of both, in turn.",
)


@click.group("bench")
def bench() -> None:
    """Measure speed, each beside its floor in the same run."""


@bench.command("retrain")
@click.option("--entries", default=1000, show_default=True, help="Entries that are generated.")
@click.option("--pairs", default=5, show_default=True, help="Trainings, each beside an epoch.")
@click.option(
    "--full-entries",
    default=100,
    show_default=True,
    help="Entries that both train to the end, for the accuracy; 0 leaves it out.",
)
@OUT
def retrain(entries: int, pairs: int, full_entries: int, out: Path | None) -> None:
    """Train a generated knowledge base, beside stock Rasa DIET: the better part of an hour."""
    _run("retrain", out, "--entries", entries, "--pairs", pairs, "--full-entries", full_entries)


@bench.command("bot")
@PAIRS
@click.option("--texts", default=150, show_default=True, help="Texts of a pair, one by one.")
@click.option("--seconds", default=3.0, show_default=True, help="Of 16 at once, in a pair.")
@click.option(
    "--models",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the trained models here, and take them from here the next time.",
)
@OUT
def bot(pairs: int, texts: int, seconds: float, models: Path | None, out: Path | None) -> None:
    """Read texts over HTTP, beside stock Rasa DIET: some minutes."""
    kept = ["--models", models.resolve()] if models is not None else []
    _run("bot", out, "--pairs", pairs, "--texts", texts, "--seconds", seconds, *kept)


@bench.command("relay")
@PAIRS
@click.option("--shoppers", default=50, show_default=True, help="Shoppers who talk at once.")
@click.option("--messages", default=80, show_default=True, help="Of each shopper in a pair.")
@click.option(
    "--mood",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A folder with a trained mood model, var/mood say; without it one is trained.",
)
@OUT
def relay(pairs: int, shoppers: int, messages: int, mood: Path | None, out: Path | None) -> None:
    """Relay messages to an agent, beside a raw websocket echo, in CPU time: some minutes."""
    trained = ["--mood", mood.resolve()] if mood is not None else []
    _run("relay", out, "--pairs", pairs, "--shoppers", shoppers, "--messages", messages, *trained)


@bench.command("queue")
@click.option(
    "--postgres",
    default="postgresql+asyncpg://postgres@127.0.0.1:5432/postgres",
    envvar="JIELI_TEST_POSTGRES",
    show_default=True,
    help="A server on which a scratch database may be made.",
)
@click.option("--handoffs", default=2000, show_default=True, help="Claimed in each run.")
@click.option("--pairs", default=5, show_default=True, help="Runs, each beside the floor.")
@click.option("--many", default=100_000, show_default=True, help="Waiting in the long queue.")
@OUT
def queue(postgres: str, handoffs: int, pairs: int, many: int, out: Path | None) -> None:
    """Claim handoffs with 50 agents racing, beside bare SKIP LOCKED claims: a minute or two."""
    where = ["--postgres", postgres]
    _run("queue", out, *where, "--handoffs", handoffs, "--pairs", pairs, "--many", many)


def _run(name: str, out: Path | None, *options: object) -> None:
    """Run a benchmark as a process of its own, and end as it ends."""
    written = ["--out", out.resolve()] if out is not None else []
    command = [sys.executable, "-m", f"benchmarks.{name}", *map(str, [*options, *written])]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603 -- our own
