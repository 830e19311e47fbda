"""Work that gives way: its thread has a low priority, what goes on after it has the old one."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from bot.gently import NICE, gently


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities on Linux only")
def test_the_work_and_what_it_starts_give_way_and_what_follows_does_not() -> None:
    before = priority()

    def work() -> list[int]:
        found = [priority()]
        thread = threading.Thread(target=lambda: found.append(priority()))
        thread.start()
        thread.join()
        return found

    assert gently(work) == [max(NICE, before)] * 2
    assert priority() == before


def test_what_the_work_raises_reaches_whoever_asked_for_it() -> None:
    with pytest.raises(ZeroDivisionError):
        gently(lambda: 1 // 0)
