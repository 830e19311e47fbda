"""How fast handoffs are claimed, beside bare `FOR UPDATE SKIP LOCKED` claims of the same table.

    jieli bench queue --postgres postgresql+asyncpg://postgres@127.0.0.1:5432/postgres --out R

Fifty agents race for the next handoff until none is left. Ours is the whole claim: the order,
skills, room, the conversation's owner and epoch, the message to the shopper, its clocks. The floor
claims the row and no more. Then one agent claims with 100 and with 100,000 waiting. A database of
a random name is made for it, and dropped.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from sqlalchemy.engine import make_url

from knowledge_base.database import Database
from router.domain.assignment import AssignmentPolicy
from router.domain.conversation import Context, Conversation, Status
from router.domain.handoff import Handoff, Priority, Reason
from router.domain.message import Body, Draft, Sender
from router.domain.people import Role, Staff
from router.migrations import migrate
from router.store import Store
from router.store import clock_tables as ct
from router.store import tables as t
from router.store.queue_tables import attendance
from router.store.rows import conversation_values, handoff_values, to_json

NOW = dt.datetime(2026, 11, 11, 4, 0, tzinfo=dt.UTC)
POLICY = AssignmentPolicy()
AGENTS = 50
CHUNK = 1_000
FLOOR_NEXT = (
    "SELECT id FROM handoffs WHERE state = 'queued' ORDER BY order_at, id LIMIT 1"
    " FOR UPDATE SKIP LOCKED"
)
FLOOR_TAKE = "UPDATE handoffs SET state = 'assigned', agent = $1, accepted_at = $2 WHERE id = $3"


def greeting(_: Conversation, agent: Staff) -> Draft:
    """Tell the shopper who is there."""
    return Draft(Sender.SYSTEM, Body(f"{agent.name} 为你服务"), agent.id, agent.name)


@asynccontextmanager
async def scratch(server_url: str) -> AsyncIterator[str]:
    """Make a database of a random name on a server, and drop it afterwards."""
    url, name = make_url(server_url), f"jieli_bench_{secrets.token_hex(6)}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    server = await asyncpg.connect(plain)
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        yield url.set(database=name).render_as_string(hide_password=False)
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await server.close()


async def people(database: Database) -> list[str]:
    """Put fifty agents at the desk, with room for all."""
    agents = [
        Staff(f"staff-{n:02}", f"agent{n:02}", f"客服{n}", frozenset({Role.AGENT}), 10**6)
        for n in range(AGENTS)
    ]
    async with database.writing() as connection:
        await connection.execute(
            t.staff.insert(),
            [
                {
                    "id": a.id,
                    "login": a.login,
                    "name": a.name,
                    "password_hash": "-",
                    "roles": to_json(sorted(a.roles)),
                    "capacity": a.capacity,
                    "skills": "{}",
                    "disabled": False,
                }
                for a in agents
            ],
        )
        await connection.execute(
            attendance.insert(),
            [
                {
                    "staff": a.id,
                    "said": "online",
                    "heard_at": NOW,
                    "active_at": NOW,
                    "missed_offers": 0,
                    "angry_streak": 0,
                }
                for a in agents
            ],
        )
    return [a.id for a in agents]


async def fill(database: Database, count: int) -> None:
    """Let so many shoppers wait, and nobody else."""
    async with database.writing() as connection:
        for table in (t.messages, t.handoffs, ct.clocks, ct.quotes, t.conversations):
            await connection.execute(sa.text(f"TRUNCATE {table.name} CASCADE"))
    for start in range(0, count, CHUNK):
        numbers = range(start, min(start + CHUNK, count))
        async with database.writing() as connection:
            await connection.execute(t.conversations.insert(), [_conversation(n) for n in numbers])
            await connection.execute(t.handoffs.insert(), [_handoff(n) for n in numbers])
    await vacuum(database)


async def vacuum(database: Database) -> None:
    """Give both sides a table without dead rows, and statistics."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("VACUUM ANALYZE"))


def _conversation(n: int) -> dict[str, Any]:
    waiting = Conversation(
        f"c{n:08}", f"s{n:08}", NOW, NOW, Status.QUEUED, epoch=1, handoff=f"h{n:08}"
    )
    facts = {"anonymous": True, "tier": "ordinary", "context": to_json(Context())}
    return conversation_values(waiting) | facts


def _handoff(n: int) -> dict[str, Any]:
    at = NOW + dt.timedelta(milliseconds=n)
    handoff = Handoff(
        id=f"h{n:08}",
        conversation=f"c{n:08}",
        case=1,
        reason=Reason.EXPLICIT_REQUEST,
        priority=Priority.NORMAL,
        queued_at=at,
        due_at=at + dt.timedelta(minutes=10),
        asked="转人工",
        head_start=(n * 37 % 8) * 60,
    )
    return handoff_values(handoff)


