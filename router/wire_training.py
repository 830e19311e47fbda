"""The editors' wire about runs, gates and the models that serve: /api/v1/kb/runs and /model."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct


class _In(Struct, forbid_unknown_fields=True):
    """What comes from the console."""


class _Out(Struct):
    """What goes to the console."""


class PhaseView(_Out):
    """A finished step of a run."""

    phase: str
    seconds: float
    peak_mib: float | None


class RunRow(_Out):
    """A run of the retraining."""

    id: str
    trigger: Literal["nightly", "console", "command", "start"]
    author: str
    state: Literal["asked", "running", "promoted", "kept", "failed", "abandoned"]
    phase: str | None
    asked_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    release: int | None
    model: str | None
    why: str
    phases: list[PhaseView]
    reported: bool


class RunList(_Out):
    """GET /api/v1/kb/runs. POST /api/v1/kb/runs starts one (202 RunRow, 409 run_goes_on)."""

    runs: list[RunRow]


class GateItem(_Out):
    """One failing text: what was expected and what came."""

    text: str
    expected: str
    got: str
    confidence: float | None = None
    note: str = ""


class GateCheck(_Out):
    """One check: its figure and its threshold; `passed` is None where nothing could be measured.

    `floor` true: the figure has to be at least the threshold; false: at most.
    """

    name: str
    figure: float | None
    threshold: float
    floor: bool
    unit: Literal["share", "ms", "count", "ratio"]
    passed: bool | None
    measured: int
    live: float | None = None
    """The same figure of the model that serves now, where it was measured beside it."""
    note: str = ""
    failing: list[GateItem] = []


class CategoryAccuracy(_Out):
    """Held-out accuracy of a category's entries."""

    category: str
    texts: int
    top1: float
    top3: float


class Confusion(_Out):
    """How often held-out texts of one entry were read as another."""

    expected: str
    got: str
    times: int


class ReliabilityBin(_Out):
    """Held-out texts by confidence: the mean of it and the share of right ones."""

    confidence: float
    right: float
    texts: int


class RiskPoint(_Out):
    """Answering from this confidence on: the share answered and how much of it is right."""

    confidence: float
    coverage: float
    precision: float


class ReleasePoint(_Out):
    """Coverage and precision at the router's threshold, by release."""

    release: int
    model: str
    at: dt.datetime
    coverage: float
    precision: float


class RunReport(_Out):
    """GET /api/v1/kb/runs/{id}/report; also written as JSON by `jieli retrain --out`."""

    run: RunRow
    passed: bool
    checks: list[GateCheck]
    by_category: list[CategoryAccuracy]
    confusions: list[Confusion]
    reliability: list[ReliabilityBin]
    risk: list[RiskPoint]
    over_releases: list[ReleasePoint]
    cured: list[GateItem]
    """Misses proven cured by the new model: text, intended entry, what it gets."""
    not_cured: list[GateItem]


class ServingView(_Out):
    """Which model answers and which stands beside it."""

    live: str | None
    live_since: dt.datetime | None
    wanted: str | None
    candidate: str | None
    former: str | None
    former_warm: bool
    trouble: str
    kept: bool
    """Whether somebody keeps the bot processes: without, a promote waits for one."""


class ModelWanted(_In):
    """POST /api/v1/kb/model: serve this model, or (None) the one that served before."""

    model: str | None = None
