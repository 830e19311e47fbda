"""When a process counts as hung, and when it is started again."""

from __future__ import annotations

import pytest

from router.supervise.restarts import (
    GiveUp,
    Health,
    HealthPolicy,
    Record,
    RestartPolicy,
    StartAgain,
    Verdict,
)

RESTARTS = RestartPolicy(first_delay=0.5, longest_delay=30.0, steady_after=60.0)
CHECKS = HealthPolicy(every=2.0, grace=100.0, misses=3)


@pytest.mark.parametrize(
    ("failures", "delay"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (5_000, 30.0)]
)
def test_each_failure_doubles_the_wait_up_to_the_longest(failures: int, delay: float) -> None:
    assert RESTARTS.delay(failures) == delay


def test_a_process_that_dies_at_once_waits_longer_each_time() -> None:
    first = Record().ended(0.1, healthy=False, policy=RESTARTS)
    assert first == StartAgain(Record(1, False), 0.5)
    second = first.record.ended(0.1, healthy=False, policy=RESTARTS)
    assert second == StartAgain(Record(2, False), 1.0)


def test_an_hour_of_health_forgives_former_failures() -> None:
    again = Record(6, True).ended(3600.0, healthy=True, policy=RESTARTS)
    assert again == StartAgain(Record(1, True), 0.5)


def test_an_hour_without_health_forgives_nothing() -> None:
    again = Record(6, True).ended(3600.0, healthy=False, policy=RESTARTS)
    assert again == StartAgain(Record(7, True), 30.0)


def test_one_that_never_came_up_is_given_up_after_its_tries() -> None:
    policy = RestartPolicy(tries=3)
    assert Record(2).ended(1.0, healthy=False, policy=policy) == GiveUp(3)


def test_one_that_once_was_well_is_never_given_up() -> None:
    policy = RestartPolicy(tries=3)
    outcome = Record(9, was_healthy=True).ended(1.0, healthy=False, policy=policy)
    assert isinstance(outcome, StartAgain)


def test_a_slow_start_is_borne_with_until_the_grace_is_over() -> None:
    health = Health(started_at=0.0).checked(passed=False, now=50.0)
    assert health.verdict(99.0, CHECKS) is Verdict.STARTING
    assert health.verdict(100.0, CHECKS) is Verdict.HUNG


def test_silence_three_times_in_a_row_is_hung_but_not_three_times_in_all() -> None:
    health = Health(started_at=0.0).checked(passed=True, now=5.0)
    assert health.verdict(5.0, CHECKS) is Verdict.HEALTHY
    for _ in range(2):
        health = health.checked(passed=False, now=9.0)
    assert health.verdict(9.0, CHECKS) is Verdict.AILING
    recovered = health.checked(passed=True, now=11.0).checked(passed=False, now=13.0)
    assert recovered.verdict(13.0, CHECKS) is Verdict.AILING
    assert recovered.healthy_since == 5.0
    assert health.checked(passed=False, now=11.0).verdict(11.0, CHECKS) is Verdict.HUNG
