"""The gate over the real bot: the demo shop's knowledge passes, a spoilt one does not."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
import pytest

from knowledge_base.database import Database
from knowledge_base.entries import Entry
from knowledge_base.files import read_folder, read_vocabulary
from knowledge_base.runs import RunState
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from router.mood import Level, MoodReading
from router.policy import PolicyFile
from router.retrain.pipeline import Order, Outcome, Workshop, retrain
from router.retrain.settings import read_gate
from router.settings import ROOT, Settings
from router.supervise.programs import House
from tests.knowledge_base.gate.thresholds import patient

pytestmark = [pytest.mark.bot, pytest.mark.timeout(600)]


def demo_entries() -> list[Entry]:
    vocabulary = read_vocabulary(ROOT / "data" / "shop" / "vocabulary.yml")
    entries, problems = read_folder(ROOT / "data" / "knowledge", vocabulary)
    assert not problems
    return list(entries)


def spoilt(entries: list[Entry]) -> list[Entry]:
    """Give every entry the phrasings of the next one, as a slip of a spreadsheet's rows would."""
    shifted = [*entries[1:], entries[0]]
    return [
        replace(entry, phrasings=other.phrasings, negative_phrasings=())
        for entry, other in zip(entries, shifted, strict=True)
    ]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def read_mood(_text: str) -> MoodReading:
    return MoodReading(0.0, False, 0.0, Level.CALM, None, ())


async def published(database: Database, entries: list[Entry]) -> None:
    store = KnowledgeStore(database)
    await store.save_all(entries, author="ning", reason="test", at=now())
    await store.publish(author="ning", note="test", at=now())


async def run(database: Database, data: Path) -> Outcome:
    house = House(
        root=ROOT,
        data=data,
        python=sys.executable,
        host="127.0.0.1",
        port=0,
        bot_port=0,
        actions_port=0,
        token="a-token-for-the-gate",
    )
    gate = read_gate(Settings().gate_path)
    gate = msgspec.structs.replace(gate, thresholds=patient(gate.thresholds))
    async with aiohttp.ClientSession() as http:
        workshop = Workshop(
            database=database,
            house=house,
            bot_url="http://127.0.0.1:9",
            zone=ZoneInfo("Asia/Shanghai"),
            rules=PolicyFile(Settings().policy_path).rules,
            gate=gate,
            http=http,
            load_mood=lambda: read_mood,
            now=now,
            tell=lambda _: None,
        )
        return await retrain(workshop, Order("ning"))


async def test_the_demo_knowledge_passes_and_a_spoilt_one_is_kept_from_shoppers(
    sqlite: Database, tmp_path: Path
) -> None:
    if not (ROOT / "bot" / ".venv").exists():
        pytest.skip("the bot's environment is not installed")
    entries = demo_entries()
    await published(sqlite, entries)
    good = await run(sqlite, tmp_path)
    assert good.report is not None, good.run.why
    # The mood is not the model's; here nobody reads it.
    failed = {check.name for check in good.report.checks if check.passed is False}
    assert failed == {"requests_recall"}
    assert good.run.model is not None
    await RunsStore(sqlite).promoted(good.run.model, "http://127.0.0.1:9", None, None, now())

    await published(sqlite, spoilt(entries))
    bad = await run(sqlite, tmp_path)
    assert bad.run.state is RunState.KEPT, bad.run.why
    assert bad.report is not None
    failed = {check.name for check in bad.report.checks if check.passed is False}
    assert {"held_out_top1", "held_out_top3", "precision_when_sure"} <= failed
    assert (await RunsStore(sqlite).serving()).live == good.run.model
