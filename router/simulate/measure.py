"""What a played day shows: waits by class, breaches, who gave up, how well waits were told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from router.domain.priority import PriorityPolicy
from router.domain.queue import longest_wait, overtaken_for
from router.domain.waits import coverage
from router.simulate.desk import Case, Played

OPEN_HOURS = range(8, 24)


class Waits(Struct):
    """The waits of a class in seconds, what was late, and who gave up."""

    asked: int
    served: int
    p50: float | None
    p90: float | None
    longest: float | None
    breached: float
    gave_up: float


class Hour(Struct):
    """One hour of the day."""

    hour: int
    asked: int
    served: int
    gave_up: int
    p50: float | None
    p90: float | None
    utilisation: float | None
    coverage: float | None
    told: int


class Bound(Struct):
    """The longest wait of an ordinary shopper beside the bound, in seconds.

    Of the whole day, or of those who came in one `hour`.
    """

    longest: float
    bound: float
    first_come: float
    head_start: int
    keeps: bool
    hour: int | None = None


class Measured(Struct):
    """A day under one ordering."""

    ordering: str
    by_class: dict[str, Waits]
    by_hour: list[Hour]
    tickets: Waits
    utilisation: float
    coverage_steady: float | None
    coverage_all: float | None
    coverage_first: float | None
    told_steady: int


def measured(played: Played) -> Measured:
    """Measure a played day; tickets apart, for nobody waits on the line for them."""
    day = played.day
    live = [case for case in played.cases if not case.ticket]
    told = [(t.at, t.estimate.p90, t.waited) for case in live for t in case.told]
    kept = [(at, p90, waited) for at, p90, waited in told if waited is not None]
    steady = [(p, w) for at, p, w in kept if day.hour_of(at) in day.steady]
    first = [
        (case.told[0].estimate.p90, case.told[0].waited or 0.0)
        for case in live
        if case.told and case.accepted_at and day.hour_of(case.told[0].at) in day.steady
    ]
    return Measured(
        ordering=played.ordering.value,
        by_class={name: _waits(filter(fits, live)) for name, fits in CLASSES.items()},
        by_hour=[_hour(played, hour, live, kept) for hour in OPEN_HOURS],
        tickets=_waits(case for case in played.cases if case.ticket),
        utilisation=sum(played.busy.values()) / max(1.0, sum(played.there.values())),
        coverage_steady=coverage(steady),
        coverage_all=coverage((p, w) for _, p, w in kept),
        coverage_first=coverage(first),
        told_steady=len(steady),
    )


def bound_of(ours: Played, first_come: Played, policy: PriorityPolicy) -> Bound:
    """Set the longest wait of the ordinary, of the least head start, beside its bound."""
    ordinary = [case for case in ours.cases if _is_ordinary(case)]
    line = [case for case in first_come.cases if not case.ticket]
    return _bound(ordinary, line, _least_head_start(ordinary), policy)


def bounds_by_hour(
    ours: Played, first_come: Played, policy: PriorityPolicy, hours: Iterable[int]
) -> list[Bound]:
    """Set the longest ordinary wait of each hour beside the bound of that hour.

    Whoever comes at t waits at most H - h longer than first-come-first-served lets one wait who
    comes at t + (H - h): so the hour is set beside the same hour, shifted by that much.
    """
    day, found = ours.day, []
    for hour in hours:
        ordinary = [
            case
            for case in ours.cases
            if _is_ordinary(case) and day.hour_of(case.caller.at) == hour
        ]
        if not ordinary:
            continue
        head_start = _least_head_start(ordinary)
        begins = min(case.caller.at for case in ordinary) + overtaken_for(policy, head_start)
        ends = max(case.caller.at for case in ordinary) + overtaken_for(policy, head_start)
        after = [case for case in first_come.cases if not case.ticket and case.caller.at >= begins]
        line = [case for case in after if case.caller.at <= ends] or after[:1]
        found.append(replace(_bound(ordinary, line, head_start, policy), hour=hour))
    return found


def _bound(
    ordinary: Sequence[Case], line: Sequence[Case], head_start: int, policy: PriorityPolicy
) -> Bound:
    worst = max(_waited(case) or 0.0 for case in ordinary)
    fcfs = max((_waited(case) or 0.0 for case in line), default=0.0)
    bound = longest_wait(policy, dt.timedelta(seconds=fcfs), head_start).total_seconds()
    return Bound(worst, bound, fcfs, head_start, worst <= bound)


def _least_head_start(cases: Iterable[Case]) -> int:
    return min(int((c.handoff.queued_at - c.handoff.order_at).total_seconds()) for c in cases)


def _is_ordinary(case: Case) -> bool:
    return case.caller.tier == "ordinary" and case.caller.mood < 2 and not case.ticket


CLASSES: dict[str, Callable[[Case], bool]] = {
    "all": lambda case: True,
    "ordinary": _is_ordinary,
    "gold": lambda case: case.caller.tier == "gold",
    "diamond": lambda case: case.caller.tier == "diamond",
    "angry": lambda case: case.caller.mood >= 2,
    "critical": lambda case: case.handoff.sla_class == "critical",
}


def _waited(case: Case) -> float | None:
    """Give how long somebody waited, also one who then gave up."""
    until = case.accepted_at or case.gave_up_at
    return (until - case.caller.at).total_seconds() if until is not None else None


def _waits(cases: Iterable[Case]) -> Waits:
    found = list(cases)
    served = [case for case in found if case.accepted_at is not None]
    seconds = sorted(_waited(case) or 0.0 for case in served)
    everybody = max(1, len(found))
    return Waits(
        asked=len(found),
        served=len(served),
        p50=quantile(seconds, 0.5),
        p90=quantile(seconds, 0.9),
        longest=max((_waited(case) or 0.0 for case in found), default=None),
        breached=sum(case.breached for case in found) / everybody,
        gave_up=sum(case.gave_up_at is not None for case in found) / everybody,
    )


def _hour(
    played: Played,
    hour: int,
    live: Sequence[Case],
    kept: Sequence[tuple[dt.datetime, float, float]],
) -> Hour:
    day = played.day
    asked = [case for case in live if day.hour_of(case.caller.at) == hour]
    seconds = sorted(_waited(c) or 0.0 for c in asked if c.accepted_at is not None)
    told = [(p, w) for at, p, w in kept if day.hour_of(at) == hour]
    there = played.there.get(hour, 0.0)
    return Hour(
        hour=hour,
        asked=len(asked),
        served=len(seconds),
        gave_up=sum(case.gave_up_at is not None for case in asked),
        p50=quantile(seconds, 0.5),
        p90=quantile(seconds, 0.9),
        utilisation=played.busy.get(hour, 0.0) / there if there else None,
        coverage=coverage(told),
        told=len(told),
    )


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Give the value a share of ordered values keeps to; None of none."""
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
