"""Texts read before are not read again: what shoppers ask most they ask in the same words."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from bot.reading import Parsed
from bot.text import fold

KEPT: Final = 4096


class Parses:
    """The newest parses of one model, by the folded text: that is all the model sees of it.

    Folding keeps every place, so the entities of one wording stand where the other's do.
    """

    def __init__(self, parse: Callable[[str], Awaitable[Parsed]], kept: int = KEPT) -> None:
        self._parse = parse
        self._kept = kept
        self._known: OrderedDict[str, Parsed] = OrderedDict()

    async def of(self, text: str) -> Parsed:
        """Return the parse of a text; who changes it copies it first."""
        key = fold(text).rstrip()
        known = self._known.get(key)
        if known is None:
            known = await self._parse(text)
            self._known[key] = known
            if len(self._known) > self._kept:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return known
