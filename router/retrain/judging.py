"""Reads with candidate and live model what the gate needs, and holds it against the thresholds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from knowledge_base.gate.check import Check, Seen, passes, reads
from knowledge_base.gate.duplicates import near_duplicates
from knowledge_base.gate.held_out import Example, overlap, spread
from knowledge_base.gate.latency import latency
from knowledge_base.gate.promises import (
    Kept,
    Request,
    confirmed_stay_right,
    cures,
    requests,
)
from knowledge_base.gate.understanding import (
    calibration,
    cross_validated,
    held_out,
    held_out_vs_live,
    out_of_scope_replied,
    titles_found,
    when_sure,
)
from knowledge_base.metrics import Ranking, Read
from router.domain.routing import Policy
from router.mood import MoodReading
from router.retrain.inputs import Inputs
from router.retrain.reading import BotSilent, Reader, in_turns
from router.retrain.settings import GateSettings

WARM_UP = 5
"""Readings of each bot before any is timed."""


@dataclass(frozen=True, slots=True)
class Live:
    """The live model, read beside the candidate, and the entries and flows it knows."""

    reader: Reader
    entries: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate found; `seen` are the held-out texts the report draws.

    `confident` is the confidence from which the router would act on the candidate.
    """

    checks: tuple[Check, ...]
    seen: tuple[Seen, ...]
    confident: float

    @property
    def passed(self) -> bool:
        """Tell whether the candidate may serve."""
        return passes(self.checks)


