"""What saving entries together would change, and what forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge_base.checks import button_problems
from knowledge_base.conditions import Vocabulary
from knowledge_base.entries import Entry, problems, problems_across
from knowledge_base.errors import InvalidEntries, Problem
from knowledge_base.releases import ReleaseDiff, Revision, entry_change


@dataclass(frozen=True, slots=True)
class SaveReport:
    """The keys of the entries a save added, changed, left alone and removed."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    overtaken: tuple[str, ...] = ()  # those with an undecided edit that does not know of this


def compare(
    head: Mapping[str, Revision], given: Sequence[Entry], *, remove_missing: bool
) -> SaveReport:
    """Tell what saving entries would do to those saved before."""
    kept = [entry for entry in given if entry.key in head]
    keys = {entry.key for entry in given}
    return SaveReport(
        added=tuple(entry.key for entry in given if entry.key not in head),
        changed=tuple(entry.key for entry in kept if head[entry.key].entry != entry),
        unchanged=tuple(entry.key for entry in kept if head[entry.key].entry == entry),
        removed=tuple(key for key in head if key not in keys) if remove_missing else (),
    )


def preview(
    head: Mapping[str, Revision], given: Sequence[Entry], *, remove_missing: bool
) -> ReleaseDiff:
    """Give the same as a diff, entry by entry."""
    report = compare(head, given, remove_missing=remove_missing)
    new = {entry.key: entry for entry in given}
    return ReleaseDiff(
        added=tuple(new[key] for key in report.added),
        changed=tuple(entry_change(head[key].entry, new[key]) for key in report.changed),
        removed=tuple(head[key].entry for key in report.removed),
    )


def given_problems(
    given: Sequence[Entry], others: Sequence[Entry], vocabulary: Vocabulary | None
) -> list[Problem]:
    """List what is wrong with entries, by themselves and among the others that stay.

    The position of a problem is that of its entry among those given.
    """
    keys = {entry.key for entry in given}
    # The saved ones stand first: a phrasing both claim is the new one's problem.
    stay = [other for other in others if other.key not in keys]
    whole = [*stay, *given]
    flows = vocabulary.flows if vocabulary else None
    known = {entry.key for entry in whole}
    found = [
        replace(one, position=position)
        for position, entry in enumerate(given)
        for one in problems(entry, vocabulary, known, flows)
    ]
    seen = {(one.position, one.field) for one in found}
    for one in (*problems_across(whole), *button_problems(whole)):
        position = (one.position or 0) - len(stay)
        if position >= 0 and (position, one.field) not in seen:
            found.append(replace(one, position=position))
    return found


def refuse_invalid(
    given: Sequence[Entry],
    head: Mapping[str, Revision],
    vocabulary: Vocabulary | None,
    *,
    remove_missing: bool,
) -> None:
    """Refuse entries that break a rule by themselves or among those that stay."""
    others = [] if remove_missing else [one.entry for one in head.values()]
    if found := given_problems(given, others, vocabulary):
        raise InvalidEntries(found)


def refuse_unpublishable(head: Mapping[str, Revision]) -> None:
    """Refuse a set of approved entries that contradict each other.

    Each was held against the others when it was approved; two approved at the same moment
    were not held against each other.
    """
    whole = [one.entry for one in head.values()]
    if found := [*problems_across(whole), *button_problems(whole)]:
        raise InvalidEntries(found)
