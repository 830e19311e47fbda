"""Kills the router under load, again and again, and counts what became of every message.

Fifty shoppers send as fast as they are acknowledged. At random moments the router is killed with
SIGKILL and started again on the same data; the shoppers reconnect, resume, and send what was not
acknowledged again under the same client id. In the end every acknowledged message has to be there,
once, under the number it was acknowledged with.

    python -m tests.faults.kill_router --kills 20 --out benchmarks/results/kill_router.json
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import click
import msgspec

from knowledge_base.database import Database
from knowledge_base.files import read_vocabulary
from knowledge_base.store import KnowledgeStore
from router.domain.conversation import Status
from router.migrations import migrate
from router.replay.client import Acknowledged, ShopperClient, open_session, read_back
from router.replay.verdict import Found, Promised, Verdict, percentile, verify
from router.settings import ROOT
from router.supervise.child import Child
from router.supervise.claims import free_port
from router.supervise.prepare import ensure_release
from router.supervise.probes import answers_ok
from router.supervise.programs import Program
from tests.fakes.bot import FakeBot, reads

TOKEN = "a-service-token-for-faults"
WITHIN = 120.0
BOT_SECONDS = 0.02
LIFE = (0.3, 2.0)
"""Seconds under load between the router's health and its death."""


class Figures(msgspec.Struct, frozen=True):
    """What a run showed."""

    kills: int
    shoppers: int
    acknowledged: int
    bot_messages: int
    in_flight_at_kills: int
    reconnects: int
    lost: int
    duplicated: int
    out_of_order: int
    unanswered: int
    database_intact: bool
    restart_seconds_p50: float | None
    restart_seconds_longest: float | None
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether every promise was kept."""
        broken = (self.lost, self.duplicated, self.out_of_order, self.unanswered)
        return not any(broken) and self.database_intact


@dataclass(eq=False)
class Router:
    """The router as a process that is killed and started again."""

    data: Path
    port: int
    bot_url: str
    http: aiohttp.ClientSession
    log: list[str] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        environment = {
            "JIELI_PORT": str(self.port),
            "JIELI_DATA": str(self.data),
            "JIELI_DATABASE": "",
            "JIELI_BOT_URL": self.bot_url,
            "JIELI_SERVICE_TOKEN": TOKEN,
            "JIELI_MESSAGES_PER_MINUTE": "1000000",
            # Coverage of a process that is killed would be lost anyway, and it slows the load.
            "COVERAGE_PROCESS_START": "",
        }
        command = (sys.executable, "-m", "router", "serve")
        now = asyncio.get_running_loop().time
        began = now()
        self.child = await Child.start(
            Program("router", command, ROOT, environment), self.log.append
        )
        healthy = answers_ok(self.http, f"{self.url}/api/v1/health")
        while not await healthy():
            if now() - began > WITHIN:
                raise TimeoutError("\n".join(["the router did not come up:", *self.log[-20:]]))
            await asyncio.sleep(0.05)
        self.restarts.append(now() - began)

    async def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        assert await self.child.ended() == -9


@dataclass(eq=False)
class Load:
    """Shoppers who talk until told to stop."""

    texts: tuple[str, ...]
    clients: list[ShopperClient]
    chance: random.Random
    promised: dict[str, list[Promised]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    acknowledged: int = 0
    stopped: bool = False

    async def talk(self, number: int) -> None:
        client = self.clients[number]
        kept = self.promised.setdefault(client.token, [])
        turn = 0
        while not self.stopped:
            turn += 1
            client_id = f"s{number:03d}-t{turn:06d}"
            text = f"{self.texts[(number * 7 + turn) % len(self.texts)]}"
            self.waiting.add(client_id)
            said = await client.say(client_id, text, within=WITHIN)
            self.waiting.discard(client_id)
            if not isinstance(said, Acknowledged):
                raise AssertionError(f"{client_id} was refused: {said.code}")
            kept.append(Promised(client_id, said.seq, text))
            self.acknowledged += 1
            await asyncio.sleep(self.chance.uniform(0, 0.05))


async def run(data: Path, *, kills: int, shoppers: int, seed: int) -> Figures:
    """Run the whole experiment on a data folder of its own."""
    now = asyncio.get_running_loop().time
    began, chance = now(), random.Random(seed)
    texts = await _prepare(data)
    bot = FakeBot(
        {text: reads(entry) for text, entry in texts.items()}, token=TOKEN, delay=BOT_SECONDS
    )
    connector = aiohttp.TCPConnector(limit=0)
    async with bot.serving() as bot_url, aiohttp.ClientSession(connector=connector) as http:
        router = Router(data, free_port(), bot_url, http)
        await router.start()
        load, in_flight = await _under_load(router, tuple(texts), kills, shoppers, chance)
        verdict, bot_messages = await _checked(router, load)
        unanswered = await _unanswered(router, load.clients)
        assert router.child is not None
        await router.child.stop()
    again = router.restarts[1:]
    return Figures(
        kills=kills,
        shoppers=shoppers,
        acknowledged=load.acknowledged,
        bot_messages=bot_messages,
        in_flight_at_kills=in_flight,
        reconnects=sum(client.reconnects for client in load.clients),
        lost=verdict.lost,
        duplicated=verdict.duplicated,
        out_of_order=verdict.out_of_order,
        unanswered=unanswered,
        database_intact=_is_intact(data / "jieli.db"),
        restart_seconds_p50=percentile(again, 0.5),
        restart_seconds_longest=max(again, default=None),
        seconds=now() - began,
    )


async def _prepare(data: Path) -> dict[str, str]:
    """Make what a first start makes, and give a question of each entry the bot may answer."""
    command = (sys.executable, "-m", "router", "train-mood")
    mood = await Child.start(Program("mood", command, ROOT, {"JIELI_DATA": str(data)}), click.echo)
    assert await mood.ended() == 0
    database = Database.open(f"sqlite+aiosqlite:///{data / 'jieli.db'}")
    try:
        await migrate(database)
        await ensure_release(database, ROOT / "data", dt.datetime.now(dt.UTC))
        release = await KnowledgeStore(
            database, read_vocabulary(ROOT / "data/shop/vocabulary.yml")
        ).live()
    finally:
        await database.close()
    assert release is not None
    entries = [entry for entry in release.entries if not entry.human_only]
    return {entry.title: entry.key for entry in entries}


async def _under_load(
    router: Router, texts: tuple[str, ...], kills: int, shoppers: int, chance: random.Random
) -> tuple[Load, int]:
    tokens = [await open_session(router.http, router.url) for _ in range(shoppers)]
    clients = [ShopperClient(router.http, router.url, token) for token in tokens]
    load, in_flight = Load(texts, clients, chance), 0
    async with contextlib.AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        for client in clients:
            await stack.enter_async_context(client.connected())
        for number in range(shoppers):
            group.create_task(load.talk(number))
        for _ in range(kills):
            before = load.acknowledged
            async with asyncio.timeout(WITHIN):
                while load.acknowledged < before + shoppers:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            await asyncio.sleep(chance.uniform(*LIFE))
            in_flight += len(load.waiting)
            await router.kill()
            await router.start()
        await asyncio.sleep(0.5)
        load.stopped = True
    return load, in_flight


async def _checked(router: Router, load: Load) -> tuple[Verdict, int]:
    verdict, bot_messages = Verdict(), 0
    for client in load.clients:
        messages = await read_back(router.http, router.url, client.token, within=WITHIN)
        found = [Found(one.seq, one.body.text, one.client_id) for one in messages]
        verdict += verify(load.promised[client.token], found)
        bot_messages += sum(1 for one in messages if one.client_id is None)
    return verdict, bot_messages


async def _unanswered(router: Router, clients: Iterable[ShopperClient]) -> int:
    """Count the shoppers with the bot whose last message gets no answer, kill or no kill."""
    late = 0
    for client in clients:
        async with client.connected():
            last = client.live[-1]
            settled = await client.until(
                lambda client=client, last=last: (  # type: ignore[misc]
                    client.status is not Status.BOT or client.answered >= last
                ),
                within=15.0,
            )
            late += not settled
    return late


def _is_intact(database: Path) -> bool:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@contextlib.contextmanager
def folder_for(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="jieli-faults-") as made:
        yield Path(made)


@click.command()
@click.option("--kills", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--shoppers", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="For the random moments.")
@click.option("--data", type=click.Path(path_type=Path), help="Keep the data folder here.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON here.")
def main(kills: int, shoppers: int, seed: int, data: Path | None, out: Path | None) -> None:
    """Kill the router under load and count what became of every message."""

    async def work() -> Figures:
        with folder_for(data) as folder:
            return await run(folder, kills=kills, shoppers=shoppers, seed=seed)

    figures = asyncio.run(work())
    text = msgspec.json.format(msgspec.json.encode(figures)).decode()
    click.echo(text)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n")
    raise SystemExit(0 if figures.is_clean else 1)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
