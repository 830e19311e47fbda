"""The misses inbox: who cares for a miss, what becomes of it, and what clusters of them cost."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from knowledge_base.clusters import central
from knowledge_base.errors import KnowledgeError
from knowledge_base.misses import Miss, MissState
from knowledge_base.replies import draft_answer
from knowledge_base.terms import Nearest, Terms

EXAMPLES = 5
MOST_NEAR = 50
"""Entries among which one that was chosen is looked for."""
NEAREST = 3
TREND_DAYS = 14
LOW_RATING = 2
ANGRY = 2


class MissMove(StrEnum):
    """What somebody did with a miss."""

    ASSIGNED = "assigned"
    WORDINGS_ADDED = "wordings_added"
    ENTRY_DRAFTED = "entry_drafted"
    NEEDS_HUMAN = "needs_human"
    CLAIMED = "claimed"
    CURED = "cured"
    NOT_CURED = "not_cured"
    DISMISSED = "dismissed"
    REOPENED = "reopened"


class UnknownMisses(KnowledgeError):
    """Some of the misses asked for do not exist."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(
            "unknown_misses",
            f"There is no miss {', '.join(map(repr, ids[:5]))}.",
            "Load the inbox again; nothing was changed.",
        )
        self.ids = tuple(ids)


class IllegalMissMove(KnowledgeError):
    """A miss in this state cannot be moved so."""

    def __init__(self, miss: str, state: MissState, move: MissMove) -> None:
        super().__init__(
            "illegal_miss_move",
            f"The miss {miss!r} is {state}; it cannot be {move.replace('_', ' ')}.",
            "Reopen it first, or load the inbox again; nothing was changed.",
        )


class MissTaken(KnowledgeError):
    """Somebody else already meant the miss for another entry."""

    def __init__(self, miss: str, owner: str, entry: str) -> None:
        super().__init__(
            "miss_taken",
            f"{owner} already meant the miss {miss!r} for the entry {entry!r}.",
            "Talk to them, or take the miss over first; nothing was changed.",
        )


class MissReasonMissing(KnowledgeError):
    """A miss is dismissed without saying why."""

    def __init__(self) -> None:
        super().__init__(
            "reason_missing",
            "A miss is dismissed only with a reason.",
            "Say why this is not a question for the bot.",
        )


@dataclass(frozen=True, slots=True)
class MissCase:
    """A miss with its owner and the entry that shall answer it."""

    miss: Miss
    owner: str | None = None
    intended: str | None = None
    revision: int | None = None
    """The revision of the intended entry that is to cure it."""
    claimed_by_release: int | None = None
    """The first release that holds that revision; its model has to prove the cure."""

    @property
    def state(self) -> MissState:
        """Whether the miss is open, cured or dismissed."""
        return self.miss.state

    def age(self, now: dt.datetime) -> dt.timedelta | None:
        """Give how long the miss has been open, or nothing when it is not."""
        return now - self.miss.at if self.state is MissState.OPEN else None

    def assign(self, owner: str | None) -> MissCase:
        """Give the miss to somebody, or to nobody; in every state."""
        return replace(self, owner=owner)

    def intend(self, entry: str, revision: int | None, author: str, move: MissMove) -> MissCase:
        """Mean the miss for an entry; whoever does so owns it from then on."""
        self._need(MissState.OPEN, move)
        if self.intended not in (None, entry) and self.owner not in (None, author):
            raise MissTaken(self.miss.id, self.owner or "", self.intended or "")
        return replace(
            self, owner=author, intended=entry, revision=revision, claimed_by_release=None
        )

    def claim(self, release: int) -> MissCase:
        """Note the release that claims to cure the miss."""
        self._need(MissState.OPEN, MissMove.CLAIMED)
        return replace(self, claimed_by_release=release)

    def cure(self) -> MissCase:
        """Close the miss: its own text got the intended entry."""
        self._need(MissState.OPEN, MissMove.CURED)
        return self._in(MissState.CURED)

    def dismiss(self, author: str, reason: str) -> MissCase:
        """Close the miss: it is no question for the bot."""
        if not reason.strip():
            raise MissReasonMissing()
        self._need(MissState.OPEN, MissMove.DISMISSED)
        return self._in(MissState.DISMISSED).assign(author)

    def reopen(self) -> MissCase:
        """Open a closed miss again; what it was meant for stays."""
        if self.state is MissState.OPEN:
            raise IllegalMissMove(self.miss.id, self.state, MissMove.REOPENED)
        return self._in(MissState.OPEN)

    def _in(self, state: MissState) -> MissCase:
        return replace(self, miss=replace(self.miss, state=state))

    def _need(self, state: MissState, move: MissMove) -> None:
        if self.state is not state:
            raise IllegalMissMove(self.miss.id, self.state, move)


