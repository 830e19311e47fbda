"""One place that knows how the database is opened: pragmas, transactions, naming, UTC times."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

T = TypeVar("T")

WRITE = "jieli_write"
BUSY_TIMEOUT_MS = 10_000


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """An aware moment, stored and returned in UTC; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Turn an aware moment into what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the moment {value!r} has no time zone")
        utc = value.astimezone(dt.UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Give a stored moment back as an aware one in UTC."""
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


class Database:
    """An open database; readers and writers take connections from it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # SQLite has one writer: waiting here is fair, waiting on its lock file is not.
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else None
        self._file = _SqliteFile(engine.url) if _is_file(engine.url) else None

    @classmethod
    def open(cls, url: str, *, pool_size: int = 8) -> Database:
        """Open `sqlite+aiosqlite:///file` or `postgresql+asyncpg://...`; nothing is read yet."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_async_engine(
                url, pool_size=pool_size, max_overflow=4, hide_parameters=True
            )
            _follow_sqlite(engine.sync_engine)
        else:
            engine = create_async_engine(
                url, pool_size=pool_size, max_overflow=4, pool_pre_ping=True, hide_parameters=True
            )
        return cls(engine)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection inside a transaction that only reads."""
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection inside a transaction that commits on leaving, rolls back on error."""
        if self._turn is None:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._turn, self.engine.connect() as connection:
            await connection.execution_options(**{WRITE: True})
            async with connection.begin():
                yield connection

    async def written(self, work: Callable[[sa.Connection], T]) -> T:
        """Run work in a transaction that commits after it, rolls back on error.

        On SQLite in a thread of its own: a hop there and back for all of it, where `writing` makes
        several for every statement. So `work` touches nothing but its connection.
        """
        if self._turn is None or self._file is None:
            async with self.writing() as connection:
                return await connection.run_sync(work)
        async with self._turn:
            return await self._file.written(work)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        if self._file is not None:
            await self._file.close()


class _SqliteFile:
    """A file written by one thread, over the plain driver."""

    def __init__(self, url: sa.URL) -> None:
        self._engine = sa.create_engine(
            url.set(drivername="sqlite"), pool_size=1, max_overflow=0, hide_parameters=True
        )
        _follow_sqlite(self._engine)
        self._thread = ThreadPoolExecutor(1, "sqlite-writer")

    async def written(self, work: Callable[[sa.Connection], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transact, work)

    def _transact(self, work: Callable[[sa.Connection], T]) -> T:
        with self._engine.connect() as plain:
            connection = plain.execution_options(**{WRITE: True})
            with connection.begin():
                return work(connection)

    async def close(self) -> None:
        """Close the connection; the thread starts again if it is needed again."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown(wait=False)
        self._thread = ThreadPoolExecutor(1, "sqlite-writer")


def _is_file(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite" and bool(url.database) and url.database != ":memory:"


def _follow_sqlite(engine: sa.Engine) -> None:
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN itself, see _begin_sqlite.
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A deferred writer can fail at its first write with "database is locked"; an immediate
    # one waits its turn.
    writes = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
