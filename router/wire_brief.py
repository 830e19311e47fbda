"""The wire of the brief's lines: what is known, from where, and what agents have put right."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.known import FactKind

LineKind = Literal["wants", "summary", "order", "tried", "promise", "mood", "images", "earlier"]


class CorrectBrief(Struct, forbid_unknown_fields=True, tag="correct_brief"):
    """An agent puts a line of the brief right."""

    conversation: Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]
    line: Annotated[str, Meta(min_length=1, max_length=80)]
    text: Annotated[str, Meta(max_length=20_000)]


class CorrectionView(Struct):
    """What an agent says instead, and who and when."""

    text: str
    author: str
    at: dt.datetime


class BriefLine(Struct):
    """One thing that is known; `seq`, `entry` and `order` name what it is known from.

    `text` holds only what people wrote; the desk words the rest in its own language: the `release`
    a question was answered from, the `levels` the mood went through, the `count` of images.
    """

    key: str
    kind: LineKind
    text: str
    seq: int | None = None
    entry: str | None = None
    order: str | None = None
    state: str | None = None
    due_at: dt.datetime | None = None
    release: int | None = None
    levels: tuple[int, ...] = ()
    count: int | None = None
    correction: CorrectionView | None = None


class CouponView(Struct):
    """A coupon the shopper may use now: `amount` off from `least` on, in yuan."""

    title: str
    amount: str
    least: str
    valid_until: dt.datetime


class RefundView(Struct):
    """Money on its way back to the shopper, in yuan."""

    order: str
    amount: str
    state: str
    asked_at: dt.datetime
    paid_at: dt.datetime | None
    expected_by: dt.datetime | None


class Account(Struct):
    """What the shop knows of a shopper besides orders; what it does not tell now is None.

    `spend` is of the calendar year, in yuan; `as_of` is set when some of it is only remembered.
    """

    year: int
    spend: str | None
    coupons: tuple[CouponView, ...] | None
    refunds: tuple[RefundView, ...] | None
    as_of: dt.datetime | None


class KnownFact(Struct):
    """Something nobody has to ask for again; of photos the text is how many."""

    kind: FactKind
    text: str
    seq: int | None = None
    order: str | None = None
