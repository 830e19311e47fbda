"""The routing decision, as a table."""

from dataclasses import replace

import pytest

from router.domain.handoff import Reason
from router.domain.routing import (
    Candidate,
    Chosen,
    Clarify,
    HandOff,
    MoodSignal,
    PastTurn,
    Policy,
    Reply,
    Rule,
    Turn,
    Unavailable,
    Understood,
    decide,
)

POLICY = Policy()
SHIPPING = Candidate("shipping_time", "什么时候发货", 0.9, category="发货物流")
URGE = Candidate("shipping_urge", "催发货", 0.3, category="发货物流")
HACKED = Candidate("account_security", "账号被盗", 0.9, human_only=True)
HELLO = Candidate("greet", "你好", 0.9, category="寒暄")
SURE = Understood("shipping_time", 0.9, (SHIPPING, URGE), release=3, model="m")
UNSURE = Understood(
    "shipping_time", 0.3, (replace(SHIPPING, confidence=0.3), URGE), release=3, model="m"
)
LOST = Understood("shipping_time", 0.1, (), release=3, model="m")


def turn(answer: object = SURE, **facts: object) -> Turn:
    facts.setdefault("mood", MoodSignal())
    return Turn("什么时候发货", answer=answer, **facts)  # type: ignore[arg-type]


def answered(entry: str, **facts: object) -> PastTurn:
    plain = {"rule": Rule.CONFIDENT, "intent": entry, "anger": 0.0, "level": 0, "clarified": False}
    return PastTurn(entry=entry, **(plain | facts))  # type: ignore[arg-type]


CLARIFIED = PastTurn(Rule.LOW_CONFIDENCE, None, "shipping_time", 0.0, 0, True)


@pytest.mark.parametrize(
    ("given", "kind", "rule"),
    [
        pytest.param(turn(), Reply, Rule.CONFIDENT, id="sure"),
        pytest.param(
            turn(mood=MoodSignal(human_request=0.5)), HandOff, Rule.EXPLICIT_REQUEST, id="asks"
        ),
        pytest.param(
            turn(mood=MoodSignal(human_request=0.9, safety="fire", anger=1.0)),
            HandOff,
            Rule.SAFETY,
            id="danger comes before all else",
        ),
        pytest.param(
            turn(mood=MoodSignal(human_request=0.9, anger=1.0)),
            HandOff,
            Rule.EXPLICIT_REQUEST,
            id="a request comes before anger",
        ),
        pytest.param(
            turn(mood=MoodSignal(safety="allergy", anger=1.0)), HandOff, Rule.SAFETY, id="safety"
        ),
        pytest.param(turn(mood=MoodSignal(anger=0.72)), HandOff, Rule.ANGER, id="angry"),
        pytest.param(turn(mood=MoodSignal(anger=0.71)), Reply, Rule.CONFIDENT, id="nearly angry"),
        pytest.param(
            turn(mood=MoodSignal(anger=0.6), tier="diamond"), HandOff, Rule.ANGER, id="vip angry"
        ),
        pytest.param(
            turn(mood=MoodSignal(anger=0.6), past=(answered("a", anger=0.6),) * 2),
            HandOff,
            Rule.LASTING_IMPATIENCE,
            id="impatient for the third time",
        ),
        pytest.param(
            turn(mood=MoodSignal(anger=0.6), past=(answered("a", anger=0.6),)),
            Reply,
            Rule.CONFIDENT,
            id="impatient for the second time",
        ),
        pytest.param(
            turn(
                mood=MoodSignal(anger=0.6),
                past=(answered("a", anger=0.6), answered("b"), answered("c", anger=0.6)),
            ),
            Reply,
            Rule.CONFIDENT,
            id="impatient again after a calm turn",
        ),
        pytest.param(
            turn(mood=MoodSignal(anger=0.6), past=(CLARIFIED,)),
            HandOff,
            Rule.UNANSWERED_IMPATIENCE,
            id="impatient when asked back",
        ),
        pytest.param(turn(image=True), HandOff, Rule.IMAGE, id="image"),
        pytest.param(turn(Unavailable("down")), HandOff, Rule.BOT_UNAVAILABLE, id="bot away"),
        pytest.param(turn(UNSURE), Clarify, Rule.LOW_CONFIDENCE, id="unsure asks back"),
        pytest.param(
            turn(UNSURE, past=(CLARIFIED,)), HandOff, Rule.LOW_CONFIDENCE_AGAIN, id="unsure again"
        ),
        pytest.param(
            turn(UNSURE, past=(CLARIFIED, answered("x"))),
            Clarify,
            Rule.LOW_CONFIDENCE,
            id="an answer in between starts anew",
        ),
        pytest.param(
            turn(UNSURE, tier="diamond"), HandOff, Rule.LOW_CONFIDENCE_AGAIN, id="vip unsure"
        ),
        pytest.param(turn(LOST), Clarify, Rule.LOW_CONFIDENCE, id="nothing to offer"),
        pytest.param(
            turn(LOST, past=(CLARIFIED,)),
            HandOff,
            Rule.LOW_CONFIDENCE_AGAIN,
            id="nothing to offer again",
        ),
        pytest.param(
            turn(Understood("account_security", 0.9, (HACKED,))),
            HandOff,
            Rule.HUMAN_ONLY,
            id="human only",
        ),
        pytest.param(
            turn(past=(answered("shipping_time"),)),
            HandOff,
            Rule.SAME_ANSWER_TWICE,
            id="same answer again",
        ),
        pytest.param(
            turn(
                past=(
                    answered("shipping_time"),
                    answered("x"),
                    answered("shipping_time"),
                    answered("y"),
                )
            ),
            HandOff,
            Rule.SAME_INTENT_THRICE,
            id="same question a third time",
        ),
        pytest.param(
            turn(past=(answered("shipping_time"), answered("x"))),
            Reply,
            Rule.CONFIDENT,
            id="same question a second time, after another",
        ),
        pytest.param(
            turn(Understood("greet", 0.9, (HELLO,)), past=(answered("greet"),) * 4),
            Reply,
            Rule.CONFIDENT,
            id="courtesy never circles",
        ),
        pytest.param(turn(Chosen(URGE, 3)), Reply, Rule.CHOSEN, id="a tapped choice"),
        pytest.param(turn(Chosen(HACKED, 3)), HandOff, Rule.HUMAN_ONLY, id="chosen, human only"),
        pytest.param(
            turn(Chosen(SHIPPING, 3), past=(answered("shipping_time"),)),
            Reply,
            Rule.CHOSEN,
            id="a tap on the same choice answers",
        ),
        pytest.param(
            turn(Understood("where_is_my_order", 0.9, (), "where_is_my_order", "active")),
            Reply,
            Rule.FLOW,
            id="flow speaks",
        ),
        pytest.param(
            turn(Understood("where_is_my_order", 0.95, (URGE,))),
            Clarify,
            Rule.LOW_CONFIDENCE,
            id="sure of what is no live entry",
        ),
    ],
)
def test_decides_by_the_first_rule_that_holds(given: Turn, kind: type, rule: Rule) -> None:
    decision = decide(given, POLICY)
    assert isinstance(decision, kind)
    assert decision.evidence.rule is rule


