"""`jieli staff`: who may log in to the desk."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine

import click
from rich.console import Console
from rich.table import Table

from router import accounts
from router.cli.context import open_database
from router.domain.errors import Refusal
from router.domain.people import Role, Staff


@click.group()
def staff() -> None:
    """Add agents, supervisors, editors and admins; list them; set passwords."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The name shoppers see.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([r.value for r in Role])
)
@click.option("--capacity", default=6, type=click.IntRange(1, 50), help="Conversations at once.")
@click.password_option()
def add(login: str, name: str, roles: tuple[str, ...], capacity: int, password: str) -> None:
    """Add a member of staff."""
    member = Staff(uuid.uuid4().hex, login, name, frozenset(Role(role) for role in roles), capacity)

    async def work() -> None:
        async with open_database() as database:
            await accounts.add_staff(database, member, password)

    _run(work())
    click.echo(f"{login} can log in.")


@staff.command("password")
@click.argument("login")
@click.password_option()
def new_password(login: str, password: str) -> None:
    """Set a new password; every open session of that member ends."""

    async def work() -> None:
        async with open_database() as database:
            await accounts.set_password(database, login, password)

    _run(work())
    click.echo(f"{login} has a new password.")


@staff.command("list")
def list_all() -> None:
    """List the staff."""

    async def work() -> list[Staff]:
        async with open_database() as database:
            return await accounts.list_staff(database)

    table = Table("login", "name", "roles", "capacity")
    for member in asyncio.run(work()):
        roles = ", ".join(sorted(member.roles))
        table.add_row(member.login, member.name, roles, str(member.capacity))
    Console().print(table)


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except (Refusal, accounts.WeakPassword) as error:
        raise click.ClickException(str(error)) from error
