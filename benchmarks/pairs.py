"""What benches of two running servers share: the servers, their CPU time, ratios of pairs."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from router.supervise.child import Child
from router.supervise.keeper import Probe
from router.supervise.programs import Program

START_SECONDS = 300.0
PREFERRED = -10
_PAUSE = 0.25
_TICKS = os.sysconf("SC_CLK_TCK")
_LAST_WORDS = 20


def cpu_seconds(stat: str) -> float:
    """Read user and system time of a process from the text of its /proc/<pid>/stat.

    The name in parentheses may hold spaces, so fields count from behind it.
    """
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def cpu_of(pid: int) -> float:
    """Give the CPU seconds a process has used so far, all its threads together."""
    return cpu_seconds(Path(f"/proc/{pid}/stat").read_text())


def ratio(runs: Sequence[Mapping[str, float]], over: str, under: str) -> float:
    """Give the median over pairs of one figure by another, both of the same pair."""
    return round(statistics.median(run[over] / run[under] for run in runs), 3)


def middle(runs: Sequence[Mapping[str, float]], figure: str) -> float:
    """Give the median of a figure over pairs."""
    return round(statistics.median(run[figure] for run in runs), 3)


def in_turn(pair: int) -> tuple[str, str]:
    """Say who goes first in a pair: each every other time, as the machine's load drifts."""
    return ("ours", "floor") if pair % 2 == 0 else ("floor", "ours")


def load() -> list[float]:
    """Give the machine's load now, over one, five and fifteen minutes."""
    return [round(one, 1) for one in os.getloadavg()]


def hurry(pids: Sequence[int]) -> bool:
    """Let processes go before others while they are measured; False where that is not allowed.

    What other work does to a reading then is less; it is the same for both sides.
    """
    try:
        for pid in pids:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.setpriority(os.PRIO_PROCESS, int(thread.name), PREFERRED)
    except PermissionError:
        return False
    return True


@asynccontextmanager
async def running(program: Program, probe: Probe) -> AsyncIterator[Child]:
    """Run a server until the block is left, beginning once its probe passes."""
    said: deque[str] = deque(maxlen=_LAST_WORDS)
    child = await Child.start(program, said.append)
    ended = asyncio.create_task(child.ended())
    try:
        for _ in range(round(START_SECONDS / _PAUSE)):
            if ended.done() or await probe():
                break
            await asyncio.sleep(_PAUSE)
        if ended.done() or not await probe():
            raise SystemExit("\n".join([f"{program.name} did not come up:", *said]))
        yield child
    finally:
        ended.cancel()
        await child.stop()


def told(result: Mapping[str, Any], out: Path | None) -> None:
    """Write a result where asked."""
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
