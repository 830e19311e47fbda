"""Hands out what waits: at once when something changed, and once a second for what runs out.

Whatever changes queue, agents or presence rings the services' bell; one task answers it. What is
decided is decided in the store, so any number of nodes may do this.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import structlog

from router import hub, wire, wire_queue
from router.desk import announce
from router.desk.handing import again
from router.desk.presence import PresenceBoard
from router.desk.services import Services
from router.desk.transfers import tell_sender
from router.domain.conversation import Conversation
from router.domain.errors import Forbidden, NothingWaits
from router.domain.handoff import Handoff, Reason
from router.domain.message import Body, Draft, Sender
from router.domain.people import Role, Staff
from router.domain.queue import overtaken_for
from router.store import Dealt

log = structlog.get_logger(__name__)

MAX_DEALS = 100
"""Deals in one go; what is left then is dealt in the next second."""


class Dispatcher:
    """Deals, and an agent's moves in the queue."""

    def __init__(self, services: Services, presence: PresenceBoard) -> None:
        self._services = services
        self._presence = presence
        self._dealing = asyncio.Lock()
        self._began: dt.datetime | None = None

    async def run(self) -> None:
        """Deal whenever the bell rings, until cancelled."""
        while True:
            await self._services.bell.rung()
            try:
                await self.deal()
            except Exception:
                log.exception("a deal failed, the next one will do")

    async def sweep(self) -> None:
        """Do what time brings: offers that ran out, agents who are gone."""
        await self._presence.refresh()
        await self._return_lost()
        await self.deal()

    async def deal(self) -> None:
        """Hand out all that can be."""
        services = self._services
        async with self._dealing:
            for _ in range(MAX_DEALS):
                policy = services.rules().assignment
                dealt = await services.store.queue.deal(policy, self._greeting, services.now())
                await self._tell(dealt)
                if not dealt.offers and not dealt.claimed:
                    return

    async def take_next(self, me: Staff) -> None:
        """Take what the order gives next, the agent's own offer first."""
        _require_agent(me)
        services = self._services
        offered = await services.store.queue.offered(me.id)
        policy = services.rules().assignment
        if offered:
            conversation = offered[0].conversation
            thread = await services.store.thread(conversation)
            draft = self._greeting(thread.conversation, me)
            changed = await services.store.accept(conversation, me, draft, services.now(), policy)
        else:
            taken = await services.store.queue.take_next(
                me.id, policy, self._greeting, services.now()
            )
            if taken is None:
                raise NothingWaits("现在没有你能接入的会话。")
            changed = taken
        await announce.changed(services, changed, me.name)
        await tell_sender(services, changed)

    async def decline(self, me: Staff, conversation: str) -> None:
        """Let an offer pass: the next one gets it."""
        await self._services.store.queue.decline(conversation, me.id, self._services.now())
        event = wire_queue.OfferEnded(conversation, "declined")
        self._services.hub.publish(event, hub.for_agent(me.id))
        self._services.bell.ring()

    async def obey(self, me: Staff, command: wire_queue.QueueCommand) -> None:
        """Make the move a command asks for."""
        match command:
            case wire_queue.AcceptNext():
                await self.take_next(me)
            case wire_queue.Decline():
                await self.decline(me, command.conversation)
            case wire_queue.Active():
                await self._presence.acted(me)

    def rules(self) -> wire_queue.QueueRules:
        """Tell how handoffs are handed out, and the bound on being overtaken."""
        rules = self._services.rules()
        return wire_queue.QueueRules(
            rules.assignment.hand_out.value,
            rules.assignment.pick,
            overtaken_for(rules.priority).total_seconds() / 60,
            rules.assignment.presence.away_minutes,
        )

    async def offers(self, me: Staff) -> tuple[wire_queue.Offer, ...]:
        """Give what is offered to an agent who comes in."""
        return tuple(map(self._offer, await self._services.store.queue.offered(me.id)))

    async def standings(self) -> wire_queue.Standings:
        """Tell how every agent stands: who is free, and why the others are not."""
        policy = self._services.rules().assignment
        found = await self._services.store.queue.standings(policy, self._services.now())
        return wire_queue.Standings(
            tuple(
                wire_queue.AgentStanding(
                    staff=one.staff.id,
                    load=one.load,
                    capacity=one.staff.capacity,
                    idle=one.why_idle(policy),
                    angry_streak=one.angry_streak,
                    angry_cap=one.angry_cap(policy),
                )
                for one in found
            ),
            policy.angry_patience_seconds,
        )

    async def _tell(self, dealt: Dealt) -> None:
        publish = self._services.hub.publish
        for handoff in dealt.over:
            event = wire_queue.OfferEnded(handoff.conversation, "ran_out")
            publish(event, hub.for_agent(handoff.offered_to or ""))
        if dealt.over:
            await self._presence.refresh()  # Who lets offers run out may be away by that.
        for match in dealt.offers:
            topic = hub.for_agent(match.agent.id)
            card = await announce.card_of(self._services, match.handoff.conversation)
            publish(wire.HandoffQueued(card), topic)
            publish(wire_queue.HandoffOffered(self._offer(match.handoff)), topic)
        if dealt.claimed:
            names = {s.id: s.name for s in await self._services.store.list_staff()}
            for changed in dealt.claimed:
                agent = changed.conversation.agent or ""
                await announce.changed(self._services, changed, names.get(agent))
                await tell_sender(self._services, changed)

    async def _return_lost(self) -> None:
        """Queue the conversations of agents who are gone again.

        Not before this node has run for the grace period: after a restart everybody seems gone.
        """
        services, now = self._services, self._services.now()
        policy = services.rules().assignment
        self._began = self._began or now
        patience = policy.presence.grace_seconds + policy.presence.unheard_seconds
        if abs(now - self._began) < dt.timedelta(seconds=patience):
            return
        for conversation in await services.store.queue.lost(policy, now):
            listed = await services.store.listed(conversation)
            texts = services.languages.of(listed.thread.conversation.context.locale)
            former = listed.thread.conversation.agent
            following = replace(again(services, listed, Reason.AGENT_LEFT), wanted_agent=former)
            drafts = [Draft(Sender.SYSTEM, Body(texts.agent_left))]
            changed = await services.store.queue.return_lost(following, drafts, policy, now)
            if changed is not None:
                log.warning("agent gone, queued again", conversation=conversation, agent=former)
                await announce.changed(services, changed)

    def _greeting(self, conversation: Conversation, agent: Staff) -> Draft:
        texts = self._services.languages.of(conversation.context.locale)
        said = texts.accepted.format(agent=agent.name)
        return Draft(Sender.SYSTEM, Body(said), sender_id=agent.id, sender_name=agent.name)

    def _offer(self, handoff: Handoff) -> wire_queue.Offer:
        until = handoff.offered_until or self._services.now()
        left = (until - self._services.now()).total_seconds()
        return wire_queue.Offer(handoff.conversation, until, round(max(0.0, left), 1))


def _require_agent(me: Staff) -> None:
    if not me.may(Role.AGENT):
        raise Forbidden(f"only staff with the role {Role.AGENT} may do this")
