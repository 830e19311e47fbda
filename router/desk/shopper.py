"""The shopper's moves: come in, speak, choose, ask for a human, vote, rate."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.misses import MissReason
from router import hub, wire
from router.desk import announce
from router.desk.aftercare import AftercareDesk
from router.desk.answering import Answering
from router.desk.cases import CaseDesk, bowed
from router.desk.follow_ups import FollowUpDesk
from router.desk.misses import miss_of_answer
from router.desk.orders import order_to_suggest, where
from router.desk.queue import QueueBoard
from router.desk.services import Services
from router.domain.conversation import Context, Conversation, Status
from router.domain.errors import InvalidUpload
from router.domain.message import Body, Draft, Message, Sender, clean_text
from router.domain.people import Shopper
from router.domain.presets import choose
from router.store import Changed


@dataclass(frozen=True, slots=True)
class ShopperDesk:
    """What a shopper may do; every text is cleaned and every id checked here or in the store."""

    services: Services
    answering: Answering
    board: QueueBoard
    cases: CaseDesk
    aftercare: AftercareDesk
    follow_ups: FollowUpDesk

    async def come_in(self, shopper: Shopper, context: Context) -> Conversation:
        """Open, or find again, the shopper's conversation."""
        services = self.services
        return await services.store.open_conversation(
            shopper, services.new_id(), context, services.now()
        )

    async def welcome(self, shopper: Shopper, conversation: Conversation) -> wire.Welcome:
        """Greet with what the bubble opens with: presets by page, order and tier, and the place."""
        texts = self.services.languages.of(conversation.context.locale)
        greeting = (
            texts.greeting_named.format(name=shopper.name) if shopper.name else texts.greeting
        )
        return wire.Welcome(
            conversation=wire.view_of(conversation, await self._agent_name(conversation)),
            shopper_name=shopper.name,
            presets=await self._presets(shopper, conversation.context),
            place=self.board.place_of(conversation.id),
            greeting=greeting,
            rating_reasons=self._rating_reasons(conversation.context.locale),
            max_image_bytes=self.services.settings.max_image_bytes,
        )

    async def replay(self, conversation: Conversation, after: int, limit: int) -> list[Message]:
        """Give the next of what a resuming shopper lacks, in order."""
        return await self.services.store.messages_after(
            conversation.id, after, staff=False, limit=limit
        )

    async def receive(self, shopper: Shopper, conversation: str, command: wire.Send) -> Message:
        """Take what the shopper says; it is committed when this returns."""
        return await self._append(
            shopper, conversation, command.client_id, Body(clean_text(command.text))
        )

    async def choose(self, shopper: Shopper, conversation: str, command: wire.Choose) -> Message:
        """Take a tapped choice; it reads as what its button read."""
        body = Body(clean_text(command.title), chosen_entry=command.entry, chosen_flow=command.flow)
        return await self._append(shopper, conversation, command.client_id, body)

    async def show_image(
        self, shopper: Shopper, conversation: str, command: wire.SendImage
    ) -> Message:
        """Take an image the shopper has uploaded before."""
        image = await self.services.store.upload(command.upload, shopper.id)
        if image is None:
            raise InvalidUpload("这张图片没有上传成功，请重新上传。")
        return await self._append(shopper, conversation, command.client_id, Body(image=image))

    async def request_human(
        self, shopper: Shopper, conversation: str, command: wire.RequestHuman
    ) -> Message:
        """Take a tap on 转人工."""
        thread = await self.services.store.thread(conversation)
        texts = self.services.languages.of(thread.conversation.context.locale)
        body = Body(texts.human, asks_human=True)
        return await self._append(shopper, conversation, command.client_id, body)

    async def move_in_queue(self, conversation: str, *, with_bot: bool) -> None:
        """Go on with the bot at the kept place, or back to just waiting."""
        services = self.services
        changed = await services.store.move_in_queue(
            conversation, with_bot=with_bot, now=services.now()
        )
        announce.state(services, changed.conversation)
        await announce.to_desks(services, changed.conversation)

    async def vote(self, conversation: str, command: wire.Vote) -> None:
        """Keep whether an answer helped; one that did not becomes a miss of its question."""
        services = self.services
        miss = None
        if not command.helpful:
            miss = await miss_of_answer(services, conversation, command.seq, MissReason.UNHELPFUL)
        voted = await services.store.vote(conversation, command.seq, command.helpful, miss)
        services.hub.publish(
            wire.MessageVoted(conversation, voted.seq, command.helpful),
            hub.for_shopper(conversation),
            hub.for_staff(conversation),
        )

    async def rate(self, conversation: str, command: wire.Rate) -> None:
        """Keep the rating of the last resolved case."""
        await self.aftercare.rate(conversation, command.score, command.reasons, command.comment)

    async def typing(self, conversation: str) -> None:
        """Show staff that the shopper is typing; what is about to be resolved waits for them."""
        self.services.hub.publish(
            wire.TypingShown(conversation, "shopper"), hub.for_staff(conversation)
        )
        self.aftercare.shopper_types(conversation)
        await self.cases.shopper_types(conversation)

    async def _append(
        self, shopper: Shopper, conversation: str, client_id: str, body: Body
    ) -> Message:
        services = self.services
        draft = Draft(
            Sender.SHOPPER,
            body,
            sender_id=shopper.id,
            sender_name=shopper.name,
            client_id=client_id,
        )
        changed = await services.store.receive(conversation, draft, services.now())
        if not changed.duplicate:
            announce.messages(services, changed)
            if await self.follow_ups.heard(changed.messages[0]):
                announce.state(services, changed.conversation)
            else:
                await self._react(changed)
        elif changed.conversation.answer_is_due:
            self.answering.due(conversation)
        return changed.messages[0]

    async def _react(self, changed: Changed) -> None:
        conversation = changed.conversation
        await announce.clocks(self.services, conversation)
        if changed.taken_back:
            await bowed(self.services, conversation.id)
        if changed.taken_up:
            announce.state(self.services, conversation)
            await announce.to_desks(self.services, conversation)
        if conversation.answer_is_due:
            first_of_case = conversation.epoch != changed.messages[0].epoch or (
                changed.messages[0].seq == 1
            )
            if first_of_case:
                announce.state(self.services, conversation)
            self.answering.due(conversation.id)
        elif conversation.status is Status.QUEUED:
            await announce.to_desks(self.services, conversation)

    def _rating_reasons(self, locale: str) -> tuple[wire.RatingReasons, ...]:
        rules = self.services.rules().csat
        return tuple(
            tuple(wire.RatingChoice(one.key, one.shown(locale)) for one in rules.offered(score))
            for score in range(1, 6)
        )

    async def _agent_name(self, conversation: Conversation) -> str | None:
        if conversation.agent is None:
            return None
        staff = await self.services.store.list_staff()
        return next((member.name for member in staff if member.id == conversation.agent), None)

    async def _presets(self, shopper: Shopper, context: Context) -> tuple[wire.Preset, ...]:
        release = await self.services.knowledge.release()
        today = self.services.today()
        known = (
            frozenset(e.key for e in release.entries if e.valid_on(today))
            if release is not None
            else frozenset[str]()
        )
        order = await order_to_suggest(self.services, shopper, context)
        rules = self.services.rules().presets
        if not self.services.shop.connected:
            rules = tuple(rule for rule in rules if rule.flow is None)
        chosen = choose(rules, where(shopper, context, order), known)
        return tuple(wire.Preset(rule.title, rule.entry, rule.flow) for rule in chosen)
