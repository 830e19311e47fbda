"""When the nightly retraining is due, by the shop's clock."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

LOOKS = 30.0
"""Seconds between two looks at the clock, so that one that was set or slept is noticed."""
GRACE = dt.timedelta(hours=1)
"""A night that was slept through is made up for so long."""


def next_due(after: dt.datetime, at: dt.time, zone: ZoneInfo) -> dt.datetime:
    """Give the first moment after another one at which the shop's clocks show a time, in UTC.

    Once a day whatever the clocks do: a time that is left out in spring is due as much later as
    they jump, and one that comes twice in autumn is due the first time.
    """
    day = after.astimezone(zone).date()
    while True:
        due = dt.datetime.combine(day, at, tzinfo=zone).astimezone(dt.UTC)
        if due > after:
            return due
        day += dt.timedelta(days=1)


async def nightly(
    at: dt.time,
    zone: ZoneInfo,
    now: Callable[[], dt.datetime],
    job: Callable[[], Awaitable[object]],
    *,
    looks: float = LOOKS,
) -> None:
    """Do a job each night until cancelled; one missed by more than GRACE waits for the next."""
    due = next_due(now(), at, zone)
    while True:
        moment = now()
        if moment >= due:
            if moment - due <= GRACE:
                await job()
            due = next_due(moment, at, zone)
        await asyncio.sleep(min(looks, max(0.0, (due - moment).total_seconds())))
