"""Several of the staff in one conversation: sent on, whispered to, taken over, invited.

One owner speaks. A supervisor who wants to speak takes over, which moves the epoch; an invited
colleague speaks only if the owner lets them, under the owner's epoch, and falls silent with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from router import hub
from router import wire_cases as wc
from router.desk import announce
from router.desk.brief import brief_of
from router.desk.handing import again
from router.desk.presence import PresenceBoard
from router.desk.services import Services
from router.domain.cases import (
    MAX_SUMMARY,
    Answer,
    Correction,
    NotThere,
    Participant,
    Sent,
)
from router.domain.errors import Forbidden, IllegalMove, NotFound
from router.domain.handoff import Reason
from router.domain.message import Body, Draft, Sender, Visibility, clean_text
from router.domain.people import Presence, Role, Staff
from router.store import Changed
from router.wire_brief import CorrectBrief

log = structlog.get_logger(__name__)

THERE = frozenset({Presence.ONLINE, Presence.BUSY})


@dataclass(frozen=True, slots=True)
class Together:
    """What more than one member of staff does in a conversation."""

    services: Services
    presence: PresenceBoard

    async def whisper(self, me: Staff, command: wc.Whisper) -> Changed:
        """Tell the agent something the shopper and other colleagues do not read."""
        services = self.services
        thread = await services.store.thread(command.conversation)
        if not me.may(Role.SUPERVISOR) and thread.conversation.agent != me.id:
            raise Forbidden("只有主管和接待的客服可以说悄悄话。")
        draft = Draft(
            Sender.AGENT,
            Body(clean_text(command.text)),
            sender_id=me.id,
            sender_name=me.name,
            client_id=command.client_id,
            visibility=Visibility.WHISPER,
        )
        changed = await services.store.note(command.conversation, draft, services.now())
        if not changed.duplicate:
            announce.messages(services, changed)
        return changed

    async def take_over(self, me: Staff, conversation: str) -> Changed:
        """Take a conversation over from its agent, who is told, or from the bot."""
        if not me.may(Role.SUPERVISOR):
            raise Forbidden("只有主管可以接管会话。")
        services = self.services
        listed = await services.store.listed(conversation)
        texts = services.languages.of(listed.thread.conversation.context.locale)
        said = Body(texts.accepted.format(agent=me.name))
        draft = Draft(Sender.SYSTEM, said, sender_id=me.id, sender_name=me.name)
        handoff = again(services, listed, Reason.TAKE_OVER)
        changed = await services.store.cases.take_over(handoff, me, draft)
        await announce.changed(services, changed, me.name)
        if changed.former is not None:
            event = wc.ConversationTakenOver(conversation, me.id, me.name)
            services.hub.publish(event, hub.for_agent(changed.former))
        else:  # It was the bot's: a flow it is in would go on where it was, much later.
            await services.bot.reset(conversation)
        return changed

    async def invite(self, me: Staff, command: wc.Invite) -> None:
        """Let a colleague read along, and speak if they are let."""
        if command.staff == me.id:
            raise IllegalMove("你已经在这个会话里。")
        services = self.services
        known = {one.id: one for one in await services.store.list_staff()}
        invited = known.get(command.staff)
        if invited is None:
            raise NotThere("没有这位同事。")
        if self.presence.of(invited.id) not in THERE:
            raise NotThere(f"{invited.name} 现在不在线，请换一位同事。")
        participant = Participant(
            conversation=command.conversation,
            staff=invited.id,
            name=invited.name,
            epoch=0,
            invited_by=me.id,
            may_speak=command.may_speak,
            at=services.now(),
        )
        limit = services.rules().cases.most_participants
        await services.store.cases.invite(participant, limit)
        await self._show_participants(command.conversation, invited.id)

    async def uninvite(self, me: Staff, command: wc.Uninvite) -> None:
        """Let a colleague leave, or leave."""
        await self.services.store.cases.uninvite(command.conversation, command.staff, me.id)
        await self._show_participants(command.conversation, command.staff)

    async def correct(self, me: Staff, command: CorrectBrief) -> None:
        """Put a line of the brief right; the former text and its source stay to be seen."""
        services = self.services
        listed = await services.store.listed(command.conversation)
        brief = await brief_of(services, listed)
        if command.line not in {line.key for line in brief.lines}:
            raise NotFound("简报里没有这一行，可能刚刚变了，请刷新。")
        correction = Correction(
            conversation=command.conversation,
            case=listed.thread.conversation.case,
            line=command.line,
            text=clean_text(command.text, limit=MAX_SUMMARY),
            author=me.id,
            author_name=me.name,
            at=services.now(),
        )
        await services.store.cases.correct(correction)
        brief = await brief_of(services, listed)
        agent = listed.thread.conversation.agent or ""
        event = wc.BriefChanged(command.conversation, brief.lines)
        announce.to_staff(services, event, command.conversation, agent)

    async def decline(self, me: Staff, conversation: str) -> None:
        """Send back what was sent to me."""
        sent = await self.services.store.cases.sent(conversation)
        if sent is None or sent.to_agent != me.id:
            raise IllegalMove("这个会话没有在等你答复。")
        await self._give_back(sent, Answer.DECLINED)

    async def sweep(self) -> None:
        """Send back what nobody answered in time."""
        for sent in await self.services.store.cases.unanswered(self.services.now()):
            try:
                await self._give_back(sent, Answer.TIMED_OUT)
            except Exception:
                log.exception("giving back failed, the next sweep tries again", id=sent.handoff)

    async def _give_back(self, sent: Sent, answer: Answer) -> None:
        """Give it to its sender, or leave it to the queue when they are gone."""
        services = self.services
        known = {one.id: one for one in await services.store.list_staff()}
        to = known.get(sent.to_agent)
        there = self.presence.of(sent.sender) in THERE
        sender = known.get(sent.sender) if there else None
        why = {Answer.DECLINED: "没有接", Answer.TIMED_OUT: "没有在时间内答复"}[answer]
        where = "会话回到原来的客服" if sender else "会话回到队列"
        note = Draft(
            Sender.SYSTEM,
            Body(f"{to.name if to else '同事'} {why}，{where}。"),
            visibility=Visibility.STAFF,
        )
        changed = await services.store.cases.give_back(sent, answer, sender, [note], services.now())
        if changed is None:
            return
        await announce.changed(services, changed, sender.name if sender else None)
        event = wc.TransferAnswered(sent.conversation, answer, sent.to_agent, back=bool(sender))
        services.hub.publish(event, hub.for_agent(sent.sender))

    async def _show_participants(self, conversation: str, staff: str) -> None:
        services = self.services
        listed = await services.store.listed(conversation)
        shown = tuple(wc.participant_view(one) for one in listed.standing.participants)
        event = wc.ParticipantsChanged(conversation, shown)
        topics = [hub.for_staff(conversation), hub.for_agent(staff)]
        if listed.thread.conversation.agent is not None:
            topics.append(hub.for_agent(listed.thread.conversation.agent))
        services.hub.publish(event, *topics)
