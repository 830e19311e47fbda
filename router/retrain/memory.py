"""How much memory processes held at most, from the kernel's own count."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

EVERY = 0.25
"""Seconds between two looks at a process that may end at any moment."""

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class PeakMemory:
    """The most memory that this process and those it watches held, added up."""

    def __init__(self) -> None:
        _forget_own_peak()
        self._of: dict[int, float] = {}

    def watch(self, pid: int) -> None:
        """Count a process too."""
        self._of.setdefault(pid, 0.0)

    def look(self) -> None:
        """Look at the watched processes now."""
        for pid, peak in self._of.items():
            self._of[pid] = max(peak, peak_mib(pid) or 0.0)

    @property
    def mib(self) -> float | None:
        """Give the sum of all peaks in MiB; None where the system does not tell."""
        self.look()
        own = peak_mib("self")
        return None if own is None else round(own + sum(self._of.values()), 1)


@asynccontextmanager
async def watched() -> AsyncIterator[PeakMemory]:
    """Give a count that looks at its processes again and again until the block is left."""
    memory = PeakMemory()
    looking = asyncio.create_task(_again(memory.look))
    try:
        yield memory
    finally:
        looking.cancel()
        await asyncio.wait([looking])


def peak_mib(pid: int | str) -> float | None:
    """Give the most memory a process has held, in MiB; None where the system does not tell."""
    try:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return int(found[1]) / 1024 if found else None


def listener(port: int) -> int | None:
    """Give the process that listens on a port of this machine; None where that cannot be told."""
    wanted = f":{port:04X}"
    try:
        lines = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
        fields = [line.split() for line in lines]
        listening = (one for one in fields if one[3] == "0A" and one[1].endswith(wanted))
        sockets = {f"socket:[{one[9]}]" for one in listening}
        handles = list(Path("/proc").glob("[0-9]*/fd/*")) if sockets else []
    except (OSError, IndexError):
        return None
    for handle in handles:
        with suppress(OSError):
            if str(handle.readlink()) in sockets:
                return int(handle.parts[2])
    return None


async def _again(look: Callable[[], None]) -> None:
    while True:
        look()
        await asyncio.sleep(EVERY)


def _forget_own_peak() -> None:
    # Linux counts the peak anew after this; elsewhere it stays that of the whole run.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "ascii")
