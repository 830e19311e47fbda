"""What the shop says for a decision: the answer of the circumstances, cards, buttons, places."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.conditions import Condition
from knowledge_base.database import Database
from knowledge_base.entries import Answer, Button, Entry
from tests.router.harness import ENTRIES, House, entry, flowing, running, understood

PLAIN = "满 199 元包邮。"


def depending(key: str, title: str, *special: tuple[str, Condition]) -> Entry:
    """Make an entry that answers `PLAIN` unless a condition holds."""
    answers = (Answer(text=PLAIN), *(Answer(text=text, condition=when) for text, when in special))
    return replace(entry(key, title, PLAIN), answers=answers)


SILVER_UP, GOLD = frozenset({"silver", "gold"}), frozenset({"gold"})
DAYS = Condition(starts=dt.date(2030, 11, 1), until=dt.date(2030, 11, 11))
FEE = depending(
    "shipping_fee",
    "运费怎么算",
    ("银卡起全场包邮。", Condition(tier=SILVER_UP)),
    (
        "金卡首饰保价寄送，免运费。",
        Condition(tier=GOLD, product_line=frozenset({"jewellery"})),
    ),
)
PICK_UP = depending(
    "pick_up", "能自提吗", ("在店里等你。", Condition(store=frozenset({"hangzhou_hubin"})))
)
CHANGE = depending(
    "change", "能改自提吗", ("发货前都能改。", Condition(order_state=frozenset({"paid"})))
)
SALE = depending("sale", "有活动吗", ("双 11 全场包邮。", DAYS))
WHERE = replace(
    entry("order_status", "我的订单呢", "这是你的订单：", category="订单"),
    answers=(
        Answer(
            text="这是你的订单：",
            card="order",
            flow="where_is_my_order",
            buttons=(
                Button("运费怎么算", entry="shipping_fee"),
                Button("门店", url="https://shop.example.com/stores"),
                Button("转人工", say="转人工"),
            ),
        ),
    ),
)
ALL: tuple[Entry, ...] = (
    *(e for e in ENTRIES if e.key != "shipping_fee"),
    FEE,
    PICK_UP,
    CHANGE,
    SALE,
    WHERE,
)
ANSWERS = {
    "运费": understood("shipping_fee"),
    "自提": understood("pick_up"),
    "改自提": understood("change"),
    "活动": understood("sale"),
    "我的订单呢": understood("order_status"),
    "查物流": flowing(
        "订单在路上。",
        "where_is_my_order",
        "done",
        buttons=[{"title": "转人工", "say": "转人工"}],
        card={"kind": "order", "order": "JN2611210001"},
    ),
}


def house_of(database: Database, tmp_path: Path) -> Any:
    return running(database, tmp_path / "data", ANSWERS, ALL)


async def told(house: House, shopper: str | None, text: str, **context: str) -> dict[str, Any]:
    token = await house.demo_token(shopper) if shopper else None
    socket = await house.shopper(token, **context)
    await socket.say(text)
    message: dict[str, Any] = await socket.message("bot")
    return message


@pytest.mark.parametrize(
    ("asked", "shopper", "context", "text"),
    [
        pytest.param("运费", None, {}, PLAIN, id="nobody known"),
        pytest.param("运费", "xiaoman", {}, PLAIN, id="an ordinary shopper"),
        pytest.param("运费", "qiutong", {}, "银卡起全场包邮。", id="a silver card"),
        pytest.param(
            "运费",
            "linan",
            {"order": "JN2611190010"},
            "金卡首饰保价寄送，免运费。",
            id="a gold card and jewels",
        ),
        pytest.param(
            "运费", "linan", {"order": "JN2611210009"}, "银卡起全场包邮。", id="gold and clothes"
        ),
        pytest.param(
            "自提", None, {"store": "hangzhou_hubin"}, "在店里等你。", id="the page of a store"
        ),
        pytest.param("自提", None, {"store": "shanghai"}, PLAIN, id="the page of another"),
        pytest.param(
            "改自提", "zhouyi", {"order": "JN2611210014"}, "发货前都能改。", id="an order's state"
        ),
        pytest.param("改自提", "zhouyi", {"order": "JN2611220013"}, PLAIN, id="another state"),
        pytest.param("改自提", None, {"order": "JN2611210014"}, PLAIN, id="another's order"),
    ],
)
async def test_the_most_specific_answer_of_the_circumstances_is_given(
    sqlite: Database,
    tmp_path: Path,
    asked: str,
    shopper: str | None,
    context: dict[str, str],
    text: str,
) -> None:
    async with house_of(sqlite, tmp_path) as house:
        assert (await told(house, shopper, asked, **context))["body"]["text"] == text


async def test_an_answer_of_certain_days_is_given_on_the_days_of_the_shop(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_of(sqlite, tmp_path) as house:
        house.clock.moment = dt.datetime(2030, 11, 11, 15, 0, tzinfo=dt.UTC)
        assert (await told(house, None, "活动"))["body"]["text"] == "双 11 全场包邮。"
        house.clock.moment = dt.datetime(2030, 11, 11, 16, 0, tzinfo=dt.UTC)
        assert (await told(house, None, "活动"))["body"]["text"] == PLAIN


async def test_an_answer_brings_its_card_its_buttons_and_its_flow(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_of(sqlite, tmp_path) as house:
        body = (await told(house, "xiaoman", "我的订单呢", order="JN2611210001"))["body"]
        assert body["card"]["number"] == "JN2611210001"
        assert body["card"]["state"] == "shipped"
        plain = [{k: v for k, v in b.items() if v is not None} for b in body["buttons"]]
        assert plain == [
            {"title": "运费怎么算", "entry": "shipping_fee"},
            {"title": "门店", "url": "https://shop.example.com/stores"},
            {"title": "转人工", "say": "转人工"},
            {"title": "查物流", "flow": "where_is_my_order"},
        ]
        anonymous = (await told(house, None, "我的订单呢"))["body"]
        assert anonymous["card"] is None


async def test_a_flows_card_is_filled_in_for_its_owner_only(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_of(sqlite, tmp_path) as house:
        own = await told(house, "xiaoman", "查物流")
        assert own["body"]["card"]["number"] == "JN2611210001"
        assert own["body"]["buttons"][0]["say"] == "转人工"
        assert not own["votable"]
        foreign = await told(house, "qiutong", "查物流")
        assert foreign["body"]["card"] is None
        assert foreign["body"]["text"] == "订单在路上。"


async def test_who_comes_later_is_told_how_many_are_ahead(sqlite: Database, tmp_path: Path) -> None:
    async with house_of(sqlite, tmp_path) as house:
        said = []
        for _ in range(3):
            socket = await house.shopper()
            await socket.say("转人工")
            said.append((await socket.message("system"))["body"]["text"])
        assert "下一位" in said[0]
        assert "1" in said[1]
        assert "2" in said[2]
        hurt = await house.shopper()
        await hurt.say("戒指划手受伤了")
        assert "120" in (await hurt.message("system"))["body"]["text"]
        waiting = {h.asked: h for h in await house.store.waiting()}
        assert waiting["戒指划手受伤了"].priority == 3
        assert waiting["戒指划手受伤了"].detail == "injury"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你们是骗子", "抱歉"),
        ("戒指划手受伤了", "120"),
        ("我不想活了", "12356"),
        ("我要起诉你们", "专人"),
        ("转人工", "转接人工"),
    ],
)
async def test_the_reason_of_a_handoff_is_told(
    sqlite: Database, tmp_path: Path, text: str, words: str
) -> None:
    async with house_of(sqlite, tmp_path) as house:
        socket = await house.shopper()
        await socket.say(text)
        assert words in (await socket.message("system"))["body"]["text"]


async def test_an_impatient_shopper_gets_an_apology_the_answer_and_the_offer_of_a_human(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_of(sqlite, tmp_path) as house:
        house.bot.answers = {**ANSWERS, "太慢了，运费呢": understood("shipping_fee")}
        calm = (await told(house, None, "运费"))["body"]
        impatient = (await told(house, None, "太慢了，运费呢"))["body"]
        assert calm["text"] == PLAIN
        assert not calm["buttons"]
        assert impatient["text"] == f"抱歉让你费心了。\n{PLAIN}"
        assert [button["say"] for button in impatient["buttons"]] == ["转人工"]


async def test_a_human_is_not_offered_twice_to_an_impatient_shopper(
    sqlite: Database, tmp_path: Path
) -> None:
    async with house_of(sqlite, tmp_path) as house:
        house.bot.answers = {"太慢了": understood("shipping_fee", 0.3)}
        body = (await told(house, None, "太慢了"))["body"]
        assert body["text"].startswith("抱歉让你费心了。")
        assert [button["title"] for button in body["buttons"]].count("转人工") == 1


async def test_an_english_page_is_spoken_to_in_english(sqlite: Database, tmp_path: Path) -> None:
    async with house_of(sqlite, tmp_path) as house:
        socket = await house.shopper(locale="en")
        assert socket.seen[0]["greeting"].isascii()
        await socket.say("转人工")
        assert (await socket.message("system"))["body"]["text"].isascii()


async def test_a_vip_waits_with_a_higher_priority(sqlite: Database, tmp_path: Path) -> None:
    async with house_of(sqlite, tmp_path) as house:
        for shopper in ("xiaoman", "zhouyi"):
            socket = await house.shopper(await house.demo_token(shopper))
            await socket.say("转人工")
            await socket.message("system")
        priorities = {h.tier: h for h in await house.store.waiting()}
        vip, plain = priorities["diamond"], priorities["ordinary"]
        assert (vip.priority, plain.priority) == (2, 1)
        assert vip.due_at - vip.queued_at == dt.timedelta(minutes=3)
        assert plain.due_at - plain.queued_at == dt.timedelta(minutes=10)
