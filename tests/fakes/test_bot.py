"""The fake keeps the contract, so that what is tested against it holds for the real bot."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from tests.fakes.bot import TOKEN, Failure, FakeBot, reads, says

ASK = {"conversation": "c-12345678", "message": "m1", "text": "什么时候发货"}
ALLOWED = {"Authorization": f"Bearer {TOKEN}"}


async def ask(url: str, body: object = ASK, headers: dict[str, str] = ALLOWED) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{url}/webhooks/router/webhook", json=body) as response,
    ):
        return response.status, await response.text()


async def test_it_reads_what_it_was_told_and_names_its_model() -> None:
    bot = FakeBot({"什么时候发货": reads("shipping_time", 0.93, shipping_urge=0.03)})
    async with bot.serving() as url:
        _, text = await ask(url)
    assert json.loads(text) == {
        "reading": {
            "intent": "shipping_time",
            "confidence": 0.93,
            "ranking": [["shipping_time", 0.93], ["shipping_urge", 0.03]],
            "entities": [],
        },
        "messages": [],
        "flow": None,
        "model": "r000001-20260101T000000",
        "release": 1,
    }
    assert [asked.text for asked in bot.asked] == ["什么时候发货"]


async def test_a_flow_speaks_with_messages_of_its_own() -> None:
    bot = FakeBot(otherwise=says("请问是哪一单？", "return_request"))
    async with bot.serving() as url:
        status, text = await ask(url)
    assert status == 200
    assert '"flow":{"name":"return_request","state":"active"}' in text
    assert "请问是哪一单？" in text


async def test_a_wrong_token_and_a_wrong_shape_are_refused() -> None:
    async with FakeBot().serving() as url:
        assert (await ask(url, headers={"Authorization": "Bearer guess"}))[0] == 401
        assert (await ask(url, {**ASK, "mood": "angry"}))[0] == 422
        assert (await ask(url, {**ASK, "text": "啊" * 2_001}))[0] == 422


@pytest.mark.parametrize(
    ("failure", "status"),
    [(Failure.CRASHES, 500), (Failure.BABBLES, 200), (Failure.LOADING, 503)],
)
async def test_it_fails_as_it_is_told(failure: Failure, status: int) -> None:
    async with FakeBot(failure=failure).serving() as url:
        assert (await ask(url))[0] == status


async def test_a_dropped_connection_gives_no_answer_at_all() -> None:
    async with FakeBot(failure=Failure.DROPS).serving() as url:
        with pytest.raises(aiohttp.ClientError):
            await ask(url)


async def test_a_held_answer_comes_only_when_it_is_let_go() -> None:
    bot = FakeBot()
    async with bot.serving() as url:
        async with bot.holding():
            waiting = asyncio.create_task(ask(url))
            await bot.is_asked()
            await asyncio.sleep(0.05)
            assert not waiting.done()
        assert (await waiting)[0] == 200
