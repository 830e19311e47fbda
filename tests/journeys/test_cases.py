"""Working a case in a real browser: the keyboard alone, a colleague who accepts, a supervisor."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import WIDE, Stack, _page
from tests.journeys.moves import SLOW, log_in, open_shop, reply, said, say

pytestmark = pytest.mark.journey


@pytest.fixture
def second_page(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, WIDE)


def wait_for_a_human(shopper: Page, stack: Stack, name: str, text: str) -> None:
    """Come to the shop as somebody and ask for a human."""
    open_shop(shopper, stack, name)
    say(shopper, text)
    say(shopper, "转人工")
    expect(said(shopper, "system").last).to_contain_text("人工", timeout=SLOW)


def waiting(desk: Page) -> Locator:
    return desk.get_by_test_id("desk-queue-card").first


def open_conversation(desk: Page, conversation: str) -> None:
    desk.locator(
        f'[data-testid="desk-queue-card"][data-conversation="{conversation}"]'
    ).first.click()


def conversation_of(card: Locator) -> str:
    expect(card).to_be_visible(timeout=SLOW)
    return str(card.get_attribute("data-conversation"))


def test_the_keyboard_alone_accepts_replies_by_slash_and_resolves(
    stack: Stack, shopper_page: Page, desk_page: Page
) -> None:
    shopper, desk = shopper_page, desk_page
    log_in(desk, stack)
    wait_for_a_human(shopper, stack, "xiaoman", "我的戒指戴了两天断了")
    conversation_of(waiting(desk))

    desk.keyboard.press("Alt+a")
    field = desk.get_by_test_id("desk-input")
    expect(field).to_be_focused(timeout=SLOW)
    expect(desk.get_by_test_id("desk-facts")).to_contain_text("断了", timeout=SLOW)

    desk.keyboard.type("请问是什么原因呢？")
    expect(desk.get_by_test_id("desk-known")).to_contain_text("断了", timeout=SLOW)
    desk.keyboard.press("Control+a")
    desk.keyboard.type("/zqaf")
    expect(desk.get_by_test_id("desk-canned").first).to_contain_text("致歉安抚", timeout=SLOW)
    desk.keyboard.press("Enter")
    expect(field).to_have_value(re.compile("小满，给您添麻烦了"), timeout=SLOW)
    desk.keyboard.press("Enter")
    expect(said(shopper, "agent").last).to_contain_text("给您添麻烦了", timeout=SLOW)

    desk.keyboard.press("Alt+r")
    expect(desk.get_by_test_id("desk-causes")).to_be_visible(timeout=SLOW)
    desk.wait_for_timeout(300)
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    expect(desk.get_by_test_id("desk-parting")).to_be_visible(timeout=SLOW)
    desk.keyboard.press("Alt+z")
    expect(desk.get_by_test_id("desk-parting")).to_have_count(0, timeout=SLOW)
    expect(said(shopper, "system").last).not_to_contain_text("结束")

    desk.keyboard.press("Alt+r")
    expect(desk.get_by_test_id("desk-causes")).to_be_visible(timeout=SLOW)
    desk.wait_for_timeout(300)
    desk.keyboard.press("1")
    desk.keyboard.press("Enter")
    expect(said(shopper, "system").last).to_contain_text("结束", timeout=SLOW)


def test_a_colleague_accepts_what_is_sent_and_the_shopper_is_not_asked_again(
    stack: Stack, shopper_page: Page, desk_page: Page, second_page: Page
) -> None:
    shopper, lina, wang = shopper_page, desk_page, second_page
    log_in(lina, stack)
    log_in(wang, stack, "wangqiang")
    wait_for_a_human(shopper, stack, "qiutong", "少发了一条项链")
    conversation = conversation_of(waiting(lina))
    lina.keyboard.press("Alt+a")
    expect(lina.get_by_test_id("desk-input")).to_be_focused(timeout=SLOW)
    lina.keyboard.press("Alt+t")
    lina.locator("[data-target=wangqiang]").check(timeout=SLOW)
    lina.get_by_test_id("desk-transfer-reason").locator("visible=true").fill("要门店核对库存")
    lina.get_by_test_id("desk-confirm").locator("visible=true").click()

    open_conversation(wang, conversation)
    sent = wang.get_by_test_id("desk-sent")
    expect(sent).to_contain_text("要门店核对库存", timeout=SLOW)
    wang.get_by_test_id("desk-take-sent").click()
    expect(said(shopper, "system").last).to_contain_text("王强", timeout=SLOW)
    expect(wang.get_by_test_id("desk-facts")).to_contain_text("少发了一条", timeout=SLOW)
    reply(wang, "库存查到了，今天补寄。")
    expect(said(shopper, "agent").last).to_contain_text("今天补寄", timeout=SLOW)


def test_a_supervisor_whispers_then_takes_over(
    stack: Stack, shopper_page: Page, desk_page: Page, second_page: Page
) -> None:
    shopper, lina, chen = shopper_page, desk_page, second_page
    log_in(lina, stack)
    log_in(chen, stack, "chenjing")
    wait_for_a_human(shopper, stack, "xinyu", "手镯有划痕")
    conversation = conversation_of(waiting(lina))
    open_conversation(chen, conversation)
    lina.keyboard.press("Alt+a")
    expect(lina.get_by_test_id("desk-input")).to_be_focused(timeout=SLOW)

    chen.keyboard.press("Alt+w")
    chen.get_by_test_id("desk-input").fill("可以给他免费抛光")
    chen.get_by_test_id("desk-send").click()
    whisper = lina.locator('[data-testid="desk-message"][data-visibility="whisper"]')
    expect(whisper).to_contain_text("免费抛光", timeout=SLOW)
    expect(shopper.locator("body")).not_to_contain_text("免费抛光")

    chen.keyboard.press("Alt+o")
    chen.get_by_test_id("desk-confirm").locator("visible=true").click(timeout=SLOW)
    expect(said(shopper, "system").last).to_contain_text("陈静", timeout=SLOW)
    reply(chen, "我是主管陈静，免费为您抛光。")
    expect(said(shopper, "agent").last).to_contain_text("主管陈静", timeout=SLOW)
    expect(lina.locator(".el-message").first).to_contain_text("陈静", timeout=SLOW)
    expect(lina.get_by_test_id("desk-input")).to_be_disabled(timeout=SLOW)


def test_a_supervisor_finds_what_the_bot_answers_and_takes_it_over(
    stack: Stack, shopper_page: Page, desk_page: Page
) -> None:
    shopper, chen = shopper_page, desk_page
    log_in(chen, stack, "chenjing")
    open_shop(shopper, stack, "qiutong")
    say(shopper, "退货的运费谁出")
    expect(said(shopper, "bot").last).to_be_visible(timeout=SLOW)
    chen.get_by_test_id("desk-supervisor").click()
    chen.get_by_test_id("sv-bot-search").fill("运费谁出", timeout=SLOW)
    chen.locator("[data-testid=sv-bot] a").click(timeout=SLOW)
    expect(chen.get_by_test_id("desk-take-over")).to_be_enabled(timeout=SLOW)
    chen.keyboard.press("Alt+o")
    chen.get_by_test_id("desk-confirm").locator("visible=true").click(timeout=SLOW)
    expect(said(shopper, "system").last).to_contain_text("陈静", timeout=SLOW)
    reply(chen, "我是主管陈静，这次的运费店里出。")
    expect(said(shopper, "agent").last).to_contain_text("店里出", timeout=SLOW)
    bot_said = said(shopper, "bot").count()
    say(shopper, "谢谢")
    expect(chen.get_by_test_id("desk-thread")).to_contain_text("谢谢", timeout=SLOW)
    expect(said(shopper, "bot")).to_have_count(bot_said)
