"""Tells waiting shoppers how long it will be, and keeps what they were told to be checked later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from router import hub, wire
from router.desk.presence import PresenceBoard
from router.desk.services import Services
from router.domain.people import Presence, Role
from router.domain.waits import Estimate, Experience, Floor, Outcome, estimate, rounded
from router.store import Quote

LEARN_EVERY = dt.timedelta(seconds=10)
TELL_AGAIN = dt.timedelta(seconds=60)
SERVICES = 100


class WaitTeller:
    """Puts a wait beside every place, from who is there and how recent waits went."""

    def __init__(self, services: Services, presence: PresenceBoard) -> None:
        self._services = services
        self._presence = presence
        self._experience = Experience()
        self._service = 0.0
        self._floor = Floor(0, 0, 0)
        self._learnt_at: dt.datetime | None = None
        self._told: dict[str, tuple[dt.datetime, wire.Place]] = {}

    async def places(self, line: Sequence[str], waiting: int) -> dict[str, wire.Place]:
        """Give each conversation in line its place and wait; what is told anew is kept.

        A wait is told again when the place changes and else once a minute, so that it does not
        flicker.
        """
        now = self._services.now()
        await self._look(now)
        told: dict[str, tuple[dt.datetime, wire.Place]] = {}
        anew: dict[str, Quote] = {}
        for place, conversation in enumerate(line, start=1):
            former = self._told.get(conversation)
            if former is not None and self._stands(former, place, now):
                told[conversation] = former[0], _counted(former[1], waiting)
                continue
            found = estimate(place, self._floor, self._experience)
            told[conversation] = now, self._said(place, waiting, found, now)
            if found is not None and self._services.hub.followed(hub.for_shopper(conversation)):
                anew[conversation] = _quote(place, found, now)
        self._told = told
        if anew:
            await self._services.store.quote(anew)
        return {conversation: place for conversation, (_, place) in told.items()}

    def _stands(self, former: tuple[dt.datetime, wire.Place], place: int, now: dt.datetime) -> bool:
        at, said = former
        known = said.p90 is not None or self._floor.running + self._floor.free <= 0
        return said.place == place and known and abs(now - at) < TELL_AGAIN

    def _said(
        self, place: int, waiting: int, found: Estimate | None, now: dt.datetime
    ) -> wire.Place:
        if found is None:
            return wire.Place(place, waiting)
        calendar = self._services.rules().timing.calendar
        # What does not happen before the desk closes happens in the next shift.
        real = [
            (calendar.add(now, dt.timedelta(seconds=seconds)) - now).total_seconds()
            for seconds in (found.p50, found.p90)
        ]
        return wire.Place(place, waiting, rounded(real[0]), rounded(real[1]))

    async def _look(self, now: dt.datetime) -> None:
        """Look at who is there; learn from recent waits every few seconds."""
        services, policy = self._services, self._services.rules().waits
        if self._learnt_at is None or abs(now - self._learnt_at) >= LEARN_EVERY:
            since = now - dt.timedelta(hours=policy.hours)
            quotes = await services.store.answered_quotes(since, policy.remembered)
            self._experience = Experience(
                Outcome(quote.ahead, quote.mean, quote.waited or 0.0) for quote in quotes
            )
            times = await services.store.service_times(since, SERVICES)
            usual = [policy.service_minutes * 60] * max(0, 10 - len(times))
            self._service = sum([*times, *usual]) / len([*times, *usual])
            self._floor = await self._who_is_there()
            self._learnt_at = now

    async def _who_is_there(self) -> Floor:
        services = self._services
        loads = await services.store.loads()
        free = running = 0
        for member in await services.store.list_staff():
            if not member.may(Role.AGENT) or self._presence.of(member.id) is Presence.OFFLINE:
                continue
            held = loads.get(member.id, 0)
            running += held
            if self._presence.of(member.id) is Presence.ONLINE:
                free += max(0, member.capacity - held)
        return Floor(running, free, max(1.0, self._service))


def _counted(place: wire.Place, waiting: int) -> wire.Place:
    return wire.Place(place.place, waiting, place.p50, place.p90)


def _quote(place: int, found: Estimate, now: dt.datetime) -> Quote:
    return Quote("", 0, now, place, found.p50, found.p90, found.ahead, found.mean)
