"""Reads rows to measure with: JSON Lines, refused with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Name = Annotated[str, Meta(min_length=1)]


class CannotEvaluate(Exception):
    """Nothing can be measured; the text says why and what to do."""


class LabelledRow(Struct, frozen=True):
    """A text and the name of its intent."""

    text: str
    intent: Name


class OutsideRow(Struct, frozen=True):
    """A text of no trained intent; a name it carries is only kept."""

    text: str
    intent: str | None = None


class MoodRow(Struct, frozen=True):
    """A text, with the labels of its mood where known."""

    text: str
    human_request: Literal[0, 1] | bool | None = None
    anger: Literal[0, 1, 2] | None = None


class AnswerRow(Struct, frozen=True):
    """A text, and the entry that answers it where known; null when no entry does.

    `before` are the shopper's messages before it, oldest first; `entries` are all that answer it,
    where it may ask several things.
    """

    text: str
    entry: Name | UnsetType | None = UNSET
    before: tuple[Name, ...] = ()
    entries: tuple[Name, ...] = ()


Row = TypeVar("Row", LabelledRow, OutsideRow, MoodRow, AnswerRow)


def read_rows(path: Path, shape: type[Row]) -> list[Row]:
    """Read a file of JSON Lines; one that holds no rows cannot be measured with."""
    try:
        content = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotEvaluate(f"{path}: cannot be read: {error}") from error
    rows: list[Row] = []
    # Not splitlines: a text may hold a separator that JSON does not escape.
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=shape)
        except msgspec.DecodeError as error:
            raise CannotEvaluate(f"{path}:{number}: {error}") from error
        if not row.text.strip():
            raise CannotEvaluate(f"{path}:{number}: `text` is empty; write one or remove the line")
        rows.append(row)
    if not rows:
        raise CannotEvaluate(f"{path}: holds no rows")
    return rows
