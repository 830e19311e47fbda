"""How a text sounds: pinyin syllables without tones, of characters and of letters that spell them.

Shoppers type by sound, so a wrong character mostly sounds like the right one, and some leave the
letters as they are. A character has one sound here, its commonest: both texts of a comparison
are read alike, so which one does not matter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from pypinyin.pinyin_dict import pinyin_dict

_UMLAUT: Final = re.compile("[üǖǘǚǜ]")
_VOWEL: Final = re.compile("[aeiouv]")
_LETTERS: Final = re.compile(r"[a-z]{2,}(?:[ ']?[a-z]+)*")
_BETWEEN: Final = re.compile(r"[ ']")
_LONGEST: Final = 6
_FEWEST: Final = 3


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


def heard(text: str) -> tuple[str, list[str | None]]:
    """Return folded `text` without pinyin typed in letters, and how all of it sounds.

    Letters are pinyin when they spell at least three syllables and nothing is left over: a short
    word may as well be English. What has no sound is None.
    """
    rest: list[str] = []
    sounds: list[str | None] = []
    end = 0
    for run in _LETTERS.finditer(text):
        parts = [_spelt(letters) for letters in _BETWEEN.split(run[0])]
        spelt = [syllable for part in parts if part for syllable in part]
        if None in parts or len(spelt) < _FEWEST:
            continue
        before = text[end : run.start()]
        rest += [before, " "]
        sounds += [*_heard(before), *spelt]
        end = run.end()
    rest.append(text[end:])
    return "".join(rest), [*sounds, *_heard(text[end:])]


def _heard(text: str) -> list[str | None]:
    known = _sounds()
    return [known.get(character) for character in text if character != " "]
