"""Reading a workbook cell by cell: every problem keeps its sheet, row and column."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from knowledge_base.entries import choices

ROWS_LIMIT = 200_000  # a sheet
SIZE_LIMIT = 20_000_000  # bytes of the file
UNPACKED_LIMIT = 400_000_000  # bytes of what is packed in it
EMPTY_ROWS_LIMIT = 1_000  # after so many the sheet is over: somebody formatted whole columns
WIDTH_LIMIT = 64  # columns

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ESCAPE = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")  # how workbooks write a plain `_x0041_`
YES = {"true", "yes", "是", "1"}
NO = {"false", "no", "否", "0"}


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One thing wrong in a workbook; rows count from 1, columns have their letters."""

    file: str
    sheet: str
    row: int
    column: str
    field: str
    what: str
    hint: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.sheet}!{self.column}{self.row}"
        return f"{where} {self.field}: {self.what}. {self.hint}"


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a cell stands."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: the values of the columns that are filled."""

    sheet: str
    number: int
    columns: Mapping[str, int]
    values: Mapping[str, Any]

    def cell(self, column: str) -> Cell:
        """Tell where the cell of a column stands; the first one for a column that is missing."""
        return Cell(self.sheet, self.number, self.columns.get(column, 1))


@dataclass(slots=True)
class Workbook:
    """A workbook being read; gathers its problems."""

    file: str
    problems: list[SheetProblem] = field(default_factory=list)

    def refuse(self, cell: Cell, name: str, what: str, hint: str) -> None:
        """Note a problem at a cell."""
        column = get_column_letter(cell.column)
        self.problems.append(
            SheetProblem(self.file, cell.sheet, cell.row, column, name, what, hint)
        )

    def text(self, row: Row, column: str, name: str) -> str | None:
        """Read a text as it was typed, without blank space around it; None when it is empty."""
        value = row.values.get(column)
        if value is None:
            return None
        if isinstance(value, _Unreadable):
            self.refuse(row.cell(column), name, value.what, value.hint)
            return None
        if isinstance(value, dt.date | dt.time | dt.timedelta):
            what = "the program made a date or time of it"
            self.refuse(row.cell(column), name, what, "Format the cell as text and type it again.")
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = str(value).replace("_x000D_\n", "\n").replace("\r\n", "\n")
        return ESCAPE.sub("_", text).strip() or None

    def flag(self, row: Row, column: str, name: str) -> bool:
        """Read yes or no; an empty cell is no."""
        value = self.text(row, column, name)
        if value is None or value.casefold() in NO:
            return False
        if value.casefold() not in YES:
            what = f"it is {value!r}, not yes or no"
            self.refuse(row.cell(column), name, what, "Write yes or leave it empty.")
        return True

    def day(self, row: Row, column: str, name: str) -> dt.date | None:
        """Read a day: a date cell, or a text like 2026-11-21."""
        value = row.values.get(column)
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        text = self.text(row, column, name)
        if text is None:
            return None
        try:
            if DAY.fullmatch(text):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        self.refuse(row.cell(column), name, f"{text!r} is not a day", "Write it as 2026-11-21.")
        return None


@dataclass(frozen=True, slots=True)
class _Unreadable:
    what: str
    hint: str


def read_sheets(
    file: Path, workbook: Workbook, layout: Mapping[str, Sequence[str]]
) -> dict[str, list[Row]] | None:
    """Read the sheets of a layout (name → columns); None, with problems, when they cannot be."""
    if problem := _refused_unread(file):
        workbook.refuse(Cell("", 1, 1), "", *problem)
        return None
    try:
        book = load_workbook(file, read_only=True, data_only=False)
        try:
            return {
                name: list(_rows(book, name, columns, workbook)) for name, columns in layout.items()
            }
        finally:
            book.close()
    except Exception as error:
        # Openpyxl raises whatever its parsers raise; a broken file is the editor's to mend.
        what = f"it is a broken workbook ({type(error).__name__}: {error})"
        workbook.refuse(Cell("", 1, 1), "", what, "Open it in Excel and save it again as .xlsx.")
        return None


def _refused_unread(file: Path) -> tuple[str, str] | None:
    try:
        if file.stat().st_size > SIZE_LIMIT:
            return "the file is too large", "Split it into several."
        with zipfile.ZipFile(file) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED_LIMIT:
                return "it unpacks to too much", "Split it into several."
    except (zipfile.BadZipFile, ValueError):
        return "it is no .xlsx workbook", "Save it as .xlsx, without a password."
    except OSError as error:
        return f"it cannot be read ({error.strerror})", "Give an .xlsx file."
    return None


def _rows(book: Any, name: str, columns: Sequence[str], workbook: Workbook) -> Iterator[Row]:
    if name not in book.sheetnames:
        hint = choices(name, book.sheetnames)
        workbook.refuse(Cell(name, 1, 1), "", f"there is no sheet {name!r}", hint)
        return
    sheet = book[name]
    sheet.reset_dimensions()  # programs write wrong ones
    rows = sheet.iter_rows(max_col=WIDTH_LIMIT)
    places = _columns(name, next(rows, ()), columns, workbook)
    empty = 0
    for number, cells in enumerate(rows, start=2):
        if number > ROWS_LIMIT:
            what = f"it has more than {ROWS_LIMIT} rows"
            workbook.refuse(Cell(name, number, 1), "", what, "Split it into several.")
            return
        values = {
            column: value
            for column, place in places.items()
            if place <= len(cells) and (value := _value(cells[place - 1])) is not None
        }
        empty = 0 if values else empty + 1
        if empty > EMPTY_ROWS_LIMIT:
            return
        if values:
            yield Row(name, number, places, values)


def _columns(
    sheet: str, cells: Sequence[Any], columns: Sequence[str], workbook: Workbook
) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(cells, start=1):
        name = str(cell.value).strip() if cell.value is not None else ""
        if not name:
            continue
        at = Cell(sheet, 1, place)
        if name not in columns:
            workbook.refuse(at, name, f"unknown column {name!r}", choices(name, columns))
        elif name in places:
            workbook.refuse(at, name, "this column stands here twice", "Delete one.")
        else:
            places[name] = place
    for missing in (name for name in columns if name not in places):
        hint = f"Write {missing!r} in the first row; its cells may be empty."
        workbook.refuse(Cell(sheet, 1, 1), missing, "this column is missing", hint)
    return places


def _value(cell: Any) -> Any:
    value = cell.value
    match cell.data_type:
        case "f":
            return _Unreadable("it is a formula", "Paste it as a value, formatted as text.")
        case "e":
            return _Unreadable(f"it is the error {value}", "Type the text again.")
    return None if isinstance(value, str) and not value.strip() else value
