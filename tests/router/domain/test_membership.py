"""Tiers by the spend of a calendar year."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from router.domain.membership import ShopPolicy, tier_of

POLICY = ShopPolicy()


@pytest.mark.parametrize(
    ("spend", "tier"),
    [
        pytest.param({}, "ordinary", id="nothing"),
        pytest.param({2026: "2999.99"}, "ordinary", id="a cent below"),
        pytest.param({2026: "3000.00"}, "silver", id="exactly"),
        pytest.param({2026: "14999.99"}, "silver", id="below gold"),
        pytest.param({2026: "60000.00"}, "diamond", id="above all"),
        pytest.param({2025: "15000.00", 2026: "10.00"}, "gold", id="last year's still holds"),
        pytest.param({2025: "2000.00", 2026: "2000.00"}, "ordinary", id="years do not add up"),
        pytest.param({2024: "60000.00"}, "ordinary", id="too long ago"),
        pytest.param({2027: "60000.00"}, "ordinary", id="a year to come"),
    ],
)
def test_a_tier_is_reached_by_one_years_spend(spend: dict[int, str], tier: str) -> None:
    amounts = {year: Decimal(amount) for year, amount in spend.items()}
    assert tier_of(amounts, 2026, POLICY) == tier


def test_where_a_tier_ends_with_its_year_last_years_spend_is_nothing() -> None:
    strict = ShopPolicy(counted_years=1)
    assert tier_of({2025: Decimal(60_000)}, 2026, strict) == "ordinary"


@pytest.mark.parametrize(
    "wrong",
    [
        {"tiers": {"gold": 15_000, "silver": 3_000}},
        {"tiers": {"silver": 3_000, "gold": 3_000}},
        {"tiers": {"silver": 0}},
        {"counted_years": 3},
        {"tires": {}},
    ],
)
def test_a_wrong_policy_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wrong, ShopPolicy)
