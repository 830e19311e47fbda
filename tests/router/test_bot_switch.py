"""The bot behind the switch: nobody's question is lost when another process begins to serve."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from sqlalchemy.exc import OperationalError

from knowledge_base.runs import Serving
from router.bot_client import BotAnswer, BotClient, BotUnavailable, Question
from router.bot_switch import Served, SwitchingBot
from tests.fakes.bot import TOKEN, FakeBot, reads, says

OLD, NEW = "r000001-20260101T000000", "r000002-20260102T000000"
RETURN = "我要退货"


class Shop:
    """An old and a new bot process, a switch before them, and the row that says who serves."""

    def __init__(self, http: aiohttp.ClientSession, old: str, new: str) -> None:
        self.old, self.new = old, new
        self.serving = Serving(live=OLD, live_address=old)
        self.broken = False
        self.switch = SwitchingBot(
            self._read, lambda url: BotClient(http, url, TOKEN), old, most_flows=3
        )

    async def _read(self) -> Serving:
        if self.broken:
            raise OperationalError("select", {}, OSError("no database"))
        return self.serving

    def promote(self) -> None:
        self.serving = Serving(live=NEW, live_address=self.new, former=OLD, former_address=self.old)

    async def say(self, text: str, conversation: str = "c-1") -> BotAnswer | BotUnavailable:
        return await self.switch.ask(Question(conversation, "m", text))

    async def model(self, text: str = "在吗", conversation: str = "c-1") -> str:
        answer = await self.say(text, conversation)
        assert isinstance(answer, BotAnswer), answer
        return answer.model


def bots() -> tuple[FakeBot, FakeBot]:
    flows = {
        RETURN: says("退哪一单？", "return_request"),
        "第一单": says("已登记。", "return_request", "done"),
        "运费多少": replace(reads("shipping_fee"), flow=says("", "return_request", "left").flow),
    }
    return FakeBot(flows, model=OLD), FakeBot(flows, model=NEW, release=2)


@asynccontextmanager
async def shop(old: FakeBot, new: FakeBot) -> AsyncIterator[Shop]:
    async with (
        old.serving() as one,
        new.serving() as other,
        aiohttp.ClientSession() as http,
    ):
        it = Shop(http, one, other)
        await it.switch.refresh()
        yield it


async def test_before_anybody_serves_the_address_of_the_settings_is_asked() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        one.serving = Serving()
        assert await one.switch.refresh() == Served(one.old, None)
        assert await one.model() == OLD


async def test_of_many_questions_during_a_switch_none_is_lost_and_each_ends_where_it_began() -> (
    None
):
    old, new = bots()
    async with shop(old, new) as one:
        async with old.holding():
            early = [asyncio.create_task(one.model(conversation=f"e-{n}")) for n in range(20)]
            await old.is_asked(20)
            one.promote()
            assert (await one.switch.refresh()).model == NEW
            late = [asyncio.create_task(one.model(conversation=f"l-{n}")) for n in range(20)]
            assert set(await asyncio.gather(*late)) == {NEW}
        assert set(await asyncio.gather(*early)) == {OLD}
        assert (len(old.asked), len(new.asked)) == (20, 20)


async def test_questions_that_keep_coming_are_all_answered_over_many_switches() -> None:
    old, new = bots()
    old.delay = new.delay = 0.005
    async with shop(old, new) as one:

        async def ask(number: int) -> list[str]:
            return [await one.model(conversation=f"c-{number}") for _ in range(25)]

        asking = [asyncio.create_task(ask(number)) for number in range(10)]
        turn = 0
        while not all(task.done() for task in asking):
            turn += 1
            one.promote()
            if turn % 2:
                one.serving = Serving(
                    live=OLD, live_address=one.old, former=NEW, former_address=one.new
                )
            await one.switch.refresh()
            await asyncio.sleep(0.01)
        answered = [model for task in asking for model in task.result()]
    assert len(answered) == 250
    assert set(answered) == {OLD, NEW}


async def test_a_conversation_in_a_flow_stays_until_the_flow_is_done() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        assert await one.model(RETURN) == OLD
        one.promote()
        await one.switch.refresh()
        assert await one.model("在吗", "c-2") == NEW
        assert await one.model("第一单") == OLD
        assert await one.model("在吗") == NEW


async def test_a_conversation_that_leaves_its_flow_is_asked_anew() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        await one.say(RETURN)
        one.promote()
        await one.switch.refresh()
        assert await one.model("运费多少") == OLD
        assert await one.model("运费多少") == NEW


async def test_a_reset_reaches_the_process_that_holds_the_flow() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        await one.say(RETURN)
        one.promote()
        await one.switch.refresh()
        await one.switch.reset("c-1")
        assert (old.forgot, new.forgot) == (["c-1"], [])
        assert await one.model() == NEW
        await one.switch.reset("c-1")
        assert new.forgot == ["c-1"]


async def test_when_the_former_is_drained_its_flows_go_over() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        await one.say(RETURN)
        one.promote()
        await one.switch.refresh()
        one.serving = replace(one.serving, former=OLD, former_address=None)
        await one.switch.refresh()
        assert await one.model("第一单") == NEW


async def test_when_the_former_dies_the_question_itself_goes_over() -> None:
    old, new = bots()
    async with new.serving() as address, aiohttp.ClientSession() as http:
        async with old.serving() as gone:
            one = Shop(http, gone, address)
            await one.switch.refresh()
            await one.say(RETURN)
            one.promote()
            await one.switch.refresh()
        assert await one.model("第一单") == NEW
        assert await one.model() == NEW


async def test_a_question_to_one_that_died_goes_to_its_successor_before_the_next_look() -> None:
    old, new = bots()
    async with new.serving() as address, aiohttp.ClientSession() as http:
        async with old.serving() as gone:
            one = Shop(http, gone, address)
            await one.switch.refresh()
            assert await one.model() == OLD
        one.promote()
        assert await one.model() == NEW


async def test_a_dead_bot_without_a_successor_is_unavailable() -> None:
    async with aiohttp.ClientSession() as http:
        one = Shop(http, "http://127.0.0.1:9", "http://127.0.0.1:9")
        await one.switch.refresh()
        assert isinstance(await one.say("在吗"), BotUnavailable)


async def test_the_candidate_can_be_asked_without_being_live() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        one.serving = replace(one.serving, candidate=NEW, candidate_address=one.new)
        await one.switch.refresh()
        answer = await one.switch.of(one.new).ask(Question("try", "m", "在吗"))
        assert isinstance(answer, BotAnswer)
        assert answer.model == NEW
        assert await one.model() == OLD


async def test_a_breaker_that_opened_at_the_old_process_does_not_hold_back_the_new_one() -> None:
    _, new = bots()
    async with new.serving() as address, aiohttp.ClientSession() as http:
        one = Shop(http, "http://127.0.0.1:9", address)
        await one.switch.refresh()
        for _ in range(4):
            assert isinstance(await one.say("在吗"), BotUnavailable)
        assert not one.switch.available
        one.promote()
        await one.switch.refresh()
        assert one.switch.available
        assert await one.model() == NEW


async def test_while_the_store_is_away_the_last_known_bot_goes_on() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        following = asyncio.create_task(one.switch.follow(0.01))
        one.broken = True
        await asyncio.sleep(0.05)
        assert await one.model() == OLD
        one.promote()
        one.broken = False
        async with asyncio.timeout(5):
            while one.switch.live.model != NEW:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert await one.model() == NEW
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following


async def test_of_flows_without_end_the_oldest_are_forgotten() -> None:
    old, new = bots()
    async with shop(old, new) as one:
        for number in range(5):
            await one.say(RETURN, f"c-{number}")
        one.promote()
        await one.switch.refresh()
        assert [await one.model("在吗", f"c-{n}") for n in range(5)] == [NEW, NEW, OLD, OLD, OLD]
