"""What commands share: the settings they were given, and the database those name."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from knowledge_base.database import Database
from router.settings import PREFIX, InvalidSettings, Settings, load


@dataclass(frozen=True, slots=True)
class Given:
    """The options given before the command's name."""

    config: Path | None = None
    data: str | None = None


def settings(**overrides: Any) -> Settings:
    """Read the settings: options, then environment, then file; say what is wrong with them."""
    context = click.get_current_context(silent=True)
    root = context.find_root().obj if context else None
    given = root if isinstance(root, Given) else Given()
    if overrides.get("data") is None:
        overrides["data"] = given.data
    try:
        return load(os.environ, given.config, **overrides)
    except InvalidSettings as error:
        raise click.ClickException(str(error)) from error


@asynccontextmanager
async def open_database() -> AsyncIterator[Database]:
    """Open the database the settings name, and close it afterwards."""
    database = Database.open(settings().database_url)
    try:
        yield database
    finally:
        await database.close()


def as_environment(settings: Settings) -> dict[str, str]:
    """Write settings as the environment of a process that shall have the same."""
    written: dict[str, str] = {}
    defaults = Settings()
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if value == getattr(defaults, name):
            continue
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        written[f"{PREFIX}{name.upper()}"] = text
    return written
