"""The default tracker store: in memory, with a bound, since a flow is all it must remember."""

from __future__ import annotations

from typing import Any, Final

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

CAPACITY: Final = 10_000


class BoundedTrackerStore(InMemoryTrackerStore):
    """Remembers the conversations whose flows were touched last, and forgets the oldest."""

    def __init__(
        self,
        domain: Domain,
        event_broker: EventBroker | None = None,
        capacity: int = CAPACITY,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._capacity = capacity

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Save a conversation as the newest one."""
        self.store.pop(tracker.sender_id, None)
        await super().save(tracker)
        while len(self.store) > self._capacity:
            del self.store[next(iter(self.store))]
