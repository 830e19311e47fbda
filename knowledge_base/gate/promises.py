"""Checks of what was promised: confirmed answers stay, claimed cures hold, requests are heard."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.entries import Entry
from knowledge_base.gate.check import Check, Failing, measured, skipped
from knowledge_base.gate.understanding import PLACES, is_sure
from knowledge_base.inbox import MissCase
from knowledge_base.metrics import Ranking
from knowledge_base.wording import normalised


class Confirmation(StrEnum):
    """How a shopper said that an answer was the right one."""

    HELPFUL = "helpful"
    CHOSEN = "chosen"  # taken from the choices offered to an unsure reading


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A shopper's text, masked, and the entry they confirmed for it."""

    text: str
    entry: str
    how: Confirmation


@dataclass(frozen=True, slots=True)
class Kept:
    """A confirmed answer as a model reads its text now."""

    confirmed: Confirmed
    ranking: Ranking


def still_expected(
    confirmed: Sequence[Confirmed], entries: Sequence[Entry], most: int
) -> list[Confirmed]:
    """Take the newest confirmed answers that shall stay, each text once; the newest come first.

    An entry that is gone, or a text that is another entry's phrasing by now, was changed on
    purpose.
    """
    known = {entry.key for entry in entries}
    claimed = {normalised(phrasing): entry.key for entry in entries for phrasing in entry.phrasings}
    found: dict[str, Confirmed] = {}
    for one in confirmed:
        plain = normalised(one.text)
        if plain and one.entry in known and claimed.get(plain, one.entry) == one.entry:
            found.setdefault(plain, one)
    return list(found.values())[:most]


def confirmed_stay_right(
    kept: Sequence[Kept],
    live: Sequence[Kept] | None,
    confident: float,
    answerable: Collection[str],
    threshold: float,
) -> Check:
    """Check that an answer voted helpful is given again, and a choice taken offered again."""
    name = "confirmed_stay_right"
    if not kept:
        return skipped(name, threshold, "no answer was confirmed by a shopper lately")

    def right(one: Kept) -> bool:
        return _stays(one, confident, answerable)

    return measured(
        name,
        sum(map(right, kept)) / len(kept),
        threshold,
        len(kept),
        live=sum(map(right, live)) / len(live) if live else None,
        failing=[
            _failing(one.confirmed.text, one.confirmed.entry, one.ranking, one.confirmed.how)
            for one in kept
            if not right(one)
        ],
    )


def newly_claimed(
    cases: Sequence[MissCase], release: int, served: int | None, keys: Collection[str]
) -> list[MissCase]:
    """Take the misses that this release claims to cure and the served model could not know of."""
    return [
        case
        for case in cases
        if case.intended in keys
        and case.claimed_by_release is not None
        and (served or 0) < case.claimed_by_release <= release
    ]


def cures(
    cases: Sequence[MissCase],
    rankings: Mapping[str, Ranking],
    confident: float,
    answerable: Collection[str],
    threshold: float,
) -> Check:
    """Check that the misses' own texts get the entries they are meant for."""
    if not cases:
        return skipped("cures", threshold, "this release claims no cure yet unproven")
    failing = [
        _failing(case.miss.text, case.intended or "", rankings[case.miss.text], "")
        for case in cases
        if not _gets(rankings[case.miss.text], case.intended, confident, answerable)
    ]
    share = 1 - len(failing) / len(cases)
    return measured("cures", share, threshold, len(cases), failing=failing)


@dataclass(frozen=True, slots=True)
class Request:
    """A text, whether it asks for a human, and whether the router found that it does."""

    text: str
    asks: bool
    fired: bool
    score: float


def requests(read: Sequence[Request], recall: float, false_alarms: float) -> list[Check]:
    """Check that requests for a human are heard, and look-alikes are none."""
    names = ("requests_recall", "requests_false_alarms")
    asking = [one for one in read if one.asks]
    others = [one for one in read if not one.asks]
    why = "there are no such texts"
    missed = [Failing(one.text, "human", "", one.score) for one in asking if not one.fired]
    alarms = [Failing(one.text, "", "human", one.score) for one in others if one.fired]
    return [
        measured(names[0], 1 - len(missed) / len(asking), recall, len(asking), failing=missed)
        if asking
        else skipped(names[0], recall, why),
        measured(
            names[1],
            len(alarms) / len(others),
            false_alarms,
            len(others),
            floor=False,
            failing=alarms,
        )
        if others
        else skipped(names[1], false_alarms, why, floor=False),
    ]


def _stays(one: Kept, confident: float, answerable: Collection[str]) -> bool:
    if _gets(one.ranking, one.confirmed.entry, confident, answerable):
        return True
    if one.confirmed.how is Confirmation.HELPFUL:
        return False
    # It was only offered then; offered again is as good, another answer is not.
    offered = [name for name, _ in one.ranking[:PLACES]]
    return one.confirmed.entry in offered and not is_sure(one.ranking, confident, answerable)


def _gets(
    ranking: Ranking, entry: str | None, confident: float, answerable: Collection[str]
) -> bool:
    return is_sure(ranking, confident, answerable) and ranking[0][0] == entry


def _failing(text: str, expected: str, ranking: Ranking, note: str) -> Failing:
    got, confidence = ranking[0] if ranking else ("", 0.0)
    return Failing(text, expected, got, confidence, note)
