"""Kills the retraining at random moments and asks the bot questions all the while.

`jieli up` keeps a bot of a small knowledge base; somebody asks it five questions a second. Again
and again an entry is changed and published, `jieli retrain` begins, and is killed with SIGKILL
somewhere between its first and its last second; the run after it has to bring the change live.
Every question has to be answered rightly, by a model that passed the gate.

    python -m tests.faults.kill_retrain --kills 20 --out benchmarks/results/kill_retrain.json
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import aiohttp
import click
import msgspec

from knowledge_base.database import Database
from knowledge_base.entries import Answer, Entry
from knowledge_base.files import read_folder, read_vocabulary
from knowledge_base.runs import RunState
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from router.bot_client import BotAnswer, BotClient, Question
from router.cli.retrain import EXIT_GOES_ON
from router.migrations import migrate
from router.replay.verdict import percentile
from router.settings import ROOT, Settings
from router.supervise.child import Child
from router.supervise.claims import free_port
from router.supervise.packages import why_unreadable
from router.supervise.programs import Program
from tests.faults.kill_router import folder_for

TOKEN = "a-service-token-for-faults"
ENTRIES = 10
PHRASINGS = 12
EVERY = 0.2
"""Seconds between two questions."""
WITHIN = 600.0
EASED = {"out_of_scope_replied": 0.7, "latency_p99_ms": 60_000.0, "latency_vs_live": 1_000.0}
"""Thresholds of the gate that ten entries on a machine full of kills need not pass."""
NAMES = iter(f"{one}号" for one in count(1))


class Figures(msgspec.Struct, frozen=True):
    """What an experiment showed."""

    kills: int
    killed_in: dict[str, int]
    """By the step the run was in; "begin" before its first."""
    next_runs_promoted: int
    questions: int
    unanswered: int
    wrong: int
    models_served: int
    unproven_served: int
    damaged_served: int
    left_behind: int
    """Scratch folders, and models that never served, after the last run."""
    calm_run_seconds: float
    longest_wait_for_the_lock: float
    answer_ms_p50: float | None
    answer_ms_p99: float | None
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether every promise was kept."""
        broken = (
            self.unanswered,
            self.wrong,
            self.unproven_served,
            self.damaged_served,
            self.left_behind,
        )
        return not any(broken) and self.next_runs_promoted == self.kills


