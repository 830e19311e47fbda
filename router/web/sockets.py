"""What both sockets share: pumping an outbox, reading frames, saying errors."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from router import wire
from router.domain.errors import Malformed, Refusal
from router.hub import Outbox
from router.store import Overloaded, WriterClosed
from router.web.keys import SOCKETS

log = structlog.get_logger(__name__)
C = TypeVar("C")

MAX_FRAME_BYTES = 1_000_000
HEARTBEAT = 25.0
HELLO_SECONDS = 15.0
SEND_SECONDS = 20.0
MAX_MALFORMED = 20

RESYNC = WSCloseCode.TRY_AGAIN_LATER
EXPIRED = 4401


async def opened(request: web.Request) -> web.WebSocketResponse:
    """Upgrade to a socket and remember it for shutdown."""
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT, max_msg_size=MAX_FRAME_BYTES, compress=False
    )
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    return socket


@contextlib.asynccontextmanager
async def pumped(socket: web.WebSocketResponse) -> AsyncIterator[Outbox]:
    """Give an outbox that one task empties into the socket, until the block is left."""
    outbox = Outbox()
    task = asyncio.create_task(_pump(socket, outbox))
    try:
        yield outbox
    finally:
        outbox.close()
        with contextlib.suppress(asyncio.CancelledError, asyncio.TimeoutError):
            await asyncio.wait_for(task, timeout=1.0)


async def frames(socket: web.WebSocketResponse, outbox: Outbox) -> AsyncIterator[str]:
    """Give text frames until the peer goes; binary ones are refused."""
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            yield message.data
        elif message.type is WSMsgType.BINARY:
            refuse(outbox, Malformed("frames are JSON text, not binary"))


def refuse(outbox: Outbox, error: Exception, client_id: str | None = None) -> None:
    """Say that something was refused."""
    match error:
        case Refusal():
            frame = wire.ErrorFrame(error.code, error.detail, client_id)
        case Overloaded() | WriterClosed():
            frame = wire.ErrorFrame("overloaded", "系统繁忙，请稍后重试。", client_id)
        case _:
            frame = wire.ErrorFrame("internal", "服务器出错了，已记录，请稍后重试。", client_id)
    outbox.send(wire.encode(frame))


async def take(
    outbox: Outbox,
    raw: str,
    read: Callable[[str], C],
    obey: Callable[[C], Awaitable[None]],
) -> bool:
    """Type a frame and obey it; what is refused is said. False when it was malformed."""
    client_id: str | None = None
    try:
        command = read(raw)
        client_id = getattr(command, "client_id", None)
        await obey(command)
    except Malformed as error:
        refuse(outbox, error, client_id)
        return False
    except (Refusal, Overloaded, WriterClosed) as refusal:
        refuse(outbox, refusal, client_id)
    except Exception as error:
        log.exception("a frame failed")
        refuse(outbox, error, client_id)
    return True


async def _pump(socket: web.WebSocketResponse, outbox: Outbox) -> None:
    try:
        async for frame in outbox.frames():
            # A peer that takes nothing for this long is gone, or has to resync.
            await asyncio.wait_for(socket.send_frame(frame, WSMsgType.TEXT), SEND_SECONDS)
    except (ConnectionError, TimeoutError):
        await _abort(socket)
        return
    if outbox.overflowed:
        await socket.close(code=RESYNC, message=b"resync")


async def _abort(socket: web.WebSocketResponse) -> None:
    with contextlib.suppress(ConnectionError, TimeoutError):
        await asyncio.wait_for(socket.close(code=RESYNC, message=b"resync"), 1.0)
