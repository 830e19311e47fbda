"""Business hours: split shifts, holidays, extra days, zones, and clocks that jump."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.domain.hours import Calendar, Shift, Shifts, days_of, shifts_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
PYONGYANG = ZoneInfo("Asia/Pyongyang")
SAMOA = ZoneInfo("Pacific/Apia")
HOUR = dt.timedelta(hours=1)


def week(*texts: str, zone: dt.tzinfo = SHANGHAI, **days: list[str]) -> Calendar:
    """Give a calendar with the same shifts every day, and exceptions by date (_2026_10_01)."""
    exceptions = {
        dt.date.fromisoformat(day.strip("_").replace("_", "-")): shifts_of(shifts)
        for day, shifts in days.items()
    }
    return Calendar(zone, (shifts_of(texts),) * 7, exceptions)


def at(text: str, zone: dt.tzinfo = SHANGHAI, fold: int = 0) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)
    return moment.astimezone(dt.UTC)


SPLIT = week("09:00-12:00", "13:30-21:00")
OFFICE = Calendar(
    SHANGHAI,
    (*((shifts_of(["09:00-18:00"]),) * 5), (), ()),
    {
        **dict.fromkeys(days_of(dt.date(2026, 10, 1), dt.date(2026, 10, 7)), ()),
        dt.date(2026, 10, 10): shifts_of(["10:00-16:00"]),
    },
)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        pytest.param("2026-11-20 08:59:59", "2026-11-20 09:00", id="a second before"),
        pytest.param("2026-11-20 09:00", "2026-11-20 09:00", id="at the opening"),
        pytest.param("2026-11-20 11:59:59", "2026-11-20 11:59:59", id="in the first shift"),
        pytest.param("2026-11-20 12:00", "2026-11-20 13:30", id="the end is closed"),
        pytest.param("2026-11-20 12:40", "2026-11-20 13:30", id="between the shifts"),
        pytest.param("2026-11-20 21:00", "2026-11-21 09:00", id="in the evening"),
        pytest.param("2026-12-31 23:00", "2027-01-01 09:00", id="over the year"),
    ],
)
def test_the_next_opening_of_split_shifts(moment: str, opens: str) -> None:
    assert SPLIT.next_opening(at(moment)) == at(opens)
    assert SPLIT.is_open(at(moment)) == (moment == opens)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        pytest.param("2026-09-30 18:00", "2026-10-08 09:00", id="a week of holidays"),
        pytest.param("2026-10-09 18:00", "2026-10-10 10:00", id="an extra working Saturday"),
        pytest.param("2026-10-10 16:00", "2026-10-12 09:00", id="then the Sunday"),
    ],
)
def test_holidays_are_closed_and_extra_days_open(moment: str, opens: str) -> None:
    assert OFFICE.next_opening(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        pytest.param("2026-11-20 11:50", 30, "2026-11-20 13:50", id="over the lunch"),
        pytest.param("2026-11-20 11:50", 10, "2026-11-20 12:00", id="to the very end"),
        pytest.param("2026-11-20 20:50", 30, "2026-11-21 09:20", id="over the night"),
        pytest.param("2026-11-20 03:00", 15, "2026-11-20 09:15", id="from the night"),
        pytest.param("2026-11-20 10:00", 21 * 60, "2026-11-22 10:00", id="two days"),
        pytest.param("2026-11-20 12:10", 0, "2026-11-20 12:10", id="no time at all"),
    ],
)
def test_business_time_runs_only_while_the_desk_is_open(start: str, minutes: int, end: str) -> None:
    span = dt.timedelta(minutes=minutes)
    assert SPLIT.add(at(start), span) == at(end)
    assert SPLIT.between(at(start), at(end)) == span


def test_a_holiday_stops_the_clock() -> None:
    assert OFFICE.add(at("2026-09-30 17:30"), HOUR) == at("2026-10-08 09:30")
    assert OFFICE.between(at("2026-09-30 17:30"), at("2026-10-08 09:30")) == HOUR


def test_a_shift_may_end_the_day_after() -> None:
    night = week("20:00-02:00")
    assert night.is_open(at("2026-11-21 01:59"))
    assert night.next_opening(at("2026-11-21 02:00")) == at("2026-11-21 20:00")
    assert night.add(at("2026-11-20 23:30"), HOUR) == at("2026-11-21 00:30")


def test_a_night_shift_before_a_holiday_runs_to_its_end() -> None:
    night = week("20:00-02:00", _2026_10_01=[])
    assert night.is_open(at("2026-10-01 01:00"))
    assert night.next_opening(at("2026-10-01 02:00")) == at("2026-10-02 20:00")


@pytest.mark.parametrize(
    "whole", [Calendar(), week("00:00-24:00"), week("00:00-24:00", zone=NEW_YORK)]
)
def test_round_the_clock_is_always_open(whole: Calendar) -> None:
    moment = at("2026-03-08 01:30", NEW_YORK)
    assert whole.is_open(moment)
    assert whole.closing(moment) is None
    assert whole.add(moment, 30 * HOUR) == moment + 30 * HOUR
    assert whole.between(moment, moment + 30 * HOUR) == 30 * HOUR


def test_a_desk_tells_when_it_closes() -> None:
    assert SPLIT.closing(at("2026-11-20 10:00")) == at("2026-11-20 12:00")
    assert SPLIT.closing(at("2026-11-20 12:30")) is None
    assert week("00:00-12:00", "12:00-18:00").closing(at("2026-11-20 10:00")) == at(
        "2026-11-20 18:00"
    )


# --- clocks that jump ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "moment", "opens"),
    [
        pytest.param(
            week("02:30-12:00", zone=NEW_YORK),
            at("2026-03-08 01:00", NEW_YORK),
            at("2026-03-08 03:00", NEW_YORK),
            id="an opening that is skipped is at the skip",
        ),
        pytest.param(
            week("01:30-12:00", zone=NEW_YORK),
            at("2026-11-01 00:30", NEW_YORK),
            at("2026-11-01 01:30", NEW_YORK, fold=0),
            id="an opening that comes twice is the first",
        ),
        pytest.param(
            week("00:10-06:00", zone=PYONGYANG),
            at("2018-05-04 23:00", PYONGYANG),
            dt.datetime(2018, 5, 4, 15, 10, tzinfo=dt.UTC),
            id="a zone that moved by half an hour at midnight",
        ),
        pytest.param(
            week("09:00-18:00", zone=SAMOA),
            at("2011-12-29 20:00", SAMOA),
            at("2011-12-31 09:00", SAMOA),
            id="a zone that skipped a day",
        ),
    ],
)
def test_openings_where_the_clocks_jump(
    calendar: Calendar, moment: dt.datetime, opens: dt.datetime
) -> None:
    assert calendar.next_opening(moment) == opens


def test_an_hour_that_is_skipped_does_not_count_and_one_that_comes_twice_counts_twice() -> None:
    calendar = week("00:00-12:00", zone=NEW_YORK)
    spring, autumn = at("2026-03-08 00:00", NEW_YORK), at("2026-11-01 00:00", NEW_YORK)
    assert calendar.between(spring, spring + 20 * HOUR) == 11 * HOUR
    assert calendar.between(autumn, autumn + 20 * HOUR) == 13 * HOUR
    assert calendar.add(spring, 3 * HOUR) == at("2026-03-08 04:00", NEW_YORK)


def test_a_shift_that_ends_in_a_repeated_hour_ends_at_its_second_time() -> None:
    calendar = week("00:00-01:30", zone=NEW_YORK)
    midnight = at("2026-11-01 00:00", NEW_YORK)
    assert calendar.closing(midnight) == at("2026-11-01 01:30", NEW_YORK, fold=1)
    assert calendar.between(midnight, midnight + 20 * HOUR) == 2.5 * HOUR


def test_a_shift_inside_a_skipped_hour_is_none() -> None:
    calendar = week("02:10-02:50", zone=NEW_YORK)
    assert calendar.next_opening(at("2026-03-08 00:00", NEW_YORK)) == at(
        "2026-03-09 02:10", NEW_YORK
    )


# --- properties ----------------------------------------------------------------------------------


@st.composite
def shift_lists(draw: st.DrawFn) -> Shifts:
    marks = draw(st.lists(st.integers(0, 96), unique=True, max_size=6).map(sorted))
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple(Shift(opens * 15, closes * 15) for opens, closes in pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = draw(st.lists(shift_lists(), min_size=7, max_size=7).filter(any))
    zone = draw(st.sampled_from([SHANGHAI, NEW_YORK, PYONGYANG, ZoneInfo("Australia/Lord_Howe")]))
    exceptions = draw(
        st.dictionaries(
            st.dates(dt.date(2018, 3, 1), dt.date(2018, 12, 1)), shift_lists(), max_size=12
        )
    )
    return Calendar(zone, tuple(days), exceptions)


moments = st.datetimes(
    dt.datetime(2018, 3, 1), dt.datetime(2018, 11, 20), timezones=st.just(dt.UTC)
)
spans = st.timedeltas(dt.timedelta(0), dt.timedelta(hours=60))


@given(calendars(), moments, spans)
@settings(max_examples=150, deadline=None)
def test_what_is_added_has_passed(
    calendar: Calendar, start: dt.datetime, span: dt.timedelta
) -> None:
    end = calendar.add(start, span)
    assert end >= start
    assert calendar.between(start, end) == span


@given(calendars(), moments, moments, moments)
@settings(max_examples=150, deadline=None)
def test_business_time_adds_up_and_never_exceeds_real_time(
    calendar: Calendar, a: dt.datetime, b: dt.datetime, c: dt.datetime
) -> None:
    a, b, c = sorted((a, b, c))
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
    assert dt.timedelta() <= calendar.between(a, c) <= c - a
    assert calendar.between(c, a) == dt.timedelta()


@given(calendars(), moments)
@settings(max_examples=150, deadline=None)
def test_the_desk_is_open_at_its_next_opening_and_closed_until_then(
    calendar: Calendar, moment: dt.datetime
) -> None:
    opens = calendar.next_opening(moment)
    assert calendar.is_open(opens)
    assert calendar.between(moment, opens) == dt.timedelta()
    assert calendar.between(opens, opens + dt.timedelta(minutes=1)) > dt.timedelta()


@given(calendars(), moments)
@settings(max_examples=150, deadline=None)
def test_away_from_the_jumps_open_means_what_the_wall_clock_says(
    calendar: Calendar, moment: dt.datetime
) -> None:
    offsets = {
        (moment + dt.timedelta(hours=shift)).astimezone(calendar.zone).utcoffset()
        for shift in (-36, 0, 36)
    }
    if len(offsets) > 1:
        return
    wall = moment.astimezone(calendar.zone)
    minute = wall.hour * 60 + wall.minute
    assert calendar.week is not None
    today = calendar.days.get(wall.date(), calendar.week[wall.weekday()])
    assert calendar.is_open(moment) == any(s.opens <= minute < s.closes for s in today)


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["9:00-12:00"], id="one digit"),
        pytest.param(["09:00"], id="no end"),
        pytest.param(["09:00-09:00"], id="no length"),
        pytest.param(["24:00-25:00"], id="past the day"),
        pytest.param(["09:00-24:30"], id="ends past the day"),
        pytest.param(["09:60-10:00"], id="no such minute"),
        pytest.param(["09:00-12:00", "11:00-13:00"], id="overlapping"),
        pytest.param(["22:00-02:00", "23:00-24:00"], id="overlapping at night"),
    ],
)
def test_a_wrong_shift_is_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="shift"):
        shifts_of(texts)


def test_a_week_needs_seven_days_and_a_shift() -> None:
    with pytest.raises(ValueError, match="seven"):
        Calendar(SHANGHAI, (shifts_of(["09:00-18:00"]),) * 5)
    with pytest.raises(ValueError, match="never open"):
        Calendar(SHANGHAI, ((),) * 7)
