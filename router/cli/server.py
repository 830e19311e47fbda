"""`jieli serve`, `jieli migrate` and what `jieli up` runs of its own: thin ways into the router."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from router.cli.context import settings
from router.settings import ROOT


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option("--demo/--no-demo", default=None, help="With the demo shop and logins.")
def serve(host: str | None, port: int | None, demo: bool | None) -> None:
    """Run the router alone."""
    from router import app  # noqa: PLC0415 - the other commands need none of it.

    app.serve(settings(host=host, port=port, demo=demo))


@click.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from router.migrations import upgrade  # noqa: PLC0415

    url = settings().database_url
    asyncio.run(upgrade(url))
    click.echo("The database is current.")


@click.command("train-mood", hidden=True)
@click.option(
    "--text", type=click.Path(path_type=Path, file_okay=False), default=ROOT / "data/mood"
)
def train_mood(text: Path) -> None:
    """Train the mood model if its text changed."""
    from router.mood import train  # noqa: PLC0415 - spaCy takes its time to load.

    said: set[str] = set()

    def tell(step: str, done: int, total: int) -> None:
        if step not in said:
            said.add(step)
            click.echo(f"{step} ({done} of {total})")

    train(text, settings().folder / "mood", progress=tell)
