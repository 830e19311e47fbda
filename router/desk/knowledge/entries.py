"""Editing entries: the list, one entry with its history, drafts, reviews and checks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from knowledge_base.checks import Finding
from knowledge_base.conditions import Vocabulary
from knowledge_base.dates import due
from knowledge_base.editing import RevisionStory, folded, merge, newer_than
from knowledge_base.entries import Entry
from knowledge_base.errors import EditConflict, UnknownEntry
from knowledge_base.inbox_store import InboxStore
from knowledge_base.misses import MissState
from knowledge_base.releases import Revision, RevisionState
from knowledge_base.standing import Standing, Standings
from knowledge_base.store import KnowledgeStore
from router import wire_knowledge as kb
from router.desk.knowledge.bodies import (
    dated,
    entry_body,
    entry_of,
    finding_view,
    revision_view,
)
from router.desk.knowledge.phrasebook import Say

FOUND = 200
"""Entries a search gives at most."""

Only = Literal["edited", "dated", "unpublished"]
Step = Literal["submit", "approve", "reject", "ready"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list of entries is narrowed to."""

    query: str = ""
    category: str = ""
    only: Only | None = None


@dataclass(frozen=True, slots=True)
class EntryDesk:
    """An editor's moves on entries."""

    store: KnowledgeStore
    standings: Standings
    inbox: InboxStore
    vocabulary: Vocabulary

    async def entries(self, asked: Asked, today: dt.date) -> kb.EntryList:
        """List entries, the best found first, else in the order of the knowledge base."""
        standing = await self.standings.now()
        rows = {row.key: row for row in rows_of(standing, today)}
        if asked.query.strip():
            hits = {one.key: one.text for one in await self.store.search(asked.query, FOUND)}
            plain = asked.query.strip().casefold()
            new = [row for row in rows.values() if row.key not in hits and _names(row, plain)]
            found = [_with_hit(rows[key], text) for key, text in hits.items() if key in rows]
            shown = [*found, *new]
        else:
            shown = list(rows.values())
        changes = standing.unpublished
        unpublished = {
            *(one.key for one in (*changes.added, *changes.removed)),
            *(change.key for change in changes.changed),
        }
        fitting = [row for row in shown if _fits(row, asked, unpublished)]
        return kb.EntryList(fitting, len(fitting))

    async def page(self, key: str, say: Say) -> kb.EntryPage:
        """Give everything about one entry; UnknownEntry."""
        stories = await self.store.stories(key)
        current = _current(stories)
        approved = next(
            (one for one in stories if one.revision.state is RevisionState.APPROVED), None
        )
        live = next((one for one in stories if one.live), None)
        one = current.revision
        misses = await self.inbox.count(entry=key)
        return kb.EntryPage(
            key=key,
            current=revision_view(current),
            approved=revision_view(approved) if approved else None,
            live=revision_view(live) if live else None,
            history=[revision_view(story) for story in folded(stories)],
            findings=await self._checked(one.entry, one.removal, say),
            misses_open=misses[MissState.OPEN],
            misses_cured=misses[MissState.CURED],
        )

    async def save(
        self, key: str, wanted: kb.SaveDraft, author: str, at: dt.datetime, say: Say
    ) -> kb.DraftSaved:
        """Keep a draft; EditConflict when somebody saved the entry since."""
        entry = replace(entry_of(wanted.entry), key=key)
        revision = await self.store.save_draft(
            entry,
            author=author,
            reason=wanted.reason,
            base=wanted.base,
            at=at,
            removal=wanted.removal,
        )
        return kb.DraftSaved(
            await self._viewed(key, revision),
            await self._checked(revision.entry, revision.removal, say),
        )

    async def conflict(
        self, wanted: kb.SaveDraft, conflict: EditConflict, say: Say
    ) -> kb.EditConflictBody:
        """Merge an edit with the one that came before it, and list what is to be decided."""
        newer, mine = conflict.newer, entry_of(wanted.entry)
        history = await self.store.history(newer.entry.key)
        base = next((one.entry for one in history if one.number == wanted.base), None)
        # Two new entries of one key have nothing in common to begin with.
        merged = merge(base or _blank(mine), mine, newer.entry)
        return kb.EditConflictBody(
            code="edit_conflict",
            detail=f"{say(conflict.what)}{say(conflict.hint)}",
            newer=await self._viewed(newer.entry.key, newer),
            merged=entry_body(merged.entry),
            clashes=[kb.ClashView(one.field, one.mine, one.theirs) for one in merged.clashes],
        )

    async def move(
        self, key: str, number: int, step: Step, author: str, at: dt.datetime, reason: str
    ) -> kb.RevisionView:
        """Let a revision take a step; `ready` submits a draft and approves it at once."""
        who = {"author": author}
        match step:
            case "submit":
                moved = await self.store.submit(key, number, **who, at=at, note=reason)
            case "approve":
                moved = await self.store.approve(key, number, **who, at=at, note=reason)
            case "reject":
                moved = await self.store.reject(key, number, **who, at=at, reason=reason)
            case "ready":
                history = await self.store.history(key)
                state = next((one.state for one in history if one.number == number), None)
                if state is not RevisionState.IN_REVIEW:
                    await self.store.submit(key, number, **who, at=at, note=reason)
                moved = await self.store.approve(key, number, **who, at=at, note=reason)
        return await self._viewed(key, moved)

    async def check(self, wanted: kb.CheckEntry, say: Say) -> kb.Findings:
        """List what is wrong or doubtful about an entry that is not saved."""
        return kb.Findings(await self._checked(entry_of(wanted.entry), wanted.removal, say))

    async def _checked(self, entry: Entry, removal: bool, say: Say) -> list[kb.FindingView]:
        found: Sequence[Finding] = await self.store.check(entry, removal=removal)
        head = (await self.standings.now()).head
        titles = {key: one.entry.title for key, one in head.items()}
        return [finding_view(one, titles, say) for one in found]

    async def _viewed(self, key: str, revision: Revision) -> kb.RevisionView:
        stories = await self.store.stories(key)
        story = next((one for one in stories if one.revision.number == revision.number), None)
        if story is None:
            raise UnknownEntry(key)
        return revision_view(story)


