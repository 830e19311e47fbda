"""Reading a message over HTTP: our bot server beside stock Rasa DIET, in one run.

    python -m benchmarks.bot [--pairs 5] [--texts 150] [--seconds 3] [--out R]

The demo knowledge base is exported and trained twice: with our pipeline, and with stock DIET
(benchmarks/diet.py). One epoch is enough for the floor: how long a reading takes depends on the
size of the network, not on how long it was trained, and its readings are not judged. `bot.serve`
serves ours, `rasa run --enable-api` the other, one process each. Both compute with one thread, as
`jieli up` starts ours: on a busy machine every further thread would get a share of its own. Both
read the same texts in turn, one after another for the latency and sixteen at once for the
throughput, for the same seconds, with two texts joined to one so that there are enough. No text is
read twice by a server, so no cache can help: every figure is a cold one.
Where it is allowed, all three processes go before other work while they are measured.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import random
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from math import ceil
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.pairs import cpu_of, hurry, in_turn, load, middle, ratio, running, told
from benchmarks.retrain import BOT_PYTHON, ROOT, release_of, train
from knowledge_base.files import read_folder, read_vocabulary
from knowledge_base.training import export
from router.bot_client import Question, body_of
from router.cli.up import house_of
from router.settings import Settings
from router.supervise.claims import free_port
from router.supervise.models import ModelName
from router.supervise.probes import answers_ok
from router.supervise.programs import ONE_THREAD, Program

AT_ONCE = 16
AT_MOST = 1_500
"""Texts kept ready for a second of many questions at once; who is faster ends early."""
WARM_UP = 20
TOKEN = "a-service-token-for-benches"
GATE = ROOT / "data" / "gate"


class Side:
    """A server that reads: how it is asked, and its process."""

    def __init__(self, address: tuple[str, int], request: Request, pid: int) -> None:
        self._address = address
        self._request = request
        self.pid = pid

    async def connection(self) -> Connection:
        """Open a connection that is kept for one question after another."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, *self._address)
        return connection

    async def ask(self, connection: Connection, text: str, number: int) -> None:
        """Have a text read; whatever is no reading ends the measurement."""
        answer = await connection.ask(self._request(text, number))
        if not answer.startswith(b"HTTP/1.1 200") or b'"confidence"' not in answer:
            raise SystemExit(f"{self._address}: {answer[:600]!r}")


class Connection(asyncio.Protocol):
    """An HTTP connection with nothing to it, so that the asking costs next to nothing."""

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: Any) -> None:
        """Keep the way out."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand the answer over once it is whole."""
        self._received += data
        if self._answer is not None and is_whole(self._received):
            self._answer.set_result(self._received)
            self._answer, self._received = None, b""

    def connection_lost(self, exc: Exception | None) -> None:
        """Let whoever waits know that nothing comes."""
        if self._answer is not None:
            self._answer.set_exception(exc or ConnectionError("the server closed the connection"))

    async def ask(self, request: bytes) -> bytes:
        """Send a request and give its whole answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


def is_whole(answer: bytes) -> bool:
    """Tell whether an HTTP answer of stated length has been received to its end."""
    head, found, body = answer.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return bool(found) and length is not None and len(body) >= int(length[1])


_LENGTH = re.compile(rb"(?i)content-length: *(\d+)")
Request = Callable[[str, int], bytes]


def post(path: str, body: bytes) -> bytes:
    """Write a POST of JSON with the service token."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def for_ours(text: str, number: int) -> bytes:
    """Ask as the router asks when it only wants a reading; each question is a new one."""
    name = f"bench-{number}"
    question = Question(conversation=name, message=name, text=text, reading_only=True)
    return post("/webhooks/router/webhook", body_of(question))


def for_stock(text: str, number: int) -> bytes:
    """Ask as Rasa's own HTTP API is asked for a parse."""
    body = {"text": text, "message_id": f"bench-{number}"}
    return post("/model/parse", msgspec.json.encode(body))


def questions(gate: Path) -> tuple[list[str], list[str]]:
    """List the phrasings kept for the gate, and its other texts; every text once, in a fixed order.

    What either list holds does not stand in the other.
    """
    phrasings = dict.fromkeys(_texts(gate / "phrasings.jsonl"))
    others = (text for file in sorted(gate.glob("*.jsonl")) for text in _texts(file))
    rest = [text for text in dict.fromkeys(others) if text not in phrasings]
    chance = random.Random(1)
    ordered = list(phrasings)
    chance.shuffle(ordered)
    chance.shuffle(rest)
    return ordered, rest


