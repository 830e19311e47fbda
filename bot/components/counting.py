"""Texts as rows of weighted feature counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from bot.components.grams import BY_SOUND, IN_WORD, Wording

Array = NDArray[np.float32]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

TINY: Final = 1e-12
_IN_WORD_WEIGHT: Final = 0.7
_BY_SOUND_WEIGHT: Final = 0.5


def places_of(texts: Sequence[Wording]) -> dict[str, int]:
    """Return a column for every feature of the texts."""
    return {gram: at for at, gram in enumerate(sorted({g for text in texts for g in text.grams}))}


def count(texts: Sequence[Wording], places: dict[str, int]) -> csr_matrix:
    """Return one row of feature counts a text; a feature without a place is not counted."""
    counted = [[places[gram] for gram in text.grams if gram in places] for text in texts]
    starts = np.cumsum([0, *map(len, counted)])
    columns = np.fromiter((place for row in counted for place in row), dtype=np.int32)
    matrix = csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, starts),
        shape=(len(texts), len(places)),
    )
    matrix.sum_duplicates()
    return matrix


def worth_of(places: dict[str, int]) -> Array:
    """Return what each feature is worth by its kind: those of words and of sounds count less."""
    worth = [
        _IN_WORD_WEIGHT
        if gram.startswith(IN_WORD) and len(gram) > 1
        else _BY_SOUND_WEIGHT
        if gram.startswith(BY_SOUND) and " " in gram
        else 1.0
        for gram in places
    ]
    return np.asarray(worth, dtype=np.float32)


def rarity_of(counts: csr_matrix, worth: Array) -> Array:
    """Return the weight of each column: its worth by its rarity, 0 where no row has it.

    The root of the inverse document frequency, since with few phrasings an entry the full one
    overrates the rarest features.
    """
    seen = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.sqrt(np.log((1 + counts.shape[0]) / (1 + seen)) + 1.0)
    return np.asarray(np.where(seen > 0, rarity, 0.0) * worth, dtype=np.float32)


def weigh(counts: csr_matrix, rarity: Array) -> csr_matrix:
    """Return the counts on a logarithmic scale, by rarity, each row of length one."""
    weighted = counts.copy()
    np.log1p(weighted.data, out=weighted.data)
    weighted = csr_matrix(weighted @ diags(rarity))
    weighted.eliminate_zeros()
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted.data /= np.repeat(lengths, np.diff(weighted.indptr)) + TINY
    return weighted


def row_of(text: Wording, places: dict[str, int], rarity: Array) -> tuple[Places, Array]:
    """Return the columns of one text's known features and their weights, as `weigh` does."""
    counted = Counter(places[gram] for gram in text.grams if gram in places)
    columns = np.fromiter(counted.keys(), dtype=np.intp, count=len(counted))
    times = np.fromiter(counted.values(), dtype=np.float32, count=len(counted))
    row = np.log1p(times) * rarity[columns]
    return columns, np.asarray(row / (np.sqrt(row @ row) + TINY), dtype=np.float32)
