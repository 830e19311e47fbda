"""How a text sounds: pinyin syllables without tones, of characters and of letters that spell them.

Shoppers type by sound, so a wrong character mostly sounds like the right one, and some leave the
letters as they are. A character that is heard has one sound here, its commonest: both texts of a
comparison are read alike, so which one does not matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from pypinyin.pinyin_dict import pinyin_dict

_UMLAUT: Final = re.compile("[üǖǘǚǜ]")
_VOWEL: Final = re.compile("[aeiouv]")
_LETTERS: Final = re.compile("[a-z]+")
_BETWEEN: Final = " '"
_LONGEST: Final = 6
_READINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Spelt:
    """A run of letters in a text that spells syllables and nothing else; its ends in the text."""

    start: int
    end: int
    syllables: tuple[str, ...]


@cache
def _sounds() -> dict[str, str]:
    return {chr(code): _without_tone(sounds) for code, sounds in pinyin_dict.items()}


@cache
def _syllables() -> frozenset[str]:
    return frozenset(
        sound for sound in _sounds().values() if len(sound) <= _LONGEST and _VOWEL.search(sound)
    )


def _without_tone(sounds: str) -> str:
    first = _UMLAUT.sub("v", sounds.partition(",")[0])
    return "".join(c for c in unicodedata.normalize("NFD", first) if c.isascii() and c.isalpha())


@lru_cache(maxsize=65_536)
def readings(character: str) -> frozenset[str]:
    """Return the commonest sounds of a character; none for what is no Chinese character."""
    sounds = pinyin_dict.get(ord(character), "").split(",")[:_READINGS]
    return frozenset(_without_tone(sound) for sound in sounds if sound)


@lru_cache(maxsize=16_384)
def _spelt(letters: str) -> tuple[str, ...] | None:
    """Return the fewest syllables that spell `letters`, or None when none do."""
    best: list[tuple[str, ...] | None] = [None] * len(letters) + [()]
    for at in reversed(range(len(letters))):
        for end in range(min(at + _LONGEST, len(letters)), at, -1):
            rest = best[end]
            known = best[at]
            if rest is None or letters[at:end] not in _syllables():
                continue
            if known is None or len(rest) + 1 < len(known):
                best[at] = (letters[at:end], *rest)
    return best[0]


def spelt(text: str) -> Iterator[Spelt]:
    """Give the runs of letters in folded `text` that may be pinyin: words that spell syllables."""
    words = [
        Spelt(word.start(), word.end(), syllables)
        for word in _LETTERS.finditer(text)
        if (syllables := _spelt(word[0]))
    ]
    while words:
        run = [words.pop(0)]
        while words and not text[run[-1].end : words[0].start].strip(_BETWEEN):
            run.append(words.pop(0))
        syllables = tuple(syllable for word in run for syllable in word.syllables)
        yield Spelt(run[0].start, run[-1].end, syllables)


def heard(text: str) -> list[str | None]:
    """Return how the characters of a folded text sound; what has no sound is None."""
    known = _sounds()
    return [known.get(character) for character in text if character != " "]
