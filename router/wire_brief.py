"""The wire of the brief's lines: what is known, from where, and what agents have put right."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.known import FactKind

LineKind = Literal["wants", "summary", "order", "tried", "promise", "mood", "images", "earlier"]


class CorrectBrief(Struct, forbid_unknown_fields=True, tag="correct_brief"):
    """An agent puts a line of the brief right."""

    conversation: Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]
    line: Annotated[str, Meta(min_length=1, max_length=80)]
    text: Annotated[str, Meta(max_length=20_000)]


class CorrectionView(Struct):
    """What an agent says instead, and who and when."""

    text: str
    author: str
    at: dt.datetime


class BriefLine(Struct):
    """One thing that is known; `seq`, `entry` and `order` name what it is known from."""

    key: str
    kind: LineKind
    text: str
    seq: int | None = None
    entry: str | None = None
    order: str | None = None
    state: str | None = None
    due_at: dt.datetime | None = None
    correction: CorrectionView | None = None


class KnownFact(Struct):
    """Something nobody has to ask for again."""

    kind: FactKind
    text: str
    seq: int | None = None
    order: str | None = None
