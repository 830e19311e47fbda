"""The experts: labels learn from each other, and many labels are told apart from their rivals."""

from itertools import product

import numpy as np
import pytest

from bot.components import experts
from bot.components.counting import count, places_of, rarity_of, weigh, worth_of
from bot.components.experts import Linear, boundaries, contrasts, latent
from bot.components.grams import Wording

PRODUCTS = ["戒指", "项链", "毛衣", "围巾", "皮带"]
QUESTIONS = [
    ["多少钱", "啥价", "贵不贵"],
    ["怎么洗", "脏了咋办", "能水洗吗"],
    ["几天到", "多久送", "哪天收"],
]


def rows_of(texts: list[str], places: dict[str, int], known: list[str]):
    rarity = rarity_of(count(letters(known), places), worth_of(places))
    return weigh(count(letters(texts), places), rarity)


def letters(texts: list[str]) -> list[Wording]:
    return [Wording(tuple(text), ()) for text in texts]


@pytest.fixture(scope="module")
def shop():
    """Every product with two wordings of each question; the third is kept from one product."""
    texts, labels, asked, wanted = [], [], [], []
    for label, (thing, wordings) in enumerate(product(PRODUCTS, QUESTIONS)):
        kept_back = 1 if thing == PRODUCTS[0] else 0
        for wording in wordings[: len(wordings) - kept_back]:
            texts.append(thing + wording)
            labels.append(label)
        if kept_back:
            asked.append(thing + wordings[-1])
            wanted.append(label)
    places = places_of(letters(texts))
    known = rows_of(texts, places, texts)
    return known, np.array(labels), rows_of(asked, places, texts), np.array(wanted)


def test_a_label_understands_wordings_that_only_its_neighbours_have(shop):
    rows, truth, asked, wanted = shop
    labels = int(truth.max()) + 1
    shared = latent(rows, truth, labels)
    assert shared.scores(asked).argmax(axis=1).tolist() == wanted.tolist()


@pytest.mark.parametrize("few", [128, 2], ids=["against all", "against rivals only"])
def test_boundaries_tell_the_known_texts_apart(shop, monkeypatch: pytest.MonkeyPatch, few: int):
    rows, truth, _, _ = shop
    monkeypatch.setattr(experts, "FEW", few)
    near = contrasts(rows, truth, int(truth.max()) + 1).scores(rows)
    found = boundaries(rows, truth, near, strength=20.0, seed=1)
    assert found.scores(rows).argmax(axis=1).tolist() == truth.tolist()


def test_contrasts_favour_what_only_one_label_says(shop):
    rows, truth, _, _ = shop
    found = contrasts(rows, truth, int(truth.max()) + 1)
    assert (found.scores(rows).argmax(axis=1) == truth).mean() > 0.9


def test_a_label_without_texts_is_never_likely(shop):
    rows, truth, _, _ = shop
    labels = int(truth.max()) + 2
    near = latent(rows, truth, labels)
    for found in (near, boundaries(rows, truth, near.scores(rows), strength=20.0, seed=1)):
        scores = found.scores(rows)
        assert (scores[:, -1] < scores[:, :-1].max(axis=1)).all()


def test_the_sum_of_models_scores_as_the_sum_of_their_scores(shop):
    rows, truth, _, _ = shop
    labels = int(truth.max()) + 1
    one = contrasts(rows, truth, labels)
    other = latent(rows, truth, labels)
    both = Linear.sum_of([one, other], np.array([0.5, 2.0]))
    expected = 0.5 * one.scores(rows) + 2.0 * other.scores(rows)
    assert both.scores(rows) == pytest.approx(expected, rel=1e-6, abs=1e-4)
