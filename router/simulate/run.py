"""Plays a day under each ordering and puts what it shows together."""

from __future__ import annotations

from dataclasses import replace

from msgspec import Struct
from rich.table import Table

from router.policy import HouseRules
from router.simulate.day import make_day
from router.simulate.desk import Desk, House, Ordering
from router.simulate.measure import (
    OPEN_HOURS,
    Bound,
    Measured,
    Waits,
    bound_of,
    bounds_by_hour,
    measured,
)


class Simulation(Struct):
    """A day under the desk's own ordering and under two plainer ones."""

    seed: int
    scale: float
    peak: float
    callers: int
    agents: int
    steady_hours: tuple[int, ...]
    days: list[Measured]
    bound: Bound
    bounds: list[Bound]


def simulate(rules: HouseRules, *, seed: int, scale: float, peak: float) -> Simulation:
    """Play one day three times: the same callers, agents and chances, another order."""
    day = make_day(seed, scale=scale, peak=peak)
    timing = replace(rules.timing, calendar=day.calendar)
    house = House(rules.priority, rules.assignment, timing, rules.routing.vip_tiers)
    played = {ordering: Desk(day, house, ordering).play() for ordering in Ordering}
    return Simulation(
        seed=seed,
        scale=scale,
        peak=peak,
        callers=len(day.callers),
        agents=len(day.turns),
        steady_hours=day.steady,
        days=[measured(one) for one in played.values()],
        bound=bound_of(played[Ordering.OURS], played[Ordering.FIRST_COME], house.priority),
        bounds=bounds_by_hour(
            played[Ordering.OURS], played[Ordering.FIRST_COME], house.priority, OPEN_HOURS
        ),
    )


def tables(simulation: Simulation) -> list[Table]:
    """Show a simulation to people."""
    return [_classes(simulation), _hours(simulation), _summary(simulation)]


def _classes(simulation: Simulation) -> Table:
    table = Table(title="Waits by class, minutes; late and given up in %", title_justify="left")
    for head in ("order", "class"):
        table.add_column(head)
    for head in ("asked", "P50", "P90", "longest", "late", "gave up"):
        table.add_column(head, justify="right")
    for day in simulation.days:
        rows = {**day.by_class, "tickets": day.tickets}
        for name, waits in rows.items():
            table.add_row(day.ordering if name == "all" else "", name, *_row(waits))
        table.add_section()
    return table


def _row(waits: Waits) -> tuple[str, ...]:
    return (
        str(waits.asked),
        _minutes(waits.p50),
        _minutes(waits.p90),
        _minutes(waits.longest),
        _percent(waits.breached),
        _percent(waits.gave_up),
    )


def _hours(simulation: Simulation) -> Table:
    day, bounds = simulation.days[0], {one.hour: one for one in simulation.bounds}
    table = Table(title=f"By hour, {day.ordering}; steady hours with *", title_justify="left")
    for head in ("hour", "asked", "gave up", "P50", "P90", "busy", "told", "within P90"):
        table.add_column(head, justify="right")
    for head in ("ordinary, longest", "its bound"):
        table.add_column(head, justify="right")
    for hour in day.by_hour:
        bound = bounds.get(hour.hour)
        table.add_row(
            f"{hour.hour:02}{'*' if hour.hour in simulation.steady_hours else ''}",
            str(hour.asked),
            str(hour.gave_up),
            _minutes(hour.p50),
            _minutes(hour.p90),
            _percent(hour.utilisation),
            str(hour.told),
            _percent(hour.coverage),
            _minutes(bound.longest if bound else None),
            _bounded(bound),
        )
    return table


def _bounded(bound: Bound | None) -> str:
    if bound is None:
        return "-"
    return _minutes(bound.bound) + ("" if bound.keeps else " BROKEN")


def _summary(simulation: Simulation) -> Table:
    table = Table(title="The day", title_justify="left", show_header=False)
    ours, bound = simulation.days[0], simulation.bound
    steady = simulation.steady_hours
    shares = [h.coverage for h in ours.by_hour if h.hour in steady and h.coverage is not None]
    spread = f"{_percent(min(shares))} to {_percent(max(shares))}" if shares else "-"
    broken = sum(not one.keeps for one in simulation.bounds)
    hours = f"{steady[0]:02}-{steady[-1] + 1:02}"
    for name, value in (
        ("callers, agents", f"{simulation.callers}, {simulation.agents}"),
        (f"within the P90 told, {hours}", _percent(ours.coverage_steady)),
        ("the same, lowest and highest hour", spread),
        ("the same, told first", _percent(ours.coverage_first)),
        ("the same, all hours", _percent(ours.coverage_all)),
        ("busy, all day", _percent(ours.utilisation)),
        ("longest ordinary wait", f"{_minutes(bound.longest)} min"),
        (
            "its bound: longest head start + first come's longest",
            f"{_minutes(bound.bound)} min ({'kept' if bound.keeps else 'BROKEN'})",
        ),
        ("hours whose own bound is broken", f"{broken} of {len(simulation.bounds)}"),
    ):
        table.add_row(name, value)
    return table


def _minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.1f}"
