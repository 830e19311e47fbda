"""CPU microseconds the router spends on a message, beside a raw websocket echo, in one run.

    python -m benchmarks.relay [--pairs 5] [--shoppers 50] [--messages 80] [--out R]

Fifty shoppers whose conversations one agent has send a message each, wait for its acknowledgement,
and send the next. The router commits every message to SQLite (synchronous=FULL) before it
acknowledges, and gives it to the shopper's own socket and to the agent's desk, which stays open and
reads; three frames go out for the one that comes in. The echo (benchmarks/echo.py) gives each
frame back and keeps nothing. Both run on uvloop, in one process each. The CPU time is the
server's own, all threads, from /proc/<pid>/stat: other work on the machine hardly moves it,
while messages a second and milliseconds are of the machine as it was.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import itertools
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console
from rich.table import Table

from benchmarks.pairs import cpu_of, in_turn, load, middle, ratio, running, told
from knowledge_base.database import Database
from router import wire
from router.accounts import add_staff
from router.domain.people import Role, Staff
from router.migrations import migrate
from router.replay.client import open_session
from router.settings import ROOT, Settings
from router.supervise.claims import free_port
from router.supervise.prepare import ensure_release
from router.supervise.probes import answers_ok
from router.supervise.programs import Program

ECHOES = 5
"""Echoes for every relayed message: the clock of /proc ticks a hundred times a second."""
WITHIN = 120.0
TOKEN = "a-service-token-for-benches"
PASSWORD = "a-password-for-benches"
AGENT = Staff("bench-agent", "bench", "李娜", frozenset({Role.AGENT}), capacity=10_000)
TEXTS = (
    "我这件外套昨天就显示到杭州转运中心了，怎么还没派送？",
    "好的，麻烦帮我看一下",
    "订单号是 20261121003，收件人电话没有变",
    "那退货的运费是谁出呀",
)

Socket = aiohttp.ClientWebSocketResponse
Exchange = Callable[[Socket, str], Awaitable[None]]


class Desk:
    """The agent's side: accepts who waits, reads everything, counts the messages of shoppers."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self.messages = 0
        self.mine: set[str] = set()

    async def work(self) -> None:
        """Read until the socket ends."""
        async for frame in self._socket:
            if '"message.created"' in frame.data and '"sender":"shopper"' in frame.data:
                self.messages += 1
            elif '"conversation.assigned"' in frame.data:
                self.mine.add(_conversation(frame.data))
            elif '"handoff.queued"' in frame.data:
                waiting = _conversation(frame.data)
                await self._socket.send_str(wire.encode(wire.Accept(waiting)).decode())

    async def stay(self) -> None:
        """Show that somebody is there."""
        while True:
            await self._socket.send_str(wire.encode(wire.DeskPing()).decode())
            await asyncio.sleep(10)


async def echoed(socket: Socket, frame: str) -> None:
    """Send a frame and wait until it is back."""
    await socket.send_str(frame)
    await socket.receive_str()


async def acknowledged(socket: Socket, frame: str) -> None:
    """Send a message and wait until it is committed."""
    await socket.send_str(frame)
    while '"message.acknowledged"' not in (answer := await socket.receive_str()):
        if '"error"' in answer:
            raise SystemExit(f"the router refuses: {answer}")


def sends(run: str) -> Iterator[str]:
    """Make the frames of messages, each under an id of its own."""
    for number, text in zip(itertools.count(), itertools.cycle(TEXTS)):
        yield wire.encode(wire.Send(f"{run}-{number:08d}", text)).decode()


