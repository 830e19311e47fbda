"""Attacks on who one is: forged shoppers, foreign pages, guessed passwords."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from knowledge_base.database import Database
from router.accounts import add_staff
from tests.router.harness import PASSWORD, House, Socket, running
from tests.router.people import LINA
from tests.router.web.attacks import (
    SCRIPT,
    refusal,
    signed,
)

SHOP = "https://shop.example.com"
EVIL = "https://evil.example.com"


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
