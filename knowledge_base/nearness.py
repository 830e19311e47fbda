"""How near a phrasing is to entries, by the characters and short runs of characters they share."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from knowledge_base.entries import Entry
from knowledge_base.wording import normalised

LONGEST_RUN = 3
# How much nearer to another entry is worth a warning; docs/knowledge-base.md has the measure.
MARGIN = 0.1

Weights = dict[str, float]


@dataclass(frozen=True, slots=True)
class Near:
    """An entry near a phrasing, its nearest wording, and how near the whole entry is (0 to 1)."""

    key: str
    wording: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Stray:
    """A phrasing nearer to another entry than to the rest of its own."""

    position: int  # among the entry's phrasings
    phrasing: str
    own: Near
    other: Near

    @property
    def margin(self) -> float:
        """How much nearer the other entry is."""
        return self.other.similarity - self.own.similarity


class Nearness:
    """The wordings of entries, phrasings and titles, ready to be compared with new ones."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._wordings = {entry.key: _wordings(entry) for entry in entries}
        counted = {
            key: [_runs(wording) for wording in wordings]
            for key, wordings in self._wordings.items()
        }
        self._total = 1 + sum(len(counts) for counts in counted.values())
        self._spread = Counter(run for counts in counted.values() for one in counts for run in one)
        self._shares: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for key, counts in counted.items():
            for run, weight in _unit(_sum(self._weights(one) for one in counts)).items():
                self._shares[run].append((key, weight))

    def ranked(self, wording: str, limit: int, *, without: str = "") -> list[Near]:
        """List the nearest entries but one, each with its nearest wording, best first."""
        weights = self._weights(_runs(wording))
        scores = self._scores(weights)
        scores.pop(without, None)
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return [_near(key, weights, self._weighted(key), score) for key, score in best]

    def strays(self, entry: Entry, margin: float = MARGIN) -> list[Stray]:
        """List the phrasings of an entry that are nearer to another one, widest margin first."""
        wordings = _wordings(entry)
        weighted = {wording: self._weights(_runs(wording)) for wording in wordings}
        whole = _sum(weighted.values())
        length = _length(whole)
        alike: dict[str, list[str]] = defaultdict(list)
        for wording in wordings:
            alike[normalised(wording)].append(wording)
        found = []
        for position, phrasing in enumerate(entry.phrasings):
            weights, itself = weighted[phrasing], alike[normalised(phrasing)]
            scores = self._scores(weights)
            scores.pop(entry.key, None)
            if not scores or len(itself) == len(wordings):
                continue
            # The phrasing lengthens its own entry but does not vouch for itself.
            same = sum(_cosine(weights, weighted[one]) for one in itself)
            own = (_cosine(weights, whole) - same) / length
            key = min(scores, key=lambda one: (-scores[one], one))
            if scores[key] - own > margin:
                rest = {one: weighted[one] for one in wordings if one not in itself}
                mine = _near(entry.key, weights, rest, own)
                other = _near(key, weights, self._weighted(key), scores[key])
                found.append(Stray(position, phrasing, mine, other))
        return sorted(found, key=lambda stray: -stray.margin)

    def _weighted(self, key: str) -> dict[str, Weights]:
        return {one: self._weights(_runs(one)) for one in self._wordings[key]}

    def _scores(self, weights: Weights) -> dict[str, float]:
        scores: dict[str, float] = defaultdict(float)
        for run, weight in weights.items():
            for key, share in self._shares.get(run, ()):
                scores[key] += weight * share
        return scores

    def _weights(self, counts: Mapping[str, int]) -> Weights:
        return _unit(
            {
                run: (1 + math.log(count)) * (1 + math.log(self._total / (1 + self._spread[run])))
                for run, count in counts.items()
            }
        )


def _near(key: str, weights: Weights, wordings: Mapping[str, Weights], score: float) -> Near:
    nearest = max(wordings, key=lambda one: _cosine(weights, wordings[one]))
    return Near(key, nearest, min(max(score, 0.0), 1.0))


def _wordings(entry: Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*entry.phrasings, entry.title)))


def _runs(wording: str) -> Counter[str]:
    text = normalised(wording)
    return Counter(
        text[start : start + size]
        for size in range(1, LONGEST_RUN + 1)
        for start in range(len(text) - size + 1)
    )


def _sum(parts: Iterable[Weights]) -> Weights:
    total: dict[str, float] = defaultdict(float)
    for part in parts:
        for run, weight in part.items():
            total[run] += weight
    return total


def _unit(weights: Weights) -> Weights:
    length = _length(weights)
    return {run: weight / length for run, weight in weights.items()}


def _length(weights: Weights) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in weights.values())) or 1.0


def _cosine(one: Weights, other: Weights) -> float:
    return math.fsum(weight * other.get(run, 0.0) for run, weight in one.items())
