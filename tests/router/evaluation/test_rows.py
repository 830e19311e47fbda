"""Rows to measure with are read strictly, and refused with file and line."""

from pathlib import Path

import pytest
from msgspec import UNSET

from router.evaluation.rows import (
    AnswerRow,
    CannotEvaluate,
    LabelledRow,
    MoodRow,
    OutsideRow,
    read_rows,
)


def written(folder: Path, content: str) -> Path:
    file = folder / "rows.jsonl"
    file.write_text(content, encoding="utf-8")
    return file


def test_a_text_with_a_raw_line_separator_a_byte_order_mark_and_blank_lines_is_read(
    tmp_path: Path,
):
    content = '\ufeff{"text": "好\u2028的", "intent": "寒暄/好", "more": 1}\r\n\n'
    assert read_rows(written(tmp_path, content), LabelledRow) == [
        LabelledRow("好\u2028的", "寒暄/好")
    ]


@pytest.mark.parametrize(
    ("line", "shape", "told"),
    [
        ("{", LabelledRow, "truncated"),
        ('{"intent": "a"}', LabelledRow, "`text`"),
        ('{"text": "几点关门"}', LabelledRow, "`intent`"),
        ('{"text": "几点关门", "intent": ""}', LabelledRow, "$.intent"),
        ('{"text": "  ", "intent": "a"}', LabelledRow, "`text` is empty"),
        ('{"text": 5}', OutsideRow, "$.text"),
        ('{"text": "滚", "anger": 3}', MoodRow, "$.anger"),
        ('{"text": "滚", "anger": -1}', MoodRow, "$.anger"),
        ('{"text": "人工", "human_request": 2}', MoodRow, "$.human_request"),
        ('["text"]', AnswerRow, "array"),
    ],
)
def test_a_wrong_line_is_told_with_file_and_line(
    tmp_path: Path, line: str, shape: type[LabelledRow], told: str
):
    file = written(tmp_path, f'{{"text": "好", "intent": "a"}}\n{line}\n')
    with pytest.raises(CannotEvaluate) as refused:
        read_rows(file, shape)
    assert str(refused.value).startswith(f"{file}:2: ")
    assert told in str(refused.value)


def test_a_file_without_rows_is_refused(tmp_path: Path):
    with pytest.raises(CannotEvaluate, match="holds no rows"):
        read_rows(written(tmp_path, "\n"), MoodRow)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(CannotEvaluate, match="cannot be read"):
        read_rows(file, MoodRow)


def test_no_entry_is_not_the_same_as_an_entry_that_is_not_known(tmp_path: Path):
    content = '{"text": "会下雪吗", "entry": null}\n{"text": "几点关门"}\n'
    rows = read_rows(written(tmp_path, content), AnswerRow)
    assert [row.entry for row in rows] == [None, UNSET]
