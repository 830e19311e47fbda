"""The order of the queue and what ranks a handoff."""

from hypothesis import given
from hypothesis import strategies as st

from router.domain.handoff import Priority, Reason, priority_of, queue_order
from tests.router.people import after, handoff

VIP = frozenset({"diamond"})


def test_higher_priority_comes_first_then_the_oldest() -> None:
    late = handoff("a", "1", Priority.NORMAL, after(60))
    early = handoff("b", "2", Priority.NORMAL, after(0))
    urgent = handoff("c", "3", Priority.URGENT, after(90))
    assert queue_order([late, early, urgent]) == [urgent, early, late]


@given(st.lists(st.tuples(st.sampled_from(Priority), st.integers(0, 50)), max_size=20))
def test_the_order_does_not_depend_on_how_they_are_listed(
    facts: list[tuple[Priority, int]],
) -> None:
    waiting = [handoff(f"c{i}", f"h{i}", p, after(s)) for i, (p, s) in enumerate(facts)]
    assert queue_order(waiting) == queue_order(list(reversed(waiting)))


def test_safety_is_always_first_and_vip_moves_up_one_step() -> None:
    assert priority_of(Reason.SAFETY, "ordinary", VIP) is Priority.URGENT
    assert priority_of(Reason.ANGER, "ordinary", VIP) is Priority.HIGH
    assert priority_of(Reason.LOW_CONFIDENCE, "ordinary", VIP) is Priority.NORMAL
    assert priority_of(Reason.LOW_CONFIDENCE, "diamond", VIP) is Priority.HIGH
    assert priority_of(Reason.ANGER, "diamond", VIP) is Priority.HIGH
