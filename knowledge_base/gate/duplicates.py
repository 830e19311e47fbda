"""Entries that repeat each other: most phrasings of one have a near-identical one in the other.

The similarity is that of `nearness`, computed for all phrasings at once: a whole knowledge base
takes a second instead of a minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder, normalize

from knowledge_base.entries import Entry
from knowledge_base.gate.check import Check, Failing, measured
from knowledge_base.gate.limits import Likeness
from knowledge_base.nearness import LONGEST_RUN
from knowledge_base.wording import normalised

MARGIN = -0.1
"""A twin is about as near to the other entry as to the rest of its own: 商品 37 包邮吗 stays with
商品 37, however like 商品 38 包邮吗 it looks."""
PART = 2_000
"""Phrasings compared with all entries at once; bounds the memory."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A phrasing of one entry and a near-identical one of another.

    `margin` is how much nearer the phrasing is to the other entry than to the rest of its own.
    """

    phrasing: str
    other: str
    similarity: float
    margin: float


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry that repeats another; `share` of its phrasings have a twin there."""

    entry: Entry
    other: Entry
    share: float
    twins: tuple[Twin, ...]


def near_duplicates(entries: Sequence[Entry], likeness: Likeness, threshold: int) -> Check:
    """Check that entries differ; every pair is listed with its nearest phrasings and the margin."""
    pairs = repeating(entries, likeness)
    return measured(
        "near_duplicates",
        len(pairs),
        threshold,
        len(entries),
        floor=False,
        unit="count",
        note=f"an entry repeats another when {likeness.share:.0%} of its phrasings do",
        failing=[_failing(pair) for pair in pairs],
    )


def repeating(entries: Sequence[Entry], likeness: Likeness) -> list[Pair]:
    """List the entries that repeat another, each pair once, the most alike first."""
    if len(entries) < 2:
        return []
    wordings = [tuple(dict.fromkeys((*entry.phrasings, entry.title))) for entry in entries]
    vectors = TfidfVectorizer(
        analyzer="char", ngram_range=(1, LONGEST_RUN), sublinear_tf=True, preprocessor=normalised
    ).fit_transform([text for group in wordings for text in group])
    ends = np.cumsum([len(group) for group in wordings])
    rows = [range(end - len(group), end) for group, end in zip(wordings, ends, strict=True)]
    pairs = []
    for (own, other), places in _drawn(vectors, rows).items():
        needed = likeness.share * len(wordings[own])
        if len(places) < needed:
            continue
        alike = (vectors[[at for at, _ in places]] @ vectors[rows[other]].T).toarray()
        twins = tuple(
            Twin(
                wordings[own][at - rows[own].start],
                wordings[other][int(row.argmax())],
                float(row.max()),
                margin,
            )
            for (at, margin), row in zip(places, alike, strict=True)
            if row.max() >= likeness.similarity
        )
        if len(twins) >= needed:
            pairs.append(Pair(entries[own], entries[other], len(twins) / len(wordings[own]), twins))
    pairs.sort(key=lambda pair: (-pair.share, pair.entry.key))
    return list({frozenset((p.entry.key, p.other.key)): p for p in reversed(pairs)}.values())[::-1]


def _drawn(vectors: Any, rows: Sequence[range]) -> dict[tuple[int, int], list[tuple[int, float]]]:
    """Give the phrasings another entry draws, by both entries: their places and margins."""
    owner = np.repeat(np.arange(len(rows)), [len(group) for group in rows])
    sums = OneHotEncoder().fit_transform(owner[:, np.newaxis]).T @ vectors
    lengths = np.sqrt(np.asarray(sums.multiply(sums).sum(axis=1)).ravel())
    whole = normalize(sums).T.tocsc()
    found: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    for start in range(0, len(owner), PART):
        near = (vectors[start : start + PART] @ whole).toarray()
        places, own = np.arange(len(near)), owner[start : start + PART]
        # The phrasing lengthens its own entry but does not vouch for itself.
        mine = near[places, own] - 1 / lengths[own]
        near[places, own] = -1.0
        other = near.argmax(axis=1)
        margin = near[places, other] - mine
        for at in np.flatnonzero(margin >= MARGIN):
            found[int(own[at]), int(other[at])].append((start + int(at), float(margin[at])))
    return found


def _failing(pair: Pair) -> Failing:
    nearest = max(pair.twins, key=lambda twin: twin.similarity)
    return Failing(
        text=nearest.phrasing,
        expected=pair.entry.key,
        got=pair.other.key,
        note=(
            f"{pair.share:.0%} of 「{pair.entry.title}」 stands in 「{pair.other.title}」 too:"
            f" nearest {nearest.other!r}, similarity {nearest.similarity:.2f},"
            f" margin {nearest.margin:+.2f}"
        ),
    )
