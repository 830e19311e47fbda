"""Where an agent is: from what they said, when their client was last heard, when they last acted.

A tab left open says that it is open, not that somebody is there: the client reports activity
(keys, pointer, a tab that comes to the front), and without any the agent is away.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct

from router.domain.people import Presence

Seconds = Annotated[float, Meta(gt=0, le=24 * 3600)]


class PresencePolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """When an agent counts as away or gone, and what becomes of their conversations."""

    away_minutes: Annotated[float, Meta(gt=0, le=24 * 60)] = 10
    unheard_seconds: Seconds = 45
    grace_seconds: Annotated[float, Meta(ge=0, le=24 * 3600)] = 90
    missed_offers_before_away: Annotated[int, Meta(ge=1, le=100)] = 2


@dataclass(frozen=True, slots=True)
class Attendance:
    """What is known of an agent: the last said, heard and done, and since when without a socket."""

    staff: str
    said: Presence = Presence.ONLINE
    heard_at: dt.datetime | None = None
    active_at: dt.datetime | None = None
    gone_at: dt.datetime | None = None
    missed_offers: int = 0


def presence_of(known: Attendance | None, now: dt.datetime, policy: PresencePolicy) -> Presence:
    """Tell where an agent is; moments ahead of `now` (a clock set back) count by their distance."""
    if known is None or known.heard_at is None or known.gone_at is not None:
        return Presence.OFFLINE
    if abs(now - known.heard_at) > dt.timedelta(seconds=policy.unheard_seconds):
        return Presence.OFFLINE
    if known.said is not Presence.ONLINE:
        return known.said
    if known.missed_offers >= policy.missed_offers_before_away:
        return Presence.AWAY
    idle = abs(now - (known.active_at or known.heard_at))
    return Presence.AWAY if idle > dt.timedelta(minutes=policy.away_minutes) else Presence.ONLINE


def is_lost(known: Attendance | None, now: dt.datetime, policy: PresencePolicy) -> bool:
    """Tell whether an agent has been without a socket for longer than the grace period."""
    if known is None or known.heard_at is None:
        return True
    grace = dt.timedelta(seconds=policy.grace_seconds)
    if known.gone_at is not None:
        return abs(now - known.gone_at) > grace
    return abs(now - known.heard_at) > dt.timedelta(seconds=policy.unheard_seconds) + grace
