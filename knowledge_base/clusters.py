"""Groups short texts by what they ask, without labels and always the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from knowledge_base.terms import Floats, Terms, terms

ALIKE = 0.12
"""Mean likeness of two clusters from which on they are one."""
SAME_ANSWER = 0.2
"""Likeness that two texts gain when agents answered both with the same words."""
ANSWERS_ALIKE = 0.5
"""Likeness of two answers below which they say nothing about the questions."""
LARGEST = 4_000
"""Texts compared each with each; more are put to the nearest cluster of these."""

DIMENSIONS = 60
STARTS = 5
ROUNDS = 25
TRUST = 0.3
"""How much a term counts in a cluster's word list; less than 1, since terms go together."""
UNSEEN = 0.1
TEXTS_A_CLUSTER = 3

Labels = NDArray[np.int64]


def cluster(
    texts: Sequence[str],
    known: Terms | None = None,
    *,
    count: int | None = None,
    answers: Sequence[str] = (),
) -> list[int]:
    """Give each text the number of its cluster; 0 is the largest.

    Without a count there are as many clusters as texts are unlike, with one at most that many.
    `answers` holds, for each text, what an agent answered to it, or nothing.
    """
    known = known or Terms()
    distinct, place = _distinct(texts, answers)
    if not distinct:
        return []
    asked = [text for text, _ in distinct]
    with threadpool_limits(limits=1):  # Threads add up in any order; the last bits would differ.
        if count is None:
            found = _by_likeness(asked, [answer for _, answer in distinct], known)
        elif len(asked) < TEXTS_A_CLUSTER * count:
            found = _link(1 - _likeness(known.vectors(asked)), count=min(count, len(asked)))
        else:
            found = _by_terms(asked, known, count)
    return _numbered([int(found[one]) for one in place])


def central(texts: Sequence[str], known: Terms, limit: int) -> list[str]:
    """List the texts of one cluster that are most like all of it, each wording once."""
    distinct, place = _distinct(texts, ())
    if not distinct:
        return []
    vectors = known.vectors([text for text, _ in distinct])
    often = np.bincount(place, minlength=len(distinct)).astype(np.float64)
    score = _likeness(vectors) @ often
    best = sorted(range(len(distinct)), key=lambda at: (-score[at], at))
    return [distinct[at][0] for at in best[:limit]]


def _distinct(
    texts: Sequence[str], answers: Sequence[str]
) -> tuple[list[tuple[str, str]], list[int]]:
    """Give what differs by its terms, and for each text which of these it is."""
    seen: dict[tuple[tuple[str, ...], str], int] = {}
    kept: list[tuple[str, str]] = []
    place = []
    for at, text in enumerate(texts):
        answer = answers[at] if answers else ""
        name = (terms(text), answer)
        if name not in seen:
            seen[name] = len(kept)
            kept.append((text, answer))
        place.append(seen[name])
    return kept, place


def _by_likeness(texts: Sequence[str], answers: Sequence[str], known: Terms) -> Labels:
    vectors = known.vectors(texts)
    likeness = _likeness(vectors[:LARGEST])
    if any(answers):
        of_answers = _likeness(known.vectors(answers[:LARGEST]))
        likeness = likeness + SAME_ANSWER * of_answers * (of_answers >= ANSWERS_ALIKE)
    labels = _link(1 - likeness)
    if len(texts) <= LARGEST:
        return labels
    return _with_the_rest(labels, vectors)


def _with_the_rest(labels: Labels, vectors: Any) -> Labels:
    """Put each further text to the cluster it is most like, or alone."""
    clusters = int(labels.max()) + 1
    held = np.zeros((clusters, vectors.shape[1]))
    np.add.at(held, labels, vectors[:LARGEST].toarray())
    held /= np.bincount(labels, minlength=clusters)[:, None]
    found = [labels]
    alone = clusters
    for start in range(LARGEST, vectors.shape[0], LARGEST):
        likeness = np.asarray(vectors[start : start + LARGEST] @ held.T)
        best = likeness.argmax(axis=1)
        lonely = likeness.max(axis=1) < ALIKE
        best[lonely] = alone + np.arange(int(lonely.sum()))
        alone += int(lonely.sum())
        found.append(best)
    return np.concatenate(found)


def _link(distance: Floats, count: int | None = None) -> Labels:
    if len(distance) < 2:
        return np.zeros(len(distance), dtype=np.int64)
    linking = AgglomerativeClustering(
        n_clusters=count,
        distance_threshold=1 - ALIKE if count is None else None,
        metric="precomputed",
        linkage="average",
    )
    labels: Labels = linking.fit_predict(np.clip(distance, 0, None))
    return labels


def _likeness(vectors: Any) -> Floats:
    likeness: Floats = (vectors @ vectors.T).toarray()
    return likeness


def _by_terms(texts: Sequence[str], known: Terms, count: int) -> Labels:
    """Start from k-means in few dimensions, then let each cluster keep a list of its terms.

    The lists are a mixture of multinomials fitted by expectation and maximisation; of several
    starts the likeliest is taken.
    """
    vectors = known.vectors(texts, least=2, alone=True)
    held = known.counts(texts, least=2)
    few = min(DIMENSIONS, len(texts) - 1, vectors.shape[1] - 1)
    if few < 1:
        return _link(1 - _likeness(known.vectors(texts)), count=count)
    points = normalize(TruncatedSVD(few, random_state=0).fit_transform(vectors))
    fitted = []
    for start in range(STARTS):
        means = KMeans(count, n_init=2, random_state=start)
        fitted.append(_mixture(held, means.fit_predict(points), count))
    return max(fitted, key=lambda one: one[0])[1]


def _mixture(held: Any, labels: Labels, count: int) -> tuple[float, Labels]:
    """Refine a grouping by the terms of each cluster; give its log likelihood with it."""
    share = np.full((len(labels), count), 0.1 / count)
    share[np.arange(len(labels)), labels] += 0.9
    likelihood = 0.0
    for _ in range(ROUNDS):
        lists = (held.T @ share).T + UNSEEN
        logs = np.log(lists / lists.sum(axis=1, keepdims=True))
        score = TRUST * (held @ logs.T) + np.log(share.sum(axis=0) + 1)
        top = score.max(axis=1, keepdims=True)
        share = np.exp(score - top)
        total = share.sum(axis=1, keepdims=True)
        likelihood = float((top + np.log(total)).sum())
        share /= total
    return likelihood, share.argmax(axis=1)


def _numbered(labels: Sequence[int]) -> list[int]:
    """Number clusters by size, those of one size by their first text."""
    sizes = Counter(labels)  # keeps the order of first sight
    order = {label: at for at, (label, _) in enumerate(sizes.most_common())}
    return [order[label] for label in labels]
