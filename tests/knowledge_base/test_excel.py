import datetime as dt
import random
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from openpyxl import Workbook, load_workbook

from knowledge_base.entries import Answer, Button, Entry, normalised
from knowledge_base.excel import LAYOUT, SheetProblem, read_workbook, write_workbook
from knowledge_base.files import read_folder, write_folder
from knowledge_base.sheets import EMPTY_ROWS_LIMIT, SIZE_LIMIT, UNPACKED_LIMIT
from tests.knowledge_base.samples import REFUND, SHIPPING, VOCABULARY, entries, found, thorough


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_workbook([SHIPPING, REFUND], tmp_path / "kb.xlsx")


def change(file: Path, *cells: tuple[str, str, Any]) -> Path:
    book = load_workbook(file)
    for sheet, at, value in cells:
        book[sheet][at] = value
    book.save(file)
    return file


def problems_of(file: Path) -> list[SheetProblem]:
    return read_workbook(file, VOCABULARY)[1]


def test_what_is_written_is_read_again(file: Path):
    assert read_workbook(file, VOCABULARY) == ([SHIPPING, REFUND], [])


@thorough
@given(entries())
def test_every_valid_entry_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, one: Entry):
    if found(one, {one.key}):
        return  # drawn markup
    file = write_workbook([one], tmp_path_factory.mktemp("xl") / "kb.xlsx")
    assert read_workbook(file, VOCABULARY) == ([one], [])


@pytest.mark.parametrize(
    "text", ["=1+1", "11.11", "0012", "TRUE", "#REF!", "+86 1", "_x0041_好", "2026-11-21", "'引"]
)
def test_text_that_excel_would_change_stays_as_it_is(tmp_path: Path, text: str):
    one = replace(REFUND, phrasings=(text, "退款几天到"), answers=(Answer(text),))
    file = write_workbook([one], tmp_path / "kb.xlsx")
    assert read_workbook(file, VOCABULARY) == ([one], [])
    assert load_workbook(file)["phrasings"]["B2"].data_type != "f"


def test_what_people_and_programs_type_is_understood(file: Path):
    change(
        file,
        ("entries", "E2", dt.datetime(2027, 5, 31)),
        ("entries", "F2", True),
        ("entries", "F3", "否"),
        ("entries", "G2", "2026-01-01"),
        ("phrasings", "B2", 2026.0),
        ("phrasings", "B3", 12.5),
        ("answers", "B2", "一\r\n二_x000D_\n三"),
        ("answers", "E3", "gold，diamond"),
    )
    (one, other), problems = read_workbook(file, VOCABULARY)
    assert problems == []
    assert (one.review_on, one.valid_from) == (dt.date(2027, 5, 31), dt.date(2026, 1, 1))
    assert (one.human_only, other.human_only) == (True, False)
    assert one.phrasings[:2] == ("2026", "12.5")
    assert one.answers[0].text == "一\n二\n三"
    assert one.answers[1].condition.tier == {"gold", "diamond"}


