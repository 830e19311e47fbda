"""A question the shop can answer, the ways shoppers ask it, and its answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import combinations

from knowledge_base.conditions import ALWAYS, Circumstances, Condition, Field, Vocabulary, within
from knowledge_base.errors import KnowledgeError, Problem
from knowledge_base.wording import (
    PHRASING_LIMIT,
    SHORT_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    URL,
    key_problems,
    line_problems,
    normalised,
    text_problems,
)

__all__ = ["Answer", "Button", "Entry", "Problem", "normalised", "problems", "problems_across"]

CARDS = ("order",)
BUTTONS_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Button:
    """Something a shopper can press under an answer; exactly one of its actions is set."""

    title: str
    say: str | None = None  # text sent as the shopper
    entry: str | None = None  # key of the entry answered at once
    flow: str | None = None  # name of the flow started
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said under one condition."""

    text: str
    condition: Condition = ALWAYS
    buttons: tuple[Button, ...] = ()
    card: str | None = None
    flow: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with everything that recognises and answers it."""

    key: str
    title: str
    category: str
    phrasings: tuple[str, ...]
    answers: tuple[Answer, ...]
    negative_phrasings: tuple[str, ...] = ()
    owner: str | None = None
    human_only: bool = False
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None  # the last day, inclusive
    review_on: dt.date | None = None

    def answer_for(self, circumstances: Circumstances) -> Answer:
        """Give the answer whose condition is the most specific of those that hold."""
        holding = [one for one in self.answers if one.condition.matches(circumstances)]
        if not holding:
            raise KnowledgeError(
                "no_answer",
                f"The entry {self.key!r} has no answer for these circumstances.",
                "Give it an answer without a condition.",
            )
        return max(holding, key=lambda one: one.condition.specificity)

    def valid_on(self, day: dt.date) -> bool:
        """Tell whether the entry may be answered on a day of the shop."""
        return within(day, self.valid_from, self.valid_until)


def problems(
    entry: Entry,
    vocabulary: Vocabulary | None,
    known_keys: Collection[str] | None,
    known_flows: Collection[str] | None,
) -> list[Problem]:
    """List what is wrong with one entry; what is None is not held against it."""
    found = [
        *key_problems("key", entry.key),
        *line_problems("title", entry.title, TITLE_LIMIT),
        *line_problems("category", entry.category, SHORT_LIMIT),
        *(line_problems("owner", entry.owner, SHORT_LIMIT) if entry.owner is not None else ()),
        *_window_problems("valid", entry.valid_from, entry.valid_until),
        *_phrasing_problems(entry),
        *_answers_problems(entry.answers),
    ]
    for index, answer in enumerate(entry.answers):
        at = f"answers[{index}]"
        found += text_problems(f"{at}.text", answer.text, TEXT_LIMIT)
        found += _condition_problems(f"{at}.when", answer.condition, vocabulary)
        found += _action_problems(at, answer, known_flows)
        for place, button in enumerate(answer.buttons):
            found += _button_problems(f"{at}.buttons[{place}]", button, known_keys, known_flows)
            found += _circle_problems(f"{at}.buttons[{place}]", button, entry)
    return [replace(problem, key=entry.key) for problem in found]


def problems_across(entries: Sequence[Entry]) -> list[Problem]:
    """List what is wrong between entries: a key used twice, a phrasing that two of them claim."""
    found: list[Problem] = []
    owners: dict[str, Entry] = {}
    keys: set[str] = set()
    for position, entry in enumerate(entries):
        if entry.key in keys:
            found.append(
                Problem("key", "another entry has this key", "Rename one.", entry.key, position)
            )
        keys.add(entry.key)
        for index, phrasing in enumerate(entry.phrasings):
            first = owners.setdefault(normalised(phrasing), entry)
            if first is not entry:
                what = f"{phrasing!r} is a phrasing of {first.key!r} too"
                hint = "Keep it in the entry whose title it fits best."
                found.append(Problem(f"phrasings[{index}]", what, hint, entry.key, position))
    return found


def _phrasing_problems(entry: Entry) -> Iterator[Problem]:
    if not entry.phrasings:
        yield Problem("phrasings", "there is none", "Write at least one, better a dozen.")
    own: dict[str, str] = {}
    for index, phrasing in enumerate(entry.phrasings):
        at = f"phrasings[{index}]"
        yield from line_problems(at, phrasing, PHRASING_LIMIT)
        if len(phrasing.strip()) == 1:
            yield Problem(at, f"{phrasing!r} is one character only", "Write a longer phrasing.")
        same = own.setdefault(normalised(phrasing), phrasing)
        if same is not phrasing:
            yield Problem(at, f"it is the same as {same!r}", "Delete one of them.")
    refused: dict[str, str] = {}
    for index, phrasing in enumerate(entry.negative_phrasings):
        at = f"negative[{index}]"
        yield from line_problems(at, phrasing, PHRASING_LIMIT)
        if normalised(phrasing) in own:
            yield Problem(at, f"{phrasing!r} is a phrasing of this entry too", "Delete one.")
        same = refused.setdefault(normalised(phrasing), phrasing)
        if same is not phrasing:
            yield Problem(at, f"it is the same as {same!r}", "Delete one of them.")


def _answers_problems(answers: tuple[Answer, ...]) -> Iterator[Problem]:
    if not any(answer.condition == ALWAYS for answer in answers):
        yield Problem("answers", "no answer is the default", "Add an answer without `when`.")
    for (_, one), (index, other) in combinations(enumerate(answers), 2):
        first, second = one.condition, other.condition
        if first == second:
            yield Problem(
                f"answers[{index}].when",
                f"the condition [{second}] stands here twice",
                "Keep one of the two answers.",
            )
        elif first.specificity == second.specificity and first.overlaps(second):
            yield Problem(
                f"answers[{index}].when",
                f"[{second}] and [{first}] can hold for the same shopper and are equally specific",
                "Give them different values in a common field, or one of them one field more.",
            )


def _condition_problems(
    field: str, condition: Condition, vocabulary: Vocabulary | None
) -> Iterator[Problem]:
    yield from _window_problems(field, condition.starts, condition.until)
    for name in Field if vocabulary else ():
        allowed = vocabulary.values(name) if vocabulary else ()
        for value in sorted(condition.allowed(name) - set(allowed)):
            yield Problem(f"{field}.{name}", f"unknown {name} {value!r}", choices(value, allowed))


def _window_problems(field: str, first: dt.date | None, last: dt.date | None) -> Iterator[Problem]:
    if first and last and first > last:
        yield Problem(field, f"it ends on {last}, before it starts on {first}", "Swap the days.")


def _action_problems(
    field: str, answer: Answer, known_flows: Collection[str] | None
) -> Iterator[Problem]:
    if answer.card is not None and answer.card not in CARDS:
        yield Problem(f"{field}.card", f"unknown card {answer.card!r}", choices(answer.card, CARDS))
    yield from _flow_problems(f"{field}.flow", answer.flow, known_flows)
    if len(answer.buttons) > BUTTONS_LIMIT:
        yield Problem(
            f"{field}.buttons",
            f"it has {len(answer.buttons)} buttons",
            f"Keep at most {BUTTONS_LIMIT}.",
        )


def _button_problems(
    field: str,
    button: Button,
    known_keys: Collection[str] | None,
    known_flows: Collection[str] | None,
) -> Iterator[Problem]:
    yield from line_problems(f"{field}.title", button.title, SHORT_LIMIT)
    actions = (button.say, button.entry, button.flow, button.url)
    if sum(action is not None for action in actions) != 1:
        yield Problem(
            field, "it does not do exactly one thing", "Set one of say, entry, flow and url."
        )
    if button.say is not None:
        yield from line_problems(f"{field}.say", button.say, PHRASING_LIMIT)
    if button.url is not None and not URL.fullmatch(button.url):
        yield Problem(
            f"{field}.url", f"{button.url!r} is no address", "Use https://..., tel:... or /path."
        )
    if button.entry is not None and known_keys is not None and button.entry not in known_keys:
        yield Problem(
            f"{field}.entry", f"no entry {button.entry!r}", choices(button.entry, known_keys)
        )
    yield from _flow_problems(f"{field}.flow", button.flow, known_flows)


def _circle_problems(field: str, button: Button, entry: Entry) -> Iterator[Problem]:
    own = {normalised(wording) for wording in (entry.title, *entry.phrasings)}
    if button.entry == entry.key or (button.say and normalised(button.say) in own):
        yield Problem(field, "it leads back to this entry", "Let it lead on, or delete it.")


def _flow_problems(
    field: str, flow: str | None, known_flows: Collection[str] | None
) -> Iterator[Problem]:
    if flow is not None and known_flows is not None and flow not in known_flows:
        yield Problem(field, f"no flow {flow!r}", choices(flow, known_flows))


def choices(value: str, allowed: Collection[str]) -> str:
    """Say what could have been meant instead of an unknown value."""
    near = get_close_matches(value, sorted(allowed), n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    few = sorted(allowed)[:10]
    more = ", ..." if len(allowed) > len(few) else ""
    return f"Use one of: {', '.join(few)}{more}." if few else "There is none to use."
