"""One run of the retraining, from the live release to the model that serves it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from sqlalchemy.exc import DBAPIError

from knowledge_base.database import Database
from knowledge_base.errors import KnowledgeError
from knowledge_base.inbox_store import InboxStore
from knowledge_base.releases import Release
from knowledge_base.runs import LockLost, Phase, Run, RunIsOver, RunState, Serving, Trigger
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from knowledge_base.training import export
from router.desk.inbox import Inbox, Proven, asking
from router.mood import MoodReading, MoodUnavailable
from router.policy import HouseRules
from router.retrain import lease
from router.retrain.candidate import Candidate, Stage
from router.retrain.course import Clock, Course, Said, Tell
from router.retrain.errors import Overtaken, RunFailed, in_words
from router.retrain.inputs import check_files, gather
from router.retrain.judging import Gate, Judgement, Live
from router.retrain.promoting import ALONE, Promoter
from router.retrain.reading import BotSilent, Reader
from router.retrain.report import Findings, encoded, points_before, report_of
from router.retrain.settings import GateSettings, InvalidGate
from router.retrain.sweep import discard, scratch_folder, sweep
from router.retrain.training import cross_validated, install, train
from router.supervise.models import SUFFIX, ModelName
from router.supervise.programs import House
from router.wire_training import RunReport

TROUBLES = (
    RunFailed,
    BotSilent,
    InvalidGate,
    MoodUnavailable,
    KnowledgeError,
    DBAPIError,
    OSError,
    aiohttp.ClientError,
)
"""What may go wrong in a run and is told in words; anything else is a fault of the program."""
FIRST = "There was no model before: it serves although the gate found something."
NOT_ASKED = "It was not to be promoted."
STOPPED = "It was told to stop."

ReadMood = Callable[[str], MoodReading]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a run of the store, or a new one; of the live release, or another."""

    author: str
    run: str | None = None
    trigger: Trigger = Trigger.COMMAND
    release: int | None = None
    promote: bool = True


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a run works with.

    `bot_url` is asked as the live bot where nobody keeps bot processes. `load_mood` may take
    seconds; it is called in a thread.
    """

    database: Database
    house: House
    bot_url: str
    zone: ZoneInfo
    rules: HouseRules
    gate: GateSettings
    http: aiohttp.ClientSession
    load_mood: Callable[[], ReadMood]
    now: Clock
    tell: Tell


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; without a report it did not come to the gate's end."""

    run: Run
    report: RunReport | None = None


async def retrain(workshop: Workshop, order: Order) -> Outcome:
    """Do one run; RunGoesOn while another one does.

    Whatever happens, the model that served goes on serving until another one has proven itself.
    """
    runs, now = RunsStore(workshop.database), workshop.now
    holder = f"{socket.gethostname()}:{os.getpid()}"
    run = await runs.begin(
        order.run,
        trigger=order.trigger,
        author=order.author,
        holder=holder,
        at=now(),
        lease_seconds=lease.SECONDS,
    )
    work = _Work(workshop, order, runs, Course(runs, run, now, workshop.tell))
    try:
        async with lease.held(runs, run.id, holder, now):
            try:
                await work.go()
            except TROUBLES as error:
                if isinstance(error, LockLost | RunIsOver):
                    raise
                work.ends(RunState.FAILED, in_words(error))
            return await work.end()
    except (LockLost, RunIsOver) as error:
        await work.clear_away()
        return Outcome(work.course.over(RunState.ABANDONED, error.what, reported=False))
    except BaseException as error:
        told = STOPPED if isinstance(error, asyncio.CancelledError) else repr(error)
        work.ends(RunState.FAILED, told)
        with suppress(*TROUBLES):
            await asyncio.shield(work.end())
        raise