@dataclass(eq=False)
class Asker:
    """Asks whatever serves, and keeps what came."""

    runs: RunsStore
    http: aiohttp.ClientSession
    expected: dict[str, str]
    models: Path
    asked: int = 0
    unanswered: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    served: dict[str, str | None] = field(default_factory=dict)
    """What is wrong with the file of each model that answered, if anything."""
    times: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask until the block is left."""
        work = asyncio.create_task(self._ask())
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait([work])

    async def _ask(self) -> None:
        now = asyncio.get_running_loop().time
        while True:
            for text, entry in self.expected.items():
                began = now()
                await self._one(text, entry)
                self.times.append((now() - began) * 1000)
                await asyncio.sleep(EVERY)

    async def _one(self, text: str, entry: str) -> None:
        self.asked += 1
        address = (await self.runs.serving()).live_address
        if address is None:
            self.unanswered.append("no model serves")
            return
        name = f"fault-{self.asked}"
        answer = await BotClient(self.http, address, TOKEN).ask(Question(name, name, text))
        if not isinstance(answer, BotAnswer):
            self.unanswered.append(answer.why)
            return
        if answer.reading.intent != entry:
            self.wrong.append(f"{answer.model}: {text} reads as {answer.reading.intent}")
        if answer.model not in self.served:
            package = self.models / f"{answer.model}.tar.gz"
            self.served[answer.model] = await asyncio.to_thread(why_unreadable, package)


@dataclass(eq=False)
class House:
    """The data folder with everything that runs on it."""

    data: Path
    database: Database
    port: int = field(default_factory=free_port)
    log: list[str] = field(default_factory=list)

    def program(self, *command: str) -> Program:
        """Describe a command of `jieli` on this folder."""
        environment = {
            "JIELI_DATA": str(self.data),
            "JIELI_DATABASE": "",
            "JIELI_PORT": str(self.port),
            "JIELI_SERVICE_TOKEN": TOKEN,
            "JIELI_RETRAIN_AT": "",
            "JIELI_GATE": str(self.data / "gate.toml"),
            # Coverage of a process that is killed would be lost anyway.
            "COVERAGE_PROCESS_START": "",
        }
        return Program(command[0], (sys.executable, "-m", "router", *command), ROOT, environment)

    def write_gate(self) -> None:
        """Ask less of so small a shop: with ten entries, much that is out of scope looks known."""
        text = Settings().gate_path.read_text("utf-8")
        for name, threshold in EASED.items():
            text, found = re.subn(rf"(?m)^{name} = [\d.]+", f"{name} = {threshold}", text)
            assert found == 1, name
        (self.data / "gate.toml").write_text(text, "utf-8")

    @asynccontextmanager
    async def up(self, runs: RunsStore) -> AsyncIterator[None]:
        """Keep a bot until the block is left."""
        ports = ("--bot-port", str(free_port()), "--actions-port", str(free_port()))
        child = await Child.start(self.program("up", *ports), self.log.append)
        try:
            async with asyncio.timeout(WITHIN):
                while (await runs.serving()).live_address is None:  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            yield
        finally:
            await child.stop(patience=30.0)

    async def retrain(self) -> Child:
        """Begin a run."""
        return await Child.start(self.program("retrain", "--json"), self.log.append)

    async def publish(self, entries: list[Entry]) -> None:
        """Publish the entries, the first with another last wording than before."""
        store, now = KnowledgeStore(self.database), dt.datetime.now(dt.UTC)
        kept = entries[0].phrasings[: PHRASINGS - 1]
        wording = f"{entries[0].title} {next(NAMES)}"
        entries[0] = replace(entries[0], phrasings=(*kept, wording))
        await store.save_all(entries, author="faults", reason="a new wording", at=now)
        await store.publish(author="faults", note="a new wording", at=now)


async def run(data: Path, *, kills: int, seed: int, calm: float | None = None) -> Figures:
    """Run the whole experiment on a data folder of its own.

    `calm` is how long a run takes, in seconds; measured first where it is not known.
    """
    now = asyncio.get_running_loop().time
    began, chance = now(), random.Random(seed)
    database = Database.open(f"sqlite+aiosqlite:///{data / 'jieli.db'}")
    try:
        await migrate(database)
        house, runs, entries = House(data, database), RunsStore(database), _entries()
        await asyncio.to_thread(house.write_gate)
        killed_in: Counter[str] = Counter()
        promoted, longest_wait = 0, 0.0
        await house.publish(entries)
        async with house.up(runs), aiohttp.ClientSession() as http:
            expected = {entry.title: entry.key for entry in entries}
            asker = Asker(runs, http, expected, data / "models")
            async with asker.asking():
                if calm is None:
                    calm, _ = await _succeeds(house)
                for number in range(kills):
                    phase = await _killed(house, runs, entries, chance, calm)
                    killed_in[phase] += 1
                    _, waited = await _succeeds(house)
                    promoted += (await runs.runs(1))[0].state is RunState.PROMOTED
                    longest_wait = max(longest_wait, waited)
                    click.echo(f"{number + 1} of {kills}: killed in {phase}", err=True)
            history = {change.model for change in await runs.model_history(1_000)}
            left = _left_behind(data, await runs.models())
    finally:
        await database.close()
    for trouble in (*asker.unanswered[:5], *asker.wrong[:5]):
        click.echo(trouble, err=True)
    return Figures(
        kills=kills,
        killed_in=dict(killed_in),
        next_runs_promoted=promoted,
        questions=asker.asked,
        unanswered=len(asker.unanswered),
        wrong=len(asker.wrong),
        models_served=len(asker.served),
        unproven_served=len(asker.served.keys() - history),
        damaged_served=sum(trouble is not None for trouble in asker.served.values()),
        left_behind=len(left),
        calm_run_seconds=calm,
        longest_wait_for_the_lock=longest_wait,
        answer_ms_p50=percentile(asker.times, 0.5),
        answer_ms_p99=percentile(asker.times, 0.99),
        seconds=now() - began,
    )


async def _killed(
    house: House, runs: RunsStore, entries: list[Entry], chance: random.Random, calm: float
) -> str:
    """Kill a run within the seconds of a calm one, and tell the step it was in."""
    while True:
        await house.publish(entries)
        child = await house.retrain()
        ended = asyncio.create_task(child.ended())
        await asyncio.wait([ended], timeout=chance.uniform(0.0, calm))
        if ended.done():
            continue  # It was quicker than the knife.
        current = await runs.current()
        child.kill()
        if await ended == -signal.SIGKILL:
            return current.phase.value if current is not None and current.phase else "begin"


async def _succeeds(house: House) -> tuple[float, float]:
    """Do a whole run, once the lock is free; give its seconds, and those until it began."""
    now = asyncio.get_running_loop().time
    waiting = now()
    async with asyncio.timeout(WITHIN):
        while True:
            began = now()
            code = await (await house.retrain()).ended()
            if code != EXIT_GOES_ON:
                break
            await asyncio.sleep(0.5)
    if code != 0:
        raise AssertionError("\n".join([f"the run ended with {code}:", *house.log[-30:]]))
    return now() - began, began - waiting


def _left_behind(data: Path, served: Collection[str]) -> list[str]:
    models = [path.name.removesuffix(".tar.gz") for path in (data / "models").glob("*.tar.gz")]
    scratch = [path.name for path in data.glob("retrain-*")]
    return [*scratch, *(model for model in models if model not in served)]


def _entries() -> list[Entry]:
    vocabulary = read_vocabulary(ROOT / "data" / "shop" / "vocabulary.yml")
    entries, _ = read_folder(ROOT / "data" / "knowledge", vocabulary)
    some = entries[:: len(entries) // ENTRIES][:ENTRIES]
    return [
        replace(
            one,
            phrasings=one.phrasings[:PHRASINGS],
            negative_phrasings=(),
            answers=(Answer(one.answers[0].text),),
        )
        for one in some
    ]


@click.command()
@click.option("--kills", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="For the random moments.")
@click.option("--data", type=click.Path(path_type=Path), help="Keep the data folder here.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON here.")
def main(kills: int, seed: int, data: Path | None, out: Path | None) -> None:
    """Kill the retraining at random moments and count what became of the questions."""

    async def work() -> Figures:
        with folder_for(data) as folder:
            return await run(folder, kills=kills, seed=seed)

    figures = asyncio.run(work())
    text = msgspec.json.format(msgspec.json.encode(figures)).decode()
    click.echo(text)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n")
    raise SystemExit(0 if figures.is_clean else 1)


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
