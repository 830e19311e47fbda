"""A candidate is judged by texts it was not trained on, of every entry."""

from __future__ import annotations

from knowledge_base.gate.check import Seen
from knowledge_base.gate.held_out import Example, HeldOut, choose, overlap, spread
from knowledge_base.metrics import Read

TRAINED = {
    "shipping_time": ("什么时候发货", "啥时候发货"),
    "refund_time": ("退款多久到账", "退款几天到"),
}


def example(text: str, entry: str) -> Example:
    return Example(text, entry)


def unseen(text: str, truth: str, guess: str = "", confidence: float = 0.8) -> Seen:
    return Seen(text, Read(truth, ((guess or truth, confidence),)))


def chosen(*written: Example, cross_validated: tuple[Seen, ...] = (), most: int = 100) -> HeldOut:
    return choose(
        written,
        cross_validated,
        TRAINED,
        ("return_request",),
        most_written=most,
        most_cross_validated=most,
    )


def test_a_text_that_is_training_text_by_now_is_left_out_and_counted() -> None:
    found = chosen(example("还不发吗", "shipping_time"), example("什么时候发货？", "shipping_time"))
    assert [row.text for row in found.written] == ["还不发吗"]
    check = overlap(found, 0.2)
    assert (check.figure, check.passed) == (0.5, False)
    assert [(item.text, item.got) for item in check.failing] == [
        ("什么时候发货？", "shipping_time")
    ]


def test_one_overlapping_text_of_many_is_no_reason_to_keep_the_old_model() -> None:
    rows = [example(f"第{n}种问法 几时寄", "shipping_time") for n in range(19)]
    found = chosen(*rows, example("退款几天到", "refund_time"), example("钱呢", "refund_time"))
    assert overlap(found, 0.2).passed


def test_an_entry_all_of_whose_texts_are_training_text_fails_the_check() -> None:
    rows = [example(f"第{n}种问法 几时寄", "shipping_time") for n in range(19)]
    check = overlap(chosen(*rows, example("退款几天到", "refund_time")), 0.2)
    assert check.passed is False
    assert "refund_time" in check.note


def test_training_text_read_unseen_stands_in_for_an_entry_without_other_texts() -> None:
    found = chosen(
        example("还不发吗", "shipping_time"),
        example("退款几天到", "refund_time"),
        cross_validated=(
            unseen("退款几天到", "refund_time"),
            unseen("啥时候发货", "shipping_time"),
        ),
    )
    assert [one.text for one in found.cross_validated] == ["退款几天到"]
    assert found.bare == ()


def test_texts_of_a_removed_entry_do_not_count_and_those_of_flows_do() -> None:
    found = chosen(example("能刻字吗", "engraving"), example("我要退货", "return_request"))
    assert [row.entry for row in found.written] == ["return_request"]
    assert found.gone == 1


def test_a_sample_takes_from_every_entry_in_turn() -> None:
    rows = ["a1", "a2", "a3", "b1", "c1", "c2"]
    assert spread(rows, [row[0] for row in rows], 5) == ["a1", "b1", "c1", "a2", "c2"]


def test_nothing_written_for_these_entries_measures_nothing() -> None:
    assert overlap(chosen(), 0.2).passed is None
