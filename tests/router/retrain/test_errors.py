"""Whoever reads a report learns what to do about a failure."""

from __future__ import annotations

import errno
import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from router.retrain.errors import FULL, RunFailed, in_words


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), id="a file"),
        pytest.param(
            OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")),
            id="the database",
        ),
        pytest.param(
            RunFailed("the training gave up: OSError: [Errno 28] No space left on device"),
            id="the training",
        ),
    ],
)
def test_a_full_disk_is_told_as_one_wherever_it_shows(error: Exception) -> None:
    assert in_words(error) == FULL


def test_other_failures_keep_their_words() -> None:
    locked = OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))
    assert in_words(locked) == "the database says: database is locked"
    assert in_words(PermissionError(errno.EACCES, "Permission denied", "models")) == (
        "models: Permission denied"
    )
    assert in_words(RuntimeError()) == "RuntimeError"
