"""The intent model: what it counts, how sure it is, and that it is stored safely."""

from pathlib import Path

import numpy as np
import pytest

from bot.components.certainty import Certainty
from bot.components.fitting import Hyperparameters, fit, fit_shares
from bot.components.grams import BY_SOUND, IN_WORD, Wording, wording
from bot.components.linear import LinearIntents, ModelOutdated, softmax
from bot.components.meaning import VectorsUnreadable, WordVectors

PHRASES = {
    "shipping_time": ["什么时候发货", "几时发货", "多久发货呀", "今天能发货吗", "发货要多久"],
    "coupon": ["优惠券怎么用", "券在哪里用", "怎么用券", "优惠券咋用", "满减券怎么用"],
    "thanks": ["谢谢", "多谢啦", "谢谢你", "太感谢了", "谢了"],
}


def read(text: str) -> Wording:
    return wording(text, [])


@pytest.fixture(scope="module")
def model() -> LinearIntents:
    texts = [read(text) for phrases in PHRASES.values() for text in phrases]
    intents = [intent for intent, phrases in PHRASES.items() for _ in phrases]
    return fit(texts, intents, Hyperparameters()).model


@pytest.mark.parametrize(
    ("text", "intent"), [("啥时候发货", "shipping_time"), ("用券", "coupon"), ("感谢", "thanks")]
)
def test_new_words_fall_to_the_nearest_intent(model: LinearIntents, text: str, intent: str) -> None:
    assert model.labels[model.read(read(text)).argmax()] == intent


def test_chances_sum_to_one(model: LinearIntents) -> None:
    assert model.read(read("什么时候发货")).sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", "qwerty", "🙂"])
def test_text_the_model_knows_nothing_of_is_a_uniform_guess(
    model: LinearIntents, text: str
) -> None:
    assert model.read(read(text)).tolist() == pytest.approx([1 / 3] * 3)


def test_a_stored_model_reads_the_same(model: LinearIntents, tmp_path: Path) -> None:
    model.save(tmp_path)
    text = read("发货")
    assert LinearIntents.open(tmp_path).read(text) == pytest.approx(model.read(text), abs=0.002)


def test_a_model_of_an_earlier_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    np.savez(tmp_path / "intents.npz", weights=np.zeros((2, 2)), sharpness=1.0)
    with pytest.raises(ModelOutdated, match="train it again"):
        LinearIntents.open(tmp_path)


def test_fitting_twice_gives_the_same_model(model: LinearIntents) -> None:
    texts = [read(text) for phrases in PHRASES.values() for text in phrases]
    intents = [intent for intent, phrases in PHRASES.items() for _ in phrases]
    again = fit(texts, intents, Hyperparameters()).model
    assert np.array_equal(again.scorer.weights, model.scorer.weights)
    assert np.array_equal(again.scorer.bias, model.scorer.bias)


def test_one_intent_alone_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="two intents"):
        fit([read("你好")], ["greet"], Hyperparameters())


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
    assert read("jn2611210001").grams == read("13900001111").grams == ("№",)


def test_pairs_within_words_know_the_words_borders() -> None:
    found = wording("发货", ["发货"]).grams
    assert [gram for gram in found if gram[0] == IN_WORD][-3:] == ["_ 发", "_发货", "_货 "]


def test_the_border_of_a_word_alone_is_no_feature() -> None:
    assert IN_WORD + " " not in wording("ωψξ", ["ωψξ"]).grams


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("发或", "发货"), ("退欵", "退款")],
    ids=["a character of the same sound", "a rare form"],
)
def test_what_sounds_alike_shares_its_pairs_of_syllables(typed: str, meant: str) -> None:
    sounds = [{g for g in read(text).grams if g.startswith(BY_SOUND)} for text in (typed, meant)]
    assert sounds[0] == sounds[1] != set()


