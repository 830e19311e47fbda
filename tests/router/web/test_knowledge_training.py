"""The editors' REST edge: the console's frame, runs, models and the try-it box."""

import pytest

from knowledge_base.database import Database
from knowledge_base.runs import ModelMove, Phase, PhaseTime, RunState, Trigger
from knowledge_base.runs_store import RunsStore
from tests.fakes.bot import FakeBot, reads
from tests.router.harness import House
from tests.router.web.editors import AN, ZHOU, Console, body


@pytest.fixture
async def console(house: House) -> Console:
    return await Console.of(house, AN)


async def test_the_frame_of_the_console_has_everything_at_a_glance(console: Console) -> None:
    view = await console.get("")
    assert (view["live"]["number"], view["unpublished"], view["open_misses"]) == (1, 0, 0)
    assert view["run"] is None
    assert view["serving"]["kept"] is False
    assert view["timezone"] == "Asia/Shanghai"
    assert {"value": "gold", "title": "金卡"} in view["vocabulary"]["tier"]
    assert {"value": "发货物流", "title": "发货物流"} in view["vocabulary"]["category"]


async def test_one_training_is_asked_for_and_shown(console: Console, house: House) -> None:
    asked = await console.post("runs", {}, status=202)
    assert (asked["state"], asked["trigger"], asked["author"]) == ("asked", "console", AN.login)
    again = await console.post("runs", {}, status=202)
    assert again["id"] == asked["id"]
    runs = RunsStore(house.database)
    await _begin(house.database, house, asked["id"])
    refused = await console.post("runs", {}, status=409)
    assert refused["code"] == "run_goes_on"
    assert "还在进行" in refused["detail"]
    await runs.phase(asked["id"], Phase.TRAIN, PhaseTime(Phase.EXPORT, 0.5), release=1)
    (one,) = (await console.get("runs"))["runs"]
    assert (one["state"], one["phase"]) == ("running", "train")
    assert one["phases"] == [{"phase": "export", "seconds": 0.5, "peak_mib": None}]
    assert (await console.get(""))["run"]["id"] == asked["id"]


async def test_a_report_is_given_as_it_was_written(console: Console, house: House) -> None:
    asked = await console.post("runs", {}, status=202)
    await _begin(house.database, house, asked["id"])
    missing = await console.get(f"runs/{asked['id']}/report", status=404)
    assert missing["code"] == "no_report"
    runs = RunsStore(house.database)
    await runs.end(asked["id"], RunState.KEPT, "一项没过", house.clock(), b'{"passed":false}')
    assert await console.get(f"runs/{asked['id']}/report") == {"passed": False}
    (one,) = (await console.get("runs"))["runs"]
    assert (one["state"], one["why"], one["reported"]) == ("kept", "一项没过", True)
    assert (await console.get("runs/none/report", status=404))["code"] == "unknown_run"


async def test_a_run_whose_process_died_is_shown_as_abandoned(
    console: Console, house: House
) -> None:
    asked = await console.post("runs", {}, status=202)
    await _begin(house.database, house, asked["id"])
    house.clock.forward(minutes=5)
    assert (await console.get(""))["run"]["state"] == "abandoned"
    await console.post("runs", {}, status=202)


async def test_the_model_before_is_wanted_again_and_an_unknown_one_is_refused(
    console: Console, house: House
) -> None:
    refused = await console.post("model", {}, status=404)
    assert refused["code"] == "unknown_model"
    await _serve(house, "r000001-a", "r000001-b")
    wanted = await console.post("model", {}, status=202)
    assert (wanted["live"], wanted["wanted"]) == ("r000001-b", "r000001-a")
    assert (await console.get("model"))["wanted"] == "r000001-a"
    unknown = await console.post("model", {"model": "r9"}, status=404)
    assert "r9" in unknown["detail"]