async def exchange(
    pid: int, sockets: Sequence[Socket], each: int, frames: Iterator[str], one: Exchange
) -> dict[str, float]:
    """Let every socket exchange so many frames, and say what one cost."""
    taken: list[float] = []

    async def talk(socket: Socket) -> None:
        for _ in range(each):
            began = time.perf_counter()
            await one(socket, next(frames))
            taken.append((time.perf_counter() - began) * 1000)

    before, began = cpu_of(pid), time.perf_counter()
    async with asyncio.timeout(WITHIN), asyncio.TaskGroup() as group:
        for socket in sockets:
            group.create_task(talk(socket))
    seconds, cpu = time.perf_counter() - began, cpu_of(pid) - before
    return figures(taken, seconds, cpu)


def figures(taken: Sequence[float], seconds: float, cpu: float) -> dict[str, float]:
    """Sum up milliseconds of exchanges that took so long and so much CPU together; pure."""
    cuts = statistics.quantiles(taken, n=100)
    return {
        "cpu_us": round(cpu * 1e6 / len(taken), 1),
        "per_second": round(len(taken) / seconds, 1),
        "p50_ms": round(cuts[49], 2),
        "p99_ms": round(cuts[98], 2),
    }


async def measure(
    folder: Path, pairs: int, shoppers: int, messages: int, router: Program | None = None
) -> dict[str, Any]:
    """Start both servers, bring the conversations to the agent, and take pair after pair."""
    await prepare(folder)
    async with AsyncExitStack() as stack:
        timeout = aiohttp.ClientTimeout(total=WITHIN)
        enter = stack.enter_async_context
        http = await enter(
            aiohttp.ClientSession(
                timeout=timeout,
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.CookieJar(unsafe=True),
            )
        )
        echo_port, port = free_port(), free_port()
        url = f"http://127.0.0.1:{port}"
        program = router or router_of(folder, port)
        floor = await enter(running(echo_of(echo_port), health_of(http, echo_port, "/health")))
        ours = await enter(running(program, health_of(http, port, "/api/v1/health")))
        desk = await at_the_desk(stack, http, url)
        sockets = [await shopper(stack, http, url) for _ in range(shoppers)]
        await until(lambda: len(desk.mine) == shoppers)
        echoes = [
            await enter(http.ws_connect(f"http://127.0.0.1:{echo_port}/ws"))
            for _ in range(shoppers)
        ]
        sides = {
            "ours": (ours.pid, sockets, messages, acknowledged),
            "floor": (floor.pid, echoes, messages * ECHOES, echoed),
        }
        frames = sends("bench")
        await exchange(ours.pid, sockets, 5, frames, acknowledged)
        await exchange(floor.pid, echoes, 5, frames, echoed)
        found = []
        for pair in range(pairs):
            run: dict[str, dict[str, float]] = {}
            for name in in_turn(pair):
                pid, ends, each, one = sides[name]
                run[name] = await exchange(pid, ends, each, frames, one)
            found.append(run)
        sent = shoppers * (5 + pairs * messages)
        await until(lambda: desk.messages >= sent)
    return summed_up(found) | {
        "shoppers": shoppers,
        "messages": shoppers * messages * pairs,
        "at_the_desk": desk.messages,
        "load": load(),
    }


