"""Runs, models and the console's frame: what the pages poll, from small reads only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from knowledge_base.conditions import Field, Term, Vocabulary
from knowledge_base.dates import due
from knowledge_base.errors import KnowledgeError
from knowledge_base.inbox_store import InboxStore
from knowledge_base.misses import MissState
from knowledge_base.releases import RevisionState
from knowledge_base.runs import ModelMove, Run, Serving, Trigger
from knowledge_base.runs_store import RunsStore
from knowledge_base.standing import Standing, Standings
from knowledge_base.store import KnowledgeStore
from router import wire_knowledge as kb
from router import wire_training
from router.desk.knowledge.publishing import release_row
from router.settings import Settings

LISTED = 100
KEEPER_PATIENCE = dt.timedelta(seconds=10)
"""Without a sign of life for so long nobody keeps the bot processes."""


class NoReport(KnowledgeError):
    """The run has no report: it goes on, or ended before its gate."""

    def __init__(self, run: str) -> None:
        super().__init__(
            "no_report", f"The training run {run!r} has no report.", "Look at why it ended."
        )


@dataclass(frozen=True, slots=True)
class TrainingDesk:
    """An editor's moves on training, and what the console shows of everything."""

    settings: Settings
    store: KnowledgeStore
    standings: Standings
    runs: RunsStore
    inbox: InboxStore
    vocabulary: Vocabulary

    async def console(self, now: dt.datetime) -> kb.ConsoleView:
        """Give what the console's frame shows."""
        standing = await self.standings.now()
        today = now.astimezone(self.settings.zone).date()
        counts = await self.inbox.count()
        states = [edit.revision.state for edit in standing.edits]
        change = standing.unpublished
        entries = (one.entry for one in standing.head.values())
        return kb.ConsoleView(
            live=await self._live(standing),
            serving=serving_view(await self.runs.serving(), now),
            run=await self._run(now),
            unpublished=len(change.added) + len(change.changed) + len(change.removed),
            open_edits=len(states),
            in_review=states.count(RevisionState.IN_REVIEW),
            open_misses=counts[MissState.OPEN],
            dated=len({one.entry.key for one in due(entries, today)}),
            vocabulary=vocabulary_view(self.vocabulary),
            retrain_at=self.settings.retrain_at,
            timezone=self.settings.timezone,
        )

    async def list(self, now: dt.datetime) -> wire_training.RunList:
        """List the runs, newest first."""
        await self.runs.expire(now)
        return wire_training.RunList([run_row(run) for run in await self.runs.runs(LISTED)])

    async def ask(self, author: str, at: dt.datetime) -> wire_training.RunRow:
        """Ask for a run; RunGoesOn while one is going on."""
        return run_row(await self.runs.ask(Trigger.CONSOLE, author, at))

    async def report(self, run: str) -> bytes:
        """Give a run's report as it was written; UnknownRun, NoReport."""
        found = await self.runs.report(run)
        if found is None:
            raise NoReport(run)
        return found

    async def serving(self, now: dt.datetime) -> wire_training.ServingView:
        """Tell which model answers and which stands beside it."""
        return serving_view(await self.runs.serving(), now)

    async def serve(
        self, model: str | None, author: str, at: dt.datetime
    ) -> wire_training.ServingView:
        """Ask for a model that served once, or the one before; UnknownModel."""
        await self.runs.want(model, move=ModelMove.ROLL_BACK, author=author, at=at)
        return await self.serving(at)

    async def _live(self, standing: Standing) -> kb.ReleaseRow | None:
        if standing.live is None:
            return None
        number = standing.live.number
        found = next(one for one in await self.store.releases() if one.number == number)
        return release_row(found, await self.runs.models())

    async def _run(self, now: dt.datetime) -> wire_training.RunRow | None:
        await self.runs.expire(now)
        going = await self.runs.current() or await self.runs.asked()
        last = [going] if going is not None else await self.runs.runs(1)
        return run_row(last[0]) if last else None


def run_row(run: Run) -> wire_training.RunRow:
    """Show a run in the list."""
    return wire_training.RunRow(
        id=run.id,
        trigger=run.trigger.value,
        author=run.author,
        state=run.state.value,
        phase=run.phase.value if run.phase else None,
        asked_at=run.asked_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        release=run.release,
        model=run.model,
        why=run.why,
        phases=[
            wire_training.PhaseView(one.phase.value, one.seconds, one.peak_mib)
            for one in run.phases
        ],
        reported=run.reported,
    )


def serving_view(serving: Serving, now: dt.datetime) -> wire_training.ServingView:
    """Show what serves."""
    return wire_training.ServingView(
        live=serving.live,
        live_since=serving.live_since,
        wanted=serving.wanted,
        candidate=serving.candidate,
        former=serving.former,
        former_warm=serving.former_address is not None,
        trouble=serving.trouble,
        kept=serving.keeper_at is not None and now - serving.keeper_at < KEEPER_PATIENCE,
    )


def vocabulary_view(vocabulary: Vocabulary) -> dict[str, list[kb.TermView]]:
    """Show the shop's values; a category goes by its title, as entries name it."""
    shown = {field.value: _terms(vocabulary.terms(field)) for field in Field}
    categories = [kb.TermView(one.title, one.title) for one in vocabulary.category]
    return {**shown, "flow": _terms(vocabulary.flow), "category": categories}


def _terms(terms: tuple[Term, ...]) -> list[kb.TermView]:
    return [kb.TermView(one.value, one.title) for one in terms]
