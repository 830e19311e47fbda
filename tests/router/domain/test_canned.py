"""Canned responses: what they may leave open."""

import pytest

from router.domain.canned import UnknownVariable, checked_text, checked_title, places
from router.domain.errors import InvalidText


def test_a_text_names_what_it_leaves_open_once() -> None:
    text = "{{shopper}}您好，订单 {{ order }} 已发出，{{shopper}}请留意。"
    assert places(text) == ("shopper", "order")
    assert checked_text(text) == text


@pytest.mark.parametrize("text", ["您好 {{nickname}}", "{{}}", "{{ order_no }}"])
def test_a_text_with_a_variable_nobody_fills_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(UnknownVariable, match="shopper"):
        checked_text(text)


@pytest.mark.parametrize("text", ["", "  ", "长" * 4001], ids=["empty", "blank", "too long"])
def test_a_text_that_cannot_be_sent_is_not_kept(text: str) -> None:
    with pytest.raises(InvalidText):
        checked_text(text)


def test_a_title_is_one_short_line() -> None:
    assert checked_title(" 催促\n发货 ") == "催促 发货"
    with pytest.raises(InvalidText):
        checked_title("长" * 61)
