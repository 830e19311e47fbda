"""One running process: its own group, its lines, its end; it dies with its supervisor."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import ctypes
import os
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Callable

from router.supervise.programs import Program

OnLine = Callable[[str], None]
PATIENCE = 10.0
"""Seconds a process has to end after SIGTERM."""

_LINE_END = re.compile(r"[\r\n]+")
_LONGEST = 16_384
_SET_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class CannotStart(Exception):
    """A program is not there or may not be run; the text says which and why."""


class Child:
    """A process that was started."""

    def __init__(self, process: Process, on_line: OnLine) -> None:
        self._process = process
        self._reader = asyncio.create_task(self._read(on_line))

    @classmethod
    async def start(cls, program: Program, on_line: OnLine) -> Child:
        """Start a program in a process group of its own; every line it writes goes to `on_line`."""
        parent = os.getpid()
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                cwd=program.folder,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                process_group=0,
                preexec_fn=lambda: _prepare(parent, program.nice),
            )
        except OSError as error:
            raise CannotStart(f"{program.command[0]}: {error.strerror}") from error
        return cls(process, on_line)

    @property
    def pid(self) -> int:
        """Give the process id, which is its group's too."""
        return self._process.pid

    async def ended(self) -> int:
        """Wait for the end and give the exit code; a signal is its number, negative."""
        code = await self._process.wait()
        # A grandchild may hold the pipe open; its lines are not worth waiting for.
        await asyncio.wait([self._reader], timeout=1.0)
        self._reader.cancel()
        return code

    async def stop(self, patience: float = PATIENCE) -> int:
        """Ask the whole group to end, make it end after `patience`, and give the exit code."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(patience):
                await self._process.wait()
        except TimeoutError:
            pass
        finally:
            self._signal(signal.SIGKILL)
        return await self.ended()

    def kill(self) -> None:
        """End the whole group at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, which: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, which)

    async def _read(self, on_line: OnLine) -> None:
        stream = self._process.stdout
        assert stream is not None
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rest = ""
        while chunk := await stream.read(65_536):
            *lines, rest = _LINE_END.split(rest + decoder.decode(chunk))
            if len(rest) > _LONGEST:
                lines, rest = [*lines, rest], ""
            for line in filter(str.strip, lines):
                on_line(line)
        if rest.strip():
            on_line(rest)


def _prepare(parent: int, nice: int) -> None:
    # Runs between fork and exec: what it needs is loaded before, and it takes no lock.
    if nice:
        os.nice(nice)
    if _libc is not None:
        _libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
