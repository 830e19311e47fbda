"""The plots of a simulated day as SVG, in the colours of the desk; pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

from router.simulate.measure import Hour, Measured

INK, LINE, PAPER = "#5c5048", "#e5dccd", "#fffdf9"
COLORS = {"ours": "#8a5a17", "first_come": "#2f5c58", "vip_first": "#b02a1c"}
NAMES = {"ours": "jieli", "first_come": "first come", "vip_first": "VIP first"}
WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 54, 40
FONT = "system-ui, 'Noto Sans', sans-serif"


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
    most = top or _nice(max((v for row in series.values() for v in row if v == v), default=1.0))
    parts = _frame(title, most, list(series))
    if band is not None:
        low, high = (_y(value, most) for value in band)
        parts.append(
            f'<rect x="{LEFT}" y="{high:.1f}" width="{WIDTH - LEFT - RIGHT}"'
            f' height="{low - high:.1f}" fill="{COLORS["first_come"]}" opacity="0.12"/>'
        )
    step = (WIDTH - LEFT - RIGHT) / max(1, len(hours) - 1)
    for index, hour in enumerate(hours):
        x = LEFT + index * step
        parts.append(_text(x, HEIGHT - BOTTOM + 18, f"{hour.hour:02}", "middle"))
    for color, (_, values) in zip(COLORS.values(), series.items(), strict=False):
        points = [(LEFT + i * step, _y(v, most)) for i, v in enumerate(values) if v == v]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2.2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in points]
    return _svg(title, parts)


def _bars(title: str, days: Sequence[Measured]) -> str:
    classes = list(days[0].by_class)
    values = {d.ordering: [_or_nan(d.by_class[c].p90, 1 / 60) for c in classes] for d in days}
    most = _nice(max((v for row in values.values() for v in row if v == v), default=1.0))
    parts = _frame(title, most, [NAMES[d.ordering] for d in days])
    room = (WIDTH - LEFT - RIGHT) / len(classes)
    wide = room * 0.72 / len(days)
    for place, name in enumerate(classes):
        start = LEFT + place * room + room * 0.14
        parts.append(_text(start + room * 0.36, HEIGHT - BOTTOM + 18, name, "middle"))
        for index, day in enumerate(days):
            value = values[day.ordering][place]
            y = _y(0.0 if value != value else value, most)
            parts.append(
                f'<rect x="{start + index * wide:.1f}" y="{y:.1f}" width="{wide - 2:.1f}"'
                f' height="{HEIGHT - BOTTOM - y:.1f}" fill="{COLORS[day.ordering]}"/>'
            )
    return _svg(title, parts)


def _frame(title: str, most: float, names: Sequence[str]) -> list[str]:
    """Draw title, legend and the lines a value is read by."""
    parts = [f'<text x="{LEFT}" y="22" font-size="15" font-weight="600">{escape(title)}</text>']
    x = float(LEFT)
    for color, name in zip(COLORS.values(), names, strict=False):
        parts.append(f'<rect x="{x:.0f}" y="33" width="11" height="11" fill="{color}"/>')
        parts.append(_text(x + 16, 43, name))
        x += 34 + 7.2 * len(name)
    for step in range(5):
        value = most * step / 4
        y = _y(value, most)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{LINE}"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{value:g}", "end"))
    return parts


def _y(value: float, most: float) -> float:
    return HEIGHT - BOTTOM - min(value, most) / most * (HEIGHT - TOP - BOTTOM)


def _nice(value: float) -> float:
    """Give a round number not below a value, to end an axis at."""
    base = 10 ** math.floor(math.log10(max(value, 1e-9)))
    return float(next(base * step for step in (1, 2, 4, 6, 8, 10) if base * step >= value))


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(title)}" font-family="{FONT}" font-size="12" fill="{INK}">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
