"""Who gets which handoff: the order decides whose turn it is, this who takes it.

Everything is a value: what waits, in order, and how each agent stands. The store applies what is
decided here under conditions of its own, so that a decision that has aged does nothing.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta, Struct, field

from router.domain.handoff import Handoff
from router.domain.people import Presence, Role, Staff
from router.domain.presence import PresencePolicy

ANGRY = 2
"""The mood from which a handoff counts as angry."""


class HandOut(enum.StrEnum):
    """How handoffs come to agents."""

    OFFER = "offer"
    AUTO = "auto"
    NONE = "none"


class Transfers(enum.StrEnum):
    """Whether a colleague is asked before what was sent to them is theirs."""

    ASK = "ask"
    GIVE = "give"


class AssignmentPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's section [assignment].

    `hand_out`: offered with a countdown, given at once, or neither. `pick`: whether agents may
    also take from the list; if not they take what the order gives them, and nothing else.
    `transfers`: under `auto` too a colleague accepts or declines what is sent to them, or gets it
    at once like the rest as soon as they have room.
    """

    hand_out: HandOut = HandOut.OFFER
    transfers: Transfers = Transfers.ASK
    pick: bool = True
    offer_seconds: Annotated[int, Meta(ge=3, le=600)] = 20
    offer_again_seconds: Annotated[int, Meta(ge=0, le=600)] = 30
    angry_cap: Annotated[int, Meta(ge=1, le=50)] = 2
    angry_patience_seconds: Annotated[int, Meta(ge=0, le=3600)] = 60
    sticky_days: Annotated[int, Meta(ge=0, le=365)] = 30
    supervisors_take_turns: bool = False
    presence: PresencePolicy = field(default_factory=PresencePolicy)

    @property
    def gives_transfers(self) -> bool:
        """Tell whether a deal gives what was sent to a colleague."""
        return self.hand_out is HandOut.AUTO and self.transfers is Transfers.GIVE


_ANY_TURN = AssignmentPolicy(supervisors_take_turns=True)


class WhyNot(enum.StrEnum):
    """Why an agent gets no handoff, or not this one."""

    NO_AGENT = "no_agent"
    NOT_ONLINE = "not_online"
    HAS_OFFER = "has_offer"
    FULL = "full"
    NOT_IN_TURN = "not_in_turn"
    LACKS_SKILL = "lacks_skill"
    WANTED_BY_ANOTHER = "wanted_by_another"
    OFFERED_TO_ANOTHER = "offered_to_another"
    DECLINED = "declined"
    ANGRY_CAP = "angry_cap"


@dataclass(frozen=True, slots=True)
class Candidate:
    """How an agent stands now; `load` is the weight of what they hold."""

    staff: Staff
    presence: Presence
    load: int = 0
    has_offer: bool = False
    angry_streak: int = 0
    last_at: dt.datetime | None = None

    def why_idle(self, policy: AssignmentPolicy) -> WhyNot | None:
        """Say why nothing at all is handed out to the agent; None when something may be."""
        if not self.staff.may(Role.AGENT):
            return WhyNot.NO_AGENT
        if self.presence is not Presence.ONLINE:
            return WhyNot.NOT_ONLINE
        if self.has_offer:
            return WhyNot.HAS_OFFER
        # The last one may overfill by its weight: else the heavy ones would wait behind the light.
        if self.load >= self.staff.capacity:
            return WhyNot.FULL
        takes_turns = policy.supervisors_take_turns or not (
            self.staff.roles & {Role.SUPERVISOR, Role.ADMIN}
        )
        return None if takes_turns else WhyNot.NOT_IN_TURN

    def angry_cap(self, policy: AssignmentPolicy) -> int:
        """Give how many angry shoppers the agent takes in a row."""
        return self.staff.angry_cap or policy.angry_cap


@dataclass(frozen=True, slots=True)
class Match:
    """This handoff goes to this agent."""

    handoff: Handoff
    agent: Staff


