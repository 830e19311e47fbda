"""The editors' REST edge: entries, drafts, reviews, checks; who may, and what is refused."""

from typing import Any

import pytest

from tests.router.harness import House
from tests.router.web.editors import AN, BO, LINA, ZHOU, Console, body


@pytest.fixture
async def console(house: House) -> Console:
    return await Console.of(house, AN)


async def test_the_list_shows_what_is_live_and_what_is_being_edited(console: Console) -> None:
    listed = await console.get("entries")
    assert [row["key"] for row in listed["entries"]][:2] == ["shipping_time", "shipping_fee"]
    assert {row["state"] for row in listed["entries"]} == {"live"}
    await console.save("gift_wrap", body("gift_wrap", "能包装成礼物吗"))
    (edited,) = (await console.get("entries", only="edited"))["entries"]
    assert (edited["key"], edited["edit"], edited["edit_by"]) == ("gift_wrap", "draft", AN.login)
    assert (await console.get("entries", only="unpublished"))["entries"] == []
    await console.ready("gift_wrap", 1)
    (new,) = (await console.get("entries", only="unpublished"))["entries"]
    assert (new["key"], new["state"]) == ("gift_wrap", "new")


@pytest.mark.parametrize("query", ["发货", "什么时候能发货", "fahuo", "shipping_time"])
async def test_search_finds_entries_by_words_characters_pinyin_and_key(
    console: Console, query: str
) -> None:
    found = (await console.get("entries", query=query))["entries"]
    assert found[0]["key"] == "shipping_time"
    assert found[0]["found"]


async def test_a_draft_is_reviewed_approved_and_kept_with_its_history(console: Console) -> None:
    page = await console.get("entries/shipping_time")
    assert page["current"]["number"] == page["live"]["number"] == 1
    entry = page["current"]["entry"]
    entry["answers"][0]["text"] = "现货当天发出。"
    saved = await console.save("shipping_time", entry, base=1, reason="改得更准")
    assert saved["revision"]["state"] == "draft"
    await console.post("entries/shipping_time/revisions/2/submit", {"reason": "请看"})
    await console.post("entries/shipping_time/revisions/2/approve", {})
    page = await console.get("entries/shipping_time")
    assert [one["number"] for one in page["history"]] == [2, 1]
    assert [move["state"] for move in page["approved"]["moves"]] == ["in_review", "approved"]
    assert page["approved"]["reason"] == "改得更准"
    assert page["live"]["number"] == 1


async def test_saves_while_typing_are_one_line_of_the_history(console: Console) -> None:
    entry = (await console.get("entries/shipping_time"))["current"]["entry"]
    base = 1
    for text in ("现", "现货", "现货当天", "现货当天发出。"):
        entry["answers"][0]["text"] = text
        base = (await console.save("shipping_time", entry, base=base))["revision"]["number"]
    page = await console.get("entries/shipping_time")
    assert [one["number"] for one in page["history"]] == [5, 1]
    assert page["current"]["entry"]["answers"][0]["text"] == "现货当天发出。"


async def test_a_rejection_needs_a_reason_and_the_draft_can_be_taken_up_again(
    console: Console,
) -> None:
    await console.save("gift_wrap", body("gift_wrap", "能包装成礼物吗"))
    refused = await console.post("entries/gift_wrap/revisions/1/reject", {}, status=422)
    assert (refused["code"], refused["detail"][:5]) == ("reason_missing", "退回要写原")
    rejected = await console.post("entries/gift_wrap/revisions/1/reject", {"reason": "太短"})
    assert rejected["state"] == "rejected"
    again = await console.save("gift_wrap", body("gift_wrap", "能包装成礼物吗"), base=1)
    assert again["revision"]["number"] == 2