def summed_up(found: Sequence[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Give the result of measured pairs; pure."""
    runs = [
        {
            "ours": run["ours"]["cpu_us"],
            "floor": run["floor"]["cpu_us"],
            **{f"ours_{name}": run["ours"][name] for name in _BESIDE},
            **{f"floor_{name}": run["floor"][name] for name in _BESIDE},
        }
        for run in found
    ]
    beside = {
        side: {name: middle(runs, f"{side}_{name}") for name in _BESIDE}
        for side in ("ours", "floor")
    }
    return {
        "ratio": ratio(runs, "floor", "ours"),
        "ours": middle(runs, "ours"),
        "floor": middle(runs, "floor"),
        "unit": "CPU microseconds of the server a message",
        "beside": beside,
        "runs": runs,
    }


_BESIDE = ("per_second", "p50_ms", "p99_ms")


async def prepare(folder: Path) -> None:
    """Make a database with the demo knowledge and one agent."""
    settings = Settings(data=str(folder))
    database = Database.open(settings.database_url)
    try:
        await migrate(database)
        await ensure_release(database, ROOT / "data", _now())
        await add_staff(database, AGENT, PASSWORD)
    finally:
        await database.close()


def router_of(folder: Path, port: int) -> Program:
    """Describe the router; no bot is there, as nobody asks one."""
    return Program(
        "router",
        (sys.executable, "-m", "router", "serve"),
        ROOT,
        {
            "JIELI_PORT": str(port),
            "JIELI_DATA": str(folder),
            "JIELI_DATABASE": "",
            "JIELI_SERVICE_TOKEN": TOKEN,
            "JIELI_MESSAGES_PER_MINUTE": "1000000",
        },
    )


def echo_of(port: int) -> Program:
    """Describe the echo."""
    return Program("echo", (sys.executable, "-m", "benchmarks.echo", "--port", str(port)), ROOT)


def health_of(http: aiohttp.ClientSession, port: int, path: str) -> Callable[[], Awaitable[bool]]:
    """Make the probe of a server of this machine."""
    return answers_ok(http, f"http://127.0.0.1:{port}{path}")


async def at_the_desk(stack: AsyncExitStack, http: aiohttp.ClientSession, url: str) -> Desk:
    """Log the agent in, and keep a desk open that accepts whoever waits."""
    login = {"login": AGENT.login, "password": PASSWORD}
    async with http.post(
        f"{url}/api/v1/staff/login", json=login, headers={"X-Jieli": "1"}
    ) as response:
        response.raise_for_status()
    socket = await stack.enter_async_context(http.ws_connect(f"{url}/ws/desk"))
    await socket.send_str(wire.encode(wire.DeskHello()).decode())
    desk = Desk(socket)
    for work in (desk.work(), desk.stay()):
        stack.push_async_callback(_ended, asyncio.create_task(work))
    return desk


async def shopper(stack: AsyncExitStack, http: aiohttp.ClientSession, url: str) -> Socket:
    """Come in as a new shopper who wants a human."""
    async with aiohttp.ClientSession() as alone:
        token = await open_session(alone, url)
    socket = await stack.enter_async_context(http.ws_connect(f"{url}/ws/shopper"))
    await socket.send_str(wire.encode(wire.Hello(token)).decode())
    while '"resumed"' not in await socket.receive_str():
        pass
    await acknowledged(socket, wire.encode(wire.RequestHuman("bench-human")).decode())
    return socket


async def until(reached: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(WITHIN):
        while not reached():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _conversation(frame: str) -> str:
    identity: str = json.loads(frame)["card"]["conversation"]["id"]
    return identity


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _print(result: dict[str, Any]) -> None:
    table = Table("", "relay", "echo", title="one server process, a message")
    table.add_row("CPU, µs", f"{result['ours']:g}", f"{result['floor']:g}")
    ours, floor = result["beside"]["ours"], result["beside"]["floor"]
    for title, name in (("a second", "per_second"), ("p50, ms", "p50_ms"), ("p99, ms", "p99_ms")):
        table.add_row(title, f"{ours[name]:g}", f"{floor[name]:g}")
    console = Console()
    console.print(table)
    console.print(
        f"ratio {result['ratio']:g} (echo / relay); {len(result['runs'])} pairs;"
        f" {result['shoppers']} shoppers; load {result['load']}"
    )


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--shoppers", type=int, default=50)
    parser.add_argument("--messages", type=int, default=80, help="of each shopper in a pair")
    parser.add_argument("--mood", type=Path, help="A folder with a trained mood model.")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jieli-bench-") as scratch:
        folder = Path(scratch)
        if given.mood is not None:
            shutil.copytree(given.mood, folder / "mood")
        result = asyncio.run(measure(folder, given.pairs, given.shoppers, given.messages))
    _print(result)
    told(result, given.out)


if __name__ == "__main__":
    main()
