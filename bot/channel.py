"""The input channel `router`: the three routes of the bot, for the router alone."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.lock_store import LockError
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from bot.answered import Answered
from bot.dialogue import Dialogue
from bot.wire import Ask, Failure, Health, Malformed, Reset, read

log = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[HTTPResponse]]


def reply(body: bytes, status: int = 200) -> HTTPResponse:
    """Return JSON bytes as a response."""
    return raw(body, status=status, content_type="application/json; charset=utf-8")


def refuse(status: int, code: str, detail: str) -> HTTPResponse:
    """Return an error with its code."""
    return reply(msgspec.json.encode(Failure(code, detail)), status)


class RouterInput(InputChannel):
    """Serves the router: readings, flow turns, resets and health.

    The dialogue is put on the application by `bot.server` once the model is loaded.
    """

    def __init__(self, token: str) -> None:
        self._expected = f"Bearer {token}".encode()
        self._answered = Answered()

    @classmethod
    def name(cls) -> str:
        """Return the name, which is also the path below /webhooks."""
        return "router"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the three routes."""
        routes = Blueprint("router_channel")
        routes.add_route(self._guarded(self._webhook), "/webhook", {"POST"}, name="webhook")
        routes.add_route(self._guarded(self._reset), "/reset", {"POST"}, name="reset")
        routes.add_route(self._guarded(self._health), "/health", {"GET"}, name="health")
        return routes

    def _guarded(self, handler: Handler) -> Handler:
        """Return the handler behind the token, with every failure told by its code."""

        async def guarded(request: Request) -> HTTPResponse:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, self._expected):
                return refuse(401, "unauthorized", "the service token is missing or wrong")
            try:
                return await handler(request)
            except Malformed as problem:
                return refuse(422, "malformed", str(problem))
            except LockError:
                return refuse(503, "busy", "the conversation is locked by an earlier message")
            except Exception:
                log.exception("request to %s failed", request.path)
                return refuse(500, "bot_failed", "the bot failed; its log says why")

        return guarded

    async def _webhook(self, request: Request) -> HTTPResponse:
        ask = read(request.body, Ask)
        dialogue = _dialogue(request)
        if dialogue is None:
            return _not_ready()

        async def run() -> bytes:
            return msgspec.json.encode(await dialogue.answer(ask))

        return reply(await self._answered.once((ask.conversation, ask.message), run))

    async def _reset(self, request: Request) -> HTTPResponse:
        reset = read(request.body, Reset)
        dialogue = _dialogue(request)
        if dialogue is None:
            return _not_ready()
        await dialogue.reset(reset.conversation)
        return reply(b"{}")

    async def _health(self, request: Request) -> HTTPResponse:
        dialogue = _dialogue(request)
        if dialogue is None:
            return _not_ready()
        served = dialogue.served
        return reply(msgspec.json.encode(Health(served.model, served.release)))


def _dialogue(request: Request) -> Dialogue | None:
    return getattr(request.app.ctx, "dialogue", None)


def _not_ready() -> HTTPResponse:
    return refuse(503, "not_ready", "the model is still loading")
