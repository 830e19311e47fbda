"""Canned responses: finding, keeping and removing them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge_base.entries import Answer, Entry
from knowledge_base.search import SearchIndex
from router import wire_canned as wc
from router.desk.services import Services
from router.domain.canned import (
    VARIABLES,
    Canned,
    UnknownVariable,
    checked_text,
    checked_title,
)
from router.domain.errors import Forbidden, NotFound
from router.domain.people import Role, Staff

FOUND = 8


@dataclass(frozen=True, slots=True)
class CannedDesk:
    """Everybody's texts are kept by supervisors and editors, an agent's own by the agent."""

    services: Services

    async def find(self, me: Staff, query: str) -> wc.CannedList:
        """List what fits a query best first, or everything by title."""
        texts = await self.services.store.canned.of(me.id)
        if query.strip():
            texts = await asyncio.to_thread(_found, texts, query)
        views = tuple(_view(me, one) for one in texts)
        return wc.CannedList(views, VARIABLES, _may_share(me))

    async def add(self, me: Staff, wanted: wc.SaveCanned) -> wc.CannedView:
        """Keep a new text."""
        canned = self._canned(me, self.services.new_id(), wanted)
        await self.services.store.canned.add(canned)
        return _view(me, canned)

    async def change(self, me: Staff, canned: str, wanted: wc.SaveCanned) -> wc.CannedView:
        """Change a text of one's own, or everybody's."""
        await self._mine(me, canned)
        changed = self._canned(me, canned, wanted)
        await self.services.store.canned.change(changed)
        return _view(me, await self._mine(me, canned))

    async def remove(self, me: Staff, canned: str, revision: int) -> None:
        """Remove a text of one's own, or everybody's."""
        await self._mine(me, canned)
        await self.services.store.canned.remove(canned, revision)

    def _canned(self, me: Staff, canned: str, wanted: wc.SaveCanned) -> Canned:
        if wanted.shared and not _may_share(me):
            raise Forbidden("公共话术由主管或编辑维护，你可以存为自己的话术。")
        return Canned(
            id=canned,
            title=checked_title(wanted.title),
            text=checked_text(wanted.text),
            author=me.name,
            at=self.services.now(),
            owner=None if wanted.shared else me.id,
            revision=max(wanted.revision, 1),
        )

    async def _mine(self, me: Staff, canned: str) -> Canned:
        """Give a text this member of staff may change; another's own is as unknown as none."""
        found = await self.services.store.canned.one(canned)
        if found is None or found.owner not in {None, me.id}:
            raise NotFound("没有这条话术。")
        if found.owner is None and not _may_share(me):
            raise Forbidden("公共话术由主管或编辑维护。")
        return found


def _found(texts: Sequence[Canned], query: str) -> list[Canned]:
    """Search as the knowledge base does: words, characters, pinyin and its initials."""
    by_key = {one.id: one for one in texts}
    entries = [
        Entry(one.id, one.title, "", phrasings=(), answers=(Answer(text=one.text),))
        for one in texts
    ]
    return [by_key[hit.key] for hit in SearchIndex(entries).find(query, FOUND)]


def _view(me: Staff, canned: Canned) -> wc.CannedView:
    problem = None
    try:
        checked_text(canned.text)
    except UnknownVariable as unknown:
        problem = unknown.detail
    return wc.CannedView(
        id=canned.id,
        title=canned.title,
        text=canned.text,
        author=canned.author,
        at=canned.at,
        revision=canned.revision,
        mine=canned.owner is not None,
        editable=canned.owner == me.id or _may_share(me),
        problem=problem,
    )


def _may_share(me: Staff) -> bool:
    return me.may(Role.SUPERVISOR) or me.may(Role.EDITOR)
