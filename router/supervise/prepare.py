"""What has to be there before the router starts: a live release and a mood model."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

from knowledge_base.database import Database
from knowledge_base.files import read_folder, read_vocabulary
from knowledge_base.releases import Release
from knowledge_base.store import KnowledgeStore
from router.supervise.child import Child, OnLine
from router.supervise.programs import House

AUTHOR = "jieli up"


class CannotPrepare(Exception):
    """Something the router needs cannot be made; the text says what and why."""


async def ensure_release(database: Database, data: Path, now: dt.datetime) -> tuple[Release, bool]:
    """Give the live release, and whether it had to be made from the folder's knowledge."""
    vocabulary = await asyncio.to_thread(read_vocabulary, data / "shop" / "vocabulary.yml")
    store = KnowledgeStore(database, vocabulary)
    live = await store.live()
    if live is not None:
        return live, False
    entries, problems = await asyncio.to_thread(read_folder, data / "knowledge", vocabulary)
    if problems:
        raise CannotPrepare("\n".join(["the knowledge cannot be imported:", *map(str, problems)]))
    await store.save_all(entries, author=AUTHOR, reason="first import", at=now)
    return await store.publish(author=AUTHOR, note="first release", at=now), True


async def live_release(url: str) -> Release | None:
    """Read the live release."""
    database = Database.open(url)
    try:
        return await KnowledgeStore(database).live()
    finally:
        await database.close()


async def ensure_mood(house: House, on_line: OnLine) -> None:
    """Train the mood model if its text changed; in a process of its own, since it needs much."""
    child = await Child.start(house.mood_training(), on_line)
    try:
        code = await child.ended()
    except asyncio.CancelledError:
        await child.stop()
        raise
    if code != 0:
        raise CannotPrepare(f"training the mood model ended with exit code {code}: see above")
