"""The page of an evaluation: its tables and plots in one file that needs no other."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rich.table import Table

from router.svg import FONT, INK, LINE, PAPER, WIDTH

STYLE = f"""
body {{ margin: 2rem auto; max-width: {WIDTH}px; padding: 0 1rem; color: {INK};
  background: {PAPER}; font: 15px/1.5 {FONT}; }}
table {{ border-collapse: collapse; margin: 0 0 2rem; }}
caption {{ text-align: left; font-weight: 600; padding: 0.5rem 0; }}
td, th {{ padding: 0.25rem 1.5rem 0.25rem 0; border-bottom: 1px solid {LINE}; text-align: left; }}
td.figure {{ text-align: right; font-variant-numeric: tabular-nums; }}
svg {{ display: block; width: 100%; margin: 0 0 2rem; }}
"""


def page(title: str, tables: Sequence[Table], plots: Sequence[str]) -> str:
    """Write the page."""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n<h1>{escape(title)}</h1>\n"
        + "\n".join([*map(_table, tables), *plots])
        + "</html>\n"
    )


def _table(table: Table) -> str:
    """Write a table as people see it in the terminal."""
    rows = zip(*(column.cells for column in table.columns), strict=True)
    figures = [column.justify == "right" for column in table.columns]
    lines = [f"<table><caption>{escape(str(table.title or ''))}</caption>"]
    if table.show_header:
        names = "".join(f"<th>{escape(str(column.header))}</th>" for column in table.columns)
        lines.append(f"<tr>{names}</tr>")
    for row in rows:
        cells = [
            f"<td{' class=figure' if figure else ''}>{escape(str(cell))}</td>"
            for cell, figure in zip(row, figures, strict=True)
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table>"])
