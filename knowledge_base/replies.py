"""Finds the answer in what agents wrote: of many replies, the one that says it best."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge_base.terms import Terms
from knowledge_base.wording import TEXT_LIMIT

SHORT = 18
"""Characters up to which a reply that opens with courtesy is courtesy only."""
LEAST = 4

_COURTESY = re.compile(
    r"^(?:您好|你好|亲爱?的?|嗨|在的|稍等|请稍|麻烦.{0,2}稍|好的|好嘞|嗯|收到|明白|不客气|不用谢|感谢"
    r"|谢谢|抱歉|不好意思|请问|久等|很高兴|帮您(?:查|看|核)|我(?:查|看|帮您)|这边(?:帮|为)?您?(?:查|看|核)"
    r"|再见|祝您|还有.{0,6}(?:帮|问))"
)
_GREETING = re.compile(
    r"^(?:您好|你好|亲爱?的?|嗨)[^,，。.!！~～呀啊哦]{0,6}[,，。.!！~～呀啊哦]+\s*"
)


def substantial(replies: Sequence[str]) -> list[str]:
    """Keep the replies that say something, without the greeting before it."""
    kept = []
    for reply in replies:
        said = _GREETING.sub("", reply.strip()).strip()
        courtesy = len(said) <= SHORT and _COURTESY.match(said)
        if (
            len(said) >= LEAST
            and not courtesy
            and not said.endswith(("吗?", "吗？", "呢？", "呢?"))
        ):
            kept.append(said[:TEXT_LIMIT])
    return kept


def first_answer(replies: Sequence[str]) -> str:
    """Give the first reply that says something, or nothing."""
    return next(iter(substantial(replies)), "")


def draft_answer(cases: Sequence[Sequence[str]]) -> str | None:
    """Give the reply most like what agents answered in the other cases too; None without any.

    Of replies alike on the whole, the earliest in its case wins: the answer comes before what
    else was talked about.
    """
    spoken = [
        (at, place, said)
        for at, one in enumerate(cases)
        for place, said in enumerate(substantial(one))
    ]
    if not spoken:
        return None
    rows = Terms().vectors([said for _, _, said in spoken])
    likeness = (rows @ rows.T).toarray()
    scores = []
    for at, (case, place, _) in enumerate(spoken):
        best = {
            other: max(likeness[at][to] for to, one in enumerate(spoken) if one[0] == other)
            for other in {one[0] for one in spoken} - {case}
        }
        scores.append((sum(best.values()), -place, -case))
    return spoken[max(range(len(spoken)), key=lambda at: scores[at])][2]
