"""The real bot for contract tests: trained once a session, with its action server."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.fake_router import TOKEN, FakeRouter, Weather

ROOT = Path(__file__).resolve().parents[2]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
EXPORT = Path(__file__).parent / "export"
MODEL = "r000007-20261122T080000"
_START_SECONDS = 90


@dataclass(frozen=True)
class Trained:
    """The trained package and the progress lines that training printed."""

    package: Path
    lines: list[dict[str, Any]]


def free_port() -> int:
    """Return a port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(router: FakeRouter) -> dict[str, str]:
    """Return the environment of the bot's processes."""
    own = {"JIELI_SERVICE_TOKEN": TOKEN, "JIELI_ROUTER_URL": router.url, "OMP_NUM_THREADS": "1"}
    return {**os.environ, **own}


@contextlib.contextmanager
def process(arguments: list[str], log: Path, env: dict[str, str]) -> Iterator[None]:
    """Run a module of the bot's environment until the block ends."""
    with log.open("wb") as output:
        running = subprocess.Popen(
            [BOT_PYTHON, "-m", *arguments], cwd=ROOT, env=env, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def wait_for_port(port: int, log: Path) -> None:
    """Wait until something listens on `port`; fail with the log when nothing does."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail(f"nothing listens on {port}: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def router() -> Iterator[FakeRouter]:
    if not BOT_PYTHON.exists():
        pytest.skip("the bot's environment is not installed")
    fake = FakeRouter()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, router: FakeRouter) -> Trained:
    package = tmp_path_factory.mktemp("models") / f"{MODEL}.tar.gz"
    done = subprocess.run(
        [BOT_PYTHON, "-m", "bot.train", "--export", EXPORT, "--out", package, "--name", MODEL],
        cwd=ROOT,
        env=environment(router),
        capture_output=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    return Trained(package, [json.loads(line) for line in done.stdout.splitlines()])


@pytest.fixture(scope="session")
def bot_url(
    trained: Trained, router: FakeRouter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    actions, port, logs = free_port(), free_port(), tmp_path_factory.mktemp("logs")
    env = environment(router)
    serve = ["bot.serve", "--model", str(trained.package), "--port", str(port)]
    serve += ["--actions-url", f"http://127.0.0.1:{actions}/webhook"]
    with (
        process(
            ["rasa_sdk", "--actions", "bot.actions", "--port", str(actions)],
            logs / "actions.log",
            env,
        ),
        process(serve, logs / "bot.log", env),
    ):
        wait_for_port(actions, logs / "actions.log")
        wait_for_port(port, logs / "bot.log")
        yield f"http://127.0.0.1:{port}/webhooks/router"


@dataclass
class Chat:
    """One conversation with the bot, as the router holds it."""

    session: aiohttp.ClientSession
    url: str
    name: str
    shopper: str | None
    numbers: Iterator[int]

    async def post(self, path: str, body: Any, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"}
        async with self.session.post(self.url + path, data=data, headers=headers) as response:
            return response.status, await response.json(content_type=None)

    def ask(self, text: str, **more: Any) -> dict[str, Any]:
        return {
            "conversation": self.name,
            "message": f"{self.name}-{next(self.numbers)}",
            "text": text,
            "shopper": self.shopper,
            "order": None,
            "locale": "zh-CN",
            **more,
        }

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        status, answer = await self.post("/webhook", self.ask(text, **more))
        assert status == 200, answer
        return answer


_names = count(1)


@pytest.fixture
async def chat(bot_url: str, router: FakeRouter) -> AsyncIterator[Chat]:
    """A fresh conversation of a fresh shopper, who has no orders yet."""
    number = next(_names)
    router.weather = Weather.FINE
    router.calls.clear()
    router.done.clear()
    router.refunds.clear()
    router.refusals.clear()
    async with aiohttp.ClientSession() as session:
        yield Chat(session, bot_url, f"c{number}", f"shopper{number}", count(1))
    router.weather = Weather.FINE
