"""The desk on a virtual clock, with its own order, assignment, clocks and estimates."""

from __future__ import annotations

import datetime as dt
import enum
import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from router.domain.assignment import ANGRY, AssignmentPolicy, Candidate, assign
from router.domain.handoff import Handoff, HandoffState, Priority
from router.domain.people import Presence
from router.domain.priority import CaseFacts, PriorityPolicy, raised, rank
from router.domain.queue import in_order
from router.domain.sla import Timing
from router.domain.waits import Estimate, Experience, Floor, Outcome, estimate
from router.simulate.day import Caller, Day, Turn

AGAIN = dt.timedelta(minutes=2)
"""How often a waiting shopper's estimate is looked at again."""
REMEMBERED = 400
MISSED = 0.03
USUAL_SERVICE = 480.0

Order = Callable[[Sequence[Handoff]], list[Handoff]]


class Ordering(enum.StrEnum):
    """By which rule the next one is found."""

    OURS = "ours"
    FIRST_COME = "first_come"
    VIP_FIRST = "vip_first"


@dataclass(frozen=True, slots=True)
class House:
    """The rules a day is played by."""

    priority: PriorityPolicy
    assignment: AssignmentPolicy
    timing: Timing
    vip_tiers: frozenset[str]


@dataclass(slots=True)
class Told:
    """What a shopper was told, when, and how long it was then."""

    at: dt.datetime
    estimate: Estimate
    waited: float | None = None


@dataclass(slots=True)
class Case:
    """What becomes of one who asked for a human."""

    caller: Caller
    handoff: Handoff
    told: list[Told] = field(default_factory=list)
    accepted_at: dt.datetime | None = None
    gave_up_at: dt.datetime | None = None
    breached: bool = False
    offers: int = 0

    @property
    def ticket(self) -> bool:
        """Tell whether it was left outside the hours."""
        return self.handoff.left_at is not None


@dataclass(slots=True)
class Agent:
    """An agent in their turn."""

    turn: Turn
    there: bool = False
    load: int = 0
    holding: int = 0
    offered: str | None = None
    streak: int = 0
    last_at: dt.datetime | None = None

    def candidate(self) -> Candidate:
        """Show how the agent stands."""
        presence = Presence.ONLINE if self.there else Presence.OFFLINE
        return Candidate(
            self.turn.staff,
            presence,
            self.load,
            self.offered is not None,
            self.streak,
            self.last_at,
        )


@dataclass(slots=True)
class Played:
    """A day as it went; `busy` and `there` are agent-slot seconds by hour."""

    day: Day
    ordering: Ordering
    cases: list[Case]
    busy: dict[int, float]
    there: dict[int, float]


