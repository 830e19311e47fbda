"""What the intent model sees of a message: its characters, their pairs, its sounds and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.components.sounds import heard

IN_WORD: Final = "_"
BY_SOUND: Final = "~"
_LONG_NUMBER: Final = re.compile(r"(?:jn\s?)?\d{8,}")
_NUMBER_MARK: Final = "№"


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as it is read: features, repeated as often as they occur, and words."""

    grams: tuple[str, ...]
    words: tuple[str, ...]


def wording(text: str, words: Sequence[str]) -> Wording:
    """Return what is read of folded `text`, which was cut into `words`.

    Order and phone numbers count as one mark, since no digit of theirs tells what is asked. A
    feature within a word starts with `IN_WORD` and knows where the word begins and ends; a pair
    of syllables starts with `BY_SOUND`.
    """
    plain = " ".join(_LONG_NUMBER.sub(_NUMBER_MARK, text).split())
    found = [*plain.replace(" ", ""), *_pairs(plain)]
    for word in words:
        bounded = f" {_LONG_NUMBER.sub(_NUMBER_MARK, word).strip()} "
        if bounded.strip():
            found += [IN_WORD + gram for gram in (*bounded.strip(), *_pairs(bounded))]
    sounds = pairwise(heard(text))
    found += [f"{BY_SOUND}{one} {other}" for one, other in sounds if one and other]
    return Wording(tuple(found), tuple(word for word in words if word.strip()))


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]
