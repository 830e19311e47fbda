"""What a resolve has to say, when an ending takes effect, how far away a hold may end."""

import pytest

from router.domain.cases import (
    CasesPolicy,
    Closing,
    Ending,
    Parting,
    UnknownCause,
    UnknownOutcome,
    checked_closing,
    checked_until,
)
from router.domain.errors import IllegalMove
from tests.router.people import NOON, after


@pytest.mark.parametrize(
    ("closing", "refusal"),
    [
        pytest.param(Closing("product", "solved"), None, id="both"),
        pytest.param(Closing("product"), None, id="no outcome"),
        pytest.param(Closing(), UnknownCause, id="no cause"),
        pytest.param(Closing("weather"), UnknownCause, id="an unknown cause"),
        pytest.param(Closing("product", "fine"), UnknownOutcome, id="an unknown outcome"),
    ],
)
def test_a_resolve_names_a_configured_cause(
    closing: Closing, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        assert checked_closing(closing, CasesPolicy()) == closing
        return
    with pytest.raises(refusal, match=r"商品|product|已解决|solved"):
        checked_closing(closing, CasesPolicy())


def test_a_house_that_does_not_count_causes_resolves_without() -> None:
    assert checked_closing(Closing(), CasesPolicy(cause_required=False)) == Closing()


@pytest.mark.parametrize(
    ("seconds", "due"),
    [(0, False), (4.9, False), (5, True), (3600, True), (-1, True)],
    ids=["at once", "just before", "on time", "late", "clock set back"],
)
def test_an_ending_takes_effect_when_it_can_no_longer_be_taken_back(
    seconds: float, due: bool
) -> None:
    parting = Parting("p", "c", Ending.RESOLVE, "lina", 2, NOON, after(5))
    assert parting.is_due(after(seconds)) is due


@pytest.mark.parametrize("seconds", [-1, 0, 73 * 3600])
def test_a_hold_ends_neither_in_the_past_nor_too_far_away(seconds: float) -> None:
    with pytest.raises(IllegalMove):
        checked_until(after(seconds), NOON, CasesPolicy())
    assert checked_until(after(60), NOON, CasesPolicy()) == after(60)
