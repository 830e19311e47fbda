"""The agent's moves: accept, speak, note, flag; `desk.cases` has those that end or pause."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from knowledge_base.misses import MissReason
from router import hub, wire
from router import wire_cases as wc
from router.desk import announce, promising
from router.desk.answering import Answering
from router.desk.brief import brief_of
from router.desk.dispatch import Dispatcher
from router.desk.misses import miss_of_answer
from router.desk.orders import order_of
from router.desk.presence import PresenceBoard
from router.desk.services import Services
from router.desk.transfers import tell_sender
from router.domain.errors import Forbidden, InvalidUpload
from router.domain.message import Body, Draft, Sender, Visibility, clean_text
from router.domain.people import Presence, Role, Staff
from router.store import Changed


@dataclass(frozen=True, slots=True)
class AgentDesk:
    """What staff may do in conversations; roles are checked here, ownership in the store."""

    services: Services
    answering: Answering
    presence: PresenceBoard
    dispatcher: Dispatcher

    async def welcome(self, me: Staff) -> wire.DeskWelcome:
        """Give the queue, the agent's conversations and the colleagues."""
        store, rules = self.services.store, self.services.rules().cases
        colleagues = [s for s in await store.list_staff() if s.id != me.id]
        return wire.DeskWelcome(
            me=wire.staff_view(me, self.presence.of(me.id)),
            queue=tuple(announce.card(listed) for listed in await store.queued()),
            mine=tuple(announce.card(listed) for listed in await store.held_by(me.id)),
            invited=tuple(announce.card(listed) for listed in await store.invited(me.id)),
            colleagues=tuple(wire.staff_view(s, self.presence.of(s.id)) for s in colleagues),
            causes=tuple(wc.Choice(*one) for one in rules.causes.items()),
            outcomes=tuple(wc.Choice(*one) for one in rules.outcomes.items()),
            rules=self.dispatcher.rules(),
            offers=await self.dispatcher.offers(me),
        )

    async def history(self, before: dt.datetime | None) -> list[wire.QueueCard]:
        """List resolved conversations, newest first."""
        return [announce.card(listed) for listed in await self.services.store.resolved(before)]

    async def open(self, me: Staff, conversation: str, after: int) -> wire.Opened:
        """Give a thread with its brief."""
        store = self.services.store
        listed = await store.listed(conversation)
        stored = await store.messages_after(conversation, after, staff=True)
        messages = announce.seen_by(me, stored, listed.thread.conversation)
        brief = await brief_of(self.services, listed)
        return wire.Opened(announce.card(listed), messages, brief)

    async def accept(self, me: Staff, conversation: str) -> Changed:
        """Take a waiting conversation; exactly one of those who try gets it."""
        _require(me, Role.AGENT)
        services = self.services
        thread = await services.store.thread(conversation)
        texts = services.languages.of(thread.conversation.context.locale)
        draft = Draft(
            Sender.SYSTEM,
            Body(texts.accepted.format(agent=me.name)),
            sender_id=me.id,
            sender_name=me.name,
        )
        changed = await services.store.accept(
            conversation, me, draft, services.now(), services.rules().assignment
        )
        if not changed.duplicate:
            await announce.changed(services, changed, me.name)
            await tell_sender(services, changed)
        return changed

    async def reply(self, me: Staff, command: wire.AgentReply) -> Changed:
        """Speak to the shopper, under the epoch the agent saw."""
        _require(me, Role.AGENT)
        services = self.services
        draft = self._draft(
            me, command.client_id, Visibility.EVERYONE, await self._body(me, command)
        )
        changed = await services.store.agent_says(
            command.conversation,
            me,
            draft,
            command.epoch,
            services.now(),
            promising.reader(services),
        )
        if not changed.duplicate:
            announce.messages(services, changed)
            promising.announce_made(services, changed)
            await announce.clocks(services, changed.conversation)
        return changed

    async def note(self, me: Staff, command: wire.Note) -> Changed:
        """Leave a note that only staff read."""
        services = self.services
        draft = self._draft(me, command.client_id, Visibility.STAFF, Body(clean_text(command.text)))
        changed = await services.store.note(command.conversation, draft, services.now())
        if not changed.duplicate:
            announce.messages(services, changed)
        return changed

    async def flag(self, me: Staff, command: wire.Flag) -> None:
        """Mark a bot answer as wrong: it becomes a miss of the question it answered."""
        miss = await miss_of_answer(
            self.services, command.conversation, command.seq, MissReason.FLAGGED
        )
        await self.services.store.keep_miss(miss)

    def typing(self, me: Staff, conversation: str) -> None:
        """Show the shopper that an agent is typing."""
        _require(me, Role.AGENT)
        self.services.hub.publish(
            wire.TypingShown(conversation, "agent"), hub.for_shopper(conversation)
        )

    async def set_presence(self, me: Staff, presence: Presence) -> None:
        """Say whether the agent takes conversations."""
        await self.presence.said(me, presence)

    async def _body(self, me: Staff, command: wire.AgentReply) -> Body:
        """Give what a reply shows: an image of the agent's, an order of the shopper's, or text."""
        image, card = None, None
        if command.upload is not None:
            image = await self.services.store.upload(command.upload, me.id)
            if image is None:
                raise InvalidUpload("这张图片没有上传成功，请重新上传。")
        if command.order is not None:
            thread = await self.services.store.thread(command.conversation)
            shopper = None if thread.shopper.anonymous else thread.shopper.id
            card = (await order_of(self.services, command.order, shopper)).card
        shows = image is not None or card is not None
        text = "" if shows and not command.text.strip() else clean_text(command.text)
        return Body(text, card=card, image=image)

    def _draft(self, me: Staff, client_id: str, visibility: Visibility, body: Body) -> Draft:
        return Draft(
            Sender.AGENT,
            body,
            sender_id=me.id,
            sender_name=me.name,
            client_id=client_id,
            visibility=visibility,
        )


def _require(me: Staff, role: Role) -> None:
    if not me.may(role):
        raise Forbidden(f"only staff with the role {role} may do this")
