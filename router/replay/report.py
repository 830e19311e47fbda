"""The figures of a replay, and how people read them; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from rich.table import Table

from router.replay.verdict import Verdict, percentile


class Decision(msgspec.Struct, frozen=True):
    """A decision as the router recorded it."""

    seq: int
    kind: str
    rule: str
    reason: str | None = None
    entry: str | None = None
    confidence: float | None = None
    took_ms: float | None = None


class Recorded(msgspec.Struct, frozen=True):
    """What the router recorded of one conversation."""

    decisions: tuple[Decision, ...] = ()
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Played:
    """What became of one conversation; latencies in seconds."""

    turns: int
    acks: tuple[float, ...]
    answers: tuple[float, ...]
    refused: tuple[str, ...]
    unanswered: int
    reconnects: int
    verdict: Verdict
    recorded: Recorded


class Spread(msgspec.Struct, frozen=True):
    """Two percentiles, milliseconds."""

    p50: float | None
    p99: float | None

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """Measure latencies."""
        p50, p99 = (percentile(seconds, share) for share in (0.5, 0.99))
        return cls(_milliseconds(p50), _milliseconds(p99))


class Latency(msgspec.Struct, frozen=True):
    """Until the acknowledgement, and until the answer or the handoff."""

    ack: Spread
    answer: Spread


class Report(msgspec.Struct, frozen=True):
    """The result of a replay, as written with --out; `reasons` counts rules."""

    conversations: int
    turns: int
    sent: int
    refused: dict[str, int]
    decisions: dict[str, int]
    reasons: dict[str, int]
    misses: int
    latency_ms: Latency
    lost: int
    duplicated: int
    out_of_order: int
    unanswered: int
    reconnects: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was lost, doubled, out of order or left without an answer."""
        return not (self.lost or self.duplicated or self.out_of_order or self.unanswered)


def report(played: Iterable[Played], seconds: float) -> Report:
    """Add up the conversations."""
    every = list(played)
    decisions = [one for played_one in every for one in played_one.recorded.decisions]
    verdict = sum((one.verdict for one in every), Verdict())
    return Report(
        conversations=len(every),
        turns=sum(one.turns for one in every),
        sent=sum(len(one.acks) for one in every),
        refused=_counted(code for one in every for code in one.refused),
        decisions=_counted(one.kind for one in decisions),
        reasons=_counted(one.rule for one in decisions),
        misses=sum(one.recorded.misses for one in every),
        latency_ms=Latency(
            Spread.of([each for one in every for each in one.acks]),
            Spread.of([each for one in every for each in one.answers]),
        ),
        lost=verdict.lost,
        duplicated=verdict.duplicated,
        out_of_order=verdict.out_of_order,
        unanswered=sum(one.unanswered for one in every),
        reconnects=sum(one.reconnects for one in every),
        seconds=round(seconds, 1),
    )


def tables(result: Report) -> list[Table]:
    """Show a report to people."""
    counts = Table(title="replay", show_header=False)
    counts.add_column()
    counts.add_column(justify="right")
    for name in ("conversations", "turns", "sent", "misses", "unanswered", "reconnects"):
        counts.add_row(name, f"{getattr(result, name):,}")
    for code, count in result.refused.items():
        counts.add_row(f"refused: {code}", f"{count:,}")
    for name in ("lost", "duplicated", "out_of_order"):
        count = getattr(result, name)
        counts.add_row(
            name.replace("_", " "), f"{count:,}", style="bold green" if count == 0 else "bold red"
        )
    counts.add_row("seconds", f"{result.seconds:,.1f}")
    latency = Table("milliseconds until", "p50", "p99", title="latency")
    for name, spread in (("ack", result.latency_ms.ack), ("answer", result.latency_ms.answer)):
        latency.add_row(name, _shown(spread.p50), _shown(spread.p99))
    return [
        counts,
        latency,
        _shares("decision", result.decisions),
        _shares("reason (rule)", result.reasons),
    ]


def _shares(title: str, counts: dict[str, int]) -> Table:
    total = sum(counts.values())
    table = Table(title, "count", "share")
    for name, count in counts.items():
        table.add_row(name, f"{count:,}", f"{count / total:.1%}")
    return table


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 2)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"
