"""Pick-up windows of a return: what is offered, what free words name, how it is shown; pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.text import fold

_WEEKDAYS: Final = "一二三四五六日"
_DAYS: Final = (("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("mingtian", 1))
_WEEKDAY: Final = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_PARTS: Final = (
    (re.compile(r"上午|早上|早晨|中午前|shangwu"), time(9), time(12)),
    (re.compile(r"下午|午后|傍晚|xiawu"), time(13), time(18)),
    (re.compile(r"全天|整天|都行|都可以|随时|随便|白天"), time(9), time(18)),
)


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
        near = {1: "明天", 2: "后天"}.get((self.day - today).days)
        hours = f"{self.start.hour}:{self.start:%M}–{self.end.hour}:{self.end:%M}"
        return f"{near}（{dated}）{hours}" if near else f"{dated} {hours}"

    def day_before(self) -> date:
        """Return the day before; for tomorrow's window that is today."""
        return self.day - timedelta(days=1)

    @classmethod
    def of_code(cls, code: str) -> "PickupWindow":
        """Read what `code` wrote; raises ValueError on anything else."""
        start, end = code.split("/")
        begins = datetime.fromisoformat(start)
        return cls(begins.date(), begins.time(), time.fromisoformat(end))


def next_day(today: date) -> PickupWindow:
    """Return the window offered first: all of tomorrow, 9 to 18 o'clock."""
    return PickupWindow(today + timedelta(days=1), time(9), time(18))


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


def window_in(text: str, today: date, offered: PickupWindow) -> PickupWindow | None:
    """Return the window `text` names, what it leaves out taken from `offered`; None if neither."""
    plain = fold(text)
    day = _day_in(plain, today)
    hours = next(((start, end) for words, start, end in _PARTS if words.search(plain)), None)
    if day is None and hours is None:
        return None
    start, end = hours or (offered.start, offered.end)
    return PickupWindow(day or offered.day, start, end)
