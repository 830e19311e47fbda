"""Which tier a shopper's spend makes: the policy's [shop], by calendar year."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct, field

Spend = Annotated[int, Meta(ge=1, le=100_000_000)]


class ShopPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's [shop]: from how many yuan in a calendar year a tier holds, lowest first.

    `counted_years` is 1 where a tier ends with its year, 2 where it holds through the next one.
    """

    tiers: dict[str, Spend] = field(
        default_factory=lambda: {"silver": 3_000, "gold": 15_000, "diamond": 50_000}
    )
    counted_years: Annotated[int, Meta(ge=1, le=2)] = 2

    def __post_init__(self) -> None:
        """Refuse thresholds that do not rise."""
        if any(lower >= higher for lower, higher in pairwise(self.tiers.values())):
            raise ValueError("`tiers` have to rise: the lowest tier first")


LOWEST = "ordinary"


def tier_of(spend: Mapping[int, Decimal], year: int, policy: ShopPolicy) -> str:
    """Give the highest tier that the spend of one counted year reaches; years do not add up."""
    counted = range(year - policy.counted_years + 1, year + 1)
    most = max((spend.get(one, Decimal(0)) for one in counted), default=Decimal(0))
    reached = [tier for tier, least in policy.tiers.items() if most >= least]
    return reached[-1] if reached else LOWEST