def joined(texts: Sequence[str], rounds: int) -> list[str]:
    """Make many texts of some: each with one that stands further on, every time another one."""
    return [
        f"{text}，{texts[(at + step) % len(texts)]}"
        for step in range(1, rounds + 1)
        for at, text in enumerate(texts)
    ]


def _texts(file: Path) -> list[str]:
    return [msgspec.json.decode(line)["text"] for line in file.read_text("utf-8").splitlines()]


def shares(texts: Sequence[str], size: int, pairs: int) -> list[Sequence[str]]:
    """Deal texts to pairs, no text to two of them."""
    if len(texts) < size * pairs:
        raise SystemExit(f"{size * pairs} different texts are needed, there are {len(texts)}")
    return [texts[at * size : (at + 1) * size] for at in range(pairs)]


async def one_by_one(side: Side, texts: Sequence[str], start: int) -> dict[str, float]:
    """Ask one text after another: median and 99th percentile in ms, CPU ms of the server each."""
    taken = []
    connection = await side.connection()
    before = cpu_of(side.pid)
    for number, text in enumerate(texts, start):
        began = time.perf_counter()
        await side.ask(connection, text, number)
        taken.append((time.perf_counter() - began) * 1000)
    cpu = (cpu_of(side.pid) - before) * 1000 / len(texts)
    p99 = statistics.quantiles(taken, n=100)[98]
    return {"ms": round(statistics.median(taken), 3), "p99_ms": round(p99, 3), "cpu_ms": cpu}


async def at_once(side: Side, texts: Sequence[str], start: int, seconds: float) -> float:
    """Keep sixteen questions under way for so long, and give how many a second were answered."""
    left = iter(list(enumerate(texts, start)))
    now = time.perf_counter
    began = now()
    answered = 0

    async def keep_asking() -> None:
        nonlocal answered
        connection = await side.connection()
        for number, text in left:
            await side.ask(connection, text, number)
            answered += 1
            if now() - began >= seconds:
                return

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(keep_asking())
    return round(answered / (now() - began), 1)


async def compare(
    sides: dict[str, Side],
    latency: list[Sequence[str]],
    throughput: list[Sequence[str]],
    seconds: float,
) -> dict[str, Any]:
    """Take pair after pair, and the ratios of the pairs."""
    runs: list[dict[str, float]] = []
    rates: list[dict[str, float]] = []
    number = WARM_UP
    for pair, (texts, more) in enumerate(zip(latency, throughput, strict=True)):
        run: dict[str, float] = {}
        for name in in_turn(pair):
            found = await one_by_one(sides[name], texts, number)
            run |= {name: found["ms"], f"{name}_p99": found["p99_ms"]}
            run[f"{name}_cpu"] = round(found["cpu_ms"], 3)
        number += len(texts)
        rate = {name: await at_once(sides[name], more, number, seconds) for name in in_turn(pair)}
        number += len(more)
        runs.append(run | {"load": load()[0]})
        rates.append(rate)
    return summed_up(runs, rates)


def summed_up(runs: list[dict[str, float]], rates: list[dict[str, float]]) -> dict[str, Any]:
    """Give the result of measured pairs; pure."""
    return {
        "ratio": ratio(runs, "floor", "ours"),
        "ours": middle(runs, "ours"),
        "floor": middle(runs, "floor"),
        "unit": "ms a reading over HTTP, median, no text read twice",
        "runs": runs,
        "throughput": {
            "ratio": ratio(rates, "ours", "floor"),
            "ours": middle(rates, "ours"),
            "floor": middle(rates, "floor"),
            "unit": f"readings a second of one process, {AT_ONCE} at once, no text read twice",
            "runs": rates,
        },
        "cpu": {
            "ratio": ratio(runs, "floor_cpu", "ours_cpu"),
            "ours": middle(runs, "ours_cpu"),
            "floor": middle(runs, "floor_cpu"),
            "unit": "ms of the server's CPU a reading",
        },
    }


