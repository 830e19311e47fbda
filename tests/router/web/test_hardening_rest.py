"""Attacks on pages and bodies: every refusal is {code, detail}."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.database import Database
from router.web import pages
from tests.router.harness import House, running
from tests.router.people import LINA
from tests.router.web.attacks import (
    refusal,
)

# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v1/<script>", 404, "not_found"),
        ("POST", "/api/v1/health", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/staff/me", 405, "method_not_allowed"),
        ("GET", "/api/v1/staff/me", 401, "unauthorized"),
        ("GET", "/api/v1/conversations", 401, "unauthorized"),
        ("GET", "/api/v1/uploads/" + "0" * 40, 404, "not_found"),
        ("GET", "/api/v1/uploads/short", 404, "not_found"),
        ("GET", "/ws/shopper", 400, "malformed"),
        ("GET", "/ws/desk", 401, "unauthorized"),
        ("GET", "/internal/v1/decisions?conversation=x", 401, "unauthorized"),
        ("GET", "/internal/v1/shoppers/xiaoman/orders", 401, "unauthorized"),
        ("GET", "/internal/v1/orders/JN2611210001?shopper=xiaoman", 401, "unauthorized"),
        ("GET", "/internal/v1/pickups", 401, "unauthorized"),
        ("POST", "/internal/v1/operations", 401, "unauthorized"),
        ("POST", "/internal/v1/bot/refresh", 401, "unauthorized"),
    ],
)
async def test_what_is_not_there_or_not_allowed_is_said_in_one_shape(
    house: House, method: str, path: str, status: int, code: str
) -> None:
    async with house.client.request(method, path) as response:
        assert response.status == status
        assert await refusal(response) == code


@pytest.mark.parametrize("app", ["desk", "shop"])
@pytest.mark.parametrize(
    "path",
    [
        "../../../../etc/passwd",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/router/settings.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "..%5c..%5cetc%5cpasswd",
        "assets/%00.js",
        "x" * 4_000,
        "x" * 4_000 + ".js",
    ],
)
async def test_no_path_leads_out_of_the_pages(house: House, app: str, path: str) -> None:
    from yarl import URL

    url = house.client.make_url("/").join(URL(f"/{app}/{path}", encoded=True))
    async with house.client.session.get(url) as response:
        text = await response.text()
        assert response.status in {200, 404}, text
        assert "root:" not in text
        assert "shopper_secret" not in text
        if response.status == 404:
            assert await refusal(response) in {"not_found"}


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have pages that are built, whether or not somebody built them here."""
    dist = tmp_path / "dist"
    for app in ("desk", "shop"):
        (dist / app / "assets").mkdir(parents=True)
        (dist / app / "index.html").write_text(f"<h1>{app}</h1>", "utf-8")
        (dist / app / "assets" / "a-1234.js").write_text("let a", "utf-8")
    (dist / "widget.js").write_text("let jieli", "utf-8")
    (dist / "secret.txt").write_text("not a page", "utf-8")
    monkeypatch.setattr(pages, "DIST", dist)
    return dist


async def test_pages_come_with_headers_that_keep_script_out(house: House, built: Path) -> None:
    for path in ("/", "/desk/", "/desk/history/42", "/shop/", "/desk/assets/a-1234.js"):
        async with house.client.get(path) as response:
            assert response.status == 200, path
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            csp = response.headers["Content-Security-Policy"]
            assert "script-src 'self'" in csp
            assert "object-src 'none'" in csp
            assert "unsafe-eval" not in csp
    async with house.client.get("/widget.js") as response:
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.content_type in {"text/javascript", "application/javascript"}
    async with house.client.get("/desk/../secret.txt") as response:
        assert response.status == 404
    async with house.client.get("/desk/%2e%2e%2fsecret.txt") as response:
        assert response.status == 404
    async with house.client.get("/favicon.ico") as response:
        assert response.status == 204
    async with house.client.get("/desk", allow_redirects=False) as response:
        assert response.headers["Location"] == "/desk/"


async def test_without_built_pages_the_shop_says_how_to_build_them(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "DIST", tmp_path / "nowhere")
    for path in ("/", "/desk/", "/widget.js"):
        async with house.client.get(path) as response:
            assert await refusal(response) == "not_found"


async def test_outside_of_a_demo_there_is_no_demo_shop(sqlite: Database, tmp_path: Path) -> None:
    async with running(sqlite, tmp_path / "data", demo=False) as house:
        async with house.client.get("/", allow_redirects=False) as response:
            assert response.headers["Location"] == "/desk/"
        for path in ("/shop/", "/api/v1/demo/shop"):
            async with house.client.get(path) as response:
                assert await refusal(response) == "not_found"


# --- bodies ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[]", id="an array"),
        pytest.param(b'{"token": 7}', id="a wrong type"),
        pytest.param(b'{"admin": true}', id="an unknown field"),
        pytest.param(b'{"token": "\xff"}', id="no UTF-8"),
        pytest.param(b'{"x": ' + b"[" * 60_000, id="nested without end"),
        pytest.param(b'{"token": "' + b"x" * 70_000 + b'"}', id="too large"),
        pytest.param(b'{"shopper": {"id": "a b", "expires": 1, "signature": ""}}', id="a bad id"),
    ],
)
async def test_a_body_that_is_not_of_the_schema_is_malformed(house: House, body: bytes) -> None:
    async with house.client.post("/api/v1/shopper/session", data=body) as response:
        assert response.status == 422
        assert await refusal(response) == "malformed"


