"""Answers given lately, so that a message sent again gets the same answer, not a second run."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

CAPACITY: Final = 4096

Key = tuple[str, str]


class Answered:
    """Runs each (conversation, message) once and keeps the newest answers.

    A message that comes again while the first is at work waits for that one's answer. A run
    that fails is forgotten, so that it may be tried again.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._runs: OrderedDict[Key, asyncio.Task[bytes]] = OrderedDict()

    async def once(self, key: Key, run: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the answer of `key`, running `run` only if there is none.

        The run goes on when the caller goes away.
        """
        task = self._runs.get(key)
        if task is None:
            task = asyncio.ensure_future(run())
            self._runs[key] = task
            task.add_done_callback(lambda done: self._forget_failed(key, done))
            while len(self._runs) > self._capacity:
                self._runs.popitem(last=False)
        self._runs.move_to_end(key)
        return await asyncio.shield(task)

    def _forget_failed(self, key: Key, done: asyncio.Task[bytes]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._runs.get(key) is done:
            del self._runs[key]
