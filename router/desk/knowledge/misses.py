"""The editor's inbox on the wire: clusters, misses with their proof, and one action each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge_base.filing import LeftOut
from knowledge_base.inbox import (
    ClusterSummary,
    MissCase,
    MissChange,
    MissMove,
)
from knowledge_base.inbox_store import Filed, Moved
from knowledge_base.misses import MissState
from knowledge_base.proof import WeekFigure, thief
from knowledge_base.standing import Standings
from router import wire_misses
from router.desk.inbox import Inbox, masked
from router.desk.knowledge.bodies import entry_of
from router.desk.knowledge.phrasebook import Say

PROOFS = frozenset({MissMove.CURED, MissMove.NOT_CURED, MissMove.REOPENED})
"""Steps a replay takes, which then names the release; an editor too can open a miss again."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Which misses are asked for; ids win over the rest."""

    state: MissState | None = None
    entry: str | None = None
    ids: tuple[str, ...] = ()
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class MissDesk:
    """An editor's moves on misses."""

    inbox: Inbox
    standings: Standings

    async def overview(self, now: dt.datetime) -> wire_misses.InboxView:
        """Give the open misses in clusters, and the figures beside them."""
        clusters = await self.inbox.clusters(now)
        counts = await self.inbox.store.count()
        titles = await self._titles()
        return wire_misses.InboxView(
            clusters=[_cluster_view(one, titles) for one in clusters],
            open=counts[MissState.OPEN],
            cured=counts[MissState.CURED],
            dismissed=counts[MissState.DISMISSED],
            week=_week_view(await self.inbox.week(now)),
        )

    async def misses(self, asked: Listed, now: dt.datetime, say: Say) -> wire_misses.MissList:
        """List misses with what became of them."""
        store = self.inbox.store
        if asked.ids:
            cases = await store.named(asked.ids)
            total = len(cases)
        else:
            cases = await store.cases(
                state=asked.state, entry=asked.entry, limit=asked.limit, offset=asked.offset
            )
            counts = await store.count(entry=asked.entry)
            total = counts.total() if asked.state is None else counts[asked.state]
        shown = masked(cases)
        changes: dict[str, list[MissChange]] = {}
        for change in await store.changes([case.miss.id for case in shown]):
            changes.setdefault(change.miss, []).append(change)
        titles = await self._titles()
        views = [
            _miss_view(case, changes.get(case.miss.id, []), titles, now, say) for case in shown
        ]
        return wire_misses.MissList(views, total)

    async def move(
        self, command: wire_misses.MissCommand, author: str, at: dt.datetime, say: Say
    ) -> wire_misses.MissesMoved:
        """Do one action with misses; all of them or none."""
        store, ids = self.inbox.store, command.misses
        match command:
            case wire_misses.AddWordings():
                filed = await store.add_wordings(ids, command.entry, author=author, at=at)
                return _filed_view(filed, say)
            case wire_misses.NeedsHuman():
                filed = await store.needs_human(ids, command.entry, author=author, at=at)
                return _filed_view(filed, say)
            case wire_misses.DraftEntry():
                entry = entry_of(command.entry)
                return _filed_view(await store.draft_entry(ids, entry, author=author, at=at), say)
            case wire_misses.Dismiss():
                reason = command.reason
                return _moved_view(await store.dismiss(ids, reason=reason, author=author, at=at))
            case wire_misses.Assign():
                owner = command.owner or None
                return _moved_view(await store.assign(ids, owner, author=author, at=at))
            case wire_misses.Reopen():
                reason = command.reason
                return _moved_view(await store.reopen(ids, reason=reason, author=author, at=at))

    async def _titles(self) -> dict[str, str]:
        standing = await self.standings.now()
        drafted = {one.revision.entry.key: one.revision.entry.title for one in standing.edits}
        return drafted | {key: one.entry.title for key, one in standing.head.items()}


def _cluster_view(one: ClusterSummary, titles: dict[str, str]) -> wire_misses.ClusterView:
    return wire_misses.ClusterView(
        id=one.id,
        misses=list(one.misses),
        size=one.size,
        trend=[wire_misses.TrendPoint(day, turns) for day, turns in one.trend],
        examples=list(one.examples),
        nearest=[
            wire_misses.NearestView(near.entry, titles.get(near.entry, near.entry), near.score)
            for near in one.nearest
        ],
        cost=wire_misses.CostView(
            one.cost.agent_minutes, one.cost.handoffs, one.cost.angry, one.cost.low_ratings
        ),
        draft=one.draft,
        reasons=dict(one.reasons),
        owners=list(one.owners),
        intended=list(one.intended),
        oldest_at=one.oldest_at,
        newest_at=one.newest_at,
    )


def _week_view(figure: WeekFigure) -> wire_misses.WeekView:
    return wire_misses.WeekView(
        until=figure.until,
        missed=figure.missed,
        cured=figure.cured,
        cured_within_24h=figure.cured_within_24h,
        dismissed=figure.dismissed,
        open=figure.open,
        agent_minutes_saved=figure.agent_minutes_saved,
    )


def _miss_view(
    case: MissCase,
    changes: Sequence[MissChange],
    titles: dict[str, str],
    now: dt.datetime,
    say: Say,
) -> wire_misses.MissView:
    miss, age = case.miss, case.age(now)
    proven = _last_proof(changes)
    failed = proven if proven is not None and proven.move is not MissMove.CURED else None
    return wire_misses.MissView(
        id=miss.id,
        conversation=miss.conversation,
        seq=miss.seq,
        text=miss.text,
        reason=miss.reason.value,
        at=miss.at,
        state=miss.state.value,
        age_hours=None if age is None else age.total_seconds() / 3600,
        owner=case.owner,
        intended=case.intended,
        intended_title=titles.get(case.intended, case.intended) if case.intended else None,
        claimed_by_release=case.claimed_by_release,
        confidence=miss.confidence,
        read_as=miss.intent,
        proof=say(proven.reason) if proven is not None else "",
        stolen_by=thief(failed.reason) if failed is not None else None,
        changes=[_change_view(change, say) for change in changes],
    )


def _last_proof(changes: Iterable[MissChange]) -> MissChange | None:
    """Give what the last replay showed, unless the miss was meant for something else since."""
    last: MissChange | None = None
    for change in changes:
        if change.move in PROOFS and change.release is not None:
            last = change
        elif last is not None and change.entry != last.entry:
            last = None
    return last


def _change_view(change: MissChange, say: Say) -> wire_misses.MissChangeView:
    return wire_misses.MissChangeView(
        move=change.move.value,
        author=change.author,
        at=change.at,
        reason=say(change.reason),
        entry=change.entry,
        release=change.release,
    )


def _filed_view(filed: Filed, say: Say) -> wire_misses.MissesMoved:
    return wire_misses.MissesMoved(
        misses=[case.miss.id for case in filed.cases],
        entry=filed.entry,
        revision=filed.revision.number if filed.revision else None,
        added=list(filed.added),
        left_out=[_left_out(one, say) for one in filed.left_out],
    )


def _left_out(one: LeftOut, say: Say) -> str:
    return f"{one.text}（{say(one.why)}）"


def _moved_view(moved: Moved) -> wire_misses.MissesMoved:
    return wire_misses.MissesMoved([case.miss.id for case in moved.cases])
