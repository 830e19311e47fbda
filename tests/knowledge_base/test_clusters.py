"""Grouping by meaning, on wordings of our own."""

import pytest

from knowledge_base.clusters import central, cluster
from knowledge_base.entries import Entry
from knowledge_base.terms import Terms, terms
from tests.knowledge_base.samples import REFUND, SHIPPING

INVOICE = ["发票怎么开", "开发票要填什么", "电子发票在哪里开", "发票抬头写错了能重开发票吗"]
RESIZE = ["手镯能改小吗", "镯子圈口大了可以改小手镯吗", "买的手镯想改小一点", "手镯改圈口要多久"]
PICKUP = ["快递柜取件码在哪", "取件码没收到", "快递柜的取件码过期了", "取件码怎么再发一次"]
KNOWN = Terms.of([SHIPPING, REFUND])


def groups(texts: list[str], labels: list[int]) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for text, label in zip(texts, labels, strict=True):
        found.setdefault(label, set()).add(text)
    return {frozenset(group) for group in found.values()}


@pytest.mark.parametrize("count", [None, 3], ids=["chosen by itself", "given"])
def test_wordings_of_one_question_come_together(count: int | None) -> None:
    texts = [*INVOICE, *RESIZE, *PICKUP]
    found = groups(texts, cluster(texts, KNOWN, count=count))
    assert found == {frozenset(INVOICE), frozenset(RESIZE), frozenset(PICKUP)}


def test_the_order_of_the_texts_changes_no_cluster() -> None:
    texts = [*INVOICE, *RESIZE, *PICKUP]
    mixed = [*texts[::2], *texts[1::2]]
    assert groups(texts, cluster(texts)) == groups(mixed, cluster(mixed))


def test_the_same_texts_are_always_grouped_the_same_way() -> None:
    texts = [
        f"{start}{end}" for start in (*INVOICE, *RESIZE, *PICKUP) for end in ("", "呢", "啊请问")
    ]
    assert cluster(texts, KNOWN, count=4) == cluster(texts, KNOWN, count=4)


def test_the_largest_cluster_is_number_nought() -> None:
    labels = cluster([INVOICE[0], *RESIZE])
    assert labels == [1, 0, 0, 0, 0]


def test_a_question_like_no_other_stays_alone() -> None:
    texts = [*RESIZE, "你们老板是谁"]
    labels = cluster(texts, KNOWN)
    assert labels.count(labels[-1]) == 1


def test_every_text_gets_a_cluster_also_those_without_words() -> None:
    texts = ["", "？？？", "😀", *INVOICE, "[手机号]", "   "]
    labels = cluster(texts)
    assert len(labels) == len(texts)
    assert len({label for text, label in zip(texts, labels, strict=True) if text in INVOICE}) == 1


@pytest.mark.parametrize("texts", [[], ["发票"], ["发票", "发票"], ["", ""]])
@pytest.mark.parametrize("count", [None, 1, 5])
def test_few_texts_are_no_trouble(texts: list[str], count: int | None) -> None:
    labels = cluster(texts, count=count)
    assert labels == [0] * len(texts)


def test_wordings_that_differ_in_marks_and_case_only_are_one() -> None:
    assert len(set(cluster(["能用VISA吗", "能用visa吗？？", "能用ＶＩＳＡ吗 "]))) == 1


def test_no_more_clusters_are_made_than_asked_for() -> None:
    texts = [*INVOICE, *RESIZE, *PICKUP]
    for count in (1, 2, 5):
        assert len(set(cluster(texts, count=count))) <= count


def test_the_same_answer_of_agents_brings_strange_wordings_together() -> None:
    texts = ["手寸不合适咋整", "圈口能调吗"]
    answer = "实心手镯不能改圈口，空心的可以到门店调，一次二十元。"
    assert len(set(cluster(texts))) == 2
    assert len(set(cluster(texts, answers=[answer, answer]))) == 1
    assert len(set(cluster(texts, answers=[answer, "今天就给您发出。"]))) == 2


def test_the_central_wording_is_the_one_most_like_all_others() -> None:
    examples = central([*RESIZE, "手镯能改小吗？", "今天天气"], KNOWN, 3)
    assert "今天天气" not in examples
    assert len(examples) == 3
    assert examples[0] in RESIZE


def test_the_nearest_entries_come_with_their_nearest_wording() -> None:
    near = KNOWN.nearest(["怎么还不发货呀", "啥时发货"], 2)
    assert near[0].entry == "shipping_time"
    assert near[0].wording in (SHIPPING.title, *SHIPPING.phrasings)
    assert 0 < near[0].score <= 1


def test_without_entries_nothing_is_near() -> None:
    assert Terms().nearest(["发货"], 3) == []
    assert KNOWN.nearest([], 3) == []


def test_words_that_stand_in_few_entries_count_more() -> None:
    def entry(key: str, topic: str) -> Entry:
        return Entry(key, topic, "其他", tuple(f"{topic}{end}怎么办" for end in "甲乙丙"), ())

    known = Terms.of([entry("a", "发票"), entry("b", "退款"), entry("c", "物流")])
    row = known.counts(["发票怎么办"], least=1)
    weights = sorted(row.data)
    assert weights[0] < weights[-1]


def test_masks_and_long_numbers_are_no_terms() -> None:
    assert terms("[订单号]到哪了 13800000000") == terms("到哪了")
