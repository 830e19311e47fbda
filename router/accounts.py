"""Staff accounts from outside a running desk: adding, new passwords, and the demo's logins."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge_base.database import Database
from router.domain.canned import Canned, checked_text
from router.domain.people import Role, Staff
from router.passwords import hashed
from router.settings import ROOT, Settings
from router.store import Store

MIN_PASSWORD = 10


class WeakPassword(Exception):
    """The password is too short."""


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A login of the demo, with the password made for this data folder."""

    login: str
    name: str
    role: Role
    password: str


_DEMO = (
    ("lina", "李娜", Role.AGENT),
    ("wangqiang", "王强", Role.AGENT),
    ("chenjing", "陈静", Role.SUPERVISOR),
    ("zhaomin", "赵敏", Role.EDITOR),
    ("admin", "管理员", Role.ADMIN),
)


async def add_staff(database: Database, member: Staff, password: str) -> None:
    """Add a member of staff; a short password is refused."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(f"the password needs at least {MIN_PASSWORD} characters")
    store = Store(database)
    await store.open()
    try:
        await store.add_staff(member, await hashed(password))
    finally:
        await store.close()


async def set_password(database: Database, login: str, password: str) -> None:
    """Set a new password, which ends every session of that member."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(f"the password needs at least {MIN_PASSWORD} characters")
    store = Store(database)
    await store.open()
    try:
        await store.set_password(login, await hashed(password))
    finally:
        await store.close()


async def set_work(database: Database, member: Staff) -> None:
    """Set what a member of staff can do, and how much of it at once."""
    store = Store(database)
    await store.open()
    try:
        await store.set_work(member)
    finally:
        await store.close()


async def list_staff(database: Database) -> list[Staff]:
    """List the staff."""
    return await Store(database).list_staff()


async def ensure_demo_staff(database: Database, settings: Settings) -> list[DemoLogin]:
    """Add the demo's staff where they are missing; passwords are made once per data folder."""
    logins = demo_logins(settings.folder)
    known = {member.login for member in await list_staff(database)}
    for demo in _missing(logins, known):
        member = Staff(f"staff-{demo.login}", demo.login, demo.name, _roles(demo.role))
        await add_staff(database, member, demo.password)
    return logins


async def ensure_demo_canned(database: Database) -> None:
    """Give the demo's staff some shared canned responses, where there are none at all."""
    store = Store(database)
    await store.open()
    try:
        if await store.canned.of(""):
            return
        raw = yaml.safe_load((ROOT / "data" / "desk" / "canned.yml").read_text("utf-8"))
        now = dt.datetime.now(dt.UTC)
        for place, one in enumerate(raw, start=1):
            text = checked_text(one["text"])
            await store.canned.add(Canned(f"demo-{place}", one["title"], text, "接力", now))
    finally:
        await store.close()


def demo_logins(folder: Path) -> list[DemoLogin]:
    """Give the demo's logins, making their passwords at the first call."""
    path = folder / "demo_logins.json"
    if not path.exists():
        made = {login: secrets.token_urlsafe(9) for login, _, _ in _DEMO}
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(made, file)
    passwords = json.loads(path.read_text("utf-8"))
    return [DemoLogin(login, name, role, passwords[login]) for login, name, role in _DEMO]


def _missing(logins: Iterable[DemoLogin], known: set[str]) -> list[DemoLogin]:
    return [demo for demo in logins if demo.login not in known]


def _roles(role: Role) -> frozenset[Role]:
    return frozenset({role, Role.AGENT}) if role is Role.SUPERVISOR else frozenset({role})
