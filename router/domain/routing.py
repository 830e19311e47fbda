"""The routing decision: reply, ask back or hand over, always with the evidence for it."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from router.domain.handoff import Reason
from router.domain.trend import lasts, rises


class Rule(enum.StrEnum):
    """The rule that decided; kept with every decision."""

    EXPLICIT_REQUEST = "explicit_request"
    SAFETY = "safety"
    ANGER = "anger"
    RISING_ANGER = "rising_anger"
    LASTING_IMPATIENCE = "lasting_impatience"
    UNANSWERED_IMPATIENCE = "unanswered_impatience"
    IMAGE = "image"
    HUMAN_ONLY = "human_only"
    BOT_UNAVAILABLE = "bot_unavailable"
    FLOW = "flow"
    CHOSEN = "chosen"
    LOW_CONFIDENCE = "low_confidence"
    LOW_CONFIDENCE_AGAIN = "low_confidence_again"
    SAME_ANSWER_TWICE = "same_answer_twice"
    SAME_INTENT_THRICE = "same_intent_thrice"
    CONFIDENT = "confident"
    SEVERAL_QUESTIONS = "several_questions"


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds of the decision; scores are probabilities between 0 and 1."""

    human_request: float = 0.5
    anger: float = 0.72
    rising_anger_step: float = 0.15
    rising_anger_floor: float = 0.45
    impatience: float = 0.55
    impatient_turns_before_handoff: int = 3
    target_precision: float = 0.9
    confident: float = 0.55
    guess_floor: float = 0.15
    candidate_floor: float = 0.05
    max_candidates: int = 3
    clarifications_before_handoff: int = 1
    same_answers_before_handoff: int = 1
    same_intent_before_handoff: int = 2
    vip_tiers: frozenset[str] = frozenset({"diamond"})
    vip_anger: float = 0.6
    vip_clarifications_before_handoff: int = 0
    courtesy_category: str = "寒暄"
    image_needs_human: bool = True

    def sure_from(self, measured: Sequence[tuple[float, float]]) -> float:
        """Give the confidence from which the bot answers under a model.

        `measured` are the model's pairs of precision and confidence, rising: the first that
        reaches the target holds; when none does, the surest one; without any, `confident`.
        """
        for precision, confidence in measured:
            if precision >= self.target_precision:
                return confidence
        return measured[-1][1] if measured else self.confident


