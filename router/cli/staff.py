"""`jieli staff`: who may log in to the desk."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import fields, replace
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from router import accounts
from router.cli.context import open_database
from router.domain.errors import NotFound, Refusal
from router.domain.people import Role, Staff
from router.domain.skills import MAX_SKILL, Skills


class _Skill(click.ParamType[str]):
    """One skill, as shoppers and orders name it: zh-CN, jewellery, 杭州…"""

    name = "skill"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        skill = str(value).strip()
        if not 0 < len(skill) <= MAX_SKILL:
            self.fail(f"a skill has 1 to {MAX_SKILL} letters", param, ctx)
        return skill


_SKILLS = {
    "languages": ("--language", "A language they speak."),
    "categories": ("--category", "A category of questions they know."),
    "product_lines": ("--product-line", "A product line they know."),
    "regions": ("--region", "A region they serve."),
    "stores": ("--store", "A store they serve."),
}


def _with_skills(command: Callable[..., None]) -> Callable[..., None]:
    for name, (flag, told) in reversed(_SKILLS.items()):
        command = click.option(
            flag, name, multiple=True, type=_Skill(), help=f"{told} Repeat it; none: no limit."
        )(command)
    return command


@click.group()
def staff() -> None:
    """Add agents, supervisors, editors and admins; list them; set passwords."""


@staff.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The name shoppers see.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice([r.value for r in Role])
)
@click.option(
    "--capacity", default=6, type=click.IntRange(1, 50), help="Weight of conversations at once."
)
@click.option("--angry-cap", type=click.IntRange(1, 50), help="Angry shoppers in a row.")
@_with_skills
@click.password_option()
def add(
    login: str,
    name: str,
    roles: tuple[str, ...],
    capacity: int,
    angry_cap: int | None,
    password: str,
    **skills: tuple[str, ...],
) -> None:
    """Add a member of staff."""
    as_roles = frozenset(Role(role) for role in roles)
    member = Staff(uuid.uuid4().hex, login, name, as_roles, capacity, Skills(**skills), angry_cap)

    async def work() -> None:
        async with open_database() as database:
            await accounts.add_staff(database, member, password)

    _run(work())
    click.echo(f"{login} can log in.")


@staff.command("set")
@click.argument("login")
@click.option("--capacity", type=click.IntRange(1, 50), help="Weight of conversations at once.")
@click.option(
    "--angry-cap",
    type=click.IntRange(0, 50),
    help="Angry shoppers in a row; 0: as the policy says.",
)
@_with_skills
@click.option("--no-limits", is_flag=True, help="Drop the skills: they take everything.")
def set_work(
    login: str,
    capacity: int | None,
    angry_cap: int | None,
    no_limits: bool,
    **skills: tuple[str, ...],
) -> None:
    """Set what somebody can do and how much at once; what is not given stays."""

    async def work() -> None:
        async with open_database() as database:
            known = {member.login: member for member in await accounts.list_staff(database)}
            if login not in known:
                raise NotFound(f"nobody on the staff has the login {login!r}")
            member = known[login]
            kept = Skills() if no_limits else member.skills
            given = {name: values for name, values in skills.items() if values}
            changed = replace(member, skills=replace(kept, **given))
            if capacity is not None:
                changed = replace(changed, capacity=capacity)
            if angry_cap is not None:
                changed = replace(changed, angry_cap=angry_cap or None)
            await accounts.set_work(database, changed)

    _run(work())
    click.echo(f"{login} is set; an open desk learns it within seconds.")


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

    table = Table("login", "name", "roles", "capacity", "angry in a row", "skills")
    for member in asyncio.run(work()):
        roles = ", ".join(sorted(member.roles))
        table.add_row(
            member.login,
            member.name,
            roles,
            str(member.capacity),
            str(member.angry_cap or "policy"),
            _told(member.skills),
        )
    Console().print(table)


def _told(skills: Skills) -> str:
    known = ((f.name, getattr(skills, f.name)) for f in fields(skills))
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in known if values) or "any"


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except (Refusal, accounts.WeakPassword) as error:
        raise click.ClickException(str(error)) from error
