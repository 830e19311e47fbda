"""Labels of ours find their turns in files that are not part of the project."""

import json

from benchmarks.mood import LABELS, Label, labelled, named, turns_of
from router.mood.evaluate import TriggerRow


def test_each_different_turn_is_read_once_in_its_order():
    lines = [
        json.dumps({"turns": ["在吗", " 多久发\n货 ", "在吗"]}),
        json.dumps({"text": "在吗"}),
        json.dumps({"text": "谢谢"}),
    ]
    assert turns_of(lines) == ["在吗", "多久发 货", "谢谢"]


def test_what_has_no_label_is_calm_and_what_is_undecided_is_not_judged():
    labels = {
        one.turn: one
        for one in (
            Label(named("第五天了"), 1),
            Label(named("还没到呀"), None),
            Label(named("叫人"), 0, 1),
        )
    }
    assert labelled(["第五天了", "还没到呀", "叫人", "好"], labels) == [
        TriggerRow("第五天了", 0, 1),
        TriggerRow("还没到呀", 0, None),
        TriggerRow("叫人", 1, 0),
        TriggerRow("好", 0, 0),
    ]


def test_the_labels_hold_no_text():
    rows = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
    assert len(rows) > 500
    for row in rows:
        assert len(row["turn"]) == 16
        assert int(row["turn"], 16) >= 0
        assert row.keys() <= {"turn", "anger", "human_request"}
        assert row["anger"] in {0, 1, 2, None}