@dataclass(frozen=True, slots=True)
class MissChange:
    """One step in the life of a miss: who took it, when and why."""

    miss: str
    move: MissMove
    state: MissState  # after it
    author: str
    at: dt.datetime
    reason: str = ""
    entry: str | None = None
    release: int | None = None


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came after a missed turn, within its case: the agent's work and the shopper's mood."""

    miss: str
    case: str  # the same for all misses of one case
    replies: tuple[str, ...] = ()  # what the agent wrote to the shopper after the turn
    agent_seconds: float = 0.0
    level: int = 0  # the worst anger from this turn on
    rating: int | None = None
    chosen: str | None = None  # the entry the shopper took from the choices offered


@dataclass(frozen=True, slots=True)
class Cost:
    """What misses cost; each case counts once."""

    agent_minutes: float = 0.0
    handoffs: int = 0  # cases an agent worked on
    angry: int = 0  # cases in which the shopper got angry
    low_ratings: int = 0  # cases rated 1 or 2

    @classmethod
    def of(cls, aftermaths: Iterable[Aftermath]) -> Cost:
        """Add up what came after misses."""
        cases: dict[str, Aftermath] = {}
        for one in aftermaths:
            seen = cases.setdefault(one.case, one)
            cases[one.case] = replace(seen, level=max(seen.level, one.level))
        of_cases = cases.values()
        return cls(
            agent_minutes=sum(one.agent_seconds for one in of_cases) / 60,
            handoffs=sum(one.agent_seconds > 0 or bool(one.replies) for one in of_cases),
            angry=sum(one.level >= ANGRY for one in of_cases),
            low_ratings=sum(
                one.rating is not None and one.rating <= LOW_RATING for one in of_cases
            ),
        )


@dataclass(frozen=True, slots=True)
class ClusterSummary:
    """Misses that ask the same, as the inbox shows them."""

    id: str  # of its oldest miss
    misses: tuple[str, ...]
    size: int  # missed turns; one turn may be missed for several reasons
    trend: tuple[tuple[dt.date, int], ...]  # turns a day, the last days, oldest first
    examples: tuple[str, ...]
    nearest: tuple[Nearest, ...]  # those shoppers chose before the others
    cost: Cost
    draft: str | None  # what an agent answered, as a first draft
    reasons: tuple[tuple[str, int], ...]
    owners: tuple[str, ...]
    intended: tuple[str, ...]
    oldest_at: dt.datetime
    newest_at: dt.datetime


def summarise(
    cases: Sequence[MissCase],
    labels: Sequence[int],
    aftermaths: Mapping[str, Aftermath],
    known: Terms,
    *,
    today: dt.date,
    zone: dt.tzinfo,
    days: int = TREND_DAYS,
) -> list[ClusterSummary]:
    """Describe each cluster, the largest and then the costliest first; no miss is left out."""
    groups: dict[int, list[MissCase]] = {}
    for case, label in zip(cases, labels, strict=True):
        groups.setdefault(label, []).append(case)
    found = [_summary(group, aftermaths, known, today, zone, days) for group in groups.values()]
    return sorted(
        found, key=lambda one: (-one.size, -one.cost.agent_minutes, one.oldest_at, one.id)
    )


def _summary(
    group: Sequence[MissCase],
    aftermaths: Mapping[str, Aftermath],
    known: Terms,
    today: dt.date,
    zone: dt.tzinfo,
    days: int,
) -> ClusterSummary:
    by_age = sorted((case.miss for case in group), key=lambda miss: (miss.at, miss.id))
    turns = list({(miss.conversation, miss.seq): miss for miss in reversed(by_age)}.values())
    texts = [miss.text for miss in turns if miss.text.strip()]
    after = [aftermaths[miss.id] for miss in by_age if miss.id in aftermaths]
    examples = central(texts, known, EXAMPLES)
    a_day = Counter(miss.at.astimezone(zone).date() for miss in turns)
    shown = (today - dt.timedelta(days=back) for back in reversed(range(days)))
    reasons = Counter(miss.reason.value for miss in by_age)
    return ClusterSummary(
        id=by_age[0].id,
        misses=tuple(miss.id for miss in by_age),
        size=len(turns),
        trend=tuple((day, a_day[day]) for day in shown),
        examples=tuple(examples),
        nearest=_nearest(examples, after, known),
        cost=Cost.of(after),
        draft=draft_answer([one.replies for one in _by_case(after)]),
        reasons=tuple(reasons.most_common()),
        owners=tuple(sorted({case.owner for case in group if case.owner})),
        intended=tuple(sorted({case.intended for case in group if case.intended})),
        oldest_at=by_age[0].at,
        newest_at=by_age[-1].at,
    )


def _nearest(
    examples: Sequence[str], after: Iterable[Aftermath], known: Terms
) -> tuple[Nearest, ...]:
    """List the entries that may be meant: what shoppers chose first, then what reads alike."""
    chosen = Counter(one.chosen for one in after)
    near = known.nearest(examples, MOST_NEAR)
    return tuple(sorted(near, key=lambda one: -chosen[one.entry])[:NEAREST])


def _by_case(aftermaths: Iterable[Aftermath]) -> list[Aftermath]:
    """Give one aftermath a case: that of its last miss, the nearest to what was answered."""
    return list({one.case: one for one in aftermaths}.values())
