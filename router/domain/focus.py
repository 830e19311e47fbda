"""Reads a fragment such as 多久到账 with what the conversation is about; pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

Ranking = tuple[tuple[str, float], ...]
"""Names with their confidence, best first."""

LONGEST_FRAGMENT = 12
_MOST_CONTENT = 6
_FILLER = re.compile(r"[\W_呢吗嘛吧啊呀那么的了]")
_LEANING = re.compile(r"^(那|还有|另外)|(呢|也行|也可以|也能)[吗嘛吧]?\W*$")

# Chosen on the development half of data/gate/fragments.jsonl; docs/routing.md has the figures.
_ALONE, _JOINED, _TOPIC, _SAME_CATEGORY = 0.8, 1.3, -1.0, 1.6
_LEAST = 0.004
"""Stands for the confidence of whatever a ranking leaves out."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What is being talked about: a former text, and how it was read."""

    text: str
    ranking: Ranking


def is_fragment(text: str) -> bool:
    """Tell whether a text is so short, or leans so much, that it may go on with the topic."""
    if len(text) > LONGEST_FRAGMENT:
        return False
    return len(_FILLER.sub("", text)) <= _MOST_CONTENT or bool(_LEANING.search(text))


def joined(topic: str, text: str) -> str:
    """Give the text to be read for a fragment said after another text."""
    return f"{topic}，{text}"


def refocused(
    alone: Ranking, together: Ranking, topic: Ranking, categories: Mapping[str, str]
) -> Ranking:
    """Combine the readings of a fragment, of topic and fragment together, and of the topic.

    A log-linear pool, p ∝ alone^a · (together^b / topic^c) · e^(d · share of its category in the
    topic): what the fragment adds to the topic counts, not what the topic says by itself; entries
    of the topic's category are likelier. Names of none of the rankings keep no share.
    """
    first, both, about = dict(alone), dict(together), dict(topic)
    if not first and not both:
        return ()
    share = _shares(topic, categories)
    scores = {
        name: _ALONE * _log(first.get(name))
        + _JOINED * _log(both.get(name))
        + _TOPIC * _log(about.get(name))
        + _SAME_CATEGORY * share.get(categories.get(name, ""), 0.0)
        for name in first | both
    }
    best = max(scores.values())
    weights = {name: math.exp(score - best) for name, score in scores.items()}
    total = math.fsum(weights.values())
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((name, round(weight / total, 4)) for name, weight in ranked)


def _shares(topic: Ranking, categories: Mapping[str, str]) -> dict[str, float]:
    """Give how much of the topic each category holds."""
    shares: dict[str, float] = {}
    for name, confidence in topic:
        category = categories.get(name)
        if category:
            shares[category] = shares.get(category, 0.0) + confidence
    return shares


def _log(confidence: float | None) -> float:
    return math.log((confidence or 0.0) + _LEAST)
