"""What happens to an edit on its way to a release, and how two edits of one entry are merged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from knowledge_base.entries import Answer, Entry
from knowledge_base.releases import FIELDS, Revision, RevisionState

Item = TypeVar("Item")

# What a revision must be before it takes a step; nothing leads out of approved and rejected.
MOVES: dict[RevisionState, tuple[RevisionState, ...]] = {
    RevisionState.IN_REVIEW: (RevisionState.DRAFT,),
    RevisionState.APPROVED: (RevisionState.IN_REVIEW,),
    RevisionState.REJECTED: (RevisionState.DRAFT, RevisionState.IN_REVIEW),
}


@dataclass(frozen=True, slots=True)
class RevisionMove:
    """One step of a revision: who took it, when and why."""

    state: RevisionState  # what the revision became
    author: str
    at: dt.datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RevisionStory:
    """A revision, the steps it took, and the releases that hold it."""

    revision: Revision
    moves: tuple[RevisionMove, ...]
    releases: tuple[int, ...]
    live: bool

    @property
    def published(self) -> bool:
        """Whether a release holds the revision."""
        return bool(self.releases)


def folded(stories: Iterable[RevisionStory]) -> list[RevisionStory]:
    """Leave out the drafts their own author went on from: saves while typing, not edits.

    What was submitted, decided or merged stays, and so does what somebody else went on from.
    """
    known = list(stories)
    went_on = {(one.revision.base, one.revision.author) for one in known}
    return [
        one
        for one in known
        if one.moves
        or one.revision.state is not RevisionState.DRAFT
        or (one.revision.number, one.revision.author) not in went_on
    ]


@dataclass(frozen=True, slots=True)
class OpenEdit:
    """A draft or a submitted revision that nobody has decided or continued."""

    revision: Revision
    overtaken_by: int | None  # the number of a newer revision it knows nothing of


@dataclass(frozen=True, slots=True)
class Clash:
    """Something both edits changed differently; the merged entry keeps `mine`."""

    field: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Two edits in one entry, and what an editor must still decide."""

    entry: Entry
    clashes: tuple[Clash, ...]


def merge(base: Entry, mine: Entry, theirs: Entry) -> Merge:
    """Take what only one side changed from that side; what both changed is a clash."""
    clashes: list[Clash] = []
    values = {}
    for name in FIELDS:
        was, ours, other = (getattr(one, name) for one in (base, mine, theirs))
        values[name] = _chosen(name, was, ours, other, clashes)
    answers = _merge_answers(base, mine, theirs, clashes)
    entry = replace(
        mine,
        **values,
        phrasings=_merge_lines(base.phrasings, mine.phrasings, theirs.phrasings),
        negative_phrasings=_merge_lines(
            base.negative_phrasings, mine.negative_phrasings, theirs.negative_phrasings
        ),
        answers=answers,
    )
    return Merge(entry, tuple(clashes))


def open_edits(revisions: Iterable[Revision]) -> list[OpenEdit]:
    """List the undecided revisions of one entry that no later one continues, newest first."""
    known = sorted(revisions, key=lambda one: -one.number)
    continued = {one.base for one in known if one.state is not RevisionState.REJECTED}
    undecided = (RevisionState.DRAFT, RevisionState.IN_REVIEW)
    return [
        OpenEdit(one, newer.number if (newer := newer_than(one.number, known)) else None)
        for one in known
        if one.state in undecided and one.number not in continued
    ]


def newer_than(number: int | None, revisions: Iterable[Revision]) -> Revision | None:
    """Give the newest revision after a number that was not rejected."""
    later = [
        one
        for one in revisions
        if one.number > (number or 0) and one.state is not RevisionState.REJECTED
    ]
    return max(later, key=lambda one: one.number, default=None)


def _chosen(
    name: str,
    was: Item,
    mine: Item,
    theirs: Item,
    clashes: list[Clash],
    shown: Callable[[Item], str] = str,
) -> Item:
    if mine == was:
        return theirs
    if theirs not in (was, mine):
        clashes.append(Clash(name, shown(mine), shown(theirs)))
    return mine


def _merge_lines(
    base: tuple[str, ...], mine: tuple[str, ...], theirs: tuple[str, ...]
) -> tuple[str, ...]:
    gone = (set(base) - set(mine)) | (set(base) - set(theirs))
    return tuple(line for line in _in_order(mine, theirs, lambda line: line) if line not in gone)


def _merge_answers(
    base: Entry, mine: Entry, theirs: Entry, clashes: list[Clash]
) -> tuple[Answer, ...]:
    was, ours, other = (
        {one.condition: one for one in entry.answers} for entry in (base, mine, theirs)
    )
    merged = (
        _chosen(
            f"answers[{condition}]",
            was.get(condition),
            ours.get(condition),
            other.get(condition),
            clashes,
            lambda answer: answer.text if answer else "none",
        )
        for condition in _in_order(tuple(ours), tuple(other), lambda one: one)
    )
    return tuple(answer for answer in merged if answer is not None)


def _in_order(
    mine: tuple[Item, ...], theirs: tuple[Item, ...], name: Callable[[Item], Hashable]
) -> list[Item]:
    known = {name(item) for item in mine}
    return [*mine, *(item for item in theirs if name(item) not in known)]
