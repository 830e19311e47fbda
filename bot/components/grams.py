"""What the intent model counts in a message: characters, pairs of them, and pairs within words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

IN_WORD: Final = "_"
_LONG_NUMBER: Final = re.compile(r"(?:jn\s?)?\d{8,}")
_NUMBER_MARK: Final = "№"


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


def grams(text: str, words: Sequence[str]) -> list[str]:
    """Return the features of folded `text` and its `words`, repeated as often as they occur.

    Order and phone numbers count as one mark, since no digit of theirs tells what is asked. A
    feature within a word starts with `IN_WORD` and knows where the word begins and ends.
    """
    plain = " ".join(_LONG_NUMBER.sub(_NUMBER_MARK, text).split())
    found = [*plain.replace(" ", ""), *_pairs(plain)]
    for word in words:
        bounded = f" {_LONG_NUMBER.sub(_NUMBER_MARK, word).strip()} "
        if bounded.strip():
            found += [IN_WORD + gram for gram in (*bounded.strip(), *_pairs(bounded))]
    return found
