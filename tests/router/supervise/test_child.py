"""A child writes lines, ends or is ended, and never outlives its supervisor."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from router.supervise.child import CannotStart, Child
from router.supervise.programs import Program

HERE = Path.cwd()


def python(code: str, **environment: str) -> Program:
    return Program("child", (sys.executable, "-S", "-c", code), HERE, environment)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


async def test_every_line_arrives_whole_also_without_a_last_line_end() -> None:
    lines: list[str] = []
    code = "import os; print('你好', os.environ['NAME']); print('\\nbar 1%\\rbar 2%', end='')"
    child = await Child.start(python(code, NAME="小年"), lines.append)
    assert await child.ended() == 0
    assert lines == ["你好 小年", "bar 1%", "bar 2%"]


async def test_a_line_without_end_is_cut_instead_of_filling_the_memory() -> None:
    lines: list[str] = []
    child = await Child.start(python("print('啊' * 300_000, end='')"), lines.append)
    await child.ended()
    assert "".join(lines) == "啊" * 300_000
    assert len(lines) > 2


async def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotStart, match="no-such-python"):
        await Child.start(Program("child", ("/no-such-python",), HERE), print)


async def test_a_polite_child_ends_on_sigterm_and_says_goodbye() -> None:
    lines: list[str] = []
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye'), sys.exit(0)))\n"
        "print('up'); time.sleep(60)"
    )
    child = await Child.start(python(code), lines.append)
    await said(lines, "up")
    assert await child.stop() == 0
    assert lines == ["up", "bye"]


async def test_a_deaf_child_is_killed_with_everything_it_started() -> None:
    lines: list[str] = []
    code = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)']).pid)\n"
        "time.sleep(60)"
    )
    child = await Child.start(python(code), lines.append)
    while not lines:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert await child.stop(patience=0.2) == -9
    grandchild = int(lines[0])
    async with asyncio.timeout(5):
        while is_alive(grandchild):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from router.supervise.child import Child
from router.supervise.programs import Program

async def main():
    code = "import time; time.sleep(60)"
    child = await Child.start(Program("c", (sys.executable, "-S", "-c", code), Path.cwd()), print)
    print(child.pid, flush=True)
    await child.ended()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells children of their parent's death")
def test_a_child_dies_with_a_supervisor_that_is_killed() -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    assert is_alive(pid)
    assert os.getpgid(pid) == pid
    supervisor.kill()
    supervisor.wait()
    until = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_alive(pid)


async def said(lines: list[str], wanted: str) -> None:
    async with asyncio.timeout(10):
        while wanted not in lines:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
