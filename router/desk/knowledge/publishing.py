"""Publishing and rolling back: what would change, what stands against it, and what follows."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from knowledge_base.checks import Finding, Level, check_all
from knowledge_base.conditions import Vocabulary
from knowledge_base.dates import DueKind, due
from knowledge_base.nearness import Nearness
from knowledge_base.releases import ReleaseSummary, diff
from knowledge_base.runs import ModelMove, Trigger
from knowledge_base.runs_store import RunsStore
from knowledge_base.standing import Standing, Standings
from knowledge_base.store import KnowledgeStore
from router import wire_knowledge as kb
from router.desk.inbox import Inbox
from router.desk.knowledge.bodies import diff_view, finding_view
from router.desk.knowledge.entries import rows_of
from router.desk.knowledge.phrasebook import Say
from router.desk.knowledge.proving import Prover

DUE = {
    DueKind.ENDED: "有效期已过，不再回答。",
    DueKind.ANSWER_ENDED: "有一个答案的日期已过，不再使用。",
    DueKind.REVIEW: "到了复核日期。",
    DueKind.ENDS_SOON: "有效期快到了。",
    DueKind.NOT_YET: "还没到生效日期。",
}


@dataclass(slots=True)
class PublishDesk:
    """An editor's moves on releases."""

    store: KnowledgeStore
    standings: Standings
    runs: RunsStore
    inbox: Inbox
    prover: Prover
    vocabulary: Vocabulary
    _checked: tuple[Standing, list[Finding]] | None = None

    async def releases(self) -> kb.ReleaseList:
        """List the releases, newest first, with the models trained from each."""
        found, models = await self.store.releases(), await self.runs.models()
        return kb.ReleaseList([release_row(one, models) for one in found])

    async def diff(self, number: int, against: int | None) -> kb.DiffView:
        """Compare a release with another one, or with the one it followed."""
        release = await self.store.release(number)
        before = release.follows if against is None else against
        old = None if before is None else await self.store.release(before)
        return diff_view(diff(old, release), self.vocabulary)

    async def plan(self, today: dt.date, say: Say) -> kb.PublishPlan:
        """Tell what publishing now would change, and what stands against it."""
        standing = await self.standings.now()
        found = await self._findings(standing)
        blockers = _grouped(found, Level.ERROR, standing, say)
        change = standing.unpublished
        if change.empty:
            blockers.insert(0, _nothing(standing))
        rows = rows_of(standing, today)
        return kb.PublishPlan(
            live=standing.live.number if standing.live else None,
            ready=not blockers,
            blockers=blockers,
            warnings=[
                *_grouped(found, Level.WARNING, standing, say),
                *_dates(standing, today),
            ],
            waiting=[row for row in rows if row.edit is not None],
            diff=diff_view(change, self.vocabulary),
        )

    async def publish(self, wanted: kb.Publish, author: str, at: dt.datetime) -> kb.Moved:
        """Put the approved entries live, let the release claim its misses, and ask for a run."""
        release = await self.store.publish(
            author=author, note=wanted.note.strip(), at=at, after=wanted.live
        )
        await self.inbox.claim(author=author, now=at)
        run, detail = None, f"发布 {release.number} 已上线，答案立即生效。"
        if wanted.retrain:
            # A run that goes on took its snapshot before.
            run = (await self.runs.ask(Trigger.CONSOLE, author, at, behind=True)).id
            detail += "训练已安排，完成后新的问法也会识别。"
        return kb.Moved(release.number, run=run, detail=detail)

    async def roll_back(self, wanted: kb.RollBack, author: str, at: dt.datetime) -> kb.Moved:
        """Put an earlier release live at once, and its model where one is kept."""
        release = await self.store.roll_back(wanted.release, author=author, at=at)
        detail, model = f"已回到发布 {release.number}，答案立即生效。", None
        if wanted.understanding:
            model = await self._model_of(release.number)
            if model is None:
                serving = await self.runs.serving()
                detail += f"没有这个发布的模型，继续由 {serving.live or '现有模型'} 识别。"
            else:
                await self.runs.want(model, move=ModelMove.ROLL_BACK, author=author, at=at)
                detail += f"正在切换到模型 {model}。"
        self.prover.soon(author, model)
        return kb.Moved(release.number, model=model, detail=detail)

    async def _model_of(self, release: int) -> str | None:
        """Name the newest model of a release that was live once."""
        models = await self.runs.models()
        return next((model for model, of in models.items() if of == release), None)

    async def _findings(self, standing: Standing) -> list[Finding]:
        """Check what publishing would put live; kept until something changes."""
        if self._checked is None or self._checked[0] is not standing:
            nearness = await self.store.nearness()
            found = await asyncio.to_thread(_findings, standing, self.vocabulary, nearness)
            self._checked = standing, found
        return self._checked[1]


def _findings(standing: Standing, vocabulary: Vocabulary, nearness: Nearness) -> list[Finding]:
    """List every error, and the doubts about what publishing would add or change."""
    entries = [one.entry for one in standing.head.values()]
    change = standing.unpublished
    touched = {*(entry.key for entry in change.added), *(one.key for one in change.changed)}
    errors = (one for one in check_all(entries, vocabulary) if one.level is Level.ERROR)
    doubts = (
        one
        for one in check_all(entries, vocabulary, nearness, only=touched)
        if one.level is Level.WARNING
    )
    return [*errors, *doubts]


def release_row(one: ReleaseSummary, models: dict[str, int | None]) -> kb.ReleaseRow:
    """Show a release in the list."""
    return kb.ReleaseRow(
        number=one.number,
        author=one.author,
        note=one.note,
        published_at=one.published_at,
        follows=one.follows,
        entries=one.entries,
        added=one.added,
        changed=one.changed,
        removed=one.removed,
        live=one.live,
        models=[model for model, release in models.items() if release == one.number],
    )


def _grouped(
    found: Iterable[Finding], level: Level, standing: Standing, say: Say
) -> list[kb.Blocker]:
    """Give the findings of a level, those of one entry together."""
    titles = {key: one.entry.title for key, one in standing.head.items()}
    by_entry: dict[str, list[kb.FindingView]] = {}
    for one in found:
        if one.level is level:
            views = by_entry.setdefault(one.problem.key, [])
            views.append(finding_view(one, titles, say))
    wrong = level is Level.ERROR
    return [
        kb.Blocker(
            code="invalid_entry" if wrong else "doubtful_entry",
            what=f"{titles.get(key, key)}：{views[0].what}"
            + (f"（共 {len(views)} 处）" if len(views) > 1 else ""),
            hint=views[0].hint,
            entry=key,
            findings=views,
        )
        for key, views in by_entry.items()
    ]


def _nothing(standing: Standing) -> kb.Blocker:
    if not standing.head:
        what = "知识库里还没有已批准的条目。"
    else:
        what = "已批准的条目和线上版本完全一样，没有可发布的内容。"
    return kb.Blocker("nothing_to_publish", what, "请先修改并批准条目。")


def _dates(standing: Standing, today: dt.date) -> list[kb.Blocker]:
    entries = (one.entry for one in standing.head.values())
    return [
        kb.Blocker(
            code=f"date_{one.kind.value}",
            what=f"{one.entry.title}：{DUE[one.kind]}（{one.day}）",
            hint="请更新日期，或删掉不再需要的内容。",
            entry=one.entry.key,
        )
        for one in due(entries, today)
    ]
