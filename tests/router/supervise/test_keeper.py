"""A keeper starts its program again when it dies or hangs, and stops it when told."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from router.supervise.keeper import Keeper
from router.supervise.programs import Program
from router.supervise.restarts import GiveUp, HealthPolicy, RestartPolicy

SLEEPS = "import time; time.sleep(60)"
QUICK = RestartPolicy(first_delay=0.01, longest_delay=0.02, tries=3)
OFTEN = HealthPolicy(every=0.02, timeout=0.2, grace=5.0, misses=3)


class Pulse:
    """Says whether the program is well; a test sets it."""

    def __init__(self, *, beats: bool) -> None:
        self.beats = beats

    async def __call__(self) -> bool:
        return self.beats


def keeper(
    code: str, pulse: Callable[[], object], told: list[str], health: HealthPolicy = OFTEN
) -> Keeper:
    program = Program("child", (sys.executable, "-S", "-c", code), Path.cwd())
    return Keeper(
        program,
        pulse,  # type: ignore[arg-type]
        on_line=lambda _: None,
        tell=told.append,
        restarts=QUICK,
        health=health,
    )


@asynccontextmanager
async def kept(one: Keeper) -> AsyncIterator[asyncio.Task[GiveUp]]:
    task = one.start()
    try:
        async with asyncio.timeout(20):
            yield task
    finally:
        await one.stop()


async def another_pid(one: Keeper, old: int | None) -> int:
    while one.pid in {None, old}:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    assert one.pid is not None
    return one.pid


async def test_a_process_that_dies_is_started_again() -> None:
    told: list[str] = []
    one = keeper(SLEEPS, Pulse(beats=True), told)
    async with kept(one):
        await one.healthy.wait()
        first = one.pid
        one.kill()
        assert await another_pid(one, first) != first
        await one.healthy.wait()
    assert told == ["ended by signal 9; starting again in 0.01 s"]
    assert one.pid is None
    assert not one.healthy.is_set()


async def test_a_process_that_hangs_is_stopped_and_started_again() -> None:
    told: list[str] = []
    pulse = Pulse(beats=True)
    one = keeper(SLEEPS, pulse, told)
    async with kept(one):
        await one.healthy.wait()
        first, pulse.beats = one.pid, False
        await another_pid(one, first)
        pulse.beats = True
        await one.healthy.wait()
    assert told[0] == "hung; starting again in 0.01 s"


async def test_a_probe_that_fails_or_never_answers_counts_as_missed() -> None:
    async def breaks() -> bool:
        raise RuntimeError("no route")

    async def dawdles() -> bool:
        await asyncio.sleep(60)
        return True

    for probe in (breaks, dawdles):
        told: list[str] = []
        health = HealthPolicy(every=0.02, timeout=0.05, grace=0.1, misses=3)
        async with kept(keeper(SLEEPS, probe, told, health)) as given_up:
            assert await given_up == GiveUp(3)
        assert told[-1] == "never became healthy; given up after 3 tries"


async def test_one_that_never_comes_up_is_given_up_and_says_why() -> None:
    told: list[str] = []
    async with kept(keeper("raise SystemExit(3)", Pulse(beats=False), told)) as given_up:
        assert await given_up == GiveUp(3)
    assert told == [
        "ended with exit code 3; starting again in 0.01 s",
        "ended with exit code 3; starting again in 0.02 s",
        "ended with exit code 3; given up after 3 tries",
    ]


async def test_a_program_that_is_not_there_is_given_up_too() -> None:
    told: list[str] = []
    one = Keeper(
        Program("child", ("/no-such-program",), Path.cwd()),
        Pulse(beats=True),
        on_line=print,
        tell=told.append,
        restarts=RestartPolicy(tries=1),
    )
    async with kept(one) as given_up:
        assert await given_up == GiveUp(1)
    assert told == [
        "cannot start: /no-such-program: No such file or directory; given up after 1 tries"
    ]


async def test_stopping_while_it_waits_for_another_start_leaves_nothing_behind() -> None:
    program = Program("child", (sys.executable, "-S", "-c", "raise SystemExit(1)"), Path.cwd())
    told: list[str] = []
    one = Keeper(
        program,
        Pulse(beats=False),
        on_line=print,
        tell=told.append,
        restarts=RestartPolicy(first_delay=60.0, longest_delay=60.0),
        health=OFTEN,
    )
    one.start()
    async with asyncio.timeout(10):
        while not told:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await one.stop()
    assert one.pid is None
