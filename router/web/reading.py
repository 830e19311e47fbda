"""Reads a REST body into its type, or says where it is wrong."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from router.domain.errors import Malformed

T = TypeVar("T")

MAX_BODY = 64_000


async def body_of(request: web.Request, kind: type[T], most: int = MAX_BODY) -> T:
    """Give the JSON body typed, of at most so many bytes; Malformed names what is wrong."""
    return await decoded(request, msgspec.json.Decoder(kind), most)


async def decoded(
    request: web.Request, decoder: msgspec.json.Decoder[T], most: int = MAX_BODY
) -> T:
    """Give the JSON body as a decoder types it, also one of several types."""
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > most:
            raise Malformed(f"the body is larger than {most} bytes")
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"the body is not of the schema: {error}") from error
