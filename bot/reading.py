"""From Rasa's parse result to the contract's reading; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.flow import FLOW_ONLY_INTENTS
from bot.lexicon import order_number_in
from bot.wire import Entity, Reading

READ_LENGTH: Final = 2000
OUT_OF_SCOPE: Final = "out_of_scope"
"""The intent of what no entry and no flow is about."""
_LEAST_REST: Final = 0.25
_NOT_READ: Final = re.compile(r"[\s/／]+")

Parsed = Mapping[str, Any]


def readable(text: str) -> str:
    """Return what of `text` is read: the first 2000 characters, never one of Rasa's commands.

    Rasa takes a leading slash for an intent named by a developer; a shopper may not do so.
    """
    return text[skipped(text) : READ_LENGTH].rstrip()


def skipped(text: str) -> int:
    """Return how many characters at the start of `text` are not read."""
    match = _NOT_READ.match(text)
    return match.end() if match else 0


def _outside_flow(ranking: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the ranking without the intents that only a flow has a use for.

    Their share goes to the others in proportion, within reason: where they had nearly all of
    it, the rest is noise and stays small.
    """
    kept = [(name, share) for name, share in ranking if name not in FLOW_ONLY_INTENTS]
    dropped = sum(share for name, share in ranking if name in FLOW_ONLY_INTENTS)
    return [(name, share / max(1.0 - dropped, _LEAST_REST)) for name, share in kept]


def _in_scope(ranking: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the ranking of what can be answered; what is out of scope keeps its share."""
    return [(name, share) for name, share in ranking if name != OUT_OF_SCOPE]


def _entity(found: Mapping[str, Any], at: int) -> Entity:
    value = str(found["value"])
    if found["entity"] == "order_number":
        value = order_number_in(value) or value
    return Entity(found["entity"], value, int(found["start"]) + at, int(found["end"]) + at)


def reading_of(parsed: Parsed, at: int, *, in_flow: bool) -> Reading:
    """Return the reading of a parse of text that began `at` characters into the message.

    Short words such as 好的 mean a flow's yes only `in_flow`.
    """
    ranking = [(str(r["name"]), float(r["confidence"])) for r in parsed.get("intent_ranking", ())]
    shown = _in_scope(ranking if in_flow else _outside_flow(ranking))
    best = shown[0] if shown else ("", 0.0)
    return Reading(
        intent=best[0],
        confidence=round(best[1], 4),
        ranking=tuple((name, round(share, 4)) for name, share in shown[:10]),
        entities=tuple(_entity(found, at) for found in parsed.get("entities", ())),
        sure_from=tuple((one, other) for one, other in parsed.get("sure_from", ())),
    )


def forced(parsed: Parsed, intent: str) -> dict[str, Any]:
    """Return the parse with its intent set by what is certain: a button, or a word like 取消."""
    ranking = [r for r in parsed.get("intent_ranking", ()) if r["name"] != intent]
    certain = {"name": intent, "confidence": 1.0}
    return {
        **parsed,
        "intent": certain,
        "intent_ranking": [certain, *({**r, "confidence": 0.0} for r in ranking)],
    }
