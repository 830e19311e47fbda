"""The bot's turn: read the mood, ask the bot if need be, decide, store, announce.

One conversation is answered one message at a time, in order; the epoch read with the turn
guards what is stored, so an answer that comes too late is dropped.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from knowledge_base.misses import Miss, MissReason
from knowledge_base.releases import Release
from router import hub, wire
from router.bot_client import BotAnswer, BotUnavailable, Question
from router.desk import announce
from router.desk.composing import Composer
from router.desk.misses import miss_of_line
from router.desk.orders import order_in_focus
from router.desk.services import Services
from router.domain.errors import EpochMoved
from router.domain.handoff import Reason
from router.domain.routing import (
    Candidate,
    Chosen,
    Clarify,
    Decision,
    Evidence,
    HandOff,
    MoodSignal,
    Reply,
    Rule,
    Turn,
    Unavailable,
    Understood,
    decide,
)
from router.mood import mask
from router.store import DecisionRecord, PendingTurn, Settlement

log = structlog.get_logger(__name__)

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


class Answering:
    """Answers what is due, each conversation by a task of its own while there is something."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._failed: dict[str, int] = {}
        self._background: set[asyncio.Task[None]] = set()

    def due(self, conversation: str) -> None:
        """Answer what a conversation waits for, soon; calling it twice does no harm."""
        if conversation in self._tasks:
            self._again.add(conversation)
            return
        task = asyncio.create_task(self._work(conversation), name=f"answer-{conversation}")
        self._tasks[conversation] = task

    async def close(self) -> None:
        """Give running answers a moment, then stop; what is left is answered at the next start."""
        running = [*self._tasks.values(), *self._background]
        if running:
            _, late = await asyncio.wait(running, timeout=3)
            for task in late:
                task.cancel()

    async def idle(self) -> None:
        """Wait until nothing is being answered."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def _work(self, conversation: str) -> None:
        try:
            while await self._one(conversation) or conversation in self._again:
                self._again.discard(conversation)
        except Exception:
            # The turn stays due in the store: the sweep takes it up again, for a human then.
            log.exception("answering failed", conversation=conversation)
        finally:
            self._tasks.pop(conversation, None)
            self._again.discard(conversation)

    async def _one(self, conversation: str) -> bool:
        turn = await self._services.store.pending_turn(conversation)
        if turn is None:
            return False
        try:
            await self.answer(turn)
        except Exception:
            self._failed[conversation] = turn.message.seq
            raise
        self._failed.pop(conversation, None)
        return True

    async def answer(self, pending: PendingTurn) -> None:
        """Decide one turn and store what follows; a turn that moved on meanwhile is left alone."""
        services, thread = self._services, pending.thread
        conversation = thread.conversation
        again = self._failed.get(conversation.id) == pending.message.seq
        decided = _given_up(pending) if again else await self._decide(pending)
        composition = await Composer(services).compose(
            pending, decided.decision, decided.release, decided.bot, decided.turn.mood
        )
        settlement = Settlement(
            record=_record(pending, decided),
            drafts=composition.drafts,
            handoff=composition.handoff,
            miss=await self._miss(pending, decided),
        )
        try:
            changed = await services.store.settle(
                conversation.id, conversation.epoch, settlement, services.now()
            )
        except EpochMoved:
            log.info("late answer dropped", conversation=conversation.id, seq=pending.message.seq)
            return
        announce.messages(services, changed)
        announce.state(services, changed.conversation)
        if isinstance(decided.decision, HandOff):
            await announce.to_desks(services, changed.conversation)
            self._forget_flow(conversation.id)

    async def _decide(self, pending: PendingTurn) -> Decided:
        services = self._services
        started = asyncio.get_running_loop().time()
        rules = services.rules().routing
        body = pending.message.body
        release = await services.knowledge.release()
        turn = Turn(
            text=body.text,
            mood=self._mood(pending),
            past=pending.past,
            tier=pending.thread.shopper.tier,
            image=body.image is not None,
        )
        bot: BotAnswer | None = None
        decision = decide(turn, rules)
        if decision is None:
            turn, bot = await self._with_answer(pending, turn, release)
            decision = decide(turn, rules)
        if decision is None:
            raise RuntimeError("an answered turn has no decision")
        took_ms = (asyncio.get_running_loop().time() - started) * 1000
        return Decided(turn, decision, release, bot, took_ms)

    def _mood(self, pending: PendingTurn) -> MoodSignal:
        body = pending.message.body
        if body.asks_human:
            return MoodSignal(human_request=1.0, words=(body.text,))
        if not body.text or body.chosen_entry is not None or body.chosen_flow is not None:
            return MoodSignal()
        reading = self._services.mood.read(body.text)
        return MoodSignal(
            human_request=reading.human_request,
            anger=reading.anger,
            level=int(reading.level),
            safety=reading.safety,
            words=reading.evidence,
        )

    async def _with_answer(
        self, pending: PendingTurn, turn: Turn, release: Release | None
    ) -> tuple[Turn, BotAnswer | None]:
        body, conversation = pending.message.body, pending.thread.conversation
        if body.chosen_entry is not None and release is not None:
            candidate = _candidate(release, {}, body.chosen_entry, 1.0, self._services.today())
            if candidate is not None:
                return replace(turn, answer=Chosen(candidate, release.number)), None
        self._services.hub.publish(
            wire.TypingShown(conversation.id, "bot"), hub.for_shopper(conversation.id)
        )
        answer = await self._services.bot.ask(self._question(pending))
        match answer:
            case BotUnavailable(why=why):
                log.warning("bot unavailable", conversation=conversation.id, why=why)
                return replace(turn, answer=Unavailable(why)), None
            case BotAnswer():
                flows = self._services.rules().flows
                understood = understood_from(answer, release, flows, self._services.today())
                return replace(turn, answer=understood), answer

    def _question(self, pending: PendingTurn) -> Question:
        body, thread = pending.message.body, pending.thread
        order = order_in_focus(
            self._services, thread.shopper, thread.conversation.context, body.text
        )
        flows = self._services.rules().flows
        return Question(
            conversation=thread.conversation.id,
            message=f"{thread.conversation.id}-{pending.message.seq}",
            text=flows.get(body.chosen_flow or "", body.text),
            shopper=None if thread.shopper.anonymous else thread.shopper.id,
            order=order.number if order and thread.conversation.context.order else None,
            locale=thread.conversation.context.locale,
            # The bot knows no others, and a shopper may send anything.
            flow=body.chosen_flow if body.chosen_flow in flows else None,
        )

    async def _miss(self, pending: PendingTurn, decided: Decided) -> Miss | None:
        """Tell which turn the knowledge base failed, if this decision shows one."""
        reason = MISS_REASONS.get(decided.decision.evidence.rule)
        if reason is MissReason.CLARIFIED and isinstance(decided.decision, HandOff):
            reason = MissReason.LOW_CONFIDENCE
        if reason is not None:
            return _miss_of_turn(
                pending, decided, reason, self._services.new_id(), self._services.now()
            )
        if not isinstance(decided.decision, HandOff):
            return None
        last = pending.last
        if last is None or last.kind == "hand_off":
            return None
        conversation = pending.thread.conversation.id
        return await miss_of_line(self._services, conversation, last, MissReason.HANDED_OFF)

    def _forget_flow(self, conversation: str) -> None:
        task = asyncio.create_task(self._services.bot.reset(conversation))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _given_up(pending: PendingTurn) -> Decided:
    """Hand over a turn that could not be answered before, whatever the reason."""
    why = "answering failed"
    turn = Turn(pending.message.body.text, MoodSignal(), answer=Unavailable(why))
    evidence = Evidence(Rule.BOT_UNAVAILABLE)
    return Decided(turn, HandOff(evidence, Reason.BOT_UNAVAILABLE, why), None, None, 0.0)


def _candidate(
    release: Release | None, flows: Mapping[str, str], key: str, confidence: float, today: dt.date
) -> Candidate | None:
    """Give what may be answered: an entry that is live and valid today, or a flow."""
    if key in flows:
        return Candidate(key, flows[key], confidence, is_flow=True)
    entry = release.entry(key) if release is not None else None
    if entry is None or not entry.valid_on(today):
        return None
    return Candidate(
        entry.key,
        entry.title,
        confidence,
        human_only=entry.human_only,
        category=entry.category,
    )


def understood_from(
    answer: BotAnswer, release: Release | None, flows: Mapping[str, str], today: dt.date
) -> Understood:
    """Reduce a bot's answer to what decides, under the live release on a day."""
    reading = answer.reading
    found = (_candidate(release, flows, key, share, today) for key, share in reading.ranking)
    candidates = [candidate for candidate in found if candidate is not None]
    return Understood(
        intent=reading.intent or "",
        confidence=min(reading.confidence, 1.0),
        candidates=tuple(candidates),
        flow=answer.flow.name if answer.flow and answer.messages else None,
        release=answer.release,
        model=answer.model,
    )


def _record(pending: PendingTurn, decided: Decided) -> DecisionRecord:
    decision, answer = decided.decision, decided.turn.answer
    understood = answer if isinstance(answer, Understood) else None
    match decision:
        case Reply():
            kind, reason = "reply", None
        case Clarify():
            kind, reason = "clarify", None
        case HandOff():
            kind, reason = "hand_off", decision.reason.value
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
        flow=decision.flow if isinstance(decision, Reply) else None,
    )


def _ranking(decided: Decided) -> tuple[tuple[str, float], ...]:
    return tuple(decided.bot.reading.ranking[:5]) if decided.bot else ()


def _miss_of_turn(
    pending: PendingTurn, decided: Decided, reason: MissReason, new_id: str, now: dt.datetime
) -> Miss:
    answer = decided.turn.answer
    understood = answer if isinstance(answer, Understood) else None
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
