"""Two entries that say the same are found, however they are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge_base.entries import Entry
from knowledge_base.gate.duplicates import near_duplicates, repeating
from knowledge_base.gate.limits import Likeness
from tests.knowledge_base.samples import REFUND, SHIPPING

LIKENESS = Likeness(similarity=0.7, share=0.5)
SHIPPED = replace(
    SHIPPING,
    phrasings=("啥时候发货", "咋还不发货", "发货要多久", "订单今天能寄出来吗", "拍下几天发出"),
)
INVOICE = replace(
    REFUND,
    key="invoice",
    title="怎么开发票",
    phrasings=("能开发票吗", "发票在哪下载", "抬头怎么填", "要一张增值税票"),
)


def copied(entry: Entry, key: str, *phrasings: str) -> Entry:
    return replace(entry, key=key, title="另一个名字的条目", phrasings=phrasings)


def test_different_entries_are_no_duplicates() -> None:
    assert near_duplicates([SHIPPED, REFUND, INVOICE], LIKENESS, 0).passed


@pytest.mark.parametrize(
    "phrasings",
    [
        pytest.param([f"{line}呢" for line in SHIPPED.phrasings], id="all with a word behind"),
        pytest.param([f"请问{line}" for line in SHIPPED.phrasings[:3]], id="some with one before"),
    ],
)
def test_a_copy_of_an_entry_is_found_with_both_keys_and_the_margin(phrasings: list[str]) -> None:
    copy = copied(SHIPPED, "when_sent", *phrasings)
    check = near_duplicates([SHIPPED, REFUND, INVOICE, copy], LIKENESS, 0)
    assert (check.figure, check.passed) == (1, False)
    [item] = check.failing
    assert {item.expected, item.got} == {"shipping_time", "when_sent"}
    assert "margin" in item.note
    assert "similarity" in item.note


def test_two_products_asked_about_alike_stay_two_entries() -> None:
    ways = ("{}包邮吗", "{}什么材质", "请问{}怎么保养", "{}有几种颜色", "想买{}送人")
    entries = [
        replace(SHIPPED, key=f"product_{n}", title=f"{name}的问题",
                phrasings=tuple(way.format(name) for way in ways))
        for n, name in enumerate(("足金项链", "羊绒围巾", "珍珠耳钉", "牛皮腰带"))
    ]  # fmt: skip
    assert repeating(entries, LIKENESS) == []


def test_a_pair_is_listed_once() -> None:
    copy = copied(SHIPPED, "when_sent", *(f"{line}呀" for line in SHIPPED.phrasings))
    assert len(repeating([SHIPPED, copy, INVOICE], LIKENESS)) == 1


@pytest.mark.parametrize("entries", [[], [SHIPPED]])
def test_one_entry_alone_repeats_nothing(entries: list[Entry]) -> None:
    assert near_duplicates(entries, LIKENESS, 0).passed
