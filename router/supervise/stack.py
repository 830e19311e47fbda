"""The whole house on one machine: router first, then the bots with a model, until told to stop."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from knowledge_base.releases import Release
from knowledge_base.runs import ModelMove, RunGoesOn, RunState, Trigger
from knowledge_base.runs_store import RunsStore
from knowledge_base.serving import KEEPER
from router.supervise.bots import Bots
from router.supervise.console import Stream
from router.supervise.first import train_first
from router.supervise.fleet import Fleet, Sitting, stale_of
from router.supervise.keeper import Keeper, Probe
from router.supervise.models import SUFFIX, ModelName
from router.supervise.nightly import LOOKS, nightly
from router.supervise.probes import answers_ok
from router.supervise.programs import House, Program
from router.supervise.progress import Failed
from router.supervise.restarts import HealthPolicy, RestartPolicy
from router.supervise.retraining import Retraining

ROUTER_HEALTH = HealthPolicy(grace=180.0)
ACTIONS_HEALTH = HealthPolicy(every=5.0, grace=120.0)
TRIES = 5
PAUSE = 0.25

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True)
class Night:
    """When the nightly retraining is due; None: never."""

    at: dt.time | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    looks: float = LOOKS

    @classmethod
    def of(cls, at: str, zone: ZoneInfo) -> Night:
        """Read the setting: HH:MM in the shop's zone, or nothing."""
        return cls(dt.time.fromisoformat(at) if at else None, zone)


