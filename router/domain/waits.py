"""How long a wait will be: two quantiles, from the place, who is there, and recent waits. Pure.

While all agents are full, who stands at place k waits for k of the present conversations to end.
If c conversations run and one takes m seconds on average, their ends come at the rate c/m, and the
wait is near a gamma distribution of shape k and mean k·m/c. That is only a first guess: other
arrivals overtake, agents come and go, offers are missed. So each guess is kept as its shape and
mean, and what became of it as a score: how many standard deviations off it was, in the scale in
which the cube root of a gamma variable is normal (Wilson and Hilferty, 1931). The quantiles of the
recent scores, and not those of the normal distribution, make the quantiles that are told.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

PICK_UP = 15.0
"""Seconds an agent who is free takes to answer an offer, until it is known better."""
PRIOR = 24
"""How many scores the first guess counts as, beside those that were seen."""
HALF, NINE_TENTHS = 0.5, 0.9
_NORMAL = NormalDist()
_PRIOR_SCORES = tuple(_NORMAL.inv_cdf((i + 0.5) / PRIOR) for i in range(PRIOR))


@dataclass(frozen=True, slots=True)
class Floor:
    """Who is there: conversations that run, room for more, the mean seconds of one."""

    running: float
    free: float
    service: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was guessed for a wait, and how long it was; `ahead` 0 means that an agent was free."""

    ahead: int
    mean: float
    waited: float

    @property
    def score(self) -> float:
        """Give how far off the guess was; 0 is its median or so, 1.28 its ninth tenth."""
        shape = max(1, self.ahead)
        root = math.cbrt(max(self.waited, 0.0) / self.mean)
        return (root - 1 + 1 / (9 * shape)) * 3 * math.sqrt(shape)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Half of such waits take at most `p50` seconds, nine in ten at most `p90`."""

    ahead: int
    mean: float
    p50: float
    p90: float


class Experience:
    """The scores of recent waits, of those for a free agent and of those for a place apart."""

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self._scores: dict[bool, list[float]] = {True: [], False: []}
        for outcome in outcomes:
            self._scores[outcome.ahead > 0].append(outcome.score)
        for scores in self._scores.values():
            scores.extend(_PRIOR_SCORES)
            scores.sort()

    def score(self, share: float, *, queued: bool) -> float:
        """Give the score that such a share of recent waits kept to."""
        scores = self._scores[queued]
        return scores[min(len(scores) - 1, math.ceil(share * (len(scores) + 1)) - 1)]

    def __len__(self) -> int:
        return sum(len(scores) for scores in self._scores.values()) - 2 * PRIOR


def estimate(place: int, floor: Floor, experience: Experience) -> Estimate | None:
    """Estimate the wait at a place of the queue; None when nobody is there to tell it by."""
    if floor.running + floor.free <= 0:
        return None
    ahead = max(0, place - int(floor.free))
    mean = max(PICK_UP, ahead * floor.service / max(1.0, floor.running))
    queued = ahead > 0
    p50 = _quantile(ahead, mean, experience.score(HALF, queued=queued))
    p90 = _quantile(ahead, mean, experience.score(NINE_TENTHS, queued=queued))
    return Estimate(ahead, mean, p50, max(p50, p90))


def coverage(outcomes: Iterable[tuple[float, float]]) -> float | None:
    """Give the share of waits that kept to what was told, of (told, waited); None of none."""
    kept = [waited <= told for told, waited in outcomes]
    return sum(kept) / len(kept) if kept else None


STEPS = (
    *range(10, 60, 10),
    *range(60, 300, 30),
    *range(300, 1_800, 60),
    *range(1_800, 14_401, 300),
)


def rounded(seconds: float) -> int:
    """Round a wait up as people say it: to ten seconds, half minutes, minutes, five minutes."""
    index = bisect.bisect_left(STEPS, seconds)
    return STEPS[index] if index < len(STEPS) else math.ceil(seconds / 3_600) * 3_600


def _quantile(ahead: int, mean: float, score: float) -> float:
    shape = max(1, ahead)
    root = 1 - 1 / (9 * shape) + score / (3 * math.sqrt(shape))
    return float(mean * max(0.0, root) ** 3)