async def ours(url: str, agents: list[str], count: int) -> float:
    """Claim all with the store; give claims a second."""
    database = Database.open(url)
    store = Store(database)
    await store.open()
    claimed: list[str] = []

    async def race(agent: str) -> None:
        while (taken := await store.queue.take_next(agent, POLICY, greeting, NOW)) is not None:
            claimed.append(taken.conversation.id)

    took = await timed(lambda: asyncio.gather(*map(race, agents)))
    await store.close()
    await database.close()
    if len(claimed) != count or len(set(claimed)) != count:
        raise RuntimeError(f"{len(claimed)} claims of {len(set(claimed))} handoffs, not {count}")
    return count / took


async def floor(url: str, agents: list[str], count: int) -> float:
    """Claim all with bare statements, a connection an agent; give claims a second."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    pool = await asyncpg.create_pool(plain, min_size=AGENTS, max_size=AGENTS)
    claimed: list[str] = []

    async def race(agent: str) -> None:
        async with pool.acquire() as connection:
            while True:
                async with connection.transaction():
                    handoff = await connection.fetchval(FLOOR_NEXT)
                    if handoff is None:
                        return
                    await connection.execute(FLOOR_TAKE, agent, NOW, handoff)
                claimed.append(handoff)

    took = await timed(lambda: asyncio.gather(*map(race, agents)))
    await pool.close()
    if len(set(claimed)) != count:
        raise RuntimeError(f"the floor claimed {len(set(claimed))} handoffs, not {count}")
    return count / took


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    """Give the seconds something takes."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def one_claim(url: str, agents: list[str], claims: int) -> float:
    """Give the median milliseconds of a claim when one agent at a time asks."""
    database = Database.open(url)
    store = Store(database)
    await store.open()
    took = []
    for n in range(claims):
        agent = agents[n % AGENTS]
        took.append(
            await timed(
                lambda agent=agent: store.queue.take_next(agent, POLICY, greeting, NOW)  # type: ignore[misc]
            )
        )
    await store.close()
    await database.close()
    return statistics.median(took) * 1_000


async def line_of(url: str, rounds: int) -> float:
    """Give the median milliseconds of reading the head of the queue, as the sweep does."""
    database = Database.open(url)
    store = Store(database)
    took = [await timed(lambda: store.queue.line(2_000)) for _ in range(rounds)]
    await database.close()
    return statistics.median(took) * 1_000


async def measure(server: str, count: int, pairs: int, many: int) -> dict[str, Any]:
    """Measure both sides in turns, then short and long queues in turns."""
    async with scratch(server) as url:
        database = Database.open(url)
        await migrate(database)
        agents = await people(database)
        runs: list[dict[str, float]] = []
        for n in range(pairs + 1):
            sides = {}
            for side in (ours, floor) if n % 2 else (floor, ours):
                await fill(database, count)
                sides[side.__name__] = await side(url, agents, count)
            if n:  # The first pair warms up.
                runs.append(sides | {"ratio": sides["ours"] / sides["floor"]})
        waits: list[dict[str, float]] = []
        await fill(database, many)
        long = [await one_claim(url, agents, 60) for _ in range(3)]
        line_long = await line_of(url, 9)
        await fill(database, 100)
        short = [await one_claim(url, agents, 30) for _ in range(3)]
        line_short = await line_of(url, 9)
        waits.append({"waiting": 100, "claim_ms": statistics.median(short), "line_ms": line_short})
        waits.append({"waiting": many, "claim_ms": statistics.median(long), "line_ms": line_long})
        await database.close()
    return {
        "ratio": statistics.median(run["ratio"] for run in runs),
        "ours": statistics.median(run["ours"] for run in runs),
        "floor": statistics.median(run["floor"] for run in runs),
        "unit": "claims/s",
        "agents": AGENTS,
        "handoffs": count,
        "runs": runs,
        "waiting": waits,
        "slower": waits[1]["claim_ms"] / waits[0]["claim_ms"],
    }


def show(result: dict[str, Any]) -> None:
    """Print what was measured."""
    table = Table("", "ours", "bare SKIP LOCKED", "ratio", title="claims/s, 50 agents racing")
    for n, run in enumerate(result["runs"], 1):
        table.add_row(str(n), f"{run['ours']:.0f}", f"{run['floor']:.0f}", f"{run['ratio']:.2f}")
    table.add_row(
        "median", f"{result['ours']:.0f}", f"{result['floor']:.0f}", f"{result['ratio']:.2f}"
    )
    waits = Table("waiting", "claim ms", "head of the queue ms", title="one agent at a time")
    for wait in result["waiting"]:
        waits.add_row(f"{wait['waiting']:,}", f"{wait['claim_ms']:.2f}", f"{wait['line_ms']:.2f}")
    Console().print(table, waits, f"{result['slower']:.2f} times as long")


def main() -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--handoffs", type=int, default=2_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    result = asyncio.run(measure(given.postgres, given.handoffs, given.pairs, given.many))
    show(result)
    if given.out is not None:
        given.out.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
