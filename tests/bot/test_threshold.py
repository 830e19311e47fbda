"""The threshold is the lowest one whose answers are right often enough."""

import random
from pathlib import Path

import pytest

from bot.components.fitting import Hyperparameters, fit
from bot.components.grams import wording
from bot.components.linear import LinearIntents
from bot.components.threshold import LEAST_ANSWERED, sure_from
from bot.reading import reading_of


def read(confidence: float, right: int, wrong: int) -> list[tuple[float, bool]]:
    return [(confidence, True)] * right + [(confidence, False)] * wrong


MODEL = [*read(0.95, 99, 1), *read(0.8, 90, 10), *read(0.6, 70, 30), *read(0.3, 20, 80)]


@pytest.mark.parametrize(
    ("target", "threshold"),
    [
        pytest.param(0.99, 0.95, id="the surest hundred are right 99 times"),
        pytest.param(0.94, 0.8, id="with the next hundred 189 of 200 are right"),
        pytest.param(0.85, 0.6, id="259 of 300"),
        pytest.param(0.7, 0.6, id="all of them are right in 279 of 400 only"),
    ],
)
def test_the_lowest_confidence_that_reaches_the_target_answers_most(target, threshold):
    assert dict(sure_from(MODEL))[target] == threshold


def test_a_target_that_is_not_reached_is_left_out():
    assert 0.95 not in dict(sure_from(read(0.9, 90, 10)))


def test_of_a_few_texts_nothing_is_said():
    assert sure_from(read(0.9, LEAST_ANSWERED - 1, 0)) == ()
    assert sure_from([]) == ()


def test_a_stored_model_still_knows_what_it_has_shown(tmp_path: Path):
    model = fit([wording(t, []) for t in ("发货", "发票")], ["a", "b"], Hyperparameters()).model
    shown = ((0.8, 0.5), (0.9, 0.7))
    LinearIntents(model.labels, model.places, model.rarity, model.scorer, sure_from=shown).save(
        tmp_path
    )
    assert LinearIntents.open(tmp_path).sure_from == shown


def test_a_reading_carries_what_its_model_has_shown():
    parsed = {"intent_ranking": [{"name": "a", "confidence": 0.6}], "sure_from": ((0.9, 0.55),)}
    assert reading_of(parsed, 0, in_flow=False).sure_from == ((0.9, 0.55),)


@pytest.mark.parametrize("seed", range(20))
def test_what_lies_above_it_is_as_much_as_can_be_covered(seed: int):
    chance = random.Random(seed)
    rows = [(chance.choice([0.2, 0.4, 0.6, 0.8]), chance.random() < 0.8) for _ in range(120)]
    for target, threshold in sure_from(rows):
        above = {t: [right for c, right in rows if c >= t] for t in (0.2, 0.4, 0.6, 0.8)}
        reaching = [t for t, those in above.items() if sum(those) >= target * len(those)]
        assert threshold == min(t for t in reaching if len(above[t]) >= LEAST_ANSWERED)
