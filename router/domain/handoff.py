"""A request for a human, its place in the queue and its clock."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field

from router.domain.skills import Needs


class Reason(enum.StrEnum):
    """Why a human is asked for."""

    EXPLICIT_REQUEST = "explicit_request"
    SAFETY = "safety"
    ANGER = "anger"
    HUMAN_ONLY = "human_only"
    BOT_UNAVAILABLE = "bot_unavailable"
    LOW_CONFIDENCE = "low_confidence"
    GOING_IN_CIRCLES = "going_in_circles"
    IMAGE = "image"
    TRANSFER = "transfer"
    AGENT_LEFT = "agent_left"
    TAKE_OVER = "take_over"


class Priority(enum.IntEnum):
    """How soon a handoff is due; higher is sooner."""

    LOW = 0
    NORMAL = 1
    HIGH = 2
    URGENT = 3


class Degree(enum.IntEnum):
    """How urgent a case is, or how much hangs on it."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class HandoffState(enum.StrEnum):
    """Where a handoff stands."""

    TICKET = "ticket"
    QUEUED = "queued"
    ASSIGNED = "assigned"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Handoff:
    """One request for a human; `due_at` is the target of the first response.

    It stands in the queue as if it had come `head_start` seconds earlier. `wanted_agent` is who
    should have it, until `wanted_until`, then anybody who fits. An offer to `offered_to` stands
    until `offered_until`; `declined_by` are those who let theirs pass. `weight` is how much of
    an agent's capacity it takes. Who left a message or a number instead of waiting did so at
    `left_at`; outside the hours of the desk that is a ticket until the next shift.
    """

    id: str
    conversation: str
    case: int
    reason: Reason
    priority: Priority
    queued_at: dt.datetime
    due_at: dt.datetime
    asked: str
    detail: str = ""
    tier: str = "ordinary"
    mood: int = 0
    state: HandoffState = HandoffState.QUEUED
    agent: str | None = None
    accepted_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    urgency: Degree = Degree.MEDIUM
    impact: Degree = Degree.MEDIUM
    sla_class: str = "standard"
    needs: Needs = field(default_factory=Needs)
    weight: int = 1
    head_start: int = 0
    wanted_agent: str | None = None
    wanted_until: dt.datetime | None = None
    offered_to: str | None = None
    offered_until: dt.datetime | None = None
    declined_by: tuple[str, ...] = ()
    left_at: dt.datetime | None = None

    @property
    def order_at(self) -> dt.datetime:
        """Give the moment it stands in the queue by; the earliest is next."""
        return self.queued_at - dt.timedelta(seconds=self.head_start)
