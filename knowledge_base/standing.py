"""What is approved, being edited and live, read again only after one of them changed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from knowledge_base.editing import OpenEdit
from knowledge_base.releases import Release, ReleaseDiff, Revision, diff
from knowledge_base.store import KnowledgeStore, Stamp


@dataclass(frozen=True)
class Standing:
    """Where the knowledge base stands at one moment."""

    live: Release | None
    head: Mapping[str, Revision]
    edits: tuple[OpenEdit, ...]

    @cached_property
    def unpublished(self) -> ReleaseDiff:
        """What publishing now would change."""
        return diff(self.live, self.head)


class Standings:
    """Gives the present standing; of all who ask after a change, one reads it."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._kept: tuple[Stamp, Standing] | None = None
        self._reading = asyncio.Lock()

    async def now(self) -> Standing:
        """Give the present standing; one small read when nothing changed."""
        async with self._reading:
            # Read before the content: what comes between is found at the next look.
            stamp = await self._store.stamp()
            if self._kept is None or self._kept[0] != stamp:
                standing = Standing(
                    live=await self._store.live(),
                    head=await self._store.head(),
                    edits=tuple(await self._store.open_edits()),
                )
                self._kept = stamp, standing
            return self._kept[1]
