"""Texts are cleaned at the door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.domain.errors import InvalidText
from router.domain.message import MAX_TEXT, clean_text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param("  什么时候发货 \n", "什么时候发货", id="outer blanks"),
        pytest.param("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行", id="line breaks"),
        pytest.param("a\x00b\x07c\x1bd\x7f", "abcd", id="control characters"),
        pytest.param("退款\u202e100元\u2066", "退款100元", id="direction overrides"),
        pytest.param("👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️", id="joined emoji stay"),
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="html is text"),
        pytest.param("坏\ud800的", "坏的", id="lone surrogate"),
        pytest.param("字" * MAX_TEXT, "字" * MAX_TEXT, id="longest"),
    ],
)
def test_keeps_what_shows_and_drops_what_deceives(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize("raw", ["", "   ", "\n\t", "\u200b\u200d", "\x00", "\u3000"])
def test_refuses_a_text_with_nothing_in_it(raw: str) -> None:
    with pytest.raises(InvalidText, match="空"):
        clean_text(raw)


def test_refuses_a_text_that_is_too_long_and_says_how_long() -> None:
    with pytest.raises(InvalidText, match="100000"):
        clean_text("长" * 100_000)


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    try:
        once = clean_text(raw)
    except InvalidText:
        return
    assert clean_text(once) == once
