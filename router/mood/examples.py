"""The training text of mood: rows of a folder, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from router.mood.reading import MoodUnavailable

Row = TypeVar("Row")

LEXICON_FILE = "lexicon.txt"


class AngerRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence, how angry it is, and whether it asks for a human now; None is undecided."""

    text: str
    anger: int
    human_request: int | None = 0


class RequestRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence, whether it asks for a human now, and how angry it is if that was decided."""

    text: str
    human_request: int
    anger: int | None = None


@dataclass(frozen=True, slots=True)
class Examples:
    """Everything a mood model is trained from."""

    anger: tuple[AngerRow, ...]
    requests: tuple[RequestRow, ...]
    lexicon: dict[str, tuple[str, ...]]


def read_examples(folder: Path) -> Examples:
    """Read the training files of a folder; MoodUnavailable names the file and line at fault."""
    return Examples(
        anger=tuple(read_rows(folder / "anger.jsonl", AngerRow)),
        requests=tuple(read_rows(folder / "human_request.jsonl", RequestRow)),
        lexicon=read_lexicon(folder / LEXICON_FILE),
    )


def read_rows(file: Path, row: type[Row]) -> list[Row]:
    """Read a JSON Lines file of one kind of row."""
    decoder = msgspec.json.Decoder(row)
    rows: list[Row] = []
    for number, line in enumerate(_text(file).splitlines(), start=1):
        if line.strip():
            try:
                rows.append(decoder.decode(line))
            except msgspec.MsgspecError as reason:
                detail = f"{file}, line {number}: {reason}; correct or remove the line"
                raise MoodUnavailable(detail) from reason
    return rows


def read_lexicon(file: Path) -> dict[str, tuple[str, ...]]:
    """Read the words of feeling: one kind a line, then its words."""
    lexicon: dict[str, tuple[str, ...]] = {}
    for line in _text(file).splitlines():
        kind, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            lexicon[kind.strip()] = tuple(dict.fromkeys(words.casefold().split()))
    return lexicon


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        detail = f"the training text {file} cannot be read ({reason}); restore it"
        raise MoodUnavailable(detail) from reason
