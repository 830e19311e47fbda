"""What the tests of attacks share."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from knowledge_base.database import Database
from router.identity import sign_shopper
from router.web.keys import Patience
from tests.router.harness import House, Socket, running
from tests.router.web.conftest import ANSWERS

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@asynccontextmanager
async def house_with(
    sqlite: Database, tmp_path: Path, patience: Patience | None = None, **settings: Any
) -> AsyncIterator[House]:
    async with running(sqlite, tmp_path / "data", ANSWERS, patience=patience, **settings) as house:
        yield house


def send_frame(text: str, client_id: str = "client-0001") -> str:
    return json.dumps({"type": "send", "client_id": client_id, "text": text})


async def waiting_for(house: House, agent: Socket, shopper: Socket) -> str:
    """Have a shopper ask for a human; give the conversation an agent sees."""
    await shopper.say("转人工")
    card = (await agent.until("handoff.queued"))["card"]
    return str(card["conversation"]["id"])


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
    """Sign a shopper as a storefront does."""
    facts = {"name": "", "tier": "", "expires": int(house.clock().timestamp()) + 600} | fields
    secret = house.settings.storefront_secret
    signature = sign_shopper(secret, shopper, facts["name"], facts["tier"], facts["expires"])
    return {"id": shopper, **facts, "signature": signature}
