"""Watches the clocks: says once what warns and once what is late, whichever node sees it first."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from router import hub, wire
from router.desk import announce
from router.desk.services import Services
from router.domain.sla import Clock

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The part of the sweep that drives the clocks."""

    services: Services

    async def sweep(self) -> None:
        """Tell the desks of clocks that warn, and escalate those that are late."""
        services = self.services
        warned, breached = await services.store.note_clocks(
            services.rules().priority, services.now()
        )
        for clock in warned:
            card = await announce.card_of(services, clock.conversation)
            self._tell(wire.SlaWarned(card, clock.kind, clock.due_at))
        for clock in breached:
            await self._escalate(clock)

    async def _escalate(self, clock: Clock) -> None:
        log.warning(
            "sla breached", conversation=clock.conversation, case=clock.case, clock=clock.kind.value
        )
        card = await announce.card_of(self.services, clock.conversation)
        self._tell(wire.SlaBreached(card, clock.kind, clock.due_at))

    def _tell(self, event: wire.SlaWarned | wire.SlaBreached) -> None:
        self.services.hub.publish(event, hub.DESK)
