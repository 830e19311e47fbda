"""Measures the walk of a first message: mood, bot, decision, with the live release and model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from knowledge_base.releases import Release
from router.bot_client import Bot, BotAnswer, BotUnavailable, Question

# The very translation of a reading that production decides from; a copy could only drift.
from router.desk.answering import understood_from
from router.desk.services import MoodReader
from router.domain.errors import InvalidText
from router.domain.message import clean_text
from router.domain.routing import Clarify, Decision, HandOff, MoodSignal, Reply, Rule, Turn, decide
from router.evaluation.metrics import (
    Ranking,
    Read,
    accuracy,
    auroc,
    coverage_at_precision,
    ece,
    precision_at_coverage,
    top,
)
from router.evaluation.rows import AnswerRow, CannotEvaluate
from router.policy import HouseRules

SHOWN = 5


class AnswerRead(msgspec.Struct, frozen=True):
    """What the router decided of a text; `entry` is the one that decided, if one did.

    `confidence` and `ranking` are the bot's reading, also where the decision needed none.
    """

    text: str
    decision: str
    entry: str | None
    confidence: float
    ranking: Ranking
    rule: str
    flow: str | None = None
    offered: tuple[str, ...] = ()


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
    """Send every row through the walk, each the first message of a shopper nobody knows."""
    reads: list[AnswerRead] = []
    answers: list[BotAnswer] = []
    for number, row in enumerate(rows, start=1):
        answer = await _ask(walk, row.text, number)
        reads.append(read(walk, row.text, answer))
        answers.append(answer)
        on_read()
    decisions: dict[str, int] = {}
    for one in reads:
        decisions[one.decision] = decisions.get(one.decision, 0) + 1
    return AnswersReport(
        release=walk.release.number,
        model=answers[-1].model if answers else "",
        model_release=answers[-1].release if answers else None,
        decisions=decisions,
        known=_known(rows, reads),
        out_of_scope=_out_of_scope(rows, reads),
        rows=reads,
    )


def read(walk: Walk, text: str, answer: BotAnswer) -> AnswerRead:
    """Decide a text as the router does, given what the bot read; pure but for the mood model."""
    mood = walk.mood.read(text)
    signal = MoodSignal(
        human_request=mood.human_request,
        anger=mood.anger,
        level=int(mood.level),
        safety=mood.safety,
        words=mood.evidence,
    )
    said = understood_from(answer, walk.release, walk.rules.flows, walk.today)
    decision = decide(Turn(text, signal, answer=said), walk.rules.routing)
    if decision is None:
        raise RuntimeError("an answered turn has no decision")
    return AnswerRead(
        text=text,
        decision=_kind(decision),
        entry=_entry(decision, answer),
        confidence=answer.reading.confidence,
        ranking=tuple(answer.reading.ranking[:SHOWN]),
        rule=decision.evidence.rule.value,
        flow=decision.flow if isinstance(decision, Reply) else None,
        offered=(
            tuple(one.entry for one in decision.candidates) if isinstance(decision, Clarify) else ()
        ),
    )


async def _ask(walk: Walk, text: str, number: int) -> BotAnswer:
    name = f"eval-{walk.run}-{number}"
    try:
        question = Question(conversation=name, message=name, text=clean_text(text))
    except InvalidText as error:
        raise CannotEvaluate(f"row {number}: the router refuses this text: {error}") from error
    answer = await walk.bot.ask(question)
    if isinstance(answer, BotUnavailable):
        raise CannotEvaluate(f"row {number}: the bot gave no answer: {answer.why}")
    if answer.flow is not None:
        await walk.bot.reset(name)
    return answer


def _kind(decision: Decision) -> str:
    match decision:
        case Reply():
            return "reply"
        case Clarify():
            return "clarify"
        case HandOff():
            return "hand_off"


def _entry(decision: Decision, answer: BotAnswer) -> str | None:
    """Give the entry that is replied with, or that says that a human answers."""
    if isinstance(decision, Reply):
        return decision.entry
    return answer.reading.intent if decision.evidence.rule is Rule.HUMAN_ONLY else None


def _known(rows: Sequence[AnswerRow], reads: Sequence[AnswerRead]) -> KnownFigures | None:
    pairs = [
        (row.entry, read)
        for row, read in zip(rows, reads, strict=True)
        if isinstance(row.entry, str)
    ]
    if not pairs:
        return None
    judged = [Read(entry, read.ranking) for entry, read in pairs]

    def share(hits: Sequence[bool]) -> float:
        return round(sum(hits) / len(pairs), 4)

    return KnownFigures(
        rows=len(pairs),
        top1=round(accuracy(judged), 4),
        top3=round(top(judged, 3), 4),
        coverage_at_p90=round(coverage_at_precision(judged, 0.9), 4),
        precision_at_60=round(precision_at_coverage(judged, 0.6), 4),
        ece=round(ece(judged), 4),
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