@pytest.mark.parametrize(
    ("cell", "where", "what"),
    [
        pytest.param(("entries", "A2", "发货"), "entries!A2", "is not a key", id="a bad key"),
        pytest.param(
            ("entries", "A3", "shipping_time"),
            "entries!A3",
            "another entry has this key",
            id="a key twice",
        ),
        pytest.param(("entries", "B2", None), "entries!B2", "it is empty", id="no title"),
        pytest.param(("entries", "E2", "明天"), "entries!E2", "is not a day", id="no day"),
        pytest.param(("entries", "E2", "2026-02-30"), "entries!E2", "is not a day", id="no date"),
        pytest.param(("entries", "F2", "也许"), "entries!F2", "not yes or no", id="no flag"),
        pytest.param(
            ("phrasings", "B3", "货"), "phrasings!B3", "one character", id="one character"
        ),
        pytest.param(("phrasings", "B3", "啥时候发货!"), "phrasings!B3", "the same as", id="twice"),
        pytest.param(
            ("phrasings", "B6", "啥时候发货"),
            "phrasings!B6",
            "phrasing of 'shipping_time' too",
            id="claimed twice",
        ),
        pytest.param(
            ("phrasings", "A6", "refund_tme"), "phrasings!A6", "there is no entry", id="owner"
        ),
        pytest.param(("phrasings", "A6", None), "phrasings!A6", "it is empty", id="no owner"),
        pytest.param(("phrasings", "B6", None), "phrasings!B6", "it is empty", id="empty phrasing"),
        pytest.param(("phrasings", "B6", "=A1"), "phrasings!B6", "it is a formula", id="a formula"),
        pytest.param(
            ("phrasings", "B6", dt.datetime(2026, 11, 11)),
            "phrasings!B6",
            "date",
            id="a date Excel made of 11.11",
        ),
        pytest.param(("answers", "B2", "<b>好</b>"), "answers!B2", "HTML", id="HTML"),
        pytest.param(("answers", "B2", None), "answers!B2", "it is empty", id="no answer"),
        pytest.param(
            ("answers", "E2", "platinum"), "answers!E2", "unknown tier", id="unknown value"
        ),
        pytest.param(("answers", "H2", "11.21"), "answers!H2", "is not a day", id="no from"),
        pytest.param(("answers", "J3", "house"), "answers!J3", "unknown card", id="unknown card"),
        pytest.param(
            ("answers", "N3", "refund_tme"), "answers!N3", "no entry", id="dangling button"
        ),
        pytest.param(("answers", "K2", "dance"), "answers!K2", "no flow", id="dangling flow"),
        pytest.param(("answers", "L2", "看"), "answers!L2", "exactly one thing", id="idle button"),
        pytest.param(("answers", "N3", "shipping_time"), "answers!L3", "leads back", id="circle"),
    ],
)
def test_each_problem_is_told_by_sheet_row_and_column(
    file: Path, cell: tuple[str, str, Any], where: str, what: str
):
    told = [str(one) for one in problems_of(change(file, cell))]
    assert any(f"{file}:{where} " in one and what in one for one in told), told


def test_an_entry_without_phrasings_or_answers_is_refused(tmp_path: Path):
    bare = replace(REFUND, phrasings=(), answers=())
    told = {one.field: one for one in problems_of(write_workbook([bare], tmp_path / "kb.xlsx"))}
    assert (told["refund_time.phrasings"].sheet, told["refund_time.phrasings"].row) == (
        "entries",
        2,
    )
    assert "no answer is the default" in told["refund_time.answers"].what


def test_the_same_condition_twice_is_told_at_the_second(tmp_path: Path):
    twice = replace(REFUND, answers=(Answer("一"), Answer("二")))
    (problem,) = problems_of(write_workbook([twice], tmp_path / "kb.xlsx"))
    assert (problem.sheet, problem.row) == ("answers", 3)
    assert "stands here twice" in problem.what


@pytest.mark.parametrize(
    ("sheet", "at", "value", "what"),
    [
        ("answers", "C1", "city", "unknown column 'city'"),
        ("answers", "D1", "store", "this column stands here twice"),
        ("entries", "C1", None, "this column is missing"),
    ],
)
def test_columns_that_are_wrong_are_told(file: Path, sheet: str, at: str, value: Any, what: str):
    made, problems = read_workbook(change(file, (sheet, at, value)), VOCABULARY)
    assert made == []
    assert any(what in one.what and one.row == 1 for one in problems)


def test_a_missing_sheet_is_told(tmp_path: Path):
    book = Workbook()
    book.active.title = "entrys"
    book.save(tmp_path / "kb.xlsx")
    told = [(one.sheet, one.what) for one in problems_of(tmp_path / "kb.xlsx")]
    assert told == [(name, f"there is no sheet {name!r}") for name in LAYOUT]


def test_blank_rows_and_other_sheets_do_not_matter(file: Path):
    book = load_workbook(file)
    book.create_sheet("说明").append(["随便写"])
    book["phrasings"].insert_rows(3, 2)
    book["phrasings"]["B500"] = "  "
    book.save(file)
    assert read_workbook(file, VOCABULARY) == ([SHIPPING, REFUND], [])


