"""Makes misses of turns that were decided before: voted unhelpful, flagged, handed off after."""

from __future__ import annotations

from dataclasses import replace

from knowledge_base.misses import Miss, MissReason
from router.desk.services import Services
from router.domain.errors import UnknownMessage
from router.mood import mask
from router.store import DecisionLine


async def miss_of_answer(
    services: Services, conversation: str, seq: int, reason: MissReason
) -> Miss:
    """Make the miss of the question that the message `seq` answered."""
    before = [d for d in await services.store.decisions(conversation) if d.seq < seq]
    if not before:
        raise UnknownMessage(f"message {seq} answers no question")
    miss = await miss_of_line(services, conversation, before[-1], reason)
    answered = await services.store.message(conversation, seq)
    # Of several questions in one message, it is the answer to this one that failed.
    entry = answered.source.entry if answered is not None else None
    return replace(miss, entry=entry or miss.entry)


async def miss_of_line(
    services: Services, conversation: str, line: DecisionLine, reason: MissReason
) -> Miss:
    """Make the miss of a stored decision, with the masked text it was taken for."""
    asked = await services.store.message(conversation, line.seq)
    return Miss(
        id=services.new_id(),
        conversation=conversation,
        seq=line.seq,
        reason=reason,
        text=mask(asked.body.text) if asked else "",
        intent=line.intent,
        confidence=line.confidence,
        ranking=line.ranking,
        entry=line.entry,
        release=line.release,
        model=line.model,
        at=services.now(),
    )
