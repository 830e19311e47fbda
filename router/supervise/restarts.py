"""When a process counts as healthy or hung, and when it is started again; pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How long to wait before another start; seconds.

    The wait doubles from `first_delay` to `longest_delay`; a process that ran `steady_after`
    starts afresh. One that was never healthy is given up after `tries`, None tries for ever.
    """

    first_delay: float = 0.5
    longest_delay: float = 30.0
    steady_after: float = 60.0
    tries: int | None = None

    def delay(self, failures: int) -> float:
        """Tell how long to wait after so many failures in a row, at least one."""
        doublings = min(failures - 1, 30)
        return float(min(self.longest_delay, self.first_delay * 2**doublings))


@dataclass(frozen=True, slots=True)
class StartAgain:
    """Start the process again after a wait."""

    record: Record
    delay: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The process never came up; starting it again would not help."""

    failures: int


@dataclass(frozen=True, slots=True)
class Record:
    """How a process did so far."""

    failures: int = 0
    was_healthy: bool = False

    def ended(self, ran_for: float, *, healthy: bool, policy: RestartPolicy) -> StartAgain | GiveUp:
        """Decide what follows an end that nobody asked for, after a run of so many seconds."""
        steady = healthy and ran_for >= policy.steady_after
        failures = 1 if steady else self.failures + 1
        was_healthy = self.was_healthy or healthy
        if policy.tries is not None and not was_healthy and failures >= policy.tries:
            return GiveUp(failures)
        return StartAgain(Record(failures, was_healthy), policy.delay(failures))


@dataclass(frozen=True, slots=True)
class HealthPolicy:
    """How often to ask a process whether it is well, and for how long to bear with it; seconds."""

    every: float = 2.0
    timeout: float = 2.0
    grace: float = 120.0
    misses: int = 4


class Verdict(enum.StrEnum):
    """What is known of a running process."""

    STARTING = "starting"
    HEALTHY = "healthy"
    AILING = "ailing"
    HUNG = "hung"


@dataclass(frozen=True, slots=True)
class Health:
    """What the checks of one run have shown."""

    started_at: float
    healthy_since: float | None = None
    missed: int = 0

    def checked(self, *, passed: bool, now: float) -> Health:
        """Note one more check."""
        if not passed:
            return replace(self, missed=self.missed + 1)
        since = now if self.healthy_since is None else self.healthy_since
        return replace(self, healthy_since=since, missed=0)

    def verdict(self, now: float, policy: HealthPolicy) -> Verdict:
        """Judge the run: hung is slow to start beyond grace, or silent too often in a row."""
        if self.healthy_since is None:
            late = now - self.started_at >= policy.grace
            return Verdict.HUNG if late else Verdict.STARTING
        if self.missed == 0:
            return Verdict.HEALTHY
        return Verdict.HUNG if self.missed >= policy.misses else Verdict.AILING
