"""The bot's turn: read the mood, ask the bot if need be, decide, store, announce.

One conversation is answered one message at a time, in order; the epoch read with the turn
guards what is stored, so an answer that comes too late is dropped.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import structlog

from knowledge_base.misses import Miss, MissReason
from knowledge_base.releases import Release
from router import hub, wire
from router.bot_client import BotAnswer
from router.desk import announce, promising
from router.desk.asking import Ground, in_flow, question_of, topic_of, understand
from router.desk.composing import Composer
from router.desk.misses import miss_of_line
from router.desk.records import Decided, miss_of_turn, miss_reason, record_of
from router.desk.services import Services
from router.domain.errors import EpochMoved
from router.domain.handoff import Reason
from router.domain.routing import (
    Chosen,
    Evidence,
    HandOff,
    MoodSignal,
    Rule,
    Turn,
    Unavailable,
    Understood,
    decide,
)
from router.store import PendingTurn, Settlement, nothing_promised

log = structlog.get_logger(__name__)


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
            record=record_of(pending, decided),
            drafts=composition.drafts,
            handoff=composition.handoff,
            miss=await self._miss(pending, decided),
        )
        in_a_flow = settlement.record.flow is not None
        try:
            changed = await services.store.settle(
                conversation.id,
                conversation.epoch,
                settlement,
                services.now(),
                # What an answer of the knowledge base says, it says to everybody.
                promising.reader(services) if in_a_flow else nothing_promised,
            )
        except EpochMoved:
            log.info("late answer dropped", conversation=conversation.id, seq=pending.message.seq)
            return
        announce.messages(services, changed)
        announce.state(services, changed.conversation)
        promising.announce_made(services, changed)
        if isinstance(decided.decision, HandOff):
            await announce.to_desks(services, changed.conversation)
            if composition.handoff is not None:
                await announce.alert(services, composition.handoff)
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
        services, body = self._services, pending.message.body
        ground = self._ground(release)
        chosen = body.chosen_entry or body.chosen_flow
        if chosen is not None and release is not None:
            candidate = ground.candidate(chosen, 1.0)
            if candidate is not None and (candidate.human_only or not candidate.is_flow):
                return replace(turn, answer=Chosen(candidate, release.number)), None
        conversation = pending.thread.conversation.id
        services.hub.publish(wire.TypingShown(conversation, "bot"), hub.for_shopper(conversation))
        answer, bot = await understand(
            services.bot,
            await question_of(services, pending),
            ground,
            await topic_of(services, pending, ground),
            whole=body.chosen_flow is not None or in_flow(pending.past),
        )
        if release is None and isinstance(answer, Understood) and answer.flow is None:
            answer = Unavailable("no release is live")
        if isinstance(answer, Unavailable):
            log.warning("bot unavailable", conversation=conversation, why=answer.why)
        return replace(turn, answer=answer), bot

    def _ground(self, release: Release | None) -> Ground:
        rules = self._services.rules()
        return Ground(
            release,
            rules.flows,
            self._services.today(),
            rules.routing,
            self._services.shop.connected,
        )

    async def _miss(self, pending: PendingTurn, decided: Decided) -> Miss | None:
        """Tell which turn the knowledge base failed, if this decision shows one."""
        services = self._services
        reason = miss_reason(decided.decision)
        if reason is not None:
            return miss_of_turn(pending, decided, reason, services.new_id(), services.now())
        if not isinstance(decided.decision, HandOff):
            return None
        last = pending.last
        if last is None or last.kind == "hand_off":
            return None
        conversation = pending.thread.conversation.id
        return await miss_of_line(services, conversation, last, MissReason.HANDED_OFF)

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
