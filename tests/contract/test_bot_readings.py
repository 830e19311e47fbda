"""The bot's routes: readings of questions, tokens, bodies, resets and repeats."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.contract.conftest import MODEL, Chat, Trained
from tests.contract.fake_router import FakeRouter, delivered

pytestmark = [pytest.mark.bot, pytest.mark.xdist_group("bot"), pytest.mark.timeout(300)]


def test_training_tells_its_progress_step_by_step_and_ends_with_the_model(
    trained: Trained,
) -> None:
    *steps, last = trained.lines
    assert [step["done"] for step in steps[:-1]] == list(range(1, steps[0]["of"] + 1))
    assert "CalibratedIntentClassifier" in {step["step"] for step in steps}
    assert (last["model"], last["release"]) == (MODEL, 7)
    assert last["seconds"] > 0


async def test_a_question_is_read_without_running_the_dialogue_engine(
    chat: Chat, router: FakeRouter
) -> None:
    answer = await chat.say("什么时候发货呀")
    reading = answer["reading"]
    assert reading["intent"] == "shipping_time"
    assert reading["ranking"][0] == ["shipping_time", reading["confidence"]]
    assert reading["confidence"] > 0.6
    assert (answer["messages"], answer["flow"]) == ([], None)
    assert (answer["model"], answer["release"]) == (MODEL, 7)
    assert router.calls == []


async def test_a_ranking_holds_at_most_ten_intents_likeliest_first(chat: Chat) -> None:
    ranking = (await chat.say("能退吗"))["reading"]["ranking"]
    shares = [share for _, share in ranking]
    assert len(ranking) <= 10
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) <= 1.001


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("什麼時候發貨？？？", "shipping_time"),
        ("什么时候发货😭😭😭", "shipping_time"),
        ("　ｙｏｕ惠券怎么用　", "coupon_how_use"),
        ("取消订单", "order_cancel"),
    ],
    ids=["traditional", "emoji", "full-width", "simple"],
)
async def test_the_way_people_type_does_not_matter(chat: Chat, text: str, intent: str) -> None:
    assert (await chat.say(text))["reading"]["intent"] == intent


async def test_an_order_number_is_found_with_its_place_in_the_text_as_typed(chat: Chat) -> None:
    text = "　你好 订单ｊｎ2611210001 怎么取消订单"
    (entity,) = (await chat.say(text))["reading"]["entities"]
    assert (entity["entity"], entity["value"]) == ("order_number", "JN2611210001")
    assert text[entity["start"] : entity["end"]] == "ｊｎ2611210001"


async def test_好的_outside_a_flow_is_an_entry_and_not_a_flows_yes(chat: Chat) -> None:
    reading = (await chat.say("好的"))["reading"]
    assert reading["intent"] == "ack"
    assert not {"affirm", "deny", "cancel_flow"} & {name for name, _ in reading["ranking"]}


async def test_text_beyond_two_thousand_characters_is_not_read(chat: Chat) -> None:
    text = "什么时候发货 " + "啊" * 1993 + " JN2611210001"
    assert (await chat.say(text))["reading"]["entities"] == []


@pytest.mark.parametrize("text", ["", "   ", "😂", "。。。", "/", "\u200b"])
async def test_a_message_with_nothing_to_read_gets_a_reading_nobody_would_act_on(
    chat: Chat, text: str
) -> None:
    assert (await chat.say(text))["reading"]["confidence"] < 0.4


@pytest.mark.parametrize("text", ["/restart", "/return_request", '/session_start{"a":"b"}'])
async def test_a_shopper_cannot_give_rasa_commands(chat: Chat, text: str) -> None:
    answer = await chat.say(text)
    assert answer["flow"] is None
    assert answer["reading"]["intent"] not in {"restart", "session_start"}
    assert answer["reading"]["confidence"] < 0.9


@pytest.mark.parametrize("path", ["/webhook", "/reset", "/health"])
@pytest.mark.parametrize("token", ["", "wrong", "contract-tokem", "contract-token-and-more"])
async def test_a_wrong_token_is_refused(chat: Chat, path: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    method = "GET" if path == "/health" else "POST"
    async with chat.session.request(
        method, chat.url + path, json=chat.ask("你好"), headers=headers
    ) as response:
        assert response.status == 401
        assert (await response.json())["code"] == "unauthorized"


def _changed(**fields: Any) -> dict[str, Any]:
    body = {"conversation": "c", "message": "m", "text": "你好", "shopper": None, "order": None}
    return {**body, "locale": "zh-CN", **fields}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        {"text": "x"},
        _changed(text=5),
        _changed(conversation=""),
        _changed(locale="fr"),
        _changed(surprise=1),
        _changed(flow="no_such_flow"),
    ],
    ids=["cut", "bytes", "list", "lacking", "number", "empty", "locale", "unknown", "flow"],
)
async def test_a_malformed_body_is_told_apart_and_shows_no_insides(
    chat: Chat, body: bytes | dict[str, Any]
) -> None:
    status, failure = await chat.post("/webhook", body)
    assert (status, failure["code"]) == (422, "malformed")
    assert failure["detail"]
    assert "Traceback" not in str(failure)


async def test_health_names_the_model_and_its_release(chat: Chat) -> None:
    headers = {"Authorization": "Bearer contract-token"}
    async with chat.session.get(chat.url + "/health", headers=headers) as response:
        assert await response.json() == {"status": "ok", "model": MODEL, "release": 7}


@pytest.mark.parametrize("path", ["/", "/status", "/model/parse", "/webhooks/rest/webhook"])
async def test_nothing_of_rasas_own_web_api_is_served(chat: Chat, path: str) -> None:
    base = chat.url.removesuffix("/webhooks/router")
    async with chat.session.post(base + path, json={"text": "你好"}) as response:
        assert response.status in {404, 405}


async def test_a_body_far_too_large_is_refused(chat: Chat) -> None:
    with pytest.raises((AssertionError, aiohttp.ClientError)):
        await chat.say("啊" * 200_000)


async def test_the_same_message_sent_twice_at_once_runs_once(
    chat: Chat, router: FakeRouter
) -> None:
    router.orders[chat.shopper or ""] = [delivered("JN2611100001", "羊毛大衣")]
    ask = chat.ask("我要退货")
    answers = await asyncio.gather(*(chat.post("/webhook", ask) for _ in range(5)))
    assert len({str(answer) for answer in answers}) == 1
    assert len(router.calls) == len(set(router.calls)) > 0


async def test_a_reset_forgets_the_flow(chat: Chat, router: FakeRouter) -> None:
    router.orders[chat.shopper or ""] = [delivered("JN2611100001", "羊毛大衣")]
    assert (await chat.say("我要退货"))["flow"]["state"] == "active"
    assert await chat.post("/reset", {"conversation": chat.name}) == (200, {})
    answer = await chat.say("质量问题")
    assert answer["flow"] is None
    assert answer["messages"] == []


async def test_resetting_a_conversation_nobody_knows_is_fine(chat: Chat) -> None:
    assert await chat.post("/reset", {"conversation": "never-seen"}) == (200, {})
