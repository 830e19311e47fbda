"""Text that nothing answers: it is taught, never shown, and its share is nobody's."""

import pytest

from bot.components.held_out import HeldOut
from bot.figures import figures
from bot.reading import OUT_OF_SCOPE, reading_of


def parsed(*ranking: tuple[str, float]) -> dict:
    return {"intent_ranking": [{"name": n, "confidence": share} for n, share in ranking]}


@pytest.mark.parametrize("in_flow", [False, True], ids=["outside a flow", "inside a flow"])
def test_what_is_out_of_scope_is_not_forced_into_the_nearest_entry(in_flow):
    found = reading_of(parsed((OUT_OF_SCOPE, 0.9), ("wash", 0.08)), 0, in_flow=in_flow)
    assert found.intent == "wash"
    assert found.confidence == pytest.approx(0.08)
    assert OUT_OF_SCOPE not in dict(found.ranking)


def test_a_message_that_nothing_else_fits_has_no_intent():
    assert reading_of(parsed((OUT_OF_SCOPE, 1.0)), 0, in_flow=False).intent == ""


def test_text_that_is_out_of_scope_is_no_figure():
    rows = [
        HeldOut("明天下雨吗", OUT_OF_SCOPE, ((OUT_OF_SCOPE, 0.9),)),
        HeldOut("几天能到", "delivery", ((OUT_OF_SCOPE, 0.6), ("delivery", 0.4))),
    ]
    [figure] = figures(rows)
    assert figure.text == "几天能到"
    assert figure.ranking == (("delivery", 0.4),)
