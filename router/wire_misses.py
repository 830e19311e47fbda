"""The editors' wire about misses: /api/v1/kb/misses, typed once at the door."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.wire_knowledge import EntryBody

Line = Annotated[str, Meta(max_length=500)]
Key = Annotated[str, Meta(max_length=80)]
Ids = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(min_length=1, max_length=5_000)]


class _In(Struct, forbid_unknown_fields=True):
    """What comes from the console."""


class _Out(Struct):
    """What goes to the console."""


class NearestView(_Out):
    """An entry near a cluster, from 0 to 1."""

    key: str
    title: str
    similarity: float


class CostView(_Out):
    """What misses cost; each case counts once."""

    agent_minutes: float
    handoffs: int
    angry: int
    low_ratings: int


class TrendPoint(_Out):
    """Missed turns of a day."""

    day: dt.date
    turns: int


class ClusterView(_Out):
    """Misses that ask the same."""

    id: str
    misses: list[str]
    size: int
    trend: list[TrendPoint]
    examples: list[str]
    nearest: list[NearestView]
    cost: CostView
    draft: str | None
    """What a human agent answered, as a draft answer."""
    reasons: dict[str, int]
    owners: list[str]
    intended: list[str]
    oldest_at: dt.datetime
    newest_at: dt.datetime


class WeekView(_Out):
    """The figure of the last seven days."""

    until: dt.datetime
    missed: int
    cured: int
    cured_within_24h: int
    dismissed: int
    open: int
    agent_minutes_saved: float


class InboxView(_Out):
    """GET /api/v1/kb/inbox: open misses in clusters, the largest first."""

    clusters: list[ClusterView]
    open: int
    cured: int
    dismissed: int
    week: WeekView


class MissView(_Out):
    """One miss; `proof` says what the last replay showed, `stolen_by` what took it."""

    id: str
    conversation: str
    seq: int
    text: str
    reason: str
    at: dt.datetime
    state: Literal["open", "cured", "dismissed"]
    age_hours: float | None
    owner: str | None
    intended: str | None
    intended_title: str | None
    claimed_by_release: int | None
    confidence: float | None
    read_as: str | None
    proof: str
    stolen_by: str | None
    changes: list[MissChangeView]


class MissChangeView(_Out):
    """One step in the life of a miss."""

    move: str
    author: str
    at: dt.datetime
    reason: str
    entry: str | None
    release: int | None


class MissList(_Out):
    """GET /api/v1/kb/misses?state=&entry=&ids=a,b&limit=&offset=, newest first."""

    misses: list[MissView]
    total: int


class AddWordings(_In, tag="add_wordings"):
    """Add the texts of misses to an entry, as a draft of it."""

    misses: Ids
    entry: Key


class DraftEntry(_In, tag="draft_entry"):
    """Make a new entry from misses, as a draft."""

    misses: Ids
    entry: EntryBody


class NeedsHuman(_In, tag="needs_human"):
    """Let only a human answer an entry, and add the wordings to it."""

    misses: Ids
    entry: Key


class Dismiss(_In, tag="dismiss"):
    """Not a question for the bot."""

    misses: Ids
    reason: Line


class Assign(_In, tag="assign"):
    """Give misses to a login, or to nobody."""

    misses: Ids
    owner: Line | None


class Reopen(_In, tag="reopen"):
    """Open closed misses again."""

    misses: Ids
    reason: Line


MissCommand = AddWordings | DraftEntry | NeedsHuman | Dismiss | Assign | Reopen
"""POST /api/v1/kb/misses."""


class MissesMoved(_Out):
    """What became of the misses; `revision` of `entry` is the draft that was made, if any."""

    misses: list[str]
    entry: str | None = None
    revision: int | None = None
    added: list[str] = []
    left_out: list[str] = []
    """Wordings the entry had already, or that are too long or too short for a phrasing."""
