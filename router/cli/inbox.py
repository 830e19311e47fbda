"""`jieli misses clusters`, `prove` and `week`: misses by what they ask, their cures and figures."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import click
from rich.table import Table
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from knowledge_base.database import Database
from knowledge_base.errors import KnowledgeError
from knowledge_base.inbox import ClusterSummary
from knowledge_base.inbox_store import Moved
from knowledge_base.proof import Proof, WeekFigure
from knowledge_base.runs_store import RunsStore
from router.bot_client import BotClient
from router.cli.context import open_database, settings
from router.cli.knowledge import AUTHOR, JSON, RefusingCommand, as_json, show_table
from router.desk.inbox import Inbox, Proven, asking
from router.policy import PolicyFile
from router.settings import with_secrets

Result = TypeVar("Result")

DATABASE = click.option("--database", "url", hidden=True, help="URL of a database, for tests.")


@click.command(cls=RefusingCommand)
@click.option("--count", type=click.IntRange(min=1), help="At most COUNT clusters.")
@click.option("--days", type=click.IntRange(min=1), help="Only misses of the last DAYS days.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True)
@DATABASE
@JSON
def clusters(
    count: int | None, days: int | None, limit: int, url: str | None, json_out: bool
) -> None:
    """Group the open misses by what they ask, the largest cluster first."""
    now = _now()
    since = None if days is None else now - dt.timedelta(days=days)
    found = _run(url, lambda inbox, _: inbox.clusters(now, count=count, since=since))
    if json_out:
        as_json({"count": len(found), "clusters": found[:limit]})
        return
    show_table(_cluster_table(found[:limit]))
    turns = sum(one.size for one in found)
    click.echo(f"{min(limit, len(found))} of {len(found)} clusters, {turns} missed turns.")


@click.command(cls=RefusingCommand)
@AUTHOR
@DATABASE
@JSON
def prove(author: str, url: str | None, json_out: bool) -> None:
    """Replay the misses meant for an entry: cured, not cured, and what stole them.

    The exit code is 1 when a miss is not cured.
    """
    done, moved = _run(url, lambda inbox, database: _prove(inbox, RunsStore(database), author))
    failed = [proof for proof in done.proofs if not proof.cured]
    if json_out:
        as_json({"cured": len(done.proofs) - len(failed), "proofs": done.proofs, "moved": moved})
    else:
        show_table(_proof_table(done.proofs))
        click.echo(f"{len(done.proofs) - len(failed)} of {len(done.proofs)} cured.")
    if failed:
        raise SystemExit(1)


@click.command(cls=RefusingCommand)
@DATABASE
@JSON
def week(url: str | None, json_out: bool) -> None:
    """Tell how many misses of the last seven days were cured, and how soon."""
    figure = _run(url, lambda inbox, _: inbox.week(_now()))
    if json_out:
        as_json(figure)
    else:
        click.echo(_sentence(figure))


async def _prove(inbox: Inbox, runs: RunsStore, author: str) -> tuple[Proven, Moved]:
    given = with_secrets(settings())
    policy = PolicyFile(given.policy_path).rules.routing
    now = _now()
    claimed = await inbox.claim(author=author, now=now)
    served = await inbox.served(now)
    address = (await runs.serving()).live_address or given.bot_url
    async with aiohttp.ClientSession() as session:
        bot = BotClient(session, address, given.service_token, deadline=given.bot_deadline)
        ask = asking(bot, uuid.uuid4().hex, policy, served)
        return await inbox.prove(ask, author=author, now=now), claimed


def _run(url: str | None, work: Callable[[Inbox, Database], Awaitable[Result]]) -> Result:
    zone = settings().zone

    async def opened() -> Result:
        if url is None:
            async with open_database() as database:
                return await work(Inbox(database, zone), database)
        database = Database.open(url)
        try:
            return await work(Inbox(database, zone), database)
        finally:
            await database.close()

    try:
        return asyncio.run(opened())
    except DBAPIError as error:
        hint = "Check that it runs and is current: `jieli migrate`."
        raise KnowledgeError(
            "database_unusable", f"The database says: {error.orig}.", hint
        ) from error


def _cluster_table(found: list[ClusterSummary]) -> Table:
    table = Table("turns", "trend", "asked", "nearest entries", "minutes", "angry", "low", "draft")
    for one in found:
        table.add_row(
            str(one.size),
            _bars([count for _, count in one.trend]),
            Text("\n".join(one.examples[:3])),
            "\n".join(f"{near.entry} {near.score:.2f}" for near in one.nearest),
            f"{one.cost.agent_minutes:.0f}",
            str(one.cost.angry),
            str(one.cost.low_ratings),
            Text((one.draft or "")[:80]),
        )
    return table


def _bars(counts: list[int]) -> str:
    most = max([*counts, 1])
    return "".join(" ▁▂▃▄▅▆▇█"[-(-8 * count // most)] for count in counts)


def _proof_table(proofs: tuple[Proof, ...]) -> Table:
    table = Table("", "text", "meant for", "why")
    for proof in proofs:
        row = ("✓" if proof.cured else "✗", Text(proof.text), proof.intended or "", proof.why)
        table.add_row(*row)
    return table


def _sentence(figure: WeekFigure) -> str:
    return (
        f"{figure.missed} missed, {figure.cured} cured"
        f" ({figure.cured_within_24h} within 24 h), {figure.dismissed} dismissed,"
        f" {figure.open} open; {figure.agent_minutes_saved:.0f} agent minutes saved."
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