class _Work:
    """One run at work, with what it has found out so far."""

    def __init__(self, workshop: Workshop, order: Order, runs: RunsStore, course: Course) -> None:
        self.shop = workshop
        self.order = order
        self.runs = runs
        self.course = course
        self.knowledge = KnowledgeStore(workshop.database)
        self.stage = Stage(workshop.house, workshop.bot_url, runs, workshop.http, workshop.now)
        self.promoter = Promoter(runs, self.knowledge, workshop.now)
        self.state = RunState.FAILED
        self.why = ""
        self.findings: Findings | None = None

    def ends(self, state: RunState, why: str = "") -> None:
        """Say how the run ends."""
        self.state, self.why = state, why

    async def end(self) -> Outcome:
        """Write the run's end down, with the report if it came so far."""
        await self.clear_away()
        run = self.course.over(self.state, self.why, reported=self.findings is not None)
        report = None if self.findings is None else report_of(run, self.findings)
        kept = None if report is None else encoded(report)
        await self.runs.end(run.id, run.state, run.why, run.ended_at or self.shop.now(), kept)
        return Outcome(run, report)

    async def clear_away(self) -> None:
        """Delete the model unless it serves or shall."""
        model = self.course.run.model
        if model is None:
            return
        with suppress(*TROUBLES):  # What cannot be cleared now is swept by the next run.
            serving = await self.runs.serving()
            if model not in {serving.live, serving.wanted, serving.former}:
                await discard(self.shop.house, model)

    async def go(self) -> None:
        """Do all steps."""
        shop, step = self.shop, self.course.step
        await sweep(shop.house, self.runs)
        began = await self.runs.serving()
        async with step(Phase.SNAPSHOT):
            check_files(shop.gate)
            release = await self._release()
        with scratch_folder(shop.house) as scratch:
            async with step(Phase.EXPORT, release=release.number):
                exported = await asyncio.to_thread(export, release, scratch / "export")
            name = ModelName.of(release.number, shop.now())
            async with step(Phase.TRAIN, model=str(name)) as memory:
                made = await train(
                    shop.house, name, exported, memory, lambda line: shop.tell(Said(line))
                )
            async with AsyncExitStack() as standing:
                async with step(Phase.LOAD) as memory:
                    mood = asyncio.create_task(asyncio.to_thread(shop.load_mood))
                    standing.callback(mood.cancel)
                    await asyncio.to_thread(install, made, shop.house)
                    candidate = await standing.enter_async_context(
                        self.stage.standing(name, memory)
                    )
                    reader = self._reader(candidate)
                    if (model := await reader.model()) != str(name):
                        raise RunFailed(f"{name} was to stand up, but {model} answers there")
                    read_mood = await mood
                async with step(Phase.GATE) as memory:
                    if candidate.pid is not None:
                        memory.watch(candidate.pid)
                    judgement = await self._judge(release, reader, read_mood, scratch, began)
                    before = await points_before(self.runs)
                    self.findings = Findings(judgement, release, judgement.confident, before)
                await self._conclude(release, judgement, began)

    async def _release(self) -> Release:
        if self.order.release is not None:
            return await self.knowledge.release(self.order.release)
        live = await self.knowledge.live()
        if live is None:
            raise RunFailed("no release is live: `jieli kb publish` makes one")
        return live

    def _reader(self, candidate: Candidate) -> Reader:
        at_once = self.shop.gate.samples.at_once
        return Reader(candidate.client, self.course.run.id, at_once)

    async def _judge(
        self,
        release: Release,
        reader: Reader,
        read_mood: ReadMood,
        scratch: Path,
        began: Serving,
    ) -> Judgement:
        shop, run = self.shop, self.course.run
        if self.order.promote:
            await InboxStore(shop.database).claim(release, author=run.author, at=shop.now())
        served = _release_of(began.live)
        inputs = await gather(
            shop.database,
            shop.gate,
            release,
            served,
            frozenset(shop.rules.flows),
            await asyncio.to_thread(cross_validated, scratch),
            shop.now(),
        )
        gate = Gate(
            settings=shop.gate,
            inputs=inputs,
            policy=shop.rules.routing,
            read_mood=read_mood,
        )
        return await gate.judge(reader, await self._live(served))

    async def _live(self, served: int | None) -> Live | None:
        client = await self.stage.live()
        if client is None:
            return None
        known: frozenset[str] | None = None
        if served is not None:
            with suppress(KnowledgeError):
                entries = (await self.knowledge.release(served)).revisions
                known = frozenset({*entries, *self.shop.rules.flows})
        samples = self.shop.gate.samples
        return Live(Reader(client, f"{self.course.run.id}-live", samples.at_once), known)

    async def _conclude(self, release: Release, judgement: Judgement, began: Serving) -> None:
        """Promote the candidate, or keep the model before and say why."""
        failed = [check.name for check in judgement.checks if check.passed is False]
        first = began.live is None and not await self.runs.models()
        if not self.order.promote:
            self.ends(RunState.KEPT, _sentence(failed) or NOT_ASKED)
            return
        if failed and not first:
            self.ends(RunState.KEPT, _sentence(failed))
            return
        try:
            async with self.course.step(Phase.PROMOTE):
                if self.order.release is None:
                    await self.promoter.still_wanted(self.course.run, began)
                serves = await self.promoter.promote(self.course.run, self.course.run.model or "")
        except Overtaken as overtaken:
            self.ends(RunState.KEPT, f"{overtaken}: the candidate was not made live.")
            return
        notes = [f"{FIRST} {_sentence(failed)}"] if failed else []
        notes += [] if serves else [ALONE]
        newest = await self.knowledge.live_number()
        if newest is not None and newest > release.number and self.order.release is None:
            notes.append(f"Release {newest} was published meanwhile: it waits for the next run.")
        self.ends(RunState.PROMOTED, " ".join(notes))
        if serves:
            await self._prove()

    async def _prove(self) -> None:
        """Replay the misses meant for an entry; what goes wrong here takes nothing back."""
        try:
            async with self.course.step(Phase.PROVE):
                proven = await self._proofs()
        except TROUBLES as error:
            if isinstance(error, LockLost | RunIsOver):
                raise
            self.why = f"{self.why} The cures are not proven yet: {in_words(error)}".strip()
            return
        assert self.findings is not None
        self.findings = replace(self.findings, proven=proven)

    async def _proofs(self) -> Proven:
        shop, run = self.shop, self.course.run
        client = await self.stage.live()
        if client is None:
            raise RunFailed("the bot does not answer")
        inbox = Inbox(shop.database, shop.zone)
        served = await inbox.served(shop.now())
        ask = asking(client, run.id, shop.rules.routing, served)
        return await inbox.prove(ask, author=run.author, now=shop.now())


def _sentence(failed: list[str]) -> str:
    return f"The gate found: {', '.join(failed)}." if failed else ""


def _release_of(model: str | None) -> int | None:
    """Give the release a model was trained from, by its name."""
    name = ModelName.parse(f"{model}{SUFFIX}") if model else None
    return name.release if name else None
