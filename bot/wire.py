"""The shapes of the bot's HTTP contract, read once at the door and written once on the way out."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from bot.flow import Flow

Id = Annotated[str, Meta(min_length=1, max_length=200)]
Label = Annotated[str, Meta(max_length=200)]

_Body = TypeVar("_Body", bound=msgspec.Struct)


class Malformed(Exception):
    """A body is not what the contract says; the message names the field."""


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One shopper message to read; `order` is the number on the page, `flow` starts a flow.

    With `reading_only` it is read as outside any flow, and neither starts, moves nor ends one.
    """

    conversation: Id
    message: Id
    text: str
    shopper: Label | None = None
    order: Label | None = None
    locale: Literal["zh-CN", "en"] = "zh-CN"
    flow: Flow | None = None
    reading_only: bool = False


class Reset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks to forget a conversation's flow."""

    conversation: Id


class Entity(msgspec.Struct, frozen=True):
    """Something named in the text, with its place in it."""

    entity: str
    value: str
    start: int
    end: int


class Reading(msgspec.Struct, frozen=True):
    """What was understood: the likeliest intent, and up to ten with their confidence.

    `sure_from` tells of the model from which confidence on so large a share of its answers is
    right: pairs of precision and confidence.
    """

    intent: str
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    entities: tuple[Entity, ...]
    sure_from: tuple[tuple[float, float], ...] = ()


class Button(msgspec.Struct, frozen=True):
    """A button that sends `say` as the shopper's words."""

    title: str
    say: str


class Card(msgspec.Struct, frozen=True):
    """A card to show below a message."""

    kind: Literal["order"]
    order: str


class Message(msgspec.Struct, frozen=True):
    """One thing the bot says in a flow."""

    text: str
    buttons: tuple[Button, ...] = ()
    card: Card | None = None


class FlowState(msgspec.Struct, frozen=True):
    """The flow this turn was in, and whether it goes on."""

    name: Flow
    state: Literal["active", "done", "left"]


class Answer(msgspec.Struct, frozen=True):
    """The answer to one `Ask`."""

    reading: Reading
    messages: tuple[Message, ...]
    flow: FlowState | None
    model: str
    release: int


class Health(msgspec.Struct, frozen=True):
    """What the health route says."""

    model: str
    release: int
    status: Literal["ok"] = "ok"


class Failure(msgspec.Struct, frozen=True):
    """An error with a code for programs and a detail for people."""

    code: str
    detail: str


def read(body: bytes, shape: type[_Body]) -> _Body:
    """Return the body as `shape`; raises Malformed."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Malformed(str(problem)) from problem
