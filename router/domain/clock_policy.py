"""The policy's sections about time: hours, holidays, clocks and waits, as the file states them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from router.domain.handoff import Priority
from router.domain.hours import Calendar, Shifts, days_of, shifts_of
from router.domain.sla import CLASSES, Targets, Timing

Minutes = Annotated[float, Meta(gt=0, le=60 * 24 * 14)]
Texts = Annotated[list[str], Meta(max_length=12)]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_HOLIDAY = 60


class HoursSection(Struct, forbid_unknown_fields=True, frozen=True):
    """When the desk is open; a day that is not named is as `every_day` says."""

    zone: str = "Asia/Shanghai"
    every_day: Texts = []
    monday: Texts | None = None
    tuesday: Texts | None = None
    wednesday: Texts | None = None
    thursday: Texts | None = None
    friday: Texts | None = None
    saturday: Texts | None = None
    sunday: Texts | None = None

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (KeyError, OSError, ValueError):
            raise ValueError(f"there is no time zone {self.zone!r}") from None
        self.calendar(())

    def calendar(self, holidays: Sequence[HolidaySection]) -> Calendar:
        """Give the calendar of these hours with their exceptions."""
        days: dict[dt.date, Shifts] = {}
        for holiday in holidays:
            days |= holiday.days()
        named = [getattr(self, weekday) for weekday in WEEKDAYS]
        week = tuple(shifts_of(self.every_day if one is None else one) for one in named)
        return Calendar(ZoneInfo(self.zone), week, days)


class HolidaySection(Struct, forbid_unknown_fields=True, frozen=True):
    """Days that are not like others: closed, or with `hours` open all the same."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    on: dt.date
    until: dt.date | None = None
    hours: Texts = []

    def __post_init__(self) -> None:
        last = self.until or self.on
        if not 0 <= (last - self.on).days < LONGEST_HOLIDAY:
            raise ValueError(
                f"holiday {self.name!r} ends before it begins or lasts over {LONGEST_HOLIDAY} days"
            )
        shifts_of(self.hours)

    def days(self) -> dict[dt.date, Shifts]:
        """Give the shifts of each of its days."""
        shifts = shifts_of(self.hours)
        return dict.fromkeys(days_of(self.on, self.until or self.on), shifts)


class TargetsSection(Struct, forbid_unknown_fields=True, frozen=True):
    """The targets of one SLA class, in minutes of business time."""

    left_response: Minutes
    next_response: Minutes
    resolution: Minutes

    def targets(self) -> Targets:
        """Give them as the clocks take them."""
        return Targets(
            *(dt.timedelta(minutes=minutes) for minutes in msgspec.structs.astuple(self))
        )


class SlaSection(Struct, forbid_unknown_fields=True, frozen=True):
    """When clocks warn, and the targets by SLA class."""

    warn_share: Annotated[float, Meta(gt=0, lt=1)] = 0.6
    classes: dict[Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")], TargetsSection] = {}


class WaitsSection(Struct, forbid_unknown_fields=True, frozen=True):
    """How waits are estimated: from how many recent ones, and of how long ago."""

    remembered: Annotated[int, Meta(ge=10, le=5_000)] = 400
    hours: Annotated[float, Meta(gt=0, le=24 * 14)] = 12
    service_minutes: Annotated[float, Meta(gt=0, le=240)] = 8


def timing_of(
    hours: HoursSection | None,
    holidays: Sequence[HolidaySection],
    sla: SlaSection,
    chat: Mapping[Priority, dt.timedelta],
) -> Timing:
    """Put the sections together; without [hours] the desk is always open."""
    classes = CLASSES | {name: section.targets() for name, section in sla.classes.items()}
    return Timing(
        calendar=hours.calendar(holidays) if hours is not None else Calendar(),
        chat=chat,
        classes=classes,
        warn_share=sla.warn_share,
    )
