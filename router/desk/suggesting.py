"""Suggests to an agent what the knowledge base would answer to the shopper's last message."""

from __future__ import annotations

from router import wire_canned as wc
from router.bot_client import BotUnavailable, Question
from router.desk.orders import circumstances, order_in_focus
from router.desk.services import Services
from router.domain.message import Message, Sender

SHOWN = 3
LEAST = 0.05
"""Confidence below which an entry is no suggestion but a guess."""
NO_TEXT, BOT_AWAY, NO_RELEASE, NOTHING = "no_text", "bot_away", "no_release", "nothing_fits"


async def suggestions(services: Services, conversation: str) -> wc.Suggestions:
    """Give the answers under this shopper's conditions, surest first; no flow is touched."""
    thread = await services.store.thread(conversation)
    last = await _last_of(services, conversation, thread.conversation.shopper_seq)
    if last is None or not last.body.text.strip():
        return wc.Suggestions(last.seq if last else 0, (), NO_TEXT)
    release = await services.knowledge.release()
    if release is None:
        return wc.Suggestions(last.seq, (), NO_RELEASE)
    answer = await services.bot.ask(
        Question(
            conversation=f"{conversation}-suggest",
            message=f"{conversation}-{last.seq}-suggest",
            text=last.body.text,
            locale=thread.conversation.context.locale,
            reading_only=True,
        )
    )
    if isinstance(answer, BotUnavailable):
        return wc.Suggestions(last.seq, (), BOT_AWAY)
    context = thread.conversation.context
    order = await order_in_focus(services, thread.shopper, context, last.body.text)
    where, today = circumstances(services, thread.shopper, context, order), services.today()
    found = []
    for key, score in answer.reading.ranking:
        entry = release.entry(key)
        if score < LEAST or entry is None or not entry.valid_on(today):
            continue
        text = entry.answer_for(where).text
        found.append(wc.Suggestion(key, entry.title, text, round(score, 4), release.number))
    return wc.Suggestions(last.seq, tuple(found[:SHOWN]), None if found else NOTHING)


async def _last_of(services: Services, conversation: str, seq: int) -> Message | None:
    message = await services.store.message(conversation, seq) if seq else None
    return message if message is not None and message.sender is Sender.SHOPPER else None
