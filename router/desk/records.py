"""What is kept of a decided turn: its record, and the miss when it shows one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from knowledge_base.misses import Miss, MissReason
from knowledge_base.releases import Release
from router.bot_client import BotAnswer
from router.domain.routing import (
    Clarify,
    Decision,
    HandOff,
    Reply,
    Rule,
    Turn,
    Understood,
)
from router.mood import mask
from router.store import DecisionRecord, PendingTurn

RANKED = 5
"""How many names of a reading are kept."""

MISS_REASONS = {
    Rule.LOW_CONFIDENCE: MissReason.CLARIFIED,
    Rule.LOW_CONFIDENCE_AGAIN: MissReason.LOW_CONFIDENCE,
    Rule.SAME_ANSWER_TWICE: MissReason.HANDED_OFF,
    Rule.SAME_INTENT_THRICE: MissReason.HANDED_OFF,
}
"""The rules that show that this very turn is a miss."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with all it was taken from."""

    turn: Turn
    decision: Decision
    release: Release | None
    bot: BotAnswer | None
    took_ms: float


def record_of(pending: PendingTurn, decided: Decided) -> DecisionRecord:
    """Give a decision as it is kept."""
    decision, understood = decided.decision, _understood(decided)
    match decision:
        case Reply():
            kind, reason = "reply", None
        case Clarify():
            kind, reason = "clarify", None
        case HandOff():
            kind, reason = "hand_off", decision.reason.value
    replies = _replies(decision)
    return DecisionRecord(
        seq=pending.message.seq,
        kind=kind,
        decision=decision,
        mood=decided.turn.mood,
        took_ms=decided.took_ms,
        reason=reason,
        intent=understood.intent if understood else None,
        confidence=understood.confidence if understood else None,
        ranking=_ranking(decided),
        entry=decision.entry if isinstance(decision, Reply) else None,
        flow=next((reply.flow for reply in replies if reply.flow is not None), None),
        further=tuple(reply.entry for reply in replies[1:] if reply.entry is not None),
    )


def miss_reason(decision: Decision) -> MissReason | None:
    """Tell why a decision shows that this very turn is a miss, if it does.

    A message of several questions is one when any of them had to be clarified.
    """
    if isinstance(decision, Reply):
        unsure = any(isinstance(one, Clarify) for one in decision.further)
        return MissReason.CLARIFIED if unsure else None
    reason = MISS_REASONS.get(decision.evidence.rule)
    if reason is MissReason.CLARIFIED and isinstance(decision, HandOff):
        return MissReason.LOW_CONFIDENCE
    return reason


def miss_of_turn(
    pending: PendingTurn, decided: Decided, reason: MissReason, new_id: str, now: dt.datetime
) -> Miss:
    """Make the miss of a turn, with its masked text."""
    understood = _understood(decided)
    return Miss(
        id=new_id,
        conversation=pending.thread.conversation.id,
        seq=pending.message.seq,
        reason=reason,
        text=mask(decided.turn.text),
        intent=understood.intent if understood else None,
        confidence=understood.confidence if understood else None,
        ranking=_ranking(decided),
        entry=understood.intent if understood else None,
        release=decided.decision.evidence.release,
        model=decided.decision.evidence.model,
        at=now,
    )


def _understood(decided: Decided) -> Understood | None:
    answer = decided.turn.answer
    return answer if isinstance(answer, Understood) else None


def _ranking(decided: Decided) -> tuple[tuple[str, float], ...]:
    understood = _understood(decided)
    return understood.ranking[:RANKED] if understood else ()


def _replies(decision: Decision) -> list[Reply]:
    if not isinstance(decision, Reply):
        return []
    return [decision, *(one for one in decision.further if isinstance(one, Reply))]
