"""What an editor is told about an entry: errors refuse it, warnings are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from knowledge_base.conditions import ALWAYS, Vocabulary
from knowledge_base.entries import Entry, problems, problems_across
from knowledge_base.errors import Problem
from knowledge_base.nearness import Nearness, Stray
from knowledge_base.wording import normalised


class Level(StrEnum):
    """Whether a finding refuses the entry."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an editor should know; a stray phrasing names both entries and the margin."""

    level: Level
    problem: Problem
    stray: Stray | None = None

    def __str__(self) -> str:
        return f"{self.level}: {self.problem}"


def check(
    entry: Entry,
    others: Sequence[Entry],
    vocabulary: Vocabulary | None,
    nearness: Nearness | None = None,
) -> list[Finding]:
    """List everything about one entry among the other ones, errors first."""
    whole = [*others, entry]
    return _findings(entry, whole, _across(whole), vocabulary, nearness)


def check_all(
    entries: Sequence[Entry],
    vocabulary: Vocabulary | None,
    nearness: Nearness | None = None,
    *,
    only: Collection[str] | None = None,
) -> list[Finding]:
    """List everything about all entries, or those of some keys among all, entry by entry."""
    across = _across(entries)
    return [
        finding
        for entry in entries
        if only is None or entry.key in only
        for finding in _findings(entry, entries, across, vocabulary, nearness)
    ]


def check_removal(key: str, others: Sequence[Entry]) -> list[Finding]:
    """List the buttons that would lead nowhere when an entry goes."""
    return [
        Finding(Level.ERROR, replace(one, position=None))
        for one in button_problems(others)
        if one.what == _missing(key)
    ]


def button_problems(entries: Sequence[Entry]) -> list[Problem]:
    """List the buttons to no entry, and the entries whose buttons only lead round in a circle."""
    known = {entry.key for entry in entries}
    found = [
        Problem(
            f"answers[{index}].buttons[{place}].entry",
            _missing(button.entry),
            "Point it to another entry or delete it.",
            entry.key,
            position,
        )
        for position, entry in enumerate(entries)
        for index, answer in enumerate(entry.answers)
        for place, button in enumerate(answer.buttons)
        if button.entry is not None and button.entry not in known
    ]
    positions = {entry.key: position for position, entry in enumerate(entries)}
    for key, circle in _circles(entries).items():
        what = f"its buttons only lead round in a circle: {' → '.join(circle)}"
        hint = "Give one of these entries a button that leads out, or take one away."
        found.append(Problem("answers", what, hint, key, positions[key]))
    return found


def _across(entries: Sequence[Entry]) -> list[Problem]:
    return [*problems_across(entries), *button_problems(entries)]


def _findings(
    entry: Entry,
    whole: Sequence[Entry],
    across: Sequence[Problem],
    vocabulary: Vocabulary | None,
    nearness: Nearness | None,
) -> list[Finding]:
    known = {one.key for one in whole}
    flows = vocabulary.flows if vocabulary else None
    wrong = _once(
        [
            *problems(entry, vocabulary, known, flows),
            *(one for one in across if one.key == entry.key),
        ]
    )
    found = [Finding(Level.ERROR, replace(one, position=None)) for one in wrong]
    claimed = {one.field for one in wrong}
    found += [
        Finding(Level.WARNING, _stray_problem(entry, stray), stray)
        for stray in (nearness.strays(entry) if nearness else ())
        if f"phrasings[{stray.position}]" not in claimed
    ]
    doubts = (*_repeated_answers(entry), *_answers_out_of_window(entry))
    return found + [Finding(Level.WARNING, replace(one, key=entry.key)) for one in doubts]


def _missing(key: str) -> str:
    return f"no entry {key!r}"


def _once(found: Sequence[Problem]) -> list[Problem]:
    # A rule of the entry and a rule between entries may both see a button to nowhere.
    return list({(one.field, one.what): one for one in reversed(found)}.values())[::-1]


def _circles(entries: Sequence[Entry]) -> Mapping[str, list[str]]:
    # An entry is stuck when every one of its buttons leads to a stuck entry.
    leads = _leads(entries)
    sources: dict[str, list[str]] = {key: [] for key in leads}
    for key, targets in leads.items():
        for target in targets or ():
            sources[target].append(key)
    free = [key for key, targets in leads.items() if not targets]
    out = set(free)
    while free:
        for source in sources[free.pop()]:
            if source not in out:
                out.add(source)
                free.append(source)
    return {key: _walk(key, leads) for key in leads if key not in out}


def _walk(key: str, leads: Mapping[str, list[str] | None]) -> list[str]:
    path = [key]
    while targets := leads[path[-1]]:
        path.append(targets[0])
        if path[-1] in path[:-1]:
            break
    return path


def _leads(entries: Sequence[Entry]) -> dict[str, list[str] | None]:
    # Where the buttons of each entry lead; None when one of them leads somewhere else.
    said = {
        normalised(wording): entry.key
        for entry in entries
        for wording in (entry.title, *entry.phrasings)
    }
    keys = {entry.key for entry in entries}
    found: dict[str, list[str] | None] = {}
    for entry in entries:
        buttons = [button for answer in entry.answers for button in answer.buttons]
        targets = [
            button.entry or (said.get(normalised(button.say)) if button.say else None)
            for button in buttons
        ]
        leaves = any(answer.flow for answer in entry.answers) or any(
            target not in keys for target in targets
        )
        found[entry.key] = None if leaves else [target for target in targets if target]
    return found


def _stray_problem(entry: Entry, stray: Stray) -> Problem:
    what = (
        f"{stray.phrasing!r} is nearer to {stray.other.key!r}"
        f" ({stray.other.similarity:.2f}, {stray.other.wording!r})"
        f" than to the rest of {entry.key!r}"
        f" ({stray.own.similarity:.2f}, {stray.own.wording!r}), margin {stray.margin:.2f}"
    )
    hint = "Move it there, or keep it and add phrasings like it here."
    return Problem(f"phrasings[{stray.position}]", what, hint, entry.key)


def _repeated_answers(entry: Entry) -> Iterator[Problem]:
    for (_, one), (index, other) in combinations(enumerate(entry.answers), 2):
        if replace(one, condition=ALWAYS) == replace(other, condition=ALWAYS):
            what = f"it says the same as [{one.condition}]"
            yield Problem(f"answers[{index}]", what, "Delete one, or let them differ.")


def _answers_out_of_window(entry: Entry) -> Iterator[Problem]:
    for index, answer in enumerate(entry.answers):
        starts, until = answer.condition.starts, answer.condition.until
        late = starts and entry.valid_until and starts > entry.valid_until
        early = until and entry.valid_from and until < entry.valid_from
        if late or early:
            what = "its days lie outside the days the entry is valid"
            yield Problem(f"answers[{index}].when", what, "Correct the days of one of them.")
