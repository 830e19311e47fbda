"""Edits of entries and the immutable, numbered sets of them that go live."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from knowledge_base.conditions import Condition
from knowledge_base.entries import Answer, Button, Entry


class RevisionState(StrEnum):
    """How far an edit has come; only approved ones are published."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Revision:
    """One edit of an entry; a removal keeps the content the entry had at its end."""

    id: int
    entry: Entry
    number: int  # counts from 1 within the entry
    author: str
    at: dt.datetime
    reason: str
    state: RevisionState
    removal: bool = False
    base: int | None = None  # the number of the revision its author started from


@dataclass(frozen=True, slots=True)
class Release:
    """A published set of revisions, by entry key; it never changes."""

    number: int
    author: str
    note: str
    published_at: dt.datetime
    revisions: Mapping[str, Revision] = field(repr=False)
    follows: int | None = None  # the release that was live when this one was published

    def __post_init__(self) -> None:
        object.__setattr__(self, "revisions", MappingProxyType(dict(self.revisions)))

    def entry(self, key: str) -> Entry | None:
        """Give the entry with this key, if the release has it."""
        revision = self.revisions.get(key)
        return None if revision is None else revision.entry

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries of the release, oldest entry first."""
        return tuple(revision.entry for revision in self.revisions.values())


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """A release without its content: what a list of releases shows."""

    number: int
    author: str
    note: str
    published_at: dt.datetime
    follows: int | None
    entries: int
    added: int
    changed: int
    removed: int
    live: bool


@dataclass(frozen=True, slots=True)
class LineChange:
    """Lines that came and went; the order of lines is not a change."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What is said under one condition, before and after; None is no answer."""

    condition: Condition
    before: Answer | None
    after: Answer | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A simple field of an entry, before and after, as text."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryChange:
    """How one entry differs between two releases."""

    key: str
    before: Entry
    after: Entry
    fields: tuple[FieldChange, ...]  # title, category, owner, human_only, dates
    phrasings: LineChange
    negative_phrasings: LineChange
    answers: tuple[AnswerChange, ...]


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """What a release adds, changes and removes."""

    added: tuple[Entry, ...]
    changed: tuple[EntryChange, ...]
    removed: tuple[Entry, ...]

    @property
    def empty(self) -> bool:
        """Whether both releases hold the same entries."""
        return not (self.added or self.changed or self.removed)


FIELDS = ("title", "category", "owner", "human_only", "valid_from", "valid_until", "review_on")


def diff(before: Release | None, after: Release | Mapping[str, Revision]) -> ReleaseDiff:
    """Compare the content of two sets of revisions; equal content is no change."""
    old = before.revisions if before else {}
    new = after.revisions if isinstance(after, Release) else after
    return ReleaseDiff(
        added=tuple(new[key].entry for key in new if key not in old),
        changed=tuple(
            entry_change(old[key].entry, new[key].entry)
            for key in new
            if key in old and old[key].entry != new[key].entry
        ),
        removed=tuple(old[key].entry for key in old if key not in new),
    )


def render(difference: ReleaseDiff) -> str:
    """Write a diff as text for people: one block an entry, + added, - removed, ~ changed."""
    lines = [
        f"+ {entry.key}  {entry.title}"
        f"  ({len(entry.phrasings)} phrasings, {len(entry.answers)} answers)"
        for entry in difference.added
    ]
    for change in difference.changed:
        lines.append(f"~ {change.key}  {change.after.title}")
        lines += list(_change_lines(change)) or ["    only the order of its lines"]
    lines += [f"- {entry.key}  {entry.title}" for entry in difference.removed]
    return "\n".join(lines) if lines else "no change"


def entry_change(before: Entry, after: Entry) -> EntryChange:
    """Compare two states of one entry field by field."""
    values = ((name, getattr(before, name), getattr(after, name)) for name in FIELDS)
    return EntryChange(
        key=after.key,
        before=before,
        after=after,
        fields=tuple(
            FieldChange(name, _shown(old), _shown(new)) for name, old, new in values if old != new
        ),
        phrasings=_line_change(before.phrasings, after.phrasings),
        negative_phrasings=_line_change(before.negative_phrasings, after.negative_phrasings),
        answers=_answer_changes(before, after),
    )


def _line_change(before: tuple[str, ...], after: tuple[str, ...]) -> LineChange:
    return LineChange(
        added=tuple(line for line in after if line not in before),
        removed=tuple(line for line in before if line not in after),
    )


def _answer_changes(before: Entry, after: Entry) -> tuple[AnswerChange, ...]:
    old = {answer.condition: answer for answer in before.answers}
    new = {answer.condition: answer for answer in after.answers}
    return tuple(
        AnswerChange(condition, old.get(condition), new.get(condition))
        for condition in dict.fromkeys((*new, *old))
        if old.get(condition) != new.get(condition)
    )


def _change_lines(change: EntryChange) -> Iterator[str]:
    for one in change.fields:
        yield f"    {one.name}: {one.before} -> {one.after}"
    for name, lines in (
        ("phrasing", change.phrasings),
        ("negative", change.negative_phrasings),
    ):
        yield from (f"    + {name} {line}" for line in lines.added)
        yield from (f"    - {name} {line}" for line in lines.removed)
    for answer in change.answers:
        yield f"    answer [{answer.condition}]"
        old, new = _answer_lines(answer.before), _answer_lines(answer.after)
        yield from (f"      - {line}" for line in old if line not in new)
        yield from (f"      + {line}" for line in new if line not in old)


def _answer_lines(answer: Answer | None) -> list[str]:
    if answer is None:
        return []
    lines = answer.text.splitlines()
    lines += [f"[{button.title}] {_action(button)}" for button in answer.buttons]
    lines += [f"card: {answer.card}"] if answer.card else []
    return lines + ([f"flow: {answer.flow}"] if answer.flow else [])


def _action(button: Button) -> str:
    actions = {
        "say": button.say,
        "entry": button.entry,
        "flow": button.flow,
        "url": button.url,
    }
    return ", ".join(f"{name} {value}" for name, value in actions.items() if value is not None)


def _shown(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)
