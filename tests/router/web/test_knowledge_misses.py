"""The editors' REST edge: the misses inbox, from clusters to one action each."""

import datetime as dt
from typing import Any

import pytest

from knowledge_base.misses import Miss, MissReason
from router.web.keys import EDITOR_DESK
from tests.router.harness import House, understood
from tests.router.web.editors import AN, BO, ZHOU, Console, body

RESIZE = ("手镯能改小一点吗", "镯子戴着大能不能改小", "买的手镯圈口大了给改不")


@pytest.fixture
async def console(house: House) -> Console:
    return await Console.of(house, AN)


async def missed(house: House, *texts: str) -> list[str]:
    """Let the bot miss texts, each in a conversation of its own."""
    ids = []
    for text in texts:
        at = house.clock() - dt.timedelta(hours=2)
        ids.append(f"m{len(await house.store.list_staff())}-{text}")
        miss = Miss(
            ids[-1], f"c-{text}", 1, MissReason.HANDED_OFF, text, None, 0.1, (), None, 1, "m", at
        )
        await house.store.keep_miss(miss)
    return ids


async def test_misses_that_ask_the_same_are_one_cluster_and_become_an_entry(
    console: Console, house: House
) -> None:
    ids = await missed(house, *RESIZE, "你们几点关门")
    inbox = await console.get("inbox")
    assert (inbox["open"], inbox["week"]["missed"]) == (4, 4)
    first = inbox["clusters"][0]
    assert set(first["misses"]) == set(ids[:3])
    assert first["size"] == 3
    assert sum(point["turns"] for point in first["trend"]) == 3
    entry = body("bangle_resize", "手镯能不能改圈口", "空心的可以到门店调。")
    entry["phrasings"] = first["examples"]
    drafted = await console.post(
        "misses", {"type": "draft_entry", "misses": first["misses"], "entry": entry}
    )
    assert (drafted["entry"], drafted["revision"]) == ("bangle_resize", 1)
    listed = await console.get("misses", entry="bangle_resize")
    assert listed["total"] == 3
    assert {one["owner"] for one in listed["misses"]} == {AN.login}
    assert {one["intended_title"] for one in listed["misses"]} == {"手镯能不能改圈口"}
    page = await console.get("entries/bangle_resize")
    assert (page["misses_open"], page["misses_cured"]) == (3, 0)


async def test_wordings_added_to_an_entry_name_those_left_out(
    console: Console, house: House
) -> None:
    ids = await missed(house, "几时寄出来", "发", "我是[姓名]几时寄")
    added = await console.post(
        "misses", {"type": "add_wordings", "misses": ids, "entry": "shipping_time"}
    )
    assert (added["revision"], added["added"]) == (2, ["几时寄出来"])
    assert added["left_out"] == ["发（太短）", "我是[姓名]几时寄（含有人名、地址或号码）"]
    page = await console.get("entries/shipping_time")
    assert page["current"]["entry"]["phrasings"][-1] == "几时寄出来"


async def test_an_entry_that_needs_a_human_gets_the_wordings_too(
    console: Console, house: House
) -> None:
    ids = await missed(house, "运费收错了找谁")
    await console.post("misses", {"type": "needs_human", "misses": ids, "entry": "shipping_fee"})
    assert (await console.get("entries/shipping_fee"))["current"]["entry"]["human_only"]


async def test_a_miss_is_dismissed_with_a_reason_and_opened_again(
    console: Console, house: House
) -> None:
    ids = await missed(house, "今天天气不错")
    refused = await console.post(
        "misses", {"type": "dismiss", "misses": ids, "reason": " "}, status=422
    )
    assert refused["code"] == "reason_missing"
    await console.post("misses", {"type": "dismiss", "misses": ids, "reason": "闲聊"})
    assert (await console.get("inbox"))["dismissed"] == 1
    again = await console.post(
        "misses", {"type": "dismiss", "misses": ids, "reason": "闲聊"}, status=409
    )
    assert again["code"] == "illegal_miss_move"
    await console.post("misses", {"type": "reopen", "misses": ids, "reason": "看错了"})
    (one,) = (await console.get("misses", ids=ids[0]))["misses"]
    assert one["state"] == "open"
    assert one["age_hours"] == pytest.approx(2, abs=0.1)
    assert [change["move"] for change in one["changes"]] == ["dismissed", "reopened"]
    assert one["proof"] == ""


