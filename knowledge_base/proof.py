"""Proof of fix: a miss is cured only when its own text gets the intended entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.inbox import Aftermath, Cost, MissCase, MissChange, MissMove
from knowledge_base.misses import MissState

PROMPT = dt.timedelta(hours=24)
WEEK = dt.timedelta(days=7)
_TAKES = " takes it at "


@dataclass(frozen=True, slots=True)
class LiveReading:
    """What the live model makes of a text; `sure` when the router would act on it."""

    entry: str | None
    confidence: float
    sure: bool
    release: int | None
    model: str | None


Ask = Callable[[str], Awaitable[LiveReading | None]]
"""Reads a text with the model to be proven; None when it gave no answer."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One replayed miss: what was wanted, what came, and what stole it if it was not cured."""

    miss: str
    text: str
    intended: str | None
    reading: LiveReading | None
    cured: bool
    stolen_by: str | None
    why: str

    @property
    def decided(self) -> bool:
        """Whether the replay says anything about the miss."""
        return self.intended is not None and self.reading is not None


@dataclass(frozen=True, slots=True)
class WeekFigure:
    """How well misses were cured in the seven days before a moment."""

    until: dt.datetime
    missed: int
    cured: int
    cured_within_24h: int
    dismissed: int
    open: int
    agent_minutes_saved: float
    """What the cured cases had cost: what they cost no more when they are asked again."""


def is_cured(case: MissCase, reading: LiveReading) -> bool:
    """Tell whether a reading of the miss's own text proves the cure.

    An entry that was read rightly at the time and failed all the same (a wrong answer) is cured
    only by a release that claims it.
    """
    if case.intended is None or reading.entry != case.intended or not reading.sure:
        return False
    if case.miss.entry != case.intended or case.miss.release is None:
        return True
    claimed = case.claimed_by_release
    return claimed is not None and reading.release is not None and reading.release >= claimed


async def prove(cases: Sequence[MissCase], ask: Ask) -> list[Proof]:
    """Replay the own texts of misses, equal ones once, and judge each."""
    readings: dict[str, LiveReading | None] = {}
    found = []
    for case in cases:
        text = case.miss.text
        if case.intended is not None and text not in readings:
            readings[text] = await ask(text)
        found.append(_proof(case, readings.get(text)))
    return found


def week(
    cases: Sequence[MissCase],
    cured_at: Mapping[str, dt.datetime],
    aftermaths: Mapping[str, Aftermath],
    until: dt.datetime,
) -> WeekFigure:
    """Give the figure of the week before a moment; `cured_at` has the last cure of each miss."""
    since = until - WEEK
    missed = [case for case in cases if since < case.miss.at <= until]
    cured = [
        case
        for case in cases
        if case.state is MissState.CURED and since < cured_at.get(case.miss.id, since) <= until
    ]
    prompt = [case for case in cured if cured_at[case.miss.id] - case.miss.at <= PROMPT]
    saved = Cost.of(aftermaths[case.miss.id] for case in cured if case.miss.id in aftermaths)
    return WeekFigure(
        until=until,
        missed=len(missed),
        cured=len(cured),
        cured_within_24h=len(prompt),
        dismissed=sum(case.state is MissState.DISMISSED for case in missed),
        open=sum(case.state is MissState.OPEN for case in missed),
        agent_minutes_saved=saved.agent_minutes,
    )


def cures(changes: Iterable[MissChange]) -> dict[str, dt.datetime]:
    """Give when each miss was last cured."""
    found: dict[str, dt.datetime] = {}
    for change in changes:
        if change.move is MissMove.CURED:
            found[change.miss] = max(change.at, found.get(change.miss, change.at))
    return found


def thief(why: str) -> str | None:
    """Name the entry that took a text, from what its proof wrote down."""
    entry, takes, _ = why.partition(_TAKES)
    return entry if takes else None


def _proof(case: MissCase, reading: LiveReading | None) -> Proof:
    cured = reading is not None and is_cured(case, reading)
    stolen = reading.entry if reading and reading.entry != case.intended else None
    return Proof(
        miss=case.miss.id,
        text=case.miss.text,
        intended=case.intended,
        reading=reading,
        cured=cured,
        stolen_by=None if case.intended is None else stolen,
        why=_why(case, reading, cured=cured),
    )


def _why(case: MissCase, reading: LiveReading | None, *, cured: bool) -> str:
    if case.intended is None:
        return "it is meant for no entry yet"
    if reading is None:
        return "the bot gave no answer"
    if cured:
        return f"it gets {case.intended} at {reading.confidence:.2f}"
    if reading.entry is None:
        return "the bot read nothing in it"
    if reading.entry != case.intended:
        return f"{reading.entry}{_TAKES}{reading.confidence:.2f}"
    if not reading.sure:
        return f"it gets {case.intended}, but only at {reading.confidence:.2f}"
    return f"no release claims a better answer of {case.intended} yet"