@pytest.fixture
def vectors(tmp_path: Path) -> WordVectors:
    rows = {"运费": (9, 0, 1), "邮费": (8, 1, 1), "发票": (0, 9, 0), "抬头": (1, 8, 0)}
    rows["钱"] = (5, 0, 5)
    words, numbers = list(rows), np.asarray(list(rows.values()), dtype=np.int8)
    np.savez(tmp_path / "words.npz", words=np.asarray(words), rows=numbers)
    return WordVectors.open(tmp_path / "words.npz")


def spoken(text: str) -> Wording:
    return wording(text.replace(" ", ""), text.split())


def test_a_word_never_taught_is_read_by_its_meaning(vectors: WordVectors, tmp_path: Path) -> None:
    taught = [f"{ask} {thing}" for thing in ("运费", "发票") for ask in ("问", "看", "查", "说")]
    fitted = fit(
        [spoken(text) for text in taught],
        ["freight"] * 4 + ["invoice"] * 4,
        Hyperparameters(),
        vectors,
    )
    fitted.model.save(tmp_path)
    again = LinearIntents.open(tmp_path)
    for text, intent in (("问 邮费", "freight"), ("问 抬头", "invoice")):
        for model in (fitted.model, again):
            assert model.ranking(model.read(spoken(text)), 1)[0][0] == intent


def test_an_unknown_word_is_the_mean_of_its_known_characters(vectors: WordVectors) -> None:
    assert vectors.of("钱钱") == pytest.approx(np.array([5, 0, 5]))
    assert vectors.of("龘") is None


def test_a_file_that_holds_no_vectors_is_named(tmp_path: Path) -> None:
    with pytest.raises(VectorsUnreadable, match=r"none\.npz"):
        WordVectors.open(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("not arrays")
    with pytest.raises(VectorsUnreadable, match=r"text\.npz"):
        WordVectors.open(tmp_path / "text.npz")


def test_certainty_says_how_often_the_best_was_right() -> None:
    chance = np.random.default_rng(3)
    chances = np.tile(np.array([0.9, 0.06, 0.04], dtype=np.float32), (1000, 1))
    truth = np.where(chance.random(1000) < 0.6, 0, 1)
    sure = Certainty.learned(chances, truth).of(chances)
    assert sure[0, 0] == pytest.approx((truth == 0).mean(), abs=0.02)
    assert sure[0].sum() == pytest.approx(1.0, abs=0.01)


def test_certainty_keeps_the_order_of_the_ranking() -> None:
    chances = np.array([0.5, 0.3, 0.2], dtype=np.float32)
    unsure = Certainty(slope=1.0, offset=-3.0).of(chances)
    assert unsure.argmax() == 0
    assert (np.diff(unsure) <= 0).all()


def test_of_a_few_texts_no_certainty_is_learned() -> None:
    chances = np.tile(np.array([0.9, 0.1], dtype=np.float32), (20, 1))
    assert Certainty.learned(chances, np.arange(20) % 2) == Certainty()


def test_text_of_another_kind_does_not_decide_what_the_experts_are_worth() -> None:
    said = ["算了", "取消", "换一个", "不要了", "改一下", "再说"]
    noise = {"leave": said, "change": said}
    judged = fit(*phrases(PHRASES | noise), Hyperparameters()).model
    apart = fit(*phrases(PHRASES | noise), Hyperparameters(), apart=tuple(noise)).model
    assert set(apart.labels) == set(judged.labels)
    # What cannot be told apart makes all scores cautious, where it is judged.
    assert np.abs(apart.scorer.weights).mean() > 1.5 * np.abs(judged.scorer.weights).mean()


def test_where_all_intents_are_apart_they_are_judged_all_the_same() -> None:
    texts, intents = phrases(PHRASES)
    alone = fit(texts, intents, Hyperparameters()).model
    apart = fit(texts, intents, Hyperparameters(), apart=tuple(PHRASES)).model
    assert np.array_equal(alone.scorer.weights, apart.scorer.weights)


def phrases(by_intent: dict[str, list[str]]) -> tuple[list[Wording], list[str]]:
    texts = [read(text) for texts in by_intent.values() for text in texts]
    return texts, [intent for intent, texts in by_intent.items() for _ in texts]
