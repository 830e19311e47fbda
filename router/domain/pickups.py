"""When couriers come for what is returned, exchanged or repaired: hours, and days of the shop."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from router.domain.hours import Calendar, Shift

Days = Annotated[int, Meta(ge=1, le=30)]
Hours = tuple[dt.time, dt.time]
LOOKED_AHEAD = 90


class PickupPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's [pickups]: the two parts of a day, and from which day to which one may ask."""

    morning: str = "09:00-12:00"
    afternoon: str = "13:00-18:00"
    first_day: Days = 1
    days: Days = 7

    def __post_init__(self) -> None:
        """Refuse hours that are none, or an afternoon before the morning."""
        shifts = Shift.of(self.morning), Shift.of(self.afternoon)
        if any(shift.closes >= 24 * 60 for shift in shifts):
            raise ValueError("a pick-up is over before midnight")
        if shifts[1].opens < shifts[0].closes:
            raise ValueError("`afternoon` has to begin after `morning` ends")


@dataclass(frozen=True, slots=True)
class Pickups:
    """When couriers come, as seen from a day."""

    today: dt.date
    days: tuple[dt.date, ...]
    morning: Hours
    afternoon: Hours


def pickups_of(policy: PickupPolicy, calendar: Calendar, today: dt.date) -> Pickups:
    """Give the days on which a courier comes; the desk's closed days and holidays are none.

    Where everything is closed for a season, the first day after it that is not too far ahead.
    """
    ahead = [today + dt.timedelta(days=n) for n in range(policy.first_day, LOOKED_AHEAD)]
    days = [day for day in ahead if calendar.works_on(day)][: policy.days] or ahead[:1]
    return Pickups(today, tuple(days), _hours(policy.morning), _hours(policy.afternoon))


def _hours(text: str) -> Hours:
    shift = Shift.of(text)
    return _time(shift.opens), _time(shift.closes)


def _time(minutes: int) -> dt.time:
    return dt.time(*divmod(minutes, 60))
