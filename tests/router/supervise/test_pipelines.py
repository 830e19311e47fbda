"""A model made from something else than what is there now is known as stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.settings import ROOT
from router.supervise.pipelines import INGREDIENTS, note_pipeline, pipeline_of, stale_models


@pytest.mark.parametrize("pattern", INGREDIENTS)
def test_every_ingredient_is_a_file_of_the_project(pattern: str) -> None:
    assert list(ROOT.glob(pattern)), f"{pattern} names nothing"


def test_a_change_in_any_ingredient_changes_the_pipeline(tmp_path: Path) -> None:
    seen = {pipeline_of(tmp_path)}
    for pattern in INGREDIENTS:
        path = tmp_path / pattern.replace("*", "x")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a")
        seen.add(pipeline_of(tmp_path))
        path.write_text("b")
        seen.add(pipeline_of(tmp_path))
    assert len(seen) == 1 + 2 * len(INGREDIENTS)


def test_other_files_do_not_change_it(tmp_path: Path) -> None:
    before = pipeline_of(tmp_path)
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "channel.py").write_text("x")
    (tmp_path / "README.md").write_text("x")
    assert pipeline_of(tmp_path) == before


def test_only_models_with_another_note_are_stale(tmp_path: Path) -> None:
    for name in ("ours", "older", "unknown"):
        (tmp_path / f"{name}.tar.gz").write_text("a model")
    note_pipeline(tmp_path / "ours.tar.gz", "now")
    note_pipeline(tmp_path / "older.tar.gz", "then")
    assert stale_models(tmp_path, "now") == {"older.tar.gz"}
    assert stale_models(tmp_path / "none", "now") == set()
