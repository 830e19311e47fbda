"""What a model read of text it had not seen while it was trained, for whoever judges the model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from bot.components.held_out import HeldOut
from bot.flow import FLOW_ONLY_INTENTS
from bot.reading import OUT_OF_SCOPE, reading_of

SHOWN = 3
_NO_ANSWERS = FLOW_ONLY_INTENTS | {OUT_OF_SCOPE}


class Figure(msgspec.Struct, frozen=True):
    """A training text, its intent, and the likeliest ones with the confidence acted on."""

    text: str
    intent: str
    ranking: tuple[tuple[str, float], ...]


def figures(held_out: Iterable[HeldOut]) -> list[Figure]:
    """Return the readings as the router gets them outside the flows.

    Text that is out of scope, or only means something inside a flow, is left out.
    """
    return [
        Figure(one.text, one.intent, _outside_flow(one))
        for one in held_out
        if one.intent not in _NO_ANSWERS
    ]


def _outside_flow(one: HeldOut) -> tuple[tuple[str, float], ...]:
    ranking = [{"name": name, "confidence": share} for name, share in one.ranking]
    return reading_of({"intent_ranking": ranking}, 0, in_flow=False).ranking[:SHOWN]


def write_figures(rows: Iterable[Figure], file: Path) -> None:
    """Write one JSON object a line."""
    file.write_bytes(msgspec.json.Encoder().encode_lines(rows))
