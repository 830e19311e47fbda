"""The memory of a step is the most its processes held while it went on."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from router.retrain.memory import PeakMemory, listener, peak_mib, watched
from router.supervise.child import Child
from router.supervise.programs import Program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells on Linux")


async def test_a_child_that_has_ended_still_counts() -> None:
    code = "x = bytearray(80_000_000); import time; time.sleep(0.6)"
    program = Program("child", (sys.executable, "-S", "-c", code), Path.cwd())
    async with watched() as memory:
        alone = memory.mib
        child = await Child.start(program, print)
        memory.watch(child.pid)
        await child.ended()
        await asyncio.sleep(0)
        both = memory.mib
    assert alone is not None
    assert both is not None
    assert both - alone > 60


def test_a_process_that_is_gone_has_no_memory() -> None:
    assert peak_mib(2**22 + 1) is None
    memory = PeakMemory()
    memory.watch(2**22 + 1)
    assert memory.mib is not None


def test_whoever_listens_on_a_port_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert listener(port) == os.getpid()
    assert listener(port) is None
