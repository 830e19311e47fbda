"""What the report draws adds up to the texts that were read."""

from __future__ import annotations

from knowledge_base.gate.plots import by_category, confusions, reliability, risk
from knowledge_base.metrics import Read

READS = [
    Read("shipping_time", (("shipping_time", 0.95),)),
    Read("shipping_time", (("refund_time", 0.65), ("shipping_time", 0.2))),
    Read("refund_time", (("refund_time", 0.75),)),
    Read("invoice", (("shipping_time", 0.35),)),
]
CATEGORIES = {"shipping_time": "发货物流", "refund_time": "退款", "invoice": "发票"}


def test_categories_come_with_the_weakest_first() -> None:
    found = by_category(READS, CATEGORIES)
    assert [(one.category, one.texts, one.top1, one.top3) for one in found] == [
        ("发票", 1, 0.0, 0.0),
        ("发货物流", 2, 0.5, 1.0),
        ("退款", 1, 1.0, 1.0),
    ]


def test_confusions_name_both_entries() -> None:
    assert [(one.expected, one.got, one.times) for one in confusions([*READS, READS[1]])] == [
        ("shipping_time", "refund_time", 2),
        ("invoice", "shipping_time", 1),
    ]


def test_every_text_is_in_one_bin_of_the_reliability_diagram() -> None:
    found = reliability(READS)
    assert sum(one.texts for one in found) == len(READS)
    assert [(one.confidence, one.right) for one in found] == [
        (0.35, 0.0),
        (0.65, 0.0),
        (0.75, 1.0),
        (0.95, 1.0),
    ]


def test_the_routers_own_threshold_is_a_point_of_the_curve() -> None:
    found = {one.confidence: one for one in risk(READS, 0.62)}
    assert (found[0.0].coverage, found[0.0].precision) == (1.0, 0.5)
    assert (found[0.62].coverage, found[0.62].precision) == (0.75, 0.6667)
    assert risk([], 0.62) == []
