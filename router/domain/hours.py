"""When the desk is open: shifts by weekday, holidays and extra days, in one time zone. Pure.

Shifts are wall-clock times. Where the clocks go forward over the start or end of a shift, it starts
or ends at that moment; where they go back over it, it starts at the first and ends at the last of
the two. Between moments, business time is the real time during which the desk is open.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

DAY = dt.timedelta(days=1)
MINUTES_A_DAY = 24 * 60
_SHIFT = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """From one wall-clock minute of a day to another; past 24:00 is the day after."""

    opens: int
    closes: int

    @classmethod
    def of(cls, text: str) -> Shift:
        """Read `09:00-12:30`; `22:00-02:00` ends the day after, `00:00-24:00` is a whole day."""
        met = _SHIFT.fullmatch(text)
        if met is None:
            raise ValueError(f"a shift is written like 09:00-12:30, not {text!r}")
        hours = [int(part) for part in met.groups()]
        opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if opens >= MINUTES_A_DAY or closes > MINUTES_A_DAY or opens == closes:
            raise ValueError(f"a shift begins before 24:00 and lasts a while: {text!r}")
        return cls(opens, closes if closes > opens else closes + MINUTES_A_DAY)


Shifts = tuple[Shift, ...]


def shifts_of(texts: Sequence[str]) -> Shifts:
    """Read the shifts of a day in order; two that overlap are refused."""
    shifts = tuple(sorted(Shift.of(text) for text in texts))
    for former, later in pairwise(shifts):
        if later.opens < former.closes:
            raise ValueError(f"shifts overlap: {', '.join(texts)}")
    return shifts


@dataclass(frozen=True, slots=True)
class Calendar:
    """The business hours; `week` holds the shifts of Monday to Sunday, None is always open.

    `days` are the exceptions by date: closed without shifts, an extra working day with them.
    """

    zone: dt.tzinfo = dt.UTC
    week: tuple[Shifts, ...] | None = None
    days: Mapping[dt.date, Shifts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.week is None:
            return
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        if not any(self.week):
            raise ValueError("no day of the week has a shift: the desk would never open")

    @property
    def always_open(self) -> bool:
        """Tell whether the desk never closes."""
        return self.week is None

    def works_on(self, day: dt.date) -> bool:
        """Tell whether the desk opens at all on a day; one that never closes has its holidays."""
        if day in self.days:
            return bool(self.days[day])
        return self.week is None or bool(self.week[day.weekday()])

    def is_open(self, at: dt.datetime) -> bool:
        """Tell whether somebody is at the desk at a moment."""
        return self.next_opening(at) == at

    def next_opening(self, at: dt.datetime) -> dt.datetime:
        """Give when the desk opens next: the moment itself while it is open."""
        if self.week is None:
            return at
        opens, _ = next(self._spans_from(at))
        return max(opens, at)

    def closing(self, at: dt.datetime, within: dt.timedelta = 8 * DAY) -> dt.datetime | None:
        """Give when a desk that is open closes; None when it does not for so long."""
        if self.week is None or not self.is_open(at):
            return None
        end = at
        for opens, closes in self._spans_from(at):
            if opens > end:
                return end
            end = closes
            if end - at > within:
                return None
        return None

    def add(self, at: dt.datetime, span: dt.timedelta) -> dt.datetime:
        """Give the moment by which so much business time has passed; none leaves it as it is."""
        if self.week is None or span <= dt.timedelta():
            return at + max(span, dt.timedelta())
        left = span
        for opens, closes in self._spans_from(at):
            start = max(opens, at)
            if closes - start >= left:
                return start + left
            left -= closes - start
        raise AssertionError("a calendar that opens every week never ends")

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Give the business time from one moment to a later one; none when it is not later."""
        if end <= start:
            return dt.timedelta()
        if self.week is None:
            return end - start
        passed = dt.timedelta()
        for opens, closes in self._spans_from(start):
            if opens >= end:
                return passed
            passed += min(closes, end) - max(opens, start)
        return passed

    def _spans_from(self, at: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Give what is open at a moment and after it, in order, without overlaps, for ever."""
        # A shift may run over midnight, and a zone may skip or repeat a day.
        day = at.astimezone(self.zone).date() - 2 * DAY
        last = at
        while True:
            for shift in self._shifts(day):
                opens = _moment(day, shift.opens, self.zone, last=False)
                closes = _moment(day, shift.closes, self.zone, last=True)
                if closes > last and closes > opens:
                    yield (opens if opens > last or last == at else last), closes
                    last = closes
            day += DAY

    def _shifts(self, day: dt.date) -> Shifts:
        if day in self.days:
            return self.days[day]
        return self.week[day.weekday()] if self.week is not None else ()


def days_of(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Give the days from the first to the last one, both included."""
    day = first
    while day <= last:
        yield day
        day += DAY


def _moment(day: dt.date, minute: int, zone: dt.tzinfo, *, last: bool) -> dt.datetime:
    """Give when a zone's wall clock shows a minute of a day: of two moments the first or last.

    A minute that is skipped is the moment of the skip.
    """
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minute)
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if first <= second:
        return second if last else first
    return _skip(second, first, wall, zone)


def _skip(low: dt.datetime, high: dt.datetime, wall: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Give the first moment, to the second, at which the wall clock is past a skipped time."""
    while high - low > dt.timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle == low:
            break
        if middle.astimezone(zone).replace(tzinfo=None) >= wall:
            high = middle
        else:
            low = middle
    return high
