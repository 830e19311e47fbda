"""Measuring intents: the bot's environment is a small script here; the real one has a test too."""

import sys
from pathlib import Path

import pytest

from router.evaluation.intents import (
    BotResult,
    IntentRow,
    Milliseconds,
    check_rows,
    confusions,
    judge,
    measure,
)
from router.evaluation.rows import CannotEvaluate
from router.supervise.progress import Line, Step

ROWS = (
    IntentRow("啥时候发", "发货", (("发货", 0.9), ("退款", 0.1))),
    IntentRow("钱呢", "退款", (("发货", 0.6), ("退款", 0.4))),
)
OUTSIDE = (IntentRow("会下雪吗", None, (("发货", 0.3), ("退款", 0.2))),)
ANSWERS = """
import json, sys
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
print("a library talks", file=sys.stderr)
print(json.dumps({"step": "reading", "done": 1, "of": 2}), file=sys.stderr)
row = {"text": "啥时候发", "intent": "发货", "ranking": [["发货", 0.9]]}
result = {"fit_seconds": 1.5, "parse_ms": {"p50": 1, "p99": 2}, "rows": [row],
          "ood_rows": [dict(row, intent=None)] if "--ood" in given else []}
open(given["--out"], "w").write(json.dumps(result))
"""


def bot(folder: Path, script: str) -> Path:
    (folder / "bot").mkdir()
    (folder / "bot" / "__init__.py").touch()
    (folder / "bot" / "evaluate.py").write_text(script, encoding="utf-8")
    return folder


def ignore(_line: Line) -> None:
    """Show nothing."""


FILES = (Path("train.jsonl"), Path("test.jsonl"), None)


def test_every_figure_of_the_contract_is_taken_from_what_was_read():
    report = judge(BotResult(2.0, Milliseconds(1.0, 3.0), ROWS, OUTSIDE))
    assert (report.accuracy, report.top3, report.ood_auroc) == (0.5, 1.0, 1.0)
    assert (report.coverage_at_p90, report.precision_at_60) == (0.5, 0.5)
    assert report.macro_f1 == pytest.approx(0.3333)
    assert report.ece == pytest.approx((0.1 + 0.6) / 2)
    assert (report.fit_seconds, report.parse_ms) == (2.0, Milliseconds(1.0, 3.0))
    assert (report.rows, report.ood_rows) == (ROWS, OUTSIDE)
    assert confusions(report.rows, 5) == [("退款", "发货", 1)]


def test_without_rows_from_outside_nothing_is_said_of_them():
    assert judge(BotResult(2.0, Milliseconds(1.0, 3.0), ROWS, ())).ood_auroc is None


async def test_the_bots_environment_reads_and_tells_how_far_it_is(tmp_path: Path):
    lines: list[Line] = []
    root = bot(tmp_path, ANSWERS)
    files = (Path("train.jsonl"), Path("test.jsonl"), Path("ood.jsonl"))
    report = await measure(Path(sys.executable), root, files, lines.append)
    assert (report.accuracy, report.ood_auroc, report.fit_seconds) == (1.0, 0.5, 1.5)
    assert lines == [Step("reading", 1, 2)]


async def test_what_the_bot_says_went_wrong_is_told(tmp_path: Path):
    script = 'import sys; print(\'{"error": "config.yml: no pipeline"}\'); sys.exit(1)'
    with pytest.raises(CannotEvaluate, match=r"config\.yml: no pipeline"):
        await measure(Path(sys.executable), bot(tmp_path, script), FILES, ignore)


async def test_a_bot_that_ends_without_a_word_of_its_own_leaves_its_last_lines(tmp_path: Path):
    root = bot(tmp_path, "raise MemoryError('no memory left')")
    with pytest.raises(CannotEvaluate, match=r"exit code 1:(.|\n)*no memory left"):
        await measure(Path(sys.executable), root, FILES, ignore)


async def test_without_the_bots_environment_the_way_to_get_it_is_told(tmp_path: Path):
    with pytest.raises(CannotEvaluate, match="`make set-up` installs it"):
        await measure(tmp_path / "python", tmp_path, FILES, ignore)


def test_one_intent_alone_is_refused_before_anything_starts(tmp_path: Path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "啥时候发", "intent": "发货"}\n' * 3, encoding="utf-8")
    with pytest.raises(CannotEvaluate, match="names 1 intent; at least 2"):
        check_rows(rows, rows, None)
