"""What becomes of an entry when missed wordings are filed under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge_base.entries import Answer, Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.wording import (
    PHRASING_LIMIT,
    TITLE_LIMIT,
    line_problems,
    normalised,
)

_MASK = re.compile(r"\[[^\[\]]{1,8}\]")


class NoUsableWording(KnowledgeError):
    """No text of the misses can be a phrasing."""

    def __init__(self, left_out: Sequence[LeftOut]) -> None:
        why = "; ".join(f"{one.text!r}: {one.why}" for one in left_out[:3]) or "there is none"
        super().__init__(
            "no_usable_wording",
            f"No text of these misses can be a phrasing ({why}).",
            "Write phrasings yourself, then file the misses under the entry.",
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A missed text that is no phrasing, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Wordings:
    """The texts of misses as phrasings: those of use, and those left out."""

    usable: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def wordings(texts: Sequence[str], taken: Sequence[str] = ()) -> Wordings:
    """Choose what of missed texts is a new phrasing; `taken` are those an entry has."""
    usable: dict[str, str] = {}
    left_out: dict[str, LeftOut] = {}
    had = {normalised(one) for one in taken}
    for raw in texts:
        text = " ".join(raw.split())
        why = _unfit(text)
        if why is not None:
            left_out.setdefault(text, LeftOut(text, why))
        elif normalised(text) not in had:
            usable.setdefault(normalised(text), text)
    return Wordings(tuple(usable.values()), tuple(left_out.values()))


def with_wordings(entry: Entry, texts: Sequence[str]) -> tuple[Entry, Wordings]:
    """Add missed texts to an entry's phrasings; one it has stays once.

    What was a negative phrasing of the entry and is now asked for it is negative no more.
    """
    chosen = wordings(texts, entry.phrasings)
    meant = {normalised(one) for one in chosen.usable}
    negative = tuple(one for one in entry.negative_phrasings if normalised(one) not in meant)
    phrasings = (*entry.phrasings, *chosen.usable)
    return replace(entry, phrasings=phrasings, negative_phrasings=negative), chosen


def new_entry(
    key: str,
    texts: Sequence[str],
    answer: str,
    *,
    category: str,
    title: str | None = None,
    owner: str | None = None,
    human_only: bool = False,
) -> tuple[Entry, Wordings]:
    """Draft an entry from a cluster: its wordings, most central first, and the draft answer."""
    chosen = wordings(texts)
    if not chosen.usable:
        raise NoUsableWording(chosen.left_out)
    entry = Entry(
        key=key,
        title=(title or chosen.usable[0])[:TITLE_LIMIT],
        category=category,
        phrasings=chosen.usable,
        answers=(Answer(answer.strip()),),
        owner=owner,
        human_only=human_only,
    )
    return entry, chosen


def _unfit(text: str) -> str | None:
    if sum(char.isalnum() for char in text) < 2:
        return "it is too short"
    if _MASK.search(text):
        return "it names a person, a place or a number"
    problem = next(iter(line_problems("text", text, PHRASING_LIMIT)), None)
    return problem.what if problem else None
