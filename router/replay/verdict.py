"""Whether every acknowledged message is there, once and in order; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Promised:
    """A message the router acknowledged: it has to be there under this number, with this text."""

    client_id: str
    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A message as a fresh socket gave it; `client_id` only on the shopper's own."""

    seq: int
    text: str
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many messages are missing, there too often, or not where they belong."""

    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0

    def __add__(self, other: Verdict) -> Verdict:
        """Add up two conversations."""
        return Verdict(
            self.lost + other.lost,
            self.duplicated + other.duplicated,
            self.out_of_order + other.out_of_order,
        )


def verify(promised: Sequence[Promised], found: Sequence[Found]) -> Verdict:
    """Compare what was acknowledged with what is there.

    Lost is an acknowledged message that is not there, or has another text. Duplicated is a number
    or a client id that comes again. Out of order is a message after which the next number does not
    follow, one under another number than was acknowledged, and numbers that do not begin at 1.
    """
    by_client_id = {one.client_id: one for one in found if one.client_id is not None}
    there = [(one, by_client_id.get(one.client_id)) for one in promised]
    lost = sum(1 for one, kept in there if kept is None or kept.text != one.text)
    moved = sum(1 for one, kept in there if kept is not None and kept.seq != one.seq)
    return Verdict(
        lost=lost,
        duplicated=_repeated([one.seq for one in found])
        + _repeated([one.client_id for one in found if one.client_id is not None]),
        out_of_order=moved + breaks([one.seq for one in found]),
    )


def breaks(seqs: Sequence[int]) -> int:
    """Count the places where numbers do not go on by one, or do not begin at 1."""
    return sum(1 for before, after in pairwise([0, *seqs]) if after != before + 1)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Give the smallest value that at least this share of the values does not exceed."""
    if not values:
        return None
    ranked = sorted(values)
    return ranked[max(0, -(-int(share * 1_000_000) * len(ranked) // 1_000_000) - 1)]


def _repeated(values: Sequence[object]) -> int:
    return sum(count - 1 for count in Counter(values).values())
