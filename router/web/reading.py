"""Reads a REST body into its type, or says where it is wrong."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from router.domain.errors import Malformed

T = TypeVar("T")

MAX_BODY = 64_000


async def body_of(request: web.Request, kind: type[T]) -> T:
    """Give the JSON body typed; Malformed names the field that is wrong."""
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise Malformed(f"the body is larger than {MAX_BODY} bytes")
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the body is not of the schema: {error}") from error
