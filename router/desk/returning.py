"""What a conversation brings along that an agent has given back to the bot.

The bot has read none of what was said meanwhile. From it come the topic that a fragment goes on
with, and the order that a flow need not ask for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from router.bot_client import BotAnswer, Question
from router.desk.orders import ORDER_NUMBER, order_in_focus
from router.desk.services import Services
from router.domain.clauses import asked
from router.domain.message import Body, Sender
from router.store import PendingTurn, Returned


@dataclass(frozen=True, slots=True)
class Reading:
    """A text of before the return, as the bot reads it; best first."""

    text: str
    ranking: tuple[tuple[str, float], ...]


async def order_brought_along(
    services: Services, pending: PendingTurn, returned: Returned
) -> str | None:
    """Give the order the agent's part was about, if it is the shopper's: the last one named."""
    shopper = pending.thread.shopper
    for number in _orders_named(returned):
        found = await order_in_focus(services, shopper, pending.thread.conversation.context, number)
        if found is not None and found.number == number.upper():
            return found.number
    return None


async def readings_of(
    services: Services, pending: PendingTurn, returned: Returned
) -> list[Reading]:
    """Read what the case stood at when it was given back: the agent's summary, then the shopper.

    Nothing once the bot has answered since: then its own last turn is what is talked about.
    """
    if pending.last is not None and pending.last.seq > returned.seq:
        return []
    shopper = next((m.body.text for m in returned.said if m.sender is Sender.SHOPPER), "")
    texts = [asked(text).core for text in (returned.summary, shopper) if text.strip()]
    answers = await asyncio.gather(
        *(services.bot.ask(_beside(pending, text, place)) for place, text in enumerate(texts))
    )
    return [
        Reading(text, tuple(answer.reading.ranking))
        for text, answer in zip(texts, answers, strict=True)
        if isinstance(answer, BotAnswer)
    ]


def _orders_named(returned: Returned) -> Iterator[str]:
    """Give the orders that were named or shown, the newest first."""
    for body in (Body(returned.summary), *(message.body for message in returned.said)):
        if body.card is not None:
            yield body.card.number
        yield from (found.group() for found in ORDER_NUMBER.finditer(body.text))


def _beside(pending: PendingTurn, text: str, place: int) -> Question:
    conversation = pending.thread.conversation
    return Question(
        conversation=f"{conversation.id}-besides",
        message=f"{conversation.id}-{pending.message.seq}-returned-{place}",
        text=text,
        locale=conversation.context.locale,
        reading_only=True,
    )
