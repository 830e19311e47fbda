"""`jieli bench`: how fast it is, beside the simplest thing that does the same work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from router.settings import ROOT


@click.group("bench")
def bench() -> None:
    """Measure speed, each beside its floor in the same run; see docs/retrain.md, docs/queue.md."""


@bench.command("retrain")
@click.option("--entries", default=1000, show_default=True, help="Entries that are generated.")
@click.option("--pairs", default=5, show_default=True, help="Trainings, each beside an epoch.")
@click.option(
    "--full-entries",
    default=100,
    show_default=True,
    help="Entries that both train to the end, for the accuracy; 0 leaves it out.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the result as JSON."
)
def retrain(entries: int, pairs: int, full_entries: int, out: Path | None) -> None:
    """Train a generated knowledge base, beside stock Rasa DIET: the better part of an hour."""
    options = ["--entries", entries, "--pairs", pairs, "--full-entries", full_entries]
    options += ["--out", out.resolve()] if out is not None else []
    command = [sys.executable, "-m", "benchmarks.retrain", *map(str, options)]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603 -- our own


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
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the result as JSON."
)
def queue(postgres: str, handoffs: int, pairs: int, many: int, out: Path | None) -> None:
    """Claim handoffs with 50 agents racing, beside bare SKIP LOCKED claims: a minute or two."""
    options = ["--postgres", postgres, "--handoffs", handoffs, "--pairs", pairs, "--many", many]
    options += ["--out", out.resolve()] if out is not None else []
    command = [sys.executable, "-m", "benchmarks.queue", *map(str, options)]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)  # noqa: S603 -- our own
