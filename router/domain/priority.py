"""How soon a handoff is due: urgency x impact by a table, then tier, anger and SLA class.

A priority is a head start in time, never a lane of its own: `router/domain/queue.py` proves what
follows from that. Safety is always urgent, whatever the table says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.handoff import Degree, Handoff, Priority, Reason

DegreeWord = Literal["low", "medium", "high"]
PriorityWord = Literal["low", "normal", "high", "urgent"]
Minutes = Annotated[float, Meta(ge=0, le=24 * 60)]
Weight = Annotated[int, Meta(ge=1, le=10)]

CRITICAL = "critical"
CASE = "case"
STANDARD = "standard"


class PriorityRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the table: what it fits, and how urgent and grave that is.

    An empty condition fits everything; `mood` is the least anger level.
    """

    urgency: DegreeWord
    impact: DegreeWord
    reason: frozenset[Reason] = frozenset()
    entry: frozenset[str] = frozenset()
    category: frozenset[str] = frozenset()
    order_state: frozenset[str] = frozenset()
    tier: frozenset[str] = frozenset()
    mood: Annotated[int, Meta(ge=0, le=2)] = 0
    sla_class: Annotated[str, Meta(min_length=1, max_length=40)] | None = None

    def fits(self, facts: CaseFacts) -> bool:
        """Tell whether every condition holds; what is unknown fits none."""
        return facts.mood >= self.mood and all(
            not allowed or value in allowed
            for allowed, value in (
                (self.reason, facts.reason),
                (self.entry, facts.entry),
                (self.category, facts.category),
                (self.order_state, facts.order_state),
                (self.tier, facts.tier),
            )
        )


class _ByPriority(Struct, frozen=True, forbid_unknown_fields=True):
    urgent: Minutes
    high: Minutes
    normal: Minutes
    low: Minutes

    def of(self, priority: Priority) -> float:
        """Give the minutes of a priority."""
        return float(getattr(self, priority.name.lower()))


class _Weights(Struct, frozen=True, forbid_unknown_fields=True):
    urgent: Weight = 1
    high: Weight = 1
    normal: Weight = 1
    low: Weight = 1

    def of(self, priority: Priority) -> int:
        """Give the weight of a priority."""
        return int(getattr(self, priority.name.lower()))


class _Matrix(Struct, frozen=True, forbid_unknown_fields=True):
    """Urgency by rows; in each the priority for low, medium and high impact."""

    low: tuple[PriorityWord, PriorityWord, PriorityWord] = ("low", "low", "normal")
    medium: tuple[PriorityWord, PriorityWord, PriorityWord] = ("low", "normal", "high")
    high: tuple[PriorityWord, PriorityWord, PriorityWord] = ("normal", "high", "high")

    def of(self, urgency: Degree, impact: Degree) -> Priority:
        """Give the priority of an urgency and an impact."""
        row: tuple[PriorityWord, ...] = getattr(self, urgency.name.lower())
        return Priority[row[impact].upper()]


DEFAULT_RULES = (
    PriorityRule("high", "high", reason=frozenset({Reason.SAFETY})),
    PriorityRule("high", "medium", reason=frozenset({Reason.ANGER})),
    PriorityRule("medium", "high", reason=frozenset({Reason.HUMAN_ONLY})),
)


class PriorityPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """The policy's section [priority]: the table and what a priority is worth, in minutes."""

    rules: tuple[PriorityRule, ...] = DEFAULT_RULES
    matrix: _Matrix = _Matrix()
    head_start_minutes: _ByPriority = _ByPriority(urgent=30, high=8, normal=3, low=0)
    tier_minutes: dict[str, Minutes] = {}
    anger_minutes: tuple[Minutes, Minutes, Minutes] = (0, 1, 4)
    returning_minutes: Minutes = 10
    longest_minutes: Minutes = 30
    weights: _Weights = _Weights(urgent=2)

    @property
    def longest(self) -> int:
        """Give the longest head start there can be, in seconds."""
        return round(self.longest_minutes * 60)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What ranks a handoff; `returning` is one that had its agent before."""

    reason: Reason
    tier: str = "ordinary"
    mood: int = 0
    entry: str | None = None
    category: str | None = None
    order_state: str | None = None
    returning: bool = False


@dataclass(frozen=True, slots=True)
class Rank:
    """How soon a handoff is due, and what it takes of an agent."""

    urgency: Degree
    impact: Degree
    priority: Priority
    head_start: int
    sla_class: str
    weight: int


def rank(facts: CaseFacts, policy: PriorityPolicy, vip_tiers: frozenset[str]) -> Rank:
    """Rank a handoff: the first rule that fits says how urgent and grave it is.

    A VIP tier moves the priority up one step, but not among the urgent ones.
    """
    rule = next((rule for rule in policy.rules if rule.fits(facts)), None)
    urgency = Degree[rule.urgency.upper()] if rule else Degree.MEDIUM
    impact = Degree[rule.impact.upper()] if rule else Degree.MEDIUM
    priority = policy.matrix.of(urgency, impact)
    if facts.tier in vip_tiers:
        priority = max(priority, min(Priority(priority + 1), Priority.HIGH))
    if facts.reason is Reason.SAFETY:
        priority = Priority.URGENT
    sla_class = rule.sla_class if rule else None
    return Rank(
        urgency,
        impact,
        priority,
        _head_start(facts, priority, policy),
        sla_class or _class_of(urgency, impact, priority),
        policy.weights.of(priority),
    )


def raised(handoff: Handoff, priority: Priority, policy: PriorityPolicy) -> Handoff:
    """Raise a waiting handoff, as when its target is breached; it is never lowered."""
    if priority <= handoff.priority:
        return handoff
    gained = policy.head_start_minutes.of(priority) - policy.head_start_minutes.of(handoff.priority)
    head_start = min(handoff.head_start + max(0, round(gained * 60)), policy.longest)
    return replace(handoff, priority=priority, head_start=max(head_start, handoff.head_start))


def _head_start(facts: CaseFacts, priority: Priority, policy: PriorityPolicy) -> int:
    minutes = policy.head_start_minutes.of(priority)
    minutes += policy.tier_minutes.get(facts.tier, 0)
    minutes += policy.anger_minutes[min(max(facts.mood, 0), 2)]
    if facts.returning:
        minutes += policy.returning_minutes
    return min(round(minutes * 60), policy.longest)


def _class_of(urgency: Degree, impact: Degree, priority: Priority) -> str:
    if priority is Priority.URGENT or (urgency is Degree.HIGH and impact is Degree.HIGH):
        return CRITICAL
    return CASE if priority is Priority.HIGH else STANDARD
