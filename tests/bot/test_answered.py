"""Answers are given once a message."""

import asyncio

import pytest

from bot.answered import Answered


class Runs:
    """Counts its runs, and waits until told."""

    def __init__(self) -> None:
        self.count = 0
        self.go = asyncio.Event()

    async def run(self) -> bytes:
        self.count += 1
        await self.go.wait()
        return b"answer %d" % self.count


async def test_a_message_sent_again_while_at_work_waits_for_the_same_answer() -> None:
    answered, runs = Answered(), Runs()
    first = asyncio.create_task(answered.once(("c", "m"), runs.run))
    second = asyncio.create_task(answered.once(("c", "m"), runs.run))
    await asyncio.sleep(0)
    runs.go.set()
    assert [await first, await second, await answered.once(("c", "m"), runs.run)] == [
        b"answer 1"
    ] * 3
    assert runs.count == 1


async def test_a_caller_who_goes_away_does_not_stop_the_run() -> None:
    answered, runs = Answered(), Runs()
    caller = asyncio.create_task(answered.once(("c", "m"), runs.run))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.sleep(0)
    runs.go.set()
    assert await answered.once(("c", "m"), runs.run) == b"answer 1"


async def test_a_failed_run_may_be_tried_again() -> None:
    answered = Answered()

    async def fail() -> bytes:
        raise RuntimeError("broken")

    async def work() -> bytes:
        return b"fine"

    with pytest.raises(RuntimeError):
        await answered.once(("c", "m"), fail)
    assert await answered.once(("c", "m"), work) == b"fine"


async def test_the_oldest_answers_are_forgotten_beyond_the_bound() -> None:
    answered, runs = Answered(capacity=2), Runs()
    runs.go.set()
    for message in ("a", "b", "c"):
        await answered.once(("c", message), runs.run)
    assert await answered.once(("c", "c"), runs.run) == b"answer 3"
    assert await answered.once(("c", "a"), runs.run) == b"answer 4"
