"""Attacks on pages and REST: every refusal is {code, detail}, and no foreign page gets in."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from knowledge_base.database import Database
from router.accounts import add_staff
from router.identity import sign_shopper
from router.web import pages
from tests.router.harness import PASSWORD, House, Socket, running
from tests.router.people import LINA

SHOP = "https://shop.example.com"
EVIL = "https://evil.example.com"
SCRIPT = "<script>alert(1)</script>"


async def refusal(response: aiohttp.ClientResponse) -> str:
    """Give the code of a refusal, after looking that it is one of the one shape."""
    assert response.content_type == "application/json", await response.text()
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    body = await response.json()
    assert set(body) == {"code", "detail"}
    assert body["detail"]
    assert "Traceback" not in body["detail"]
    return str(body["code"])


def signed(house: House, shopper: str = "qq-1", **fields: Any) -> dict[str, Any]:
    facts = {"name": "", "tier": "", "expires": int(house.clock().timestamp()) + 600} | fields
    secret = house.settings.storefront_secret
    signature = sign_shopper(secret, shopper, facts["name"], facts["tier"], facts["expires"])
    return {"id": shopper, **facts, "signature": signature}


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
        ("POST", "/internal/v1/orders/JN2611210001/return", 401, "unauthorized"),
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


# --- who is who --------------------------------------------------------------------------------


async def test_a_shopper_the_storefront_vouches_for_is_greeted_by_a_name_that_is_only_text(
    house: House,
) -> None:
    shopper = await house.shopper(await house.token(signed(house, name=SCRIPT, tier="gold")))
    welcome = shopper.seen[0]
    assert welcome["shopper_name"] == SCRIPT
    assert SCRIPT in welcome["greeting"]
    agent = await house.staff(LINA)
    await shopper.say("转人工")
    card = (await agent.until("handoff.queued"))["card"]
    assert (card["shopper_name"], card["tier"]) == (SCRIPT, "gold")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"tier": "diamond"}, id="a better tier"),
        pytest.param({"id": "someone-else"}, id="another shopper"),
        pytest.param({"expires": 9_999_999_999}, id="a longer life"),
        pytest.param({"signature": "0" * 64}, id="no signature"),
        pytest.param({"signature": "签名" * 20}, id="a signature that is no hex"),
        pytest.param({"name": "小满\ndiamond"}, id="a name that runs on"),
    ],
)
async def test_a_forged_identity_is_refused(house: House, change: dict[str, Any]) -> None:
    body = {"shopper": signed(house, name="小满", tier="ordinary") | change}
    async with house.client.post("/api/v1/shopper/session", json=body) as response:
        assert response.status == 401
        assert await refusal(response) == "unauthorized"


async def test_an_anonymous_shopper_stays_the_same_by_cookie_or_token(house: House) -> None:
    url = "/api/v1/shopper/session"
    async with house.client.post(url, json={}) as response:
        first, cookie = await response.json(), response.cookies["jieli_shopper"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
    async with house.client.post(url, json={"token": first["token"]}) as response:
        assert (await response.json())["shopper"] == first["shopper"]
    async with house.client.post(
        url, json={}, headers={"Cookie": f"jieli_shopper={cookie.value}"}
    ) as response:
        assert (await response.json())["shopper"] == first["shopper"]
    async with house.client.post(url, json={"token": "forged"}) as response:
        assert (await response.json())["shopper"] != first["shopper"]


async def test_a_signed_token_does_not_make_an_anonymous_session(house: House) -> None:
    token = await house.demo_token("xiaoman")
    async with house.client.post("/api/v1/shopper/session", json={"token": token}) as response:
        body = await response.json()
        assert body["anonymous"]
        assert body["shopper"] != "xiaoman"


async def test_the_demo_signs_in_only_its_own_shoppers(house: House) -> None:
    async with house.client.post("/api/v1/demo/login", json={"shopper": "admin"}) as response:
        assert await refusal(response) == "not_found"
    async with house.client.get("/api/v1/demo/shop") as response:
        assert "phone" not in await response.text()
        assert len((await response.json())["shoppers"]) == 5


# --- origins -----------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [EVIL, "null", "http://[bad", "https://"])
async def test_a_foreign_origin_is_refused_everywhere(house: House, origin: str) -> None:
    client = await house.login(LINA)
    headers = {"Origin": origin, "X-Jieli": "1"}
    for method, path in (
        ("POST", "/api/v1/shopper/session"),
        ("POST", "/api/v1/uploads"),
        ("POST", "/api/v1/staff/login"),
        ("POST", "/api/v1/staff/logout"),
        ("GET", "/ws/shopper"),
        ("GET", "/ws/desk"),
        ("OPTIONS", "/api/v1/shopper/session"),
    ):
        async with client.request(method, path, headers=headers) as response:
            assert response.status == 403, (method, path)
            assert await refusal(response) == "forbidden"
            assert "Access-Control-Allow-Origin" not in response.headers
    for path in ("/ws/shopper", "/ws/desk"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(path, origin=origin)
        assert refused.value.status == 403


async def test_our_own_origin_is_served(house: House) -> None:
    own = str(house.client.make_url("/")).rstrip("/")
    async with house.client.post(
        "/api/v1/shopper/session", json={}, headers={"Origin": own}
    ) as response:
        assert response.status == 200
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_an_allowed_origin_gets_cors_for_the_widget_but_never_the_desk(
    sqlite: Database, tmp_path: Path
) -> None:
    async with running(sqlite, tmp_path / "data", allowed_origins=(SHOP,)) as house:
        headers = {"Origin": SHOP, "X-Jieli": "1"}
        async with house.client.options("/api/v1/uploads", headers=headers) as response:
            assert response.status == 204
            assert response.headers["Access-Control-Allow-Origin"] == SHOP
            assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
            assert response.headers["Vary"] == "Origin"
        async with house.client.post(
            "/api/v1/shopper/session", json={}, headers=headers
        ) as response:
            assert response.status == 200
            assert response.headers["Access-Control-Allow-Origin"] == SHOP
            token = (await response.json())["token"]
        socket = Socket(await house.client.ws_connect("/ws/shopper", origin=SHOP))
        await socket.send("hello", token=token)
        await socket.until("resumed")
        async with house.client.post(
            "/api/v1/staff/login", json={"login": "x", "password": "y"}, headers=headers
        ) as response:
            assert await refusal(response) == "forbidden"
        client = await house.login(LINA)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect("/ws/desk", origin=SHOP)
        assert refused.value.status == 403


async def test_a_form_of_another_page_cannot_log_in_or_out(house: House) -> None:
    client = await house.login(LINA)
    credentials = {"login": LINA.login, "password": PASSWORD}
    for path, body in (("login", credentials), ("logout", {})):
        async with client.post(f"/api/v1/staff/{path}", json=body) as response:
            assert response.status == 403
            assert "X-Jieli" in (await response.json())["detail"]
            assert await refusal(response) == "forbidden"
    async with client.get("/api/v1/staff/me") as response:
        assert response.status == 200


# --- log-in ------------------------------------------------------------------------------------


async def attempt(house: House, login: str, password: str, **headers: str) -> tuple[int, str]:
    async with house.client.post(
        "/api/v1/staff/login",
        json={"login": login, "password": password},
        headers={"X-Jieli": "1", **headers},
    ) as response:
        body = await response.json()
        return response.status, body.get("code", "in")


async def test_wrong_passwords_and_unknown_logins_look_alike(house: House) -> None:
    await add_staff(house.database, LINA, PASSWORD)
    wrong = [
        await attempt(house, LINA.login, "wrong-password"),
        await attempt(house, "nobody", "wrong-password"),
        await attempt(house, SCRIPT, SCRIPT),
    ]
    assert set(wrong) == {(401, "unauthorized")}
    assert await attempt(house, LINA.login, PASSWORD) == (200, "in")


@pytest.mark.parametrize("login", ["", "x" * 61, "a\x00b"])
async def test_a_login_that_can_be_nobodys_is_refused(house: House, login: str) -> None:
    status, code = await attempt(house, login, "wrong-password")
    assert (status, code) in {(422, "malformed"), (401, "unauthorized")}


async def test_after_too_many_wrong_passwords_even_the_right_one_waits(house: House) -> None:
    await add_staff(house.database, LINA, PASSWORD)
    tries = await asyncio.gather(*(attempt(house, LINA.login, f"guess-{i}") for i in range(20)))
    codes = [code for _, code in tries]
    assert codes.count("unauthorized") == 8
    assert codes.count("too_many_attempts") == 12
    assert await attempt(house, LINA.login, PASSWORD) == (429, "too_many_attempts")


async def test_behind_no_proxy_a_forwarded_address_does_not_reset_the_count(house: House) -> None:
    for i in range(9):
        status, _ = await attempt(house, "lina", "guess", **{"X-Forwarded-For": f"10.0.0.{i}"})
    assert status == 429


async def test_behind_a_proxy_each_address_has_its_own_count_and_cookies_are_secure(
    sqlite: Database, tmp_path: Path
) -> None:
    async with running(sqlite, tmp_path / "data", trusted_proxies=1) as house:
        await add_staff(house.database, LINA, PASSWORD)
        for _ in range(9):
            bad = {"X-Forwarded-For": "1.2.3.4, 10.0.0.1"}
            status, _ = await attempt(house, LINA.login, "guess", **bad)
        assert status == 429
        async with house.client.post(
            "/api/v1/staff/login",
            json={"login": LINA.login, "password": PASSWORD},
            headers={
                "X-Jieli": "1",
                "X-Forwarded-For": "10.0.0.1, 10.0.0.2",
                "X-Forwarded-Proto": "https",
            },
        ) as response:
            assert response.status == 200
            cookie = response.cookies["jieli_staff"]
            assert cookie["secure"]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Strict"


async def test_logging_out_ends_the_session(house: House) -> None:
    client = await house.login(LINA)
    cookies = {"Cookie": "jieli_staff=forged"}
    async with house.client.get("/api/v1/staff/me", headers=cookies) as response:
        assert await refusal(response) == "unauthorized"
    async with client.get("/api/v1/staff/me") as response:
        assert (await response.json())["login"] == LINA.login
    stolen = client.session.cookie_jar.filter_cookies(client.make_url("/"))["jieli_staff"].value
    async with client.post("/api/v1/staff/logout", headers={"X-Jieli": "1"}) as response:
        assert response.status == 204
    async with house.client.get(
        "/api/v1/staff/me", headers={"Cookie": f"jieli_staff={stolen}"}
    ) as response:
        assert await refusal(response) == "unauthorized"


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
    wanted = {"shopper": "xiaoman", "reason": "changed_mind", "pickup": "明天"}
    for number, status, code in (
        ("JN2611160003", 200, None),
        ("JN2611160003", 409, "return_refused"),
        (foreign, 404, "not_found"),
    ):
        async with house.client.post(
            f"/internal/v1/orders/{number}/return", json=wanted, headers=headers
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


async def test_health_tells_of_the_bot_and_the_release(house: House) -> None:
    house.bot.down = True
    async with house.client.get("/api/v1/health") as response:
        assert await response.json() == {"status": "ok", "bot": "unavailable", "release": 1}


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
    assert json.dumps(await attempt(house, "x", "y"))