class Stack:
    """Router, action server, bots and retraining, kept running together.

    `bot_settled` is set once it is known whether the bot came up; `bot_answers` says whether.
    """

    def __init__(
        self,
        house: House,
        *,
        live: Callable[[], Awaitable[Release | None]],
        runs: RunsStore,
        http: aiohttp.ClientSession,
        stream: Stream,
        now: Clock,
        retrain: bool = False,
        night: Night | None = None,
        sitting: Sitting | None = None,
    ) -> None:
        self._house = house
        self._live = live
        self._runs = runs
        self._stream = stream
        self._now = now
        self._retrain = retrain
        self._night = night or Night()
        self._router = self._keeper(
            house.router(), answers_ok(http, f"{house.router_url}/api/v1/health"), ROUTER_HEALTH
        )
        self._actions = self._keeper(
            house.actions(), answers_ok(http, f"{house.actions_url}/health"), ACTIONS_HEALTH
        )
        self._bots = Bots(house, http, stream.line, stream.tell)
        self._fleet = Fleet(
            house,
            runs,
            self._bots,
            release=self._release_number,
            http=http,
            tell=stream.tell,
            now=now,
            sitting=sitting,
        )
        self._retraining = Retraining(house, runs, stream, now, on_end=self._fleet.tidy)
        self._tasks: set[asyncio.Task[None]] = set()
        self.bot_settled = asyncio.Event()

    @property
    def bot_answers(self) -> bool:
        """Tell whether a bot came up."""
        return self._fleet.serving.is_set()

    async def run(self, stop: asyncio.Event, *, announce: Callable[[], None]) -> int:
        """Run until `stop` is set, and give the exit code: 1 when the router never came up."""
        given_up = self._router.start()
        stopping = asyncio.create_task(stop.wait())
        self._begin(self._bring_up(announce))
        try:
            await asyncio.wait([given_up, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not given_up.done():
                return 0
            given_up.result()
            return 1
        finally:
            stopping.cancel()
            await self._stop()

    def kill(self) -> None:
        """End every process at once."""
        for one in (self._router, self._bots, self._retraining, self._actions):
            one.kill()

    async def _bring_up(self, announce: Callable[[], None]) -> None:
        try:
            await self._router.healthy.wait()
            announce()
            if self._house.local_bot:
                await self._bring_up_bot()
        finally:
            self.bot_settled.set()

    async def _bring_up_bot(self) -> None:
        if not self._house.bot_python.exists():
            self._stream.tell(
                "the bot's environment is not installed, so every shopper reaches a human: "
                "`make set-up` installs it"
            )
            return
        self._actions.start()
        self._begin(self._fleet.run())
        await self._until_it_serves()
        if self.bot_answers:
            await self._ask_for_a_fitting_model()
        self._begin(self._retraining.run())
        night = self._night
        if night.at is not None:
            job = nightly(night.at, night.zone, self._now, self._at_night, looks=night.looks)
            self._begin(job)

    async def _until_it_serves(self) -> None:
        """Wait till a model serves; train one where there is none."""
        serving = self._fleet.serving
        await _first(serving.wait(), self._fleet.nothing_to_serve.wait())
        while not serving.is_set():
            release = await self._live()
            if release is None:
                self._stream.tell("no release is live: `jieli kb publish` makes one")
                return
            number, who = release.number, "every shopper reaches a human"
            self._stream.tell(f"training a model of release {number}; until then {who}")
            try:
                made = await train_first(self._house, self._runs, release, self._now, self._stream)
            except RunGoesOn as other:
                self._stream.tell(f"{other.what} Its model is waited for.")
                await self._until_it_is_over()
                continue
            if isinstance(made, Failed):
                self._stream.tell(
                    f"the training failed, so {who} until the next one, at the next start or "
                    f"from the console: {made.error}"
                )
                return
            self._stream.tell(f"trained {made}")
            await self._promote_first(str(made))
            return

    async def _promote_first(self, model: str) -> None:
        move = ModelMove.PROMOTE
        await self._runs.want(model, move=move, author=KEEPER, at=self._now())
        while not self.bot_answers:
            if (await self._runs.serving()).trouble_model == model:
                return
            await asyncio.sleep(PAUSE)

    async def _until_it_is_over(self) -> None:
        while not self.bot_answers and await self._runs.current() is not None:
            await self._runs.expire(self._now())
            await asyncio.sleep(PAUSE)

    async def _ask_for_a_fitting_model(self) -> None:
        """Ask for a run when what serves is of another release, or made by another pipeline.

        One that the gate refused already is not tried at every start.
        """
        number, serves = await self._release_number(), self._fleet.live
        model = ModelName.parse(f"{serves}{SUFFIX}")
        if number is None or model is None:
            return
        stale = model.file_name in await asyncio.to_thread(stale_of, self._house)
        kept = (run.release for run in await self._runs.runs() if run.state is RunState.KEPT)
        fits = model.release == number or number in kept
        if fits and not stale and not self._retrain:
            return
        self._stream.tell(
            f"a model of release {number} will be trained; until it is proven {serves} answers"
        )
        await self._runs.ask(Trigger.START, KEEPER, self._now())

    async def _at_night(self) -> None:
        await self._runs.ask(Trigger.NIGHTLY, KEEPER, self._now())

    async def _release_number(self) -> int | None:
        release = await self._live()
        return None if release is None else release.number

    def _keeper(self, program: Program, probe: Probe, health: HealthPolicy) -> Keeper:
        name = program.name
        return Keeper(
            program,
            probe,
            on_line=lambda line: self._stream.line(name, line),
            tell=lambda sentence: self._stream.tell(f"{name} {sentence}"),
            restarts=RestartPolicy(tries=TRIES),
            health=health,
        )

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        async def watched() -> None:
            try:
                await work
            except Exception as error:
                # The router goes on without a bot; the operator has to know why there is none.
                self._stream.tell(f"could not keep up the bot: {error!r}")

        task = asyncio.create_task(watched())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # The router goes first, so that no shopper is handed off because the bot is stopping.
        await self._router.stop()
        stopping = (self._retraining.stop(), self._fleet.stop(), self._actions.stop())
        for outcome in await asyncio.gather(*stopping, return_exceptions=True):
            if isinstance(outcome, Exception):
                self._stream.tell(f"could not stop all as it should be: {outcome!r}")


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for one of several things."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
