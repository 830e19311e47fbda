"""Long work that gives way to the processes that answer shoppers meanwhile."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")
NICE: Final = 15


def gently(work: Callable[[], T]) -> T:
    """Do work at low priority, wait for it, and go on at the priority of before.

    It is done in a thread of its own: on Linux each thread has a priority, and only the
    privileged may raise one again. Threads that the work starts keep the low one.
    """
    if sys.platform != "linux":
        return work()

    def behind() -> T:
        thread = threading.get_native_id()
        lower = max(NICE, os.getpriority(os.PRIO_PROCESS, thread))
        os.setpriority(os.PRIO_PROCESS, thread, lower)
        return work()

    with ThreadPoolExecutor(1) as alone:
        return alone.submit(behind).result()
