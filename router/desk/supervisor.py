"""What a supervisor sees of the whole desk at one moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from router import wire
from router.desk import announce
from router.desk.presence import PresenceBoard
from router.desk.services import Services
from router.domain.errors import Forbidden
from router.domain.handoff import HandoffState
from router.domain.people import Presence, Role, Staff
from router.domain.queue import overtaken_for
from router.domain.waits import coverage
from router.store import Listed
from router.wire_supervisor import (
    AgentLoad,
    BreachView,
    HoursView,
    SupervisorView,
    ToldWait,
    WaitsReport,
)

BREACHES_OF = dt.timedelta(days=1)
NEWEST = 60


@dataclass(frozen=True, slots=True)
class SupervisorDesk:
    """The supervisors' view of queue and agents; only read, and only by them."""

    services: Services
    presence: PresenceBoard

    async def overview(self, me: Staff) -> SupervisorView:
        """Give the queue in its order, and what each agent holds."""
        require_supervisor(me)
        services, store, now = self.services, self.services.store, self.services.now()
        held = await store.held()
        return SupervisorView(
            at=now,
            held=tuple(announce.card(listed) for listed in held),
            with_bot=tuple(announce.card(listed) for listed in await self._with_bot(now)),
            breaches=tuple(
                BreachView(
                    one.conversation, one.case, one.kind, one.due_at, one.breached_at, one.agent
                )
                for one in await store.breaches(now - BREACHES_OF)
            ),
            waits=await waits_report(services),
            hours=await self._hours(now),
            bound_minutes=overtaken_for(services.rules().priority).total_seconds() / 60,
            queue=tuple(announce.card(listed) for listed in await store.queued()),
            agents=await self.loads(),
        )

    async def _with_bot(self, now: dt.datetime) -> list[Listed]:
        """Give what the bot has answered lately, and might be taken over from it."""
        minutes = self.services.rules().cases.bot_shown_minutes
        return await self.services.store.with_bot(now - dt.timedelta(minutes=minutes))

    async def _hours(self, now: dt.datetime) -> HoursView:
        calendar = self.services.rules().timing.calendar
        tickets = (await self.services.store.crowd(HandoffState.TICKET)).count
        if calendar.is_open(now):
            return HoursView(True, None, calendar.closing(now), tickets)
        return HoursView(False, calendar.next_opening(now), None, tickets)

    async def loads(self) -> tuple[AgentLoad, ...]:
        """Give what each agent holds."""
        store = self.services.store
        loads = await store.loads()
        return tuple(
            AgentLoad(wire.staff_view(member, self.presence.of(member.id)), loads.get(member.id, 0))
            for member in await store.list_staff()
            if member.may(Role.AGENT)
        )


async def waits_report(services: Services) -> WaitsReport:
    """Tell how well waits were told lately."""
    policy = services.rules().waits
    since = services.now() - dt.timedelta(hours=policy.hours)
    quotes = await services.store.answered_quotes(since, policy.remembered)
    return WaitsReport(
        told=len(quotes),
        within_p50=coverage((quote.p50, quote.waited or 0.0) for quote in quotes),
        within_p90=coverage((quote.p90, quote.waited or 0.0) for quote in quotes),
        newest=tuple(
            ToldWait(q.at, q.place, round(q.p50), round(q.p90), round(q.waited or 0.0))
            for q in quotes[-NEWEST:]
        ),
    )


async def measures(services: Services, desk: SupervisorDesk) -> dict[str, tuple[str, float]]:
    """Give the figures of the desk by name, each with what it means; unknown ones are NaN."""
    store, now = services.store, services.now()
    waits = await waits_report(services)
    waiting = await store.crowd(HandoffState.QUEUED)
    tickets = await store.crowd(HandoffState.TICKET)
    oldest = (now - (waiting.oldest or now)).total_seconds()
    present = [load for load in await desk.loads() if load.staff.presence is not Presence.OFFLINE]
    breaches = await store.breaches(now - BREACHES_OF, limit=10_000)
    unknown = float("nan")
    within = {
        "within_p50": unknown if waits.within_p50 is None else waits.within_p50,
        "within_p90": unknown if waits.within_p90 is None else waits.within_p90,
    }
    return {
        "queue_waiting": ("Handoffs that wait.", waiting.count),
        "queue_oldest_seconds": ("How long the oldest of them waits.", max(0.0, oldest)),
        "queue_tickets": ("What waits for the next shift.", tickets.count),
        "agents_present": ("Agents at the desk.", len(present)),
        "agents_holding": ("Conversations agents hold.", sum(load.holding for load in present)),
        "sla_breaches_day": ("Targets missed in the last 24 hours.", len(breaches)),
        "waits_told": ("Recent waits that were told and are over.", waits.told),
        "waits_within_p50": ("Share of them within the P50 told.", within["within_p50"]),
        "waits_within_p90": ("Share of them within the P90 told.", within["within_p90"]),
    }


def require_supervisor(me: Staff) -> None:
    """Refuse whoever is no supervisor."""
    if not me.may(Role.SUPERVISOR):
        raise Forbidden("只有主管可以看这个页面。")
