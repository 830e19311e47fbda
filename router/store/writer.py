"""Writes that share a commit, so that durability does not cost throughput.

Whatever arrives while the former batch commits, and for a millisecond after, goes into one
transaction; each write has a savepoint of its own, so that one refusal does not undo another's
write. A write is answered only after its commit.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from knowledge_base.database import Database

T = TypeVar("T")

GATHER_SECONDS = 0.001
MAX_BATCH = 256
MAX_WAITING = 20_000


class WriterClosed(Exception):
    """The store is closing; the write was not made."""


class Overloaded(Exception):
    """Too many writes wait; the write was not made."""


@dataclass(slots=True)
class _Write:
    key: str
    work: Callable[[sa.Connection], Any]
    done: asyncio.Future[Any]


class Writer:
    """Runs writes in the order they come, many to a commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: asyncio.Queue[_Write] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self.batches = 0
        self.writes = 0

    def start(self) -> None:
        """Begin to take writes."""
        self._task = asyncio.create_task(self._run(), name="store-writer")

    async def close(self) -> None:
        """Finish what waits, then take no more."""
        if self._task is None:
            return
        task, self._task = self._task, None
        await self._waiting.join()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def submit(self, key: str, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` in a transaction and give its value after the commit, or raise its error.

        Writes of one `key` keep their order; `work` is plain SQLAlchemy Core and may run twice
        when its transaction has to be repeated, and in another thread, so it must have no effect
        but on the database.
        """
        if self._task is None:
            raise WriterClosed("the store is not open for writing")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            self._waiting.put_nowait(_Write(key, work, done))
        except asyncio.QueueFull:
            raise Overloaded(f"more than {MAX_WAITING} writes wait") from None
        return await asyncio.shield(done)

    async def _run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            try:
                if self._waiting.empty():
                    await asyncio.sleep(GATHER_SECONDS)
                while len(batch) < MAX_BATCH and not self._waiting.empty():
                    batch.append(self._waiting.get_nowait())
                # One order of keys on every node, so that two nodes' batches cannot deadlock.
                await self._commit(sorted(batch, key=lambda write: write.key))
            finally:
                for _ in batch:
                    self._waiting.task_done()

    async def _commit(self, batch: list[_Write]) -> None:
        try:
            outcomes = await self._transact(batch)
        except Exception as error:
            if len(batch) == 1:
                _settle(batch[0], error)
                return
            for write in batch:
                await self._commit([write])
            return
        self.batches += 1
        self.writes += len(batch)
        for write, outcome in zip(batch, outcomes, strict=True):
            _settle(write, outcome)

    async def _transact(self, batch: list[_Write]) -> list[Any]:
        return await self._database.written(lambda connection: _run_all(connection, batch))


def _run_all(connection: sa.Connection, batch: list[_Write]) -> list[Any]:
    if len(batch) == 1:  # What it refuses rolls the whole transaction back.
        return [batch[0].work(connection)]
    outcomes: list[Any] = []
    for write in batch:
        try:
            with connection.begin_nested():
                outcomes.append(write.work(connection))
        except sa.exc.DBAPIError as error:
            if not isinstance(error, sa.exc.IntegrityError):
                raise  # The transaction itself is in doubt: repeat each write alone.
            outcomes.append(error)
        except Exception as error:
            outcomes.append(error)
    return outcomes


def _settle(write: _Write, outcome: Any) -> None:
    if write.done.done():
        return
    if isinstance(outcome, Exception):
        write.done.set_exception(outcome)
    else:
        write.done.set_result(outcome)
