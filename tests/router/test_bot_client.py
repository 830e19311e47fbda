"""Asking the bot: every way in which it can fail is a value, and a dead bot costs no time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from router.bot_client import BotAnswer, BotClient, BotUnavailable, Question
from router.breaker import Breaker
from tests.fakes.bot import TOKEN, Failure, FakeBot, reads, says

QUESTION = Question("c-1", "c-1-1", "什么时候发货", shopper="xiaoman", order="JN2611210001")


class Watch:
    """A clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def asking(
    bot: FakeBot, *, deadline: float = 2.0, failures: int = 3, token: str = TOKEN
) -> AsyncIterator[tuple[BotClient, Watch]]:
    watch = Watch()
    async with bot.serving() as url, aiohttp.ClientSession() as session:
        yield (
            BotClient(
                session,
                url + "/",
                token,
                deadline=deadline,
                failures=failures,
                pause=5.0,
                clock=watch,
            ),
            watch,
        )


async def test_a_reading_comes_back_with_release_and_model() -> None:
    bot = FakeBot({"什么时候发货": reads("shipping_time", 0.93, shipping_urge=0.03)})
    async with asking(bot) as (client, _):
        answer = await client.ask(QUESTION)
    assert isinstance(answer, BotAnswer)
    assert answer.reading.intent == "shipping_time"
    assert answer.reading.ranking == [("shipping_time", 0.93), ("shipping_urge", 0.03)]
    assert (answer.release, answer.messages, answer.flow) == (1, [], None)
    assert (bot.asked[0].shopper, bot.asked[0].order) == ("xiaoman", "JN2611210001")


async def test_what_a_flow_says_comes_back_with_its_state() -> None:
    bot = FakeBot({"查物流": says("在路上。", "where_is_my_order", "done")})
    async with asking(bot) as (client, _):
        answer = await client.ask(Question("c-1", "m", "查物流"))
    assert isinstance(answer, BotAnswer)
    assert answer.flow is not None
    assert (answer.flow.name, answer.flow.state) == ("where_is_my_order", "done")
    assert answer.messages[0].text == "在路上。"


async def test_of_a_long_message_the_bot_reads_the_beginning() -> None:
    bot = FakeBot()
    async with asking(bot) as (client, _):
        assert isinstance(await client.ask(Question("c-1", "m", "长" * 4_000)), BotAnswer)
    assert len(bot.asked[0].text) == 2_000


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (Failure.DROPS, "cannot be reached"),
        (Failure.CRASHES, "500"),
        (Failure.BABBLES, "contract"),
        (Failure.MISSHAPES, "contract"),
        (Failure.LOADING, "503"),
    ],
)
async def test_each_failure_is_a_value_that_says_why(failure: Failure, word: str) -> None:
    async with asking(FakeBot(failure=failure)) as (client, _):
        answer = await client.ask(QUESTION)
    assert isinstance(answer, BotUnavailable)
    assert word in answer.why


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"reading": {"intent": "x", "confidence": 2, "ranking": []}}',
    ],
    ids=["nothing", "null", "no UTF-8", "nested without end", "a confidence of two"],
)
async def test_whatever_a_broken_bot_sends_is_a_value(body: bytes) -> None:
    from aiohttp import web

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_post("/webhooks/router/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        client = BotClient(session, f"http://127.0.0.1:{runner.addresses[0][1]}", TOKEN)
        assert isinstance(await client.ask(QUESTION), BotUnavailable)
        assert client.available
    await runner.cleanup()


async def test_nobody_listening_is_a_value() -> None:
    async with aiohttp.ClientSession() as session:
        client = BotClient(session, "http://127.0.0.1:9", TOKEN)
        assert isinstance(await client.ask(QUESTION), BotUnavailable)
        await client.reset("c-1")


async def test_a_wrong_token_is_a_value() -> None:
    async with asking(FakeBot(), token="wrong") as (client, _):
        answer = await client.ask(QUESTION)
    assert isinstance(answer, BotUnavailable)
    assert "401" in answer.why


async def test_an_answer_after_the_deadline_is_none() -> None:
    bot = FakeBot()
    async with asking(bot, deadline=0.1) as (client, _), bot.holding():
        started = asyncio.get_running_loop().time()
        answer = await client.ask(QUESTION)
        assert asyncio.get_running_loop().time() - started < 1.5
    assert isinstance(answer, BotUnavailable)
    assert "0.1 s" in answer.why


async def test_after_failures_in_a_row_the_bot_is_left_alone_then_one_may_try() -> None:
    bot = FakeBot(failure=Failure.CRASHES)
    async with asking(bot) as (client, watch):
        for _ in range(3):
            await client.ask(QUESTION)
        assert not client.available
        bot.failure = None
        held = await client.ask(QUESTION)
        assert isinstance(held, BotUnavailable)
        assert bot.asked == []
        watch.now += 5.1
        async with bot.holding():
            tries = [asyncio.create_task(client.ask(QUESTION)) for _ in range(5)]
            await bot.is_asked(1)
            await asyncio.sleep(0.05)
        answers = await asyncio.gather(*tries)
        assert len(bot.asked) == 1
        assert sum(isinstance(answer, BotAnswer) for answer in answers) == 1
        assert client.available
        assert isinstance(await client.ask(QUESTION), BotAnswer)


async def test_a_try_that_fails_begins_another_pause() -> None:
    bot = FakeBot(failure=Failure.CRASHES)
    async with asking(bot, failures=1) as (client, watch):
        await client.ask(QUESTION)
        watch.now += 5.1
        assert "500" in (await client.ask(QUESTION)).why  # type: ignore[union-attr]
        assert "left alone" in (await client.ask(QUESTION)).why  # type: ignore[union-attr]


async def test_a_success_forgets_the_failures_before_it() -> None:
    bot = FakeBot()
    async with asking(bot) as (client, _):
        for failure in (Failure.CRASHES, Failure.CRASHES, None, Failure.CRASHES, Failure.CRASHES):
            bot.failure = failure
            await client.ask(QUESTION)
        assert client.available


async def test_a_question_the_bot_refuses_does_not_keep_others_from_it() -> None:
    from dataclasses import replace

    bot = FakeBot()
    async with asking(bot) as (client, _):
        for _ in range(5):
            answer = await client.ask(replace(QUESTION, locale="xx"))
            assert isinstance(answer, BotUnavailable)
            assert "refused" in answer.why
        assert client.available
        assert isinstance(await client.ask(QUESTION), BotAnswer)


async def test_a_reset_is_passed_on_and_its_failure_is_nobodys_concern() -> None:
    bot = FakeBot()
    async with asking(bot, failures=1) as (client, _):
        await client.reset("c-1")
        assert bot.forgot == ["c-1"]
        bot.failure = Failure.DROPS
        await client.reset("c-1")
        bot.failure = None
        await client.reset("c-1")
        assert bot.forgot == ["c-1"]


def test_the_breaker_holds_nothing_back_before_the_limit() -> None:
    breaker = Breaker(2, 5.0, Watch())
    breaker.failed()
    assert not breaker.holds_back()
    assert not breaker.failing