async def test_the_second_of_two_editors_sees_the_other_edit_and_merges(house: House) -> None:
    an, bo = await Console.of(house, AN), await Console.of(house, BO)
    mine = (await an.get("entries/shipping_time"))["current"]["entry"]
    theirs = (await bo.get("entries/shipping_time"))["current"]["entry"]
    theirs["answers"][0]["text"] = "现货当天发出。"
    theirs["phrasings"].append("几号发货呀")
    await bo.save("shipping_time", theirs, base=1)
    mine["answers"][0]["text"] = "现货两天内发出。"
    mine["phrasings"].append("多会儿发货")
    conflict = await an.save("shipping_time", mine, base=1, status=409)
    assert conflict["code"] == "edit_conflict"
    assert conflict["newer"]["author"] == BO.login
    assert BO.login in conflict["detail"]
    (clash,) = conflict["clashes"]
    assert (clash["mine"], clash["theirs"]) == ("现货两天内发出。", "现货当天发出。")
    merged = conflict["merged"]
    assert {"几号发货呀", "多会儿发货"} <= set(merged["phrasings"])
    number = conflict["newer"]["number"]
    saved = await an.save("shipping_time", merged, base=number)
    assert saved["revision"]["base"] == number


async def test_two_first_drafts_of_one_key_meet_and_nothing_is_lost(house: House) -> None:
    an, bo = await Console.of(house, AN), await Console.of(house, BO)
    await bo.save("gift_wrap", body("gift_wrap", "能包装成礼物吗", "可以免费包装。"))
    entry = body("gift_wrap", "送礼包装怎么收费", "礼盒十元。")
    conflict = await an.save("gift_wrap", entry, status=409)
    assert conflict["newer"]["entry"]["title"] == "能包装成礼物吗"
    assert set(conflict["merged"]["phrasings"]) == {
        *entry["phrasings"],
        *conflict["newer"]["entry"]["phrasings"],
    }
    assert {clash["field"] for clash in conflict["clashes"]} >= {"title"}


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("no phrasings", {"phrasings": []}, "phrasings", "还没有相似问"),
    ("one character", {"phrasings": ["包", "能包装吗"]}, "phrasings[0]", "「包」只有一个字"),
    ("another's phrasing", {"phrasings": ["运费怎么算"]}, "phrasings[0]", "shipping_fee"),
    (
        "html",
        {"answers": [{"text": "<b>可以</b>，见<a href='x'>这里</a>"}]},
        "answers[0].text",
        "含有 HTML",
    ),
    ("markdown", {"answers": [{"text": "**可以**"}]}, "answers[0].text", "Markdown"),
    (
        "script without end",
        {"answers": [{"text": "<img src=x onerror=a"}]},
        "answers[0].text",
        "HTML",
    ),
    (
        "same condition twice",
        {"answers": [{"text": "一"}, {"text": "二"}]},
        "answers[1].condition",
        "出现了两次",
    ),
    (
        "contradicting by store and tier",
        {
            "answers": [
                {"text": "一"},
                {"text": "二", "condition": {"store": ["online"]}},
                {"text": "三", "condition": {"tier": ["gold"]}},
            ]
        },
        "answers[2].condition",
        "一样具体",
    ),
    (
        "unknown value",
        {"answers": [{"text": "一"}, {"text": "二", "condition": {"tier": ["platinum"]}}]},
        "answers[1].condition.tier",
        "未知的会员等级",
    ),
    (
        "dangling button",
        {"answers": [{"text": "一", "buttons": [{"title": "看", "entry": "nowhere"}]}]},
        "answers[0].buttons[0].entry",
        "没有条目「nowhere」",
    ),
    (
        "circular button",
        {"answers": [{"text": "一", "buttons": [{"title": "看", "entry": "gift_wrap"}]}]},
        "answers[0].buttons[0]",
        "指回了本条",
    ),
    (
        "unknown flow",
        {"answers": [{"text": "一", "buttons": [{"title": "看", "flow": "fly"}]}]},
        "answers[0].buttons[0].flow",
        "没有流程",
    ),
]


@pytest.mark.parametrize(
    ("facts", "field", "what"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG]
)
async def test_a_wrong_entry_is_kept_as_a_draft_shown_where_it_is_wrong_and_not_approved(
    console: Console, facts: dict[str, Any], field: str, what: str
) -> None:
    entry = body("gift_wrap", "能包装成礼物吗") | facts
    saved = await console.save("gift_wrap", entry)
    errors = {one["field"]: one["what"] for one in saved["findings"] if one["level"] == "error"}
    assert what in errors[field]
    checked = await console.post("check", {"entry": entry})
    assert checked["findings"] == saved["findings"]
    refused = await console.post("entries/gift_wrap/revisions/1/ready", {}, status=422)
    assert refused["code"] == "invalid_entries"
    assert what in refused["detail"]


