"""Measures the walk of a first message: mood, bot, decision, with the live release and model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from knowledge_base.metrics import (
    Ranking,
    Read,
    accuracy,
    auroc,
    coverage_at_precision,
    ece,
    precision_at_coverage,
    top,
)
from knowledge_base.releases import Release
from router.bot_client import Bot, Question

# The very reading that production decides from; a copy could only drift.
from router.desk.asking import Ground, topic_from, understand
from router.desk.services import MoodReader
from router.domain.clauses import asked
from router.domain.errors import InvalidText
from router.domain.focus import Topic
from router.domain.message import clean_text
from router.domain.routing import (
    Clarify,
    Decision,
    HandOff,
    MoodSignal,
    Reply,
    Rule,
    Turn,
    Unavailable,
    Understood,
    decide,
)
from router.evaluation.rows import AnswerRow, CannotEvaluate
from router.policy import HouseRules

SHOWN = 5


class AnswerRead(msgspec.Struct, frozen=True):
    """What the router decided of a text; `entry` is the one that decided, if one did.

    `confidence` and `ranking` are the reading, also where the decision needed none. `further` are
    the entries replied with besides, where the text asked several things.
    """

    text: str
    decision: str
    entry: str | None
    confidence: float
    ranking: Ranking
    rule: str
    flow: str | None = None
    offered: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


class KnownFigures(msgspec.Struct, frozen=True):
    """Rows whose entry is known: what was read of them, and what became of them (shares)."""

    rows: int
    top1: float
    top3: float
    coverage_at_p90: float
    precision_at_60: float
    ece: float
    replied: float
    replied_right: float
    clarified: float
    clarified_with_it: float
    handed_off: float


class SeveralFigures(msgspec.Struct, frozen=True):
    """Rows that name all their entries: shares of those with one, and of those with several.

    `all_replied`: replied with each of them and no other. `all_met`: each replied with, offered
    or handed over. `one_replied`: the one replied with alone; `one_split`: taken for several.
    """

    several: int
    all_replied: float
    all_met: float
    one: int
    one_replied: float
    one_split: float


class OutsideFigures(msgspec.Struct, frozen=True):
    """Rows that no entry answers: the share answered nevertheless, and how they stand out."""

    rows: int
    replied: float
    auroc: float | None


class AnswersReport(msgspec.Struct, frozen=True):
    """The result of `jieli eval answers`; figures are None where no row carries such a label."""

    release: int
    model: str
    model_release: int | None
    decisions: dict[str, int]
    known: KnownFigures | None
    out_of_scope: OutsideFigures | None
    several: SeveralFigures | None
    rows: list[AnswerRead]


@dataclass(frozen=True, slots=True)
class Walk:
    """Everything a message walks through; `run` sets its conversations apart from all others."""

    bot: Bot
    mood: MoodReader
    release: Release
    rules: HouseRules
    today: dt.date
    run: str


async def measure(
    rows: Sequence[AnswerRow], walk: Walk, on_read: Callable[[], None]
) -> AnswersReport:
    """Send every row through the walk, each said by a shopper nobody knows."""
    reads: list[AnswerRead] = []
    last: Understood | None = None
    for number, row in enumerate(rows, start=1):
        topic: Topic | None = None
        for before in row.before:
            topic = await _topic(walk, before, number, topic)
        last = await _ask(walk, row.text, number, topic)
        reads.append(read(walk, row.text, last))
        on_read()
    decisions: dict[str, int] = {}
    for one in reads:
        decisions[one.decision] = decisions.get(one.decision, 0) + 1
    return AnswersReport(
        release=walk.release.number,
        model=(last.model or "") if last else "",
        model_release=last.release if last else None,
        decisions=decisions,
        known=_known(rows, reads),
        out_of_scope=_out_of_scope(rows, reads),
        several=_several(rows, reads),
        rows=reads,
    )


def read(walk: Walk, text: str, understood: Understood) -> AnswerRead:
    """Decide a text as the router does, given what was understood; pure but for the mood model."""
    mood = walk.mood.read(text)
    signal = MoodSignal(
        human_request=mood.human_request,
        anger=mood.anger,
        level=int(mood.level),
        safety=mood.safety,
        words=mood.evidence,
    )
    decision = decide(Turn(text, signal, answer=understood), walk.rules.routing)
    if decision is None:
        raise RuntimeError("an answered turn has no decision")
    said = (decision, *(decision.further if isinstance(decision, Reply) else ()))
    replies = [one for one in said if isinstance(one, Reply)]
    return AnswerRead(
        text=text,
        decision=_kind(decision),
        entry=_entry(decision, understood),
        confidence=understood.confidence,
        ranking=understood.ranking[:SHOWN],
        rule=decision.evidence.rule.value,
        flow=next((one.flow for one in replies if one.flow is not None), None),
        offered=tuple(
            candidate.entry
            for one in said
            if isinstance(one, Clarify)
            for candidate in one.candidates
        ),
        further=tuple(one.entry for one in replies[1:] if one.entry is not None),
    )


def judged(rows: Sequence[AnswerRow], reads: Sequence[AnswerRead]) -> list[Read]:
    """Give the rows that name their one entry as the metrics take them."""
    return [
        Read(row.entry, read.ranking)
        for row, read in zip(rows, reads, strict=True)
        if isinstance(row.entry, str)
    ]


async def _topic(walk: Walk, before: str, number: int, topic: Topic | None) -> Topic | None:
    """Give what is talked about after a message, as the router finds it; courtesies change none."""
    understood = await _ask(walk, before, number, topic)
    best = understood.candidates[0] if understood.candidates else None
    if best is None or best.category == walk.rules.routing.courtesy_category:
        return topic
    ranking = understood.ranking[:SHOWN]
    return topic_from(asked(before).core, best, ranking, goes_on=topic is not None)


async def _ask(walk: Walk, text: str, number: int, topic: Topic | None) -> Understood:
    name = f"eval-{walk.run}-{number}"
    try:
        question = Question(conversation=name, message=f"{name}-{text[:40]}", text=clean_text(text))
    except InvalidText as error:
        raise CannotEvaluate(f"row {number}: the router refuses this text: {error}") from error
    rules = walk.rules
    ground = Ground(walk.release, rules.flows, walk.today, rules.routing)
    understood, answer = await understand(walk.bot, question, ground, topic)
    if isinstance(understood, Unavailable):
        raise CannotEvaluate(f"row {number}: the bot gave no answer: {understood.why}")
    if answer is not None and answer.flow is not None:
        await walk.bot.reset(name)
    return understood


def _kind(decision: Decision) -> str:
    match decision:
        case Reply():
            return "reply"
        case Clarify():
            return "clarify"
        case HandOff():
            return "hand_off"


def _entry(decision: Decision, understood: Understood) -> str | None:
    """Give the entry that is replied with, or that says that a human answers."""
    if isinstance(decision, Reply):
        return decision.entry
    return understood.intent if decision.evidence.rule is Rule.HUMAN_ONLY else None


def _known(rows: Sequence[AnswerRow], reads: Sequence[AnswerRead]) -> KnownFigures | None:
    pairs = [
        (row.entry, read)
        for row, read in zip(rows, reads, strict=True)
        if isinstance(row.entry, str)
    ]
    if not pairs:
        return None
    labelled = judged(rows, reads)

    def share(hits: Sequence[bool]) -> float:
        return round(sum(hits) / len(pairs), 4)

    return KnownFigures(
        rows=len(pairs),
        top1=round(accuracy(labelled), 4),
        top3=round(top(labelled, 3), 4),
        coverage_at_p90=round(coverage_at_precision(labelled, 0.9), 4),
        precision_at_60=round(precision_at_coverage(labelled, 0.6), 4),
        ece=round(ece(labelled), 4),
        replied=share([read.decision == "reply" for _, read in pairs]),
        replied_right=share(
            [read.decision == "reply" and entry in (read.entry, read.flow) for entry, read in pairs]
        ),
        clarified=share([read.decision == "clarify" for _, read in pairs]),
        clarified_with_it=share([entry in read.offered for entry, read in pairs]),
        handed_off=share([read.decision == "hand_off" for _, read in pairs]),
    )


def _out_of_scope(rows: Sequence[AnswerRow], reads: Sequence[AnswerRead]) -> OutsideFigures | None:
    pairs = list(zip(rows, reads, strict=True))
    outside = [read for row, read in pairs if row.entry is None]
    inside = [read.confidence for row, read in pairs if isinstance(row.entry, str)]
    if not outside:
        return None
    return OutsideFigures(
        rows=len(outside),
        replied=round(sum(read.decision == "reply" for read in outside) / len(outside), 4),
        auroc=round(auroc(inside, [read.confidence for read in outside]), 4) if inside else None,
    )


def _several(rows: Sequence[AnswerRow], reads: Sequence[AnswerRead]) -> SeveralFigures | None:
    pairs = [(set(row.entries), read) for row, read in zip(rows, reads, strict=True) if row.entries]
    if not pairs:
        return None
    several = [(wanted, read) for wanted, read in pairs if len(wanted) > 1]
    one = [(wanted, read) for wanted, read in pairs if len(wanted) == 1]

    def share(hits: Sequence[bool]) -> float:
        return round(sum(hits) / len(hits), 4) if hits else 0.0

    return SeveralFigures(
        several=len(several),
        all_replied=share([_replied(read) == wanted for wanted, read in several]),
        all_met=share(
            [
                read.decision == "hand_off" or wanted <= _replied(read) | {*read.offered}
                for wanted, read in several
            ]
        ),
        one=len(one),
        one_replied=share([_replied(read) == wanted for wanted, read in one]),
        one_split=share([len(_replied(read)) > 1 for _, read in one]),
    )


def _replied(read: AnswerRead) -> set[str]:
    if read.decision != "reply":
        return set()
    return {name for name in (read.entry, *read.further, read.flow) if name is not None}
