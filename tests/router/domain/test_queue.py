"""The order of the queue keeps its bound, whoever comes and however many."""

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from router.domain.handoff import Handoff
from router.domain.priority import PriorityPolicy
from router.domain.queue import in_order, joined, longest_wait, overtaken_for
from tests.router.people import after, handoff

POLICY = PriorityPolicy()
LONGEST = POLICY.longest


def came(at: float, head_start: int = 0, id: str = "h-1") -> Handoff:
    return replace(handoff(f"c-{id}", id, queued_at=after(at)), head_start=head_start)


def test_a_head_start_is_worth_its_time_and_then_age_decides() -> None:
    old = came(0, 0, "old")
    vip = came(200, 480, "vip")
    late_vip = came(500, 480, "late")
    assert [h.id for h in in_order([late_vip, old, vip])] == ["vip", "old", "late"]


def test_of_two_at_the_same_moment_the_id_decides() -> None:
    assert [h.id for h in in_order([came(0, 0, "b"), came(0, 0, "a")])] == ["a", "b"]


ARRIVALS = st.lists(
    st.tuples(st.integers(0, 4 * LONGEST), st.integers(0, LONGEST)), min_size=1, max_size=60
)


@given(ARRIVALS)
def test_nobody_who_comes_later_than_the_bound_stands_before(
    arrivals: list[tuple[int, int]],
) -> None:
    order = in_order(came(at, head, f"h{n:02}") for n, (at, head) in enumerate(arrivals))
    for place, mine in enumerate(order):
        for other in order[:place]:
            bound = overtaken_for(POLICY, mine.head_start)
            assert other.queued_at <= mine.queued_at + bound


@given(ARRIVALS, st.integers(10, 300))
def test_nobody_waits_longer_than_first_come_first_served_and_the_bound(
    arrivals: list[tuple[int, int]], service: int
) -> None:
    """One agent, equal service: the wait is bounded by the plain queue's longest and the bound."""
    shoppers = [came(at, head, f"h{n:02}") for n, (at, head) in enumerate(arrivals)]
    ours = waits(shoppers, service)
    plain = waits([replace(s, head_start=0) for s in shoppers], service)
    most = dt.timedelta(seconds=max(plain.values()) + service)
    for shopper in shoppers:
        bound = longest_wait(POLICY, most, shopper.head_start)
        assert ours[shopper.id] <= bound.total_seconds()


def test_an_endless_stream_of_vips_does_not_hold_an_ordinary_shopper() -> None:
    ordinary = came(0, 180, "ordinary")
    vips = [came(second, LONGEST, f"vip{second:05}") for second in range(0, 6 * 3600, 30)]
    served = waits([ordinary, *vips], 30)["ordinary"]
    assert served <= LONGEST - 180 + 60


def test_who_comes_after_the_clock_was_set_back_stands_behind() -> None:
    before = came(3600, 180, "before")
    late = joined(came(0, 180, "late"), before.queued_at)
    assert [h.id for h in in_order([late, before])] == ["before", "late"]
    assert late.queued_at == after(0)


def test_a_few_seconds_between_two_nodes_are_no_jump() -> None:
    late = came(0, 180)
    assert joined(late, after(3)) == late
    assert joined(late, None) == late


def waits(shoppers: list[Handoff], service: int) -> dict[str, float]:
    """Serve one after the other, always the next in order of those who have come."""
    waiting = sorted(shoppers, key=lambda h: h.queued_at)
    now, waited = after(0), {}
    here: list[Handoff] = []
    while waiting or here:
        if not here:
            now = max(now, waiting[0].queued_at)
        while waiting and waiting[0].queued_at <= now:
            here.append(waiting.pop(0))
        served = in_order(here)[0]
        here.remove(served)
        waited[served.id] = (now - served.queued_at).total_seconds()
        now += dt.timedelta(seconds=service)
    return waited
