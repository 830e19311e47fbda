"""Pinyin in letters becomes the characters that the training text would have there."""

from pathlib import Path

import pytest

from bot.components.spelling import NO_PINYIN, Spelling

TAUGHT = (
    "退款多久到账", "我要退货", "退货运费谁出", "怎么还没发货啊", "快递到哪里了", "发票怎么开",
    "买错了可以换吗", "多大尺码合适", "我们单位要发票", "我要退货退款",
)  # fmt: skip


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling.learned(TAUGHT)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tui kuan duo jiu dao zhang", "退款多久到账"),
        ("tuikuan duojiu daozhang", "退款多久到账"),
        ("fapiao zenme kai?", "发票怎么开?"),
        ("你好 wo yao tuihuo", "你好 我要退货"),
        ("tuihuo", "退货"),
        ("app tuikuan  duo jiu daozhang", "app 退款多久到账"),
        ("zhou tuikuan duojiu daozhang", "zhou退款多久到账"),
    ],
    ids=[
        "syllables apart", "words apart", "with a mark", "beside characters", "one word",
        "beside English", "with a syllable nobody was taught",
    ],
)  # fmt: skip
def test_pinyin_is_written_in_the_characters_of_the_training_text(
    spelling: Spelling, typed: str, meant: str
) -> None:
    assert spelling.written(typed) == meant


@pytest.mark.parametrize(
    "text",
    [
        "size多大",
        "nike air",
        "vip",
        "order status please",
        "can you help me",
        "banana",
        "women size",
    ],
)
def test_english_is_no_pinyin(spelling: Spelling, text: str) -> None:
    assert spelling.written(text) == text


def test_without_training_text_letters_are_letters() -> None:
    assert NO_PINYIN.written("tui kuan duo jiu") == "tui kuan duo jiu"


def test_a_stored_spelling_reads_as_it_did(spelling: Spelling, tmp_path: Path) -> None:
    spelling.save(tmp_path)
    assert Spelling.open(tmp_path).written("wo yao tui huo") == "我要退货"


def test_a_model_of_before_has_no_spelling(tmp_path: Path) -> None:
    assert Spelling.open(tmp_path) is NO_PINYIN
