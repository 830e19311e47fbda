"""A whole router over real bot processes: shoppers are answered by whichever is live."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from knowledge_base.database import Database
from knowledge_base.runs import ModelMove
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from router.app import Parts, build
from router.settings import Settings, with_secrets
from tests.fakes.bot import TOKEN, FakeBot, reads, says
from tests.router.harness import ENTRIES, Clock, House, ScriptedBot, ScriptedMood, Socket

OLD, NEW = "r000001-20260101T000000", "r000002-20260102T000000"
NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
READS = {
    "什么时候发货": reads("shipping_time"),
    "运费": reads("shipping_fee"),
    "我要退货": says("退哪一单？", "return_request"),
    "第一单": says("已登记。", "return_request", "done"),
}


@asynccontextmanager
async def shop(database: Database, folder: Path, url: str) -> AsyncIterator[House]:
    """Run a router whose bot is at an address; it looks for another once an hour."""
    knowledge = KnowledgeStore(database)
    await knowledge.save_all(ENTRIES, author="test", reason="test", at=NOW)
    await knowledge.publish(author="test", note="test", at=NOW)
    settings = with_secrets(
        Settings(
            data=str(folder), bot_url=url, service_token=TOKEN, bot_poll=3600, demo=True
        )
    )
    clock = Clock()
    app = build(settings, database, Parts(mood=ScriptedMood(), now=clock, sweeping=False))
    async with TestClient(TestServer(app), cookie_jar=aiohttp.DummyCookieJar()) as client:
        yield House(client, database, ScriptedBot(), clock, settings)


async def promote(house: House, runs: RunsStore, model: str, address: str) -> None:
    before = await runs.serving()
    await runs.want(model, move=ModelMove.PROMOTE, author="lina", at=NOW)
    await runs.promoted(model, address, before.live, before.live_address, NOW)
    async with house.client.post(
        "/internal/v1/bot/refresh", headers={"Authorization": f"Bearer {TOKEN}"}
    ) as response:
        assert await response.json() == {"address": address, "model": model}


async def model_of(house: House, shopper: Socket, text: str) -> str | None:
    await shopper.say(text)
    conversation = (await shopper.message("bot"))["conversation"]
    lines = await house.store.decisions(conversation)
    model: str | None = lines[-1].model
    return model


async def test_a_promoted_model_answers_the_next_question_and_a_flow_ends_where_it_is(
    sqlite: Database, tmp_path: Path
) -> None:
    old, new = FakeBot(READS, model=OLD), FakeBot(READS, model=NEW, release=1)
    runs = RunsStore(sqlite)
    async with (
        old.serving() as first,
        new.serving() as second,
        shop(sqlite, tmp_path / "data", first) as house,
    ):
        await promote(house, runs, OLD, first)
        asking, returning = await house.shopper(), await house.shopper()
        assert await model_of(house, asking, "什么时候发货") == OLD
        assert await model_of(house, returning, "我要退货") == OLD
        await promote(house, runs, NEW, second)
        assert await model_of(house, asking, "运费") == NEW
        assert await model_of(house, returning, "第一单") == OLD
        assert await model_of(house, returning, "运费") == NEW
