"""What the bot missed: answered by a human, filed by an editor, trained, proven, taken back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import PHONE, WIDE, Stack
from tests.journeys.moves import SLOW, give_password, log_in, open_shop, reply, said, say

pytestmark = pytest.mark.journey

ASKED = ("能带狗狗进门店逛吗", "宠物可以进你们门店不", "抱着猫咪能进店里试戴吗")
UNSEEN = "我家小狗能跟我一起进店吗"
ANSWER = "小型宠物抱着或放在包里可以进店，大型犬请拴在门口，店员会帮您照看。"
KEY = "store_pets"
TRAINED = 240_000


@contextmanager
def page_of(browser: Browser, size: dict[str, int]) -> Iterator[Page]:
    """Open a browser window of its own: another person on another device."""
    context = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    try:
        yield context.new_page()
    finally:
        context.close()


def ask_and_be_helped_by_a_human(browser: Browser, stack: Stack, desk: Page, text: str) -> None:
    with page_of(browser, PHONE) as shopper:
        open_shop(shopper, stack)
        say(shopper, text)
        expect(said(shopper, "bot").last).to_be_visible(timeout=SLOW)
        say(shopper, "转人工")
        card = desk.get_by_test_id("desk-queue-card").filter(has_text="转人工").first
        card.click(timeout=SLOW)
        desk.get_by_test_id("desk-accept").first.click(timeout=SLOW)
        expect(desk.get_by_test_id("desk-input")).to_be_editable(timeout=SLOW)
        reply(desk, ANSWER)
        expect(said(shopper, "agent").last).to_contain_text(ANSWER, timeout=SLOW)
        desk.get_by_test_id("desk-resolve").click()
        desk.locator("[data-cause=product]").check(timeout=SLOW)
        desk.get_by_test_id("desk-confirm").click(timeout=SLOW)
        expect(said(shopper, "system").last).to_contain_text("结束", timeout=SLOW)


def answer_to(browser: Browser, stack: Stack, text: str) -> str:
    """Ask as somebody new, and give what the bot says."""
    with page_of(browser, PHONE) as shopper:
        open_shop(shopper, stack)
        before = said(shopper, "bot").count()
        say(shopper, text)
        expect(said(shopper, "bot").nth(before)).to_be_visible(timeout=SLOW)
        return said(shopper, "bot").nth(before).inner_text()


def cluster_of(editor: Page, text: str) -> Locator:
    return editor.get_by_test_id("kb-cluster").filter(has_text=text)


def confirm(page: Page) -> None:
    page.get_by_test_id("desk-confirm").locator("visible=true").click(timeout=SLOW)


def test_what_the_bot_missed_is_learnt_proven_and_taken_back(
    stack: Stack, browser: Browser
) -> None:
    with page_of(browser, WIDE) as desk, page_of(browser, WIDE) as editor:
        log_in(desk, stack)
        for text in ASKED:
            ask_and_be_helped_by_a_human(browser, stack, desk, text)

        give_password(editor, stack, "zhaomin")
        cluster = cluster_of(editor, ASKED[0])
        expect(cluster).to_have_count(1, timeout=SLOW)
        for text in ASKED[1:]:
            expect(cluster).to_contain_text(text)

        release = editor.get_by_test_id("kb-live-release").get_attribute("data-release")
        cluster.get_by_test_id("kb-cluster-new-entry").click()
        expect(editor.get_by_test_id("kb-answer-text").first).to_have_value(re.compile(ANSWER[:8]))
        wordings = editor.get_by_test_id("kb-phrasings")
        for text in ASKED:
            expect(wordings).to_have_value(re.compile(text))
        editor.get_by_test_id("kb-key").fill(KEY)
        editor.get_by_test_id("kb-title").fill("能带宠物进店吗")
        editor.get_by_test_id("kb-category").select_option(label="门店")
        wordings.fill("\n".join([*ASKED, "可以带宠物进店吗", "狗能进店不", "店里让带猫吗"]))
        expect(editor.get_by_test_id("kb-publish-open")).to_be_visible()
        editor.get_by_test_id("kb-approve").click()
        expect(editor.get_by_test_id("kb-revision-state")).to_have_attribute(
            "data-state", "approved", timeout=SLOW
        )

        editor.get_by_test_id("kb-publish-open").click()
        publish = editor.get_by_test_id("kb-publish")
        expect(publish).to_be_disabled()
        editor.get_by_test_id("kb-publish-note").fill("三位顾客问宠物能不能进店")
        expect(publish).to_be_enabled(timeout=SLOW)
        publish.click()
        expect(editor.get_by_test_id("kb-published")).to_be_visible(timeout=SLOW)
        editor.keyboard.press("Escape")
        run = editor.get_by_test_id("kb-run-state")
        expect(run).to_have_attribute("data-state", "promoted", timeout=TRAINED)

        assert ANSWER in answer_to(browser, stack, UNSEEN)

        editor.goto(f"{stack.url}/desk/knowledge/e/{KEY}")
        editor.get_by_test_id("kb-tab-misses").click(timeout=SLOW)
        misses = editor.get_by_test_id("kb-miss")
        for text in ASKED:
            one = misses.filter(has_text=text)
            expect(one.first).to_have_attribute("data-state", "cured", timeout=SLOW)
        expect(editor.locator('[data-testid="kb-miss"][data-state="open"]')).to_have_count(0)

        editor.get_by_test_id("kb-roll-back").click()
        expect(editor.get_by_test_id("kb-roll-back-to")).to_have_value(str(release), timeout=SLOW)
        confirm(editor)
        expect(editor.get_by_test_id("kb-live-release")).to_have_attribute(
            "data-release", str(release), timeout=SLOW
        )
        assert ANSWER not in answer_to(browser, stack, UNSEEN)
        expect(misses.filter(has_text=ASKED[0]).first).to_have_attribute(
            "data-state", "open", timeout=60_000
        )
