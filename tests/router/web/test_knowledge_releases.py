"""The editors' REST edge: plans, publishing, diffs and rolling back."""

import asyncio
from typing import Any

import pytest

from knowledge_base.misses import Miss, MissReason
from knowledge_base.publishing import insert_revisions
from knowledge_base.runs import ModelMove, Phase, RunState, Trigger
from knowledge_base.runs_store import RunsStore
from router.web.keys import EDITOR_DESK
from tests.router.harness import House, entry, understood
from tests.router.web.editors import AN, BO, Console, body


@pytest.fixture
async def console(house: House) -> Console:
    return await Console.of(house, AN)


async def add(console: Console, key: str = "gift_wrap", title: str = "能包装成礼物吗") -> None:
    """Approve a new entry."""
    await console.save(key, body(key, title))
    await console.ready(key, 1)


async def publish(console: Console, live: int, **facts: Any) -> dict[str, Any]:
    return await console.post("publish", {"note": "礼物包装", "live": live, **facts})


async def test_nothing_is_published_while_nothing_changed(console: Console) -> None:
    plan = await console.get("publish")
    assert not plan["ready"]
    assert [one["code"] for one in plan["blockers"]] == ["nothing_to_publish"]
    refused = await console.post("publish", {"note": "又一次", "live": 1}, status=409)
    assert refused["code"] == "nothing_to_publish"


async def test_a_plan_shows_the_diff_and_what_waits_then_publishing_makes_it_live(
    console: Console, house: House
) -> None:
    await add(console)
    await console.save("opening_hours", body("opening_hours", "几点关门"))
    plan = await console.get("publish")
    assert plan["ready"]
    assert [entry["key"] for entry in plan["diff"]["added"]] == ["gift_wrap"]
    assert [row["key"] for row in plan["waiting"]] == ["opening_hours"]
    moved = await publish(console, 1)
    assert moved["release"] == 2
    view = await console.get("")
    assert (view["live"]["number"], view["unpublished"], view["open_edits"]) == (2, 0, 1)
    assert view["run"]["id"] == moved["run"]
    assert view["run"]["state"] == "asked"
    listed = (await console.get("releases"))["releases"]
    assert [(one["number"], one["live"], one["author"]) for one in listed] == [
        (2, True, AN.login),
        (1, False, "test"),
    ]
    release = await house.services.knowledge.release()
    assert release.entry("gift_wrap").title == "能包装成礼物吗"


async def test_entries_that_contradict_each_other_block_publishing(
    console: Console, house: House
) -> None:
    # Two approved at the same moment are not held against each other.
    edits = [(entry(key, "能包装成礼物吗", "可以。"), False) for key in ("gift_wrap", "gift_box")]
    async with house.database.writing() as connection:
        await insert_revisions(connection, edits, {}, author="an", reason="", at=house.clock())
    plan = await console.get("publish")
    assert not plan["ready"]
    (blocker,) = plan["blockers"]
    assert (blocker["code"], blocker["entry"]) == ("invalid_entry", "gift_box")
    assert "也是条目「gift_wrap」的相似问" in blocker["findings"][0]["what"]
    refused = await console.post("publish", {"note": "硬发", "live": 1}, status=422)
    assert refused["code"] == "invalid_entries"
    assert (await console.get(""))["live"]["number"] == 1


async def test_entries_past_their_dates_are_warnings_of_the_plan(console: Console) -> None:
    ended = body("gift_wrap", "能包装成礼物吗") | {"valid_until": "2026-01-31"}
    await console.save("gift_wrap", ended)
    await console.ready("gift_wrap", 1)
    plan = await console.get("publish")
    assert plan["ready"]
    assert ("date_ended", "gift_wrap") in [(one["code"], one["entry"]) for one in plan["warnings"]]
    (row,) = (await console.get("entries", only="dated"))["entries"]
    assert (row["key"], row["dated"]) == ("gift_wrap", "ended")


async def test_of_two_who_publish_at_once_one_gets_through_and_the_other_is_told(
    house: House,
) -> None:
    an, bo = await Console.of(house, AN), await Console.of(house, BO)
    await add(an)
    wanted = {"note": "同时", "live": 1}

    async def tries(console: Console) -> tuple[int, dict[str, Any]]:
        headers = {"X-Jieli": "1"}
        url = "/api/v1/kb/publish"
        async with console.client.post(url, json=wanted, headers=headers) as response:
            return response.status, await response.json()

    outcomes = await asyncio.gather(*(tries(one) for one in (an, bo, an, bo)))
    assert sorted(status for status, _ in outcomes) == [200, 409, 409, 409]
    refused = [told for status, told in outcomes if status == 409]
    assert {told["code"] for told in refused} == {"publish_conflict"}
    assert "别的发布上线了" in refused[0]["detail"]
    assert len((await an.get("releases"))["releases"]) == 2


