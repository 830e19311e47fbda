"""Puts a decision into messages: the answer under its conditions, choices, or the hand-over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from knowledge_base.entries import Button as EntryButton
from knowledge_base.releases import Release
from router.bot_client import BotAnswer, BotMessage
from router.desk.handing import needs_of, ranked, sticky
from router.desk.moments import opening_of
from router.desk.orders import circumstances, order_in_focus
from router.desk.regions import region_of
from router.desk.services import Services
from router.domain.handoff import Handoff, HandoffState, Reason
from router.domain.message import Body, Button, Draft, Sender, Source
from router.domain.people import Shopper
from router.domain.priority import CaseFacts
from router.domain.routing import Clarify, Decision, HandOff, MoodSignal, Reply, is_impatient
from router.shop import ShopOrder
from router.store import PendingTurn
from router.texts import Texts

ASKED_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Composition:
    """The messages of a decision, and the handoff if it is one."""

    drafts: tuple[Draft, ...]
    handoff: Handoff | None = None


class Composer:
    """Writes what the shop says for a decision."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def compose(
        self,
        pending: PendingTurn,
        decision: Decision,
        release: Release | None,
        bot: BotAnswer | None,
        mood: MoodSignal,
    ) -> Composition:
        """Give the messages of a decision; a handoff also gets its clock and priority."""
        texts = self._services.languages.of(pending.thread.conversation.context.locale)
        match decision:
            case Reply():
                said = (decision, *decision.further)
                drafts = [await self._said(one, pending, release, bot, texts) for one in said]
                answers = tuple(chain.from_iterable(drafts))
            case Clarify():
                answers = (_choices(decision, texts),)
            case HandOff():
                return await self._handoff(pending, decision, release, bot, texts, mood)
        impatient = is_impatient(mood, self._services.rules().routing)
        return Composition(_soothing(answers, texts) if impatient else answers)

    async def _said(
        self,
        one: Reply | Clarify,
        pending: PendingTurn,
        release: Release | None,
        bot: BotAnswer | None,
        texts: Texts,
    ) -> tuple[Draft, ...]:
        """Give the messages of one answer; choices beside another answer are for what is left."""
        match one:
            case Reply(entry=str(entry)) if release is not None:
                return (await self._answer(pending, entry, release, one),)
            case Reply():
                return await self._flow(pending, one, bot)
            case Clarify():
                return (_choices(one, texts, besides=True),)

    async def _answer(
        self, pending: PendingTurn, key: str, release: Release, reply: Reply
    ) -> Draft:
        thread, revision = pending.thread, release.revisions[key]
        context = thread.conversation.context
        order = await order_in_focus(
            self._services, thread.shopper, context, pending.message.body.text
        )
        answer = revision.entry.answer_for(
            circumstances(self._services, thread.shopper, context, order)
        )
        buttons = [_button(button) for button in answer.buttons]
        if answer.flow is not None:
            title = self._services.rules().flows.get(answer.flow, answer.flow)
            buttons.append(Button(title, flow=answer.flow))
        body = Body(answer.text, tuple(buttons), order if answer.card == "order" else None)
        source = Source(key, revision.number, release.number, reply.evidence.model)
        return Draft(Sender.BOT, body, source=source, votable=True)

    async def _flow(
        self, pending: PendingTurn, reply: Reply, bot: BotAnswer | None
    ) -> tuple[Draft, ...]:
        said = bot.messages if bot is not None else []
        source = Source(None, None, reply.evidence.release, reply.evidence.model)
        bodies = [await self._flow_body(message, pending.thread.shopper) for message in said]
        return tuple(Draft(Sender.BOT, body, source=source) for body in bodies)

    async def _flow_body(self, message: BotMessage, shopper: Shopper) -> Body:
        buttons = tuple(Button(button.title, say=button.say) for button in message.buttons)
        if message.card is None or shopper.anonymous:
            return Body(message.text, buttons)
        found = await self._services.shop.order(message.card.order, shopper.id)
        return Body(message.text, buttons, found.card if isinstance(found, ShopOrder) else None)

    async def _handoff(
        self,
        pending: PendingTurn,
        decision: HandOff,
        release: Release | None,
        bot: BotAnswer | None,
        texts: Texts,
        mood: MoodSignal,
    ) -> Composition:
        services, thread = self._services, pending.thread
        rules, now = services.rules(), services.now()
        facts = await self._facts(pending, decision, release, bot, mood)
        ranking = ranked(services, facts)
        context = thread.conversation.context
        region = await region_of(services, thread.shopper, context, pending.message.body.text)
        handoff = Handoff(
            id=services.new_id(),
            conversation=thread.conversation.id,
            case=thread.conversation.case,
            reason=decision.reason,
            priority=ranking.priority,
            queued_at=now,
            due_at=rules.timing.first_due(now, ranking.priority),
            asked=pending.message.body.text[:ASKED_LENGTH] or "[图片]",
            detail=decision.detail,
            tier=thread.shopper.tier,
            mood=facts.mood,
            urgency=ranking.urgency,
            impact=ranking.impact,
            sla_class=ranking.sla_class,
            needs=needs_of(context, facts.category, region),
            weight=ranking.weight,
            head_start=ranking.head_start,
            wanted_agent=await sticky(services, thread.conversation.id),
        )
        if not rules.timing.calendar.is_open(now):
            return self._for_next_shift(replace(handoff, state=HandoffState.TICKET), texts)
        ahead = await services.store.queue.ahead_of(handoff)
        if thread.conversation.keeps_place:
            said = texts.queued_again
        else:
            said = _told(decision, texts, ahead)
        return Composition((Draft(Sender.SYSTEM, Body(said)),), handoff)

    def _for_next_shift(self, ticket: Handoff, texts: Texts) -> Composition:
        """Say when somebody is there again, after what a danger or anger needs to hear at once."""
        said = [texts.closed.format(opens=opening_of(self._services, texts))]
        if ticket.reason is Reason.SAFETY:
            said.insert(0, texts.safety(ticket.detail))
        elif ticket.reason is Reason.ANGER:
            said.insert(0, texts.sorry)
        drafts = tuple(Draft(Sender.SYSTEM, Body(text)) for text in said)
        return Composition(drafts, ticket)

    async def _facts(
        self,
        pending: PendingTurn,
        decision: HandOff,
        release: Release | None,
        bot: BotAnswer | None,
        mood: MoodSignal,
    ) -> CaseFacts:
        """Give what ranks a handoff: what it is about is what was read last, if that was sure."""
        thread, rules = pending.thread, self._services.rules()
        said = pending.message.body
        about = said.chosen_entry or next(
            (p.entry for p in reversed(pending.past) if p.entry), None
        )
        if bot is not None and bot.reading.confidence >= rules.routing.confident:
            about = bot.reading.intent
        revision = release.revisions.get(about) if release is not None and about else None
        order_state = None
        if any(rule.order_state for rule in rules.priority.rules):
            context = thread.conversation.context
            order = await order_in_focus(self._services, thread.shopper, context, said.text)
            order_state = order.state if order is not None else None
        return CaseFacts(
            decision.reason,
            thread.shopper.tier,
            max([past.level for past in pending.past] + [mood.level]),
            about,
            revision.entry.category if revision is not None else None,
            order_state,
        )


