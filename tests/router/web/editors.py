"""An editor's console over REST, for tests."""

from dataclasses import dataclass
from typing import Any

from aiohttp.test_utils import TestClient

from router.domain.people import Role, Staff
from tests.router.harness import House
from tests.router.people import LINA

__all__ = ["AN", "BO", "LINA", "ZHOU", "Console", "body"]

AN = Staff("staff-an", "an", "安", frozenset({Role.EDITOR}))
BO = Staff("staff-bo", "bo", "柏", frozenset({Role.ADMIN}))
ZHOU = Staff("staff-zhou", "zhou", "周敏", frozenset({Role.SUPERVISOR}))


def body(key: str, title: str, text: str = "可以，免费。") -> dict[str, Any]:
    """Make an entry as the console sends it."""
    return {
        "key": key,
        "title": title,
        "category": "售前",
        "phrasings": [f"{title}啊", f"请问{title}"],
        "answers": [{"text": text}],
    }


@dataclass
class Console:
    """A logged-in member of staff who asks /api/v1/kb."""

    client: TestClient  # type: ignore[type-arg]

    @classmethod
    async def of(cls, house: House, member: Staff) -> "Console":
        return cls(await house.login(member))

    async def get(
        self, path: str, status: int = 200, language: str = "zh-CN", **query: str
    ) -> dict[str, Any]:
        headers = {"Accept-Language": language}
        return await self._ask("GET", path, status, params=query, headers=headers)

    async def post(self, path: str, wanted: Any, status: int = 200) -> dict[str, Any]:
        return await self._ask("POST", path, status, json=wanted, headers={"X-Jieli": "1"})

    async def put(self, path: str, wanted: Any, status: int = 200) -> dict[str, Any]:
        return await self._ask("PUT", path, status, json=wanted, headers={"X-Jieli": "1"})

    async def save(
        self, key: str, entry: dict[str, Any], status: int = 200, **facts: Any
    ) -> dict[str, Any]:
        return await self.put(f"entries/{key}/draft", {"entry": entry, **facts}, status)

    async def ready(self, key: str, number: int, status: int = 200) -> dict[str, Any]:
        return await self.post(f"entries/{key}/revisions/{number}/ready", {}, status)

    async def _ask(self, method: str, path: str, status: int, **wanted: Any) -> dict[str, Any]:
        url = f"/api/v1/kb/{path}".rstrip("/")
        async with self.client.request(method, url, **wanted) as response:
            assert response.status == status, await response.text()
            return await response.json()  # type: ignore[no-any-return]
