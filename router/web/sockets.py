"""What both sockets share: pumping an outbox, obeying frames, saying errors."""

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
from router.web.keys import PATIENCE, SOCKETS

log = structlog.get_logger(__name__)
C = TypeVar("C")

MAX_FRAME_BYTES = 1_000_000
HEARTBEAT = 25.0
LAST_WORDS_SECONDS = 1.0
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
async def pumped(request: web.Request, socket: web.WebSocketResponse) -> AsyncIterator[Outbox]:
    """Give an outbox that one task empties into the socket, until the block is left.

    What the block raises closes the socket: an upgraded connection takes no HTTP error.
    """
    outbox = Outbox()
    task = asyncio.create_task(_pump(request, socket, outbox))
    try:
        yield outbox
    except (Overloaded, WriterClosed):
        await shut(request, socket, RESYNC, b"overloaded")
    except Exception:
        log.exception("a socket failed")
        await shut(request, socket, WSCloseCode.INTERNAL_ERROR, b"internal")
    finally:
        outbox.close()
        with contextlib.suppress(asyncio.CancelledError, asyncio.TimeoutError):
            await asyncio.wait_for(task, LAST_WORDS_SECONDS)


async def obeyed(
    request: web.Request,
    socket: web.WebSocketResponse,
    outbox: Outbox,
    read: Callable[[str], C],
    obey: Callable[[C], Awaitable[None]],
) -> None:
    """Obey a peer's frames until it goes, or sends too many malformed ones."""
    malformed = 0
    async for message in socket:
        if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
            continue
        if not await take(outbox, message.data, read, obey):
            malformed += 1
        if malformed > MAX_MALFORMED:
            await turn_away(request, socket, outbox, 1008, b"too many malformed frames")


async def turn_away(
    request: web.Request, socket: web.WebSocketResponse, outbox: Outbox, code: int, message: bytes
) -> None:
    """Close a socket once it has been told what it did wrong."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_SECONDS):
            await outbox.flushed()
    await shut(request, socket, code, message)


async def shut(
    request: web.Request, socket: web.WebSocketResponse, code: int, message: bytes
) -> None:
    """Close a socket; a peer that does not even take that is cut off."""
    try:
        async with asyncio.timeout(request.app[PATIENCE].send):
            await socket.close(code=code, message=message)
    except (ConnectionError, TimeoutError):
        _cut_off(request)


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
    raw: str | bytes,
    read: Callable[[str], C],
    obey: Callable[[C], Awaitable[None]],
) -> bool:
    """Type a frame and obey it; what is refused is said. False when it was malformed."""
    client_id: str | None = None
    try:
        if isinstance(raw, bytes):
            raise Malformed("frames are JSON text, not binary")
        command = read(raw)
        client_id = getattr(command, "client_id", None)
        await obey(command)
    except Malformed as error:
        refuse(outbox, error, client_id or wire.client_id_of(raw))
        return False
    except (Refusal, Overloaded, WriterClosed) as refusal:
        refuse(outbox, refusal, client_id)
    except Exception as error:
        log.exception("a frame failed")
        refuse(outbox, error, client_id)
    return True


async def _pump(request: web.Request, socket: web.WebSocketResponse, outbox: Outbox) -> None:
    try:
        async for frame in outbox.frames():
            # A peer that takes nothing for this long is gone, or has to resync.
            async with asyncio.timeout(request.app[PATIENCE].send):
                await socket.send_frame(frame, WSMsgType.TEXT)
    except (ConnectionError, TimeoutError):
        outbox.close()
        _cut_off(request)
        return
    if outbox.overflowed:
        await shut(request, socket, RESYNC, b"resync")


def _cut_off(request: web.Request) -> None:
    """End a connection whose peer takes nothing, and whoever still listens to it."""
    if request.transport is not None:
        request.transport.abort()
    if request.task is not None:
        request.task.cancel()
