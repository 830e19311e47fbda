"""Numbers to call back, as shoppers type them."""

import pytest

from router.domain.errors import InvalidPhone
from router.domain.phone import phone_of, shown_phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800001234", "13800001234"),
        (" 138 0000 1234 ", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("+86 13800001234", "13800001234"),
        ("0086-13800001234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("010-62345678", "01062345678"),
        ("(0755) 2345 678", "07552345678"),
        ("021 6234 5678", "02162345678"),
        ("400-800-1234", "4008001234"),
        ("+852 2345 6789", "+85223456789"),
        ("001 202 555 0100", "+12025550100"),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str, number: str) -> None:
    assert phone_of(typed) == number


@pytest.mark.parametrize(
    "typed",
    [
        "", "12345", "12800001234", "1380000123", "138000012345", "我的手机", "1380000123a",
        "+8612345", "010-1234567", "+0123456789", "13800001234;13900001234", "1" * 500,
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone):
        phone_of(typed)


def test_a_number_is_shown_masked() -> None:
    assert shown_phone("13800001234") == "138****1234"
