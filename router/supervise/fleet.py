"""Makes the bot processes what the store asks for, and reports there which of them serves.

The store is asked again and again; whatever is done follows from what it says now, so that a
wish that changes meanwhile, or a process that dies, needs no case of its own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from knowledge_base.runs import Serving
from knowledge_base.runs_store import RunsStore
from router.supervise.bots import BotProcess, Bots
from router.supervise.models import SUFFIX, ModelName, likeliest, surplus
from router.supervise.packages import why_unreadable
from router.supervise.pipelines import pipeline_of, remove_model, stale_models
from router.supervise.programs import House

EVERY = 0.5
"""Seconds between two looks at what is asked for."""
SIGN_OF_LIFE = 2.0
"""Seconds between two signs of life in the store."""
DRAIN = 5.0
"""Seconds between the last question to a process and its end."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """How long a model that served stays loaded, and how many files are kept."""

    warm_seconds: float = 1800.0
    kept_models: int = 5
    every: float = EVERY
    drain: float = DRAIN


class Fleet:
    """The keeper of the bot processes.

    `settled` is set once it is known whether a bot serves; `serves` says whether.
    """

    def __init__(
        self,
        house: House,
        runs: RunsStore,
        bots: Bots,
        *,
        release: Callable[[], Awaitable[int | None]],
        http: aiohttp.ClientSession,
        tell: Callable[[str], None],
        now: Callable[[], dt.datetime],
        sitting: Sitting | None = None,
    ) -> None:
        self._house = house
        self._runs = runs
        self._bots = bots
        self._release = release
        self._http = http
        self._tell = tell
        self._now = now
        self._sitting = sitting or Sitting()
        self._live: str | None = None
        self._former: str | None = None
        self._former_until = 0.0
        self._broken: set[str] = set()
        self._alive_at = 0.0
        self.nothing_to_serve = asyncio.Event()
        self.serving = asyncio.Event()

    @property
    def live(self) -> str | None:
        """Name the model that serves."""
        return self._live

    async def run(self) -> None:
        """Do what the store asks for until cancelled; a store that is away changes nothing."""
        away = False
        while True:
            try:
                if self._alive_at == 0.0:
                    await self._begin()
                await self.look()
                away = False
            except (SQLAlchemyError, OSError) as error:
                if not away:
                    self._tell(f"cannot read which model shall serve: {error}")
                away = True
            await asyncio.sleep(self._sitting.every)

    async def stop(self) -> None:
        """Stop every process, and say that none serves."""
        await self._bots.stop()
        if self._alive_at == 0.0:  # It never began, so what is noted is another keeper's.
            return
        await self._runs.kept(live_address=None, candidate_address=None, former_address=None)

    async def look(self) -> None:
        """Look once at what is asked for, and do what can be done now."""
        now = await self._runs.serving()
        await self._give_sign_of_life()
        target = now.wanted or (None if self._live else await self._best(now))
        if target is None and self._live is None:
            self.nothing_to_serve.set()
        await self._start(target, now)
        for bot in self._bots.failed():
            last = bot.said[-1] if bot.said else "it said nothing"
            await self._failed(bot.model, f"{bot.model} never came up: {last}")
        bot_ready = self._ready(target)
        if bot_ready is not None and target != self._live:
            await self._switch(bot_ready, now)
        await self._cool()
        await self._show_candidate(now)
        self._retire(now, target)

    async def _begin(self) -> None:
        """Forget what the keeper before this one left in the store."""
        if await self._runs.current() is None:
            await self._runs.want_candidate(None)
        now = self._now()
        await self._runs.kept(
            live_address=None,
            candidate=None,
            candidate_address=None,
            former_address=None,
            keeper_at=now,
        )
        self._alive_at = asyncio.get_running_loop().time()

    async def _give_sign_of_life(self) -> None:
        moment = asyncio.get_running_loop().time()
        if moment - self._alive_at >= SIGN_OF_LIFE:
            self._alive_at = moment
            await self._runs.kept(keeper_at=self._now())

    async def _best(self, now: Serving) -> str | None:
        """Choose a model nobody asked for: one that served before, or whatever there is.

        A file that never served may have been refused by the gate, so it comes last.
        """
        files = {name for name in model_files(self._house) if _bare(name) not in self._broken}
        for model in (now.live, now.former, *await self._runs.models()):
            if model is not None and f"{model}{SUFFIX}" in files:
                return model
        stale = await asyncio.to_thread(stale_of, self._house)
        chosen = likeliest(await self._release(), files, stale)
        return None if chosen is None else str(chosen)

    async def _start(self, target: str | None, now: Serving) -> None:
        for model in {target, now.candidate_wanted} - {None}:
            if model is None or model in self._bots:
                continue
            why = await asyncio.to_thread(_why_not, self._house, model)
            if why is not None:
                await self._failed(model, why)
                continue
            self._tell(f"starting the bot with {model}; loading it takes a moment")
            self._bots.start(model)

    async def _failed(self, model: str, why: str) -> None:
        self._broken.add(model)
        await self._runs.failed(model, why, self._now())
        stays = f"{self._live} goes on serving" if self._live else "another one is looked for"
        self._tell(f"the bot cannot serve {model}, so {stays}: {why}")

    def _ready(self, model: str | None) -> BotProcess | None:
        bot = self._bots.of(model)
        return bot if bot is not None and bot.answers else None

    async def _switch(self, bot: BotProcess, now: Serving) -> None:
        """Let a process that answers serve, unless another model is wanted by now."""
        before = self._bots.of(self._live)
        former = now.live if now.live != bot.model else now.former
        done = await self._runs.promoted(
            bot.model, bot.address, former, before.address if before else None, self._now()
        )
        if not done:
            return
        self._broken.discard(bot.model)
        self._former = before.model if before else None
        warm = self._sitting.warm_seconds
        self._former_until = asyncio.get_running_loop().time() + warm
        self._live = bot.model
        await self._tell_router()
        instead = f" instead of {before.model}, which stays warm" if before else ""
        self._tell(f"the bot answers shoppers now, with {bot.model}{instead}")
        self.serving.set()
        await self.tidy()

    async def _cool(self) -> None:
        """Let the former go once its time is over."""
        if self._former is None or asyncio.get_running_loop().time() < self._former_until:
            return
        self._former = None
        await self._runs.kept(former_address=None)
        await self._tell_router()

    async def _show_candidate(self, now: Serving) -> None:
        bot = self._ready(now.candidate_wanted)
        model, address = (bot.model, bot.address) if bot is not None else (None, None)
        if (now.candidate, now.candidate_address) != (model, address):
            # Read again: it may have become the live one in this very look.
            now = await self._runs.serving()
            if now.candidate_wanted is not None or now.candidate is not None:
                shown = model if now.candidate_wanted == model else None
                await self._runs.kept(candidate=shown, candidate_address=address if shown else None)

    def _retire(self, now: Serving, target: str | None) -> None:
        needed = {self._live, self._former, target, now.candidate_wanted}
        for model in self._bots.models - needed:
            self._tell(f"{model} is not needed any more, its process is stopped")
            self._bots.retire(model, self._sitting.drain)

    async def _tell_router(self) -> None:
        """Have the router look at once; one that is away looks by itself."""
        try:
            async with self._http.post(
                f"{self._house.router_url}/internal/v1/bot/refresh",
                headers={"Authorization": f"Bearer {self._house.token}"},
            ) as response:
                await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass

    async def tidy(self) -> None:
        """Delete old model files that nobody names."""
        now, run = await self._runs.serving(), await self._runs.current()
        named = {now.live, now.former, now.wanted, now.candidate, now.candidate_wanted}
        named |= self._bots.models | {run.model if run else None}
        for name in surplus(model_files(self._house), named, self._sitting.kept_models):
            await asyncio.to_thread(remove_model, self._house.models / name)


def stale_of(house: House) -> set[str]:
    """Name the model files that another pipeline made."""
    return stale_models(house.models, pipeline_of(house.root))


def model_files(house: House) -> list[str]:
    """Name the model files there are."""
    return [path.name for path in house.models.glob(f"*{SUFFIX}")]


def _why_not(house: House, model: str) -> str | None:
    name = ModelName.parse(f"{model}{SUFFIX}")
    if name is None:
        return f"{model!r} is no name of a model"
    return why_unreadable(house.models / name.file_name)


def _bare(file_name: str) -> str:
    return file_name.removesuffix(SUFFIX)
