"""One trained mood model for all tests; kept in pytest's cache under the hash of its text."""

from pathlib import Path

import pytest

from router.mood import Mood, train

ROOT = Path(__file__).parents[3]
DATA = ROOT / "data" / "mood"


@pytest.fixture(scope="session")
def model_folder(pytestconfig: pytest.Config) -> Path:
    return train(DATA, pytestconfig.cache.mkdir("mood"))


@pytest.fixture(scope="session")
def mood(model_folder: Path) -> Mood:
    return Mood.load(model_folder)
