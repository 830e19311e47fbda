"""Folding of shopper text."""

import pytest

from bot.text import fold


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("什麼時候發貨", "什么时候发货"),
        ("ＪＮ２６１１　ＯＫ", "jn2611 ok"),
        ("发货了吗？？？", "发货了吗?  "),
        ("好的👌🏻谢谢", "好的  谢谢"),
        ("第一行\n第二行", "第一行 第二行"),
        ("①", "1"),
        ("", ""),
    ],
    ids=["traditional", "full-width", "repeated", "emoji", "lines", "circled", "empty"],
)
def test_text_is_folded_to_one_plain_form(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@pytest.mark.parametrize(
    "typed", ["㎡½ﷺ①", "著急乾燥麵後", "😭😭！！！～～～", "a\u0301bc\u200b", "İ"]
)
def test_folding_keeps_every_place(typed: str) -> None:
    assert len(fold(typed)) == len(typed)


@pytest.mark.parametrize("typed", ["什麼？？", "ＡＢＣ!!!", "🙂好", "乾杯 著"])
def test_folding_twice_is_folding_once(typed: str) -> None:
    assert fold(fold(typed)) == fold(typed)