async def test_a_miss_somebody_else_meant_for_another_entry_has_to_be_taken_over(
    console: Console, house: House
) -> None:
    ids = await missed(house, "几时寄出来")
    bo = await Console.of(house, BO)
    await bo.post("misses", {"type": "add_wordings", "misses": ids, "entry": "shipping_time"})
    mine = {"type": "add_wordings", "misses": ids, "entry": "shipping_fee"}
    refused = await console.post("misses", mine, status=409)
    assert (refused["code"], BO.login in refused["detail"]) == ("miss_taken", True)
    await console.post("misses", {"type": "assign", "misses": ids, "owner": AN.login})
    await console.post("misses", mine)


async def test_a_replay_shows_what_stole_a_miss(console: Console, house: House) -> None:
    ids = await missed(house, "寄过来多少钱")
    await console.post("misses", {"type": "add_wordings", "misses": ids, "entry": "shipping_fee"})
    house.bot.answers = {**house.bot.answers, "寄过来多少钱": understood("shipping_time", 0.8)}
    prover = house.client.app[EDITOR_DESK].prover
    prover.soon("night", None)
    await prover.idle()
    (one,) = (await console.get("misses", state="open"))["misses"]
    assert (one["stolen_by"], one["proof"]) == ("shipping_time", "被 shipping_time 抢走（0.80）")


async def test_clusters_are_made_once_until_something_they_are_made_of_changes(
    console: Console, house: House
) -> None:
    ids = await missed(house, *RESIZE)
    inbox = house.client.app[EDITOR_DESK].misses.inbox
    await console.get("inbox")
    first = inbox._clustered
    await console.get("inbox")
    assert inbox._clustered is first
    await console.post("misses", {"type": "assign", "misses": ids[:1], "owner": "bo"})
    assert (await console.get("inbox"))["clusters"][0]["owners"] == ["bo"]


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ({"type": "dismiss", "misses": ["nobody"], "reason": "无"}, 404),
        ({"type": "dismiss", "misses": [], "reason": "无"}, 422),
        ({"type": "delete", "misses": ["a"]}, 422),
        ({"misses": ["a"]}, 422),
        ({"type": "assign", "misses": ["a"], "owner": "bo", "colour": "red"}, 422),
    ],
    ids=["unknown miss", "no miss", "unknown action", "no action", "unknown field"],
)
async def test_an_action_that_makes_no_sense_is_refused(
    console: Console, command: dict[str, Any], status: int
) -> None:
    await console.post("misses", command, status=status)


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"limit": "501"}, {"limit": "-1"}, {"offset": "x"}]
)
async def test_a_list_that_cannot_be_is_refused(console: Console, query: dict[str, str]) -> None:
    assert (await console.get("misses", status=422, **query))["code"] == "malformed"


async def test_misses_are_listed_page_by_page_newest_first(console: Console, house: House) -> None:
    await missed(house, *RESIZE)
    page = await console.get("misses", limit="2", offset="1")
    assert [one["text"] for one in page["misses"]] == [RESIZE[1], RESIZE[0]]
    assert page["total"] == 3


async def test_a_supervisor_sees_the_inbox_and_changes_nothing(house: House) -> None:
    supervisor = await Console.of(house, ZHOU)
    ids = await missed(house, "几时寄出来")
    assert (await supervisor.get("inbox"))["open"] == 1
    wanted = {"type": "dismiss", "misses": ids, "reason": "无"}
    assert (await supervisor.post("misses", wanted, status=403))["code"] == "forbidden"
