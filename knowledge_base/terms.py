"""What the words of short texts weigh, learnt from the wordings of the entries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jieba
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from knowledge_base.entries import Entry

RARITY = 0.8
"""How much a rare term counts more than a common one: the power of its tf-idf factor."""
TELLING = 0.5
"""How much a term counts that points to few entries: the power of its concentration."""
LEAST_KNOWN = 3
"""Wordings a term must stand in before its concentration says anything."""
FLOOR = 0.1

_WORD = "_"
_MASK = re.compile(r"\[[^\[\]]{1,8}\]")
_LONG_NUMBER = re.compile(r"\d{6,}")

Floats = NDArray[np.float64]

jieba.setLogLevel(30)  # Its greeting on the error stream is no error.


@dataclass(frozen=True, slots=True)
class Nearest:
    """An entry near some texts: its nearest wording, and how near the texts are on the whole."""

    entry: str
    wording: str
    score: float


class Terms:
    """The terms of entries' wordings, with what each tells; comparable with any new text.

    A term is a character or a word. One that stands in wordings of few entries tells much of
    what is asked, one that stands everywhere little; a term no entry has counts as usual.
    """

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        """Take pairs of entry key and wording; without any, only rarity weighs terms."""
        self._known = tuple(known)
        self._spread: dict[str, int] = {}
        self._telling: dict[str, float] = {}
        self._columns: dict[str, int] = {}
        self._rows: Any = None  # of length one, a row a known wording
        if self._known:
            self._learn()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Terms:
        """Learn from the titles and phrasings of entries."""
        return cls(
            (entry.key, wording)
            for entry in entries
            for wording in dict.fromkeys((entry.title, *entry.phrasings))
        )

    def counts(self, texts: Sequence[str], *, least: int) -> Any:
        """Give a row a text with the weight of each of its terms that stand in `least` texts."""
        present, names = _present(texts, least)
        return present.multiply(self._told(names)).tocsr()

    def vectors(self, texts: Sequence[str], *, least: int = 1, alone: bool = False) -> Any:
        """Give a row of length one a text; `alone` counts rarity in these texts only."""
        present, names = _present(texts, least)
        spread = np.asarray(present.sum(axis=0)).ravel()
        total = len(texts)
        if not alone:
            spread = spread + np.array([self._spread.get(name, 0) for name in names])
            total += len(self._known)
        weighed = present.multiply(_rarity(spread, total) * self._told(names)).tocsr()
        return normalize(weighed) if names else weighed

    def nearest(self, texts: Sequence[str], limit: int) -> list[Nearest]:
        """List the entries nearest to texts that ask the same, best first."""
        if not self._known or not texts:
            return []
        likeness = np.vstack([self._rows @ self._row(text) for text in texts])
        places: dict[str, list[int]] = {}
        for place, (key, _) in enumerate(self._known):
            places.setdefault(key, []).append(place)
        found = []
        for key, own in places.items():
            of_entry = likeness[:, own]
            wording = self._known[own[int(of_entry.mean(axis=0).argmax())]][1]
            found.append(Nearest(key, wording, float(of_entry.max(axis=1).mean())))
        found.sort(key=lambda near: (-near.score, near.entry))
        return [near for near in found[:limit] if near.score > 0]

    def _row(self, text: str) -> Floats:
        """Give a text as a row of length one over the known terms; strange ones only lengthen."""
        row = np.zeros(len(self._columns))
        strange = 0
        for name in set(terms(text)):
            if name in self._columns:
                row[self._columns[name]] = self._weight([name])[0]
            else:
                strange += 1
        length = np.sqrt((row**2).sum() + strange * self._weight([""])[0] ** 2)
        return row / length if length else row

    def _weight(self, names: Sequence[str]) -> Floats:
        spread = np.array([self._spread.get(name, 0) for name in names], dtype=np.float64)
        return _rarity(spread, len(self._known)) * self._told(names)

    def _told(self, names: Sequence[str]) -> Floats:
        return np.array([self._telling.get(name, 1.0) for name in names], dtype=np.float64)

    def _learn(self) -> None:
        present, names = _present([wording for _, wording in self._known], 1)
        keys = sorted({key for key, _ in self._known})
        row_of = {key: row for row, key in enumerate(keys)}
        owner = np.array([row_of[key] for key, _ in self._known])
        held = np.zeros((len(keys), len(names)))
        rows, columns = present.nonzero()
        np.add.at(held, (owner[rows], columns), 1.0)
        spread = held.sum(axis=0)
        self._spread = dict(zip(names, spread.astype(int).tolist(), strict=True))
        enough = spread >= LEAST_KNOWN
        if enough.any():
            told = FLOOR + _concentration(held[:, enough])
            weights = (told / np.median(told)) ** TELLING
            kept = [name for name, keeps in zip(names, enough, strict=True) if keeps]
            self._telling = dict(zip(kept, weights.tolist(), strict=True))
        self._columns = {name: column for column, name in enumerate(names)}
        self._rows = normalize(present.multiply(self._weight(names)).tocsr()) if names else present


def _rarity(spread: Floats, total: int) -> Floats:
    rarity: Floats = (np.log((1 + total) / (1 + spread)) + 1) ** RARITY
    return rarity


def _concentration(held: Floats) -> Floats:
    """Say how few entries hold each term: 1 for one entry alone, 0 for evenly spread."""
    spread = held.sum(axis=0)
    share = held / spread
    entropy = -(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=0)
    most = np.log(np.minimum(spread, held.shape[0]))
    even: Floats = entropy / np.maximum(most, 1e-9)
    return 1 - even


def _present(texts: Sequence[str], least: int) -> tuple[Any, list[str]]:
    """Say which terms stand in which texts; texts without any term are rows of nothing."""
    counter = CountVectorizer(analyzer=list, binary=True, dtype=np.float64)
    # The mark keeps a set of texts without any term countable; it is dropped again.
    found = counter.fit_transform([*map(terms, texts), ("",)])[:-1]
    names = counter.get_feature_names_out()
    kept = (np.asarray(found.sum(axis=0)).ravel() >= least) & (names != "")
    return found[:, kept], [str(name) for name in names[kept]]


def terms(text: str) -> tuple[str, ...]:
    """Give the characters and the words of a text; masks, long numbers and marks are none."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = _LONG_NUMBER.sub(" ", _MASK.sub(" ", folded))
    words = [word.strip() for word in _tokenizer().cut(plain) if _says(word)]
    characters = [char for char in plain if char.isalnum()]
    return (*characters, *(_WORD + word for word in words))


def _says(word: str) -> bool:
    return any(char.isalnum() for char in word)


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    # Our own: words that others add to jieba's shared one must not change what we see.
    return jieba.Tokenizer()
