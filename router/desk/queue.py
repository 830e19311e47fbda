"""The places in the queue, and who has been told which."""

from __future__ import annotations

from router import hub, wire
from router.desk.services import Services
from router.desk.waiting import WaitTeller
from router.domain.handoff import queue_order


class QueueBoard:
    """Keeps the last published place of every waiting shopper and publishes the differences."""

    def __init__(self, services: Services, waits: WaitTeller) -> None:
        self._services = services
        self._waits = waits
        self._places: dict[str, wire.Place] = {}

    async def refresh(self) -> None:
        """Read the queue and tell each shopper whose place changed."""
        order = queue_order(await self._services.store.waiting())
        line = [handoff.conversation for handoff in order]
        places = await self._waits.places(line, len(order))
        before, self._places = self._places, places
        for conversation in before.keys() | places.keys():
            place = places.get(conversation)
            if place != before.get(conversation):
                self._services.hub.publish(
                    wire.QueuePositionChanged(conversation, place), hub.for_shopper(conversation)
                )

    def place_of(self, conversation: str) -> wire.Place | None:
        """Give the place a shopper was last told."""
        return self._places.get(conversation)
