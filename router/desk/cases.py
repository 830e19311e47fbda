"""Ending and pausing an agent's care: what can be taken back, what is reminded of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from router import hub, wire
from router import wire_cases as wc
from router.desk import announce
from router.desk.following import following
from router.desk.presence import PresenceBoard
from router.desk.services import Services
from router.desk.together import Together
from router.domain.cases import (
    MAX_SUMMARY,
    Closing,
    Ending,
    Hold,
    Parting,
    Sent,
    Target,
    aimed,
    checked_closing,
    checked_until,
)
from router.domain.errors import Forbidden
from router.domain.handoff import Handoff
from router.domain.message import Body, Draft, Sender, Visibility, clean_text
from router.domain.people import Role, Staff
from router.store import Changed, Listed
from router.wire_brief import CorrectBrief

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """How an agent ends or pauses a conversation; whose it is, the store checks."""

    services: Services
    presence: PresenceBoard
    together: Together

    async def obey(self, me: Staff, command: wc.CasesCommand) -> Changed | None:
        """Make the move a command asks for; give what it said, to be acknowledged."""
        match command:
            case wc.Resolve():
                await self.resolve(me, command)
            case wc.ReturnToBot():
                await self.return_to_bot(me, command)
            case wc.Transfer():
                await self.transfer(me, command)
            case wc.Undo():
                await self.undo(me, command.conversation)
            case wc.PutOnHold():
                await self.hold(me, command)
            case wc.TakeUp():
                await self.take_up(me, command.conversation)
            case CorrectBrief():
                await self.together.correct(me, command)
            case wc.DeclineTransfer():
                await self.together.decline(me, command.conversation)
            case wc.Whisper():
                return await self.together.whisper(me, command)
            case wc.TakeOver():
                await self.together.take_over(me, command.conversation)
            case wc.Invite():
                await self.together.invite(me, command)
            case wc.Uninvite():
                await self.together.uninvite(me, command)
        return None

    async def resolve(self, me: Staff, command: wc.Resolve) -> None:
        """Close the case, unless it is taken back in time."""
        closing = Closing(command.cause, command.outcome, words(command.summary))
        closing = checked_closing(closing, self.services.rules().cases)
        await self._part(me, command.conversation, Ending.RESOLVE, closing)

    async def return_to_bot(self, me: Staff, command: wc.ReturnToBot) -> None:
        """Give the conversation back to the bot, unless it is taken back in time."""
        closing = Closing(summary=words(command.summary))
        await self._part(me, command.conversation, Ending.RETURN_TO_BOT, closing)

    async def transfer(self, me: Staff, command: wc.Transfer) -> None:
        """Give the conversation away, unless it is taken back in time."""
        _require_agent(me)
        needs = command.needs.as_needs() if command.needs is not None else None
        staff = await self.services.store.list_staff()
        target = aimed(
            Target(command.agent, needs, command.supervisor), me.id, staff, self.presence.of
        )
        closing = Closing(summary=words(command.reason))
        await self._part(me, command.conversation, Ending.TRANSFER, closing, target)

    async def undo(self, me: Staff, conversation: str) -> None:
        """Take an ending back that has not taken effect."""
        taken = await self.services.store.cases.take_back(conversation, me.id)
        event = wc.PartingCancelled(conversation, "undone")
        announce.to_staff(self.services, event, conversation, taken.agent)

    async def hold(self, me: Staff, command: wc.PutOnHold) -> Changed:
        """Put the conversation aside; the shopper learns that it goes on."""
        _require_agent(me)
        services, now = self.services, self.services.now()
        until = now + dt.timedelta(minutes=command.minutes)
        until = checked_until(until, now, services.rules().cases)
        thread = await services.store.thread(command.conversation)
        texts = services.languages.of(thread.conversation.context.locale)
        hold = Hold(command.conversation, 0, me.id, words(command.reason), now, until)
        told = Draft(Sender.SYSTEM, Body(texts.on_hold.format(agent=me.name)))
        changed = await services.store.cases.hold(hold, [told])
        await announce.changed(services, changed, me.name)
        return changed

    async def take_up(self, me: Staff, conversation: str) -> Changed:
        """Take the conversation up again."""
        _require_agent(me)
        services = self.services
        changed = await services.store.cases.take_up(conversation, me.id, services.now())
        await announce.changed(services, changed, me.name)
        return changed

    async def shopper_types(self, conversation: str) -> None:
        """Take a waiting resolve or return back: its shopper has something to say still."""
        if await self.services.store.cases.bow_to_shopper(conversation):
            await bowed(self.services, conversation)

    async def sweep(self) -> None:
        """Let endings take effect whose time has come, and remind of holds."""
        services = self.services
        for parting in await services.store.cases.due_partings(services.now()):
            try:
                await self._settle(parting)
            except Exception:
                log.exception("an ending failed, the next sweep tries again", id=parting.id)
        for hold in await services.store.cases.remind(services.now()):
            event = wc.HoldReminded(hold.conversation, wc.hold_view(hold))
            services.hub.publish(event, hub.for_agent(hold.agent))

    async def _part(
        self,
        me: Staff,
        conversation: str,
        ending: Ending,
        closing: Closing,
        target: Target | None = None,
    ) -> None:
        _require_agent(me)
        services, now = self.services, self.services.now()
        undo = services.rules().cases.undo
        parting = Parting(
            id=services.new_id(),
            conversation=conversation,
            ending=ending,
            agent=me.id,
            epoch=0,
            asked_at=now,
            due_at=now + undo,
            closing=closing,
            target=target or Target(),
        )
        kept = await services.store.cases.part(parting)
        if not undo:
            await self._settle(kept)
            return
        event = wc.PartingAsked(conversation, wc.parting_view(kept))
        announce.to_staff(services, event, conversation, me.id)

    async def _settle(self, parting: Parting) -> None:
        services, now = self.services, self.services.now()
        listed = await services.store.listed(parting.conversation)
        agent = await _staff(services, parting.agent)
        after, sent = None, None
        if parting.ending is Ending.TRANSFER:
            after = following(services, listed, parting)
            sent = self._sent(parting, after)
        drafts = _told(services, listed, parting, agent)
        changed = await services.store.cases.settle(parting, agent, drafts, after, now, sent)
        if changed is None:
            event = wc.PartingCancelled(parting.conversation, "overtaken")
            announce.to_staff(services, event, parting.conversation, parting.agent)
            return
        await announce.changed(services, changed)
        # The former agent no longer follows it, and is told all the same.
        services.hub.publish(
            wire.ConversationChanged(wire.view_of(changed.conversation)),
            hub.for_agent(parting.agent),
        )

    def _sent(self, parting: Parting, after: Handoff) -> Sent | None:
        """Give until when the colleague a conversation is for has to answer."""
        if parting.target.agent is None:
            return None
        seconds = self.services.rules().cases.transfer_answer_seconds
        return Sent(
            handoff=after.id,
            conversation=parting.conversation,
            sender=parting.agent,
            to_agent=parting.target.agent,
            reason=parting.closing.summary,
            sent_at=after.queued_at,
            until=after.queued_at + dt.timedelta(seconds=seconds),
            to_supervisor=parting.target.supervisor,
        )


async def bowed(services: Services, conversation: str) -> None:
    """Tell staff that the shopper took an ending back by speaking or typing."""
    thread = await services.store.thread(conversation)
    event = wc.PartingCancelled(conversation, "shopper")
    announce.to_staff(services, event, conversation, thread.conversation.agent or "")


def words(text: str) -> str:
    """Give a summary or reason that may be empty, or refuse one that is too long."""
    return clean_text(text, limit=MAX_SUMMARY) if text.strip() else ""


def _told(services: Services, listed: Listed, parting: Parting, agent: Staff) -> Sequence[Draft]:
    """Give what an ending says: to the shopper that it happens, to staff why."""
    texts = services.languages.of(listed.thread.conversation.context.locale)
    said = {
        Ending.RESOLVE: texts.resolved,
        Ending.RETURN_TO_BOT: texts.returned,
        Ending.TRANSFER: texts.transferred,
    }[parting.ending]
    drafts = [Draft(Sender.SYSTEM, Body(said))]
    if parting.closing.summary and parting.ending is not Ending.RESOLVE:
        drafts.append(
            Draft(
                Sender.AGENT,
                Body(parting.closing.summary),
                sender_id=agent.id,
                sender_name=agent.name,
                visibility=Visibility.STAFF,
            )
        )
    return drafts


async def _staff(services: Services, member: str) -> Staff:
    """Give a member of staff, also one who may no longer log in."""
    known = {one.id: one for one in await services.store.list_staff()}
    return known.get(member) or Staff(member, "", "", frozenset())


def _require_agent(me: Staff) -> None:
    if not me.may(Role.AGENT):
        raise Forbidden(f"only staff with the role {Role.AGENT} may do this")