def test_asks_the_bot_only_when_nothing_else_decides() -> None:
    assert decide(turn(None), POLICY) is None
    urgent = decide(turn(None, mood=MoodSignal(human_request=1.0)), POLICY)
    assert isinstance(urgent, HandOff)


def test_evidence_says_score_threshold_release_and_model() -> None:
    decision = decide(turn(), POLICY)
    assert decision is not None
    evidence = decision.evidence
    assert (evidence.score, evidence.threshold) == (0.9, POLICY.confident)
    assert (evidence.release, evidence.model) == (3, "m")


def test_anger_that_rises_over_three_turns_hands_over_before_it_is_high() -> None:
    rising = (answered("a", anger=0.1), answered("b", anger=0.3))
    decision = decide(turn(mood=MoodSignal(anger=0.5), past=rising), POLICY)
    assert isinstance(decision, HandOff)
    assert decision.reason is Reason.ANGER
    level = (answered("a", anger=0.5), answered("b", anger=0.5))
    assert isinstance(decide(turn(mood=MoodSignal(anger=0.5), past=level), POLICY), Reply)


def test_offers_at_most_three_choices_above_the_floor() -> None:
    many = tuple(Candidate(f"e{i}", f"问题{i}", 0.3 - i / 100) for i in range(6))
    decision = decide(turn(Understood("e0", 0.3, many)), POLICY)
    assert isinstance(decision, Clarify)
    assert [c.entry for c in decision.candidates] == ["e0", "e1", "e2"]
    faint = (Candidate("e0", "问题", 0.3), Candidate("e1", "问题", 0.01))
    decision = decide(turn(Understood("e0", 0.3, faint)), POLICY)
    assert isinstance(decision, Clarify)
    assert len(decision.candidates) == 1


def test_a_flow_may_be_offered_as_a_choice_but_a_courtesy_may_not() -> None:
    torn = (
        Candidate("where_is_my_order", "查物流", 0.4, is_flow=True),
        replace(HELLO, confidence=0.3),
        replace(SHIPPING, confidence=0.2),
    )
    decision = decide(turn(Understood("where_is_my_order", 0.4, torn)), POLICY)
    assert isinstance(decision, Clarify)
    assert [c.entry for c in decision.candidates] == ["where_is_my_order", "shipping_time"]


@pytest.mark.parametrize(
    ("measured", "threshold"),
    [
        pytest.param((), POLICY.confident, id="a model that has shown nothing"),
        pytest.param(((0.85, 0.4), (0.9, 0.6), (0.95, 0.8)), 0.6, id="the target itself"),
        pytest.param(((0.8, 0.4), (0.92, 0.7)), 0.7, id="the next better one"),
        pytest.param(((0.7, 0.3), (0.8, 0.66)), 0.66, id="none: the surest it has"),
    ],
)
def test_the_bot_answers_from_where_its_model_has_been_right_often_enough(
    measured: tuple[tuple[float, float], ...], threshold: float
) -> None:
    for confidence, kind in ((threshold, Reply), (threshold - 0.01, Clarify)):
        read = Understood("shipping_time", confidence, (SHIPPING,), sure_from=measured)
        decision = decide(turn(read), POLICY)
        assert isinstance(decision, kind)
        assert decision.evidence.threshold == threshold
