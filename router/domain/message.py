"""One utterance of a conversation and what it may carry."""

from __future__ import annotations

import datetime as dt
import enum
import unicodedata
from dataclasses import dataclass

from router.domain.errors import InvalidText

MAX_TEXT = 4_000
"""Characters a message may have; longer ones are refused with the length and the limit."""


class Sender(enum.StrEnum):
    """Who speaks."""

    SHOPPER = "shopper"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"


class Visibility(enum.StrEnum):
    """Who may read a message."""

    EVERYONE = "everyone"
    STAFF = "staff"
    WHISPER = "whisper"
    """The agent of the conversation, supervisors, and whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Button:
    """A choice under a message; exactly one of the four targets is set."""

    title: str
    say: str | None = None
    entry: str | None = None
    flow: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One line of an order."""

    title: str
    spec: str
    quantity: int
    price: str


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """Where a parcel was, when."""

    at: dt.datetime
    text: str


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order as it stood when the message was written."""

    number: str
    state: str
    placed_at: dt.datetime
    product_line: str
    items: tuple[OrderItem, ...]
    total: str
    store: str = "online"
    carrier: str | None = None
    tracking: str | None = None
    last_event: TrackingEvent | None = None
    promised_ship_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None
    returnable: bool = False
    not_returnable_reason: str | None = None
    as_of: dt.datetime | None = None
    """When the shop last said so; set only when it could not be asked at that moment."""


@dataclass(frozen=True, slots=True)
class Image:
    """An uploaded picture; its bytes are fetched by id."""

    id: str
    mime: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says and shows; a tapped button is kept as what it named."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    card: OrderCard | None = None
    image: Image | None = None
    chosen_entry: str | None = None
    chosen_flow: str | None = None
    asks_human: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a bot message comes from: the knowledge base, or a plan of follow-ups."""

    entry: str | None = None
    revision: int | None = None
    release: int | None = None
    model: str | None = None
    plan: str | None = None
    """The follow-up plan of a message the shop sent by itself."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before the store gives it a seq and a time."""

    sender: Sender
    body: Body
    sender_id: str | None = None
    sender_name: str | None = None
    client_id: str | None = None
    visibility: Visibility = Visibility.EVERYONE
    source: Source = Source()
    votable: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message, numbered by `seq` from 1 without gaps in its conversation."""

    conversation: str
    seq: int
    epoch: int
    at: dt.datetime
    sender: Sender
    body: Body
    sender_id: str | None = None
    sender_name: str | None = None
    client_id: str | None = None
    visibility: Visibility = Visibility.EVERYONE
    source: Source = Source()
    votable: bool = False
    helpful: bool | None = None


def clean_text(raw: str, *, limit: int = MAX_TEXT) -> str:
    """Give a text without control characters and outer blanks; refuse empty and oversize ones.

    Line breaks and tabs stay; other control characters, lone surrogates and direction overrides
    (U+202A-202E, U+2066-2069) go, since they let a text show as something it is not. Joiners that
    emoji need (U+200D, variation selectors) stay.
    """
    if len(raw) > limit:
        raise InvalidText(f"消息太长：{len(raw)} 个字，最多 {limit} 个字，请分几条发送。")
    text = shown_text(raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not any(_shows(c) for c in text):
        raise InvalidText("消息是空的，请输入文字后再发送。")
    return text


def shown_text(raw: str) -> str:
    """Give a text without what would make it show as something it is not."""
    return "".join(char for char in raw if _stays(char))


def _stays(char: str) -> bool:
    if char in "\n\t":
        return True
    if "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069":
        return False
    return unicodedata.category(char) not in {"Cc", "Cs"}


def _shows(char: str) -> bool:
    return unicodedata.category(char) not in {"Cf", "Zs", "Zl", "Zp", "Cc", "Mn"}
