"""Days and hours on which couriers come: those of the shop, without its holidays."""

import datetime as dt

import msgspec
import pytest

from router.domain.hours import Calendar, shifts_of
from router.domain.pickups import PickupPolicy, pickups_of

SUNDAY = dt.date(2026, 11, 22)
WEEKDAYS = Calendar(week=((shifts_of(["09:00-18:00"]),) * 5 + ((),) * 2))


def days(calendar: Calendar, **policy: int) -> list[int]:
    found = pickups_of(PickupPolicy(**policy), calendar, SUNDAY)
    return [(day - SUNDAY).days for day in found.days]


def test_as_shipped_a_courier_comes_on_each_of_the_next_seven_days() -> None:
    assert days(Calendar()) == [1, 2, 3, 4, 5, 6, 7]


def test_first_day_and_number_of_days_are_the_shops() -> None:
    assert days(Calendar(), first_day=2, days=3) == [2, 3, 4]


def test_closed_days_and_holidays_are_left_out_and_extra_days_count() -> None:
    monday, saturday = SUNDAY + dt.timedelta(days=1), SUNDAY + dt.timedelta(days=6)
    off = {monday: (), saturday: shifts_of(["10:00-12:00"])}
    assert days(Calendar(week=WEEKDAYS.week, days=off)) == [2, 3, 4, 5, 6, 8, 9]
    assert days(Calendar(days={monday: ()}), days=2) == [2, 3]


def test_a_season_without_any_day_leaves_the_first() -> None:
    closed = {SUNDAY + dt.timedelta(days=n): () for n in range(100)}
    assert days(Calendar(days=closed)) == [1]


def test_the_hours_are_those_of_the_policy() -> None:
    found = pickups_of(PickupPolicy(morning="10:30-11:30"), Calendar(), SUNDAY)
    assert found.morning == (dt.time(10, 30), dt.time(11, 30))
    assert found.afternoon == (dt.time(13), dt.time(18))


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        ({"morning": "9-12"}, "9-12"),
        ({"afternoon": "11:00-18:00"}, "afternoon"),
        ({"afternoon": "20:00-02:00"}, "midnight"),
        ({"days": 0}, "days"),
        ({"first_day": 31}, "first_day"),
    ],
)
def test_a_wrong_policy_is_refused_by_the_name_of_what_is_wrong(
    policy: dict[str, object], word: str
) -> None:
    with pytest.raises((ValueError, msgspec.ValidationError), match=word):
        msgspec.convert(policy, PickupPolicy)
