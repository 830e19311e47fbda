"""What people do on the pages, for the journeys to tell."""

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Stack

SLOW = 20_000


def open_shop(page: Page, stack: Stack, shopper: str | None = None) -> None:
    """Open the shop, as one of its shoppers, and then the bubble: on a phone it covers all."""
    page.goto(f"{stack.url}/")
    if shopper is not None:
        page.get_by_test_id("shop-shopper").click()
        page.get_by_test_id(f"shop-shopper-{shopper}").click()
    page.get_by_test_id("jieli-bubble").click()
    expect(page.get_by_test_id("jieli-input")).to_be_visible(timeout=SLOW)


def say(page: Page, text: str) -> None:
    """Send a message as the shopper."""
    page.get_by_test_id("jieli-input").fill(text)
    page.get_by_test_id("jieli-send").click()


def said(page: Page, sender: str) -> Locator:
    """Find what somebody said, as the shopper sees it."""
    return page.locator(f'[data-testid="jieli-message"][data-sender="{sender}"]')


def seqs(page: Page) -> list[int]:
    """Give the seqs of the messages on the page, as they stand."""
    found = page.locator('[data-testid="jieli-message"][data-seq]')
    return [int(seq) for seq in found.evaluate_all("all => all.map(e => e.dataset.seq)") if seq]


def log_in(page: Page, stack: Stack, login: str = "lina") -> None:
    """Log in to the desk as somebody who takes conversations."""
    give_password(page, stack, login)
    expect(page.get_by_test_id("desk-presence")).to_be_visible(timeout=SLOW)


def give_password(page: Page, stack: Stack, login: str) -> None:
    """Fill in the login page and send it."""
    page.goto(f"{stack.url}/desk/")
    page.get_by_test_id("desk-login").fill(login)
    page.get_by_test_id("desk-password").fill(stack.password(login))
    page.get_by_test_id("desk-submit").click()


def reply(page: Page, text: str) -> None:
    """Send a message as the agent."""
    page.get_by_test_id("desk-input").fill(text)
    page.get_by_test_id("desk-send").click()
