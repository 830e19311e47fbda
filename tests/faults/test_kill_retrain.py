"""A retraining that is killed leaves the model that serves where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kill_retrain import run

KILLS = 1


@pytest.mark.fault
@pytest.mark.bot
@pytest.mark.timeout(600)
async def test_a_bot_answers_on_while_retraining_is_killed_and_the_next_run_succeeds(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    (tmp_path / "mood").symlink_to(pytestconfig.cache.mkdir("mood"))
    figures = await run(tmp_path, kills=KILLS, seed=7, calm=20.0)
    assert figures.is_clean, figures
    assert figures.questions > 50
    assert figures.models_served >= 2
