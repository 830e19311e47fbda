"""What a handoff needs of its agent, and what an agent can do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

MAX_SKILL = 40
"""Letters a language, category, product line, region or store may have."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a handoff asks of whoever takes it; None asks nothing."""

    language: str | None = None
    category: str | None = None
    product_line: str | None = None
    region: str | None = None
    store: str | None = None

    @property
    def lane(self) -> str:
        """Name the lane of the queue all handoffs of these needs stand in."""
        return "|".join(_escaped(getattr(self, f.name) or "") for f in fields(self))

    @classmethod
    @lru_cache(maxsize=1_024)
    def of_lane(cls, lane: str) -> Needs:
        """Give the needs of everybody in a lane."""
        parts = (_unescaped(part) or None for part in lane.split("|"))
        return cls(**{f.name: part for f, part in zip(fields(cls), parts, strict=True)})


@dataclass(frozen=True, slots=True)
class Skills:
    """What an agent can do; an empty list is no limit."""

    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    product_lines: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()

    def lacks(self, needs: Needs) -> tuple[str, ...]:
        """Name what is needed and not among the skills; empty when the agent fits."""
        asked = (
            (needs.language, self.languages),
            (needs.category, self.categories),
            (needs.product_line, self.product_lines),
            (needs.region, self.regions),
            (needs.store, self.stores),
        )
        return tuple(need for need, known in asked if need and known and need not in known)

    def cover(self, needs: Needs) -> bool:
        """Tell whether the agent fits what is needed."""
        return not self.lacks(needs)


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("|", "%7C")


def _unescaped(part: str) -> str:
    return part.replace("%7C", "|").replace("%25", "%")
