"""The night's retraining: once a night by the shop's clock, whatever the clock does."""

from __future__ import annotations

import asyncio
import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from router.supervise.nightly import next_due, nightly

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HALF_PAST_TWO = dt.time(2, 30)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("after", "zone", "due"),
    [
        ("2026-11-21 15:00", SHANGHAI, "2026-11-21 18:30"),
        ("2026-11-21 18:30", SHANGHAI, "2026-11-22 18:30"),
        ("2026-11-21 18:29", SHANGHAI, "2026-11-21 18:30"),
        ("2026-12-31 20:00", SHANGHAI, "2027-01-01 18:30"),
        ("2026-03-28 12:00", BERLIN, "2026-03-29 01:30"),
        ("2026-03-29 01:30", BERLIN, "2026-03-30 00:30"),
        ("2026-10-24 12:00", BERLIN, "2026-10-25 00:30"),
        ("2026-10-25 00:30", BERLIN, "2026-10-26 01:30"),
        ("2026-10-25 01:10", BERLIN, "2026-10-26 01:30"),
    ],
    ids=[
        "tonight",
        "just done",
        "in a minute",
        "next year",
        "left out in spring",
        "the day after it was left out",
        "twice in autumn: the first time",
        "twice in autumn: not the second time",
        "between the two in autumn",
    ],
)
def test_it_is_due_once_a_day(after: str, zone: ZoneInfo, due: str) -> None:
    assert next_due(utc(after), HALF_PAST_TWO, zone) == utc(due)


class Clock:
    """A clock that shows the moments it was given, and the last one for ever."""

    def __init__(self, *moments: str) -> None:
        self._moments = [utc(one) for one in moments]

    def __call__(self) -> dt.datetime:
        return self._moments.pop(0) if len(self._moments) > 1 else self._moments[0]


async def nights(clock: Clock) -> int:
    done = 0

    async def job() -> None:
        nonlocal done
        done += 1

    task = asyncio.create_task(nightly(HALF_PAST_TWO, SHANGHAI, clock, job, looks=0.001))
    await asyncio.sleep(0.1)
    task.cancel()
    return done


async def test_it_is_done_when_it_is_due_and_once() -> None:
    assert await nights(Clock("2026-11-21 18:00", "2026-11-21 18:29", "2026-11-21 18:30")) == 1
    assert await nights(Clock("2026-11-21 18:00", "2026-11-21 18:29")) == 0


async def test_a_machine_that_slept_makes_up_for_it_within_the_hour_only() -> None:
    assert await nights(Clock("2026-11-21 18:00", "2026-11-21 19:20")) == 1
    assert await nights(Clock("2026-11-21 18:00", "2026-11-21 23:00")) == 0


async def test_each_night_has_its_own() -> None:
    assert await nights(Clock("2026-11-21 18:00", "2026-11-21 18:31", "2026-11-22 18:31")) == 2
