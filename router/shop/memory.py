"""The last thing a shop said of each question, for the moments in which it cannot be asked."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from router.shop.protocol import ShopOrder

MOST = 20_000
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Key:
    """A question: what, of whom, and of which order."""

    ask: str
    shopper: str
    order: str = ""


class Memory:
    """Keeps the newest answers; a `fresh` one is not asked again, one too old is forgotten."""

    def __init__(self, fresh: dt.timedelta, kept: dt.timedelta, most: int = MOST) -> None:
        self._fresh = fresh
        self._kept = kept
        self._most = most
        self._known: OrderedDict[Key, tuple[dt.datetime, Any]] = OrderedDict()

    def note(self, key: Key, value: object, now: dt.datetime) -> None:
        """Keep an answer."""
        self._known[key] = (now, value)
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def forget(self, shopper: str) -> None:
        """Forget a shopper's answers, after an operation has changed what they were about."""
        for key in [key for key in self._known if key.shopper == shopper]:
            del self._known[key]

    def fresh(self, key: Key, now: dt.datetime) -> Any | None:
        """Give an answer so young that asking again would tell nothing; a clock set back is old."""
        at, value = self._known.get(key, (None, None))
        if at is None or not dt.timedelta(0) <= now - at < self._fresh:
            return None
        return value

    def last(self, key: Key, now: dt.datetime) -> Any | None:
        """Give the last answer with the moment it was true at, if it is not too old."""
        at, value = self._known.get(key, (None, None))
        if at is None or now - at >= self._kept:
            return None
        return marked(value, at)


def marked(value: Value, at: dt.datetime) -> Value:
    """Give a value that says when it was true."""
    if isinstance(value, tuple):
        return tuple(marked(one, at) for one in value)  # type: ignore[return-value]
    if isinstance(value, ShopOrder):
        return replace(value, card=replace(value.card, as_of=at))
    return replace(value, as_of=at)  # type: ignore[type-var]
