"""What the tests of care share: a shopper with an agent, and the desk's REST."""

from typing import Any

from aiohttp.test_utils import TestClient

from router.domain.people import Role, Staff
from tests.router.harness import House, Socket
from tests.router.people import LINA

CHEN = Staff("staff-chen", "chenjing", "陈静", frozenset({Role.SUPERVISOR}))
ZHAO = Staff("staff-zhao", "zhao", "赵明", frozenset({Role.SUPERVISOR, Role.AGENT}))
Client = TestClient  # type: ignore[type-arg]


async def talking(
    house: House, shopper: str | None = "xiaoman", member: Staff = LINA
) -> tuple[Socket, Socket, Client, str]:
    """Bring a shopper of the demo to an agent: both sockets, the agent's client, the thread."""
    client = await house.login(member)
    desk = await house.desk(client)
    token = await house.demo_token(shopper) if shopper else None
    at_shop = await house.shopper(token)
    await at_shop.say("转人工")
    conversation = (await desk.until("handoff.queued"))["card"]["conversation"]["id"]
    await desk.send("accept", conversation=conversation)
    await at_shop.until("conversation.changed")
    await desk.until("conversation.assigned")
    return at_shop, desk, client, conversation


async def post(client: Client, path: str, status: int, **body: Any) -> dict[str, Any]:
    async with client.post(f"/api/v1/{path}", json=body, headers={"X-Jieli": "1"}) as response:
        assert response.status == status, await response.text()
        return await response.json()  # type: ignore[no-any-return]


async def get(client: Client, path: str, status: int = 200) -> dict[str, Any]:
    async with client.get(f"/api/v1/{path}") as response:
        assert response.status == status, await response.text()
        return await response.json()  # type: ignore[no-any-return]
