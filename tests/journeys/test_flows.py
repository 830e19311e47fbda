"""A shopper moves an order's address and cancels it, by words and by buttons, without a human."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.moves import SLOW, open_shop, said, say

pytestmark = pytest.mark.journey

NUMBER = "JN2611230005"


def test_an_order_is_sent_elsewhere_and_then_cancelled(stack: Stack, shopper_page: Page) -> None:
    shopper = shopper_page
    open_shop(shopper, stack, "qiutong")
    bot = said(shopper, "bot")
    say(shopper, "帮我改收货地址")
    expect(bot.last).to_contain_text("要改哪一笔", timeout=SLOW)
    bot.last.get_by_role("button", name="收腰针织连衣裙").click()
    expect(bot.last).to_contain_text("现在寄到：秋桐 138****0002", timeout=SLOW)
    say(shopper, "苏州市工业园区星湖街 300 号 5 栋 601")
    expect(bot.last).to_contain_text("最后确认一下", timeout=SLOW)
    bot.last.get_by_role("button", name="确认").click()
    expect(bot.last).to_contain_text("改好了", timeout=SLOW)

    say(shopper, f"取消订单 {NUMBER}")
    expect(bot.last).to_contain_text("确认取消", timeout=SLOW)
    bot.last.get_by_role("button", name="确认取消").click()
    expect(bot.last).to_contain_text("528.00 元正在原路退回", timeout=SLOW)
    card = bot.last.get_by_test_id("jieli-order")
    expect(card).to_have_attribute("data-state", "closed")

    say(shopper, f"查一下 {NUMBER} 的退款")
    expect(bot.last).to_contain_text("已经审核通过", timeout=SLOW)
