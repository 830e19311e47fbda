"""The supervisors' wire: bodies of /api/v1/supervisor."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from router.wire import QueueCard, StaffView


class AgentLoad(Struct):
    """How many conversations an agent holds, of how many they may."""

    staff: StaffView
    holding: int


class SupervisorView(Struct):
    """The desk at one moment: who waits, in the order of the queue, and who holds how much."""

    at: dt.datetime
    queue: tuple[QueueCard, ...]
    agents: tuple[AgentLoad, ...]
