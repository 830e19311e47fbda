"""Which model the bot starts with, and which files are kept."""

from __future__ import annotations

import datetime as dt

import pytest

from router.supervise.models import ModelName, likeliest, surplus

R1 = "r000001-20260101T080000.tar.gz"
R1_LATER = "r000001-20260102T080000.tar.gz"
R2 = "r000002-20260103T080000.tar.gz"


def name(file: str) -> ModelName:
    parsed = ModelName.parse(file)
    assert parsed is not None
    return parsed


def test_a_model_is_named_after_its_release_and_moment_in_utc() -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))
    made = ModelName.of(12, dt.datetime(2026, 11, 22, 7, 15, 0, tzinfo=shanghai))
    assert made.file_name == "r000012-20261121T231500.tar.gz"
    assert ModelName.parse(made.file_name) == made


@pytest.mark.parametrize(
    "file",
    ["", "model.tar.gz", "r000001-20260101T080000", "r1-20260101T080000.tar.gz", ".r000001.tar.gz"],
)
def test_other_files_are_no_models(file: str) -> None:
    assert ModelName.parse(file) is None


def test_release_1000000_comes_after_release_999999() -> None:
    assert name("r1000000-20260101T080000.tar.gz") > name("r999999-20260101T080000.tar.gz")


@pytest.mark.parametrize(
    ("live", "files", "stale", "chosen"),
    [
        pytest.param(1, [], set(), None, id="none at all"),
        pytest.param(None, ["notes.txt"], set(), None, id="none that is a model"),
        pytest.param(1, [R1, R1_LATER], set(), R1_LATER, id="the newest"),
        pytest.param(1, [R1, R2], set(), R1, id="of the live release, though older"),
        pytest.param(3, [R1, R2], set(), R2, id="of no live release: the newest"),
        pytest.param(None, [R1, R2], set(), R2, id="nothing is live"),
        pytest.param(1, [R1, R1_LATER], {R1_LATER}, R1, id="of this pipeline, though older"),
        pytest.param(2, [R1, R2], {R2}, R2, id="stale, but of the release"),
        pytest.param(3, [R1, R2], {R2}, R1, id="of no release, but not stale"),
        pytest.param(1, [R1], {R1}, R1, id="stale, but the only one"),
    ],
)
def test_the_likeliest_model_is_of_the_release_of_the_pipeline_and_new(
    live: int | None, files: list[str], stale: set[str], chosen: str | None
) -> None:
    assert likeliest(live, files, stale) == (name(chosen) if chosen else None)


def test_the_newest_files_and_those_somebody_names_are_kept() -> None:
    files = [R2, "notes.txt", R1_LATER, R1, "r000001-20250101T080000.tar.gz"]
    assert surplus(files, {"r000001-20250101T080000", None}, keep=2) == [R1]
    assert surplus(files, set(), keep=9) == []
