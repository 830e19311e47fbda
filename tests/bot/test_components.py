"""The intent model: what it counts, how sure it is, and that it is stored safely."""

from pathlib import Path

import numpy as np
import pytest

from bot.components.fitting import Hyperparameters, fit, fit_shares
from bot.components.grams import IN_WORD, grams
from bot.components.linear import LinearIntents, ModelOutdated, softmax

PHRASES = {
    "shipping_time": ["什么时候发货", "几时发货", "多久发货呀", "今天能发货吗", "发货要多久"],
    "coupon": ["优惠券怎么用", "券在哪里用", "怎么用券", "优惠券咋用", "满减券怎么用"],
    "thanks": ["谢谢", "多谢啦", "谢谢你", "太感谢了", "谢了"],
}


@pytest.fixture(scope="module")
def model() -> LinearIntents:
    texts = [grams(text, []) for phrases in PHRASES.values() for text in phrases]
    intents = [intent for intent, phrases in PHRASES.items() for _ in phrases]
    return fit(texts, intents, Hyperparameters()).model


@pytest.mark.parametrize(
    ("text", "intent"), [("啥时候发货", "shipping_time"), ("用券", "coupon"), ("感谢", "thanks")]
)
def test_new_words_fall_to_the_nearest_intent(model: LinearIntents, text: str, intent: str) -> None:
    assert model.labels[model.read(grams(text, [])).argmax()] == intent


def test_chances_sum_to_one(model: LinearIntents) -> None:
    assert model.read(grams("什么时候发货", [])).sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "qwerty", "🙂"])
def test_text_the_model_knows_nothing_of_is_a_uniform_guess(
    model: LinearIntents, text: str
) -> None:
    assert model.read(grams(text, [])).tolist() == pytest.approx([1 / 3] * 3)


def test_a_stored_model_reads_the_same(model: LinearIntents, tmp_path: Path) -> None:
    model.save(tmp_path)
    text = grams("发货", [])
    assert LinearIntents.open(tmp_path).read(text) == pytest.approx(model.read(text), abs=0.002)


def test_a_model_of_an_earlier_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    np.savez(tmp_path / "intents.npz", weights=np.zeros((2, 2)), sharpness=1.0)
    with pytest.raises(ModelOutdated, match="train it again"):
        LinearIntents.open(tmp_path)


def test_fitting_twice_gives_the_same_model(model: LinearIntents) -> None:
    texts = [grams(text, []) for phrases in PHRASES.values() for text in phrases]
    intents = [intent for intent, phrases in PHRASES.items() for _ in phrases]
    again = fit(texts, intents, Hyperparameters()).model
    assert np.array_equal(again.scorer.weights, model.scorer.weights)
    assert np.array_equal(again.scorer.bias, model.scorer.bias)


def test_one_intent_alone_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="two intents"):
        fit([grams("你好", [])], ["greet"], Hyperparameters())


def test_overconfident_scores_are_softened() -> None:
    scores = np.tile(np.array([4.0, 0.0], dtype=np.float32), (100, 1))
    truth = np.array([0] * 70 + [1] * 30)
    [share], _ = fit_shares([scores], truth)
    assert softmax(scores * share)[0, 0] == pytest.approx(0.7, abs=0.02)


def test_an_expert_that_knows_nothing_gets_no_share() -> None:
    chance = np.random.default_rng(1)
    truth = np.arange(2000) % 4
    knowing = np.eye(4, dtype=np.float32)[truth] + chance.normal(0, 0.5, (2000, 4))
    guessing = chance.normal(0, 1, (2000, 4)).astype(np.float32)
    shares, _ = fit_shares([knowing.astype(np.float32), guessing], truth)
    assert shares[0] > 1.0
    assert shares[1] < 0.2


def test_order_and_phone_numbers_count_as_one_mark() -> None:
    assert grams("jn2611210001", []) == grams("13900001111", []) == ["№"]


def test_pairs_within_words_know_the_words_borders() -> None:
    assert grams("发货", ["发货"])[-3:] == ["_ 发", "_发货", "_货 "]


def test_the_border_of_a_word_alone_is_no_feature() -> None:
    assert IN_WORD + " " not in grams("ωψξ", ["ωψξ"])
