"""Which texts tell how well a candidate understands: none it has been trained on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import TypeVar

from knowledge_base.gate.check import Check, Failing, Seen, measured, skipped
from knowledge_base.wording import normalised

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the entry, or flow, it belongs to."""

    text: str
    entry: str


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The texts to judge by, and what was left out of them.

    `overlapping` are training text, each with the entry it is trained for; `gone` belong to
    entries the release no longer has; `bare` are entries all of whose texts overlap; `offered`
    counts the texts of entries that are there.
    """

    written: tuple[Example, ...]
    cross_validated: tuple[Seen, ...] = ()
    overlapping: tuple[tuple[Example, str], ...] = ()
    gone: int = 0
    bare: tuple[str, ...] = ()
    offered: int = 0


def choose(
    written: Iterable[Example],
    cross_validated: Iterable[Seen],
    trained: Mapping[str, Sequence[str]],
    flows: Iterable[str] = (),
    *,
    most_written: int,
    most_cross_validated: int,
) -> HeldOut:
    """Choose the texts: those written for the purpose, and for entries without any, training text
    that was read by models trained without it.

    `trained` has the training text by entry. Samples take from every entry in turn.
    """
    known = {*trained, *flows}
    taught = {normalised(text): key for key, texts in trained.items() for text in texts}
    rows = list({normalised(row.text): row for row in written}.values())
    there = [row for row in rows if row.entry in known]
    taken = [(row, taught.get(normalised(row.text))) for row in there]
    kept = [row for row, key in taken if key is None]
    overlapping = [(row, key) for row, key in taken if key is not None]
    covered = {row.entry for row in kept}
    unseen = [
        one
        for one in cross_validated
        if one.read.truth in trained and one.read.truth not in covered
    ]
    vouched = covered | {one.read.truth for one in unseen}
    return HeldOut(
        written=tuple(spread(kept, [row.entry for row in kept], most_written)),
        cross_validated=tuple(
            spread(unseen, [one.read.truth for one in unseen], most_cross_validated)
        ),
        overlapping=tuple(overlapping),
        gone=len(rows) - len(there),
        bare=tuple(sorted({row.entry for row, _ in overlapping} - vouched)),
        offered=len(there),
    )


def spread(rows: Iterable[T], groups: Iterable[str], most: int) -> list[T]:
    """Take at most so many rows, one of every group in turn."""
    by_group: dict[str, list[T]] = defaultdict(list)
    for row, group in zip(rows, groups, strict=True):
        by_group[group].append(row)
    in_turn = chain.from_iterable(zip_longest(*(by_group[name] for name in sorted(by_group))))
    return [row for row in in_turn if row is not None][:most]


def overlap(held_out: HeldOut, threshold: float) -> Check:
    """Check that what is learnt is not what is asked; an entry left without any text fails it."""
    if not held_out.offered:
        return skipped("overlap", threshold, "no held-out texts for these entries", floor=False)
    failing = [
        Failing(row.text, row.entry, taught, note="it is training text: it was left out")
        for row, taught in held_out.overlapping
    ]
    failing += [
        Failing("", key, "", note="all held-out texts of the entry are training text")
        for key in held_out.bare
    ]
    share = len(held_out.overlapping) / held_out.offered
    return measured(
        "overlap",
        1.0 if held_out.bare else share,
        threshold,
        held_out.offered,
        floor=False,
        note=(
            f"{len(held_out.overlapping)} held-out texts are training text and left out"
            + (f"; entries without any other: {', '.join(held_out.bare)}" if held_out.bare else "")
            + (f"; {held_out.gone} belong to entries that are not there" if held_out.gone else "")
        ),
        failing=failing,
    )
