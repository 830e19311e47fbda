"""From a question to a rating: the shopper, the bot and a human, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Stack
from tests.journeys.moves import SLOW, log_in, open_shop, reply, said, say, seqs

pytestmark = pytest.mark.journey


def test_a_shopper_is_answered_by_the_bot_and_handed_to_a_human_with_nothing_lost(
    stack: Stack, shopper_page: Page, desk_page: Page
) -> None:
    shopper, desk = shopper_page, desk_page
    log_in(desk, stack)
    open_shop(shopper, stack, "xiaoman")
    expect(shopper.get_by_test_id("jieli-preset").first).to_be_visible(timeout=SLOW)
    assert shopper.get_by_test_id("jieli-preset").count() <= 4

    say(shopper, "什么时候发货")
    expect(said(shopper, "bot").last).to_contain_text("48 小时", timeout=SLOW)
    say(shopper, "JN2611210001 到哪了")
    expect(said(shopper, "bot").last).to_contain_text("中通", timeout=SLOW)

    say(shopper, "转人工")
    card = desk.get_by_test_id("desk-queue-card").first
    expect(card).to_be_visible(timeout=SLOW)
    card.click()
    desk.get_by_test_id("desk-accept").first.click()
    expect(desk.get_by_test_id("desk-brief")).to_contain_text("什么时候发货", timeout=SLOW)
    expect(said(shopper, "system").last).to_contain_text("李娜", timeout=SLOW)

    reply(desk, "你好，我来帮你看这个包裹。")
    expect(said(shopper, "agent").last).to_contain_text("我来帮你看", timeout=SLOW)
    shopper.reload()
    if not shopper.get_by_test_id("jieli-input").is_visible():
        shopper.get_by_test_id("jieli-bubble").click()
    expect(said(shopper, "agent").last).to_contain_text("我来帮你看", timeout=SLOW)

    say(shopper, "要送礼的，能快点吗")
    expect(desk.locator('[data-testid="desk-message"]').last).to_contain_text(
        "要送礼的", timeout=SLOW
    )
    shopper.context.set_offline(True)
    say(shopper, "断网时写的话")
    reply(desk, "我催一下快递。")
    shopper.wait_for_timeout(1_500)
    shopper.context.set_offline(False)
    expect(said(shopper, "agent").last).to_contain_text("我催一下", timeout=SLOW)
    desk_texts = desk.locator('[data-testid="desk-message"]')
    expect(desk_texts.filter(has_text="断网时写的话")).to_have_count(1, timeout=SLOW)

    shopper.reload()
    if not shopper.get_by_test_id("jieli-input").is_visible():
        shopper.get_by_test_id("jieli-bubble").click()
    mine = said(shopper, "shopper")
    expect(mine.filter(has_text="断网时写的话")).to_have_count(1, timeout=SLOW)
    numbers = seqs(shopper)
    assert numbers == list(range(1, len(numbers) + 1))

    desk.get_by_test_id("desk-resolve").click()
    desk.locator("[data-cause=product]").check(timeout=SLOW)
    confirm = desk.get_by_test_id("desk-confirm")
    confirm.click(timeout=SLOW)
    # After the time to take it back, and a quiet while.
    expect(shopper.get_by_test_id("jieli-rating")).to_be_visible(timeout=3 * SLOW)
    shopper.get_by_test_id("jieli-rate-5").click()
    shopper.get_by_test_id("jieli-rate-submit").click()
    expect(shopper.get_by_test_id("jieli-rate-submit")).to_have_count(0, timeout=SLOW)


def test_markup_a_shopper_types_is_shown_as_text_on_both_pages(
    stack: Stack, shopper_page: Page, desk_page: Page
) -> None:
    attack = '<img src=x onerror="document.title=1"><b>hi</b>'
    log_in(desk_page, stack, "wangqiang")
    open_shop(shopper_page, stack)
    say(shopper_page, attack)
    expect(said(shopper_page, "shopper").last).to_contain_text(attack, timeout=SLOW)
    say(shopper_page, "转人工")
    desk_page.get_by_test_id("desk-queue-card").first.click(timeout=SLOW)
    thread = desk_page.get_by_test_id("desk-thread")
    expect(thread).to_contain_text(attack, timeout=SLOW)
    assert shopper_page.title() != "1"
    assert desk_page.title() != "1"
    desk_page.get_by_test_id("desk-accept").first.click()
    desk_page.get_by_test_id("desk-return").click(timeout=SLOW)
    desk_page.get_by_test_id("desk-confirm").click(timeout=SLOW)


def test_a_return_can_be_left_at_any_step_and_is_made_in_three(
    stack: Stack, shopper_page: Page
) -> None:
    page = shopper_page
    open_shop(page, stack, "linan")
    latest = said(page, "bot").last
    say(page, "我要退货")
    expect(latest).to_contain_text("为什么要退", timeout=SLOW)
    say(page, "算了不退了")
    expect(latest).not_to_contain_text("为什么要退", timeout=SLOW)
    say(page, "申请退货")
    expect(latest).to_contain_text("为什么要退", timeout=SLOW)
    say(page, "怎么开发票")
    expect(latest).to_contain_text("电子普通发票", timeout=SLOW)
    say(page, "我要退货")
    latest.get_by_test_id("jieli-button").filter(has_text="尺码不合适").click(timeout=SLOW)
    expect(latest).to_contain_text("取件", timeout=SLOW)
    latest.get_by_test_id("jieli-button").filter(has_text="上午").click()
    expect(latest).to_contain_text("退货单号", timeout=SLOW)
