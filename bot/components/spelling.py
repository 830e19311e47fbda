"""Characters for pinyin typed in letters: tui kuan duo jiu is 退款多久 where a shop talks of that.

Of all characters that sound so, those are taken whose pairs are commonest in the training text
(a bigram model, interpolated with single characters; Viterbi). So a model spells what its release
talks of, and leaves alone what it cannot.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from bot.components.sounds import Spelt, readings, spelt

_FILE: Final = "spelling.json"
_EDGE: Final = " "
_OF_PAIR: Final = 0.95
_FEWEST: Final = 2
_LETTERS: Final = 5
"""Two syllables of fewer letters are no pinyin: they are too often something else."""
_LONG: Final = 4
"""A run of so many pairs is hardly ever English that happens to spell syllables."""
_MOST: Final = 0.7
_MANY: Final = 0.4
_UNSEEN: Final = 0.1


class Spelling:
    """How often each character follows each other one in the training text."""

    def __init__(self, pairs: dict[str, int]) -> None:
        self.pairs = pairs
        self._single: Counter[str] = Counter()
        for pair, count in pairs.items():
            self._single[pair[0]] += count
        self._all = self._single.total()
        self._sounding: defaultdict[str, list[str]] = defaultdict(list)
        for character in self._single:
            for reading in readings(character):
                self._sounding[reading].append(character)

    @classmethod
    def learned(cls, texts: Sequence[str]) -> Spelling:
        """Count the pairs of folded `texts`; a text's two ends count as a space."""
        return cls(
            dict(
                Counter(
                    one + other
                    for text in texts
                    for one, other in pairwise(f"{_EDGE}{text}{_EDGE}")
                    if readings(one) or readings(other)
                )
            )
        )

    def written(self, text: str) -> str:
        """Return folded `text` with characters in place of pinyin.

        A run of words that spell syllables is pinyin when most of the pairs of the characters
        found stand in the training text, many when the run is long: the rest may as well be
        English. A syllable no taught character has stays as it was typed.
        """
        parts, end = [], 0
        for run in spelt(text):
            characters = self._characters(run)
            if characters is None:
                continue
            parts += [text[end : run.start], *characters]
            end = run.end
        return "".join([*parts, text[end:]])

    def _characters(self, run: Spelt) -> Sequence[str] | None:
        syllables = run.syllables
        if len(syllables) < _FEWEST or not self.pairs:
            return None
        best: dict[str, tuple[float, tuple[str, ...]]] = {_EDGE: (0.0, ())}
        for syllable in syllables:
            ways = self._sounding.get(syllable, (syllable,))
            best = {
                way: max(
                    (score + self._cost(last, way), (*so_far, way))
                    for last, (score, so_far) in best.items()
                )
                for way in ways
            }
        _, found = max(
            (score + self._cost(last, _EDGE), so_far) for last, (score, so_far) in best.items()
        )
        return found if self._is_talk(found, syllables) else None

    def _is_talk(self, found: Sequence[str], syllables: Sequence[str]) -> bool:
        if len(syllables) == _FEWEST:
            return self.pairs.get("".join(found), 0) > 1 and sum(map(len, syllables)) >= _LETTERS
        known = [one + other in self.pairs for one, other in pairwise(found)]
        return sum(known) >= (_MANY if len(known) >= _LONG else _MOST) * len(known)

    def _cost(self, one: str, other: str) -> float:
        follows = self.pairs.get(one + other, 0) / max(self._single[one], 1)
        alone = (self._single[other] + _UNSEEN) / self._all
        return math.log(_OF_PAIR * follows + (1.0 - _OF_PAIR) * alone)

    def save(self, folder: Path) -> None:
        """Write it into a model's folder."""
        (folder / _FILE).write_bytes(msgspec.json.encode(self.pairs))

    @classmethod
    def open(cls, folder: Path) -> Spelling:
        """Read what `save` wrote; a model of before reads letters as letters."""
        file = folder / _FILE
        if not file.exists():
            return NO_PINYIN
        return cls(msgspec.json.decode(file.read_bytes(), type=dict[str, int]))


NO_PINYIN: Final = Spelling({})
"""What a model reads by that has learned nothing yet: letters are letters."""
