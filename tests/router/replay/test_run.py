"""Conversations played through a whole router, over a scripted bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from knowledge_base.database import Database
from router.domain.message import MAX_TEXT
from router.replay.client import NotResumed, ShopperClient, open_session, read_back
from router.replay.report import Report, report
from router.replay.run import CannotReplay, InvalidRows, Row, Stage, play_all, read_rows
from tests.router.harness import House, running, understood

ANSWERS = {
    "什么时候发货": understood("shipping_time", 0.95),
    "那个啥": understood("shipping_time", 0.4, shipping_fee=0.3),
}


@pytest.fixture
async def house(sqlite: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS, messages_per_minute=1_000) as one:
        yield one


@asynccontextmanager
async def stage(house: House, wait: float = 10.0) -> AsyncIterator[Stage]:
    async with aiohttp.ClientSession() as http:
        url = str(house.client.make_url("/")).rstrip("/")
        yield Stage(http, url, house.settings.service_token, wait)


async def play(house: House, *turns: str, wait: float = 10.0) -> Report:
    async with stage(house, wait) as where:
        played = await play_all(where, [Row("r1", turns)], concurrency=4, on_played=lambda: None)
        return report(played, 1.0)


async def test_a_reply_a_clarification_and_a_handoff_are_counted(house: House) -> None:
    result = await play(house, "什么时候发货", "那个啥", "转人工", "在吗", "还在吗")
    assert (result.turns, result.sent) == (5, 5)
    assert result.decisions == {"reply": 1, "clarify": 1, "hand_off": 1}
    assert result.reasons == {"confident": 1, "low_confidence": 1, "explicit_request": 1}
    assert result.misses >= 1
    assert result.latency_ms.answer.p99 is not None
    assert result.is_clean


async def test_what_the_router_refuses_is_counted_with_its_code_and_not_lost(house: House) -> None:
    result = await play(house, "", " \u200b ", "长" * (MAX_TEXT + 1), "什么时候发货")
    assert result.refused == {"invalid_text": 3}
    assert (result.sent, result.lost, result.is_clean) == (1, 0, True)


async def test_a_bot_that_never_answers_is_counted_as_unanswered(house: House) -> None:
    house.bot.gate.clear()
    result = await play(house, "什么时候发货", wait=1.0)
    house.bot.gate.set()
    assert result.unanswered == 1
    assert result.lost == 0
    assert not result.is_clean


async def test_many_conversations_at_a_time_stay_apart(house: House) -> None:
    rows = [Row(f"r{n}", ("什么时候发货", "转人工", f"我是 {n} 号")) for n in range(40)]
    counted: list[None] = []
    async with stage(house) as where:
        played = await play_all(where, rows, concurrency=10, on_played=lambda: counted.append(None))
    result = report(played, 1.0)
    assert (result.conversations, result.sent, len(counted)) == (40, 120, 40)
    assert result.is_clean


async def test_a_client_that_is_cut_off_resumes_and_sends_again_under_the_same_id(
    house: House,
) -> None:
    async with stage(house) as where:
        token = await open_session(where.http, where.url)
        client = ShopperClient(where.http, where.url, token)
        async with client.connected():
            await client.say("first-message", "什么时候发货", within=10)
            await client.until(lambda: client.answered > 0, within=10)
            house.bot.gate.clear()
            say = asyncio.create_task(client.say("second-message", "那个啥", within=10))
            assert client._socket is not None
            await client._socket.close()
            said = await say
            house.bot.gate.set()
            await client.until(lambda: client.answered > said.seq, within=10)  # type: ignore[union-attr]
        messages = await read_back(where.http, where.url, token, within=10)
    assert client.reconnects >= 1
    assert [one.client_id for one in messages if one.client_id] == [
        "first-message",
        "second-message",
    ]
    assert client.live == list(range(1, len(messages) + 1))


async def test_a_wrong_service_token_is_said_plainly(house: House) -> None:
    async with stage(house) as where:
        wrong = Stage(where.http, where.url, "guess", 5.0)
        with pytest.raises(CannotReplay, match="--token"):
            await play_all(wrong, [Row("r1", ("你好",))], concurrency=1, on_played=lambda: None)


async def test_a_forged_shopper_token_is_not_resumed(house: House) -> None:
    async with stage(house) as where:
        with pytest.raises(NotResumed):
            await read_back(where.http, where.url, "forged", within=5)


def test_rows_are_read_up_to_the_limit_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = json.dumps({"id": "a", "turns": ["你好"], "source": "elsewhere"}, ensure_ascii=False)
    path.write_text(f"{good}\n\n{good}\n{{}}\n", encoding="utf-8")
    assert [row.turns for row in read_rows(path, limit=2)] == [("你好",), ("你好",)]
    with pytest.raises(InvalidRows, match=r"rows\.jsonl:4: .*id"):
        read_rows(path)
    with pytest.raises(InvalidRows, match="cannot be read"):
        read_rows(tmp_path / "none.jsonl")
