"""`jieli model`: which models served, and going back to one."""

from __future__ import annotations

import asyncio
import datetime as dt

import click
from rich.table import Table

from knowledge_base.runs import ModelChange, ModelMove, Serving
from knowledge_base.runs_store import RunsStore
from router.cli.context import open_database
from router.cli.knowledge import AUTHOR, JSON, Refusing, as_json, local, show_table, tell
from router.retrain.candidate import is_kept


@click.group(cls=Refusing)
def model() -> None:
    """See which model serves, and go back to an earlier one."""


@model.command("list")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@JSON
def list_models(limit: int, json_out: bool) -> None:
    """List the changes of the live model, newest first."""

    async def read() -> tuple[Serving, list[ModelChange]]:
        async with open_database() as database:
            runs = RunsStore(database)
            return await runs.serving(), await runs.model_history(limit)

    serving, changes = asyncio.run(read())
    if json_out:
        as_json({"serving": serving, "changes": changes})
        return
    table = Table("when", "model", "instead of", "move", "by")
    for one in changes:
        table.add_row(local(one.at), one.model, one.replaced or "", one.move.value, one.author)
    show_table(table)
    click.echo(_sentence(serving))


@model.command("roll-back")
@click.argument("name", required=False)
@AUTHOR
@JSON
def roll_back(name: str | None, author: str, json_out: bool) -> None:
    """Serve the model before, or NAME; one that is still warm answers within a second."""

    async def move() -> tuple[str, bool]:
        async with open_database() as database:
            runs, now = RunsStore(database), dt.datetime.now(dt.UTC)
            wanted = await runs.want(name, move=ModelMove.ROLL_BACK, author=author, at=now)
            return wanted, is_kept(await runs.serving(), now)

    wanted, kept = asyncio.run(move())
    when = "now" if kept else "when `jieli up` runs again"
    tell({"wanted": wanted, "kept": kept}, f"{wanted} is to serve {when}.", json_out)


def _sentence(serving: Serving) -> str:
    said = f"{serving.live} serves." if serving.live else "No model serves."
    if serving.wanted not in (None, serving.live):
        said += f" {serving.wanted} is to serve."
    return f"{said} {serving.trouble}".rstrip()
