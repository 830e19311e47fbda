"""Which clauses of a message are questions of their own; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from router.domain.clauses import Clause
from router.domain.focus import Ranking, is_fragment

MOST_QUESTIONS = 3
_STATED = 0.8
"""Confidence from which a clause that asks nothing tells what it is about."""
_AGREED = 0.1
"""Share of the whole message's reading from which a part is found in it too."""
_WHOLE = 0.9
"""Confidence from which the whole message is about one thing."""


@dataclass(frozen=True, slots=True)
class Part:
    """A clause as it was read, within its message."""

    clause: Clause
    ranking: Ranking

    @property
    def name(self) -> str:
        """Give what it most likely asks."""
        return self.ranking[0][0] if self.ranking else ""

    @property
    def confidence(self) -> float:
        """Give the confidence of that."""
        return self.ranking[0][1] if self.ranking else 0.0


def questions(
    whole: Ranking,
    parts: Sequence[Part],
    categories: Mapping[str, str],
    flows: Collection[str],
    sure: float,
) -> tuple[Part, ...]:
    """Choose the parts that ask different things, in order; none when it is one question.

    At least one of them is read with the confidence `sure`. Statements count when the whole
    message reads of each part, for 衣服破了，能退吗 is one question and 包裹破了，还少一件 two.
    """
    asked: dict[str, Part] = {}
    for part in parts:
        counts = _asks(part, whole, flows, sure) if part.clause.asks else _states(part, flows)
        if counts and part.name not in asked:
            asked[part.name] = part
    chosen = tuple(asked.values())[:MOST_QUESTIONS]
    if len(chosen) < 2 or all(part.confidence < sure for part in chosen):
        return ()
    if _about_one(chosen, whole, categories):
        return ()
    return chosen


def _asks(part: Part, whole: Ranking, flows: Collection[str], sure: float) -> bool:
    if part.confidence < sure:
        return bool(part.name) and not is_fragment(part.clause.text)
    # 我想退货，能上门取吗: what would be started is only why the other is asked.
    return part.name not in flows or _best(whole)[1] < _WHOLE or _best(whole)[0] == part.name


def _states(part: Part, flows: Collection[str]) -> bool:
    return part.confidence >= _STATED and part.name not in flows


def _about_one(chosen: Sequence[Part], whole: Ranking, categories: Mapping[str, str]) -> bool:
    """Tell whether a statement is but the reason of what is asked, as in 我生日，有什么礼.

    It is when the whole message is read as one of them alone, or surely as one of two alike; not
    when the shopper says that they ask one thing more.
    """
    if all(part.clause.asks for part in chosen) or any(p.clause.further for p in chosen[1:]):
        return False
    shares = dict(whole)
    if any(shares.get(part.name, 0.0) < _AGREED for part in chosen):
        return True
    alike = len({categories.get(part.name, part.name) for part in chosen}) == 1
    return alike and _best(whole)[1] >= _WHOLE


def _best(ranking: Ranking) -> tuple[str, float]:
    return ranking[0] if ranking else ("", 0.0)
