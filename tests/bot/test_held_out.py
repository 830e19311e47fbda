"""Held-out readings: no model is asked what it has seen, and they read as the router gets them."""

from pathlib import Path

import numpy as np
import pytest

from bot.components.fitting import Hyperparameters, fit
from bot.components.grams import Wording, wording
from bot.components.held_out import HeldOut, folds_of, read_held_out, write_held_out
from bot.figures import Figure, figures, write_figures

FOLDS = 4


def test_an_intents_phrasings_are_dealt_evenly_to_the_folds():
    texts = [Wording((f"问{at}",), ()) for at in range(24)]
    truth = np.repeat([0, 1], 12)
    found = folds_of(texts, truth, FOLDS, seed=1)
    assert [np.bincount(found[truth == intent]).tolist() for intent in (0, 1)] == [[3] * FOLDS] * 2


def test_the_same_words_under_two_intents_are_held_out_together():
    texts = [Wording((t,), ()) for t in ("多久", "几天", "多久", "何时")]
    for seed in range(20):
        found = folds_of(texts, np.array([0, 0, 1, 1]), 2, seed)
        assert found[0] == found[2]


def test_intents_of_one_phrasing_are_spread_over_the_folds():
    found = folds_of([Wording((f"问{at}",), ()) for at in range(8)], np.arange(8), FOLDS, seed=1)
    assert np.bincount(found).tolist() == [2] * FOLDS


def test_a_model_does_not_know_held_out_words_that_no_other_phrasing_has():
    texts = ["发货", "发货吗", "发货呢", "龘", "优惠券", "用券", "券吗", "券呢"]
    intents = ["ship"] * 4 + ["coupon"] * 4
    fitted = fit([wording(text, []) for text in texts], intents, Hyperparameters())
    assert fitted.held_out[3].tolist() == pytest.approx([0.5, 0.5], abs=0.3)
    assert fitted.model.ranking(fitted.model.read(wording("龘", [])), 1)[0][0] == "ship"


def test_what_was_held_out_comes_back_as_it_was_written(tmp_path: Path):
    rows = [HeldOut("在吗\u2028？", "greet", (("greet", 0.9), ("bye", 0.1)))]
    write_held_out(rows, tmp_path / "rows.jsonl")
    assert read_held_out(tmp_path / "rows.jsonl") == rows


def test_figures_are_the_readings_the_router_gets_outside_the_flows():
    ranking = (("affirm", 0.5), ("coupon", 0.4), ("ship", 0.05), ("pay", 0.03), ("bye", 0.02))
    rows = [HeldOut("好用券", "coupon", ranking), HeldOut("好的", "affirm", ranking)]
    [figure] = figures(rows)
    assert figure == Figure("好用券", "coupon", (("coupon", 0.8), ("ship", 0.1), ("pay", 0.06)))


def test_figures_are_one_object_a_line(tmp_path: Path):
    write_figures([Figure("在吗", "greet", (("greet", 0.9),))] * 2, tmp_path / "f.jsonl")
    line = '{"text":"在吗","intent":"greet","ranking":[["greet",0.9]]}'
    assert (tmp_path / "f.jsonl").read_text("utf-8").splitlines() == [line, line]
