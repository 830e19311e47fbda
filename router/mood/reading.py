"""What the mood model says of one message, and where its thresholds lie."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Level(enum.IntEnum):
    """How a shopper feels: calm; impatient or complaining; angry."""

    CALM = 0
    IMPATIENT = 1
    ANGRY = 2


@dataclass(frozen=True, slots=True)
class MoodReading:
    """One message read: scores between 0 and 1, what fired, and the words that decided."""

    human_request: float
    human_requested: bool
    anger: float
    level: Level
    safety: str | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The scores at or over which a message counts; the settings may set others."""

    human_request: float = 0.55
    impatient: float = 0.55
    angry: float = 0.72

    def __post_init__(self) -> None:
        if not 0.0 <= self.human_request <= 1.0:
            raise ValueError(f"human_request is {self.human_request}; set it between 0 and 1")
        if not 0.0 <= self.impatient <= self.angry <= 1.0:
            raise ValueError(
                f"impatient is {self.impatient} and angry is {self.angry}; "
                "set them between 0 and 1, with impatient not above angry"
            )

    def level(self, anger: float) -> Level:
        """Name the level of an anger score."""
        if anger >= self.angry:
            return Level.ANGRY
        return Level.IMPATIENT if anger >= self.impatient else Level.CALM


class MoodUnavailable(Exception):
    """The mood model cannot be used; `detail` says why and what to do."""

    code = "mood_unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail
