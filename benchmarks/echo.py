"""The floor of the relay: aiohttp says back on a websocket what it hears, and nothing else.

    python -m benchmarks.echo --port PORT

On uvloop and without compression, as the router.
"""

from __future__ import annotations

import argparse
import asyncio

import uvloop
from aiohttp import WSMsgType, web


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Say every text back."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    async for frame in socket:
        if frame.type is WSMsgType.TEXT:
            await socket.send_str(frame.data)
    return socket


async def health(_: web.Request) -> web.Response:
    """Tell that the server is up."""
    return web.Response()


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app.add_routes([web.get("/ws", echo), web.get("/health", health)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


def main() -> None:
    """Serve on the port the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    uvloop.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
