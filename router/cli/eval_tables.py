"""How people read the results of `jieli eval`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from router.evaluation.answers import AnswersReport, KnownFigures, OutsideFigures
from router.evaluation.intents import IntentsReport, confusions
from router.evaluation.rows import MoodRow
from router.evaluation.triggers import fired_by_label
from router.mood.evaluate import TriggersReport

CONFUSIONS = 10


def intent_tables(report: IntentsReport) -> list[Table]:
    """Show the figures, and which intents are taken for which."""
    figures = _figures(
        "intents",
        [
            ("rows, out of domain", f"{len(report.rows):,}, {len(report.ood_rows):,}"),
            ("accuracy", _share(report.accuracy)),
            ("macro F1", _share(report.macro_f1)),
            ("top 3", _share(report.top3)),
            ("coverage at 90 % precision", _share(report.coverage_at_p90)),
            ("precision at 60 % coverage", _share(report.precision_at_60)),
            ("calibration error (ECE)", _share(report.ece)),
            ("out of domain, AUROC", _share(report.ood_auroc)),
            ("training, seconds", f"{report.fit_seconds:,.1f}"),
            ("a reading, ms", f"p50 {report.parse_ms.p50:.1f}, p99 {report.parse_ms.p99:.1f}"),
        ],
    )
    mistakes = Table("is", "read as", "times", title="most frequent mistakes")
    for truth, guess, times in confusions(report.rows, CONFUSIONS):
        mistakes.add_row(Text(truth), Text(guess), str(times))
    return [figures, mistakes] if mistakes.row_count else [figures]


def trigger_tables(rows: Sequence[MoodRow], report: TriggersReport) -> list[Table]:
    """Show how often the triggers fired, and the figures of the labels the rows carry."""
    lines = [
        ("rows", f"{len(report.rows):,}"),
        ("requests for a human fired", f"{sum(r.human_request.fired for r in report.rows):,}"),
        ("anger fired", f"{sum(r.anger.fired for r in report.rows):,}"),
        ("a reading, ms", f"p50 {report.read_ms_median:.1f}, p99 {report.read_ms_p99:.1f}"),
    ]
    if (asked := report.human_request) is not None:
        lines.append(("requests, recall", _share(asked.recall)))
        lines.append(("requests, false alarms", _share(asked.false_alarms)))
    if (angry := report.anger) is not None:
        lines.append(("AUROC, angry against calm", _share(angry.auroc_angry)))
        lines.append(("AUROC, not calm against calm", _share(angry.auroc_not_calm)))
        lines.append(("angry found at 2 % false alarms", _share(angry.recall_angry)))
        lines.append(("impatient found at 2 % false alarms", _share(angry.recall_impatient)))
    labels = Table("labelled", "rows", "fired", "share", title="fired under the policy")
    for one in fired_by_label(rows, report):
        labels.add_row(one.label, f"{one.rows:,}", f"{one.fired:,}", _share(one.fired / one.rows))
    figures = _figures("triggers", lines)
    return [figures, labels] if labels.row_count else [figures]


def answer_tables(report: AnswersReport) -> list[Table]:
    """Show what was decided, and how rightly where the rows say what is right."""
    lines = [("release", str(report.release)), ("model", report.model)]
    lines += [(name, f"{count:,}") for name, count in report.decisions.items()]
    tables = [_figures("decisions", lines)]
    if report.known is not None:
        tables.append(_known_table(report.known))
    if report.out_of_scope is not None:
        tables.append(_outside_table(report.out_of_scope))
    return tables


def _known_table(known: KnownFigures) -> Table:
    precision = known.replied_right / known.replied if known.replied else None
    return _figures(
        "an entry answers",
        [
            ("rows", f"{known.rows:,}"),
            ("read rightly (top 1)", _share(known.top1)),
            ("among the first three", _share(known.top3)),
            ("coverage at 90 % precision", _share(known.coverage_at_p90)),
            ("precision at 60 % coverage", _share(known.precision_at_60)),
            ("calibration error (ECE)", _share(known.ece)),
            ("replied", _share(known.replied)),
            ("replied, and rightly", _share(known.replied_right)),
            ("precision of replies", _share(precision)),
            ("asked back", _share(known.clarified)),
            ("asked back, the right one offered", _share(known.clarified_with_it)),
            ("handed over", _share(known.handed_off)),
        ],
    )


def _outside_table(outside: OutsideFigures) -> Table:
    return _figures(
        "no entry answers",
        [
            ("rows", f"{outside.rows:,}"),
            ("replied nevertheless", _share(outside.replied)),
            ("AUROC against the others", _share(outside.auroc)),
        ],
    )


def _figures(title: str, lines: Sequence[tuple[str, str]]) -> Table:
    table = Table(title=title, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, figure in lines:
        table.add_row(name, figure)
    return table


def _share(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.3f}"
