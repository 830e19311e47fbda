"""Which entries are past their dates, or soon will be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.entries import Entry

SOON = dt.timedelta(days=14)


class DueKind(StrEnum):
    """What about an entry is due."""

    ENDED = "ended"  # no longer answered
    ANSWER_ENDED = "answer_ended"  # one of its answers is no longer given
    REVIEW = "review"  # somebody should read it again
    ENDS_SOON = "ends_soon"
    NOT_YET = "not_yet"  # not answered before this day


@dataclass(frozen=True, slots=True)
class Due:
    """One date of an entry that has come or is coming."""

    entry: Entry
    kind: DueKind
    day: dt.date
    answer: int | None = None  # the position of the answer that ended


def due(entries: Iterable[Entry], on: dt.date, soon: dt.timedelta = SOON) -> list[Due]:
    """List what is due on a day of the shop, by kind and then the longest overdue first."""
    order = list(DueKind)
    found = [one for entry in entries for one in _of(entry, on, soon)]
    return sorted(found, key=lambda one: (order.index(one.kind), one.day, one.entry.key))


def _of(entry: Entry, on: dt.date, soon: dt.timedelta) -> Iterator[Due]:
    until = entry.valid_until
    if until and until < on:
        yield Due(entry, DueKind.ENDED, until)
    elif until and until <= on + soon:
        yield Due(entry, DueKind.ENDS_SOON, until)
    if entry.valid_from and entry.valid_from > on:
        yield Due(entry, DueKind.NOT_YET, entry.valid_from)
    if entry.review_on and entry.review_on <= on:
        yield Due(entry, DueKind.REVIEW, entry.review_on)
    for position, answer in enumerate(entry.answers):
        if answer.condition.until and answer.condition.until < on:
            yield Due(entry, DueKind.ANSWER_ENDED, answer.condition.until, position)
