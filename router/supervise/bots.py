"""The bot processes that run: one a model, each at an address of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp

from router.supervise.claims import free_port, is_free
from router.supervise.keeper import Keeper
from router.supervise.models import SUFFIX
from router.supervise.probes import answers_ok
from router.supervise.programs import House
from router.supervise.restarts import GiveUp, HealthPolicy, RestartPolicy

BOT_HEALTH = HealthPolicy(every=5.0, timeout=5.0, grace=240.0)
BOT_RESTARTS = RestartPolicy(tries=3)
LAST_WORDS = 6


@dataclass(slots=True)
class BotProcess:
    """A kept bot process with its model."""

    model: str
    address: str
    keeper: Keeper
    said: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))
    given_up: asyncio.Task[GiveUp] | None = None

    @property
    def answers(self) -> bool:
        """Tell whether it is up."""
        return self.keeper.healthy.is_set()

    @property
    def failed(self) -> bool:
        """Tell whether it was given up, since it never came up."""
        return self.given_up is not None and self.given_up.done()


class Bots:
    """Starts bot processes, and stops them."""

    def __init__(
        self,
        house: House,
        http: aiohttp.ClientSession,
        line: Callable[[str, str], None],
        tell: Callable[[str], None],
        *,
        health: HealthPolicy = BOT_HEALTH,
        restarts: RestartPolicy = BOT_RESTARTS,
    ) -> None:
        self._house = house
        self._http = http
        self._line = line
        self._tell = tell
        self._health = health
        self._restarts = restarts
        self._running: dict[str, BotProcess] = {}
        self._retiring: dict[asyncio.Task[None], BotProcess] = {}

    def __contains__(self, model: object) -> bool:
        return model in self._running

    @property
    def models(self) -> set[str]:
        """Name the models that have a process."""
        return set(self._running)

    def of(self, model: str | None) -> BotProcess | None:
        """Give the process of a model, if it has one."""
        return self._running.get(model or "")

    def failed(self) -> list[BotProcess]:
        """Give the processes that were given up, which are none any more."""
        found = [bot for bot in self._running.values() if bot.failed]
        for bot in found:
            del self._running[bot.model]
        return found

    def start(self, model: str) -> BotProcess:
        """Start a model's process beside the others."""
        house = self._house
        port = house.bot_port if self._first_port_is_free() else free_port()
        address = f"http://127.0.0.1:{port}"
        bot = BotProcess(model, address, self._keeper(model, port, address))
        bot.given_up = bot.keeper.start()
        self._running[model] = bot
        return bot

    def retire(self, model: str, after: float) -> None:
        """Stop a model's process in so many seconds, when its last questions are answered."""
        bot = self._running.pop(model)

        async def end() -> None:
            await asyncio.sleep(after)
            await bot.keeper.stop()

        task = asyncio.create_task(end())
        self._retiring[task] = bot
        task.add_done_callback(lambda done: self._retiring.pop(done, None))

    async def stop(self) -> None:
        """Stop them all."""
        leaving = dict(self._retiring)
        for task in leaving:
            task.cancel()
        everyone = [*self._running.values(), *leaving.values()]
        self._running.clear()
        await asyncio.gather(*(bot.keeper.stop() for bot in everyone))

    def kill(self) -> None:
        """End them all at once."""
        for bot in (*self._running.values(), *self._retiring.values()):
            bot.keeper.kill()

    def _first_port_is_free(self) -> bool:
        # One that was given up or is being stopped may still be about to free it.
        taken = {bot.address for bot in (*self._running.values(), *self._retiring.values())}
        return self._house.bot_url not in taken and is_free("127.0.0.1", self._house.bot_port)

    def _keeper(self, model: str, port: int, address: str) -> Keeper:
        health = answers_ok(
            self._http,
            f"{address}/webhooks/router/health",
            {"Authorization": f"Bearer {self._house.token}"},
        )

        def said(line: str) -> None:
            self._line("bot", line)
            bot = self._running.get(model)
            if bot is not None:
                bot.said.append(line)

        return Keeper(
            self._house.bot(f"{model}{SUFFIX}", port),
            health,
            on_line=said,
            tell=lambda sentence: self._tell(f"bot {sentence}"),
            restarts=self._restarts,
            health=self._health,
        )
