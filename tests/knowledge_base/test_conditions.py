import datetime as dt

import pytest
from hypothesis import given

from knowledge_base.conditions import ALWAYS, Circumstances, Condition, Field, within
from tests.knowledge_base.samples import VOCABULARY, circumstances, conditions, thorough, when

NOVEMBER = dt.date(2026, 11, 1)
SINGLES = dt.date(2026, 11, 11)
DECEMBER = dt.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("condition", "shopper", "holds"),
    [
        pytest.param(ALWAYS, Circumstances(), True, id="no condition holds for everybody"),
        pytest.param(when(tier="gold"), Circumstances(tier="gold"), True, id="金卡 is 金卡"),
        pytest.param(when(tier="gold"), Circumstances(tier="ordinary"), False, id="other tier"),
        pytest.param(when(tier="gold"), Circumstances(), False, id="unknown tier"),
        pytest.param(
            when(tier=frozenset({"gold", "diamond"})),
            Circumstances(tier="diamond"),
            True,
            id="one of several values",
        ),
        pytest.param(
            when(tier="gold", channel="app"),
            Circumstances(tier="gold", channel="web"),
            False,
            id="every field must hold",
        ),
        pytest.param(
            when(starts=NOVEMBER, until=SINGLES), Circumstances(on=SINGLES), True, id="last day"
        ),
        pytest.param(
            when(starts=NOVEMBER, until=SINGLES), Circumstances(on=NOVEMBER), True, id="first day"
        ),
        pytest.param(when(until=SINGLES), Circumstances(on=DECEMBER), False, id="too late"),
        pytest.param(when(starts=SINGLES), Circumstances(on=NOVEMBER), False, id="too early"),
        pytest.param(when(starts=SINGLES), Circumstances(), False, id="unknown day"),
    ],
)
def test_a_condition_holds_only_for_its_circumstances(
    condition: Condition, shopper: Circumstances, holds: bool
):
    assert condition.matches(shopper) is holds


@pytest.mark.parametrize(
    ("condition", "specificity"),
    [
        (ALWAYS, 0),
        (when(tier=frozenset({"gold", "diamond"})), 1),
        (when(starts=NOVEMBER, until=SINGLES), 1),
        (when(tier="gold", channel="app", until=SINGLES), 3),
    ],
)
def test_specificity_counts_fields_and_dates_once(condition: Condition, specificity: int):
    assert condition.specificity == specificity


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        pytest.param(when(tier="gold"), when(tier="diamond"), False, id="disjoint values"),
        pytest.param(when(tier="gold"), when(channel="app"), True, id="no common field"),
        pytest.param(
            when(until=NOVEMBER), when(starts=SINGLES), False, id="one window before the other"
        ),
        pytest.param(when(until=SINGLES), when(starts=SINGLES), True, id="windows share one day"),
        pytest.param(ALWAYS, ALWAYS, True, id="two defaults"),
    ],
)
def test_conditions_overlap_when_one_shopper_can_satisfy_both(
    one: Condition, other: Condition, overlap: bool
):
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


@thorough
@given(conditions(), conditions(), circumstances())
def test_two_conditions_that_hold_for_one_shopper_always_overlap(one, other, shopper):
    if one.matches(shopper) and other.matches(shopper):
        assert one.overlaps(other)


def test_a_condition_reads_as_text():
    assert str(ALWAYS) == "default"
    one = when(tier=frozenset({"gold", "diamond"}), starts=NOVEMBER, until=SINGLES)
    assert str(one) == "tier=diamond|gold, from 2026-11-01, until 2026-11-11"


def test_the_vocabulary_knows_values_and_titles_of_every_field():
    assert all(VOCABULARY.values(field) for field in Field)
    assert VOCABULARY.title(Field.TIER, "gold") == "金卡"
    assert VOCABULARY.title(Field.TIER, "platinum") == "platinum"
    assert VOCABULARY.flows == {"return_request"}


def test_an_open_window_has_no_end():
    assert within(SINGLES, None, None)
    assert within(SINGLES, NOVEMBER, None)
    assert not within(SINGLES, DECEMBER, None)
