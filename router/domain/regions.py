"""The shopper's region, which agents may be limited to: read from the page or an address; pure."""

from __future__ import annotations

import enum
from typing import Annotated

from msgspec import Meta, Struct, field

from router.domain.skills import MAX_SKILL

Region = Annotated[str, Meta(min_length=1, max_length=MAX_SKILL)]
Word = Annotated[str, Meta(min_length=1, max_length=40)]


class RegionSource(enum.StrEnum):
    """Where a region may be known from."""

    PAGE = "page"
    ORDER = "order"


class Regions(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's [regions]: where to look, in this order, and which words name which region."""

    sources: tuple[RegionSource, ...] = (RegionSource.PAGE, RegionSource.ORDER)
    words: dict[Region, tuple[Word, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a word that names two regions."""
        owner: dict[str, str] = {}
        for region, words in self.words.items():
            for word in {region, *words}:
                if owner.setdefault(word, region) != region:
                    raise ValueError(f"`{word}` is a word of both {owner[word]} and {region}")

    def named_in(self, text: str) -> str | None:
        """Give the region a text names first: an address goes from the large to the small."""
        found = [
            (place, -len(word), region)
            for region, words in self.words.items()
            for word in (region, *words)
            if (place := text.find(word)) >= 0
        ]
        return min(found)[2] if found else None
