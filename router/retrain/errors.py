"""Why a run comes to no model, in words for whoever reads its report."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError

FULL = "the disk is full: free some space and start again; the model that serves is untouched"
_FULL_SIGNS = ("no space left on device", "disk is full", "disk full", "errno 28")


class RunFailed(Exception):
    """A step of a run failed; the text says which and what to do."""


class Overtaken(Exception):
    """Something else was asked for while the run went on; the text says what."""


def in_words(error: Exception) -> str:
    """Say what went wrong."""
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FULL
    if isinstance(error, DBAPIError):
        said = str(error.orig)
        return FULL if speaks_of_a_full_disk(said) else f"the database says: {said}"
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or error}"
    said = str(error) or type(error).__name__
    return FULL if speaks_of_a_full_disk(said) else said


def speaks_of_a_full_disk(said: str) -> bool:
    """Tell whether a text of another program means a full disk."""
    plain = said.lower()
    return any(sign in plain for sign in _FULL_SIGNS)
