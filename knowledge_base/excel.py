"""Entries as an Excel workbook of three sheets: entries, phrasings and answers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook as Writing
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, NamedStyle
from openpyxl.utils import get_column_letter

from knowledge_base.conditions import Condition, Field, Vocabulary
from knowledge_base.entries import BUTTONS_LIMIT, Answer, Button, Entry, choices
from knowledge_base.saving import given_problems
from knowledge_base.sheets import Cell, Row, SheetProblem, Workbook, read_sheets

__all__ = ["SheetProblem", "read_workbook", "write_workbook"]

ENTRIES, PHRASINGS, ANSWERS = "entries", "phrasings", "answers"
ACTIONS = ("say", "entry", "flow", "url")
NEGATIVE = "negative"
ENTRY_COLUMNS = (
    "key",
    "title",
    "category",
    "owner",
    "review",
    "human_only",
    "valid_from",
    "valid_until",
)
PHRASING_COLUMNS = ("key", "phrasing", NEGATIVE)
BUTTON_COLUMNS = tuple(
    f"button{number}_{part}"
    for number in range(1, BUTTONS_LIMIT + 1)
    for part in ("title", *ACTIONS)
)
ANSWER_COLUMNS = (
    "key",
    "text",
    *(one.value for one in Field),
    "from",
    "until",
    "card",
    "flow",
    *BUTTON_COLUMNS,
)
LAYOUT = {ENTRIES: ENTRY_COLUMNS, PHRASINGS: PHRASING_COLUMNS, ANSWERS: ANSWER_COLUMNS}

Values = Sequence[str | dt.date | None]

_BETWEEN = re.compile(r"[,，、;；|\n]")
_PART = re.compile(r"(\[\d+\]|\.?[^.\[\]]+)$")
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads `_x0041_` as the letter A
TEXT_STYLE = "jieli_text"
_WIDE = {"text": 60, "phrasing": 40, "title": 30}


@dataclass(slots=True)
class _Reading:
    """One entry being read: its parts, and where each field stands."""

    row: Row
    key: str
    phrasings: list[str] = field(default_factory=list)
    negative: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    places: dict[str, Cell] = field(default_factory=dict)

    def place(self, name: str) -> Cell:
        """Tell where a field stands, or else what it is part of."""
        while name and name not in self.places:
            name = _PART.sub("", name)
        return self.places.get(name, self.row.cell("key"))


def read_workbook(
    file: Path, vocabulary: Vocabulary, others: Sequence[Entry] = ()
) -> tuple[list[Entry], list[SheetProblem]]:
    """Read a workbook; gives the entries it could make and every problem.

    `others` are the saved entries; those the workbook does not have count as being there.
    """
    workbook = Workbook(str(file))
    sheets = read_sheets(file, workbook, LAYOUT)
    if sheets is None or any(problem.row == 1 for problem in workbook.problems):
        return [], workbook.problems
    readings: dict[str, _Reading] = {}
    made: list[_Reading] = []
    for row in sheets[ENTRIES]:
        made.append(_Reading(row, workbook.text(row, "key", "key") or ""))
        if made[-1].key:
            readings.setdefault(made[-1].key, made[-1])
    _read_phrasings(sheets[PHRASINGS], readings, workbook)
    _read_answers(sheets[ANSWERS], readings, workbook)
    entries = [_entry(reading, workbook) for reading in made]
    unread = {(one.sheet, one.row, one.column) for one in workbook.problems}
    for problem in given_problems(entries, others, vocabulary):
        reading = made[problem.position or 0]
        at = reading.place(problem.field)
        # What could not even be read is reported once, not again as empty.
        if (at.sheet, at.row, get_column_letter(at.column)) not in unread:
            name = ".".join(part for part in (problem.key, problem.field) if part)
            workbook.refuse(at, name, problem.what, problem.hint)
    order = list(LAYOUT)
    workbook.problems.sort(key=lambda one: (order.index(one.sheet), one.row, one.field))
    return entries, workbook.problems


def write_workbook(entries: Iterable[Entry], file: Path) -> Path:
    """Write entries as a workbook, replacing the file at once."""
    given = list(entries)
    book = Writing(write_only=True)
    book.add_named_style(
        # A text stays a text after somebody edits it, also one like `=1+1` or `11.11`.
        NamedStyle(
            TEXT_STYLE, number_format="@", alignment=Alignment(wrap_text=True, vertical="top")
        )
    )
    rows: Mapping[str, Iterator[Values]] = {
        ENTRIES: map(_entry_row, given),
        PHRASINGS: _phrasing_rows(given),
        ANSWERS: _answer_rows(given),
    }
    for name, columns in LAYOUT.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "B2"
        for place, column in enumerate(columns, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = _WIDE.get(column, 18)
        sheet.append([_cell(sheet, column) for column in columns])
        for row in rows[name]:
            sheet.append([_cell(sheet, value) for value in row])
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.new")
    book.save(draft)
    draft.replace(file)
    return file


def _read_phrasings(
    rows: Iterable[Row], readings: Mapping[str, _Reading], workbook: Workbook
) -> None:
    for row in rows:
        reading = _owner(row, readings, workbook)
        text = workbook.text(row, "phrasing", "phrasing")
        refused = workbook.flag(row, NEGATIVE, NEGATIVE)
        if text is None and "phrasing" not in row.values:
            workbook.refuse(row.cell("phrasing"), "phrasing", "it is empty", "Write something.")
        if reading is None or text is None:
            continue
        target, name = (reading.negative, NEGATIVE) if refused else (reading.phrasings, "phrasings")
        reading.places[f"{name}[{len(target)}]"] = row.cell("phrasing")
        target.append(text)


def _read_answers(
    rows: Iterable[Row], readings: Mapping[str, _Reading], workbook: Workbook
) -> None:
    for row in rows:
        reading = _owner(row, readings, workbook)
        if reading is None:
            continue
        at = f"answers[{len(reading.answers)}]"
        reading.places[at] = reading.places[f"{at}.text"] = row.cell("text")
        reading.places[f"{at}.when"] = row.cell(Field.STORE.value)
        for name in ("card", "flow"):
            reading.places[f"{at}.{name}"] = row.cell(name)
        condition = _condition(row, at, reading, workbook)
        reading.answers.append(
            Answer(
                text=workbook.text(row, "text", f"{at}.text") or "",
                condition=condition,
                buttons=tuple(_buttons(row, at, reading, workbook)),
                card=workbook.text(row, "card", f"{at}.card"),
                flow=workbook.text(row, "flow", f"{at}.flow"),
            )
        )


def _condition(row: Row, at: str, reading: _Reading, workbook: Workbook) -> Condition:
    values: dict[str, frozenset[str]] = {}
    for one in Field:
        name = f"{at}.when.{one}"
        reading.places[name] = row.cell(one.value)
        text = workbook.text(row, one.value, name) or ""
        values[one.value] = frozenset(filter(None, map(str.strip, _BETWEEN.split(text))))
    return Condition(
        **values,
        starts=workbook.day(row, "from", f"{at}.when.from"),
        until=workbook.day(row, "until", f"{at}.when.until"),
    )


def _buttons(row: Row, at: str, reading: _Reading, workbook: Workbook) -> Iterator[Button]:
    place = 0
    for number in range(1, BUTTONS_LIMIT + 1):
        parts = ("title", *ACTIONS)
        if not any(f"button{number}_{part}" in row.values for part in parts):
            continue
        name = f"{at}.buttons[{place}]"
        texts: dict[str, str | None] = {}
        for part in parts:
            column = f"button{number}_{part}"
            reading.places[f"{name}.{part}"] = row.cell(column)
            texts[part] = workbook.text(row, column, f"{name}.{part}")
        reading.places[name] = row.cell(f"button{number}_title")
        place += 1
        yield Button(
            texts["title"] or "", texts["say"], texts["entry"], texts["flow"], texts["url"]
        )


def _owner(row: Row, readings: Mapping[str, _Reading], workbook: Workbook) -> _Reading | None:
    key = workbook.text(row, "key", "key")
    if key is None:
        if "key" not in row.values:
            workbook.refuse(row.cell("key"), "key", "it is empty", "Write the key of an entry.")
    elif key in readings:
        return readings[key]
    else:
        what = f"there is no entry {key!r} on the sheet {ENTRIES!r}"
        workbook.refuse(row.cell("key"), "key", what, choices(key, readings))
    return None


def _entry(reading: _Reading, workbook: Workbook) -> Entry:
    row = reading.row
    reading.places |= {column: row.cell(column) for column in ENTRY_COLUMNS}
    reading.places["valid"] = row.cell("valid_from")
    return Entry(
        key=reading.key,
        title=workbook.text(row, "title", "title") or "",
        category=workbook.text(row, "category", "category") or "",
        phrasings=tuple(reading.phrasings),
        negative_phrasings=tuple(reading.negative),
        answers=tuple(reading.answers),
        owner=workbook.text(row, "owner", "owner"),
        human_only=workbook.flag(row, "human_only", "human_only"),
        valid_from=workbook.day(row, "valid_from", "valid_from"),
        valid_until=workbook.day(row, "valid_until", "valid_until"),
        review_on=workbook.day(row, "review", "review"),
    )


def _entry_row(entry: Entry) -> Values:
    return (
        entry.key,
        entry.title,
        entry.category,
        entry.owner,
        entry.review_on,
        "yes" if entry.human_only else None,
        entry.valid_from,
        entry.valid_until,
    )


def _phrasing_rows(entries: Iterable[Entry]) -> Iterator[Values]:
    for entry in entries:
        for phrasing in entry.phrasings:
            yield entry.key, phrasing, None
        for phrasing in entry.negative_phrasings:
            yield entry.key, phrasing, "yes"


def _answer_rows(entries: Iterable[Entry]) -> Iterator[Values]:
    for entry in entries:
        for answer in entry.answers:
            condition = answer.condition
            buttons = [
                part
                for button in answer.buttons
                for part in (button.title, button.say, button.entry, button.flow, button.url)
            ]
            yield (
                entry.key,
                answer.text,
                *(", ".join(sorted(condition.allowed(one))) or None for one in Field),
                condition.starts,
                condition.until,
                answer.card,
                answer.flow,
                *buttons,
            )


def _cell(sheet: Any, value: str | dt.date | None) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, _CODE.sub("_x005F_", value))
        cell.data_type = "s"  # also `=1+1`
        cell.style = TEXT_STYLE
    else:
        cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]  # a day is written as one
        cell.number_format = "yyyy-mm-dd"
    return cell
