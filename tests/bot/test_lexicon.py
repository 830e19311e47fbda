"""What short words mean inside a flow."""

import pytest

from bot.lexicon import (
    Reason,
    is_leaving,
    is_no,
    is_question,
    is_yes,
    order_number_in,
    ordinal_in,
    reason_in,
)


@pytest.mark.parametrize(
    "words",
    [
        "取消",
        "算了",
        "不退了",
        "算了吧",
        "那就算了",
        "我不想退了",
        "不用了谢谢",
        "先不退了",
        "QUXIAO",
        "取消吧！！",
        "不要了",
    ],
)
def test_a_word_of_giving_up_leaves(words: str) -> None:
    assert is_leaving(words)


@pytest.mark.parametrize(
    "words",
    ["取消订单", "能取消吗", "不合适", "退货", "不喜欢", "算下来多少钱", "质量问题", "确认"],
)
def test_other_words_do_not_leave(words: str) -> None:
    assert not is_leaving(words)


def test_不要了_answers_why_instead_of_leaving_where_why_was_asked() -> None:
    assert not is_leaving("不要了", unwanted_leaves=False)
    assert reason_in("不要了") is Reason.CHANGED_MIND


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("质量问题", Reason.QUALITY),
        ("收到就坏了", Reason.QUALITY),
        ("洗一次就掉色", Reason.QUALITY),
        ("衣服有个破洞", Reason.QUALITY),
        ("尺码不合适", Reason.SIZE),
        ("大了", Reason.SIZE),
        ("有点小", Reason.SIZE),
        ("穿不上", Reason.SIZE),
        ("不喜欢/不想要了", Reason.CHANGED_MIND),
        ("买错了", Reason.CHANGED_MIND),
        ("不太喜歡", Reason.CHANGED_MIND),
        ("质量没问题，就是不喜欢", Reason.CHANGED_MIND),
        ("没有坏，就是大了", Reason.SIZE),
        ("1", Reason.QUALITY),
    ],
)
def test_free_words_name_a_reason(words: str, reason: Reason) -> None:
    assert reason_in(words) is reason


@pytest.mark.parametrize("words", ["", "嗯", "我要退货", "JN2611210001", "等一下"])
def test_words_without_a_reason_name_none(words: str) -> None:
    assert reason_in(words) is None


@pytest.mark.parametrize(
    "words", ["确认", "好的", "嗯嗯", "可以的", "OK", "明天上午取件，确认", "没问题", "行吧"]
)
def test_agreeing_is_yes(words: str) -> None:
    assert is_yes(words)


@pytest.mark.parametrize("words", ["不确认", "不行", "可以吗改天", "好贵", "取消", "先别提交"])
def test_anything_else_is_not_yes(words: str) -> None:
    assert not is_yes(words)


def test_declining_a_time_is_no() -> None:
    assert is_no("不行，那天没空") or is_no("没空")
    assert not is_no("好的")


@pytest.mark.parametrize("words", ["运费谁出", "能退吗", "多久到账", "为什么要退？", "怎么弄"])
def test_a_question_is_told_from_an_answer(words: str) -> None:
    assert is_question(words)


@pytest.mark.parametrize("words", ["质量问题", "JN2611210001", "明天下午", "确认"])
def test_an_answer_is_not_a_question(words: str) -> None:
    assert not is_question(words)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("jn2611210001到哪了", "JN2611210001"),
        ("ＪＮ２６１１２１０００１", "JN2611210001"),
        ("JN 2611210001", "JN2611210001"),
        ("先JN2611210001再JN2611210002", "JN2611210002"),
        ("JN26112100012", None),
        ("2611210001", None),
    ],
)
def test_an_order_number_is_found_however_it_is_typed(words: str, number: str | None) -> None:
    assert order_number_in(words) == number


@pytest.mark.parametrize(
    ("words", "place"),
    [("第二个", 1), ("2", 1), ("最后一单", 2), ("第一笔吧", 0), ("第5个", None), ("大衣", None)],
)
def test_an_ordinal_names_a_place(words: str, place: int | None) -> None:
    assert ordinal_in(words, of=3) == place
