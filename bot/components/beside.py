"""Work that is done on two cores at once, by a copy of this process that shares what is read."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

Made = TypeVar("Made")


def in_parallel(jobs: Sequence[Callable[[], Made]]) -> list[Made]:
    """Return what each job makes, in order; the jobs share the cores there are.

    The copies end with their last job, or when nobody is left to take it. A job that fails in a
    copy is done again here, where its error can be told.
    """
    workers = min(len(os.sched_getaffinity(0)), len(jobs))
    context = multiprocessing.get_context("fork")
    copies = []
    for worker in range(1, workers):
        here, there = context.Pipe(duplex=False)
        copy = context.Process(target=_send, args=(there, jobs[worker::workers]), daemon=True)
        copy.start()
        there.close()
        copies.append((worker, here, copy))
    made: dict[int, Made] = {at: jobs[at]() for at in range(0, len(jobs), workers)}
    for worker, here, copy in copies:
        for at in range(worker, len(jobs), workers):
            try:
                made[at] = here.recv()
            except EOFError:
                made[at] = jobs[at]()
        copy.join()
        here.close()
    return [made[at] for at in range(len(jobs))]


def _send(there: Connection, jobs: Sequence[Callable[[], Made]]) -> None:
    for job in jobs:
        there.send(job())
