"""What words mean, as a second opinion: vectors of common words, weighed by their rarity.

The vectors come with the project (data/vectors says from where); they let a model that was taught
忽悠 hear 糊弄. A model keeps its own copy, so that it reads the same for ever.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from router.mood.normalise import without_digits

Floats = NDArray[np.float32]

FILE = "meaning.npz"
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Meaning:
    """Places a text among the meanings of words, and scores its place for each label."""

    places: dict[str, int]
    """Row of each word's vector."""
    rows: NDArray[np.int8]
    rarity: dict[str, float]
    rarest: float
    """Of a word the training text does not hold."""
    weights: Floats
    """One row a dimension, one column a label."""
    bias: Floats

    @classmethod
    def learned(cls, file: Path, texts: Sequence[Sequence[str]], labels: int) -> Meaning:
        """Take the vectors of a file, and weigh words by their inverse document frequency.

        The weights of labels are nothing yet. Raises OSError, ValueError or KeyError where the
        file holds no vectors.
        """
        with np.load(file, allow_pickle=False) as saved:
            places = {str(word): at for at, word in enumerate(saved["words"])}
            rows = saved["rows"]
        seen = Counter(word for words in texts for word in {without_digits(one) for one in words})
        rarest = math.log(1 + len(texts)) + 1.0
        rarity = {word: rarest - math.log(1 + count) for word, count in seen.items()}
        nothing = np.zeros((rows.shape[1], labels), np.float32)
        return cls(places, rows, rarity, rarest, nothing, np.zeros(labels, np.float32))

    def place(self, words: Sequence[str]) -> Floats:
        """Return the place of a text, of length one; the origin when no word is known."""
        known = list(self._known(words))
        if not known:
            return np.zeros(self.rows.shape[1], np.float32)
        at, weighs = zip(*known, strict=True)
        place = np.asarray(weighs, np.float32) @ self.rows[list(at)].astype(np.float32)
        return np.asarray(place / (np.linalg.norm(place) + _TINY), np.float32)

    def _known(self, words: Sequence[str]) -> Iterator[tuple[int, float]]:
        """Give rows and their weights; a word without a row is the mean of its characters."""
        for word in words:
            weighs = self.rarity.get(without_digits(word), self.rarest)
            at = self.places.get(word)
            if at is not None:
                yield at, weighs
                continue
            rows = [self.places[one] for one in word if one in self.places]
            for row in rows:
                yield row, weighs / len(rows)

    def score(self, words: Sequence[str]) -> Floats:
        """Return one logit a label."""
        return np.asarray(self.place(words) @ self.weights + self.bias, np.float32)

    def save(self, folder: Path) -> None:
        """Write it as plain arrays, which load without running any code."""
        np.savez_compressed(
            folder / FILE,
            words=np.asarray(list(self.places), dtype=np.str_),
            rows=self.rows,
            known=np.asarray(list(self.rarity), dtype=np.str_),
            rarity=np.asarray(list(self.rarity.values()), dtype=np.float64),
            rarest=self.rarest,
            weights=self.weights,
            bias=self.bias,
        )

    @classmethod
    def open(cls, folder: Path) -> Meaning | None:
        """Read what `save` wrote; None where nothing was saved."""
        file = folder / FILE
        if not file.exists():
            return None
        with np.load(file, allow_pickle=False) as saved:
            places = {str(word): at for at, word in enumerate(saved["words"])}
            rarity = dict(zip(map(str, saved["known"]), map(float, saved["rarity"]), strict=True))
            rarest = float(saved["rarest"])
            return cls(places, saved["rows"], rarity, rarest, saved["weights"], saved["bias"])
