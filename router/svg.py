"""Plots as SVG, in the colours of the desk: frame, axes, text; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

INK, LINE, PAPER = "#5c5048", "#e5dccd", "#fffdf9"
COLORS = ("#8a5a17", "#2f5c58", "#b02a1c")
WIDTH, HEIGHT = 760, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 54, 40
FONT = "system-ui, 'Noto Sans', sans-serif"


def heading(title: str, names: Sequence[str] = ()) -> list[str]:
    """Draw the title, and the legend of what has a colour of its own."""
    parts = [f'<text x="{LEFT}" y="22" font-size="15" font-weight="600">{escape(title)}</text>']
    x = float(LEFT)
    for color, name in zip(COLORS, names, strict=False):
        parts.append(f'<rect x="{x:.0f}" y="33" width="11" height="11" fill="{color}"/>')
        parts.append(text(x + 16, 43, name))
        x += 34 + 7.2 * len(name)
    return parts


def frame(title: str, most: float, names: Sequence[str] = ()) -> list[str]:
    """Draw title, legend and the lines a value is read by."""
    parts = heading(title, names)
    for step in range(5):
        value = most * step / 4
        at = y(value, most)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{LINE}"/>')
        parts.append(text(LEFT - 8, at + 4, f"{value:g}", "end"))
    return parts


def shares_below(name: str) -> list[str]:
    """Write the shares from 0 to 1 below a plot, and what they are of."""
    ticks = [text(x(at / 4), HEIGHT - BOTTOM + 16, f"{at / 4:g}", "middle") for at in range(5)]
    return [*ticks, text(x(0.5), HEIGHT - 6, name, "middle")]


def line(points: Sequence[tuple[float, float]], color: str, *, dots: bool = True) -> list[str]:
    """Draw a line through points on the paper."""
    path = " ".join(f"{across:.1f},{down:.1f}" for across, down in points)
    parts = [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2.2"/>']
    return parts + [dot(point, 3, color) for point in points] if dots else parts


def dot(point: tuple[float, float], radius: float, color: str) -> str:
    """Draw a point."""
    return f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="{radius:g}" fill="{color}"/>'


def x(share: float) -> float:
    """Place a share from left to right."""
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def y(value: float, most: float) -> float:
    """Place a value from the bottom up, `most` being the top."""
    return HEIGHT - BOTTOM - min(value, most) / most * (HEIGHT - TOP - BOTTOM)


def nice(value: float) -> float:
    """Give a round number not below a value, to end an axis at."""
    base = 10 ** math.floor(math.log10(max(value, 1e-9)))
    return float(next(base * step for step in (1, 2, 4, 6, 8, 10) if base * step >= value))


def text(across: float, down: float, said: str, anchor: str = "start") -> str:
    """Write a text."""
    return f'<text x="{across:.1f}" y="{down:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def svg(title: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    """Put the parts on paper."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{escape(title)}" font-family="{FONT}" font-size="12" fill="{INK}">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
