"""The wire of what helps an agent write: canned responses and suggested answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct


class SaveCanned(Struct, forbid_unknown_fields=True):
    """A text to keep; `revision` is the one it was changed from, 0 for a new one."""

    title: Annotated[str, Meta(max_length=2_000)]
    text: Annotated[str, Meta(max_length=40_000)]
    shared: bool = False
    revision: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


class CannedView(Struct):
    """A canned response; `mine` tells whether only its owner sees it."""

    id: str
    title: str
    text: str
    author: str
    at: dt.datetime
    revision: int
    mine: bool
    editable: bool
    problem: str | None = None
    """What is wrong with it, such as a variable that is no more."""


class CannedList(Struct):
    """Canned responses, best match first, and the variables a text may use."""

    canned: tuple[CannedView, ...]
    variables: tuple[str, ...]
    may_share: bool


class Suggestion(Struct):
    """An answer of the knowledge base to what the shopper said last, and how sure it is."""

    entry: str
    title: str
    text: str
    score: float
    release: int


class Suggestions(Struct):
    """Suggested answers, surest first; `why_none` says why there are none."""

    seq: int
    suggestions: tuple[Suggestion, ...]
    why_none: str | None = None
