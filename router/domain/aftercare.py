"""After a case: when its rating is asked, why a shopper was not content, who makes it good."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct, field

from router.domain.errors import Malformed

Score = Annotated[int, Meta(ge=1, le=5)]
Key = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Label = Annotated[str, Meta(min_length=1, max_length=20)]


class RatingReason(Struct, frozen=True, forbid_unknown_fields=True):
    """A reason offered beside some scores; kept by its key, shown in the shopper's language."""

    key: Key
    text: Label
    scores: frozenset[Score]
    english: Annotated[str, Meta(max_length=40)] = ""

    def shown(self, locale: str) -> str:
        """Give the reason in a language."""
        return self.english or self.text if locale == "en" else self.text


def _reasons() -> tuple[RatingReason, ...]:
    low, high = frozenset({1, 2, 3}), frozenset({4, 5})
    return (
        RatingReason("waited_long", "等太久", low, "Long wait"),
        RatingReason("not_solved", "没解决", low, "Not solved"),
        RatingReason("unfriendly", "态度不好", low, "Unfriendly"),
        RatingReason("asked_again", "反复问我", low, "Asked again and again"),
        RatingReason("quick", "回复快", high, "Quick"),
        RatingReason("solved", "解决了", high, "Solved"),
        RatingReason("friendly", "态度好", high, "Friendly"),
    )


class Csat(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's [csat]: when a rating is asked, and what a low one leads to."""

    after_seconds: Annotated[float, Meta(ge=0, le=7 * 86_400)] = 15
    again_days: Annotated[float, Meta(ge=0, le=365)] = 7
    low: Annotated[int, Meta(ge=0, le=5)] = 2
    reasons: tuple[RatingReason, ...] = field(default_factory=_reasons)

    def __post_init__(self) -> None:
        keys = [reason.key for reason in self.reasons]
        if len(set(keys)) < len(keys):
            raise ValueError("two reasons have the same key")

    @property
    def after(self) -> dt.timedelta:
        """Give how long it has to be quiet before the rating is asked."""
        return dt.timedelta(seconds=self.after_seconds)

    def offered(self, score: int) -> tuple[RatingReason, ...]:
        """Give the reasons offered beside a score."""
        return tuple(reason for reason in self.reasons if score in reason.scores)

    def checked(self, score: int, reasons: Sequence[str]) -> tuple[str, ...]:
        """Give the reasons of a rating once each, in our order; refuse those not offered."""
        offered = [reason.key for reason in self.offered(score)]
        unknown = [key for key in reasons if key not in offered]
        if unknown:
            raise Malformed(f"`{unknown[0][:40]}` is no reason offered beside {score}")
        return tuple(key for key in offered if key in reasons)


class TaskState(enum.StrEnum):
    """Where a task stands."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """Something a supervisor makes good: a shopper rated a case low, and said why."""

    id: str
    conversation: str
    case: int
    shopper: str
    agent: str | None
    score: int
    reasons: tuple[str, ...]
    comment: str
    opened_at: dt.datetime
    state: TaskState = TaskState.OPEN
    taken_by: str | None = None
    taken_at: dt.datetime | None = None
    done_by: str | None = None
    done_at: dt.datetime | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """A resolved case whose rating may be asked now."""

    conversation: str
    case: int
    agent: str | None
    resolved_at: dt.datetime
