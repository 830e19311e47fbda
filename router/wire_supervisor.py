"""The supervisors' wire: bodies of /api/v1/supervisor."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from router.domain.sla import ClockKind
from router.wire import QueueCard, StaffView


class AgentLoad(Struct):
    """How many conversations an agent holds, of how many they may."""

    staff: StaffView
    holding: int


class BreachView(Struct):
    """A clock that ran out, and who had the conversation then."""

    conversation: str
    case: int
    kind: ClockKind
    due_at: dt.datetime
    breached_at: dt.datetime
    agent: str | None


class ToldWait(Struct):
    """A wait as it was told and as it was, in seconds."""

    at: dt.datetime
    place: int
    p50: int
    p90: int
    waited: int


class WaitsReport(Struct):
    """How well waits were told: which share kept to their P50 and P90, and the newest of them."""

    told: int
    within_p50: float | None
    within_p90: float | None
    newest: tuple[ToldWait, ...]


class HoursView(Struct):
    """Whether the desk is open, when it opens or closes next, what waits for the next shift."""

    open: bool
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    tickets: int


class SupervisorView(Struct):
    """The desk at one moment: who waits, in the order of the queue, and who holds how much.

    `with_bot` is what the bot answers now, newest first.
    `bound_minutes` is the longest head start: nobody who comes later than that overtakes.
    """

    at: dt.datetime
    queue: tuple[QueueCard, ...]
    held: tuple[QueueCard, ...]
    with_bot: tuple[QueueCard, ...]
    agents: tuple[AgentLoad, ...]
    breaches: tuple[BreachView, ...]
    waits: WaitsReport
    hours: HoursView
    bound_minutes: float
