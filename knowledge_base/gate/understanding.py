"""Checks of understanding: right, sure when right, and silent where no entry answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from knowledge_base.gate.check import Check, Failing, Seen, measured, reads, skipped, wrong
from knowledge_base.gate.limits import Thresholds
from knowledge_base.metrics import Ranking, Read, accuracy, ece, top

PLACES = 3


def held_out(
    seen: Sequence[Seen], thresholds: Thresholds, live: Sequence[Seen] | None = None
) -> list[Check]:
    """Check the first and the first three places of held-out texts."""
    before = None if live is None else reads(live)
    return _places("held_out", seen, thresholds.held_out_top1, thresholds.held_out_top3, before)


def cross_validated(seen: Sequence[Seen], thresholds: Thresholds) -> list[Check]:
    """Check the same of training texts read by models that were trained without them."""
    return _places(
        "cross_validated",
        seen,
        thresholds.cross_validated_top1,
        thresholds.cross_validated_top3,
        None,
    )


def held_out_vs_live(seen: Sequence[Seen], live: Sequence[Seen] | None, below: float) -> Check:
    """Check that the candidate is not much worse than the live model on the same texts.

    Both take only texts of entries both know. One text more or less never decides.
    """
    name = "held_out_vs_live"
    if live is None:
        return skipped(name, 0.0, "there is no live model to compare with")
    if not seen:
        return skipped(name, 0.0, "no held-out text is of an entry both models know")
    ours, theirs = accuracy(reads(seen)), accuracy(reads(live))
    right_before = {one.text for one in live if one.read.is_right}
    return measured(
        name,
        ours,
        max(theirs - max(below, 1 / len(seen)), 0.0),
        len(seen),
        live=theirs,
        eased=False,
        note=f"may lie {below:g} below the live model",
        failing=[
            one.failing("the live model reads it rightly")
            for one in seen
            if not one.read.is_right and one.text in right_before
        ],
    )


def titles_found(seen: Sequence[Seen], threshold: float) -> Check:
    """Check that the served model knows its own release: an entry's title gets the entry."""
    if not seen:
        return skipped("titles_found", threshold, "the release has no entry to ask for")
    return measured(
        "titles_found", accuracy(reads(seen)), threshold, len(seen), failing=wrong(seen)
    )


def when_sure(
    seen: Sequence[Seen],
    confident: float,
    answerable: Collection[str],
    thresholds: Thresholds,
    live: Sequence[Seen] | None = None,
) -> list[Check]:
    """Check how much the router would answer, and how much of that would be right."""
    names = ("precision_when_sure", "coverage_when_sure")
    limits = (thresholds.precision_when_sure, thresholds.coverage_when_sure)
    if not seen:
        return [
            skipped(name, limit, "there are no held-out texts")
            for name, limit in zip(names, limits, strict=True)
        ]
    sure = [one for one in seen if is_sure(one.read.ranking, confident, answerable)]
    before = None if not live else coverage_and_precision(reads(live), confident)
    coverage = len(sure) / len(seen)
    note = f"answered from a confidence of {confident:g}"
    precision = (
        measured(
            names[0],
            accuracy(reads(sure)),
            limits[0],
            len(sure),
            live=before and before[1],
            note=note,
            failing=wrong(sure),
        )
        if sure
        else skipped(names[0], limits[0], "no text is answered at all")
    )
    return [
        precision,
        measured(names[1], coverage, limits[1], len(seen), live=before and before[0], note=note),
    ]


def calibration(
    seen: Sequence[Seen], threshold: float, live: Sequence[Seen] | None = None
) -> Check:
    """Check that a confidence of 0.9 is right nine times in ten."""
    if not seen:
        return skipped("calibration", threshold, "there are no held-out texts", floor=False)
    before = ece(reads(live)) if live else None
    figure = ece(reads(seen))
    return measured("calibration", figure, threshold, len(seen), floor=False, live=before)


def out_of_scope_replied(
    texts: Sequence[tuple[str, Ranking]],
    live: Sequence[tuple[str, Ranking]] | None,
    confident: float,
    answerable: Collection[str],
    threshold: float,
) -> Check:
    """Check how often a text no entry answers would get an answer."""
    name = "out_of_scope_replied"
    if not texts:
        return skipped(name, threshold, "there are no texts out of scope", floor=False)
    replied = [one for one in texts if is_sure(one[1], confident, answerable)]
    before = [one for one in live or () if is_sure(one[1], confident, answerable)]
    return measured(
        name,
        len(replied) / len(texts),
        threshold,
        len(texts),
        floor=False,
        live=len(before) / len(live) if live else None,
        failing=[Failing(text, "", ranking[0][0], ranking[0][1]) for text, ranking in replied],
    )


def is_sure(ranking: Ranking, confident: float, answerable: Collection[str]) -> bool:
    """Tell whether the router would act on a reading."""
    return bool(ranking) and ranking[0][1] >= confident and ranking[0][0] in answerable


def coverage_and_precision(read: Sequence[Read], confident: float) -> tuple[float, float]:
    """Give the share of texts read at least so surely, and how much of that is right."""
    sure = [one for one in read if one.confidence >= confident]
    return len(sure) / len(read) if read else 0.0, accuracy(sure)


def _places(
    prefix: str,
    seen: Sequence[Seen],
    first: float,
    three: float,
    live: Sequence[Read] | None,
) -> list[Check]:
    names = (f"{prefix}_top1", f"{prefix}_top{PLACES}")
    if not seen:
        why = "there are no such texts for the entries of this release"
        return [skipped(names[0], first, why), skipped(names[1], three, why)]
    read = reads(seen)
    out = [
        one.failing("not among the first three")
        for one in seen
        if one.read.truth not in [name for name, _ in one.read.ranking[:PLACES]]
    ]
    return [
        measured(
            names[0],
            accuracy(read),
            first,
            len(read),
            live=accuracy(live) if live else None,
            failing=wrong(seen),
        ),
        measured(
            names[1],
            top(read, PLACES),
            three,
            len(read),
            live=top(live, PLACES) if live else None,
            failing=out,
        ),
    ]
