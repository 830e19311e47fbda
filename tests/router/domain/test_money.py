import pytest

from router.domain.errors import InvalidAmount
from router.domain.money import cents_of, yuan_of


@pytest.mark.parametrize(
    ("yuan", "cents"),
    [("20", 2000), ("19.9", 1990), ("19.90", 1990), ("0.01", 1), (" 8 ", 800), ("007", 700)],
)
def test_an_amount_is_read_in_cents(yuan: str, cents: int) -> None:
    assert cents_of(yuan) == cents


@pytest.mark.parametrize(
    "yuan",
    ["", "0", "0.00", "-5", "+5", "1.999", "1e3", "NaN", "Infinity", "1,000", "五元", "٣",
     "9999999999", "1000000.01", ".5", "5."],
)  # fmt: skip
def test_what_is_no_amount_of_money_is_refused(yuan: str) -> None:
    with pytest.raises(InvalidAmount):
        cents_of(yuan)


@pytest.mark.parametrize(("cents", "yuan"), [(1990, "19.90"), (5, "0.05"), (-250, "-2.50")])
def test_cents_are_written_with_two_decimals(cents: int, yuan: str) -> None:
    assert yuan_of(cents) == yuan
