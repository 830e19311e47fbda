"""How anger goes over a conversation, as a table."""

import pytest

from router.domain.trend import lasts, rises


@pytest.mark.parametrize(
    ("scores", "rising"),
    [
        pytest.param([0.1, 0.3, 0.5], True, id="step by step"),
        pytest.param([0.9, 0.1, 0.3, 0.5], True, id="only the last three count"),
        pytest.param([0.3, 0.5], False, id="two turns are too few"),
        pytest.param([0.1, 0.3, 0.35], False, id="it levels off"),
        pytest.param([0.0, 0.2, 0.4], False, id="still calm"),
        pytest.param([0.5, 0.3, 0.6], False, id="down and up"),
        pytest.param([], False, id="nothing said"),
    ],
)
def test_anger_rises_when_each_of_three_turns_is_angrier(scores: list[float], rising: bool) -> None:
    assert rises(scores, step=0.15, floor=0.45) is rising


@pytest.mark.parametrize(
    ("scores", "lasting"),
    [
        pytest.param([0.6, 0.55, 0.7], True, id="three in a row"),
        pytest.param([0.0, 0.6, 0.6, 0.6], True, id="after a calm beginning"),
        pytest.param([0.6, 0.6], False, id="only two"),
        pytest.param([0.6, 0.5, 0.6], False, id="calm in between"),
        pytest.param([], False, id="nothing said"),
    ],
)
def test_impatience_lasts_when_no_turn_of_the_last_three_is_calm(
    scores: list[float], lasting: bool
) -> None:
    assert lasts(scores, impatience=0.55, turns=3) is lasting
