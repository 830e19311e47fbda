"""What was sent to a colleague and is taken: whoever sent it learns so, however it was taken."""

from __future__ import annotations

from router import hub
from router import wire_cases as wc
from router.desk.services import Services
from router.domain.cases import Answer
from router.domain.handoff import Reason
from router.store import Changed


async def tell_sender(services: Services, claimed: Changed) -> None:
    """Tell who sent a conversation that the colleague it was for has it, once."""
    handoff = claimed.handoff
    if claimed.duplicate or handoff is None or handoff.reason is not Reason.TRANSFER:
        return
    agent = claimed.conversation.agent or ""
    sent = await services.store.cases.note_accepted(handoff.id, agent, services.now())
    if sent is not None:
        event = wc.TransferAnswered(sent.conversation, Answer.ACCEPTED, agent, back=False)
        services.hub.publish(event, hub.for_agent(sent.sender))
