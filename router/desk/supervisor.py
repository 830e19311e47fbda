"""What a supervisor sees of the whole desk at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from router import wire
from router.desk import announce
from router.desk.agent import PresenceBoard
from router.desk.services import Services
from router.domain.errors import Forbidden
from router.domain.handoff import queue_order
from router.domain.people import Role, Staff
from router.store import Listed
from router.wire_supervisor import AgentLoad, SupervisorView


@dataclass(frozen=True, slots=True)
class SupervisorDesk:
    """The supervisors' view of queue and agents; only read, and only by them."""

    services: Services
    presence: PresenceBoard

    async def overview(self, me: Staff) -> SupervisorView:
        """Give the queue in its order, and what each agent holds."""
        require_supervisor(me)
        store = self.services.store
        return SupervisorView(
            at=self.services.now(),
            queue=tuple(announce.card(listed) for listed in _in_order(await store.queued())),
            agents=await self._loads(),
        )

    async def _loads(self) -> tuple[AgentLoad, ...]:
        store = self.services.store
        loads = await store.loads()
        return tuple(
            AgentLoad(wire.staff_view(member, self.presence.of(member.id)), loads.get(member.id, 0))
            for member in await store.list_staff()
            if member.may(Role.AGENT)
        )


def require_supervisor(me: Staff) -> None:
    """Refuse whoever is no supervisor."""
    if not me.may(Role.SUPERVISOR):
        raise Forbidden("只有主管可以看这个页面。")


def _in_order(queued: list[Listed]) -> list[Listed]:
    by_handoff = {listed.handoff.id: listed for listed in queued if listed.handoff is not None}
    order = queue_order(listed.handoff for listed in queued if listed.handoff is not None)
    return [by_handoff[handoff.id] for handoff in order]
