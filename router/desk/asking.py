"""What the bot understood of a message: in its context, and of each question for itself."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge_base.releases import Release
from router.bot_client import Bot, BotAnswer, BotUnavailable, Question
from router.desk.orders import order_in_focus
from router.desk.returning import order_brought_along, readings_of
from router.desk.services import Services
from router.domain.clauses import Asked, Clause, asked
from router.domain.focus import Ranking, Topic, is_fragment, joined, refocused
from router.domain.questions import Part, questions
from router.domain.routing import Candidate, PastTurn, Policy, Unavailable, Understood
from router.store import PendingTurn

LONGEST_TOPIC = 200
"""Characters of a former message that a fragment is read with."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What readings are understood under: the live release, the flows, the day.

    `policy` tells from which confidence one of several questions counts as understood. Without a
    `shop` what a flow would do needs a human: it would have no orders to look at.
    """

    release: Release | None
    flows: Mapping[str, str]
    today: dt.date
    policy: Policy
    shop: bool = True

    def candidate(self, key: str, confidence: float) -> Candidate | None:
        """Give what may be answered: an entry that is live and valid today, or a flow."""
        if key in self.flows:
            title = self.flows[key]
            return Candidate(key, title, confidence, human_only=not self.shop, is_flow=True)
        entry = self.release.entry(key) if self.release is not None else None
        if entry is None or not entry.valid_on(self.today):
            return None
        return Candidate(
            entry.key,
            entry.title,
            confidence,
            human_only=entry.human_only,
            category=entry.category,
        )

    def categories(self) -> dict[str, str]:
        """Give the category of every live entry."""
        entries = self.release.entries if self.release is not None else ()
        return {entry.key: entry.category for entry in entries}


async def understand(
    bot: Bot,
    question: Question,
    ground: Ground,
    topic: Topic | None = None,
    *,
    whole: bool = False,
) -> tuple[Understood | Unavailable, BotAnswer | None]:
    """Ask the bot, and read besides what the message holds.

    A fragment is read together with `topic`; clauses that may be questions of their own are read
    each for itself, unless the message is to be taken as a `whole`, as what answers a flow. All
    calls are made at once; only the first one touches a flow. What could not be read besides is
    left out, and the message stands as it is.
    """
    said = Asked(question.text) if whole else asked(question.text)
    texts = _to_read(said, topic)
    answer, *readings = await asyncio.gather(
        bot.ask(replace(question, text=said.core)),
        *(bot.ask(_besides(question, text, place)) for place, text in enumerate(texts)),
    )
    if isinstance(answer, BotUnavailable):
        return Unavailable(answer.why), None
    read = {
        text: tuple(reading.reading.ranking)
        for text, reading in zip(texts, readings, strict=True)
        if isinstance(reading, BotAnswer)
    }
    read[said.core] = tuple(answer.reading.ranking)
    return _understood(said, answer, read, ground, topic), answer


async def question_of(services: Services, pending: PendingTurn) -> Question:
    """Put a turn to the bot: what was said, who said it and which order it is about."""
    body, thread = pending.message.body, pending.thread
    context, order = thread.conversation.context, None
    if context.order:
        order = await order_in_focus(services, thread.shopper, context, body.text)
    number = order.number if order else None
    if number is None and pending.returned is not None:
        number = await order_brought_along(services, pending, pending.returned)
    flows = services.rules().flows
    return Question(
        conversation=thread.conversation.id,
        message=f"{thread.conversation.id}-{pending.message.seq}",
        text=flows.get(body.chosen_flow or "", body.text),
        shopper=None if thread.shopper.anonymous else thread.shopper.id,
        order=number,
        locale=thread.conversation.context.locale,
        # The bot knows no others, and a shopper may send anything.
        flow=body.chosen_flow if body.chosen_flow in flows else None,
        reading_only=not services.shop.connected,
    )


def in_flow(past: Sequence[PastTurn]) -> bool:
    """Tell whether a flow spoke last: what is said now may be its answer."""
    return bool(past) and past[-1].flow is not None


async def topic_of(services: Services, pending: PendingTurn, ground: Ground) -> Topic | None:
    """Find what a fragment may go on with: the last thing asked in this case but courtesies.

    After an agent gave the case back that is what it stood at then, if the bot understands it.
    """
    if not is_fragment(asked(pending.message.body.text).core):
        return None
    policy = services.rules().routing
    courtesy = policy.courtesy_category
    if pending.returned is not None:
        for reading in await readings_of(services, pending, pending.returned):
            name, confidence = reading.ranking[0] if reading.ranking else ("", 0.0)
            about = ground.candidate(name, confidence)
            if about and about.category != courtesy and confidence >= policy.confident:
                return Topic(reading.text[:LONGEST_TOPIC], reading.ranking)
    named = [
        (past, ground.candidate(past.entry or past.intent or "", 1.0)) for past in pending.past
    ]
    topics = [(past, about) for past, about in named if about and about.category != courtesy]
    if not topics:
        return None
    past, about = topics[-1]
    said = await services.store.message(pending.thread.conversation.id, past.seq)
    text = asked(said.body.text).core if said is not None else about.title
    return topic_from(text, about, past.ranking or ((about.entry, 1.0),), goes_on=len(topics) > 1)


def topic_from(text: str, about: Candidate, ranking: Ranking, *, goes_on: bool) -> Topic:
    """Make a topic of a former message; a fragment that went on with another is named in full.

    多久到账 after a question about refunds tells nothing by itself: what it was understood as does.
    """
    named = about.title if goes_on and is_fragment(text) else text
    return Topic(named[:LONGEST_TOPIC], ranking)


def understood_from(answer: BotAnswer, ground: Ground, ranking: Ranking) -> Understood:
    """Reduce what was read to what decides."""
    found = (ground.candidate(name, share) for name, share in ranking)
    intent, confidence = ranking[0] if ranking else ("", 0.0)
    return Understood(
        intent=intent,
        confidence=min(confidence, 1.0),
        candidates=tuple(candidate for candidate in found if candidate is not None),
        flow=answer.flow.name if answer.flow and answer.messages else None,
        release=answer.release,
        model=answer.model,
        ranking=ranking,
        sure_from=tuple(answer.reading.sure_from),
    )


def _to_read(said: Asked, topic: Topic | None) -> list[str]:
    """List what is read besides the message itself."""
    texts: list[str] = []
    for place, clause in enumerate(said.clauses):
        texts.append(clause.text)
        if place and is_fragment(clause.text):
            before = _before(said.clauses, place)
            texts += [before, joined(before, clause.text)]
    if topic is not None and _goes_on(said, topic):
        texts.append(joined(topic.text, said.core))
    return [text for text in dict.fromkeys(texts) if text != said.core]


def _goes_on(said: Asked, topic: Topic) -> bool:
    """Tell whether a message may go on with the topic; one said again word for word does not."""
    return not said.clauses and is_fragment(said.core) and said.core != topic.text


def _besides(question: Question, text: str, place: int) -> Question:
    """Ask beside the conversation, for who keeps its flow may be another process of the bot."""
    return Question(
        conversation=f"{question.conversation}-besides",
        message=f"{question.message}-{place}",
        text=text,
        locale=question.locale,
        reading_only=True,
    )


def _understood(
    said: Asked,
    answer: BotAnswer,
    read: Mapping[str, Ranking],
    ground: Ground,
    topic: Topic | None,
) -> Understood:
    whole = read[said.core]
    if not said.clauses:
        return understood_from(answer, ground, _in_context(said.core, read, ground, topic))
    understood = understood_from(answer, ground, whole)
    parts = [
        Part(clause, _of_clause(said.clauses, place, read, ground))
        for place, clause in enumerate(said.clauses)
        if clause.text in read
    ]
    sure = ground.policy.sure_from(answer.reading.sure_from)
    chosen = questions(whole, parts, ground.categories(), ground.flows, sure)
    return _of_several(understood, answer, chosen, ground)


def _in_context(
    text: str, read: Mapping[str, Ranking], ground: Ground, topic: Topic | None
) -> Ranking:
    together = read.get(joined(topic.text, text)) if topic is not None else None
    if topic is None or together is None:
        return read[text]
    return refocused(read[text], together, topic.ranking, ground.categories())


def _of_clause(
    clauses: Sequence[Clause], place: int, read: Mapping[str, Ranking], ground: Ground
) -> Ranking:
    """Read a clause that is a fragment with what the message says before it."""
    text, before = clauses[place].text, _before(clauses, place)
    if not place or not is_fragment(text) or before not in read:
        return read[text]
    return _in_context(text, read, ground, Topic(before, read[before]))


def _of_several(
    whole: Understood, answer: BotAnswer, chosen: Sequence[Part], ground: Ground
) -> Understood:
    """Take the questions apart; what the flow that speaks is about is not asked once more."""
    each = [
        replace(understood_from(answer, ground, part.ranking), flow=None)
        for part in chosen
        if part.name != whole.flow
    ]
    if whole.flow is not None:
        return replace(whole, questions=tuple(each))
    if not each:
        return whole
    best = tuple(one.ranking[0] for one in each)
    return replace(each[0], questions=tuple(each), ranking=best)


def _before(clauses: Sequence[Clause], place: int) -> str:
    return "，".join(clause.text for clause in clauses[:place])
