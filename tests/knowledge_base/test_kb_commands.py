"""The commands of `jieli kb` that bring Excel in and out and move edits along."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from knowledge_base.database import Database
from knowledge_base.entries import Answer, Entry
from knowledge_base.excel import write_workbook
from knowledge_base.store import KnowledgeStore
from router.cli.kb import kb
from router.migrations import upgrade
from tests.knowledge_base.samples import NOW, REFUND, SHIPPING

Run = Callable[..., Result]
Work = Callable[[Callable[[KnowledgeStore], Awaitable[Any]]], Any]


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite+aiosqlite:///{tmp_path}/kb.sqlite"
    asyncio.run(upgrade(address))
    return address


@pytest.fixture
def run(url: str) -> Run:
    return lambda *given: CliRunner().invoke(kb, ["--database", url, *map(str, given)])


@pytest.fixture
def within(url: str) -> Work:
    def work(job: Callable[[KnowledgeStore], Awaitable[Any]]) -> Any:
        async def go() -> Any:
            database = Database.open(url)
            try:
                return await job(KnowledgeStore(database))
            finally:
                await database.close()

        return asyncio.run(go())

    return work


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_workbook([SHIPPING, REFUND], tmp_path / "kb.xlsx")


def draft(entry: Entry, base: int | None = None) -> Callable[[KnowledgeStore], Awaitable[Any]]:
    return lambda store: store.save_draft(entry, author="小李", reason="改", base=base, at=NOW)


def test_a_workbook_is_imported_and_exported_again_unchanged(run: Run, file: Path, tmp_path: Path):
    assert run("import", file).exit_code == 0
    out = tmp_path / "out.XLSX"
    assert run("export", out).output.strip() == str(out)
    saved = json.loads(run("import", out, "--json").stdout)["saved"]
    assert sorted(saved["unchanged"]) == ["refund_time", "shipping_time"]


def test_checking_a_workbook_shows_what_would_change_and_saves_nothing(run: Run, file: Path):
    run("import", file)
    write_workbook([replace(REFUND, title="退款几天到")], file)
    result = run("import", file, "--check", "--remove-missing")
    assert "~ refund_time  退款几天到" in result.output
    assert "title: 退款多久到账 -> 退款几天到" in result.output
    assert "- shipping_time" in result.output
    assert result.output.endswith("1 entries, ok.\n")
    told = json.loads(run("import", file, "--check", "--json").stdout)
    assert [one["key"] for one in told["changes"]["changed"]] == ["refund_time"]
    listed = json.loads(run("list", "--json").stdout)
    assert [one["title"] for one in listed] == ["什么时候发货", "退款多久到账"]


def test_a_broken_workbook_saves_nothing_and_says_where(run: Run, file: Path):
    write_workbook([replace(REFUND, phrasings=("退款几天到", "退"))], file)
    result = run("import", file)
    assert result.exit_code == 1
    assert f"{file}:phrasings!B3 refund_time.phrasings[1]: '退' is one character" in result.stderr
    assert json.loads(run("list", "--json").stdout) == []
    assert json.loads(run("import", file, "--json").stdout)["problems"][0]["row"] == 3


def test_a_part_of_the_entries_may_be_imported_alone(run: Run, file: Path):
    run("import", file)
    write_workbook([replace(SHIPPING, title="几时发货")], file)
    assert json.loads(run("import", file, "--json").stdout)["saved"]["changed"] == ["shipping_time"]


def test_checking_without_a_database_still_finds_mistakes(file: Path, tmp_path: Path):
    given = ["--database", f"sqlite+aiosqlite:///{tmp_path}/empty.sqlite", "import", str(file)]
    result = CliRunner().invoke(kb, [*given, "--check"])
    assert (result.exit_code, result.stdout) == (0, "2 entries, ok.\n")
    assert "No preview" in result.stderr
    assert CliRunner().invoke(kb, given).exit_code == 1


def test_an_export_never_overwrites_another_kind_of_file(run: Run, tmp_path: Path):
    file = tmp_path / "notes.txt"
    file.write_text("别动")
    assert "[not_an_export]" in run("export", file).stderr
    assert file.read_text() == "别动"


def test_an_edit_is_taken_through_review_on_the_command_line(run: Run, within: Work):
    within(draft(REFUND))
    assert "1 undecided." in run("drafts").output
    assert "is in_review now" in run("submit", "refund_time", "--author", "小李").output
    assert "is approved now" in run("approve", "refund_time", "--note", "对").output
    assert json.loads(run("drafts", "--json").stdout) == []
    shown = run("show", "refund_time").output
    assert "→ approved" in shown
    assert "[nothing_undecided]" in run("approve", "refund_time").stderr


def test_an_edit_is_rejected_with_its_reason(run: Run, within: Work):
    within(draft(REFUND))
    result = run("reject", "refund_time", "--revision", 1, "--reason", "天数不对", "--json")
    assert json.loads(result.stdout)["state"] == "rejected"
    shown = run("show", "refund_time").output
    assert "天数不对" in shown
    assert "refund_time is not approved yet." in shown


def test_doubts_are_shown_and_errors_fail(run: Run, within: Work, file: Path):
    run("import", file)
    within(
        lambda store: store.save_all(
            [replace(REFUND, answers=(Answer("好", flow="dance"),))], author="", reason="", at=NOW
        )
    )
    result = run("check")
    assert result.exit_code == 1
    assert "error: refund_time.answers[0].flow: no flow 'dance'" in result.output
    assert run("check", "shipping_time").exit_code == 0
    assert "[unknown_entry]" in run("check", "no_such").stderr


def test_entries_past_their_dates_are_listed(run: Run, file: Path):
    run("import", file)
    assert "0 due." in run("due", "--on", "2027-05-30").output
    (one,) = json.loads(run("due", "--on", "2027-06-01", "--json").stdout)
    assert one == {"key": "shipping_time", "kind": "review", "day": "2027-05-31"}
    assert "review" in run("due", "--on", "2027-06-01").output
    assert run("due").exit_code == 0


def test_entries_are_searched(run: Run, file: Path):
    run("import", file)
    assert json.loads(run("search", "tk", "--json").stdout)[0]["key"] == "refund_time"
    assert "退款多久到账" in run("search", "退款").output
