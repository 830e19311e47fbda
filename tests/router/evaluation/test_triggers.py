"""Triggers fire exactly where the routing policy would hand over."""

from dataclasses import dataclass, replace

import pytest

from router.domain.routing import MoodSignal, Policy, Rule, Turn, decide
from router.evaluation.rows import MoodRow
from router.evaluation.triggers import Fired, fired_by_label, measure
from router.mood import Level, MoodReading


@dataclass
class Scores:
    """Reads the anger a text states; a text that says 人工 asks for one."""

    threshold: float

    def read(self, text: str) -> MoodReading:
        asks = 0.6 if "人工" in text else 0.1
        anger = float(text.rsplit(maxsplit=1)[-1])
        level = Level.ANGRY if anger > 0.72 else Level.CALM
        return MoodReading(asks, asks >= self.threshold, anger, level, None, ())


@pytest.mark.parametrize("policy", [Policy(), Policy(human_request=0.7, anger=0.5)])
def test_fired_is_what_the_router_hands_over_for(policy: Policy):
    rows = [MoodRow(text) for text in ("人工 0.1", "好的 0.73", "好的 0.75", "好的 0.49")]
    report = measure(rows, Scores(policy.human_request), policy)
    for row in report.rows:
        mood = MoodSignal(human_request=row.human_request.score, anger=row.anger.score)
        decision = decide(Turn(row.text, mood), policy)
        rule = decision.evidence.rule if decision else None
        assert row.human_request.fired == (rule is Rule.EXPLICIT_REQUEST)
        calm = replace(mood, human_request=0.0)
        assert row.anger.fired == (decide(Turn(row.text, calm), policy) is not None)


def test_the_level_stays_what_the_mood_says():
    report = measure([MoodRow("好的 0.73")], Scores(0.5), Policy(anger=0.75))
    assert (report.rows[0].anger.level, report.rows[0].anger.fired) == (2, False)


def test_labels_are_counted_with_what_fired():
    rows = [
        MoodRow("人工 0.1", human_request=1, anger=0),
        MoodRow("好的 0.8", human_request=0, anger=2),
        MoodRow("没标 0.9"),
    ]
    report = measure(rows, Scores(0.5), Policy())
    assert fired_by_label(rows, report) == [
        Fired("angry", 1, 1),
        Fired("asks for a human", 1, 1),
        Fired("asks for none", 1, 0),
        Fired("calm", 1, 0),
    ]
