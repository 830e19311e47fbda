"""Suggestions follow page, order state and tier."""

from router.domain.presets import PresetRule, Where, choose

RULES = (
    PresetRule("有什么活动", entry="promo"),
    PresetRule("我的订单到哪了", flow="where_is_my_order", order_state=frozenset({"shipped"})),
    PresetRule("尺码怎么选", entry="size", page=frozenset({"product"})),
    PresetRule("专属顾问", entry="benefits", tier=frozenset({"diamond"})),
    PresetRule("活动还有吗", entry="promo", page=frozenset({"home"})),
    PresetRule("运费", entry="fee"),
    PresetRule("退换", entry="returns"),
)
KNOWN = frozenset({"promo", "size", "benefits", "fee", "returns"})


def titles(where: Where, known: frozenset[str] = KNOWN) -> list[str]:
    return [rule.title for rule in choose(RULES, where, known)]


def test_an_order_under_way_comes_before_the_page_before_the_tier() -> None:
    assert titles(Where("product", "shipped", "diamond"))[:3] == [
        "我的订单到哪了",
        "尺码怎么选",
        "专属顾问",
    ]


def test_never_more_than_four_and_no_entry_twice() -> None:
    shown = titles(Where("home", "shipped", "diamond"))
    assert shown == ["我的订单到哪了", "活动还有吗", "专属顾问", "运费"]


def test_an_entry_that_is_not_live_is_not_suggested() -> None:
    assert titles(Where(), frozenset({"fee"})) == ["运费"]


def test_nothing_known_about_the_shopper_leaves_the_general_ones() -> None:
    assert titles(Where()) == ["有什么活动", "运费", "退换"]
