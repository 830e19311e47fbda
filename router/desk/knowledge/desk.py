"""The editor's desk: every kind of move, over one view of where the knowledge base stands."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.conditions import Vocabulary
from knowledge_base.database import Database
from knowledge_base.runs_store import RunsStore
from knowledge_base.standing import Standings
from knowledge_base.store import KnowledgeStore
from router.desk.inbox import Inbox
from router.desk.knowledge.entries import EntryDesk
from router.desk.knowledge.exchange import ExchangeDesk
from router.desk.knowledge.misses import MissDesk
from router.desk.knowledge.proving import Prover
from router.desk.knowledge.publishing import PublishDesk
from router.desk.knowledge.training import TrainingDesk
from router.desk.knowledge.trying import TryDesk
from router.desk.services import Services


@dataclass(frozen=True, slots=True)
class EditorDesk:
    """What editors do, by subject."""

    entries: EntryDesk
    releases: PublishDesk
    misses: MissDesk
    training: TrainingDesk
    trying: TryDesk
    exchange: ExchangeDesk
    prover: Prover

    @classmethod
    def over(cls, services: Services, database: Database, vocabulary: Vocabulary) -> EditorDesk:
        """Set the desk up over an open database."""
        store = KnowledgeStore(database, vocabulary)
        standings, runs = Standings(store), RunsStore(database)
        inbox = Inbox(database, services.settings.zone)
        prover = Prover(services, inbox, runs)
        return cls(
            entries=EntryDesk(store, standings, inbox.store, vocabulary),
            releases=PublishDesk(store, standings, runs, inbox, prover, vocabulary),
            misses=MissDesk(inbox, standings),
            training=TrainingDesk(
                services.settings, store, standings, runs, inbox.store, vocabulary
            ),
            trying=TryDesk(services, standings, runs, vocabulary),
            exchange=ExchangeDesk(store, vocabulary),
            prover=prover,
        )

    async def close(self) -> None:
        """Stop what goes on behind the editors' backs."""
        await self.prover.close()
