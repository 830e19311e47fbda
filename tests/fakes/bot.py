"""A bot that says what a test wants, over the same HTTP contract as the real one.

In a test:

    bot = FakeBot({"什么时候发货": reads("shipping_time")})
    async with bot.serving() as url:
        bot.delay = 0.5                      # a slow bot
        bot.failure = Failure.CRASHES        # a broken one
        async with bot.holding():            # answers wait until the block is left
            ...
    assert bot.asked[0].text == "什么时候发货"

As a process: `python -m tests.fakes.bot --port 5005 --token T [--delay 0.05]`.
"""

from __future__ import annotations

import asyncio
import enum
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import click
import msgspec
from aiohttp import web

TOKEN = "a-service-token-for-tests"
MAX_TEXT = 2_000


class Failure(enum.StrEnum):
    """A way in which a bot can fail."""

    DROPS = "drops"
    """Closes the connection without an answer."""
    CRASHES = "crashes"
    """Answers 500 with a text that is no JSON."""
    BABBLES = "babbles"
    """Answers 200 with a text that is no JSON."""
    MISSHAPES = "misshapes"
    """Answers 200 with JSON that lacks the reading."""
    LOADING = "loading"
    """Answers 503 to everything, health too, as while no model is loaded."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow the bot ran this turn."""

    name: str
    state: Literal["active", "done", "left"] = "active"


@dataclass(frozen=True, slots=True)
class Said:
    """What the bot makes of one text: its reading, and what a flow says."""

    intent: str
    confidence: float = 0.95
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[dict[str, Any], ...] = ()
    messages: tuple[dict[str, Any], ...] = ()
    flow: Flow | None = None


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request as the bot gets it."""

    conversation: str
    message: str
    text: str
    shopper: str | None = None
    order: str | None = None
    locale: Literal["zh-CN", "en"] = "zh-CN"
    flow: str | None = None
    reading_only: bool = False


class Forgotten(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request to forget the flow of a conversation."""

    conversation: str


def reads(intent: str, confidence: float = 0.95, **others: float) -> Said:
    """Make the reading of an entry's question; `others` are the runners-up."""
    ranking = ((intent, confidence), *sorted(others.items(), key=lambda item: -item[1]))
    return Said(intent, confidence, ranking)


def unsure(**candidates: float) -> Said:
    """Make a reading the router must not trust."""
    ranking = tuple(sorted(candidates.items(), key=lambda item: -item[1]))
    return Said(*(ranking[0] if ranking else ("nothing_known", 0.1)), ranking)


def says(text: str, flow: str, state: Literal["active", "done", "left"] = "active") -> Said:
    """Make a turn in which a flow speaks."""
    message = {"text": text, "buttons": [], "card": None}
    return Said(flow, 0.95, ((flow, 0.95),), messages=(message,), flow=Flow(flow, state))


@dataclass
class FakeBot:
    """Reads texts from a table; slow, held back or broken on request."""

    understands: Mapping[str, Said] = field(default_factory=dict)
    otherwise: Said = Said("nothing_known", 0.1)
    token: str = TOKEN
    delay: float = 0.0
    failure: Failure | None = None
    release: int | None = 1
    model: str = "r000001-20260101T000000"
    asked: list[Asked] = field(default_factory=list)
    forgot: list[str] = field(default_factory=list)
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _arrival: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Let answers through until a test holds them."""
        self._open.set()

    @property
    def app(self) -> web.Application:
        """Give the bot as an application of its own."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/webhooks/router/webhook", self._webhook)
        app.router.add_post("/webhooks/router/reset", self._reset)
        app.router.add_get("/webhooks/router/health", self._health)
        return app

    @asynccontextmanager
    async def serving(self, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[str]:
        """Serve on a port, any free one by default, and give the base URL."""
        runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            yield f"http://{host}:{runner.addresses[0][1]}"
        finally:
            self._open.set()
            await runner.cleanup()

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Hold every answer back until the block is left."""
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    async def is_asked(self, times: int = 1, within: float = 5.0) -> None:
        """Wait until the bot has been asked so often."""
        async with asyncio.timeout(within):
            while len(self.asked) < times:
                self._arrival.clear()
                await self._arrival.wait()

    def learns(self, text: str, said: Said) -> None:
        """Understand one more text from now on."""
        self.understands = {**self.understands, text: said}

    def trained_from(self, release: int, model: str) -> None:
        """Say from now on that another model answers."""
        self.release, self.model = release, model

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            return _refusal(401, "unauthorized", "the service token is missing or wrong")
        match self.failure:
            case Failure.LOADING:
                return _refusal(503, "no_model", "no model is loaded yet")
            case Failure.DROPS:
                if request.transport is not None:
                    request.transport.abort()
                raise ConnectionResetError
            case Failure.CRASHES:
                return web.Response(status=500, text="<h1>Internal Server Error</h1>")
            case Failure.BABBLES:
                return web.Response(text="it works!")
            case Failure.MISSHAPES:
                return web.json_response({"messages": "none", "release": "one"})
            case None:
                response: web.StreamResponse = await handler(request)
                return response

    async def _webhook(self, request: web.Request) -> web.Response:
        try:
            asked = msgspec.json.decode(await request.read(), type=Asked)
        except msgspec.DecodeError as error:
            return _refusal(422, "malformed", str(error))
        if len(asked.text) > MAX_TEXT:
            return _refusal(422, "malformed", f"the text has more than {MAX_TEXT} characters")
        self.asked.append(asked)
        self._arrival.set()
        said = self.understands.get(asked.text, self.otherwise)
        if asked.reading_only:
            said = replace(said, messages=(), flow=None)
        if self.delay:
            await asyncio.sleep(self.delay)
        await self._open.wait()
        return web.json_response(self._answer(said), dumps=_dumps)

    async def _reset(self, request: web.Request) -> web.Response:
        try:
            forgotten = msgspec.json.decode(await request.read(), type=Forgotten)
        except msgspec.DecodeError as error:
            return _refusal(422, "malformed", str(error))
        self.forgot.append(forgotten.conversation)
        return web.json_response({})

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"status": "ok", "model": self.model, "release": self.release}, dumps=_dumps
        )

    def _answer(self, said: Said) -> dict[str, Any]:
        if not said.ranking:
            said = replace(said, ranking=((said.intent, said.confidence),))
        reading = {
            "intent": said.intent,
            "confidence": said.confidence,
            "ranking": said.ranking,
            "entities": said.entities,
        }
        return {
            "reading": reading,
            "messages": said.messages,
            "flow": said.flow,
            "model": self.model,
            "release": self.release,
        }


def _dumps(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _refusal(status: int, code: str, detail: str) -> web.Response:
    return web.json_response({"code": code, "detail": detail}, status=status)


@click.command()
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, required=True)
@click.option("--token", envvar="JIELI_SERVICE_TOKEN", default=TOKEN)
@click.option("--delay", type=float, default=0.0, help="Seconds every answer takes.")
@click.option("--reads", "intents", multiple=True, help="TEXT=INTENT it understands.")
def main(host: str, port: int, token: str, delay: float, intents: tuple[str, ...]) -> None:
    """Serve a bot that is unsure about everything it was not told."""
    known = dict(one.rsplit("=", 1) for one in intents)
    bot = FakeBot({text: reads(intent) for text, intent in known.items()}, token=token, delay=delay)
    web.run_app(bot.app, host=host, port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