def rows_of(standing: Standing, today: dt.date) -> list[kb.EntryRow]:
    """List every entry that is approved, live or being written."""
    head, edits = standing.head, {one.revision.entry.key: one for one in standing.edits}
    live = standing.live.revisions if standing.live else {}
    newest = {key: one.revision for key, one in edits.items()}
    dates = dated(due((one.entry for one in head.values()), today))
    changes = standing.unpublished
    changed = {change.key for change in changes.changed}
    rows = []
    for key in dict.fromkeys((*head, *live, *newest)):
        one = head.get(key) or live.get(key) or newest[key]
        state: Literal["live", "changed", "new", "removed"]
        if key in live:
            state = "removed" if key not in head else "changed" if key in changed else "live"
        else:
            state = "new"
        edit = newest.get(key)
        rows.append(
            kb.EntryRow(
                key=key,
                title=one.entry.title,
                category=one.entry.category,
                phrasings=len(one.entry.phrasings),
                human_only=one.entry.human_only,
                owner=one.entry.owner,
                state=state,
                edit=_edit(edit),
                edit_by=edit.author if edit else None,
                dated=dates.get(key),
            )
        )
    return rows


def _edit(revision: Revision | None) -> Literal["draft", "in_review"] | None:
    if revision is None:
        return None
    return "in_review" if revision.state is RevisionState.IN_REVIEW else "draft"


def _current(stories: Sequence[RevisionStory]) -> RevisionStory:
    """Give the revision an edit continues from: the newest that was not rejected, else any."""
    newest = newer_than(0, (one.revision for one in stories))
    return next((one for one in stories if one.revision is newest), stories[0])


def _blank(entry: Entry) -> Entry:
    return Entry(entry.key, "", "", (), ())


def _with_hit(row: kb.EntryRow, text: str) -> kb.EntryRow:
    row.found = text
    return row


def _names(row: kb.EntryRow, plain: str) -> bool:
    """Tell whether an entry that is not approved yet, so in no index, goes by such a name."""
    return plain in row.key or plain in row.title.casefold()


def _fits(row: kb.EntryRow, asked: Asked, unpublished: Collection[str]) -> bool:
    if asked.category not in ("", row.category):
        return False
    match asked.only:
        case "edited":
            return row.edit is not None
        case "dated":
            return row.dated is not None
        case "unpublished":
            return row.key in unpublished
        case None:
            return True
