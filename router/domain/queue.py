"""The order of the queue, and how long anybody can be overtaken.

**Order.** Who waits stands by `order_at`, which is when they came less a head start h with
0 <= h <= H, where H is the policy's longest; ties stand by id. The earliest is next.

**Bound.** Let a shopper come at t with head start h. Whoever comes at u and stands before them
has u - h' <= t - h, so u <= t + h' - h <= t + (H - h). So nobody who comes later than H - h after
them ever stands before them, whatever tier, anger or number those have: an endless stream of VIPs
goes on behind. At most those who waited already and those who come within H - h are served first.

**In waiting time.** First come, first served, somebody who comes at t + (H - h) waits for all who
waited before. Ours are served before us from among the same. So as many claims come before ours as
come before that shopper's in the same queue under first-come-first-served, and if the agents
claim at the same moments, we wait at most H - h longer than that shopper would:

    wait <= (H - h) + (wait that first-come-first-served gives to one who comes at t + (H - h))

`raised` (a breach) only adds to h, up to H, and so never lengthens anybody's bound beyond H - h
of when they came: the proof uses h at the time of service for the other, and h >= the own h at
the time of coming for ourselves. What a directed transfer or a skill nobody present has delays is
not delayed by others, and is no part of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from router.domain.handoff import Handoff
from router.domain.priority import PriorityPolicy

SKEW = dt.timedelta(seconds=5)
"""How far the clocks of two nodes may differ without that being a clock set back."""


def in_order(handoffs: Iterable[Handoff]) -> list[Handoff]:
    """Order waiting handoffs: who is next comes first."""
    return sorted(handoffs, key=lambda h: (h.order_at, h.id))


def overtaken_for(policy: PriorityPolicy, head_start: int = 0) -> dt.timedelta:
    """Give the bound H - h: whoever comes later than this after somebody stands behind them."""
    return dt.timedelta(seconds=max(0, policy.longest - head_start))


def longest_wait(
    policy: PriorityPolicy, first_come_first_served: dt.timedelta, head_start: int = 0
) -> dt.timedelta:
    """Give the longest wait, beside the longest wait the same day has without any priority."""
    return overtaken_for(policy, head_start) + first_come_first_served


def joined(handoff: Handoff, newest: dt.datetime | None) -> Handoff:
    """Let a handoff join the queue whose newest came at `newest`.

    If the clock was set back, those who came before the jump seem to come later: the newcomer
    stands by the time of the newest, so that nobody loses a place by the jump.
    """
    if newest is None or newest - handoff.queued_at <= SKEW:
        return handoff
    jump = int((newest - handoff.queued_at).total_seconds()) + 1
    return replace(handoff, head_start=handoff.head_start - jump)