def _soothing(answers: tuple[Draft, ...], texts: Texts) -> tuple[Draft, ...]:
    """Let the first message begin with an apology, and the last one offer a human."""
    if not answers:
        return answers
    apology = replace(answers[0].body, text=f"{texts.sorry}\n{answers[0].body.text}")
    softened = (replace(answers[0], body=apology), *answers[1:])
    last = softened[-1]
    human = Button(texts.human, say=texts.human)
    if any(button.say == human.say for button in last.body.buttons):
        return softened
    offering = replace(last.body, buttons=(*last.body.buttons, human))
    return (*softened[:-1], replace(last, body=offering))


def _choices(clarify: Clarify, texts: Texts, *, besides: bool = False) -> Draft:
    buttons = [
        Button(c.title, flow=c.entry) if c.is_flow else Button(c.title, entry=c.entry)
        for c in clarify.candidates
    ]
    buttons.append(Button(texts.human, say=texts.human))
    if not clarify.candidates:
        asked_back = texts.clarify_nothing_besides if besides else texts.clarify_nothing
    else:
        asked_back = texts.clarify_besides if besides else texts.clarify
    evidence = clarify.evidence
    source = Source(None, None, evidence.release, evidence.model)
    return Draft(Sender.BOT, Body(asked_back, tuple(buttons)), source=source)


def _button(button: EntryButton) -> Button:
    return Button(button.title, button.say, button.entry, button.flow, button.url)


def _told(decision: HandOff, texts: Texts, ahead: int) -> str:
    """Say why a human comes, and how many are ahead."""
    place = texts.queued_next if ahead == 0 else texts.queued.format(ahead=ahead)
    match decision.reason:
        case Reason.SAFETY:
            return texts.safety(decision.detail)
        case Reason.ANGER:
            return texts.queued_angry
        case Reason.BOT_UNAVAILABLE:
            return texts.queued_unavailable
        case Reason.LOW_CONFIDENCE:
            return texts.queued_unsure
        case Reason.GOING_IN_CIRCLES:
            return texts.queued_circles
        case Reason.IMAGE:
            return texts.queued_image
        case Reason.HUMAN_ONLY:
            return texts.queued_human_only
        case Reason.EXPLICIT_REQUEST | Reason.TRANSFER | Reason.AGENT_LEFT | Reason.TAKE_OVER:
            return place
