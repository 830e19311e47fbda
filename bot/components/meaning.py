"""What words mean: vectors of common words, and the place of a text among them.

The vectors come with the project (data/vectors says from where); they let a model read 邮费 when
it was taught 运费. A model keeps its own copy, so that it reads the same for ever.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.components.counting import TINY, Array
from bot.components.grams import Wording

_FILE: Final = "meaning.npz"


class VectorsUnreadable(Exception):
    """The file of word vectors is missing or no such file; the message names it."""


@dataclass(frozen=True, slots=True)
class WordVectors:
    """A row of whole numbers for each word; only directions and relative lengths count."""

    places: dict[str, int]
    rows: NDArray[np.int8]

    @classmethod
    def open(cls, file: Path) -> WordVectors:
        """Read arrays `words` and `rows`; raises VectorsUnreadable."""
        try:
            with np.load(file, allow_pickle=False) as saved:
                places = {str(word): at for at, word in enumerate(saved["words"])}
                return cls(places, saved["rows"])
        except (OSError, KeyError, ValueError) as problem:
            raise VectorsUnreadable(f"{file} holds no word vectors: {problem}") from problem

    def of(self, word: str) -> Array | None:
        """Return a word's vector; an unknown word is the mean of its known characters."""
        at = self.places.get(word)
        if at is not None:
            return np.asarray(self.rows[at], dtype=np.float32)
        known = [self.places[character] for character in word if character in self.places]
        if not known:
            return None
        return np.asarray(self.rows[known].mean(axis=0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Meaning:
    """Places texts by their words' vectors, each weighed by its rarity in the training text."""

    vectors: WordVectors
    rarity: dict[str, float]
    rarest: float

    @classmethod
    def learned(cls, vectors: WordVectors, texts: Sequence[Wording]) -> Meaning:
        """Weigh words by their inverse document frequency in `texts`."""
        seen = Counter(word for text in texts for word in set(text.words))
        rarest = math.log(1 + len(texts)) + 1.0
        return cls(vectors, {word: rarest - math.log(1 + n) for word, n in seen.items()}, rarest)

    @property
    def dimensions(self) -> int:
        """Return the length of a place."""
        return int(self.vectors.rows.shape[1])

    def of(self, words: Sequence[str]) -> Array:
        """Return the place of a text, of length one; of length nothing when no word is known."""
        place = np.zeros(self.dimensions, dtype=np.float32)
        for word in words:
            vector = self.vectors.of(word)
            if vector is not None:
                place += np.float32(self.rarity.get(word, self.rarest)) * vector
        return np.asarray(place / (np.sqrt(place @ place) + TINY), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write it as plain arrays, which load without running any code."""
        np.savez_compressed(
            folder / _FILE,
            words=np.asarray(list(self.vectors.places), dtype=np.str_),
            rows=self.vectors.rows,
            known=np.asarray(list(self.rarity), dtype=np.str_),
            rarity=np.asarray(list(self.rarity.values()), dtype=np.float32),
            rarest=self.rarest,
        )

    @classmethod
    def open(cls, folder: Path) -> Meaning | None:
        """Read what `save` wrote; None where nothing was saved."""
        file = folder / _FILE
        if not file.exists():
            return None
        with np.load(file, allow_pickle=False) as saved:
            known = zip(map(str, saved["known"]), map(float, saved["rarity"]), strict=True)
            return cls(WordVectors.open(file), dict(known), float(saved["rarest"]))