async def test_a_body_that_comes_in_pieces_is_read_whole(house: House) -> None:
    async def pieces() -> Any:
        for piece in (b'{"tok', b'en": n', b"ull}"):
            yield piece
            await asyncio.sleep(0.02)

    async with house.client.post("/api/v1/shopper/session", data=pieces()) as response:
        assert response.status == 200, await response.text()


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("status=open", "resolved"),
        ("before=yesterday", "ISO 8601"),
        ("before=2026-11-21T04:00:00", "time zone"),
        ("before=0001-01-01T00:00:00%2B14:00", "ISO 8601"),
    ],
)
async def test_a_wrong_question_for_the_history_is_malformed(
    house: House, query: str, word: str
) -> None:
    client = await house.login(LINA)
    async with client.get(f"/api/v1/conversations?{query}") as response:
        assert response.status == 422
        assert word in (await response.json())["detail"]
        assert await refusal(response) == "malformed"


async def test_the_history_lists_what_was_resolved(house: House) -> None:
    client = await house.login(LINA)
    shopper, agent = await house.shopper(), await house.desk(client)
    await shopper.say("转人工")
    conversation = (await agent.until("handoff.queued"))["card"]["conversation"]["id"]
    for move, answer in (("accept", "conversation.assigned"), ("resolve", "conversation.left")):
        await agent.send(move, conversation=conversation)
        await agent.until(answer)
    url = "/api/v1/conversations?status=resolved&before="
    for before, found in (("2999-01-01T00:00:00Z", [conversation]), ("2001-01-01T00:00:00Z", [])):
        async with client.get(url + before) as response:
            cards = (await response.json())["conversations"]
            assert [card["conversation"]["id"] for card in cards] == found


# --- our own processes -------------------------------------------------------------------------


async def test_the_action_server_reads_only_orders_of_the_named_shopper(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.settings.service_token}"}
    own, foreign = "JN2611210001", "JN2611230005"
    async with house.client.get(
        "/internal/v1/shoppers/xiaoman/orders", headers=headers
    ) as response:
        assert own in [order["number"] for order in (await response.json())["orders"]]
    for number, shopper, status in ((own, "xiaoman", 200), (foreign, "xiaoman", 404)):
        async with house.client.get(
            f"/internal/v1/orders/{number}?shopper={shopper}", headers=headers
        ) as response:
            assert response.status == status
    wanted = {"operation": "apply_for_return", "shopper": "xiaoman", "reason": "changed_mind"}
    wanted["pickup"] = "明天"
    for number, key, status, code in (
        ("JN2611160003", "key-00001", 200, None),
        ("JN2611160003", "key-00001", 200, None),
        ("JN2611160003", "key-00002", 409, "shop_refused"),
        (foreign, "key-00003", 404, "not_found"),
        ("JN2611160003", "short", 422, "malformed"),
    ):
        async with house.client.post(
            "/internal/v1/operations",
            json={"key": key, "operation": {**wanted, "order": number}},
            headers=headers,
        ) as response:
            assert response.status == status
            assert (await response.json()).get("code") == code


async def test_the_decisions_of_a_conversation_are_for_our_own_processes(house: House) -> None:
    shopper = await house.shopper()
    await shopper.say("什么时候发货")
    conversation = (await shopper.message("bot"))["conversation"]
    headers = {"Authorization": f"Bearer {house.settings.service_token}"}
    async with house.client.get(
        f"/internal/v1/decisions?conversation={conversation}", headers=headers
    ) as response:
        body = await response.json()
    assert [line["rule"] for line in body["decisions"]] == ["confident"]
    assert body["misses"] == 0


async def test_the_bots_are_told_when_couriers_come(house: House) -> None:
    token = {"Authorization": f"Bearer {house.settings.service_token}"}
    async with house.client.get("/internal/v1/pickups", headers=token) as response:
        told = await response.json()
    assert told["today"] == house.services.today().isoformat()
    assert len(told["days"]) == 7
    assert (told["morning"], told["afternoon"]) == (
        ["09:00:00", "12:00:00"],
        ["13:00:00", "18:00:00"],
    )


async def test_health_tells_of_the_bot_the_release_and_the_shop(house: House) -> None:
    house.bot.down = True
    async with house.client.get("/api/v1/health") as response:
        assert await response.json() == {
            "status": "ok",
            "bot": "unavailable",
            "release": 1,
            "shop": "available",
        }


async def test_a_fault_inside_is_said_without_its_trace(house: House) -> None:
    house.services.knowledge._store = None
    async with house.client.get("/api/v1/health") as response:
        assert response.status == 500
        assert await refusal(response) == "internal"
    await house.store.close()
    async with house.client.post(
        "/api/v1/uploads", headers={"Authorization": "Basic eDp5"}
    ) as response:
        assert await refusal(response) == "unauthorized"
