"""What the router has acknowledged outlives it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kill_router import run

KILLS = 3


@pytest.mark.fault
@pytest.mark.timeout(300)
async def test_a_router_killed_under_load_has_every_acknowledged_message_once(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    (tmp_path / "mood").symlink_to(pytestconfig.cache.mkdir("mood"))
    figures = await run(tmp_path, kills=KILLS, shoppers=50, seed=KILLS)
    assert figures.is_clean, figures
    assert figures.acknowledged > 50 * KILLS
    assert figures.in_flight_at_kills > 0
    assert figures.bot_messages > 0