@dataclass(frozen=True, slots=True)
class MoodSignal:
    """What the mood reading says of one message."""

    human_request: float = 0.0
    anger: float = 0.0
    level: int = 0
    safety: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the message may be about: an entry of the live release, or a flow of that name."""

    entry: str
    title: str
    confidence: float
    is_flow: bool = False
    human_only: bool = False
    category: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """The bot's reading, reduced to what decides.

    `candidates` are entries of the live release and flows, best first. `flow` is set when the bot
    ran a flow this turn and has messages of its own. `ranking` is all that was read, what is not
    live included. `questions` are what the message asks, each read for itself, when it asks
    several things, or something besides that flow.
    """

    intent: str
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    flow: str | None = None
    release: int | None = None
    model: str | None = None
    ranking: tuple[tuple[str, float], ...] = ()
    questions: tuple[Understood, ...] = ()
    sure_from: tuple[tuple[float, float], ...] = ()
    """What the model has shown: pairs of a precision and the confidence that reaches it."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The bot could not be asked; `why` is for staff."""

    why: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The shopper tapped a choice: no reading is needed."""

    candidate: Candidate
    release: int | None = None


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A former decision of this case, newest last.

    `seq` is the shopper's message it was taken for; `further` are the entries answered besides
    `entry`, when the message asked several things.
    """

    rule: Rule
    entry: str | None
    intent: str | None
    anger: float
    level: int
    clarified: bool
    seq: int = 0
    flow: str | None = None
    ranking: tuple[tuple[str, float], ...] = ()
    further: tuple[str, ...] = ()

    @property
    def answered(self) -> tuple[str, ...]:
        """Give the entries it was answered with, in order."""
        return (*((self.entry,) if self.entry is not None else ()), *self.further)


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a decision may look at."""

    text: str
    mood: MoodSignal
    past: Sequence[PastTurn] = ()
    tier: str = "ordinary"
    image: bool = False
    answer: Understood | Unavailable | Chosen | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a decision fell: the rule, the score it saw and the threshold it used."""

    rule: Rule
    score: float | None = None
    threshold: float | None = None
    words: tuple[str, ...] = ()
    release: int | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer now: from an entry, or with what a flow said.

    `further` is what becomes of the other things the message asked, in the order they are said.
    """

    evidence: Evidence
    entry: str | None = None
    flow: str | None = None
    further: tuple[Reply | Clarify, ...] = ()


@dataclass(frozen=True, slots=True)
class Clarify:
    """Offer up to three entries and a human; without entries, say that it was not understood."""

    evidence: Evidence
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class HandOff:
    """Ask for a human."""

    evidence: Evidence
    reason: Reason
    detail: str = ""


Decision = Reply | Clarify | HandOff


def decide(turn: Turn, policy: Policy) -> Decision | None:
    """Decide what the shop does next; None when the bot has to be asked first.

    The order of the rules is that of docs/routing.md: safety, request, anger, image, then what
    needs the bot.
    """
    urgent = _without_the_bot(turn, policy)
    if urgent is not None:
        return urgent
    match turn.answer:
        case None:
            return None
        case Unavailable(why=why):
            return HandOff(Evidence(Rule.BOT_UNAVAILABLE), Reason.BOT_UNAVAILABLE, why)
        case Chosen(candidate=candidate, release=release):
            evidence = Evidence(Rule.CHOSEN, 1.0, None, release=release)
            return _from_entry(candidate, evidence, turn, policy, chosen=True)
        case Understood() as understood:
            return _from_reading(understood, turn, policy)


def _without_the_bot(turn: Turn, policy: Policy) -> HandOff | None:
    mood = turn.mood
    # Danger first: whoever also asks for a human must not wait at an ordinary place.
    if mood.safety is not None:
        return HandOff(Evidence(Rule.SAFETY, words=mood.words), Reason.SAFETY, mood.safety)
    if mood.human_request >= policy.human_request:
        evidence = Evidence(
            Rule.EXPLICIT_REQUEST, mood.human_request, policy.human_request, mood.words
        )
        return HandOff(evidence, Reason.EXPLICIT_REQUEST)
    angered = _angered(turn, policy)
    if angered is not None:
        return HandOff(angered, Reason.ANGER)
    if turn.image and policy.image_needs_human:
        return HandOff(Evidence(Rule.IMAGE), Reason.IMAGE)
    return None


def _angered(turn: Turn, policy: Policy) -> Evidence | None:
    """Tell why anger needs a human: high now, rising, lasting, or on top of no answer."""
    mood = turn.mood
    limit = policy.vip_anger if turn.tier in policy.vip_tiers else policy.anger
    if mood.anger >= limit:
        return Evidence(Rule.ANGER, mood.anger, limit, mood.words)
    scores = [*(past.anger for past in turn.past), mood.anger]
    if rises(scores, policy.rising_anger_step, policy.rising_anger_floor):
        return Evidence(Rule.RISING_ANGER, mood.anger, policy.rising_anger_floor, mood.words)
    impatience = Evidence(Rule.LASTING_IMPATIENCE, mood.anger, policy.impatience, mood.words)
    if lasts(scores, policy.impatience, policy.impatient_turns_before_handoff):
        return impatience
    if is_impatient(mood, policy) and turn.past and turn.past[-1].clarified:
        return replace(impatience, rule=Rule.UNANSWERED_IMPATIENCE)
    return None


def is_impatient(mood: MoodSignal, policy: Policy) -> bool:
    """Tell whether an answer to this message begins with an apology and offers a human."""
    return mood.anger >= policy.impatience


def _from_reading(understood: Understood, turn: Turn, policy: Policy) -> Decision:
    if understood.questions:
        return _from_questions(understood, turn, policy)
    evidence = Evidence(
        Rule.CONFIDENT,
        understood.confidence,
        policy.sure_from(understood.sure_from),
        release=understood.release,
        model=understood.model,
    )
    if understood.flow is not None:
        return _flowing(understood)
    best = understood.candidates[0] if understood.candidates else None
    sure = understood.confidence >= policy.sure_from(understood.sure_from)
    # A flow speaks for itself where it can; where it may not begin, it is a human's.
    answers = best is not None and (best.human_only or not best.is_flow)
    if sure and best is not None and answers and best.entry == understood.intent:
        return _from_entry(best, evidence, turn, policy)
    return _when_unsure(understood, evidence, turn, policy)


def _from_questions(understood: Understood, turn: Turn, policy: Policy) -> Decision:
    """Answer each question of a message, and offer choices for the rest; a human takes all.

    A flow that began speaks last, for it asks something back.
    """
    replies: list[Reply] = []
    unsure: list[Clarify] = []
    for one in understood.questions:
        decision = _from_reading(one, turn, policy)
        match decision:
            case HandOff():
                return decision
            case Clarify():
                unsure.append(decision)
            case Reply():
                replies.append(_one_of_several(decision))
    last: list[Reply | Clarify] = [_together(unsure, policy)] if unsure else []
    if understood.flow is not None:
        last.append(_one_of_several(_flowing(understood)))
    match [*replies, *last]:
        case [Reply() as first, *rest]:
            return replace(first, further=tuple(rest))
        case [Clarify() as offered, Reply() as flowing]:
            return replace(flowing, further=(offered,))
        case _:
            return _together(unsure, policy)


def _flowing(understood: Understood) -> Reply:
    evidence = Evidence(
        Rule.FLOW, understood.confidence, release=understood.release, model=understood.model
    )
    return Reply(evidence, flow=understood.flow)


def _one_of_several(reply: Reply) -> Reply:
    return replace(reply, evidence=replace(reply.evidence, rule=Rule.SEVERAL_QUESTIONS))


def _together(unsure: Sequence[Clarify], policy: Policy) -> Clarify:
    """Offer the best of each unsure question before the second of any."""
    ranked = zip_longest(*(clarify.candidates for clarify in unsure))
    mixed = {one.entry: one for places in ranked for one in places if one is not None}
    return Clarify(unsure[0].evidence, tuple(mixed.values())[: policy.max_candidates])


def _when_unsure(
    understood: Understood, evidence: Evidence, turn: Turn, policy: Policy
) -> Decision:
    allowed = (
        policy.vip_clarifications_before_handoff
        if turn.tier in policy.vip_tiers
        else policy.clarifications_before_handoff
    )
    in_a_row = 0
    for past in reversed(turn.past):
        if not past.clarified:
            break
        in_a_row += 1
    again = in_a_row >= allowed
    evidence = replace(evidence, rule=Rule.LOW_CONFIDENCE_AGAIN if again else Rule.LOW_CONFIDENCE)
    if again:
        return HandOff(evidence, Reason.LOW_CONFIDENCE)
    return Clarify(evidence, _choices(understood, policy))


def _choices(understood: Understood, policy: Policy) -> tuple[Candidate, ...]:
    """Give what is worth offering: nothing when even the best is but a guess."""
    worth = [
        c
        for c in understood.candidates
        if c.confidence >= policy.candidate_floor and c.category != policy.courtesy_category
    ]
    if not worth or worth[0].confidence < policy.guess_floor:
        return ()
    return tuple(worth[: policy.max_candidates])


def _from_entry(
    candidate: Candidate,
    evidence: Evidence,
    turn: Turn,
    policy: Policy,
    *,
    chosen: bool = False,
) -> Decision:
    if candidate.human_only:
        return HandOff(replace(evidence, rule=Rule.HUMAN_ONLY), Reason.HUMAN_ONLY, candidate.title)
    if candidate.category != policy.courtesy_category and not chosen:
        circling = _circles(candidate, turn, policy)
        if circling is not None:
            circled = replace(evidence, rule=circling)
            return HandOff(circled, Reason.GOING_IN_CIRCLES, candidate.title)
    return Reply(evidence, entry=candidate.entry)


def _circles(candidate: Candidate, turn: Turn, policy: Policy) -> Rule | None:
    """Tell whether this answer was just given, or this entry answered too often in the case."""
    answered = [entry for past in turn.past for entry in past.answered]
    in_a_row = 0
    for entry in reversed(answered):
        if entry != candidate.entry:
            break
        in_a_row += 1
    if in_a_row >= policy.same_answers_before_handoff:
        return Rule.SAME_ANSWER_TWICE
    if answered.count(candidate.entry) >= policy.same_intent_before_handoff:
        return Rule.SAME_INTENT_THRICE
    return None
