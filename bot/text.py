"""Folding of shopper text: one plain form of what many keyboards type, pure.

Folding keeps the length, character for character, so that positions found in folded text are
positions in the text the shopper typed.
"""

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

_REPEATED_MARK = re.compile(r"([^\w\s])\1+")
_SYMBOLS = frozenset({"So", "Sk", "Cs", "Co", "Cf", "Cc", "Cn", "Mn", "Me"})
_FULL_STOPS = str.maketrans({"。": ".", "，": ",", "、": ",", "？": "?", "！": "!", "～": "~"})


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=16_384)
def _fold_character(character: str) -> str:
    """Return one plain character: half-width, lower case, a space for emoji and controls."""
    folded = unicodedata.normalize("NFKC", character)
    if len(folded) != 1:
        return character
    lowered = folded.lower()
    folded = lowered if len(lowered) == 1 else folded
    return " " if unicodedata.category(folded) in _SYMBOLS or folded.isspace() else folded


def _simplify(text: str) -> str:
    """Return `text` in simplified characters, character by character if a phrase would move."""
    simplified = _simplifier().convert(text)
    if len(simplified) == len(text):
        return str(simplified)
    return "".join(
        plain if len(plain := _simplifier().convert(character)) == 1 else character
        for character in text
    )


def _only_first(match: re.Match[str]) -> str:
    return match[1].ljust(len(match[0]))


def fold(text: str) -> str:
    """Return `text` folded: half-width, lower case, simplified, no emoji, marks not repeated."""
    plain = "".join(map(_fold_character, text)).translate(_FULL_STOPS)
    return _REPEATED_MARK.sub(_only_first, _simplify(plain))
