"""Promotes and takes back a model while shoppers keep asking, and measures what they notice.

    python -m benchmarks.promote [--rate 20] [--calm 60] [--mood var/mood] [--out R]

A whole stack is started with the demo knowledge on free ports and data of its own. Questions come
at a fixed rate, whether the ones before are answered or not, over the shoppers' sockets; a
question's time is from when it was due to the bot's answer. The spans: calm; a second model is
trained (nobody waits for that, it is shown for itself); calm again; promote, from the wish to ten
seconds after the switch; roll back, likewise; calm once more. Printed are p50 and p99 of each
span, the failed and the unanswered.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from knowledge_base.database import Database
from knowledge_base.releases import Release
from knowledge_base.runs import ModelMove
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from knowledge_base.training import export
from router.cli.up import house_of, started
from router.domain.conversation import Status
from router.replay.client import Acknowledged, NoAcknowledgement, ShopperClient, open_session
from router.settings import Settings, with_secrets
from router.supervise.child import Child
from router.supervise.claims import free_port
from router.supervise.console import Stream
from router.supervise.models import ModelName
from router.supervise.programs import RETRAIN_NICE, House

PATIENCE = 15.0
AFTER = 10.0
TALKS = 6
"""Questions of one shopper before another one comes, so that nobody asks the same twice."""
MANY = 1_000_000


@dataclass
class Span:
    """What was asked in a stretch of time, in milliseconds to the answer."""

    name: str
    began: float
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float | int]:
        """Sum up the span."""
        p50, p99 = np.percentile(self.times, [50, 99]) if self.times else (0.0, 0.0)
        longest = max(self.times, default=0.0)
        return {
            "seconds": round(self.seconds, 1),
            "questions": len(self.times),
            "p50_ms": round(float(p50), 1),
            "p99_ms": round(float(p99), 1),
            "longest_ms": round(longest, 1),
        }


class Crowd:
    """Shoppers who ask at a fixed rate."""

    def __init__(
        self, http: aiohttp.ClientSession, house: House, questions: Sequence[str], rate: float
    ) -> None:
        self._http, self._house, self._rate = http, house, rate
        self._questions = itertools.cycle(questions)
        self._free: asyncio.Queue[tuple[ShopperClient, int]] = asyncio.Queue()
        self._stack = AsyncExitStack()
        self.conversations: list[str] = []
        self.refused: list[str] = []
        self.unanswered: list[str] = []
        self.with_a_human = 0
        self.spans: list[Span] = []

    def span(self, name: str) -> Span:
        """Begin another stretch of time; what was due before belongs to the one before."""
        now = asyncio.get_running_loop().time()
        if self.spans:
            self.spans[-1].seconds = now - self.spans[-1].began
        self.spans.append(Span(name, now))
        return self.spans[-1]

    @asynccontextmanager
    async def asking(self, shoppers: int) -> AsyncIterator[None]:
        """Ask until the block is left, then wait for the last answers."""
        async with self._stack:
            for _ in range(shoppers):
                await self._come()
            stop = asyncio.Event()
            asking = asyncio.create_task(self._ask(stop))
            try:
                yield
            finally:
                stop.set()
                await asking

    async def _come(self) -> None:
        token = await open_session(self._http, self._house.router_url)
        url = self._house.router_url.replace("http", "ws", 1)
        one = await self._stack.enter_async_context(
            ShopperClient(self._http, url, token).connected()
        )
        await one.until(lambda: bool(one.conversation), within=PATIENCE)
        self.conversations.append(one.conversation)
        self._free.put_nowait((one, 0))

    async def _ask(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        begun, tasks = loop.time(), set[asyncio.Task[None]]()
        for number in itertools.count():
            due = begun + number / self._rate
            await asyncio.sleep(max(0.0, due - loop.time()))
            if stop.is_set():
                break
            task = asyncio.create_task(self._one(number, due, self.spans[-1]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def _one(self, number: int, due: float, span: Span) -> None:
        loop = asyncio.get_running_loop()
        shopper, talked = await self._free.get()
        name = f"question-{number}"
        try:
            said = await shopper.say(name, next(self._questions), within=PATIENCE)
        except NoAcknowledgement:
            self.refused.append(name)
            return
        if not isinstance(said, Acknowledged):
            self.refused.append(said.code)
            return
        left = PATIENCE - (loop.time() - due)
        if await shopper.until(lambda: shopper.answered > said.seq, within=left):
            span.times.append((loop.time() - due) * 1000)
        elif shopper.status is Status.BOT:
            self.unanswered.append(name)
        else:  # The question before it went to a human, and this one with it.
            self.with_a_human += 1
        if talked + 1 < TALKS and shopper.status is Status.BOT:
            self._free.put_nowait((shopper, talked + 1))
        else:
            await self._come()

    async def handed_off_for_want_of_a_bot(self) -> int:
        """Count the questions that went to a human because no bot answered them."""
        failed = 0
        headers = {"Authorization": f"Bearer {self._house.token}"}
        for conversation in self.conversations:
            async with self._http.get(
                f"{self._house.router_url}/internal/v1/decisions",
                params={"conversation": conversation},
                headers=headers,
            ) as response:
                lines = (await response.json())["decisions"]
            failed += sum(line["rule"] == "bot_unavailable" for line in lines)
        return failed


def questions_of(release: Release) -> list[str]:
    """List a phrasing of every entry the bot answers by itself."""
    entries = [entry for entry in release.entries if not entry.human_only]
    return [entry.phrasings[0] for entry in entries if entry.phrasings]


async def train_beside(house: House, release: Release) -> str:
    """Train another model as the retraining does, behind everybody else."""
    name = ModelName.of(release.number, dt.datetime.now(dt.UTC))
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / name.file_name
        program = house.training(export(release, Path(scratch) / "export"), made, str(name))
        child = await Child.start(replace(program, nice=RETRAIN_NICE), lambda _: None)
        if await child.ended() != 0:
            raise SystemExit("the training failed")
        target = house.models / name.file_name
        target.write_bytes(made.read_bytes())
    return str(name)


async def serve(runs: RunsStore, model: str, move: ModelMove) -> float:
    """Ask for a model, wait until it serves, and give the seconds that took."""
    now = asyncio.get_running_loop().time
    began = now()
    await runs.want(model, move=move, author="benchmark", at=dt.datetime.now(dt.UTC))
    while (await runs.serving()).live != model:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    return now() - began


async def measure(settings: Settings, rate: float, calm: float) -> dict[str, object]:
    """Run the stack and the spans one after another."""
    stream = Stream(Console(stderr=True, soft_wrap=True, highlight=False))
    house = house_of(settings, free_port(), free_port())
    connector = aiohttp.TCPConnector(limit=0)
    database = Database.open(settings.database_url)
    async with (
        started(house, settings, stream) as stack,
        aiohttp.ClientSession(connector=connector) as http,
    ):
        if not stack.bot_answers:
            raise SystemExit("the bot did not come up: see above")
        runs = RunsStore(database)
        release = await KnowledgeStore(database).live()
        first = (await runs.serving()).live
        if release is None or first is None:
            raise SystemExit("nothing is live")
        crowd = Crowd(http, house, questions_of(release), rate)
        crowd.span("warming up")
        async with crowd.asking(shoppers=round(rate) * 4):
            await asyncio.sleep(5)
            crowd.span("calm")
            await asyncio.sleep(calm)
            crowd.span("training")
            second = await train_beside(house, release)
            crowd.span("calm again")
            await asyncio.sleep(calm / 2)
            crowd.span("promote")
            took = {"promote": await serve(runs, second, ModelMove.PROMOTE)}
            await asyncio.sleep(AFTER)
            crowd.span("roll back")
            took["roll_back"] = await serve(runs, first, ModelMove.ROLL_BACK)
            await asyncio.sleep(AFTER)
            crowd.span("calm in the end")
            await asyncio.sleep(calm / 2)
            crowd.span("over")
        failed = len(crowd.refused) + await crowd.handed_off_for_want_of_a_bot()
    await database.close()
    spans = {span.name: span.figures() for span in crowd.spans[1:-1]}
    calms = [time for span in crowd.spans if span.name.startswith("calm") for time in span.times]
    p99 = float(np.percentile(calms, 99))
    return {
        "rate": rate,
        "failed": failed,
        "unanswered": len(crowd.unanswered),
        "waiting_for_a_human": crowd.with_a_human,
        "calm_p50_ms": round(float(np.percentile(calms, 50)), 1),
        "calm_p99_ms": round(p99, 1),
        "promote_p99_ratio": round(float(spans["promote"]["p99_ms"]) / p99, 2),
        "roll_back_p99_ratio": round(float(spans["roll back"]["p99_ms"]) / p99, 2),
        "seconds_to_switch": {name: round(seconds, 2) for name, seconds in took.items()},
        "spans": spans,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--calm", type=float, default=60.0)
    parser.add_argument("--mood", type=Path, help="A folder with a trained mood model.")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jieli-promote-") as scratch:
        if given.mood is not None:
            (Path(scratch) / "mood").symlink_to(given.mood.resolve())
        settings = with_secrets(
            Settings(
                data=scratch,
                port=free_port(),
                demo=True,
                retrain_at="",
                messages_per_minute=MANY,
            )
        )
        result = asyncio.run(measure(settings, given.rate, given.calm))
    if given.out:
        given.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    table = Table("span", "seconds", "questions", "p50 ms", "p99 ms", "longest ms")
    for name, figures in msgspec.convert(result["spans"], dict[str, dict[str, float]]).items():
        table.add_row(name, *(f"{value:g}" for value in figures.values()))
    console = Console()
    console.print(table)
    console.print({name: value for name, value in result.items() if name != "spans"})


if __name__ == "__main__":
    main()
