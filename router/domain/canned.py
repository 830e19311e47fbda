"""Canned responses: an agent's saved texts, with places that the desk fills in."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from router.domain.errors import Refusal
from router.domain.message import MAX_TEXT, clean_text

VARIABLES = ("shopper", "agent", "order", "item", "state", "carrier", "tracking", "tier", "store")
"""What a text may leave open as {{name}}; the desk fills in what it knows and shows what not."""
MAX_TITLE = 60
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


class UnknownVariable(Refusal):
    """A text leaves something open that the desk cannot fill in."""

    code = "unknown_variable"


class CannedChanged(Refusal):
    """Somebody else has changed or removed the text meanwhile."""

    code = "canned_changed"


@dataclass(frozen=True, slots=True)
class Canned:
    """A saved text; `owner` is whose own it is, None everybody's."""

    id: str
    title: str
    text: str
    author: str
    at: dt.datetime
    owner: str | None = None
    revision: int = 1


def checked_title(raw: str) -> str:
    """Give a title, or refuse one that is empty or too long."""
    return clean_text(raw, limit=MAX_TITLE).replace("\n", " ")


def checked_text(raw: str) -> str:
    """Give a text, or refuse one with a place that nothing fills."""
    text = clean_text(raw, limit=MAX_TEXT)
    unknown = [name for name in places(text) if name not in VARIABLES]
    if unknown:
        named = "、".join(f"{{{{{name}}}}}" for name in unknown)
        raise UnknownVariable(f"没有 {named} 这个变量，可用：{'、'.join(VARIABLES)}。")
    return text


def places(text: str) -> tuple[str, ...]:
    """Name what a text leaves open, each once, in order."""
    return tuple(dict.fromkeys(_PLACE.findall(text)))
