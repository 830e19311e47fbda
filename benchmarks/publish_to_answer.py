"""How long an editor waits: from publishing one changed entry to its first right answer.

    python -m benchmarks.publish_to_answer [--entries 1000] [--phrasings 12] [--out R]

A whole stack serves a generated knowledge base. An editor adds wordings of a new word to one
entry, over the REST of the console, and publishes with training. A new shopper then asks a
wording that was not added, again and again, until the new model's answer comes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.generate import generate, write
from router.replay.client import ShopperClient, open_session, read_back
from router.settings import ROOT
from router.supervise.claims import free_port

START_SECONDS = 900.0
ANSWER_SECONDS = 400.0
EDITOR = "zhaomin"
ADDED = (
    "小彩虹计划怎么参加",
    "小彩虹计划是啥呀",
    "咋加入小彩虹",
    "听说有个小彩虹计划",
    "小彩虹能报名不",
)
ASKED = "你们那个小彩虹计划要怎么报名参加啊"
NEW_ANSWER = "小彩虹计划在会员中心报名，满 18 岁就能参加。"


def main() -> None:
    """Measure once and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--phrasings", type=int, default=12)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jieli-publish-") as folder:
        measured = asyncio.run(_measure(Path(folder), given.entries, given.phrasings))
    text = json.dumps(measured, ensure_ascii=False, indent=1)
    print(text)
    if given.out:
        given.out.write_text(text + "\n", "utf-8")


async def _measure(folder: Path, entries: int, phrasings: int) -> dict[str, Any]:
    generated = generate(entries, phrasings)
    write(generated, folder / "generated")
    data = folder / "data"
    knowledge = folder / "generated" / "knowledge"
    await asyncio.to_thread(_jieli, data, "migrate")
    await asyncio.to_thread(
        _jieli, data, "kb", "import", str(knowledge), "--publish", "generated knowledge"
    )
    with _stack(data) as (url, bot):
        timeout = aiohttp.ClientTimeout(total=60)
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=jar) as http:
            began = time.monotonic()
            await _until_answers(http, bot, data)
            first_model = time.monotonic() - began
            editor = _Editor(http, url, data)
            await editor.log_in()
            return {
                "entries": entries,
                "phrasings": phrasings,
                "first_model_seconds": round(first_model, 1),
                **await _publish_and_ask(url, editor, generated.entries[0].key),
            }


async def _publish_and_ask(url: str, editor: _Editor, key: str) -> dict[str, Any]:
    before = (await editor.get("kb"))["serving"]["live"]
    page = await editor.get(f"kb/entries/{key}")
    entry = page["current"]["entry"]
    entry["phrasings"] += ADDED
    entry["answers"][0]["text"] = NEW_ANSWER
    body = {"entry": entry, "base": page["current"]["number"], "reason": "a new plan"}
    saved = await editor.send("PUT", f"kb/entries/{key}/draft", body)
    number = saved["revision"]["number"]
    for move in ("submit", "approve"):
        await editor.send("POST", f"kb/entries/{key}/revisions/{number}/{move}", {})
    began = time.monotonic()
    live = (await editor.get("kb"))["live"]["number"]
    moved = await editor.send("POST", "kb/publish", {"note": "measured", "live": live})
    published = time.monotonic() - began
    while not await _answered_rightly(url, str(before)):
        if time.monotonic() - began > ANSWER_SECONDS:
            raise SystemExit(f"no right answer in time: {await editor.get('kb')}")
        await asyncio.sleep(0.5)
    answered = time.monotonic() - began
    runs = (await editor.get("kb/runs"))["runs"]
    run = next(one for one in runs if one["id"] == moved["run"])
    return {
        "publish_seconds": round(published, 2),
        "publish_to_right_answer_seconds": round(answered, 1),
        "phases": {one["phase"]: one["seconds"] for one in run["phases"]},
        "peak_mib": {one["phase"]: one["peak_mib"] for one in run["phases"]},
    }


async def _answered_rightly(url: str, old_model: str) -> bool:
    """Ask once as a shopper nobody has seen: a session of its own brings no cookie along."""
    async with aiohttp.ClientSession() as http:
        token = await open_session(http, url)
        client = ShopperClient(http, url, token)
        async with client.connected():
            said = await client.say(f"bench-{time.monotonic_ns()}", ASKED, within=10)
            await client.until(lambda: client.answered > getattr(said, "seq", 0), within=10)
        messages = await read_back(http, url, token, within=10)
    return any(
        NEW_ANSWER in message.body.text and message.source.model not in (None, old_model)
        for message in messages
    )


class _Editor:
    """An editor's side of the console's REST."""

    def __init__(self, http: aiohttp.ClientSession, url: str, data: Path) -> None:
        self._http = http
        self._url = url
        self._data = data

    async def log_in(self) -> None:
        passwords = json.loads((self._data / "demo_logins.json").read_text("utf-8"))
        body = {"login": EDITOR, "password": passwords[EDITOR]}
        await self.send("POST", "staff/login", body)

    async def get(self, path: str) -> dict[str, Any]:
        return await self.send("GET", path, None)

    async def send(self, method: str, path: str, body: object) -> dict[str, Any]:
        async with self._http.request(
            method, f"{self._url}/api/v1/{path}", json=body, headers={"X-Jieli": "1"}
        ) as response:
            answer: dict[str, Any] = await response.json()
            if response.status >= 400:
                raise SystemExit(f"{method} {path}: {response.status} {answer}")
            return answer


def _jieli(data: Path, *command: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "router", "--data", str(data), *command],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def _stack(data: Path) -> Iterator[tuple[str, str]]:
    port, bot, actions = free_port(), free_port(), free_port()
    options = ["--port", str(port), "--bot-port", str(bot), "--actions-port", str(actions)]
    with (data / "up.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "router", "up", "--demo", "--data", str(data), *options],
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{bot}"
        except BaseException:
            print((data / "up.log").read_text("utf-8", "replace")[-3000:], file=sys.stderr)
            raise
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


async def _until_answers(http: aiohttp.ClientSession, bot: str, data: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    token = data / "service_token"
    while time.monotonic() < deadline:
        headers = {"Authorization": f"Bearer {token.read_text()}"} if token.exists() else {}
        try:
            async with http.get(f"{bot}/webhooks/router/health", headers=headers) as response:
                if response.status == 200:
                    return
        except aiohttp.ClientError:
            pass
        await asyncio.sleep(0.5)
    raise SystemExit("the stack did not come up in time")


if __name__ == "__main__":
    main()
