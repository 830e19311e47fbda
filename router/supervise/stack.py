"""The whole house on one machine: router first, then the bot with a model, until told to stop."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from knowledge_base.releases import Release
from router.supervise.console import Stream
from router.supervise.keeper import Keeper, Probe
from router.supervise.models import SUFFIX, ModelName, plan_bot
from router.supervise.pipelines import pipeline_of, stale_models
from router.supervise.probes import answers_ok
from router.supervise.programs import House, Program
from router.supervise.progress import Failed
from router.supervise.restarts import GiveUp, HealthPolicy, RestartPolicy
from router.supervise.training import train_model

ROUTER_HEALTH = HealthPolicy(grace=60.0)
ACTIONS_HEALTH = HealthPolicy(every=5.0, grace=120.0)
BOT_HEALTH = HealthPolicy(every=5.0, timeout=5.0, grace=240.0)
TRIES = 5

Clock = Callable[[], dt.datetime]


class Stack:
    """Router, action server and bot, kept running together.

    `bot_settled` is set once it is known whether the bot came up; `bot_answers` says whether.
    """

    def __init__(
        self,
        house: House,
        *,
        live: Callable[[], Awaitable[Release | None]],
        http: aiohttp.ClientSession,
        stream: Stream,
        now: Clock,
        retrain: bool = False,
    ) -> None:
        self._house = house
        self._live = live
        self._http = http
        self._stream = stream
        self._now = now
        self._retrain = retrain
        self._router = self._keeper(
            house.router(), answers_ok(http, f"{house.router_url}/api/v1/health"), ROUTER_HEALTH
        )
        self._actions: Keeper | None = None
        self._bot: Keeper | None = None
        self._watches: set[asyncio.Task[None]] = set()
        self.bot_settled = asyncio.Event()
        self.bot_answers = False

    async def run(self, stop: asyncio.Event, *, announce: Callable[[], None]) -> int:
        """Run until `stop` is set, and give the exit code: 1 when the router never came up."""
        given_up = self._router.start()
        stopping = asyncio.create_task(stop.wait())
        self._watch(self._bring_up(announce))
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
        for keeper in (self._router, self._bot, self._actions):
            if keeper is not None:
                keeper.kill()

    async def _bring_up(self, announce: Callable[[], None]) -> None:
        await self._router.healthy.wait()
        announce()
        if self._house.local_bot:
            await self._bring_up_bot()
        if self._bot is None:
            self.bot_settled.set()

    async def _bring_up_bot(self) -> None:
        house = self._house
        if not house.bot_python.exists():
            self._stream.tell(
                "the bot's environment is not installed, so every shopper reaches a human: "
                "`make set-up` installs it"
            )
            return
        release = await self._live()
        plan = plan_bot(
            release.number if release else None,
            _files(house.models),
            retrain=self._retrain,
            stale=await asyncio.to_thread(_stale, house),
        )
        if plan.start is not None:
            await self._serve(plan.start)
        if release is None:
            self._stream.tell("no release is live: `jieli kb publish` makes one")
        elif plan.train is not None:
            await self._train(release, meanwhile=plan.start)

    async def _train(self, release: Release, *, meanwhile: ModelName | None) -> None:
        who = f"{meanwhile} answers" if meanwhile else "every shopper reaches a human"
        self._stream.tell(f"training a model of release {release.number}; until then {who}")
        with self._stream.training(f"release {release.number}") as view:
            outcome = await train_model(self._house, release, self._now(), view)
        match outcome:
            case Failed(error=error):
                self._stream.tell(
                    f"the training failed, so {who} until the next start, which tries again: "
                    f"{error}"
                )
            case ModelName() as name:
                self._stream.tell(f"trained {name}")
                await self._serve(name)

    async def _serve(self, model: ModelName) -> None:
        """Let the bot answer with a model, instead of the one it has, if any."""
        house = self._house
        if self._actions is None:
            healthy = answers_ok(self._http, f"{house.actions_url}/health")
            self._actions = self._keeper(house.actions(), healthy, ACTIONS_HEALTH)
            self._actions.start()
        if self._bot is not None:
            await self._bot.stop()
        healthy = answers_ok(
            self._http,
            f"{house.bot_url}/webhooks/router/health",
            {"Authorization": f"Bearer {house.token}"},
        )
        self._bot = self._keeper(house.bot(model.file_name), healthy, BOT_HEALTH)
        self._stream.tell(f"starting the bot with {model}; loading it takes a moment")
        self._watch(self._report(self._bot, self._bot.start(), model))

    async def _report(self, bot: Keeper, given_up: asyncio.Task[GiveUp], model: ModelName) -> None:
        ready = asyncio.create_task(bot.healthy.wait())
        await asyncio.wait([ready, given_up], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if bot is self._bot and not given_up.cancelled():
            self.bot_answers = bot.healthy.is_set()
            self.bot_settled.set()
        if bot.healthy.is_set():
            self._stream.tell(f"the bot answers shoppers now, with {model}")
        elif not given_up.cancelled():
            self._stream.tell(
                f"the bot never came up with {model}, so every shopper reaches a human: see its "
                "lines above; `jieli up --retrain` trains another model"
            )

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

    def _watch(self, work: Awaitable[None]) -> None:
        async def watched() -> None:
            try:
                await work
            except Exception as error:
                # The router goes on without a bot; the operator has to know why there is none.
                self._stream.tell(f"could not bring up the bot: {error!r}")
                self.bot_settled.set()

        task = asyncio.create_task(watched())
        self._watches.add(task)
        task.add_done_callback(self._watches.discard)

    async def _stop(self) -> None:
        for watch in list(self._watches):
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        # The router goes first, so that no shopper is handed off because the bot is stopping.
        await self._router.stop()
        others = [keeper for keeper in (self._bot, self._actions) if keeper is not None]
        await asyncio.gather(*(keeper.stop() for keeper in others))


def _stale(house: House) -> set[str]:
    return stale_models(house.models, pipeline_of(house.root))


def _files(models: Path) -> list[str]:
    return [path.name for path in models.glob(f"*{SUFFIX}")]
