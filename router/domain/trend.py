"""How the anger of a conversation goes: rising, lasting, or stirred by not being answered.

Scores are those of the mood reading, 0 to 1, one a shopper's turn, oldest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

RISING_TURNS = 3
"""Turns over which growth counts as a rise: two could be a slip of the tongue."""


def rises(scores: Sequence[float], step: float, floor: float) -> bool:
    """Tell whether the last three scores grew by `step` each and the last is worth a human."""
    last = scores[-RISING_TURNS:]
    if len(last) < RISING_TURNS or last[-1] < floor:
        return False
    return all(later - earlier >= step for earlier, later in pairwise(last))


def lasts(scores: Sequence[float], impatience: float, turns: int) -> bool:
    """Tell whether each of the last `turns` scores is impatient."""
    last = scores[-turns:]
    return len(last) == turns and min(last) >= impatience
