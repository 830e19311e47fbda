"""`jieli misses`: the turns the knowledge base failed."""

from __future__ import annotations

import datetime as dt

import click
from rich.table import Table
from rich.text import Text

from knowledge_base.misses import Miss, MissReason, MissState
from knowledge_base.store import KnowledgeStore
from router.cli.inbox import clusters, prove, week
from router.cli.knowledge import JSON, Access, Refusing, as_json, local, show_table


@click.group(cls=Refusing, invoke_without_command=True)
@click.option("--state", type=click.Choice([state.value for state in MissState]), default="open")
@click.option("--all", "every_state", is_flag=True, help="Of every state.")
@click.option("--reason", type=click.Choice([reason.value for reason in MissReason]))
@click.option("--days", type=click.IntRange(min=1), help="Only of the last DAYS days.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0)
@click.option("--database", "url", hidden=True, help="URL of a database, for tests.")
@JSON
@click.pass_context
def misses(
    context: click.Context,
    state: str,
    every_state: bool,
    reason: str | None,
    days: int | None,
    limit: int,
    offset: int,
    url: str | None,
    json_out: bool,
) -> None:
    """List what the bot missed, newest first; the commands group, prove and count it."""
    if context.invoked_subcommand is not None:
        return
    wanted_state = None if every_state else MissState(state)
    wanted_reason = None if reason is None else MissReason(reason)
    since = None if days is None else dt.datetime.now(dt.UTC) - dt.timedelta(days=days)

    async def read(store: KnowledgeStore) -> tuple[list[Miss], int]:
        found = await store.misses(
            state=wanted_state, reason=wanted_reason, since=since, limit=limit, offset=offset
        )
        return found, await store.count_misses(
            state=wanted_state, reason=wanted_reason, since=since
        )

    found, count = Access(url).run(read)
    if json_out:
        as_json({"count": count, "misses": found})
        return
    show_table(_table(found))
    click.echo(f"{len(found)} of {count} misses.")


for _command in (clusters, prove, week):
    misses.add_command(_command)


def _table(found: list[Miss]) -> Table:
    table = Table("when", "reason", "text", "read as", "sure", "entry", "release", "state")
    for miss in found:
        table.add_row(
            local(miss.at),
            miss.reason.value,
            Text(miss.text),
            miss.intent or "",
            "" if miss.confidence is None else f"{miss.confidence:.2f}",
            miss.entry or "",
            "" if miss.release is None else str(miss.release),
            miss.state.value,
        )
    return table
