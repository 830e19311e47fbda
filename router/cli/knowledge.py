"""What the knowledge commands share: the way to the store, refusals, tables and JSON."""

from __future__ import annotations

import asyncio
import datetime as dt
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError

from knowledge_base.conditions import Vocabulary
from knowledge_base.database import Database
from knowledge_base.errors import KnowledgeError
from knowledge_base.files import read_vocabulary
from knowledge_base.store import KnowledgeStore
from router.cli.context import open_database

DATA = Path(__file__).resolve().parents[2] / "data"
VOCABULARY = DATA / "shop" / "vocabulary.yml"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Access:
    """Where the database and the vocabulary are."""

    url: str | None
    vocabulary_file: Path | None = None

    def vocabulary(self) -> Vocabulary:
        """Read the shop's vocabulary; without a file it is empty."""
        return read_vocabulary(self.vocabulary_file) if self.vocabulary_file else Vocabulary()

    def run(self, work: Callable[[KnowledgeStore], Awaitable[Result]]) -> Result:
        """Do work with the store of the opened database."""
        vocabulary = self.vocabulary() if self.vocabulary_file else None

        async def with_store() -> Result:
            async with _database(self.url) as database:
                return await work(KnowledgeStore(database, vocabulary))

        try:
            return asyncio.run(with_store())
        except (DBAPIError, OSError) as error:
            cause = str(error.orig if isinstance(error, DBAPIError) else error)
            hint = "Check that it runs and is current: `jieli migrate`."
            raise KnowledgeError(
                "database_unusable", f"The database says: {cause}.", hint
            ) from error


@asynccontextmanager
async def _database(url: str | None) -> AsyncIterator[Database]:
    if url is None:
        async with open_database() as opened:
            yield opened
        return
    database = Database.open(url)
    try:
        yield database
    finally:
        await database.close()


class Refused(click.ClickException):
    """What the knowledge base refuses, told in one line with exit code 1."""

    def __init__(self, error: KnowledgeError) -> None:
        super().__init__(f"[{error.code}] {error.what} {error.hint}")


class Refusing(click.Group):
    """A group whose commands tell what the knowledge base refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KnowledgeError as error:
            raise Refused(error) from error


class RefusingCommand(click.Command):
    """A command that tells what the knowledge base refuses."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KnowledgeError as error:
            raise Refused(error) from error


def as_json(value: object) -> None:
    """Print a value as JSON for programs."""
    text = msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2)
    click.echo(text.decode())


def show_table(table: Table) -> None:
    """Print a table for people."""
    Console(soft_wrap=False).print(table)


def local(moment: dt.datetime) -> str:
    """Write a moment in the machine's own time."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def tell(value: object, sentence: str, json_out: bool) -> None:
    """Print JSON for programs or a sentence for people."""
    if json_out:
        as_json(value)
    else:
        click.echo(sentence)


def login() -> str:
    """Give the name of whoever runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user table
        return "unknown"


JSON = click.option("--json", "json_out", is_flag=True, help="Print JSON for programs.")
AUTHOR = click.option("--author", default=login, show_default="your login", help="Who does it.")
