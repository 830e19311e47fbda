"""Which model the bot starts with, and whether one has to be trained."""

from __future__ import annotations

import datetime as dt

import pytest

from router.supervise.models import BotPlan, ModelName, plan_bot

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
    ("live", "files", "retrain", "plan"),
    [
        pytest.param(1, [], False, BotPlan(None, 1), id="first start"),
        pytest.param(1, [R1, R1_LATER], False, BotPlan(name(R1_LATER), None), id="second start"),
        pytest.param(2, [R1, R1_LATER], False, BotPlan(name(R1_LATER), 2), id="newly published"),
        pytest.param(1, [R1, R2], False, BotPlan(name(R1), None), id="rolled back"),
        pytest.param(1, [R1], True, BotPlan(name(R1), 1), id="asked to retrain"),
        pytest.param(None, [R1], True, BotPlan(name(R1), None), id="nothing is live"),
        pytest.param(None, ["notes.txt"], False, BotPlan(None, None), id="nothing at all"),
    ],
)
def test_the_plan_serves_what_there_is_and_trains_what_is_lacking(
    live: int | None, files: list[str], retrain: bool, plan: BotPlan
) -> None:
    assert plan_bot(live, files, retrain=retrain) == plan


@pytest.mark.parametrize(
    ("live", "files", "stale", "plan"),
    [
        pytest.param(1, [R1], {R1}, BotPlan(name(R1), 1), id="the only one is stale"),
        pytest.param(1, [R1, R1_LATER], {R1_LATER}, BotPlan(name(R1), None), id="an older fits"),
        pytest.param(2, [R1, R2], {R2}, BotPlan(name(R2), 2), id="stale, but of the release"),
        pytest.param(3, [R1, R2], {R2}, BotPlan(name(R1), 3), id="of no release, but not stale"),
    ],
)
def test_a_model_of_another_pipeline_only_serves_until_a_new_one_is_trained(
    live: int, files: list[str], stale: set[str], plan: BotPlan
) -> None:
    assert plan_bot(live, files, retrain=False, stale=stale) == plan
