"""What a training says, line by line."""

from __future__ import annotations

import pytest

from router.supervise.progress import Chatter, Failed, Line, Step, Trained, read_line


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ('{"step": "训练分类器", "done": 3, "of": 9}', Step("训练分类器", 3, 9)),
        (
            '{"model": "r000001-20260101T080000", "release": 1, "seconds": 61.5}',
            Trained("r000001-20260101T080000", 1, 61.5),
        ),
        ('{"error": "no intent has an example"}', Failed("no intent has an example")),
        ('{"step": "half a line', Chatter('{"step": "half a line')),
        ('{"epochs": 100}', Chatter('{"epochs": 100}')),
        ("2026-01-01 INFO rasa.engine", Chatter("2026-01-01 INFO rasa.engine")),
    ],
)
def test_a_line_is_typed_and_what_is_not_for_programs_is_chatter(raw: str, line: Line) -> None:
    assert read_line(raw) == line
