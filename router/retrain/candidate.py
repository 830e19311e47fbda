"""Stands a candidate up beside the live model: through the keeper of the bots, or alone."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import aiohttp

from knowledge_base.runs import Serving
from knowledge_base.runs_store import RunsStore
from router.bot_client import BotClient
from router.retrain.errors import RunFailed
from router.retrain.memory import PeakMemory, listener
from router.supervise.child import CannotStart, Child
from router.supervise.claims import free_port
from router.supervise.models import ModelName
from router.supervise.probes import answers_ok
from router.supervise.programs import House

FRESH = dt.timedelta(seconds=10)
"""A keeper without a sign of life for longer is none."""
PATIENCE = 300.0
"""Seconds a model has to come up."""
DEADLINE = 30.0
"""Seconds for one answer: a slow machine is no reason for another reading."""
EVERY = 0.25
_LAST_WORDS = 8


def is_kept(serving: Serving, now: dt.datetime) -> bool:
    """Tell whether somebody keeps the bot processes."""
    return serving.keeper_at is not None and now - serving.keeper_at < FRESH


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate that stands; `pid` is its process, where that is known."""

    client: BotClient
    pid: int | None


@dataclass(frozen=True, slots=True)
class Stage:
    """What a candidate is stood up with."""

    house: House
    bot_url: str
    runs: RunsStore
    http: aiohttp.ClientSession
    now: Callable[[], dt.datetime]

    def client(self, address: str) -> BotClient:
        """Give a client that waits longer for an answer than a shopper does."""
        return BotClient(self.http, address, self.house.token, deadline=DEADLINE, pause=1.0)

    @asynccontextmanager
    async def standing(self, name: ModelName, memory: PeakMemory) -> AsyncIterator[Candidate]:
        """Give the candidate while it stands beside the live model; RunFailed if it never does."""
        if is_kept(await self.runs.serving(), self.now()):
            try:
                await self.runs.want_candidate(str(name))
                address = await self._kept_address(str(name))
                pid = await asyncio.to_thread(listener, urlsplit(address).port or 0)
                if pid is not None:
                    memory.watch(pid)
                yield Candidate(self.client(address), pid)
            finally:
                # It stands on as the live one if it was promoted; another run's is not touched.
                if (await self.runs.serving()).candidate_wanted == str(name):
                    await self.runs.want_candidate(None)
            return
        async with self._alone(name, memory) as candidate:
            yield candidate

    async def live(self) -> BotClient | None:
        """Give the live model's client, if there is one that answers."""
        serving = await self.runs.serving()
        kept = is_kept(serving, self.now())
        address = serving.live_address if kept else self.bot_url
        if address is None or not await self._answers(address):
            return None
        return self.client(address)

    async def _kept_address(self, model: str) -> str:
        async with _patience(model):
            while True:
                serving = await self.runs.serving()
                if serving.candidate == model and serving.candidate_address is not None:
                    return serving.candidate_address
                if serving.live == model and serving.live_address is not None:
                    return serving.live_address
                if serving.trouble_model == model:
                    raise RunFailed(f"the candidate never came up: {serving.trouble}")
                if not is_kept(serving, self.now()):
                    raise RunFailed("who keeps the bot processes went away: start `jieli up`")
                await asyncio.sleep(EVERY)

    @asynccontextmanager
    async def _alone(self, name: ModelName, memory: PeakMemory) -> AsyncIterator[Candidate]:
        house = replace(self.house, bot_port=free_port())
        said: deque[str] = deque(maxlen=_LAST_WORDS)
        try:
            child = await Child.start(house.bot(name.file_name), said.append)
        except CannotStart as error:
            raise RunFailed(
                f"the bot's environment is not installed ({error}): `make set-up` installs it"
            ) from error
        memory.watch(child.pid)
        ended = asyncio.create_task(child.ended())
        try:
            async with _patience(str(name)):
                while not await self._answers(house.bot_url):
                    if ended.done():
                        words = "\n".join([f"it ended with code {ended.result()}:", *said])
                        raise RunFailed(f"the candidate never came up: {words}")
                    await asyncio.sleep(EVERY)
            yield Candidate(self.client(house.bot_url), child.pid)
        finally:
            ended.cancel()
            await child.stop()

    async def _answers(self, address: str) -> bool:
        headers = {"Authorization": f"Bearer {self.house.token}"}
        probe = answers_ok(self.http, f"{address}/webhooks/router/health", headers)
        try:
            async with asyncio.timeout(5.0):
                return await probe()
        except TimeoutError:
            return False


@asynccontextmanager
async def _patience(model: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(PATIENCE):
            yield
    except TimeoutError as error:
        raise RunFailed(f"the candidate {model} did not answer in {PATIENCE:.0f} s") from error