def assign(
    waiting: Sequence[Handoff],
    candidates: Sequence[Candidate],
    now: dt.datetime,
    policy: AssignmentPolicy,
) -> tuple[Match, ...]:
    """Give waiting handoffs, in their order, to agents who are free and fit.

    Under `HandOut.AUTO` an agent gets as many as there is room for, else one offer at a time.
    """
    free = {c.staff.id: c for c in candidates if _is_open(c)}
    matches: list[Match] = []
    for handoff in waiting:
        if not free:
            break
        chosen = choose(handoff, tuple(free.values()), now, policy)
        if chosen is None:
            continue
        matches.append(Match(handoff, chosen.staff))
        after = _after(chosen, handoff, now, policy)
        if _is_open(after):
            free[chosen.staff.id] = after
        else:
            del free[chosen.staff.id]
    return tuple(matches)


def choose(
    handoff: Handoff, free: Sequence[Candidate], now: dt.datetime, policy: AssignmentPolicy
) -> Candidate | None:
    """Choose among free agents who takes a handoff now; None when none of them fits.

    Of those who fit: the one wanted, else the least loaded, the one with the fewest angry
    shoppers in a row, the longest without a new one.
    """
    for candidate in sorted(free, key=lambda c: _preference(c, handoff)):
        if why_not(candidate, handoff, now, policy) is None:
            return candidate
    return None


def why_not(
    candidate: Candidate, handoff: Handoff, now: dt.datetime, policy: AssignmentPolicy
) -> WhyNot | None:
    """Say why an agent does not get a handoff; None when they may.

    What is directed to somebody is theirs alone until it lapses, and asks nothing but presence
    and room of them.
    """
    idle = candidate.why_idle(policy)
    if idle not in {None, WhyNot.NOT_IN_TURN}:
        return idle
    me = candidate.staff.id
    if handoff.offered_to not in {None, me}:
        return WhyNot.OFFERED_TO_ANOTHER
    if _declined(handoff, me, now, policy):
        return WhyNot.DECLINED
    if handoff.wanted_until is not None and now < handoff.wanted_until:
        return None if handoff.wanted_agent == me else WhyNot.WANTED_BY_ANOTHER
    if idle is not None:
        return idle
    if not candidate.staff.skills.cover(handoff.needs):
        return WhyNot.LACKS_SKILL
    if handoff.mood >= ANGRY and candidate.angry_streak >= candidate.angry_cap(policy):
        # The cap yields: an angry shopper waits only so long for somebody below it.
        waited = abs(now - handoff.queued_at)
        if waited <= dt.timedelta(seconds=policy.angry_patience_seconds):
            return WhyNot.ANGRY_CAP
    return None


def _declined(handoff: Handoff, agent: str, now: dt.datetime, policy: AssignmentPolicy) -> bool:
    """Tell whether an agent let it pass so lately that they are not asked again yet."""
    if agent not in handoff.declined_by:
        return False
    if handoff.offered_until is None:
        return True
    return abs(now - handoff.offered_until) < dt.timedelta(seconds=policy.offer_again_seconds)


def _is_open(candidate: Candidate) -> bool:
    return candidate.why_idle(_ANY_TURN) is None


def _preference(candidate: Candidate, handoff: Handoff) -> tuple[bool, float, int, float, str]:
    return (
        candidate.staff.id != handoff.wanted_agent,
        candidate.load / candidate.staff.capacity,
        candidate.angry_streak if handoff.mood >= ANGRY else 0,
        candidate.last_at.timestamp() if candidate.last_at else 0.0,
        candidate.staff.id,
    )


def _after(
    candidate: Candidate, handoff: Handoff, now: dt.datetime, policy: AssignmentPolicy
) -> Candidate:
    if policy.hand_out is not HandOut.AUTO:
        return replace(candidate, has_offer=True)
    streak = candidate.angry_streak + 1 if handoff.mood >= ANGRY else 0
    return replace(
        candidate, load=candidate.load + handoff.weight, angry_streak=streak, last_at=now
    )
