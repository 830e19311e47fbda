"""The plots of a simulated day; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from router import svg
from router.simulate.measure import Hour, Measured
from router.svg import BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH

COLORS = dict(zip(("ours", "first_come", "vip_first"), svg.COLORS, strict=True))
NAMES = {"ours": "jieli", "first_come": "first come", "vip_first": "VIP first"}


def plots(days: Sequence[Measured]) -> dict[str, str]:
    """Give every plot of a day under several orderings, by its file's name."""
    ours = days[0]
    minutes = _by_hour(days, lambda hour: hour.p90, 60)
    return {
        "waits_by_hour": _lines("P90 of the wait by hour, minutes", minutes, ours.by_hour),
        "waits_by_class": _bars("P90 of the wait by class, minutes", days),
        "demand": _lines(
            "Handoffs asked for and served by hour",
            {
                "asked": [float(hour.asked) for hour in ours.by_hour],
                "served": [float(hour.served) for hour in ours.by_hour],
                "gave up": [float(hour.gave_up) for hour in ours.by_hour],
            },
            ours.by_hour,
        ),
        "coverage": _lines(
            "Waits within the P90 that was told, by hour, %",
            {"jieli": [_or_nan(hour.coverage, 100) for hour in ours.by_hour]},
            ours.by_hour,
            top=100.0,
            band=(85.0, 95.0),
        ),
    }


def _by_hour(
    days: Sequence[Measured], of: Callable[[Hour], float | None], unit: float
) -> dict[str, list[float]]:
    return {NAMES[d.ordering]: [_or_nan(of(h), 1 / unit) for h in d.by_hour] for d in days}


def _or_nan(value: float | None, times: float) -> float:
    return math.nan if value is None else value * times


def _lines(
    title: str,
    series: Mapping[str, Sequence[float]],
    hours: Sequence[Hour],
    *,
    top: float | None = None,
    band: tuple[float, float] | None = None,
) -> str:
    most = top or svg.nice(max((v for row in series.values() for v in row if v == v), default=1.0))
    parts = svg.frame(title, most, list(series))
    if band is not None:
        low, high = (svg.y(value, most) for value in band)
        parts.append(
            f'<rect x="{LEFT}" y="{high:.1f}" width="{WIDTH - LEFT - RIGHT}"'
            f' height="{low - high:.1f}" fill="{COLORS["first_come"]}" opacity="0.12"/>'
        )
    step = (WIDTH - LEFT - RIGHT) / max(1, len(hours) - 1)
    for index, hour in enumerate(hours):
        x = LEFT + index * step
        parts.append(svg.text(x, HEIGHT - BOTTOM + 18, f"{hour.hour:02}", "middle"))
    for color, (_, values) in zip(COLORS.values(), series.items(), strict=False):
        points = [(LEFT + i * step, svg.y(v, most)) for i, v in enumerate(values) if v == v]
        parts += svg.line(points, color)
    return svg.svg(title, parts)


def _bars(title: str, days: Sequence[Measured]) -> str:
    classes = list(days[0].by_class)
    values = {d.ordering: [_or_nan(d.by_class[c].p90, 1 / 60) for c in classes] for d in days}
    most = svg.nice(max((v for row in values.values() for v in row if v == v), default=1.0))
    parts = svg.frame(title, most, [NAMES[d.ordering] for d in days])
    room = (WIDTH - LEFT - RIGHT) / len(classes)
    wide = room * 0.72 / len(days)
    for place, name in enumerate(classes):
        start = LEFT + place * room + room * 0.14
        parts.append(svg.text(start + room * 0.36, HEIGHT - BOTTOM + 18, name, "middle"))
        for index, day in enumerate(days):
            value = values[day.ordering][place]
            y = svg.y(0.0 if value != value else value, most)
            parts.append(
                f'<rect x="{start + index * wide:.1f}" y="{y:.1f}" width="{wide - 2:.1f}"'
                f' height="{HEIGHT - BOTTOM - y:.1f}" fill="{COLORS[day.ordering]}"/>'
            )
    return svg.svg(title, parts)
