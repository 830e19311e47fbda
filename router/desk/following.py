"""The handoff that follows a transfer: what was asked stays, and why it goes on is told."""

from __future__ import annotations

import datetime as dt

from router.desk.services import Services
from router.domain.cases import Parting
from router.domain.handoff import Handoff, Reason, priority_of
from router.domain.skills import Needs
from router.store import Listed

LEEWAY = dt.timedelta(seconds=30)
"""How long what nobody answered stays out of the others' reach, so that it goes back first."""


def following(services: Services, listed: Listed, parting: Parting) -> Handoff:
    """Give the handoff a transferred conversation waits under."""
    thread, former, now = listed.thread, listed.handoff, services.now()
    rules = services.rules()
    priority = priority_of(Reason.TRANSFER, thread.shopper.tier, rules.routing.vip_tiers)
    if former is not None:
        priority = max(priority, former.priority)
    target = parting.target
    until = dt.timedelta(seconds=rules.cases.transfer_answer_seconds) + LEEWAY
    return Handoff(
        id=services.new_id(),
        conversation=thread.conversation.id,
        case=thread.conversation.case,
        reason=Reason.TRANSFER,
        priority=priority,
        queued_at=now,
        due_at=rules.timing.first_due(now, priority),
        asked=former.asked if former else listed.last_text,
        detail=parting.closing.summary,
        tier=thread.shopper.tier,
        mood=former.mood if former else 0,
        needs=target.needs or (former.needs if former else Needs()),
        wanted_agent=target.agent,
        wanted_until=now + until if target.agent else None,
    )
