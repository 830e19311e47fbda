"""The wait that is told: from place, agents and experience, and whether it holds."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.domain.waits import (
    PICK_UP,
    STEPS,
    Estimate,
    Experience,
    Floor,
    Outcome,
    coverage,
    estimate,
    rounded,
)

NONE = Experience()
FULL = Floor(running=10, free=0, service=600)


def told(place: int, floor: Floor = FULL, experience: Experience = NONE) -> Estimate:
    found = estimate(place, floor, experience)
    assert found is not None
    return found


def test_a_wait_grows_with_the_place_and_shrinks_with_the_agents() -> None:
    assert told(1).mean == 60
    assert told(10).mean == 600
    assert told(10, Floor(20, 0, 600)).p90 < told(10).p90 < told(11).p90


def test_the_range_narrows_where_many_are_ahead() -> None:
    near, far = told(1), told(30)
    assert near.p90 / near.p50 > 2
    assert far.p90 / far.p50 < 1.4


def test_whoever_finds_an_agent_free_waits_as_long_as_picking_up_takes() -> None:
    found = told(2, Floor(running=4, free=2, service=600))
    assert (found.ahead, found.mean) == (0, PICK_UP)
    assert told(3, Floor(running=4, free=2, service=600)).ahead == 1


def test_nobody_can_tell_a_wait_when_nobody_is_there() -> None:
    assert estimate(1, Floor(0, 0, 600), NONE) is None


@pytest.mark.parametrize("slower", [0.5, 1.0, 2.5])
def test_experience_brings_nine_in_ten_waits_under_what_is_told(slower: float) -> None:
    dice = random.Random(11)
    outcomes: list[Outcome] = []
    kept: list[tuple[float, float]] = []
    for number in range(1_500):
        place = dice.randint(1, 12)
        found = told(place, experience=Experience(outcomes[-400:]))
        waited = slower * sum(dice.expovariate(10 / 600) for _ in range(place))
        outcomes.append(Outcome(found.ahead, found.mean, waited))
        if number >= 300:
            kept.append((found.p90, waited))
    share = coverage(kept)
    assert share is not None
    assert abs(share - 0.9) < 0.03


def test_those_who_found_an_agent_free_say_nothing_of_those_who_stood_in_line() -> None:
    quick = Experience([Outcome(0, PICK_UP, 1.0)] * 300)
    assert told(5, experience=quick) == told(5)


def test_what_was_told_is_compared_with_what_happened() -> None:
    assert coverage([]) is None
    assert coverage([(60, 59), (60, 60), (60, 61), (30, 90)]) == 0.5


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, 10), (11, 20), (61, 90), (299, 300), (301, 360), (1_801, 2_100), (20_000, 21_600)],
)
def test_a_wait_is_rounded_up_as_people_say_it(seconds: float, said: int) -> None:
    assert rounded(seconds) == said


@given(
    st.integers(1, 500),
    st.floats(0, 500),
    st.floats(0, 50),
    st.floats(1, 7_200),
    st.lists(
        st.builds(Outcome, st.integers(0, 60), st.floats(1, 9_000), st.floats(0, 90_000)),
        max_size=80,
    ),
)
def test_the_quantiles_are_in_order_whatever_happened(
    place: int, running: float, free: float, service: float, outcomes: list[Outcome]
) -> None:
    found = estimate(place, Floor(running, free, service), Experience(outcomes))
    assert found is None or 0 <= found.p50 <= found.p90
    assert list(STEPS) == sorted(set(STEPS))
