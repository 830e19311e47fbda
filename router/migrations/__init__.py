"""The database's schema, step by step; `migrate` brings any database to the newest."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from knowledge_base import tables as knowledge_tables
from knowledge_base.database import Database, metadata
from router.store import care_tables, case_tables, clock_tables, queue_tables
from router.store import tables as router_tables

TABLES = (knowledge_tables, router_tables, care_tables, case_tables, clock_tables, queue_tables)
"""The modules that declare tables on `metadata`."""

__all__ = ["config_for", "metadata", "migrate", "upgrade"]


async def migrate(database: Database) -> None:
    """Bring the database to the newest schema, in one transaction; nothing to do is fine."""
    async with database.writing() as connection:
        await connection.run_sync(_upgrade)


async def upgrade(url: str) -> None:
    """Bring the database of a URL to the newest schema."""
    database = Database.open(url)
    try:
        await migrate(database)
    finally:
        await database.close()


def _upgrade(connection: sa.Connection) -> None:
    command.upgrade(config_for(connection), "head")


def config_for(connection: sa.Connection) -> Config:
    """Give Alembic's configuration over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config
