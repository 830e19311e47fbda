"""The try-it box: how a text is read and answered under a chosen shopper, live beside candidate.

Nothing is stored: the bot is asked in a conversation of its own that no shopper has.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from knowledge_base.conditions import Circumstances, Vocabulary
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.releases import Release, Revision, RevisionState
from knowledge_base.runs_store import RunsStore
from knowledge_base.standing import Standings
from router import wire_knowledge as kb
from router.bot_client import Bot, Question
from router.desk.asking import Ground, understand
from router.desk.knowledge.bodies import answer_body, condition_text, entry_of
from router.desk.services import Services
from router.domain.routing import (
    Clarify,
    Decision,
    HandOff,
    MoodSignal,
    Reply,
    Turn,
    Unavailable,
    Understood,
    decide,
)
from router.mood import MoodReading

RANKED = 5


@dataclass(frozen=True, slots=True)
class _Half:
    """A bot to ask, the model it should be, and the answers beside it."""

    bot: Bot
    model: str | None
    knowledge: Release | None
    number: int | None


@dataclass(frozen=True, slots=True)
class TryDesk:
    """Tries texts."""

    services: Services
    standings: Standings
    runs: RunsStore
    vocabulary: Vocabulary

    async def try_(self, wanted: kb.TryIt) -> kb.Tried:
        """Read and answer a text with what is live and with what is about to be."""
        services = self.services
        on = wanted.on or services.today()
        mood = await asyncio.to_thread(services.mood.read, wanted.text)
        live, candidate = await self._halves(wanted, on)
        halves = await asyncio.gather(
            self._tried(live, wanted, mood, on), self._tried(candidate, wanted, mood, on)
        )
        return kb.Tried(
            *halves,
            human_request=mood.human_request,
            anger=mood.anger,
            level=int(mood.level),
        )

    async def _halves(self, wanted: kb.TryIt, on: dt.date) -> tuple[_Half, _Half]:
        services = self.services
        standing, serving = await self.standings.now(), await self.runs.serving()
        release = standing.live
        live = _Half(services.bot, serving.live, release, release.number if release else None)
        coming = _coming(standing.head, entry_of(wanted.draft) if wanted.draft else None, on)
        bot, model = services.bot, serving.live
        if serving.candidate_address is not None:
            bot, model = services.bots.of(serving.candidate_address), serving.candidate
        return live, _Half(bot, model, coming, None)

    async def _tried(
        self, half: _Half, wanted: kb.TryIt, mood: MoodReading, on: dt.date
    ) -> kb.TriedHalf:
        services = self.services
        rules = services.rules()
        name = f"try-{services.new_id()}"
        ground = Ground(half.knowledge, rules.flows, on, rules.routing)
        question = Question(conversation=name, message=name, text=wanted.text)
        understood, answer = await understand(half.bot, question, ground)
        if isinstance(understood, Unavailable):
            return kb.TriedHalf(half.model, half.number, available=False, why=understood.why)
        if answer is not None and answer.flow is not None:
            await half.bot.reset(name)
        turn = Turn(wanted.text, _signal(mood), tier=wanted.tier or "ordinary", answer=understood)
        decision = decide(turn, rules.routing)
        if decision is None:
            raise RuntimeError("an answered turn has no decision")
        return self._shown(half, wanted, on, understood, decision)

    def _shown(
        self,
        half: _Half,
        wanted: kb.TryIt,
        on: dt.date,
        understood: Understood,
        decision: Decision,
    ) -> kb.TriedHalf:
        entry = decision.entry if isinstance(decision, Reply) else None
        found = half.knowledge.entry(entry) if half.knowledge and entry else None
        tried = kb.TriedHalf(
            model=understood.model or half.model,
            release=half.number,
            available=True,
            why="",
            decision=_kind(decision),
            rule=decision.evidence.rule.value,
            entry=entry,
            confidence=understood.confidence,
            threshold=decision.evidence.threshold,
            ranking=[
                self._ranked(key, share, half.knowledge, on)
                for key, share in understood.ranking[:RANKED]
            ],
        )
        if found is not None:
            self._answer(tried, found, wanted, on)
        return tried

    def _answer(self, tried: kb.TriedHalf, entry: Entry, wanted: kb.TryIt, on: dt.date) -> None:
        circumstances = Circumstances(
            wanted.store,
            wanted.channel,
            wanted.tier,
            wanted.product_line,
            wanted.order_state,
            on,
        )
        try:
            answer = entry.answer_for(circumstances)
        except KnowledgeError as error:  # A draft may lack its default yet.
            tried.why = str(error)
            return
        tried.answer = answer_body(answer)
        tried.condition = condition_text(answer.condition, self.vocabulary)

    def _ranked(
        self, key: str, share: float, knowledge: Release | None, on: dt.date
    ) -> kb.RankedView:
        flows = self.services.rules().flows
        entry = knowledge.entry(key) if knowledge else None
        title = flows.get(key) or (entry.title if entry else key)
        served = key in flows or (entry is not None and entry.valid_on(on))
        return kb.RankedView(key, title, min(share, 1.0), served)


def _coming(head: Mapping[str, Revision], draft: Entry | None, on: dt.date) -> Release:
    """Give what the approved entries and a draft would be as a release."""
    at = dt.datetime.combine(on, dt.time(), dt.UTC)
    revisions = dict(head)
    if draft is not None:
        known = revisions.get(draft.key)
        blank = Revision(0, draft, 0, "", at, "", RevisionState.DRAFT)
        revisions[draft.key] = replace(known or blank, entry=draft)
    return Release(0, "", "", at, revisions)


def _signal(mood: MoodReading) -> MoodSignal:
    return MoodSignal(mood.human_request, mood.anger, int(mood.level), mood.safety, mood.evidence)


def _kind(decision: Decision) -> Literal["reply", "clarify", "hand_off"]:
    match decision:
        case Reply():
            return "reply"
        case Clarify():
            return "clarify"
        case HandOff():
            return "hand_off"
