"""A run's report, as the console shows it and `--out` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from knowledge_base.gate.plots import by_category, confusions, reliability, risk
from knowledge_base.proof import Proof
from knowledge_base.releases import Release
from knowledge_base.runs import Run, RunState
from knowledge_base.runs_store import RunsStore
from router.desk.inbox import Proven
from router.desk.knowledge.training import run_row
from router.retrain.judging import Judgement, drawn, point_of
from router.wire_training import (
    CategoryAccuracy,
    Confusion,
    GateCheck,
    GateItem,
    ReleasePoint,
    ReliabilityBin,
    RiskPoint,
    RunReport,
)

POINTS = 60
LOOKED_AT = 100

View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Findings:
    """What a run found out, as far as it came."""

    judgement: Judgement
    release: Release
    confident: float
    before: Sequence[ReleasePoint] = ()
    proven: Proven | None = field(default=None)


def report_of(run: Run, findings: Findings) -> RunReport:
    """Write down what a run found; a run that is over gives the last word."""
    judgement = findings.judgement
    seen = drawn(judgement)
    categories = {entry.key: entry.category for entry in findings.release.entries}
    cured, not_cured = _cures(findings.proven)
    return RunReport(
        run=run_row(run),
        passed=judgement.passed,
        checks=[_as(check, GateCheck) for check in judgement.checks],
        by_category=[_as(one, CategoryAccuracy) for one in by_category(seen, categories)],
        confusions=[_as(one, Confusion) for one in confusions(seen)],
        reliability=[_as(one, ReliabilityBin) for one in reliability(seen)],
        risk=[_as(one, RiskPoint) for one in risk(seen, findings.confident)],
        over_releases=_over_releases(run, findings),
        cured=cured,
        not_cured=not_cured,
    )


def encoded(report: RunReport) -> bytes:
    """Write a report as JSON."""
    return msgspec.json.format(msgspec.json.encode(report)) + b"\n"


async def points_before(runs: RunsStore) -> list[ReleasePoint]:
    """Give the points of the releases before, from the last promoted run's report."""
    for run in await runs.runs(LOOKED_AT):
        if run.state is RunState.PROMOTED and run.reported:
            kept = await runs.report(run.id)
            try:
                return msgspec.json.decode(kept or b"", type=_Kept).over_releases
            except msgspec.DecodeError:
                return []  # Written by another version: the line begins anew.
    return []


class _Kept(msgspec.Struct):
    over_releases: list[ReleasePoint]


def _over_releases(run: Run, findings: Findings) -> list[ReleasePoint]:
    if run.state is not RunState.PROMOTED or run.model is None:
        return list(findings.before)
    coverage, precision = point_of(findings.judgement)
    at = run.ended_at or run.asked_at
    here = ReleasePoint(findings.release.number, run.model, at, coverage, precision)
    return [*findings.before, here][-POINTS:]


def _cures(proven: Proven | None) -> tuple[list[GateItem], list[GateItem]]:
    if proven is None:
        return [], []
    moved = {case.miss.id for case in proven.moved.cases}
    new = [proof for proof in proven.proofs if proof.cured and proof.miss in moved]
    failed = [proof for proof in proven.proofs if proof.decided and not proof.cured]
    return [_item(proof) for proof in new], [_item(proof) for proof in failed]


def _item(proof: Proof) -> GateItem:
    reading = proof.reading
    return GateItem(
        text=proof.text,
        expected=proof.intended or "",
        got=(reading.entry or "") if reading else "",
        confidence=reading.confidence if reading else None,
        note=proof.why,
    )


def _as(value: object, shape: type[View]) -> View:
    return msgspec.convert(value, shape, from_attributes=True)
