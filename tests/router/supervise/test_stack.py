"""The whole house: the router at once, a model trained once, everything stopped together."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import aiohttp
import pytest

from knowledge_base.conditions import Condition
from knowledge_base.entries import Answer, Entry
from knowledge_base.releases import Release, Revision, RevisionState
from knowledge_base.runs import Phase, RunState, Trigger
from knowledge_base.runs_store import RunsStore
from router.supervise.programs import House
from router.supervise.stack import Night, Stack
from tests.conftest import migrated
from tests.router.supervise.house import TRAINS, Told, make_house, make_model
from tests.router.supervise.runs_scripts import BEGINS, PROMOTES, script

NOW = dt.datetime(2026, 11, 21, 23, 15, tzinfo=dt.UTC)
MODEL = "r000001-20261121T231500.tar.gz"


def release(number: int = 1) -> Release:
    entry = Entry(
        key="shipping_time",
        title="什么时候发货",
        category="发货物流",
        phrasings=("什么时候发货", "啥时候能发"),
        answers=(Answer(text="48 小时内发货。", condition=Condition()),),
    )
    revision = Revision(
        id=1,
        entry=entry,
        number=1,
        author="test",
        at=NOW,
        reason="",
        state=RevisionState.APPROVED,
    )
    return Release(number, "test", "", NOW, MappingProxyType({entry.key: revision}))


class Running:
    """A stack that runs, what it told, and whether it announced its addresses."""

    def __init__(
        self, stack: Stack, told: Told, http: aiohttp.ClientSession, runs: RunsStore
    ) -> None:
        self.stack, self.told, self.http, self.runs = stack, told, http, runs
        self.minutes = 0
        self.stop = asyncio.Event()
        self.announced = asyncio.Event()
        self.task = asyncio.create_task(stack.run(self.stop, announce=self.announced.set))

    async def says(self, sentence: str) -> None:
        while sentence not in self.told.text:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def get(self, url: str) -> dict[str, object]:
        async with self.http.get(url) as response:
            answer: dict[str, object] = await response.json(content_type=None)
            return answer


@asynccontextmanager
async def running(
    house: House, *, live: Release | None, retrain: bool = False, night: Night | None = None
) -> AsyncIterator[Running]:
    async def read_live() -> Release | None:
        return live

    told = Told()
    url = f"sqlite+aiosqlite:///{house.data.parent}/jieli.db"
    async with aiohttp.ClientSession() as http, migrated(url) as database, asyncio.timeout(60):
        runs = RunsStore(database)
        stack = Stack(
            house,
            live=read_live,
            runs=runs,
            http=http,
            stream=told.stream,
            now=lambda: NOW + dt.timedelta(minutes=one.minutes),
            retrain=retrain,
            night=night,
        )
        one = Running(stack, told, http, runs)
        try:
            yield one
        finally:
            one.stop.set()
            await one.task


async def test_a_first_start_serves_at_once_trains_and_then_answers(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    async with running(house, live=release()) as one:
        await one.announced.wait()
        await one.stack.bot_settled.wait()
        assert one.stack.bot_answers
        served = await one.get(house.bot_url)
        router = await one.get(house.router_url)
    assert served["argv"] == [
        *("--model", str(house.models / MODEL), "--host", "127.0.0.1"),
        *("--port", str(house.bot_port)),
        *("--actions-url", f"{house.actions_url}/webhook"),
    ]
    assert router["argv"] == ["serve"]
    assert "every shopper reaches a human" in one.told.text
    assert "fitting (1 of 2)" in one.told.text
    assert f"the bot answers shoppers now, with {MODEL.removesuffix('.tar.gz')}" in one.told.text
    assert "a library talks" not in one.told.text
    assert "a library talks" in (house.data / "training.log").read_text()
    assert one.task.result() == 0


async def test_nothing_runs_on_after_the_stop(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    async with running(house, live=release()) as one:
        await one.stack.bot_settled.wait()
    async with aiohttp.ClientSession() as http:
        for url in (house.router_url, house.bot_url, house.actions_url):
            with pytest.raises(aiohttp.ClientConnectionError):
                await http.get(url)


async def test_a_second_start_reuses_the_model(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    async with running(house, live=release()) as one:
        await one.stack.bot_settled.wait()
    (house.root / "bot/train.py").write_text("raise SystemExit('must not be trained')")
    async with running(house, live=release()) as one:
        await one.stack.bot_settled.wait()
        assert one.stack.bot_answers
    assert "training" not in one.told.text


async def test_the_first_training_is_noted_as_a_run_and_its_model_as_the_first(
    tmp_path: Path,
) -> None:
    async with running(make_house(tmp_path), live=release()) as one:
        await one.stack.bot_settled.wait()
        (run,) = await one.runs.runs()
        assert (run.state, run.trigger, run.release) == (RunState.PROMOTED, Trigger.START, 1)
        assert [time.phase for time in run.phases] == [Phase.TRAIN]
        (change,) = await one.runs.model_history()
        assert (change.model, change.replaced, change.author) == (run.model, None, "jieli up")


NEW_MODEL = MODEL.replace("r000001", "r000002").removesuffix(".tar.gz")


async def test_what_serves_of_the_release_before_answers_until_the_new_one_is_promoted(
    tmp_path: Path,
) -> None:
    house = make_house(tmp_path, retrain=script(BEGINS + PROMOTES.format(model=NEW_MODEL)))
    make_model(house, MODEL.removesuffix(".tar.gz"))
    async with running(house, live=release(2)) as one:
        await one.stack.bot_settled.wait()
        assert one.stack.bot_answers
        await one.says("until it is proven r000001-20261121T231500 answers")
        await one.says(f"now, with {NEW_MODEL} instead of r000001-20261121T231500")
        await one.says("is over: promoted")
        (run,) = await one.runs.runs()
        assert (run.trigger, run.author) == (Trigger.START, "jieli up")
        served = await one.get(str((await one.runs.serving()).live_address))
        assert str(house.models / f"{NEW_MODEL}.tar.gz") in served["argv"]  # type: ignore[operator]


@pytest.mark.parametrize("why", ["stale", "asked"])
async def test_a_changed_pipeline_or_the_option_asks_for_a_training(
    tmp_path: Path, why: str
) -> None:
    house = make_house(tmp_path, retrain="raise SystemExit('a retraining was started')")
    async with running(house, live=release()) as one:
        await one.stack.bot_settled.wait()
        assert len(await one.runs.runs()) == 1
    if why == "stale":
        (house.root / "config.yml").write_text("pipeline: another")
    async with running(house, live=release(), retrain=why == "asked") as one:
        await one.says("a retraining was started")


async def test_what_the_gate_refused_is_not_tried_at_every_start(tmp_path: Path) -> None:
    house = make_house(tmp_path, retrain="raise SystemExit('a retraining was started')")
    make_model(house, MODEL.removesuffix(".tar.gz"))
    async with running(house, live=None) as one:
        run = await one.runs.begin(
            None, trigger=Trigger.NIGHTLY, author="", holder="h", at=NOW, lease_seconds=60
        )
        await one.runs.phase(run.id, Phase.GATE, None, release=2)
        await one.runs.end(run.id, RunState.KEPT, "too many wrong", NOW, None)
    async with running(house, live=release(2)) as one:
        await one.stack.bot_settled.wait()
        assert len(await one.runs.runs()) == 1


async def test_at_night_a_training_is_asked_for(tmp_path: Path) -> None:
    house = make_house(tmp_path, retrain="raise SystemExit('a retraining was started')")
    night = Night((NOW + dt.timedelta(minutes=1)).time(), looks=0.02)
    async with running(house, live=release(), night=night) as one:
        await one.stack.bot_settled.wait()
        await asyncio.sleep(0.1)
        assert "a retraining was started" not in one.told.text
        one.minutes = 1
        await one.says("a retraining was started")
        assert (await one.runs.runs())[0].trigger is Trigger.NIGHTLY


async def test_stopped_during_the_first_training_the_run_is_abandoned_and_tried_again(
    tmp_path: Path,
) -> None:
    house = make_house(tmp_path, train="import time; print('a step', flush=True); time.sleep(600)")
    async with running(house, live=release()) as one:
        await one.says("training a model of release 1")
        while await one.runs.current() is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    async with migrated(f"sqlite+aiosqlite:///{tmp_path}/jieli.db") as database:
        (run,) = await RunsStore(database).runs()
    assert (run.state, run.why) == (RunState.ABANDONED, "it was stopped")
    (house.root / "bot/train.py").write_text(TRAINS)
    async with running(house, live=release()) as one:
        await one.stack.bot_settled.wait()
        assert one.stack.bot_answers


async def test_a_keeper_without_bots_of_its_own_leaves_anothers_addresses_alone(
    tmp_path: Path,
) -> None:
    house = replace(make_house(tmp_path), local_bot=False)
    async with running(house, live=release()) as one:
        await one.runs.kept(live_address="http://10.0.0.7:5005")
        await one.stack.bot_settled.wait()
    async with migrated(f"sqlite+aiosqlite:///{tmp_path}/jieli.db") as database:
        assert (await RunsStore(database).serving()).live_address == "http://10.0.0.7:5005"


@pytest.mark.parametrize(
    ("train", "why"),
    [
        ('print(\'{"error": "no phrasing in data/nlu"}\'); raise SystemExit(2)', "no phrasing in"),
        ("print('Killed by the kernel'); import os; os.abort()", "exit code -6:"),
        ('print(\'{"model": "x", "release": 1, "seconds": 1.0}\')', "wrote no model"),
    ],
    ids=["says why", "dies", "writes nothing"],
)
async def test_a_failed_training_leaves_the_router_serving_and_says_why(
    tmp_path: Path, train: str, why: str
) -> None:
    house = make_house(tmp_path, train=train)
    async with running(house, live=release()) as one:
        await one.announced.wait()
        await one.stack.bot_settled.wait()
        assert not one.stack.bot_answers
        assert await one.get(house.router_url)
    assert "the training failed, so every shopper reaches a human" in one.told.text
    assert why in one.told.text
    assert list(house.data.glob("training-*")) == []
    assert not house.models.exists() or list(house.models.iterdir()) == []


async def test_without_the_bots_environment_shoppers_reach_humans(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    house.bot_python.unlink()
    async with running(house, live=release()) as one:
        await one.stack.bot_settled.wait()
        assert not one.stack.bot_answers
    assert "`make set-up` installs it" in one.told.text


async def test_without_a_live_release_it_says_how_to_make_one(tmp_path: Path) -> None:
    async with running(make_house(tmp_path), live=None) as one:
        await one.stack.bot_settled.wait()
    assert "no release is live: `jieli kb publish` makes one" in one.told.text


async def test_a_router_that_never_comes_up_ends_everything_with_1(tmp_path: Path) -> None:
    house = make_house(tmp_path, router="raise SystemExit('settings: `port` is odd')")
    async with running(house, live=release()) as one:
        assert await one.task == 1
        assert not one.announced.is_set()
    assert "settings: `port` is odd" in one.told.text
    assert "given up after 5 tries" in one.told.text


async def test_a_router_that_is_killed_is_started_again(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    async with running(house, live=release()) as one:
        await one.announced.wait()
        before = (await one.get(house.router_url))["pid"]
        one.stack.kill()
        while True:
            try:
                after = (await one.get(house.router_url))["pid"]
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
        assert after != before
    assert "router ended by signal 9; starting again in 0.5 s" in one.told.text