def test_saved_entries_count_as_being_there(tmp_path: Path):
    file = write_workbook([SHIPPING], tmp_path / "kb.xlsx")
    assert "no entry 'refund_time'" in str(problems_of(file)[0])
    assert read_workbook(file, VOCABULARY, [REFUND]) == ([SHIPPING], [])
    rival = replace(REFUND, key="refund_other", phrasings=("啥时候发货",))
    (problem,) = read_workbook(file, VOCABULARY, [REFUND, rival])[1]
    assert (problem.sheet, problem.row, problem.column) == ("phrasings", 2, "B")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "it is no .xlsx workbook"),
        (b"key,title\n", "it is no .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "it is no .xlsx workbook"),
        (b"PK\x05\x06" + bytes(18), "it is a broken workbook"),
    ],
    ids=["empty", "CSV", "old or locked Excel", "an empty archive"],
)
def test_a_file_that_is_no_workbook_is_told(tmp_path: Path, content: bytes, what: str):
    file = tmp_path / "kb.xlsx"
    file.write_bytes(content)
    (problem,) = problems_of(file)
    assert problem.what.startswith(what)


def test_a_small_file_that_unpacks_to_very_much_is_not_unpacked(tmp_path: Path):
    file = tmp_path / "kb.xlsx"
    zeros = bytes(1_000_000)
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
        packed.open("xl/workbook.xml", "w") as part,
    ):
        for _ in range(UNPACKED_LIMIT // len(zeros) + 1):
            part.write(zeros)
    assert file.stat().st_size < SIZE_LIMIT
    (problem,) = problems_of(file)
    assert problem.what == "it unpacks to too much"


def test_a_sheet_ends_after_many_empty_rows(file: Path):
    change(file, ("phrasings", f"B{EMPTY_ROWS_LIMIT + 900}", "太远了"))
    assert read_workbook(file, VOCABULARY) == ([SHIPPING, REFUND], [])


def test_a_file_that_is_missing_is_told(tmp_path: Path):
    (problem,) = problems_of(tmp_path / "no.xlsx")
    assert problem.what.startswith("it cannot be read")


def test_a_damaged_workbook_never_raises(file: Path):
    whole = file.read_bytes()
    chance = random.Random(7)
    for _ in range(60):
        broken = bytearray(
            whole[: chance.randrange(1, len(whole))] if chance.random() < 0.3 else whole
        )
        for _ in range(8):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        file.write_bytes(bytes(broken))
        made, problems = read_workbook(file, VOCABULARY)
        assert problems or made == [SHIPPING, REFUND]


def thousand_entries() -> list[Entry]:
    def one(n: int) -> Entry:
        return Entry(
            key=f"entry_{n}",
            title=f"第{n}个问题怎么办",
            category="退款" if n % 2 else "发货物流",
            phrasings=tuple(f"第{n}个问题的第{m}种说法" for m in range(10)),
            answers=(Answer(f"第{n}个答案", buttons=(Button("退货", flow="return_request"),)),),
        )

    return [one(n) for n in range(1000)]


@pytest.mark.no_cover
def test_ten_thousand_phrasings_go_out_and_in_again(tmp_path: Path):
    many = thousand_entries()
    assert len({normalised(line) for one in many for line in one.phrasings}) == 10_000
    file = write_workbook(many, tmp_path / "kb.xlsx")
    assert read_workbook(file, VOCABULARY) == (many, [])


@pytest.mark.no_cover
def test_ten_thousand_mistakes_are_all_told(tmp_path: Path):
    many = [replace(one, phrasings=("货",) * 10) for one in thousand_entries()]
    problems = problems_of(write_workbook(many, tmp_path / "kb.xlsx"))
    assert len({one.row for one in problems if one.sheet == "phrasings"}) == 10_000


@pytest.mark.no_cover
def test_ten_thousand_phrasings_as_YAML_too(tmp_path: Path):
    many = thousand_entries()
    write_folder(many, tmp_path / "kb", VOCABULARY)
    again, problems = read_folder(tmp_path / "kb", VOCABULARY)
    assert problems == []
    assert {one.key: one for one in again} == {one.key: one for one in many}
