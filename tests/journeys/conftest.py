"""The whole stack as `make demo` runs it, and a real Chromium in front of it."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from router.settings import ROOT
from router.store import care_tables, case_tables, clock_tables, queue_tables, tables
from tests.conftest import missing

CHROMIUM = os.environ.get("JIELI_CHROMIUM") or shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UP_SECONDS = 420
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Stack:
    """A running demo."""

    url: str
    data: Path

    def password(self, login: str) -> str:
        passwords = json.loads((self.data / "demo_logins.json").read_text("utf-8"))
        return str(passwords[login])


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for one in sockets:
        one.close()
    return ports


def answers(url: str, token: Path | None = None) -> bool:
    request = urllib.request.Request(url)
    if token is not None:
        if not token.exists():
            return False
        request.add_header("Authorization", f"Bearer {token.read_text('utf-8')}")
    try:
        with urllib.request.urlopen(request, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Stack]:
    """Start `jieli up --demo` on a fresh data folder and wait until the bot answers.

    JIELI_STACK="URL DATA" takes one that runs already.
    """
    if "JIELI_STACK" in os.environ:
        url, folder = os.environ["JIELI_STACK"].split()
        yield Stack(url, Path(folder))
        return
    if not CHROMIUM:
        missing("there is no chromium on PATH (or in JIELI_CHROMIUM)")
    data = tmp_path_factory.mktemp("journeys")
    (data / "mood").symlink_to(pytestconfig.cache.mkdir("mood"))
    port, bot, actions = free_ports(3)
    log = (data / "up.log").open("w")
    options = ["--port", str(port), "--bot-port", str(bot), "--actions-port", str(actions)]
    process = subprocess.Popen(
        [sys.executable, "-m", "router", "up", "--demo", "--data", str(data), *options],
        cwd=ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + UP_SECONDS
    health = f"http://127.0.0.1:{bot}/webhooks/router/health"
    while not (answers(f"{url}/api/v1/health") and answers(health, data / "service_token")):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("the stack did not come up:\n" + (data / "up.log").read_text()[-4000:])
        time.sleep(0.5)
    yield Stack(url, data)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


DESK_TABLES = [
    table.name
    for module in (tables, case_tables, clock_tables, queue_tables, care_tables)
    for table in vars(module).values()
    if isinstance(table, sa.Table)
    and table not in (tables.staff, tables.staff_sessions, case_tables.canned_responses)
]


@pytest.fixture(autouse=True)
def empty_desk(stack: Stack) -> None:
    """Let every journey begin with shoppers nobody knows and a desk where nothing waits."""
    if "JIELI_STACK" in os.environ:
        return
    with closing(sqlite3.connect(stack.data / "jieli.db", timeout=20)) as database, database:
        for name in DESK_TABLES:
            database.execute(f'DELETE FROM "{name}"')


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        missing("there is no chromium on PATH (or in JIELI_CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def shopper_page(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, PHONE)


@pytest.fixture
def desk_page(browser: Browser) -> Iterator[Page]:
    yield from _page(browser, WIDE)


def _page(browser: Browser, size: dict[str, int]) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
