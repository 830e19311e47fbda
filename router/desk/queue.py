"""The places in the queue, and who has been told which."""

from __future__ import annotations

from router import hub, wire
from router.desk.services import Services
from router.desk.waiting import WaitTeller

TOLD = 2_000
"""Places are told up to this one: whoever stands further back learns theirs when they get there."""


class QueueBoard:
    """Keeps the last published place of every waiting shopper and publishes the differences."""

    def __init__(self, services: Services, waits: WaitTeller) -> None:
        self._services = services
        self._waits = waits
        self._places: dict[str, wire.Place] = {}

    async def refresh(self) -> None:
        """Read the head of the queue and tell each shopper whose place changed."""
        line = await self._services.store.queue.line(TOLD)
        places = await self._waits.places(line.conversations, line.waiting)
        before, self._places = self._places, places
        for conversation in before.keys() | places.keys():
            place = places.get(conversation)
            if place != before.get(conversation):
                self._services.hub.publish_here(
                    wire.QueuePositionChanged(conversation, place), hub.for_shopper(conversation)
                )

    def place_of(self, conversation: str) -> wire.Place | None:
        """Give the place a shopper was last told."""
        return self._places.get(conversation)
