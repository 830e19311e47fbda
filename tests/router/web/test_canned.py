"""What helps an agent write, over REST and the socket."""

import io
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from PIL import Image as Pillow

from router.domain.people import Role, Staff
from tests.router.harness import House, understood
from tests.router.people import LINA, WANG
from tests.router.web.test_cases import taken

ZHAO = Staff("staff-zhaomin", "zhaomin", "赵敏", frozenset({Role.EDITOR}))
HEADERS = {"X-Jieli": "1"}
Client = TestClient[Any, Any]


async def save(client: Client, title: str, text: str, **more: Any) -> tuple[int, dict[str, Any]]:
    body = {"title": title, "text": text, **more}
    async with client.post("/api/v1/canned", json=body, headers=HEADERS) as response:
        return response.status, await response.json()


async def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    async with client.get("/api/v1/canned", params={"q": query}) as response:
        assert response.status == 200
        found: list[dict[str, Any]] = (await response.json())["canned"]
        return found


async def test_shared_texts_are_everybodys_and_own_ones_are_ones_own(house: House) -> None:
    lina, wang, zhao = [await house.login(one) for one in (LINA, WANG, ZHAO)]
    assert (await save(zhao, "催促发货", "订单 {{order}} 已催。", shared=True))[0] == 201
    assert (await save(lina, "我的开场", "您好，我是{{agent}}。"))[0] == 201
    status, problem = await save(lina, "大家用", "好的。", shared=True)
    assert (status, problem["code"]) == (403, "forbidden")
    assert {one["title"] for one in await listed(lina)} == {"催促发货", "我的开场"}
    assert [one["title"] for one in await listed(wang)] == ["催促发货"]
    assert [one["editable"] for one in await listed(wang)] == [False]


@pytest.mark.parametrize("query", ["cuicu", "ccfh", "发货", "仓库"], ids=str)
async def test_texts_are_found_by_words_pinyin_and_initials(house: House, query: str) -> None:
    zhao = await house.login(ZHAO)
    await save(zhao, "催促发货", "我已经催仓库了。", shared=True)
    await save(zhao, "结束语", "还有别的吗？", shared=True)
    assert (await listed(zhao, query))[0]["title"] == "催促发货"
    assert await listed(zhao, "zzzz") == []


async def test_a_text_with_an_unknown_variable_is_refused_by_its_name(house: House) -> None:
    zhao = await house.login(ZHAO)
    status, problem = await save(zhao, "问候", "您好 {{nickname}}")
    assert (status, problem["code"]) == (422, "unknown_variable")
    assert "{{nickname}}" in problem["detail"]
    assert (await save(zhao, "长", "长" * 4001))[1]["code"] == "invalid_text"


async def test_a_text_somebody_else_changed_meanwhile_is_not_overwritten(house: House) -> None:
    zhao = await house.login(ZHAO)
    _, made = await save(zhao, "问候", "您好。", shared=True)
    address = f"/api/v1/canned/{made['id']}"
    body = {"title": "问候", "text": "您好呀。", "shared": True, "revision": 1}
    async with zhao.put(address, json=body, headers=HEADERS) as response:
        assert (await response.json())["revision"] == 2
    async with zhao.put(address, json=body, headers=HEADERS) as response:
        assert (response.status, (await response.json())["code"]) == (409, "canned_changed")
    for revision, status in (("1", 409), ("x", 422), ("2", 204), ("2", 404)):
        removal = f"{address}/removal?revision={revision}"
        async with zhao.post(removal, headers=HEADERS) as response:
            assert response.status == status


async def test_anothers_own_text_is_as_unknown_as_none(house: House) -> None:
    lina, wang = await house.login(LINA), await house.login(WANG)
    _, made = await save(lina, "我的", "您好。")
    body = {"title": "改", "text": "改。", "revision": 1}
    async with wang.put(f"/api/v1/canned/{made['id']}", json=body, headers=HEADERS) as response:
        assert response.status == 404


async def test_the_last_message_is_answered_by_suggestions_with_their_score(house: House) -> None:
    agent, shopper, conversation = await taken(house)
    client = house.staff_clients[0]
    text = "多久发货呢"
    house.bot.answers = {**house.bot.answers, text: understood("shipping_time", 0.82, nothing=0.1)}
    await shopper.say(text)
    await agent.message("shopper")
    async with client.get(f"/api/v1/conversations/{conversation}/suggestions") as response:
        found = await response.json()
    assert [(one["entry"], one["text"], one["score"]) for one in found["suggestions"]] == [
        ("shipping_time", "现货 48 小时内发出。", 0.82)
    ]
    assert house.bot.besides[-1].reading_only
    house.bot.down = True
    async with client.get(f"/api/v1/conversations/{conversation}/suggestions") as response:
        found = await response.json()
    assert (found["suggestions"], found["why_none"]) == ([], "bot_away")


def picture() -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (40, 30), "#c39a5c").save(out, "PNG")
    return out.getvalue()


async def test_an_agent_shows_an_image_of_their_own_and_no_other(house: House) -> None:
    agent, shopper, conversation = await taken(house)
    client = house.staff_clients[0]
    epoch = (await house.store.thread(conversation)).conversation.epoch
    headers = {**HEADERS, "Content-Type": "image/png"}
    async with client.post("/api/v1/staff/uploads", data=picture(), headers=headers) as response:
        assert response.status == 201
        upload = (await response.json())["upload"]
    reply = {"conversation": conversation, "epoch": epoch, "text": ""}
    await agent.send("reply", client_id="agent-0001", upload=upload, **reply)
    shown = await shopper.message("agent")
    assert (shown["body"]["image"]["id"], shown["body"]["text"]) == (upload, "")
    await agent.send("reply", client_id="agent-0002", upload="f" * 40, **reply)
    assert (await agent.error())["code"] == "invalid_upload"
    await agent.send("reply", client_id="agent-0003", **reply)
    assert (await agent.error())["code"] == "invalid_text"
    async with client.post("/api/v1/staff/uploads", data=b"no image", headers=headers) as response:
        assert response.status == 422


async def test_an_agent_shows_an_order_of_the_shoppers_and_of_nobody_else(house: House) -> None:
    agent = await house.staff(LINA)
    shopper = await house.shopper(await house.demo_token("xiaoman"))
    await shopper.say("转人工")
    conversation = (await agent.until("handoff.queued"))["card"]["conversation"]["id"]
    await agent.send("accept", conversation=conversation)
    await agent.until("conversation.assigned")
    epoch = (await house.store.thread(conversation)).conversation.epoch
    reply = {"conversation": conversation, "epoch": epoch, "text": "是这一单吗？"}
    await agent.send("reply", client_id="agent-0001", order="JN2611160003", **reply)
    card = (await shopper.message("agent"))["body"]["card"]
    assert card["number"] == "JN2611160003"
    await agent.send("reply", client_id="agent-0002", order="JN0000000000", **reply)
    assert (await agent.error())["code"] == "not_found"
