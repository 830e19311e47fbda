"""Keeps one program running: starts it, asks after its health, starts it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from router.supervise.child import CannotStart, Child, OnLine
from router.supervise.programs import Program
from router.supervise.restarts import (
    GiveUp,
    Health,
    HealthPolicy,
    Record,
    RestartPolicy,
    Verdict,
)

Probe = Callable[[], Awaitable[bool]]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Run:
    """How one run of the program ended."""

    ran_for: float
    healthy: bool
    why: str


class Keeper:
    """Keeps one program running until it is stopped or given up."""

    def __init__(
        self,
        program: Program,
        probe: Probe,
        *,
        on_line: OnLine,
        tell: Tell,
        restarts: RestartPolicy | None = None,
        health: HealthPolicy | None = None,
    ) -> None:
        self.program = program
        self.healthy = asyncio.Event()
        self._probe = probe
        self._on_line = on_line
        self._tell = tell
        self._restarts = restarts or RestartPolicy()
        self._health = health or HealthPolicy()
        self._child: Child | None = None
        self._task: asyncio.Task[GiveUp] | None = None

    @property
    def pid(self) -> int | None:
        """Give the id of the running process."""
        return self._child.pid if self._child else None

    def start(self) -> asyncio.Task[GiveUp]:
        """Begin to keep the program running; the task ends only when it is given up."""
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")
        return self._task

    async def stop(self) -> None:
        """Stop keeping, and stop the process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self.healthy.clear()
        if self._child is not None:
            await self._child.stop()
            self._child = None

    def kill(self) -> None:
        """End the process without waiting for it."""
        if self._child is not None:
            self._child.kill()

    async def _keep(self) -> GiveUp:
        record = Record()
        while True:
            run = await self._run()
            self.healthy.clear()
            match record.ended(run.ran_for, healthy=run.healthy, policy=self._restarts):
                case GiveUp() as given_up:
                    self._tell(f"{run.why}; given up after {given_up.failures} tries")
                    return given_up
                case again:
                    record = again.record
                    self._tell(f"{run.why}; starting again in {again.delay:g} s")
                    await asyncio.sleep(again.delay)

    async def _run(self) -> _Run:
        now = asyncio.get_running_loop().time
        started_at = now()
        try:
            self._child = await Child.start(self.program, self._on_line)
        except CannotStart as error:
            return _Run(0.0, False, f"cannot start: {error}")
        ended = asyncio.create_task(self._child.ended())
        health = Health(started_at)
        try:
            while not ended.done():
                health = health.checked(passed=await self._passes(ended), now=now())
                verdict = health.verdict(now(), self._health)
                if verdict is Verdict.HEALTHY:
                    self.healthy.set()
                if verdict is Verdict.HUNG:
                    await self._child.stop()
                    why = "never became healthy" if health.healthy_since is None else "hung"
                    return self._ended(why, health, now())
                await asyncio.wait([ended], timeout=self._pause(verdict))
        finally:
            ended.cancel()
        return self._ended(_said(ended.result()), health, now())

    def _ended(self, why: str, health: Health, now: float) -> _Run:
        self._child = None
        return _Run(now - health.started_at, health.healthy_since is not None, why)

    def _pause(self, verdict: Verdict) -> float:
        # At the start everybody waits for the answer, so it is asked for more often.
        return min(0.25, self._health.every) if verdict is Verdict.STARTING else self._health.every

    async def _passes(self, ended: asyncio.Task[int]) -> bool:
        """Ask the process whether it is well; one that has ended is not waited for."""
        probe = asyncio.ensure_future(self._probe())
        try:
            await asyncio.wait(
                [probe, ended],
                timeout=self._health.timeout,
                return_when=asyncio.FIRST_COMPLETED,
            )
            return probe.done() and probe.exception() is None and probe.result()
        finally:
            probe.cancel()


def _said(code: int) -> str:
    return f"ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