async def measure(
    folder: Path, pairs: int, texts: int, seconds: float, epochs: int
) -> dict[str, Any]:
    """Train both, serve both, warm both up, and compare."""
    phrasings, others = questions(GATE)
    latency = shares(phrasings, texts, pairs)
    plenty = joined(others, ceil(AT_MOST * seconds * pairs / len(others)))
    throughput = shares(plenty, len(plenty) // pairs, pairs)
    ours, floor = models_in(folder) or await asyncio.to_thread(trained, folder, epochs)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        )
        sides = {
            "ours": await _ours(stack, http, ours),
            "floor": await _stock(stack, http, floor),
        }
        for side in sides.values():
            warm = [f"第{number}次热身的一句话" for number in range(WARM_UP)]
            await one_by_one(side, warm, 0)
        preferred = hurry([os.getpid(), *(side.pid for side in sides.values())])
        found = await compare(sides, latency, throughput, seconds)
    return found | {
        "texts": texts,
        "seconds_at_once": seconds,
        "floor_is": f"stock Rasa DIET of {epochs} epoch on the same export, rasa run --enable-api",
        "load": load(),
        "preferred": preferred,
    }


def models_in(folder: Path) -> tuple[Path, Path] | None:
    """Find the models an earlier run left in its folder."""
    ours, floor = sorted(folder.glob("data/models/*.tar.gz")), folder / "diet.tar.gz"
    return (ours[-1], floor) if ours and floor.is_file() else None


def trained(folder: Path, epochs: int) -> tuple[Path, Path]:
    """Train ours and the floor on the demo knowledge base."""
    data = ROOT / "data"
    entries, problems = read_folder(
        data / "knowledge", read_vocabulary(data / "shop" / "vocabulary.yml")
    )
    if problems:
        raise SystemExit("\n".join(map(str, problems)))
    exported = export(release_of(entries), folder / "export")
    models = folder / "data" / "models"
    models.mkdir(parents=True, exist_ok=True)
    ours = models / ModelName.of(1, dt.datetime.now(dt.UTC)).file_name
    train(exported, ours)
    floor = folder / "diet.tar.gz"
    command = ["-m", "benchmarks.diet", "--export", exported, "--out", floor]
    subprocess.run(
        [BOT_PYTHON, *map(str, command), "--epochs", str(epochs)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return ours, floor


async def _ours(stack: AsyncExitStack, http: aiohttp.ClientSession, model: Path) -> Side:
    """Start our bot as `jieli up` does."""
    settings = Settings(data=str(model.parents[1]), service_token=TOKEN)
    house = house_of(settings, free_port(), free_port())
    url = f"{house.bot_url}/webhooks/router"
    token = {"Authorization": f"Bearer {TOKEN}"}
    child = await stack.enter_async_context(
        running(house.bot(model.name), answers_ok(http, f"{url}/health", token))
    )
    return Side(("127.0.0.1", house.bot_port), for_ours, child.pid)


async def _stock(stack: AsyncExitStack, http: aiohttp.ClientSession, model: Path) -> Side:
    """Start Rasa's own server in an empty folder, so that it finds none of our files."""
    port = free_port()
    empty = model.parent / "empty"
    empty.mkdir(exist_ok=True)
    command = ("-m", "rasa", "run", "--enable-api", "--model", str(model), "-i", "127.0.0.1")
    program = Program(
        "stock rasa",
        (str(BOT_PYTHON), *command, "--port", str(port)),
        empty,
        {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", **ONE_THREAD},
    )
    url = f"http://127.0.0.1:{port}"
    child = await stack.enter_async_context(running(program, answers_ok(http, f"{url}/status")))
    return Side(("127.0.0.1", port), for_stock, child.pid)


def _print(result: dict[str, Any]) -> None:
    table = Table("", "ours", "stock DIET", "ratio", title="a reading over HTTP, one process each")
    rates = result["throughput"]
    for name, one in (
        ("one by one, ms", result),
        (f"{AT_ONCE} at once, a second", rates),
        ("CPU of the server, ms", result["cpu"]),
    ):
        table.add_row(name, f"{one['ours']:g}", f"{one['floor']:g}", f"{one['ratio']:g}")
    console = Console()
    console.print(table)
    console.print(f"{len(result['runs'])} pairs; load {result['load']}; {result['floor_is']}")


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--texts", type=int, default=150)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--models", type=Path, help="keep the trained models here for the next run")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jieli-bench-") as scratch:
        work = measure(
            given.models or Path(scratch), given.pairs, given.texts, given.seconds, given.epochs
        )
        result = asyncio.run(work)
    _print(result)
    told(result, given.out)


if __name__ == "__main__":
    main()
