"""Pick-up windows: what is offered, what free words name, how it is shown; pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.text import fold

_WEEKDAYS: Final = "一二三四五六日"
_DAYS: Final = (("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("mingtian", 1))
_WEEKDAY: Final = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_MORNING: Final = re.compile(r"上午|早上|早晨|中午前|shangwu")
_AFTERNOON: Final = re.compile(r"下午|午后|傍晚|xiawu")
_ALL_DAY: Final = re.compile(r"全天|整天|都行|都可以|随时|随便|白天")
_USUAL_DAYS: Final = 7

Hours = tuple[time, time]


@dataclass(frozen=True, slots=True)
class PickupWindow:
    """A window on one day in shop time in which the courier comes."""

    day: date
    start: time
    end: time

    def code(self) -> str:
        """Return the router's form, such as 2026-11-23T09:00/18:00."""
        return f"{self.day.isoformat()}T{self.start:%H:%M}/{self.end:%H:%M}"

    def words(self, today: date) -> str:
        """Return the window as a shopper reads it: 明天（11月23日 周一）9:00–18:00."""
        dated = f"{self.day.month}月{self.day.day}日 周{_WEEKDAYS[self.day.weekday()]}"
        near = self.near(today)
        hours = f"{self.start.hour}:{self.start:%M}–{self.end.hour}:{self.end:%M}"
        return f"{near}（{dated}）{hours}" if near else f"{dated} {hours}"

    def near(self, today: date) -> str | None:
        """Return 明天 or 后天, or None for a day further on."""
        return {1: "明天", 2: "后天"}.get((self.day - today).days)

    @classmethod
    def of_code(cls, code: str) -> "PickupWindow":
        """Read what `code` wrote; raises ValueError on anything else."""
        start, end = code.split("/")
        begins = datetime.fromisoformat(start)
        return cls(begins.date(), begins.time(), time.fromisoformat(end))


@dataclass(frozen=True, slots=True)
class Pickups:
    """When couriers come, as the shop says it: the days from tomorrow on, and the hours."""

    today: date
    days: tuple[date, ...]
    morning: Hours = (time(9), time(12))
    afternoon: Hours = (time(13), time(18))

    @classmethod
    def usual(cls, today: date) -> "Pickups":
        """Return every day of the next week, for a shop that cannot be asked."""
        return cls(today, tuple(today + timedelta(days=n + 1) for n in range(_USUAL_DAYS)))

    @property
    def all_day(self) -> Hours:
        """Return the hours from the first to the last."""
        return self.morning[0], self.afternoon[1]

    def first(self) -> PickupWindow:
        """Return the window offered first: all of the first day."""
        return PickupWindow(self.days[0], *self.all_day)

    def on(self, day: date) -> date:
        """Return that day, or the next one on which a courier comes; at most the last of them."""
        return next((one for one in self.days if one >= day), self.days[-1])

    def named_in(self, text: str, offered: PickupWindow) -> PickupWindow | None:
        """Return the window `text` names, what it leaves out taken from `offered`; None if none.

        Its day may be one on which no courier comes: `on` gives the one that is meant then.
        """
        plain = fold(text)
        day = _day_in(plain, self.today)
        parts = (
            (_MORNING, self.morning),
            (_AFTERNOON, self.afternoon),
            (_ALL_DAY, self.all_day),
        )
        hours = next((hours for words, hours in parts if words.search(plain)), None)
        if day is None and hours is None:
            return None
        start, end = hours or (offered.start, offered.end)
        return PickupWindow(day or offered.day, start, end)


def _day_in(text: str, today: date) -> date | None:
    """Return the day that 明天, 后天 or 周三 names, never today and at most a week ahead."""
    for word, ahead in _DAYS:
        if word in text:
            return today + timedelta(days=ahead)
    match = _WEEKDAY.search(text)
    if match is None:
        return None
    weekday = _WEEKDAYS.index(match[1].replace("天", "日"))
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