async def test_a_phrasing_nearer_to_another_entry_is_a_warning_with_both_and_the_margin(
    console: Console,
) -> None:
    entry = body("gift_wrap", "能包装成礼物吗")
    entry["phrasings"] = ["能不能包装", "可以包装成礼物", "什么时候发货呀"]
    checked = await console.post("check", {"entry": entry})
    (stray,) = [one["stray"] for one in checked["findings"] if one["stray"]]
    assert (stray["other"], stray["other_title"]) == ("shipping_time", "什么时候发货")
    assert stray["margin"] == pytest.approx(stray["other_similarity"] - stray["own_similarity"])
    assert all(one["level"] == "warning" for one in checked["findings"])


async def test_removing_an_entry_others_lead_to_is_refused(console: Console) -> None:
    entry = body("gift_wrap", "能包装成礼物吗")
    entry["answers"][0]["buttons"] = [{"title": "运费", "entry": "shipping_fee"}]
    await console.save("gift_wrap", entry)
    await console.ready("gift_wrap", 1)
    fee = (await console.get("entries/shipping_fee"))["current"]["entry"]
    saved = await console.save("shipping_fee", fee, base=1, removal=True)
    assert [one["level"] for one in saved["findings"]] == ["error"]
    await console.post("entries/shipping_fee/revisions/2/ready", {}, status=422)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"answers": [{"text": "一", "condition": {"weather": ["rain"]}}]}, "weather"),
        ({"colour": "red"}, "colour"),
        ({"phrasings": "一句"}, "array"),
        ({"valid_from": "昨天"}, "date"),
        ({"title": "长" * 501}, "500"),
    ],
)
async def test_a_body_with_unknown_fields_or_wrong_types_says_where(
    console: Console, entry: dict[str, Any], why: str
) -> None:
    wanted = {"entry": body("gift_wrap", "包装") | entry}
    refused = await console.put("entries/gift_wrap/draft", wanted, status=422)
    assert refused["code"] == "malformed"
    assert why in refused["detail"]


async def test_an_entry_of_a_megabyte_is_refused_and_a_large_one_is_not(console: Console) -> None:
    entry = body("gift_wrap", "能包装成礼物吗")
    entry["phrasings"] = [f"第{number}种问法能不能包装" for number in range(2_000)]
    await console.save("gift_wrap", entry)
    entry["phrasings"] = ["长" * 400] * 1_000
    refused = await console.put("entries/gift_wrap/draft", {"entry": entry}, status=422)
    assert "1000000" in refused["detail"]


async def test_a_key_that_is_none_or_differs_is_refused(console: Console) -> None:
    refused = await console.save("Gift-Wrap", body("Gift-Wrap", "包装"), status=422)
    assert "不能作为标识" in refused["detail"]
    await console.put("entries/one_key/draft", {"entry": body("another", "包装")}, status=422)


async def test_what_is_not_there_is_404_in_chinese_or_english(console: Console) -> None:
    missing = await console.get("entries/nothing", status=404)
    assert (missing["code"], missing["detail"][:4]) == ("unknown_entry", "没有条目")
    missing = await console.get("entries/nothing", status=404, language="en-GB,en")
    assert missing["detail"].startswith("There is no entry")
    await console.post("entries/shipping_time/revisions/9/submit", {}, status=404)
    again = await console.post("entries/shipping_time/revisions/1/submit", {}, status=409)
    assert again["code"] == "illegal_revision_move"


async def test_only_editors_change_supervisors_look_and_others_see_nothing(house: House) -> None:
    supervisor, agent = await Console.of(house, ZHOU), await Console.of(house, LINA)
    await supervisor.get("entries")
    await supervisor.put("entries/a/draft", {"entry": body("a", "啊啊")}, status=403)
    for path in ("", "entries", "entries/shipping_time", "releases", "publish", "inbox"):
        assert (await agent.get(path, status=403))["code"] == "forbidden"
    async with house.client.get("/api/v1/kb/entries") as response:
        assert response.status == 401


async def test_a_forged_request_of_another_site_is_refused(console: Console) -> None:
    for headers in ({}, {"X-Jieli": "1", "Origin": "https://elsewhere.example"}):
        async with console.client.post("/api/v1/kb/runs", headers=headers) as response:
            assert response.status == 403
