"""A turn the knowledge base failed, kept so that an editor can cure it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class MissReason(StrEnum):
    """How it showed that the knowledge base failed."""

    LOW_CONFIDENCE = "low_confidence"
    CLARIFIED = "clarified"
    HANDED_OFF = "handed_off"
    UNHELPFUL = "unhelpful"
    FLAGGED = "flagged"


class MissState(StrEnum):
    """What became of a miss; it is cured only when its own text gets the right entry."""

    OPEN = "open"
    CURED = "cured"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Miss:
    """One failed turn: the shopper's masked text, what the bot read and what was live."""

    id: str
    conversation: str
    seq: int
    reason: MissReason
    text: str
    intent: str | None
    confidence: float | None
    ranking: tuple[tuple[str, float], ...]
    entry: str | None
    release: int | None
    model: str | None
    at: dt.datetime
    state: MissState = MissState.OPEN
