"""Asks processes over HTTP whether they are well."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from router.supervise.keeper import Probe


def answers_ok(
    session: aiohttp.ClientSession, url: str, headers: Mapping[str, str] | None = None
) -> Probe:
    """Make a probe that passes when the address answers 200."""

    async def probe() -> bool:
        try:
            async with session.get(url, headers=headers, allow_redirects=False) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    return probe
