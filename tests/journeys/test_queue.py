"""Handoffs come to the agent: an offer with its countdown, taken and passed by key alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.moves import SLOW, log_in, open_shop, said, say

pytestmark = pytest.mark.journey


def test_an_offer_is_passed_and_taken_with_the_keyboard_alone(
    stack: Stack, shopper_page: Page, desk_page: Page
) -> None:
    shopper, desk = shopper_page, desk_page
    log_in(desk, stack)
    expect(desk.get_by_test_id("desk-turn")).to_contain_text("按顺序派单", timeout=SLOW)
    open_shop(shopper, stack, "xiaoman")
    say(shopper, "转人工")

    offer = desk.get_by_test_id("desk-offer")
    expect(offer).to_contain_text("轮到你", timeout=SLOW)
    expect(desk.get_by_test_id("desk-offer-left")).to_contain_text("秒")
    desk.keyboard.press("Alt+KeyD")
    expect(offer).to_have_count(0, timeout=SLOW)
    expect(desk.get_by_test_id("desk-queue-card")).to_have_count(1)

    say(shopper, "在吗")
    desk.keyboard.press("Alt+KeyA")
    expect(said(shopper, "system").last).to_contain_text("李娜", timeout=SLOW)
    expect(desk.get_by_test_id("desk-input")).to_be_visible(timeout=SLOW)
    desk.keyboard.press("Alt+KeyI")
    desk.keyboard.type("在的，请讲。")
    desk.keyboard.press("Enter")
    expect(said(shopper, "agent").last).to_contain_text("请讲", timeout=SLOW)
