import pytest

from knowledge_base.database import Database
from knowledge_base.store import KnowledgeStore


@pytest.fixture
def store(database: Database) -> KnowledgeStore:
    return KnowledgeStore(database)