@dataclass(slots=True)
class Gate:
    """Judges one candidate; `policy` tells from which confidence the router would act on it."""

    settings: GateSettings
    inputs: Inputs
    policy: Policy
    read_mood: Callable[[str], MoodReading]

    async def judge(self, candidate: Reader, live: Live | None) -> Judgement:
        """Judge a candidate, beside the live model as long as that answers; BotSilent."""
        if live is not None:
            try:
                return await self._judge(candidate, live)
            except BotSilent:
                # Whoever fell silent: if it is the candidate, it will again.
                return await self._judge(candidate, None)
        return await self._judge(candidate, None)

    async def _judge(self, candidate: Reader, live: Live | None) -> Judgement:
        texts = self._texts()
        got = await candidate.rankings(texts)
        confident = self.policy.sure_from(await candidate.sure_from())
        had = await live.reader.rankings(texts) if live is not None else None
        times = await self._times(candidate, live)
        knowledge, mood = await asyncio.to_thread(self._without_bots)
        checks = [
            *self._understanding(got, had, live, confident),
            *self._promises(got, had, confident),
            *mood,
            *knowledge,
            *latency(*times, self.settings.thresholds),
        ]
        seen = (*self._seen(got), *self.inputs.held_out.cross_validated)
        return Judgement(tuple(checks), seen, confident)

    def _texts(self) -> list[str]:
        inputs = self.inputs
        return [
            *(row.text for row in inputs.held_out.written),
            *(row.text for row in self._titles()),
            *inputs.out_of_scope,
            *(one.text for one in inputs.confirmed),
            *(case.miss.text for case in inputs.claimed),
        ]

    def _understanding(
        self,
        got: Mapping[str, Ranking],
        had: Mapping[str, Ranking] | None,
        live: Live | None,
        confident: float,
    ) -> Iterable[Check]:
        inputs, thresholds = self.inputs, self.settings.thresholds
        written, unseen = self._seen(got), inputs.held_out.cross_validated
        before = self._comparable(had, live)
        yield from held_out(written, thresholds, before)
        yield self._vs_live(got, had, live)
        yield from cross_validated(unseen, thresholds)
        titles = [Seen(row.text, Read(row.entry, got[row.text])) for row in self._titles()]
        yield titles_found(titles, thresholds.titles_found)
        every = (*written, *unseen)
        same = None if unseen else before
        yield from when_sure(every, confident, self._answerable, thresholds, same)
        yield calibration(every, thresholds.calibration, same)
        yield out_of_scope_replied(
            [(text, got[text]) for text in inputs.out_of_scope],
            None if had is None else [(text, had[text]) for text in inputs.out_of_scope],
            confident,
            self._answerable,
            thresholds.out_of_scope_replied,
        )

    def _comparable(
        self, had: Mapping[str, Ranking] | None, live: Live | None
    ) -> list[Seen] | None:
        """Give what the live model reads of the held-out texts, if it knows all their entries."""
        if had is None or live is None:
            return None
        known = live.entries
        rows = self.inputs.held_out.written
        if known is not None and any(row.entry not in known for row in rows):
            return None
        return self._seen(had)

    def _vs_live(
        self, got: Mapping[str, Ranking], had: Mapping[str, Ranking] | None, live: Live | None
    ) -> Check:
        both = None if live is None else live.entries
        rows = [row for row in self.inputs.held_out.written if both is None or row.entry in both]
        return held_out_vs_live(
            _read(rows, got),
            None if had is None else _read(rows, had),
            self.settings.thresholds.held_out_vs_live,
        )

    def _promises(
        self, got: Mapping[str, Ranking], had: Mapping[str, Ranking] | None, confident: float
    ) -> Iterable[Check]:
        inputs, thresholds = self.inputs, self.settings.thresholds
        yield confirmed_stay_right(
            [Kept(one, got[one.text]) for one in inputs.confirmed],
            None if had is None else [Kept(one, had[one.text]) for one in inputs.confirmed],
            confident,
            self._answerable,
            thresholds.confirmed_stay_right,
        )
        yield cures(inputs.claimed, got, confident, self._answerable, thresholds.cures)

    def _without_bots(self) -> tuple[list[Check], list[Check]]:
        thresholds = self.settings.thresholds
        entries = self.inputs.release.entries
        alike = near_duplicates(entries, self.settings.near_duplicates, thresholds.near_duplicates)
        read = [
            Request(row.text, row.human_request, found.human_requested, found.human_request)
            for row in self.inputs.requests
            for found in [self.read_mood(row.text)]
        ]
        mood = requests(read, thresholds.requests_recall, thresholds.requests_false_alarms)
        return [alike, overlap(self.inputs.held_out, thresholds.overlap)], mood

    async def _times(self, candidate: Reader, live: Live | None) -> tuple[list[float], list[float]]:
        pool = list(dict.fromkeys(self._texts()))
        if not pool:
            return [], []
        texts = list(islice(cycle(pool), WARM_UP + self.settings.samples.latency))
        ours, theirs = await in_turns(texts, candidate, live.reader if live else None)
        return ours[WARM_UP:], theirs[WARM_UP:]

    def _titles(self) -> list[Example]:
        entries = self.inputs.release.entries
        rows = [Example(entry.title, entry.key) for entry in entries]
        # A title that is another entry's phrasing was given away on purpose.
        taken = {text: entry.key for entry in entries for text in entry.phrasings}
        own = [row for row in rows if taken.get(row.text, row.entry) == row.entry]
        return spread(own, [row.entry for row in own], self.settings.samples.titles)

    def _seen(self, rankings: Mapping[str, Ranking]) -> list[Seen]:
        return _read(self.inputs.held_out.written, rankings)

    @property
    def _answerable(self) -> frozenset[str]:
        # Whatever day it is: understanding an entry does not end with its season.
        return frozenset({*self.inputs.release.revisions, *self.inputs.flows})


def point_of(judgement: Judgement) -> tuple[float, float]:
    """Give coverage and precision at the router's threshold."""
    figures = {check.name: check.figure or 0.0 for check in judgement.checks}
    return figures["coverage_when_sure"], figures["precision_when_sure"]


def drawn(judgement: Judgement) -> list[Read]:
    """Give the readings the report draws."""
    return reads(judgement.seen)


def _read(rows: Sequence[Example], rankings: Mapping[str, Ranking]) -> list[Seen]:
    return [Seen(row.text, Read(row.entry, rankings[row.text])) for row in rows]
