"""Asks the bot: one call, a deadline, a circuit breaker; not being answered is a value."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Protocol

import aiohttp
import msgspec
from msgspec import Meta, Struct

from router.breaker import Breaker

MAX_READ = 2_000
"""Characters of a message that the bot reads."""
NOT_ITS_FAULT = frozenset({400, 413, 422})
"""Answers of a bot that works and refuses one question: they must not open the breaker."""


class BotButton(Struct, frozen=True):
    """A choice under a flow's message; it says its text for the shopper."""

    title: str
    say: str


class BotCard(Struct, frozen=True):
    """A card a flow shows; the router fills it in."""

    kind: str
    order: str


class BotMessage(Struct, frozen=True):
    """What a flow says."""

    text: str = ""
    buttons: list[BotButton] = []
    card: BotCard | None = None


class BotEntity(Struct, frozen=True):
    """A thing named in the text."""

    entity: str
    value: str
    start: int = 0
    end: int = 0


class Reading(Struct, frozen=True):
    """What the bot understood; confidences are calibrated probabilities.

    `sure_from` are pairs of a precision and the model's confidence from which answers reach it.
    """

    intent: str | None
    confidence: Annotated[float, Meta(ge=0, le=1.000001)]
    ranking: list[tuple[str, float]] = []
    entities: list[BotEntity] = []
    sure_from: list[tuple[float, float]] = []


class FlowState(Struct, frozen=True):
    """The flow this turn ran in, and whether it goes on."""

    name: str
    state: str


class BotAnswer(Struct, frozen=True):
    """The bot's answer to one message."""

    reading: Reading
    messages: list[BotMessage]
    model: str
    release: int
    flow: FlowState | None = None


@dataclass(frozen=True, slots=True)
class BotUnavailable:
    """The bot gave no usable answer; `why` is for staff and logs."""

    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the bot is asked; `flow` starts a flow by name instead of reading the text.

    With `reading_only` the text is read and no flow of the conversation is touched.
    """

    conversation: str
    message: str
    text: str
    shopper: str | None = None
    order: str | None = None
    locale: str = "zh-CN"
    flow: str | None = None
    reading_only: bool = False


class Bot(Protocol):
    """Whoever can be asked: the Rasa assistant over HTTP, or a scripted one in tests."""

    async def ask(self, question: Question) -> BotAnswer | BotUnavailable:
        """Read a message and run the flow it belongs to."""

    async def reset(self, conversation: str) -> None:
        """Forget the active flow of a conversation."""

    @property
    def available(self) -> bool:
        """Tell whether the last calls were answered."""


class BotClient:
    """The Rasa assistant over HTTP."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        *,
        deadline: float = 2.5,
        failures: int = 3,
        pause: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._url = url.rstrip("/") + "/webhooks/router"
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        self._timeout = aiohttp.ClientTimeout(total=deadline)
        self._breaker = Breaker(failures, pause, clock)
        self._decoder = msgspec.json.Decoder(BotAnswer)

    @property
    def available(self) -> bool:
        """Tell whether the last calls were answered."""
        return not self._breaker.failing

    async def ask(self, question: Question) -> BotAnswer | BotUnavailable:
        """Read a message and run the flow it belongs to, within the deadline."""
        if self._breaker.holds_back():
            return BotUnavailable("the bot has failed repeatedly and is left alone for a moment")
        body = body_of(question)
        try:
            async with self._session.post(
                f"{self._url}/webhook", data=body, headers=self._headers, timeout=self._timeout
            ) as response:
                raw = await response.read()
                if response.status in NOT_ITS_FAULT:
                    return BotUnavailable(f"the bot refused the question: {response.status}")
                if response.status != 200:
                    return self._gave_up(f"the bot answered {response.status}")
                answer = self._decoder.decode(raw)
        except TimeoutError:
            return self._gave_up(f"no answer within {self._timeout.total} s")
        except aiohttp.ClientError as error:
            return self._gave_up(f"the bot cannot be reached: {type(error).__name__}")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return self._gave_up(f"the bot's answer is not of the contract: {error}")
        self._breaker.succeeded()
        return answer

    async def reset(self, conversation: str) -> None:
        """Forget the active flow of a conversation; a bot that is away has none to forget."""
        if self._breaker.failing:
            return
        try:
            async with self._session.post(
                f"{self._url}/reset",
                json={"conversation": conversation},
                headers=self._headers,
                timeout=self._timeout,
            ) as response:
                await response.read()
        except (TimeoutError, aiohttp.ClientError, asyncio.IncompleteReadError):
            self._breaker.failed()

    def _gave_up(self, why: str) -> BotUnavailable:
        self._breaker.failed()
        return BotUnavailable(why)


def body_of(question: Question) -> bytes:
    """Write a question as the bot is sent it."""
    return msgspec.json.encode(_Body.of(question))


class _Body(Struct, frozen=True, omit_defaults=True):
    conversation: str
    message: str
    text: str
    shopper: str | None
    order: str | None
    locale: str
    flow: str | None = None
    reading_only: bool = False

    @classmethod
    def of(cls, question: Question) -> _Body:
        return cls(
            question.conversation,
            question.message,
            question.text[:MAX_READ],
            question.shopper,
            question.order,
            question.locale,
            question.flow,
            question.reading_only,
        )
