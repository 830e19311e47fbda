"""The wire of the queue: offers, the next in order, and signs of life of an agent."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.assignment import WhyNot

ConversationId = Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]


class _In(Struct, forbid_unknown_fields=True):
    """What comes from outside."""


class _Out(Struct):
    """What goes out."""


class AcceptNext(_In, tag="accept_next"):
    """The agent takes what the order gives them next, their own offer first."""


class Decline(_In, tag="decline"):
    """The agent lets an offer pass."""

    conversation: ConversationId


class Active(_In, tag="active"):
    """The agent is there: a key, the pointer, or the tab came to the front."""


class Offer(_Out):
    """A conversation offered to this agent until a moment; `seconds` is how long that is."""

    conversation: str
    until: dt.datetime
    seconds: float


class HandoffOffered(_Out, tag="handoff.offered"):
    """A waiting conversation is offered to this agent."""

    offer: Offer


class OfferEnded(_Out, tag="offer.ended"):
    """An offer to this agent is over without them taking it."""

    conversation: str
    why: Literal["ran_out", "declined"]


class QueueRules(_Out):
    """How handoffs are handed out; `overtaken_minutes` bounds how long anybody is overtaken."""

    hand_out: Literal["offer", "auto", "none"]
    pick: bool
    overtaken_minutes: float
    away_minutes: float


class AgentStanding(_Out):
    """How an agent stands in the queue; `load` is the weight of what they hold.

    `idle` says why nothing at all is handed to them now; after `angry_cap` angry shoppers in a
    row (`angry_streak`) they get no further one for a while.
    """

    staff: str
    load: int
    capacity: int
    idle: WhyNot | None
    angry_streak: int
    angry_cap: int


class Standings(_Out):
    """How every agent stands; an angry shopper waits so long for an agent below the cap."""

    agents: tuple[AgentStanding, ...]
    angry_patience_seconds: int


QueueCommand = AcceptNext | Decline | Active
QueueEvent = HandoffOffered | OfferEnded
