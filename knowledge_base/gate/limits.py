"""What the gate asks for, as the settings file states it; router/retrain/gate.toml explains why."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Rows = Annotated[int, Meta(ge=1, le=100_000)]


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """One threshold a check, under the check's name."""

    held_out_top1: Share
    """Floor: share of held-out texts whose likeliest entry is the right one."""
    held_out_top3: Share
    """Floor: share of held-out texts whose entry is among the three likeliest."""
    held_out_vs_live: Share
    """How far the share of right ones may lie below the live model's, on what both can know."""
    cross_validated_top1: Share
    """Floor: the same as held_out_top1 of training texts, each read by a model without it."""
    cross_validated_top3: Share
    """Floor: the same as held_out_top3 of training texts, each read by a model without it."""
    titles_found: Share
    """Floor: share of entries whose own title gets them; they are training text."""
    precision_when_sure: Share
    """Floor: share of right ones among the texts the router would answer."""
    coverage_when_sure: Share
    """Floor: share of held-out texts the router would answer."""
    out_of_scope_replied: Share
    """Ceiling: share of texts no entry answers that the router would answer nevertheless."""
    calibration: Share
    """Ceiling: expected calibration error of held-out texts."""
    confirmed_stay_right: Share
    """Floor: share of answers shoppers confirmed that the candidate gives too."""
    requests_recall: Share
    """Floor: share of explicit requests for a human that are found."""
    requests_false_alarms: Share
    """Ceiling: share of look-alikes taken for a request."""
    cures: Share
    """Floor: share of the newly claimed misses that get the intended entry."""
    near_duplicates: Count
    """Ceiling: pairs of entries with near-identical phrasings."""
    latency_p99_ms: Annotated[float, Meta(gt=0)]
    """Ceiling: milliseconds of the slowest of a hundred readings."""
    latency_vs_live: Annotated[float, Meta(gt=0)]
    """Ceiling: median time of a reading, as a multiple of the live model's."""
    overlap: Share
    """Ceiling: share of the held-out texts that are training text too."""


class Samples(Struct, frozen=True, forbid_unknown_fields=True):
    """How much is read at most, so that the gate stays quick."""

    held_out: Rows
    """Held-out texts, spread evenly over the entries."""
    cross_validated: Rows
    """Training texts of entries without held-out texts, spread likewise."""
    titles: Rows
    """Titles of entries."""
    out_of_scope: Rows
    """Texts no entry answers."""
    confirmed: Rows
    """Confirmed answers, the newest first."""
    confirmed_days: Annotated[int, Meta(ge=1, le=3_650)]
    """Days back from which confirmed answers count."""
    latency: Annotated[int, Meta(ge=20, le=10_000)]
    """Readings that are timed."""
    at_once: Annotated[int, Meta(ge=1, le=64)]
    """Questions a bot is asked at once, where time is not measured."""


class Likeness(Struct, frozen=True, forbid_unknown_fields=True):
    """When entries count as near-duplicates."""

    similarity: Share
    """Two phrasings of at least this similarity are near-identical."""
    share: Share
    """An entry with at least this share of near-identical phrasings repeats another."""
