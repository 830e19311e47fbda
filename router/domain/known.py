"""What a shopper has said already, so that nobody asks for it again; pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 60
"""Characters of a message that a fact shows."""


class FactKind(enum.StrEnum):
    """The kinds of things agents ask for."""

    ORDER = "order"
    ITEM = "item"
    REASON = "reason"
    PHOTO = "photo"
    SIZE = "size"
    PHONE = "phone"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the shopper, reduced to what tells something."""

    seq: int
    text: str
    image: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, and the message or order it is known from; photos are counted."""

    kind: FactKind
    text: str
    seq: int | None = None
    order: str | None = None


_WORDS = {
    FactKind.ORDER: re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{10}(?!\d)", re.IGNORECASE),
    FactKind.PHONE: re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"),
    FactKind.SIZE: re.compile(
        r"(?:尺码|圈口|手寸|码数)\D{0,3}\d{1,3}(?:\.\d)?|\d{2,3}\s?码"
        r"|(?<![A-Za-z])(?:[2-5]?X{0,2}[SL]|M)\s?码|(?:身高|体重)\D{0,3}\d{2,3}"
    ),
    FactKind.ADDRESS: re.compile(
        r"[\u4e00-\u9fff]{2,}(?:省|市|区|县)[\u4e00-\u9fff\d]{2,}(?:路|街|道|巷|号|村|镇|栋|室)[\u4e00-\u9fff\d-]*"
    ),
    FactKind.NAME: re.compile(r"我(?:叫|姓)[\u4e00-\u9fff]{1,3}"),
}
_REASON = re.compile(
    r"因为|由于|坏了?|破了?|断了?|裂了?|掉(?:了|色|钻)|少(?:了|发)|漏发|发错|错了|脏|划痕|色差|变形|起球|缩水"
    r"|不合适|太[大小长短紧松]|不喜欢|质量|没收到|丢了?|不动了?|过敏|松了"
)
_ASKS = re.compile(r"(?:吗|呢|多久|怎么|什么|[？?])$")


def facts_of(said: Iterable[Said]) -> tuple[Fact, ...]:
    """Give what the messages of a case tell, the last word on each thing."""
    known: dict[FactKind, Fact] = {}
    photos = 0
    for message in said:
        if message.image:
            photos += 1
            known[FactKind.PHOTO] = Fact(FactKind.PHOTO, str(photos), message.seq)
        for kind, words in _WORDS.items():
            found = words.search(message.text)
            if found is not None:
                known[kind] = Fact(kind, found.group()[:LONGEST], message.seq)
        if _REASON.search(message.text) and not _ASKS.search(message.text.strip()):
            known[FactKind.REASON] = Fact(
                FactKind.REASON, message.text.strip()[:LONGEST], message.seq
            )
    return tuple(known[kind] for kind in FactKind if kind in known)


def with_facts(known: Iterable[Fact], more: Iterable[Fact]) -> tuple[Fact, ...]:
    """Add facts from elsewhere where the shopper has said nothing of the kind."""
    found = {fact.kind: fact for fact in more} | {fact.kind: fact for fact in known}
    return tuple(found[kind] for kind in FactKind if kind in found)
