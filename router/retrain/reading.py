"""Reads texts with a bot, each in a conversation of its own; nothing of it is a shopper's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count

from knowledge_base.metrics import Ranking
from router.bot_client import Bot, BotAnswer, BotUnavailable, Question

SHOWN = 5
TRIES = 3
PAUSE = 0.5


class BotSilent(Exception):
    """A bot that has to be read with gives no answer; the text says why."""


@dataclass(slots=True)
class Reader:
    """Reads with one bot; `name` sets its conversations apart from all others."""

    bot: Bot
    name: str
    at_once: int
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def rankings(self, texts: Iterable[str]) -> dict[str, Ranking]:
        """Read each text once and give its likeliest entries; BotSilent."""
        room = asyncio.Semaphore(self.at_once)
        found: dict[str, Ranking] = {}

        async def read(text: str) -> None:
            async with room:
                answer = await self._ask(text)
            ranking = () if answer is None else answer.reading.ranking[:SHOWN]
            found[text] = tuple((name, share) for name, share in ranking)

        try:
            async with asyncio.TaskGroup() as group:
                for text in dict.fromkeys(texts):
                    group.create_task(read(text))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None
        return found

    async def model(self) -> str:
        """Give the name of the model that answers; BotSilent."""
        answer = await self._ask("你好")
        return "" if answer is None else answer.model

    async def sure_from(self) -> list[tuple[float, float]]:
        """Give the model's pairs of precision and the confidence that reaches it; BotSilent."""
        answer = await self._ask("你好")
        return [] if answer is None else answer.reading.sure_from

    async def milliseconds(self, text: str) -> float:
        """Read a text and give how long that took; BotSilent."""
        began = time.perf_counter()
        await self._ask(text)
        return (time.perf_counter() - began) * 1000

    async def _ask(self, text: str) -> BotAnswer | None:
        """Ask; None when the bot refuses this very text."""
        why = ""
        for attempt in range(TRIES):
            name = f"gate-{self.name}-{next(self._numbers)}"
            question = Question(conversation=name, message=name, text=text, reading_only=True)
            match await self.bot.ask(question):
                case BotAnswer() as answer:
                    return answer
                case BotUnavailable(why=why):
                    if self.bot.available and "refused" in why:
                        return None
            await asyncio.sleep(PAUSE * attempt)
        raise BotSilent(why)


async def in_turns(
    texts: Sequence[str], one: Reader, other: Reader | None
) -> tuple[list[float], list[float]]:
    """Time readings of one bot and of another, one after the other, in milliseconds.

    Each text is made one that was not read before, which a bot would know by heart.
    """
    ours: list[float] = []
    theirs: list[float] = []
    for text in (f"{text} {at}" for at, text in enumerate(texts, start=1)):
        ours.append(await one.milliseconds(text))
        if other is not None:
            theirs.append(await other.milliseconds(text))
    return ours, theirs
