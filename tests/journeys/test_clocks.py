"""Out of hours to the next shift: a night's ticket is served before who comes fresh."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from router.settings import ROOT
from tests.journeys.conftest import PHONE, Stack, answers, free_ports
from tests.journeys.moves import SLOW, give_password, log_in, open_shop, said, say

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

HOUSE = (ROOT / "router" / "policy.toml").read_text("utf-8")
UP_SECONDS = 150


@dataclass(frozen=True, slots=True)
class Shop:
    """A router of its own whose hours the test sets; a human needs no bot."""

    stack: Stack
    policy: Path

    def open_from(self, minutes: int) -> None:
        """Let the desk open in so many minutes, for an hour."""
        opens = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
        hours = f"{opens:%H:%M}-{opens + dt.timedelta(hours=1):%H:%M}"
        # The shift may run over midnight, the day before it must not.
        self.policy.write_text(
            f'{HOUSE}\n[hours]\nzone = "UTC"\nevery_day = ["{hours}"]\n', "utf-8"
        )

    def open_always(self) -> None:
        """Let the desk open now: the file is taken up without a restart."""
        self.policy.write_text(HOUSE, "utf-8")


@pytest.fixture
def shop(stack: Stack, tmp_path: Path) -> Iterator[Shop]:
    # The mood model of the big stack is taken: training one more takes its time.
    shutil.copytree(stack.data / "mood", tmp_path / "mood")
    (port,) = free_ports(1)
    policy = tmp_path / "policy.toml"
    url = f"http://127.0.0.1:{port}"
    made = Shop(Stack(url, tmp_path), policy)
    made.open_from(180)
    command = [sys.executable, "-m", "router", "--data", str(tmp_path), "serve", "--demo"]
    log = (tmp_path / "serve.log").open("w")
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "JIELI_POLICY": str(policy)},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    deadline = time.monotonic() + UP_SECONDS
    while not answers(f"{url}/api/v1/health"):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("the router did not come up:\n" + (tmp_path / "serve.log").read_text())
        time.sleep(0.2)
    yield made
    process.send_signal(signal.SIGINT)
    process.wait(20)


def test_a_night_becomes_a_ticket_that_the_next_shift_gets_first(
    shop: Shop, browser: Browser, shopper_page: Page, desk_page: Page
) -> None:
    night = shopper_page
    open_shop(night, shop.stack, "xiaoman")
    say(night, "转人工")
    expect(said(night, "system").last).to_contain_text("下班", timeout=SLOW)
    night.get_by_test_id("jieli-leave").click()
    night.get_by_test_id("jieli-leave-text").fill("戒指想改圈口")
    night.get_by_test_id("jieli-leave-phone").fill("12345")
    night.get_by_test_id("jieli-leave-send").click()
    expect(night.get_by_text("这个电话号码不对")).to_be_visible(timeout=SLOW)
    night.get_by_test_id("jieli-leave").click()
    night.get_by_test_id("jieli-leave-text").fill("戒指想改圈口")
    night.get_by_test_id("jieli-leave-phone").fill("138 0000 1234")
    night.get_by_test_id("jieli-leave-send").click()
    expect(said(night, "shopper").last).to_contain_text("138****1234", timeout=SLOW)
    expect(said(night, "system").last).to_contain_text("回电", timeout=SLOW)

    desk = desk_page
    log_in(desk, shop.stack)
    expect(desk.get_by_test_id("desk-queue-card")).to_have_count(0)

    shop.open_always()
    expect(said(night, "system").last).to_contain_text("上班了", timeout=SLOW)
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    fresh = context.new_page()
    open_shop(fresh, shop.stack, "xinyu")
    say(fresh, "转人工")
    expect(fresh.get_by_test_id("jieli-place")).to_have_attribute("data-place", "2", timeout=SLOW)
    expect(night.get_by_test_id("jieli-place")).to_have_attribute("data-place", "1")
    # The place is the shopper's, not the page's.
    night.reload()
    if not night.get_by_test_id("jieli-input").is_visible():
        night.get_by_test_id("jieli-bubble").click()
    expect(night.get_by_test_id("jieli-place")).to_have_attribute("data-place", "1", timeout=SLOW)

    first = desk.get_by_test_id("desk-queue-card").first
    expect(first).to_contain_text("13800001234", timeout=SLOW)
    desk.get_by_test_id("desk-accept").first.click()
    expect(said(night, "system").last).to_contain_text("李娜", timeout=SLOW)
    expect(desk.get_by_test_id("desk-mine-card").get_by_test_id("desk-clock")).to_be_visible()
    context.close()


def test_a_supervisor_sees_who_waits_how_long_and_what_is_late(
    shop: Shop, shopper_page: Page, desk_page: Page
) -> None:
    shop.open_always()
    give_password(desk_page, shop.stack, "chenjing")
    desk_page.get_by_test_id("desk-supervisor").click(timeout=SLOW)
    expect(desk_page.get_by_test_id("supervisor")).to_be_visible(timeout=SLOW)
    open_shop(shopper_page, shop.stack)
    say(shopper_page, "你们就是骗子，气死我了，转人工")
    expect(desk_page.get_by_test_id("sv-queue-row")).to_have_count(1, timeout=SLOW)
    expect(desk_page.get_by_test_id("sv-clock").first).to_be_visible(timeout=SLOW)
