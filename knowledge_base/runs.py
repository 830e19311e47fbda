"""Runs of the retraining, one at a time, and which model serves; pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.errors import KnowledgeError


class Trigger(StrEnum):
    """What asked for a run."""

    NIGHTLY = "nightly"
    CONSOLE = "console"
    COMMAND = "command"
    START = "start"  # `jieli up` found no model of the live release, or a stale one


class RunState(StrEnum):
    """How far a run has come, or how it ended."""

    ASKED = "asked"
    RUNNING = "running"
    PROMOTED = "promoted"
    KEPT = "kept"  # the gate refused the candidate: the old model was kept
    FAILED = "failed"
    ABANDONED = "abandoned"  # its process ended without a word

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (RunState.ASKED, RunState.RUNNING)


class Phase(StrEnum):
    """The steps of a run, in their order."""

    SNAPSHOT = "snapshot"
    EXPORT = "export"
    TRAIN = "train"
    LOAD = "load"
    GATE = "gate"
    PROMOTE = "promote"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class PhaseTime:
    """How long a step took, and the most memory its processes held, in MiB, where measured."""

    phase: Phase
    seconds: float
    peak_mib: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the retraining; the report is kept beside it."""

    id: str
    trigger: Trigger
    author: str
    asked_at: dt.datetime
    state: RunState = RunState.ASKED
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    phase: Phase | None = None
    release: int | None = None
    model: str | None = None
    why: str = ""  # it was kept or failed, for people
    phases: tuple[PhaseTime, ...] = ()
    reported: bool = False


class RunGoesOn(KnowledgeError):
    """Another run holds the lock: there is only one at a time, whatever starts it."""

    def __init__(self, run: Run) -> None:
        super().__init__(
            "run_goes_on",
            f"{run.author} started a training at {run.started_at or run.asked_at:%H:%M:%S} UTC"
            f" ({run.trigger}), and it goes on.",
            "Wait for its end; what is published meanwhile is trained by the next one.",
        )
        self.run = run


class UnknownRun(KnowledgeError):
    """There is no run of this id."""

    def __init__(self, run: str) -> None:
        super().__init__(
            "unknown_run", f"There is no training run {run!r}.", "List the runs and choose one."
        )


class RunIsOver(KnowledgeError):
    """What was to happen in a run came after its end."""

    def __init__(self, run: str, state: RunState) -> None:
        super().__init__(
            "run_is_over",
            f"The training run {run!r} is over ({state}); nothing more is noted for it.",
            "Start another run.",
        )


class LockLost(KnowledgeError):
    """A run gave no sign of life in time: it counts as abandoned, another one may go on."""

    def __init__(self, run: str) -> None:
        super().__init__(
            "lock_lost",
            f"The training run {run!r} gave no sign of life in time and counts as abandoned.",
            "Start another run.",
        )


class UnknownModel(KnowledgeError):
    """There is no such model to serve, or none to go back to."""

    def __init__(self, model: str | None) -> None:
        what = "There is no earlier model to go back to."
        super().__init__(
            "unknown_model",
            what if model is None else f"There is no model {model!r} to serve.",
            "List the runs and choose a model that was promoted once.",
        )


class ModelMove(StrEnum):
    """Why another model was asked for."""

    PROMOTE = "promote"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class Serving:
    """Which model answers, which shall, and which stands beside it.

    What people and runs ask for (`wanted`, `candidate_wanted`) and what the keeper of the bot
    processes reports are kept apart: each is written by its side alone.
    """

    wanted: str | None = None
    wanted_by: str = ""
    wanted_move: ModelMove = ModelMove.PROMOTE
    wanted_at: dt.datetime | None = None
    candidate_wanted: str | None = None
    live: str | None = None
    live_address: str | None = None
    live_since: dt.datetime | None = None
    candidate: str | None = None
    candidate_address: str | None = None
    former: str | None = None  # served before; warm as long as it has an address
    former_address: str | None = None
    trouble_model: str | None = None  # could not be brought up last
    trouble: str = ""
    keeper_at: dt.datetime | None = None  # the keeper's last sign of life


@dataclass(frozen=True, slots=True)
class ModelChange:
    """One change of the live model."""

    model: str
    replaced: str | None
    move: ModelMove
    author: str
    at: dt.datetime
