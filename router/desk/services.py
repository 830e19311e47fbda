"""What every move needs, owned by the composition root."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from knowledge_base.releases import Release
from knowledge_base.store import KnowledgeStore
from router.bot_client import Bot
from router.bot_switch import SwitchingBot
from router.hub import Publisher
from router.mood import MoodReading
from router.policy import HouseRules
from router.settings import Settings
from router.shop import Shop
from router.store import Store
from router.texts import Languages


class MoodReader(Protocol):
    """Whoever reads the mood of a text: the trained pipeline, or a scripted one in tests."""

    def read(self, text: str) -> MoodReading:
        """Read one message."""


class LiveKnowledge:
    """The live release, kept in memory and reloaded when the live pointer moves."""

    def __init__(self, store: KnowledgeStore) -> None:
        self._store = store
        self._release: Release | None = None
        self._loading = asyncio.Lock()

    async def release(self) -> Release | None:
        """Give the live release; one cheap query tells whether it is still the same."""
        number = await self._store.live_number()
        if number is None:
            return None
        kept = self._release
        if kept is not None and kept.number == number:
            return kept
        # Of all who find the pointer moved at once, one loads the release.
        async with self._loading:
            self._release = await self._store.release(number)
            return self._release


class Bell:
    """Rung when queue, agents or presence changed; whoever waits for it looks once for all."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Ask for a look."""
        self._rung.set()

    async def rung(self) -> None:
        """Wait until somebody rings."""
        await self._rung.wait()
        self._rung.clear()


@dataclass(slots=True)
class Services:
    """Stores, hub, bot, mood, shop, rules and texts, clock and ids.

    `bots` is each process of the bot, `bot` whoever is asked: in tests a scripted one.
    """

    settings: Settings
    store: Store
    knowledge: LiveKnowledge
    hub: Publisher
    bot: Bot
    bots: SwitchingBot
    mood: MoodReader
    shop: Shop
    rules: Callable[[], HouseRules]
    languages: Languages
    now: Callable[[], dt.datetime]
    new_id: Callable[[], str]
    bell: Bell = field(default_factory=Bell)

    def today(self) -> dt.date:
        """Give the shop's local date."""
        return self.now().astimezone(self.settings.zone).date()
