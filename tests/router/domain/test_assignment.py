"""Who gets which handoff, and why somebody gets none."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.domain.assignment import (
    AssignmentPolicy,
    Candidate,
    HandOut,
    WhyNot,
    assign,
    why_not,
)
from router.domain.handoff import Handoff
from router.domain.people import Presence, Role, Staff
from router.domain.skills import Needs, Skills
from tests.router.people import LINA, WANG, after, handoff

OFFER = AssignmentPolicy()
AUTO = AssignmentPolicy(hand_out=HandOut.AUTO)
NOW = after(10)


def agent(member: Staff = LINA, **facts: Any) -> Candidate:
    facts.setdefault("presence", Presence.ONLINE)
    return Candidate(member, **facts)


def waiting(id: str = "h-1", at: float = 0, **facts: Any) -> Handoff:
    return replace(handoff(f"c-{id}", id, queued_at=after(at)), **facts)


def given_to(
    handoffs: list[Handoff], agents: list[Candidate], policy: AssignmentPolicy = OFFER
) -> list[tuple[str, str]]:
    matches = assign(handoffs, agents, NOW, policy)
    return [(match.handoff.id, match.agent.id) for match in matches]


EDITOR = Staff("zhao", "zhao", "赵敏", frozenset({Role.EDITOR}))
CHEN = Staff("chen", "chen", "陈静", frozenset({Role.AGENT, Role.SUPERVISOR}), capacity=3)
RINGS = Needs(product_line="jewellery")


@pytest.mark.parametrize(
    ("candidate", "wanting", "reason"),
    [
        pytest.param(agent(), {}, None, id="free and fit"),
        pytest.param(agent(EDITOR), {}, WhyNot.NO_AGENT, id="an editor"),
        pytest.param(agent(presence=Presence.BUSY), {}, WhyNot.NOT_ONLINE, id="busy"),
        pytest.param(agent(has_offer=True), {}, WhyNot.HAS_OFFER, id="thinks about another"),
        pytest.param(agent(load=3), {}, WhyNot.FULL, id="full"),
        pytest.param(agent(load=2), {"weight": 2}, None, id="the last one may overfill"),
        pytest.param(agent(CHEN), {}, WhyNot.NOT_IN_TURN, id="a supervisor"),
        pytest.param(
            agent(replace(LINA, skills=Skills(product_lines=("apparel",)))),
            *({"needs": RINGS}, WhyNot.LACKS_SKILL),
            id="sells clothes, not rings",
        ),
        pytest.param(
            agent(),
            *({"wanted_agent": "staff-wang", "wanted_until": after(60)}, WhyNot.WANTED_BY_ANOTHER),
            id="transferred to 王强",
        ),
        pytest.param(
            agent(), {"wanted_agent": "staff-wang", "wanted_until": after(9)}, None, id="lapsed"
        ),
        pytest.param(agent(), {"wanted_agent": "staff-wang"}, None, id="only preferred elsewhere"),
        pytest.param(
            agent(CHEN),
            *({"wanted_agent": "chen", "wanted_until": after(60), "needs": RINGS}, None),
            id="transferred to the supervisor",
        ),
        pytest.param(
            agent(),
            *({"declined_by": ("staff-lina",), "offered_until": after(0)}, WhyNot.DECLINED),
            id="let it pass",
        ),
        pytest.param(
            agent(),
            *({"declined_by": ("staff-lina",), "offered_until": after(-30)}, None),
            id="let it pass a while ago",
        ),
        pytest.param(agent(angry_streak=2), {"mood": 2}, WhyNot.ANGRY_CAP, id="two in a row"),
        pytest.param(agent(angry_streak=2), {"mood": 1}, None, id="impatient is not angry"),
        pytest.param(agent(angry_streak=2), {"mood": 2, "at": -61}, None, id="waited long enough"),
        pytest.param(
            agent(replace(LINA, angry_cap=3), angry_streak=2), {"mood": 2}, None, id="a cap of hers"
        ),
    ],
)
def test_an_agent_gets_a_handoff_or_we_know_why_not(
    candidate: Candidate, wanting: dict[str, Any], reason: WhyNot | None
) -> None:
    assert why_not(candidate, waiting(**wanting), NOW, OFFER) is reason


def test_the_oldest_goes_to_the_least_loaded() -> None:
    pair = [agent(LINA, load=1), agent(WANG)]
    assert given_to([waiting("h-1")], pair) == [("h-1", "staff-wang")]


def test_each_agent_is_offered_one_at_a_time() -> None:
    queue = [waiting(f"h-{n}") for n in range(5)]
    assert given_to(queue, [agent(LINA), agent(WANG)]) == [
        ("h-0", "staff-lina"),
        ("h-1", "staff-wang"),
    ]


def test_given_at_once_fills_every_agent_in_turn() -> None:
    queue = [waiting(f"h-{n}") for n in range(9)]
    given = given_to(queue, [agent(LINA), agent(WANG)], AUTO)
    assert [h for h, _ in given] == [f"h-{n}" for n in range(6)]
    assert [who for _, who in given].count("staff-lina") == 3


def test_the_agent_of_the_last_case_is_preferred_when_free_and_not_waited_for() -> None:
    sticky = waiting(wanted_agent="staff-wang")
    assert given_to([sticky], [agent(LINA), agent(WANG, load=2)]) == [("h-1", "staff-wang")]
    assert given_to([sticky], [agent(LINA), agent(WANG, load=3)]) == [("h-1", "staff-lina")]


def test_who_cannot_be_served_yet_does_not_hold_up_who_can() -> None:
    queue = [waiting("h-1", needs=RINGS), waiting("h-2")]
    clothes = agent(replace(LINA, skills=Skills(product_lines=("apparel",))))
    assert given_to(queue, [clothes]) == [("h-2", "staff-lina")]


def test_the_longest_without_a_new_one_is_next_among_equals() -> None:
    pair = [agent(LINA, last_at=after(5)), agent(WANG, last_at=after(2))]
    assert given_to([waiting()], pair) == [("h-1", "staff-wang")]


AGENTS = st.lists(
    st.builds(
        lambda load, line, streak: (load, line, streak),
        st.integers(0, 4),
        st.sampled_from([(), ("jewellery",), ("apparel",)]),
        st.integers(0, 3),
    ),
    max_size=6,
)
QUEUE = st.lists(
    st.tuples(
        st.sampled_from([None, "jewellery", "apparel"]), st.integers(0, 2), st.integers(1, 3)
    ),
    max_size=20,
)


@given(AGENTS, QUEUE, st.sampled_from([OFFER, AUTO]))
def test_nothing_fitting_is_left_while_an_agent_has_room(
    facts: list[tuple[int, tuple[str, ...], int]],
    lines: list[tuple[str | None, int, int]],
    policy: AssignmentPolicy,
) -> None:
    agents = [
        agent(
            replace(LINA, id=f"a{n}", skills=Skills(product_lines=line)),
            load=load,
            angry_streak=streak,
        )
        for n, (load, line, streak) in enumerate(facts)
    ]
    queue = [
        waiting(f"h{n:02}", needs=Needs(product_line=line), mood=mood, weight=weight)
        for n, (line, mood, weight) in enumerate(lines)
    ]
    matches = assign(queue, agents, NOW, policy)
    taken = {match.handoff.id for match in matches}
    assert len(taken) == len(matches)
    loads = {a.staff.id: a.load for a in agents}
    for match in matches:
        assert loads[match.agent.id] < match.agent.capacity
        loads[match.agent.id] += match.handoff.weight
    offered = {match.agent.id for match in matches} if policy is OFFER else set()
    for a in agents:
        if a.staff.id in offered or loads[a.staff.id] >= a.staff.capacity:
            continue
        for left in (h for h in queue if h.id not in taken):
            assert not a.staff.skills.cover(left.needs) or left.mood == 2
