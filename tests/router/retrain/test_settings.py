"""The gate's file is whole and right, or nothing is trained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from router.retrain.inputs import check_files
from router.retrain.settings import InvalidGate, read_gate
from router.settings import Settings
from tests.router.retrain.workshop import Shop

DEFAULT = Settings().gate_path
TEXT = DEFAULT.read_text("utf-8")


def broken(folder: Path, text: str) -> Path:
    path = folder / "gate.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_file_that_comes_with_the_project_is_right() -> None:
    gate = read_gate(DEFAULT)
    assert gate.thresholds.held_out_top1 > gate.thresholds.cross_validated_top1
    check_files(gate)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        pytest.param("held_out_top1 =", "held_out_top_1 =", "held_out_top_1", id="unknown key"),
        pytest.param("cures = 0.75", "", "cures", id="missing key"),
        pytest.param("cures = 0.75", "cures = 1.5", "cures", id="no share"),
        pytest.param("cures = 0.75", 'cures = "most"', "cures", id="no number"),
        pytest.param("latency = 200", "latency = 1", "latency", id="too few to time"),
        pytest.param("[files]", "[file]", "file", id="unknown table"),
        pytest.param("[files]", "[files", "not TOML", id="no TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(
    tmp_path: Path, before: str, after: str, what: str
) -> None:
    assert before in TEXT
    with pytest.raises(InvalidGate, match=re.escape(what)):
        read_gate(broken(tmp_path, TEXT.replace(before, after, 1)))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidGate, match=r"gate\.toml: cannot be read"):
        read_gate(tmp_path / "gate.toml")


async def test_a_broken_row_of_texts_fails_the_run_before_anything_slow(live_shop: Shop) -> None:
    (live_shop.folder / "requests.jsonl").write_text(
        '{"text": "转人工", "human_request": true}\n{"text": "人工费"}\n', "utf-8"
    )
    outcome = await live_shop.retrain()
    assert outcome.run.state == "failed"
    assert "requests.jsonl:2" in outcome.run.why
    assert outcome.run.phases == ()


async def test_texts_nobody_wrote_are_not_measured(live_shop: Shop) -> None:
    for name in ("held_out", "out_of_scope", "requests"):
        (live_shop.folder / f"{name}.jsonl").unlink()
    outcome = await live_shop.retrain()
    assert outcome.report is not None
    checks = {check.name: check for check in outcome.report.checks}
    assert checks["held_out_top1"].passed is None
    assert checks["requests_recall"].passed is None
    assert checks["cross_validated_top1"].measured == 12