class Desk:
    """Plays one day under one ordering; the same callers meet the same agents in each."""

    def __init__(self, day: Day, house: House, ordering: Ordering) -> None:
        self._day, self._house, self._ordering = day, house, ordering
        self._agents = {turn.staff.id: Agent(turn) for turn in day.turns}
        self._cases: dict[str, Case] = {}
        self._waiting: dict[str, Handoff] = {}
        self._events: list[tuple[dt.datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = itertools.count()
        self._outcomes: deque[Outcome] = deque(maxlen=REMEMBERED)
        self._services: deque[float] = deque(maxlen=200)
        self._experience: Experience | None = None
        self._busy: dict[int, float] = {}
        self._there: dict[int, float] = {}
        self._now = day.begins

    def play(self) -> Played:
        """Let the day pass."""
        for caller in self._day.callers:
            self._at(caller.at, self._calls, caller)
        for agent in self._agents.values():
            self._at(agent.turn.begins, self._comes, agent)
            self._at(agent.turn.ends, self._goes, agent)
        while self._events:
            at, _, what, about = heapq.heappop(self._events)
            self._pass(at)
            what(*about)
            self._drain()
        cases = list(self._cases.values())
        return Played(self._day, self._ordering, cases, self._busy, self._there)

    # --- what happens --------------------------------------------------------------------------

    def _calls(self, caller: Caller) -> None:
        house, now = self._house, self._now
        ranked = rank(
            CaseFacts(caller.reason, caller.tier, caller.mood, caller.entry),
            house.priority,
            house.vip_tiers,
        )
        is_open = self._day.calendar.is_open(now)
        timing = house.timing
        due = timing.first_due(now, ranked.priority)
        handoff = Handoff(
            id=caller.id,
            conversation=caller.id,
            case=1,
            reason=caller.reason,
            priority=ranked.priority,
            queued_at=now,
            due_at=due if is_open else timing.left_due(now, ranked.sla_class),
            asked="",
            tier=caller.tier,
            mood=caller.mood,
            state=HandoffState.QUEUED if is_open else HandoffState.TICKET,
            sla_class=ranked.sla_class,
            needs=caller.needs,
            weight=ranked.weight,
            head_start=ranked.head_start if self._ordering is Ordering.OURS else 0,
            left_at=None if is_open else now,
        )
        case = Case(caller, handoff)
        self._cases[caller.id] = case
        self._at(handoff.due_at, self._is_late, case)
        if is_open:
            self._waiting[handoff.id] = handoff
            self._tell(case)
            self._at(now + caller.patience, self._gives_up, case)
        else:
            self._at(self._day.calendar.next_opening(now), self._shift_begins, case)

    def _shift_begins(self, case: Case) -> None:
        self._change(case, state=HandoffState.QUEUED)
        self._waiting[case.handoff.id] = case.handoff

    def _gives_up(self, case: Case) -> None:
        if case.accepted_at is None and case.handoff.offered_to is None:
            case.gave_up_at = self._now
            self._waiting.pop(case.handoff.id, None)

    def _is_late(self, case: Case) -> None:
        if case.accepted_at is not None or case.gave_up_at is not None:
            return
        case.breached = True
        if self._ordering is Ordering.OURS and case.handoff.id in self._waiting:
            step = Priority(min(case.handoff.priority + 1, Priority.HIGH))
            case.handoff = raised(case.handoff, step, self._house.priority)
            self._waiting[case.handoff.id] = case.handoff

    def _comes(self, agent: Agent) -> None:
        agent.there = True

    def _goes(self, agent: Agent) -> None:
        agent.there = False

    def _offer(self, case: Case, agent: Agent) -> None:
        case.offers += 1
        agent.offered = case.handoff.id
        del self._waiting[case.handoff.id]
        chance = f"{self._day.seed} {case.caller.id} {case.offers}"
        dice = random.Random(chance)  # noqa: S311 - the same in each ordering.
        self._change(case, offered_to=agent.turn.staff.id)
        if dice.random() < MISSED:
            lapses = self._now + dt.timedelta(seconds=self._house.assignment.offer_seconds)
            self._at(lapses, self._lapses, case, agent)
        else:
            self._at(
                self._now + dt.timedelta(seconds=dice.uniform(2, 10)), self._takes, case, agent
            )

    def _lapses(self, case: Case, agent: Agent) -> None:
        agent.offered = None
        declined = (*case.handoff.declined_by, agent.turn.staff.id)
        self._change(case, offered_to=None, offered_until=self._now, declined_by=declined)
        self._waiting[case.handoff.id] = case.handoff

    def _takes(self, case: Case, agent: Agent) -> None:
        agent.offered = None
        agent.load += case.handoff.weight
        agent.holding += 1
        agent.streak = agent.streak + 1 if case.handoff.mood >= ANGRY else 0
        agent.last_at = case.accepted_at = self._now
        for told in case.told:
            told.waited = (self._now - told.at).total_seconds()
            self._outcomes.append(Outcome(told.estimate.ahead, told.estimate.mean, told.waited))
        self._experience = None
        self._at(self._now + case.caller.service, self._ends, case, agent)

    def _ends(self, case: Case, agent: Agent) -> None:
        agent.load -= case.handoff.weight
        agent.holding -= 1
        self._services.append(case.caller.service.total_seconds())

    # --- the desk's own rules -------------------------------------------------------------------

    def _drain(self) -> None:
        """Hand out what can be handed out now."""
        if not self._waiting or not any(
            a.there and a.offered is None for a in self._agents.values()
        ):
            return
        free = [agent.candidate() for agent in self._agents.values() if agent.there]
        free = [one for one in free if one.why_idle(self._house.assignment) is None]
        if not free:
            return
        for match in assign(self._order(), free, self._now, self._house.assignment):
            self._offer(self._cases[match.handoff.id], self._agents[match.agent.id])

    def _order(self) -> list[Handoff]:
        waiting = self._waiting.values()
        match self._ordering:
            case Ordering.OURS:
                return in_order(waiting)
            case Ordering.FIRST_COME:
                return sorted(waiting, key=lambda h: (h.queued_at, h.id))
            case Ordering.VIP_FIRST:
                places = {"diamond": 0, "gold": 1}
                return sorted(waiting, key=lambda h: (places.get(h.tier, 2), h.queued_at, h.id))

    def _tell(self, case: Case) -> None:
        """Tell a waiting shopper how long it will be, now and again."""
        if case.handoff.id not in self._waiting or case.accepted_at is not None:
            return
        place = [handoff.id for handoff in self._order()].index(case.handoff.id) + 1
        if self._experience is None:
            self._experience = Experience(self._outcomes)
        found = estimate(place, self._floor(), self._experience)
        if found is not None:
            case.told.append(Told(self._now, found))
        self._at(self._now + AGAIN, self._tell, case)

    def _floor(self) -> Floor:
        there = [agent for agent in self._agents.values() if agent.there]
        free = sum(max(0, agent.turn.staff.capacity - agent.load) for agent in there)
        running = sum(agent.holding for agent in there)
        service = sum(self._services) / len(self._services) if self._services else USUAL_SERVICE
        return Floor(running, free, service)

    def _change(self, case: Case, **facts: Any) -> None:
        case.handoff = replace(case.handoff, **facts)

    # --- time ------------------------------------------------------------------------------------

    def _at(self, at: dt.datetime, what: Callable[..., None], *about: Any) -> None:
        heapq.heappush(self._events, (at, next(self._count), what, about))

    def _pass(self, at: dt.datetime) -> None:
        """Count who was there and how busy, from the last event to this one."""
        hour, seconds = self._day.hour_of(self._now), (at - self._now).total_seconds()
        if seconds > 0:
            there = [a for a in self._agents.values() if a.there]
            slots = sum(a.turn.staff.capacity for a in there)
            busy = sum(min(a.load, a.turn.staff.capacity) for a in there)
            self._there[hour] = self._there.get(hour, 0.0) + slots * seconds
            self._busy[hour] = self._busy.get(hour, 0.0) + busy * seconds
        self._now = at
