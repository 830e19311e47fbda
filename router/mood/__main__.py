"""Trains and measures the mood model by hand: `python -m router.mood train|evaluate`."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from router.mood.evaluate import TriggerRow, evaluate_triggers
from router.mood.examples import read_rows
from router.mood.model import Mood
from router.mood.training import train


@click.group()
def main() -> None:
    """Train and measure the mood model."""


@main.command("train")
@click.option("--data", type=click.Path(path_type=Path), default=Path("data/mood"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/mood"))
def train_command(data: Path, out: Path) -> None:
    """Train from DATA into OUT and print the model's folder."""
    click.echo(
        train(
            data,
            out,
            progress=lambda step, done, total: click.echo(f"{done}/{total} {step}", err=True),
        )
    )


@main.command("evaluate")
@click.option("--model", type=click.Path(path_type=Path), required=True)
@click.option("--test", "tests", type=click.Path(path_type=Path), multiple=True, required=True)
@click.option("--out", type=click.Path(path_type=Path))
def evaluate_command(model: Path, tests: tuple[Path, ...], out: Path | None) -> None:
    """Read every TEST file with MODEL and print the figures as JSON."""
    mood = Mood.load(model)
    for test in tests:
        report = evaluate_triggers(read_rows(test, TriggerRow), mood)
        shown = msgspec.structs.replace(report, rows=[])
        click.echo(f"{test.name} {msgspec.json.encode(shown).decode()}")
        if out is not None:
            out.write_bytes(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
