"""What a message asks: its clauses, without greetings, thanks and ways of leading in; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_CLAUSES = 4
"""A message of more clauses tells a story: it is read as a whole."""

_HAN = "\u4e00-\u9fff"
_BREAK = re.compile(
    r"[，,。！!？?；;\n~～…]+"
    rf"|(?<=[{_HAN}])\s+(?=[{_HAN}\d])"
    r"|(?<![\dA-Za-z.])[(（]?\d[)）.、．](?!\d)|[①②③④⑤]"
    rf"|(?<=[{_HAN}]{{2}})(?=另外|顺便|顺带|以及|再问|还想问)"
    rf"|(?<=[{_HAN}]{{4}})(?=还有(?!没|货|库存|多|几|别|其|什么|吗|券|优惠|活动))"
)
_FURTHER = re.compile(
    r"^(另外|还有(?!没|货|库存|多|几|别|其|什么|吗|券|优惠|活动)|顺便|顺带|以及|再问|还想|其次|第[二三])"
)
_LEAD_IN = re.compile(
    r"^(还有就是|还有(?!没|货)|另外再?|顺便再?|顺带|以及|还想|然后|并且|而且|同时|那么|对了|其次|首先"
    r"|第[一二三]|再?请?问[一下个]*(?=.{2})|想问[一下个]*|想咨询[一下个]*|麻烦[你您]?问?[一下]*|、|\s)+"
)
_LONGEST_COURTESY = 24
_COURTESY = re.compile(
    r"^(你好啊?|您好|亲爱的|亲|在吗|在么|在不在|hi|hello|哈喽|谢谢[你您啦了]?|多谢|感谢|麻烦[你您了]?"
    r"|打扰(一下|了)?|(我|想|请|再|来)*(问|咨询)[你您]?[一下个]*(问题)?|那个|嗯|哦|噢|好的?|好吧|好嘞"
    r"|知道了|明白了|了解了|急|拜托|辛苦了?|不好意思|客服|老板|掌柜|宝|哥|姐|呀|啊)+$",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(
    r"[吗嘛呢]|怎|咋|啥|什么|哪|几[点天时号个时]|多少|多久|多大|多长|谁|为何|[行好能有送]不$|不$|没有?$"
    r"|能不能|可不可以|有没有|是不是|会不会|能否|是否"
)
_REQUEST = re.compile(r"^(我|我们)?(就|还|也)?(要|想要)(?![的是])|^(请|麻烦)?你?(帮|给|替)(我|忙)")
_OF_NO_SUBJECT = re.compile(
    r"^(请问|我|这|那|该|现在|到底|你们|都)*(怎么办|咋办|怎么回事|咋回事|什么情况|啥情况|什么原因|为什么|为啥"
    r"|怎么处理|咋处理|怎么弄|咋弄|怎么解决|可以吗|行吗|能吗|好吗|可以不|行不行?|对吗|是吗|怎么样)[啊呀呢了吧]*$"
)
_ALTERNATIVE = re.compile(r"^(还是|或者|或是|不然)")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a message.

    `further` tells what is expressly one thing more (还有, 另外); `asks` that, or a question.
    """

    text: str
    asks: bool
    further: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A message without its courtesies: the `core`, and the clauses to be read apart.

    There are no clauses when there is but one, or too many.
    """

    core: str
    clauses: tuple[Clause, ...] = ()


def asked(text: str) -> Asked:
    """Take a message apart; one that is nothing but courtesies is its own core."""
    found = list(_clauses(_pieces(text)))
    if not found:
        return Asked(text)
    clauses = _joined(found)
    core = "，".join(clause.text for clause in clauses)
    return Asked(core, tuple(clauses) if 1 < len(clauses) <= MOST_CLAUSES else ())


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut at punctuation, numbering and words that begin one thing more; tell what ends in ？."""
    start = 0
    for found in _BREAK.finditer(text):
        if piece := text[start : found.start()].strip():
            yield piece, "？" in found[0] or "?" in found[0]
        start = found.end()
    if piece := text[start:].strip():
        yield piece, False


def _clauses(pieces: Iterable[tuple[str, bool]]) -> Iterator[Clause]:
    for piece, marked in pieces:
        bare = _LEAD_IN.sub("", piece)
        if not bare or _is_courtesy(piece) or _is_courtesy(bare):
            continue
        further = _FURTHER.search(piece) is not None
        asks = further or marked or any(sign.search(bare) for sign in (_INTERROGATIVE, _REQUEST))
        yield Clause(bare, asks, further)


def _is_courtesy(piece: str) -> bool:
    return len(piece) <= _LONGEST_COURTESY and _COURTESY.match(piece) is not None


def _joined(clauses: Iterable[Clause]) -> list[Clause]:
    """Put what cannot stand alone to the clause before it."""
    found: list[Clause] = []
    for clause in clauses:
        hangs = _OF_NO_SUBJECT.match(clause.text) or _ALTERNATIVE.match(clause.text)
        if found and hangs:
            before = found[-1]
            found[-1] = Clause(f"{before.text}，{clause.text}", True, before.further)
        else:
            found.append(clause)
    return found
