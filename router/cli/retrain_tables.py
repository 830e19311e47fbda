"""The tables of `jieli retrain`."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from router.cli.knowledge import local
from router.wire_training import GateCheck, RunRow

SHOWN = 10
_SIGNS = {True: "✓", False: "✗", None: "–"}


def run_table(rows: list[RunRow]) -> Table:
    """List runs."""
    table = Table("run", "asked", "by", "state", "release", "model", "seconds", "why")
    for row in rows:
        table.add_row(
            row.id,
            local(row.asked_at),
            f"{row.author} ({row.trigger})",
            row.state if row.phase is None or row.state != "running" else f"running: {row.phase}",
            "" if row.release is None else str(row.release),
            row.model or "",
            f"{sum(one.seconds for one in row.phases):.0f}",
            Text(row.why),
        )
    return table


def phase_table(run: RunRow) -> Table:
    """Show how long a run's steps took, and their memory."""
    table = Table("step")
    table.add_column("seconds", justify="right")
    table.add_column("peak MiB", justify="right")
    for one in run.phases:
        peak = "" if one.peak_mib is None else f"{one.peak_mib:,.0f}"
        table.add_row(one.phase, f"{one.seconds:.1f}", peak)
    table.add_row("in all", f"{sum(one.seconds for one in run.phases):.1f}", "")
    return table


def check_table(checks: list[GateCheck]) -> Table:
    """Show the gate's figures against their thresholds."""
    table = Table("")
    table.add_column("check", no_wrap=True)
    for name in ("figure", "threshold", "live", "rows", "failing"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("note", min_width=16)
    for check in checks:
        asked = f"{'≥' if check.floor else '≤'} {_figure(check.threshold, check.unit)}"
        table.add_row(
            _SIGNS[check.passed],
            check.name,
            _figure(check.figure, check.unit),
            asked,
            _figure(check.live, check.unit),
            str(check.measured),
            str(len(check.failing)),
            Text(check.note),
        )
    return table


def failing_table(check: GateCheck) -> Table:
    """Show what fails a check."""
    table = Table("text", "expected", "got", "sure", "note", title=check.name)
    for item in check.failing[:SHOWN]:
        sure = "" if item.confidence is None else f"{item.confidence:.2f}"
        table.add_row(Text(item.text), item.expected, item.got, sure, Text(item.note))
    if len(check.failing) > SHOWN:
        table.caption = f"and {len(check.failing) - SHOWN} more; --json or --out has them all"
    return table


def sentence(run: RunRow) -> str:
    """Say how a run ended."""
    model = run.model or "no model"
    said = {
        "promoted": f"{model} of release {run.release} was promoted.",
        "kept": f"{model} of release {run.release} is not promoted: the model before serves on.",
    }.get(run.state, f"The run {run.state}: the model before serves on.")
    return f"{said} {run.why}".rstrip()


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    match unit:
        case "count":
            return f"{value:.0f}"
        case "ms":
            return f"{value:.1f} ms"
        case "ratio":
            return f"{value:.2f} ×"
        case _:
            return f"{value:.3f}"
