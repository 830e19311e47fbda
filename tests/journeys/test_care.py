"""What happens besides talking: compensation with approval, promises, and a rating made good."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import WIDE, Stack, _page
from tests.journeys.moves import SLOW, give_password, log_in, open_shop, reply, said, say

pytestmark = pytest.mark.journey


@pytest.fixture
def boss_page(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, WIDE)


def take(desk: Page, words: str) -> None:
    """Accept the shopper who said something."""
    desk.get_by_test_id("desk-queue-card").filter(has_text=words).first.click(timeout=SLOW)
    desk.get_by_test_id("desk-accept").first.click()
    expect(desk.get_by_test_id("care-strip")).to_be_visible(timeout=SLOW)


def supervise(page: Page, stack: Stack) -> None:
    """Log in as the supervisor and open their page."""
    give_password(page, stack, "chenjing")
    expect(page.get_by_test_id("desk-connection")).to_be_visible(timeout=SLOW)
    page.goto(f"{stack.url}/desk/supervisor")
    expect(page.get_by_test_id("supervisor")).to_be_visible(timeout=SLOW)


def test_compensation_over_the_limit_is_approved_and_a_low_rating_becomes_a_task(
    stack: Stack, shopper_page: Page, desk_page: Page, boss_page: Page
) -> None:
    shopper, desk, boss = shopper_page, desk_page, boss_page
    log_in(desk, stack)
    supervise(boss, stack)
    open_shop(shopper, stack, "qiutong")
    say(shopper, "转人工")
    take(desk, "秋桐")

    reply(desk, "实在抱歉，2小时内给您回复处理结果。")
    promise = desk.get_by_test_id("care-promise")
    expect(promise).to_contain_text("2小时内给您回复", timeout=SLOW)

    desk.get_by_test_id("care-give").click()
    desk.get_by_test_id("care-order").select_option("")
    desk.get_by_test_id("care-amount").fill("88")
    desk.get_by_test_id("care-reason").fill("包裹丢了，向顾客致歉")
    desk.get_by_test_id("care-send").click()
    strip = desk.get_by_test_id("care-strip")
    expect(strip.get_by_test_id("care-grant")).to_have_attribute(
        "data-state", "requested", timeout=SLOW
    )
    approval = boss.get_by_test_id("care-approval")
    expect(approval).to_contain_text("包裹丢了", timeout=SLOW)
    approval.get_by_test_id("care-approve").click()
    expect(said(shopper, "system").last).to_contain_text("88.00 元优惠券", timeout=SLOW)
    expect(boss.get_by_test_id("care-approval")).to_have_count(0, timeout=SLOW)
    expect(boss.get_by_test_id("care-budget").first).to_contain_text("88", timeout=SLOW)

    promise.click()
    desk.get_by_test_id("care-promise-kept").click()
    expect(said(shopper, "system").last).to_contain_text("已经办好了", timeout=SLOW)

    desk.get_by_test_id("desk-resolve").click()
    desk.locator("[data-cause=logistics]").check(timeout=SLOW)
    desk.get_by_test_id("desk-confirm").click(timeout=SLOW)
    expect(shopper.get_by_test_id("jieli-rating")).to_be_visible(timeout=60_000)
    shopper.get_by_test_id("jieli-rate-2").click()
    shopper.get_by_test_id("jieli-reason-waited_long").click()
    shopper.get_by_test_id("jieli-rating").locator("textarea").fill("等了太久")
    shopper.get_by_test_id("jieli-rate-submit").click()

    task = boss.get_by_test_id("care-task").first
    expect(task).to_contain_text("等了太久", timeout=SLOW)
    task.get_by_test_id("care-take").click()
    task.get_by_test_id("care-done").click(timeout=SLOW)
    task.get_by_test_id("care-outcome").fill("已致电道歉，顾客接受")
    task.get_by_test_id("care-finish").click()
    expect(task).to_have_attribute("data-state", "done", timeout=SLOW)
