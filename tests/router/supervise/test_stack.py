"""The whole house: the router at once, a model trained once, everything stopped together."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

import aiohttp
import pytest

from knowledge_base.conditions import Condition
from knowledge_base.entries import Answer, Entry
from knowledge_base.releases import Release, Revision, RevisionState
from router.supervise.programs import House
from router.supervise.stack import Stack
from tests.router.supervise.house import Told, make_house

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

    def __init__(self, stack: Stack, told: Told, http: aiohttp.ClientSession) -> None:
        self.stack, self.told, self.http = stack, told, http
        self.stop = asyncio.Event()
        self.announced = asyncio.Event()
        self.task = asyncio.create_task(stack.run(self.stop, announce=self.announced.set))

    async def get(self, url: str) -> dict[str, object]:
        async with self.http.get(url) as response:
            answer: dict[str, object] = await response.json(content_type=None)
            return answer


@asynccontextmanager
async def running(
    house: House, *, live: Release | None, retrain: bool = False
) -> AsyncIterator[Running]:
    async def read_live() -> Release | None:
        return live

    told = Told()
    async with aiohttp.ClientSession() as http, asyncio.timeout(60):
        stack = Stack(
            house, live=read_live, http=http, stream=told.stream, now=lambda: NOW, retrain=retrain
        )
        one = Running(stack, told, http)
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


async def test_a_changed_pipeline_has_a_model_trained_anew(tmp_path: Path) -> None:
    house = make_house(tmp_path)
    async with running(house, live=release()) as one:
        await one.stack.bot_settled.wait()
    (house.root / "config.yml").write_text("pipeline: another")
    async with running(house, live=release()) as one:
        await one.announced.wait()
        while "trained r000001" not in one.told.text:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert f"until then {MODEL.removesuffix('.tar.gz')} answers" in one.told.text


async def test_a_model_of_the_release_before_answers_while_the_new_one_is_trained(
    tmp_path: Path,
) -> None:
    house = make_house(tmp_path)
    house.models.mkdir()
    (house.models / MODEL).write_text("a model")
    async with running(house, live=release(2)) as one:
        wanted = str(house.models / MODEL.replace("r000001", "r000002"))
        while True:
            await one.stack.bot_settled.wait()
            try:
                argv = (await one.get(house.bot_url))["argv"]
            except aiohttp.ClientError:
                argv = []
            if isinstance(argv, list) and wanted in argv:
                break
            await asyncio.sleep(0.05)
    assert "until then r000001-20261121T231500 answers" in one.told.text


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
