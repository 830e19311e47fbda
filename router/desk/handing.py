"""Makes handoffs: how soon, what they need, who should have them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from router.desk.services import Services
from router.domain.conversation import Context
from router.domain.handoff import Handoff, Reason
from router.domain.priority import CaseFacts, Rank, rank
from router.domain.skills import Needs
from router.store import Listed


def ranked(services: Services, facts: CaseFacts) -> Rank:
    """Rank by the rules of the house."""
    rules = services.rules()
    return rank(facts, rules.priority, rules.routing.vip_tiers)


def needs_of(context: Context, category: str | None, region: str | None = None) -> Needs:
    """Give what an agent needs for a shopper who stands there and asks about that."""
    return Needs(context.locale, category, context.product_line, region, context.store)


async def sticky(services: Services, conversation: str) -> str | None:
    """Name the agent of the shopper's last case, if that is not too long ago."""
    days = services.rules().assignment.sticky_days
    if not days:
        return None
    since = services.now() - dt.timedelta(days=days)
    return await services.store.queue.last_agent(conversation, since)


def again(services: Services, listed: Listed, reason: Reason, detail: str = "") -> Handoff:
    """Give the handoff a conversation waits under once more; its priority never falls.

    Whoever had it is not asked first: a transfer means somebody else.
    """
    thread, former, now = listed.thread, listed.handoff, services.now()
    mood = former.mood if former else 0
    facts = CaseFacts(reason, thread.shopper.tier, mood, returning=True)
    ranking = ranked(services, facts)
    context = thread.conversation.context
    fresh = Handoff(
        id=services.new_id(),
        conversation=thread.conversation.id,
        case=thread.conversation.case,
        reason=reason,
        priority=ranking.priority,
        queued_at=now,
        due_at=now,
        asked=former.asked if former else listed.last_text,
        detail=detail,
        tier=thread.shopper.tier,
        mood=mood,
        urgency=ranking.urgency,
        impact=ranking.impact,
        sla_class=ranking.sla_class,
        needs=former.needs if former else needs_of(context, None),
        weight=ranking.weight,
        head_start=ranking.head_start,
    )
    if former is not None and former.priority >= fresh.priority:
        fresh = replace(
            fresh,
            priority=former.priority,
            urgency=former.urgency,
            impact=former.impact,
            sla_class=former.sla_class,
            weight=former.weight,
            head_start=max(fresh.head_start, former.head_start),
        )
    return replace(fresh, due_at=services.rules().timing.first_due(now, fresh.priority))
