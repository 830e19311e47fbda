"""Readings of the training text by models that have not seen it: folds, and how they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.components.grams import Wording

FILE: Final = "held_out.jsonl"


class HeldOut(msgspec.Struct, frozen=True):
    """A training text as typed, its intent, and what a model without this text made of it."""

    text: str
    intent: str
    ranking: tuple[tuple[str, float], ...]


def folds_of(
    texts: Sequence[Wording], truth: NDArray[np.intp], folds: int, seed: int
) -> NDArray[np.intp]:
    """Return the fold of each text: the texts of an intent are dealt out.

    Texts of the same features fall into the same fold, whatever their intents, so that no model
    is asked what it has seen.
    """
    order = np.random.default_rng(seed).permutation(len(texts))
    dealt = np.zeros(int(truth.max()) + 1, dtype=np.intp)
    fold_of: dict[tuple[str, ...], int] = {}
    found = np.zeros(len(texts), dtype=np.intp)
    for at in order:
        key = texts[at].grams
        if key not in fold_of:
            # Each intent starts elsewhere, else small intents would all miss the last folds.
            fold_of[key] = (dealt[truth[at]] + truth[at]) % folds
            dealt[truth[at]] += 1
        found[at] = fold_of[key]
    return found


def write_held_out(rows: Sequence[HeldOut], file: Path) -> None:
    """Write readings as JSON Lines."""
    file.write_bytes(msgspec.json.Encoder().encode_lines(rows))


def read_held_out(file: Path) -> list[HeldOut]:
    """Read what `write_held_out` wrote."""
    return msgspec.json.Decoder(HeldOut).decode_lines(file.read_bytes())