async def test_trying_a_text_shows_reading_ranking_decision_and_answer(
    console: Console, house: House
) -> None:
    before = len(await house.store.list_staff())
    tried = await console.post("try", {"text": "什么时候发货"})
    live = tried["live"]
    assert (live["available"], live["decision"], live["entry"]) == (True, "reply", "shipping_time")
    assert (live["release"], live["model"], live["confidence"]) == (1, "r000001-test", 0.95)
    assert live["answer"]["text"] == "现货 48 小时内发出。"
    assert [one["title"] for one in live["ranking"]] == ["什么时候发货", "运费怎么算"]
    assert all(one["served"] for one in live["ranking"])
    assert tried["candidate"]["answer"] == live["answer"]
    asked = {one.conversation for one in house.bot.asked}
    assert len(asked) == 2
    assert all(name.startswith("try-") for name in asked)
    assert len(await house.store.list_staff()) == before


async def test_a_draft_is_tried_under_a_chosen_shopper_before_it_is_published(
    console: Console,
) -> None:
    draft = body("shipping_time", "什么时候发货", "两天内发。")
    condition = {"tier": ["gold"], "until": "2026-12-31"}
    draft["answers"].append({"text": "金卡当天发。", "condition": condition})
    wanted = {"text": "什么时候发货", "tier": "gold", "draft": draft}
    tried = await console.post("try", wanted | {"on": "2026-12-01"})
    assert tried["live"]["answer"]["text"] == "现货 48 小时内发出。"
    assert tried["candidate"]["answer"]["text"] == "金卡当天发。"
    assert tried["candidate"]["condition"] == "会员等级：金卡；到 2026-12-31 止"
    tried = await console.post("try", wanted | {"on": "2027-01-01"})
    assert tried["candidate"]["answer"]["text"] == "两天内发。"


async def test_the_candidate_model_is_asked_beside_the_live_one(
    console: Console, house: House
) -> None:
    bot = FakeBot(
        {"几时寄": reads("shipping_time", 0.9)}, token=house.settings.service_token, release=2
    )
    async with bot.serving() as url:
        runs = RunsStore(house.database)
        await runs.kept(candidate="r000002-c", candidate_address=url)
        tried = await console.post("try", {"text": "几时寄"})
    assert tried["live"]["entry"] is None
    assert (tried["candidate"]["entry"], tried["candidate"]["decision"]) == (
        "shipping_time",
        "reply",
    )
    assert len(bot.asked) == 1


async def test_what_is_said_of_an_entry_whose_days_are_over_is_not_served(
    console: Console,
) -> None:
    draft = body("shipping_time", "什么时候发货") | {"valid_until": "2026-01-31"}
    tried = await console.post("try", {"text": "什么时候发货", "draft": draft})
    assert tried["live"]["decision"] == "reply"
    assert tried["candidate"]["decision"] != "reply"
    assert [one["served"] for one in tried["candidate"]["ranking"]] == [False, True]


async def test_a_bot_that_is_away_and_a_shopper_who_asks_for_a_human_are_shown(
    console: Console, house: House
) -> None:
    tried = await console.post("try", {"text": "转人工"})
    assert (tried["live"]["decision"], tried["live"]["rule"]) == ("hand_off", "explicit_request")
    assert tried["human_request"] == 1.0
    house.bot.down = True
    tried = await console.post("try", {"text": "什么时候发货"})
    assert (tried["live"]["available"], tried["live"]["why"]) == (False, "down for a test")


async def test_a_flow_that_is_tried_is_forgotten(console: Console, house: House) -> None:
    tried = await console.post("try", {"text": "查物流"})
    assert tried["live"]["decision"] == "reply"
    assert len(house.bot.forgot) == 2
    await console.post("try", {"text": ""}, status=422)


async def test_a_supervisor_may_look_at_training_and_start_none(house: House) -> None:
    supervisor = await Console.of(house, ZHOU)
    await supervisor.get("")
    await supervisor.get("runs")
    for path, wanted in (("runs", {}), ("model", {}), ("try", {"text": "在吗"})):
        await supervisor.post(path, wanted, status=403)


async def _begin(database: Database, house: House, run: str) -> None:
    await RunsStore(database).begin(
        run,
        trigger=Trigger.CONSOLE,
        author="an",
        holder="h",
        at=house.clock(),
        lease_seconds=60,
    )


async def _serve(house: House, *models: str) -> None:
    runs = RunsStore(house.database)
    for model in models:
        at = house.clock()
        await runs.want(model, move=ModelMove.PROMOTE, author="x", at=at)
        await runs.promoted(model, "http://127.0.0.1:1", None, None, at)
