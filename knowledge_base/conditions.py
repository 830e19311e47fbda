"""When an answer applies: a condition, and the circumstances of a shopper it is held against."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """A circumstance an answer can depend on."""

    STORE = "store"
    CHANNEL = "channel"
    TIER = "tier"
    PRODUCT_LINE = "product_line"
    ORDER_STATE = "order_state"


@dataclass(frozen=True, slots=True)
class Term:
    """One allowed value and the title people read."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values a shop allows in conditions, and the flows and categories it has."""

    store: tuple[Term, ...] = ()
    channel: tuple[Term, ...] = ()
    tier: tuple[Term, ...] = ()
    product_line: tuple[Term, ...] = ()
    order_state: tuple[Term, ...] = ()
    flow: tuple[Term, ...] = ()
    category: tuple[Term, ...] = ()  # value: name of the category's file, without its ending

    def terms(self, field: Field) -> tuple[Term, ...]:
        """Give the terms of a field in the shop's own order."""
        match field:
            case Field.STORE:
                return self.store
            case Field.CHANNEL:
                return self.channel
            case Field.TIER:
                return self.tier
            case Field.PRODUCT_LINE:
                return self.product_line
            case Field.ORDER_STATE:
                return self.order_state

    def values(self, field: Field) -> tuple[str, ...]:
        """Give the allowed values of a field."""
        return tuple(term.value for term in self.terms(field))

    def title(self, field: Field, value: str) -> str:
        """Give the title of a value, or the value itself when it is not known."""
        return next((term.title for term in self.terms(field) if term.value == value), value)

    @property
    def flows(self) -> frozenset[str]:
        """The names of the flows a button or an answer may start."""
        return frozenset(term.value for term in self.flow)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about a shopper at one moment; None is unknown."""

    store: str | None = None
    channel: str | None = None
    tier: str | None = None
    product_line: str | None = None
    order_state: str | None = None
    on: dt.date | None = None  # the shop's local date

    def value(self, field: Field) -> str | None:
        """Give what is known about a field."""
        match field:
            case Field.STORE:
                return self.store
            case Field.CHANNEL:
                return self.channel
            case Field.TIER:
                return self.tier
            case Field.PRODUCT_LINE:
                return self.product_line
            case Field.ORDER_STATE:
                return self.order_state


@dataclass(frozen=True, slots=True)
class Condition:
    """The circumstances an answer is for; an empty one is for everybody."""

    store: frozenset[str] = frozenset()
    channel: frozenset[str] = frozenset()
    tier: frozenset[str] = frozenset()
    product_line: frozenset[str] = frozenset()
    order_state: frozenset[str] = frozenset()
    starts: dt.date | None = None
    until: dt.date | None = None  # the last day, inclusive

    def allowed(self, field: Field) -> frozenset[str]:
        """Give the values of a field this condition is for; empty means any."""
        match field:
            case Field.STORE:
                return self.store
            case Field.CHANNEL:
                return self.channel
            case Field.TIER:
                return self.tier
            case Field.PRODUCT_LINE:
                return self.product_line
            case Field.ORDER_STATE:
                return self.order_state

    @property
    def constrained(self) -> tuple[Field, ...]:
        """The fields this condition asks about, without the dates."""
        return tuple(field for field in Field if self.allowed(field))

    @property
    def dated(self) -> bool:
        """Whether this condition has a first or a last day."""
        return self.starts is not None or self.until is not None

    @property
    def specificity(self) -> int:
        """The number of constrained fields; first and last day count as one."""
        return len(self.constrained) + self.dated

    def matches(self, circumstances: Circumstances) -> bool:
        """Tell whether this condition holds; an unknown circumstance satisfies no constraint."""
        return all(
            circumstances.value(field) in self.allowed(field) for field in self.constrained
        ) and (not self.dated or self._open_on(circumstances.on))

    def overlaps(self, other: Condition) -> bool:
        """Tell whether one shopper at one moment can satisfy both conditions."""
        shared = (field for field in self.constrained if other.allowed(field))
        return all(self.allowed(field) & other.allowed(field) for field in shared) and _meet(
            self, other
        )

    def _open_on(self, day: dt.date | None) -> bool:
        return day is not None and within(day, self.starts, self.until)

    def __str__(self) -> str:
        parts = [f"{field}={'|'.join(sorted(self.allowed(field)))}" for field in self.constrained]
        parts += [f"from {self.starts}"] if self.starts else []
        parts += [f"until {self.until}"] if self.until else []
        return ", ".join(parts) or "default"


ALWAYS = Condition()


def within(day: dt.date, first: dt.date | None, last: dt.date | None) -> bool:
    """Tell whether a day lies in a window whose open ends are None and whose ends count."""
    return (first is None or first <= day) and (last is None or day <= last)


def _meet(one: Condition, other: Condition) -> bool:
    first = max((day for day in (one.starts, other.starts) if day), default=None)
    last = min((day for day in (one.until, other.until) if day), default=None)
    return first is None or last is None or first <= last
