"""What an evaluation draws says what the report says."""

import xml.etree.ElementTree as ET

import pytest

from knowledge_base.metrics import Read
from router.evaluation.plots import (
    confusion,
    counts,
    curve,
    of_reads,
    of_triggers,
    reliability_diagram,
    risk_coverage,
)
from router.evaluation.rows import MoodRow
from router.mood.evaluate import AngerRead, RequestRead, TriggerRead, TriggersReport

READS = [
    Read("发货", (("发货", 0.95), ("退款", 0.05))),
    Read("发货", (("发货", 0.92),)),
    Read("退款", (("发货", 0.55), ("退款", 0.45))),
    Read("退款<b>", (("退款<b>", 0.35),)),
]


def texts(plot: str) -> list[str]:
    return [one.text or "" for one in ET.fromstring(plot).iter("{http://www.w3.org/2000/svg}text")]


def test_reads_give_three_plots_that_are_whole_svg():
    titles = [texts(plot)[0] for plot in of_reads(READS)]
    assert [title.split()[0] for title in titles] == ["Reliability:", "Risk", "Confusion"]


def test_without_labelled_rows_nothing_is_drawn():
    assert of_reads([]) == []


def test_without_a_mistake_there_is_no_confusion_to_draw():
    assert len(of_reads(READS[:2])) == 2


def test_a_point_of_the_reliability_diagram_says_how_many_texts_it_stands_for():
    assert texts(reliability_diagram(READS)).count("2") == 1


def test_the_risk_axis_begins_below_the_worst_precision():
    said = texts(risk_coverage(READS))
    assert "0.7" in said
    assert "1" in said


def test_names_in_a_plot_are_text_whatever_they_hold():
    plot = confusion([*READS, Read("退款<b>", (("发货", 0.9),))])
    assert "退款<b>" in texts(plot)
    assert "<b>" not in plot


def test_very_many_confused_names_are_cut_to_what_fits():
    many = [Read(f"问{at}", ((f"答{at}", 0.5),)) for at in range(40)]
    assert len({said for said in texts(confusion(many)) if said.startswith(("问", "答"))}) == 12


def test_scores_are_shared_out_over_the_columns_the_last_closed():
    shares = counts([0.0, 0.04, 0.51, 1.0])
    assert (shares[0], shares[10], shares[19]) == (0.5, 0.25, 0.25)


def test_the_curve_goes_from_nothing_found_to_everything():
    assert curve([0.9, 0.4], [0.5, 0.1]) == [
        (0.0, 0.0),
        (0.0, 0.5),
        (0.5, 0.5),
        (0.5, 1.0),
        (1.0, 1.0),
    ]


def trigger(request: float, anger: float) -> TriggerRead:
    return TriggerRead("…", RequestRead(request, False), AngerRead(anger, 0, False), None)


@pytest.mark.parametrize(
    ("rows", "plots"),
    [
        pytest.param([MoodRow("…"), MoodRow("…")], 0, id="no labels"),
        pytest.param([MoodRow("…", human_request=1), MoodRow("…", human_request=0)], 2, id="asked"),
        pytest.param([MoodRow("…", anger=0), MoodRow("…", anger=0)], 1, id="all calm"),
        pytest.param([MoodRow("…", 1, 2), MoodRow("…", 0, 0)], 4, id="both"),
    ],
)
def test_triggers_are_drawn_as_far_as_the_rows_are_labelled(rows: list[MoodRow], plots: int):
    report = TriggersReport(None, None, 1.0, 2.0, [trigger(0.9, 0.8), trigger(0.1, 0.2)])
    drawn = of_triggers(rows, report)
    assert len(drawn) == plots
    assert all(texts(plot) for plot in drawn)
