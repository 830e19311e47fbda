"""Which questions the bubble suggests: chosen by page, order state and tier, not fixed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST = 4


@dataclass(frozen=True, slots=True)
class Where:
    """What is known of the shopper at the moment the bubble opens."""

    page: str | None = None
    order_state: str | None = None
    tier: str | None = None
    product_line: str | None = None


@dataclass(frozen=True, slots=True)
class PresetRule:
    """A question to suggest, under a condition; an empty set constrains nothing."""

    title: str
    entry: str | None = None
    flow: str | None = None
    page: frozenset[str] = frozenset()
    order_state: frozenset[str] = frozenset()
    tier: frozenset[str] = frozenset()
    product_line: frozenset[str] = frozenset()

    def fits(self, where: Where) -> bool:
        """Tell whether every condition holds; what is unknown fits none."""
        return all(
            not allowed or value in allowed
            for allowed, value in (
                (self.page, where.page),
                (self.order_state, where.order_state),
                (self.tier, where.tier),
                (self.product_line, where.product_line),
            )
        )

    @property
    def weight(self) -> int:
        """Rank by what is conditioned: an open order says more than a page, a page than a tier."""
        return (
            8 * bool(self.order_state)
            + 4 * bool(self.page)
            + 2 * bool(self.tier)
            + bool(self.product_line)
        )


def choose(
    rules: Iterable[PresetRule], where: Where, known: frozenset[str], most: int = MOST
) -> list[PresetRule]:
    """Choose up to `most` suggestions, most telling first; entries must be `known` (live).

    No entry or flow is suggested twice.
    """
    fitting = sorted(
        (rule for rule in rules if rule.fits(where) and (rule.flow or rule.entry in known)),
        key=lambda rule: -rule.weight,
    )
    chosen: dict[str, PresetRule] = {}
    for rule in fitting:
        chosen.setdefault(rule.flow or rule.entry or rule.title, rule)
    return list(chosen.values())[:most]
