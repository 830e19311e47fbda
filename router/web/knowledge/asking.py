"""What every editors' request goes through: who asks, in which role, in which language."""

from __future__ import annotations

from typing import TypeVar

from aiohttp import web

from router.desk.knowledge.phrasebook import Say
from router.domain.errors import Forbidden, Malformed
from router.domain.people import Role
from router.web.keys import PHRASEBOOK
from router.web.middleware import refuse_forged
from router.web.reading import body_of
from router.web.staff import staff_of

T = TypeVar("T")

MAX_ENTRY = 1_000_000
"""Bytes of a body that holds an entry."""
PAGE = 500
FURTHEST = 1_000_000


async def reader(request: web.Request) -> str:
    """Give the login of whoever may look at the knowledge base."""
    staff = await staff_of(request)
    if not (staff.may(Role.EDITOR) or staff.may(Role.SUPERVISOR)):
        raise Forbidden("只有知识编辑和主管可以查看知识库，请管理员为你加上角色。")
    return staff.login


async def editor(request: web.Request) -> str:
    """Give the login of whoever may change the knowledge base, in our own pages only."""
    refuse_forged(request)
    staff = await staff_of(request)
    if not staff.may(Role.EDITOR):
        raise Forbidden("只有知识编辑可以修改知识库，请管理员为你加上角色。")
    return staff.login


async def edited(request: web.Request, kind: type[T]) -> tuple[str, T]:
    """Give the editor's login and the typed body."""
    return await editor(request), await body_of(request, kind, MAX_ENTRY)


def saying(request: web.Request) -> Say:
    """Give what speaks the language the browser asks for."""
    return request.app[PHRASEBOOK].speaking(request.headers.get("Accept-Language", ""))


def number_of(request: web.Request, name: str) -> int:
    """Give a number of the path."""
    text = request.match_info[name]
    if len(text) > 9:  # The database's numbers are smaller, and would be asked in vain.
        raise Malformed(f"{name} is too large")
    return int(text)


def query_number(request: web.Request, name: str, default: int, most: int) -> int:
    """Give a number of the query, from 0 to the most that is allowed."""
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) > most:
        raise Malformed(f"`{name}` has to be a number from 0 to {most}")
    return int(text)
