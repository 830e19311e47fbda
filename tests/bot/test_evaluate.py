"""Measuring: any name is an intent, and wrong rows are told; training has a test at the router."""

import json
from pathlib import Path

import pytest

from bot.evaluate import (
    Labelled,
    Milliseconds,
    Names,
    RowsRefused,
    Unlabelled,
    read_rows,
    write_training_file,
)

NAMES = ["使用/说明", "affirm", "a+b", " 空 "]


def test_any_name_becomes_an_id_rasa_takes_and_comes_back():
    names = Names.of([Labelled("好", name) for name in NAMES])
    ids = [names.id_of(name) for name in NAMES]
    assert [names.name_of(id_) for id_ in ids] == NAMES
    assert all(id_.replace("_", "").isalnum() and id_.isascii() for id_ in ids)


def test_one_intent_is_nothing_to_tell_apart():
    with pytest.raises(RowsRefused, match="fewer than 2 intents"):
        Names.of([Labelled("好", "a"), Labelled("坏", "a")])


def test_a_wrong_line_is_told_with_its_number(tmp_path: Path):
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "好\u2028", "intent": "a"}\n\n{"text": "坏"}\n', encoding="utf-8")
    assert read_rows(file, Unlabelled) == [Unlabelled("好\u2028", "a"), Unlabelled("坏")]
    with pytest.raises(RowsRefused, match=r"rows\.jsonl:3: .*intent"):
        read_rows(file, Labelled)


def test_text_is_trained_as_it_is_and_order_numbers_come_without_an_intent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(Path(__file__).parents[2])
    rows = [Labelled("[券](x)\n怎么用", "a"), Labelled("- 发货: {}", "b")]
    write_training_file(rows, Names.of(rows), tmp_path / "nlu.json")
    content = json.loads((tmp_path / "nlu.json").read_bytes())["rasa_nlu_data"]
    assert content["common_examples"][:2] == [
        {"text": "[券](x)\n怎么用", "intent": "intent_000000"},
        {"text": "- 发货: {}", "intent": "intent_000001"},
    ]
    by_hand = content["common_examples"][2:]
    assert by_hand
    assert not any("intent" in example for example in by_hand)
    assert {pattern["name"] for pattern in content["regex_features"]} >= {"order_number"}


def test_percentiles_are_by_nearest_rank():
    assert Milliseconds.of([i / 1000 for i in range(1, 101)]) == Milliseconds(50.0, 99.0)
    assert Milliseconds.of([0.002]) == Milliseconds(2.0, 2.0)
