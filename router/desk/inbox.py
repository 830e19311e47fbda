"""The editor's misses inbox: clusters with what they cost, and the proof of their cure."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from knowledge_base.clusters import cluster
from knowledge_base.database import Database
from knowledge_base.inbox import Aftermath, ClusterSummary, MissCase, MissMove, summarise
from knowledge_base.inbox_store import InboxStore, Moved
from knowledge_base.misses import MissState
from knowledge_base.proof import Ask, LiveReading, Proof, WeekFigure, cures, prove, week
from knowledge_base.replies import first_answer
from knowledge_base.store import KnowledgeStore
from knowledge_base.terms import Terms
from router.bot_client import Bot, BotUnavailable, Question
from router.domain.routing import Policy
from router.mood import mask
from router.store.inbox_reads import AfterTurn, read_after


@dataclass(frozen=True, slots=True)
class Proven:
    """What a replay of misses showed, and what it changed."""

    proofs: tuple[Proof, ...]
    moved: Moved


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that clusters are made of."""

    cases: tuple[MissCase, ...]
    after: Mapping[str, Aftermath]
    known: Terms
    count: int | None
    today: dt.date


@dataclass(slots=True)
class Inbox:
    """Gathers what the inbox shows; everything that leaves it is masked."""

    database: Database
    zone: ZoneInfo
    _terms: tuple[int | None, Terms] = field(default_factory=lambda: (None, Terms()))
    _clustered: tuple[_Asked, list[ClusterSummary]] | None = None
    _clustering: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def store(self) -> InboxStore:
        """The misses and their moves."""
        return InboxStore(self.database)

    async def clusters(
        self, now: dt.datetime, *, count: int | None = None, since: dt.datetime | None = None
    ) -> list[ClusterSummary]:
        """Group the open misses by what they ask, the largest cluster first.

        Thousands of misses take seconds, so the last grouping is kept until something it was
        made of changes, and of all who ask at once one makes it.
        """
        async with self._clustering:
            cases = tuple(masked(await self.store.cases(since=since)))
            after, known = await self.aftermaths(cases), await self._known()
            today = now.astimezone(self.zone).date()
            asked = _Asked(cases, after, known, count, today)
            if self._clustered is None or self._clustered[0] != asked:
                self._clustered = asked, await asyncio.to_thread(_group, asked, self.zone)
            return list(self._clustered[1])

    async def aftermaths(self, cases: Sequence[MissCase]) -> dict[str, Aftermath]:
        """Give what came after each miss whose turn is still stored."""
        turns = [(case.miss.conversation, case.miss.seq) for case in cases]
        by_turn = {one.turn: one for one in await read_after(self.database, turns)}
        return {
            case.miss.id: _aftermath(case.miss.id, by_turn[turn])
            for case, turn in zip(cases, turns, strict=True)
            if turn in by_turn
        }

    async def prove(
        self, ask: Ask, *, author: str, now: dt.datetime, cured_too: bool = True
    ) -> Proven:
        """Replay the misses meant for an entry; cure those that get it, reopen the others."""
        cases = await self.store.cases(intended=True)
        if cured_too:
            cases += await self.store.cases(state=MissState.CURED, intended=True)
        proofs = await prove(cases, ask)
        return Proven(tuple(proofs), await self.store.settle(proofs, author=author, at=now))

    async def claim(self, *, author: str, now: dt.datetime) -> Moved:
        """Note which open misses the live release claims to cure."""
        release = await KnowledgeStore(self.database).live()
        if release is None:
            return Moved((), ())
        return await self.store.claim(release, author=author, at=now)

    async def served(self, now: dt.datetime) -> frozenset[str]:
        """Name the entries the live release answers today."""
        release = await KnowledgeStore(self.database).live()
        today = now.astimezone(self.zone).date()
        entries = release.entries if release else ()
        return frozenset(entry.key for entry in entries if entry.valid_on(today))

    async def week(self, until: dt.datetime) -> WeekFigure:
        """Give the figure of the last seven days."""
        cases = await self.store.cases(state=None)
        cured = [case for case in cases if case.state is MissState.CURED]
        changes = await self.store.changes(move=MissMove.CURED)
        return week(cases, cures(changes), await self.aftermaths(cured), until)

    async def _known(self) -> Terms:
        """Give the terms of the approved entries; learnt again when one of them changes."""
        store = KnowledgeStore(self.database)
        head = await store.head()
        name = hash(frozenset(revision.id for revision in head.values()))
        if self._terms[0] != name:
            entries = [revision.entry for revision in head.values()]
            self._terms = (name, await asyncio.to_thread(Terms.of, entries))
        return self._terms[1]


def _group(asked: _Asked, zone: ZoneInfo) -> list[ClusterSummary]:
    after = asked.after
    answers = [
        first_answer(after[case.miss.id].replies) if case.miss.id in after else ""
        for case in asked.cases
    ]
    texts = [case.miss.text for case in asked.cases]
    labels = cluster(texts, asked.known, count=asked.count, answers=answers)
    return summarise(asked.cases, labels, after, asked.known, today=asked.today, zone=zone)


def masked(cases: Iterable[MissCase]) -> list[MissCase]:
    """Mask texts once more: what was stored before a rule of masking was made obeys it too."""
    return [replace(case, miss=replace(case.miss, text=mask(case.miss.text))) for case in cases]


def asking(bot: Bot, run: str, policy: Policy, served: Collection[str]) -> Ask:
    """Give what reads a text with the live bot, each in a conversation of its own.

    `run` sets the conversations of this replay apart from all others. The router acts on a
    reading from the confidence `policy` asks for, and only when the live release serves the entry:
    after a roll back the model may still know one that is gone.
    """
    asked = 0

    async def ask(text: str) -> LiveReading | None:
        nonlocal asked
        asked += 1
        name = f"proof-{run}-{asked}"
        answer = await bot.ask(Question(conversation=name, message=name, text=text))
        if isinstance(answer, BotUnavailable):
            return None
        if answer.flow is not None:
            await bot.reset(name)
        reading = answer.reading
        return LiveReading(
            entry=reading.intent,
            confidence=reading.confidence,
            sure=reading.confidence >= policy.sure_from(reading.sure_from)
            and reading.intent in served,
            release=answer.release,
            model=answer.model,
        )

    return ask


def _aftermath(miss: str, after: AfterTurn) -> Aftermath:
    conversation, number = after.case
    return Aftermath(
        miss=miss,
        case=f"{conversation}#{number}",
        replies=tuple(_shareable(reply, after.shopper_name) for reply in after.replies),
        agent_seconds=after.agent_seconds,
        level=after.level,
        rating=after.rating,
        chosen=after.chosen,
    )


def _shareable(reply: str, shopper_name: str | None) -> str:
    """Take out of a reply what belongs to this shopper alone."""
    if shopper_name and len(shopper_name) > 1:
        reply = reply.replace(shopper_name, "")
    return mask(reply)
