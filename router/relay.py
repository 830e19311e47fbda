"""Carries events between nodes: what one publishes, the sockets of the others get as well.

Over NOTIFY of the PostgreSQL that the nodes share anyway, on a connection of its own and after the
commit of the move, so that no transaction of a move pays for it. It only wakes: the store is the
truth. Whenever events may have been lost on the way, the sockets concerned are closed to resync.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncEngine

from router.hub import Hub

log = structlog.get_logger(__name__)

CHANNEL = "jieli_events"
PIECE = 1_900
"""Characters of a payload, of at most four bytes each: PostgreSQL takes less than 8,000 bytes."""
MAX_WAITING = 10_000
AT_ONCE = 200
PATIENCE = 5.0
"""Seconds after which a connection that does not answer is given up, and between two looks."""
PAUSE = 1.0
"""Seconds between two attempts to connect."""

_NOTIFY = "SELECT pg_notify('jieli_events', piece) FROM unnest($1::text[]) AS piece"


class Carried(Struct, frozen=True):
    """An event on its way; one without topics says that events before it were lost."""

    topics: list[str]
    frame: str = ""
    seq: int | None = None


class Relay:
    """One node's end; `send` never waits, what it cannot carry is made up for by a resync."""

    def __init__(self, engine: AsyncEngine, hub: Hub) -> None:
        self._engine = engine
        self._hub = hub
        self._waiting: deque[Carried] = deque()
        self._ready = asyncio.Event()
        self._lost = False
        self._numbers = itertools.count()
        self._pieces: dict[tuple[int, int], list[str]] = {}

    def send(self, frame: bytes, seq: int | None, topics: tuple[str, ...]) -> None:
        """Give an event to the other nodes, soon."""
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.clear()
            self._lost = True
        self._waiting.append(Carried(list(topics), frame.decode(), seq))
        self._ready.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Carry events while the block lasts; on entering, this node hears the others already."""
        listening = asyncio.Event()
        task = asyncio.create_task(self._run(listening), name="relay")
        try:
            await listening.wait()
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self, listening: asyncio.Event) -> None:
        while True:
            try:
                async with self._connected() as connection:
                    if listening.is_set():  # What the others said meanwhile was not heard.
                        self._hub.resync()
                    listening.set()
                    await self._carry(connection)
            except Exception as error:
                log.warning("events do not reach other nodes for now", error=str(error))
            await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """Give a driver's connection that listens, outside of the pool and its transactions."""
        connection = await self._engine.connect()
        try:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await connection.run_sync(lambda plain: plain.detach())
            self._pieces.clear()
            await driver.execute("SET application_name TO 'jieli-relay'")
            await driver.add_listener(CHANNEL, self._hear)
            driver.add_termination_listener(lambda _: self._ready.set())
            yield driver
        finally:
            with contextlib.suppress(Exception):
                await connection.close()

    async def _carry(self, connection: Any) -> None:
        while True:
            while self._waiting or self._lost:
                await self._carry_some(connection)
            self._ready.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ready.wait(), PATIENCE)
            if not self._waiting:  # Nothing to say for a while: is it there still?
                await connection.execute("SELECT 1", timeout=PATIENCE)

    async def _carry_some(self, connection: Any) -> None:
        some = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        lost, self._lost = self._lost, True  # Should this fail, it is not known what has arrived.
        if lost:
            some.insert(0, Carried([]))
        pieces = [piece for one in some for piece in self._in_pieces(one)]
        await connection.execute(_NOTIFY, pieces, timeout=PATIENCE)
        self._lost = False

    def _in_pieces(self, carried: Carried) -> list[str]:
        text, number = msgspec.json.encode(carried).decode(), next(self._numbers)
        pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        return [f"{number} {len(pieces) - n - 1} {piece}" for n, piece in enumerate(pieces)]

    def _hear(self, connection: Any, pid: int, _channel: str, payload: object) -> None:
        if pid == connection.get_server_pid():
            return
        try:
            carried = self._put_together(pid, str(payload))
        except (ValueError, msgspec.MsgspecError):
            log.warning("an event of another node cannot be read", payload=str(payload)[:80])
            self._hub.resync()
            return
        if carried is None:
            return
        if carried.topics:
            self._hub.deliver(carried.frame.encode(), carried.seq, carried.topics)
        else:
            self._hub.resync()

    def _put_together(self, pid: int, payload: str) -> Carried | None:
        number, left, piece = payload.split(" ", 2)
        pieces = self._pieces.setdefault((pid, int(number)), [])
        pieces.append(piece)
        if int(left):
            return None
        del self._pieces[pid, int(number)]
        return msgspec.json.decode("".join(pieces), type=Carried)
