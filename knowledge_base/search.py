"""Finding entries by what an editor remembers of them: words, characters, pinyin or the key."""

from __future__ import annotations

import logging
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

import jieba

from knowledge_base.entries import Entry
from knowledge_base.wording import normalised

# Less of the query than this, by weight, is chance.
COVERED = 0.25
PINYIN_LETTERS = 2  # a single letter begins too many words

jieba.setLogLevel(logging.WARNING)


class Where(StrEnum):
    """The part of an entry something was found in."""

    KEY = "key"
    TITLE = "title"
    PHRASING = "phrasing"
    ANSWER = "answer"


WEIGHTS = {Where.KEY: 1.3, Where.TITLE: 1.3, Where.PHRASING: 1.1, Where.ANSWER: 0.9}


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found, and the line of it that fits the query best."""

    key: str
    title: str
    where: Where
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class _Line:
    entry: Entry
    where: Where
    text: str
    plain: str


class SearchIndex:
    """The titles, phrasings and answers of entries, ready to be searched."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._lines = [line for entry in entries for line in _lines(entry)]
        self._holding: dict[str, list[int]] = defaultdict(list)
        for position, line in enumerate(self._lines):
            for term in set(_terms(line.plain)):
                self._holding[term].append(position)
        self._sounds: list[tuple[str, str]] | None = None  # made when first asked for

    def find(self, query: str, limit: int = 20) -> list[Hit]:
        """List the entries that fit a query, best first; each entry once."""
        plain = normalised(query)
        if not plain:
            return []
        scores = self._by_terms(plain)
        if plain.isascii():
            for position, score in self._by_letters(plain):
                scores[position] = max(score, scores.get(position, 0.0))
        return self._best(scores, limit)

    def _by_terms(self, plain: str) -> dict[int, float]:
        asked = Counter(_terms(plain))
        weights = {term: self._rarity(term) for term in asked}
        total = math.fsum(weights.values())
        covered: dict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for position in self._holding.get(term, ()):
                covered[position] += weight / total
        return {
            position: share + (0.5 if plain in self._lines[position].plain else 0.0)
            for position, share in covered.items()
            if share >= COVERED
        }

    def _by_letters(self, letters: str) -> Iterator[tuple[int, float]]:
        if len(letters) < PINYIN_LETTERS:
            return
        for position, (full, initials) in enumerate(self._pinyin()):
            line = self._lines[position]
            if line.where is Where.KEY and letters in line.plain:
                yield position, 1.2
            elif initials.startswith(letters) or full.startswith(letters):
                yield position, 1.0
            elif letters in initials or letters in full:
                yield position, 0.7

    def _best(self, scores: dict[int, float], limit: int) -> list[Hit]:
        best: dict[str, tuple[float, int]] = {}
        for position, score in scores.items():
            line = self._lines[position]
            rank = score * WEIGHTS[line.where], -len(line.plain)
            if line.entry.key not in best or rank > self._rank(best[line.entry.key]):
                best[line.entry.key] = rank[0], position
        ordered = sorted(best.values(), key=lambda one: (-one[0], one[1]))
        return [self._hit(position, score) for score, position in ordered[:limit]]

    def _rank(self, found: tuple[float, int]) -> tuple[float, int]:
        return found[0], -len(self._lines[found[1]].plain)

    def _hit(self, position: int, score: float) -> Hit:
        line = self._lines[position]
        return Hit(line.entry.key, line.entry.title, line.where, line.text, score)

    def _rarity(self, term: str) -> float:
        # A word tells more than one of its characters.
        spread = len(self._holding.get(term, ()))
        return len(term) * math.log(1 + len(self._lines) / (1 + spread))

    def _pinyin(self) -> list[tuple[str, str]]:
        if self._sounds is None:
            self._sounds = [
                ("", "") if line.where in (Where.ANSWER, Where.KEY) else _sound(line.text)
                for line in self._lines
            ]
        return self._sounds


def _lines(entry: Entry) -> Iterator[_Line]:
    yield _Line(entry, Where.KEY, entry.key, normalised(entry.key))
    yield _Line(entry, Where.TITLE, entry.title, normalised(entry.title))
    for phrasing in entry.phrasings:
        yield _Line(entry, Where.PHRASING, phrasing, normalised(phrasing))
    for answer in entry.answers:
        for text in filter(str.strip, answer.text.splitlines()):
            yield _Line(entry, Where.ANSWER, text, normalised(text))


def _terms(plain: str) -> Iterator[str]:
    yield from plain
    yield from (one + two for one, two in pairwise(plain))
    # Words of two characters are pairs of characters already.
    yield from (word for word in _words().cut_for_search(plain) if len(word) > 2)


def _sound(text: str) -> tuple[str, str]:
    # Its tables take 50 MB, which a process that never hears Latin letters need not have.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    syllables = lazy_pinyin(normalised(text))
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


@lru_cache(maxsize=1)
def _words() -> jieba.Tokenizer:
    # Not jieba's shared one, to which others may add words.
    return jieba.Tokenizer()