async def test_publishing_over_a_release_nobody_looked_at_is_a_conflict(console: Console) -> None:
    await add(console)
    await publish(console, 1)
    await add(console, "opening_hours", "几点关门")
    refused = await console.post("publish", {"note": "没看", "live": 1}, status=409)
    assert refused["code"] == "publish_conflict"
    await publish(console, 2)


async def test_publishing_while_a_training_goes_on_is_taken_by_the_next_one(
    console: Console, house: House
) -> None:
    runs = RunsStore(house.database)
    await runs.begin(
        None,
        trigger=Trigger.NIGHTLY,
        author="night",
        holder="h",
        at=house.clock(),
        lease_seconds=60,
    )
    await add(console)
    moved = await publish(console, 1)
    asked = await runs.asked()
    assert asked is not None
    assert (moved["release"], moved["run"]) == (2, asked.id)


async def test_a_publication_without_a_note_is_refused(console: Console) -> None:
    await add(console)
    refused = await console.post("publish", {"note": "  ", "live": 1}, status=422)
    assert "发布说明" in refused["detail"]


async def test_a_diff_shows_fields_phrasings_and_answers_by_condition(console: Console) -> None:
    shipping = (await console.get("entries/shipping_time"))["current"]["entry"]
    shipping["title"] = "啥时候发货"
    shipping["phrasings"][1] = "几号发出"
    gold = {"tier": ["gold"], "starts": "2026-12-01"}
    shipping["answers"].append({"text": "金卡当天发。", "condition": gold})
    await console.save("shipping_time", shipping, base=1)
    await console.ready("shipping_time", 2)
    await publish(console, 1, retrain=False)
    diff = await console.get("releases/2/diff")
    (change,) = diff["changed"]
    assert change["fields"] == [{"name": "title", "before": "什么时候发货", "after": "啥时候发货"}]
    assert change["phrasings"] == {"added": ["几号发出"], "removed": ["什么时候发货呢"]}
    (answer,) = change["answers"]
    assert answer["condition"] == "会员等级：金卡；2026-12-01 起"
    assert (answer["before"], answer["after"]["text"]) == (None, "金卡当天发。")
    backwards = await console.get("releases/1/diff", against="2")
    assert backwards["changed"][0]["phrasings"]["added"] == ["什么时候发货呢"]
    await console.get("releases/9/diff", status=404)


async def test_a_roll_back_answers_at_once_and_opens_its_misses_again(
    console: Console, house: House
) -> None:
    await add(console)
    miss = Miss(
        "m1",
        "c1",
        1,
        MissReason.LOW_CONFIDENCE,
        "礼物能包吗",
        None,
        0.2,
        (),
        None,
        1,
        "r000001-test",
        house.clock(),
    )
    await house.store.keep_miss(miss)
    filed = await console.post(
        "misses", {"type": "add_wordings", "misses": ["m1"], "entry": "gift_wrap"}
    )
    await console.ready("gift_wrap", filed["revision"])
    await publish(console, 1)
    house.bot.answers = {**house.bot.answers, "礼物能包吗": understood("gift_wrap")}
    desk = house.client.app[EDITOR_DESK]
    desk.prover.soon("night", None)
    await desk.prover.idle()
    (cured,) = (await console.get("misses", state="cured"))["misses"]
    assert (cured["proof"], cured["claimed_by_release"]) == ("得到 gift_wrap（0.95）", 2)
    rolled = await console.post("roll_back", {"release": 1})
    assert rolled["release"] == 1
    assert rolled["model"] is None
    assert (await console.get(""))["live"]["number"] == 1
    await desk.prover.idle()
    (opened,) = (await console.get("misses", state="open"))["misses"]
    assert opened["changes"][-1]["move"] == "reopened"


async def test_a_roll_back_wants_the_newest_model_of_that_release(
    console: Console, house: House
) -> None:
    runs, at = RunsStore(house.database), house.clock()
    for release, model in ((1, "r000001-a"), (2, "r000002-b")):
        run = await runs.begin(
            None, trigger=Trigger.COMMAND, author="x", holder="h", at=at, lease_seconds=60
        )
        await runs.phase(run.id, Phase.TRAIN, None, release=release, model=model)
        await runs.end(run.id, RunState.PROMOTED, "", at, b"{}")
        await runs.want(model, move=ModelMove.PROMOTE, author="x", at=at)
        await runs.promoted(model, "http://127.0.0.1:1", None, None, at)
    await add(console)
    await publish(console, 1)
    listed = (await console.get("releases"))["releases"]
    assert [one["models"] for one in listed] == [["r000002-b"], ["r000001-a"]]
    rolled = await console.post("roll_back", {})
    assert rolled["model"] == "r000001-a"
    assert (await runs.serving()).wanted == "r000001-a"


async def test_rolling_back_where_there_is_nothing_before_is_refused(console: Console) -> None:
    refused = await console.post("roll_back", {}, status=404)
    assert refused["code"] == "unknown_release"
    await console.post("roll_back", {"release": 7}, status=404)
