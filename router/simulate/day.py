"""What a day brings: who asks for a human when, how patient they are, and who is at the desk."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

from router.domain.handoff import Reason
from router.domain.hours import Calendar, shifts_of
from router.domain.people import Role, Staff
from router.domain.skills import Needs, Skills

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = dt.datetime(2026, 11, 11, tzinfo=ZONE).astimezone(dt.UTC)
HOURLY = (
    *(30, 16, 9, 6, 5, 7, 14, 30, 70, 120, 140, 130),
    *(110, 120, 130, 130, 125, 120, 115, 125, 130, 120, 90, 55),
)
"""How many ask for a human in each hour of a usual day."""
PEAK = {20: 10.0, 21: 5.0, 22: 2.5}
"""What an hour's arrivals are multiplied by when the sale begins."""
T = TypeVar("T")

TIERS = (("ordinary", 0.80), ("gold", 0.14), ("diamond", 0.06))
REASONS = (
    (Reason.EXPLICIT_REQUEST, 0.52),
    (Reason.LOW_CONFIDENCE, 0.15),
    (Reason.HUMAN_ONLY, 0.11),
    (Reason.GOING_IN_CIRCLES, 0.09),
    (Reason.ANGER, 0.08),
    (Reason.IMAGE, 0.045),
    (Reason.SAFETY, 0.005),
)
ENTRIES = (
    (None, 0.70),
    ("logistics_stuck", 0.10),
    ("order_cancel", 0.06),
    ("parcel_damaged", 0.05),
    ("refund_not_received", 0.04),
    ("suggestion", 0.05),
)
LINES = (("apparel", 0.75), ("jewellery", 0.25))
MINUTES = {
    Reason.EXPLICIT_REQUEST: 6.0,
    Reason.LOW_CONFIDENCE: 5.0,
    Reason.HUMAN_ONLY: 7.5,
    Reason.GOING_IN_CIRCLES: 6.0,
    Reason.ANGER: 9.0,
    Reason.IMAGE: 6.0,
    Reason.SAFETY: 12.0,
}
"""Half of the cases of a reason take an agent at most so many minutes."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One who asks for a human: what for, how long they wait, how long their case takes."""

    id: str
    at: dt.datetime
    reason: Reason
    tier: str
    mood: int
    entry: str | None
    needs: Needs
    patience: dt.timedelta
    service: dt.timedelta


@dataclass(frozen=True, slots=True)
class Turn:
    """An agent's turn at the desk; what they hold at its end they finish."""

    staff: Staff
    begins: dt.datetime
    ends: dt.datetime


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the shop; `steady` are the hours without a jump in demand or staff."""

    callers: tuple[Caller, ...]
    turns: tuple[Turn, ...]
    calendar: Calendar
    seed: int
    begins: dt.datetime = MIDNIGHT
    steady: tuple[int, ...] = field(default=(10, 11, 12, 13, 14, 15, 16, 17, 18, 19))

    def hour_of(self, at: dt.datetime) -> int:
        """Give the hour of the day, counted on past midnight."""
        return int((at - self.begins).total_seconds() // 3_600)


def make_day(seed: int, *, scale: float = 1.0, peak: float = 10.0) -> Day:
    """Make a day: `scale` times the usual demand and staff, and its peak of so many times."""
    dice = random.Random(seed)  # noqa: S311 - a day is to be played again, not to be secret.
    callers: list[Caller] = []
    for hour, rate in enumerate(HOURLY):
        times = 1 + (PEAK[hour] - 1) * (peak - 1) / 9 if hour in PEAK else 1.0
        at = 0.0
        while (at := at + dice.expovariate(rate * scale * times / 3_600)) < 3_600:
            moment = MIDNIGHT + dt.timedelta(seconds=hour * 3_600 + at)
            callers.append(_caller(f"c{len(callers):06}", moment, dice))
    calendar = Calendar(ZONE, (shifts_of(["08:00-24:00"]),) * 7)
    return Day(tuple(callers), tuple(_turns(scale, peak)), calendar, seed)


def _caller(name: str, at: dt.datetime, dice: random.Random) -> Caller:
    reason = _one(REASONS, dice)
    mood = 2 if reason is Reason.ANGER else 1 if dice.random() < 0.15 else 0
    minutes = MINUTES[reason] * dice.lognormvariate(0, 0.6)
    return Caller(
        id=name,
        at=at,
        reason=reason,
        tier=_one(TIERS, dice),
        mood=mood,
        entry=_one(ENTRIES, dice),
        needs=Needs(
            language="en" if dice.random() < 0.02 else "zh-CN", product_line=_one(LINES, dice)
        ),
        patience=dt.timedelta(minutes=min(240.0, 22 * dice.lognormvariate(0, 0.9))),
        service=dt.timedelta(minutes=min(90.0, max(0.5, minutes))),
    )


def _turns(scale: float, peak: float) -> list[Turn]:
    """Plan the shifts: early, late and over the peak; a third speaks English, half know gold."""
    extra = (peak - 1) / 9
    plan = (
        (8, 10, 4),
        (8, 16, 4),
        (9, 17.5, 2),
        (15.5, 24, 6),
        (19.5, 24, 4 + 26 * extra),
    )
    turns: list[Turn] = []
    for begins, ends, count in plan:
        for _ in range(max(1, round(count * scale))):
            number = len(turns)
            lines = ("apparel", "jewellery") if number % 2 else ("apparel",)
            languages = ("zh-CN", "en") if number % 3 == 1 else ("zh-CN",)
            staff = Staff(
                f"a{number:03}",
                f"agent{number}",
                f"客服{number}",
                frozenset({Role.AGENT}),
                capacity=3,
                skills=Skills(languages=languages, product_lines=lines),
            )
            hours = (dt.timedelta(hours=begins), dt.timedelta(hours=ends))
            turns.append(Turn(staff, MIDNIGHT + hours[0], MIDNIGHT + hours[1]))
    return turns


def _one(weighted: Sequence[tuple[T, float]], dice: random.Random) -> T:
    values = [value for value, _ in weighted]
    return dice.choices(values, [weight for _, weight in weighted])[0]
