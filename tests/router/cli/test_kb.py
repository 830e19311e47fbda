import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowledge_base import tables
from knowledge_base.database import Database
from knowledge_base.files import write_folder
from knowledge_base.store import KnowledgeStore, insert_miss
from router.cli.kb import kb
from router.cli.knowledge import VOCABULARY
from router.cli.misses import misses
from tests.knowledge_base.samples import MISS, REFUND, SHIPPING

Run = Callable[..., Result]


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite+aiosqlite:///{tmp_path}/kb.sqlite"

    async def prepare() -> None:
        database = Database.open(address)
        async with database.writing() as connection:
            await connection.run_sync(tables.metadata.create_all)
        await database.close()

    asyncio.run(prepare())
    return address


@pytest.fixture
def run(url: str) -> Run:
    def invoke(*arguments: object) -> Result:
        given = [str(one) for one in arguments]
        return CliRunner().invoke(kb, ["--database", url, *given])

    return invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "knowledge"
    write_folder([SHIPPING, REFUND], target)
    return target


def read(result: Result) -> object:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_folder_is_imported_and_published_in_one_step(run: Run, folder: Path):
    result = run("import", folder, "--publish", "第一版", "--author", "小李")
    assert result.exit_code == 0, result.output
    assert "added  2" in result.output
    assert "Release 1 is live." in result.output
    (release,) = read(run("releases", "--json"))
    assert (release["note"], release["author"], release["live"]) == ("第一版", "小李", True)


def test_importing_again_changes_nothing(run: Run, folder: Path):
    run("import", folder)
    saved = read(run("import", folder, "--json"))
    assert saved["saved"]["added"] == []
    assert sorted(saved["saved"]["unchanged"]) == ["refund_time", "shipping_time"]


def break_something(folder: Path) -> Path:
    (file,) = (one for one in folder.iterdir() if "shipping_time" in one.read_text())
    text = file.read_text().replace("- 啥时候发货", "- 货").replace("order_state", "order_stat")
    file.write_text(text)
    return file


def test_an_import_with_mistakes_tells_each_with_its_line_and_saves_nothing(run: Run, folder: Path):
    file = break_something(folder)
    result = run("import", folder)
    assert result.exit_code == 1
    assert f"{file}:7:9 shipping_time.phrasings[0]: '货' is one character only" in result.stderr
    assert f"{file}:15:16 shipping_time.answers[1].when: unknown field" in result.stderr
    assert "nothing was saved" in result.stderr
    assert read(run("list", "--json")) == []


def test_an_import_with_mistakes_tells_programs_in_JSON(run: Run, folder: Path):
    break_something(folder)
    result = run("import", folder, "--json")
    assert result.exit_code == 1
    first = json.loads(result.stdout)["problems"][0]
    assert (first["line"], first["field"]) == (7, "shipping_time.phrasings[0]")


def test_checking_saves_nothing(run: Run, folder: Path):
    result = run("import", folder, "--check")
    assert result.output.endswith("2 entries, ok.\n")
    assert read(run("list", "--json")) == []


def test_a_missing_entry_is_removed_only_when_asked(run: Run, folder: Path):
    run("import", folder)
    write_folder([REFUND], folder)
    assert read(run("import", folder, "--json"))["saved"]["removed"] == []
    removed = read(run("import", folder, "--remove-missing", "--json"))["saved"]["removed"]
    assert removed == ["shipping_time"]
    assert "shipping_time was removed." in run("show", "shipping_time").output


def test_what_is_exported_can_be_imported_again(run: Run, folder: Path, tmp_path: Path):
    run("import", folder)
    result = run("export", tmp_path / "out")
    assert sorted(Path(line).name for line in result.output.split()) == [
        "refunds.yml",
        "shipping.yml",
    ]
    assert read(run("import", tmp_path / "out", "--json"))["saved"]["changed"] == []


def test_a_release_is_exported_as_training_data(run: Run, folder: Path, tmp_path: Path):
    run("import", folder, "--publish", "第一版")
    files = read(run("export", tmp_path / "rasa", "--rasa", "--json"))["files"]
    assert [Path(file).name for file in files] == ["domain.yml", "nlu.yml", "release.json"]


def test_training_data_of_nothing_live_is_refused(run: Run, tmp_path: Path):
    result = run("export", tmp_path / "rasa", "--rasa")
    assert result.exit_code == 1
    assert "[nothing_live]" in result.stderr


def test_entries_are_listed(run: Run, folder: Path):
    run("import", folder)
    assert "2 entries." in run("list").output
    listed = read(run("list", "--category", "退款", "--json"))
    assert [(one["key"], one["phrasings"]) for one in listed] == [("refund_time", 2)]


def test_an_entry_is_shown_with_its_answers_and_history(run: Run, folder: Path):
    run("import", folder, "--author", "小李", "--reason", "开店")
    shown = run("show", "shipping_time").output
    for part in ("什么时候发货", "answer [order_state=presale]", "咋还不发货", "开店", "not: "):
        assert part in shown
    entry = read(run("show", "shipping_time", "--json"))
    assert entry["entry"]["key"] == "shipping_time"
    assert entry["history"][0]["author"] == "小李"


def test_an_unknown_entry_is_told_without_a_stack_trace(run: Run):
    result = run("show", "no_such")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        result.stderr
        == "Error: [unknown_entry] There is no entry 'no_such'. List the entries' keys.\n"
    )


def test_what_would_go_live_is_shown_before_it_does(run: Run, folder: Path):
    run("import", folder, "--publish", "第一版")
    assert run("diff").output == "no change\n"
    shipping = folder / "发货物流.yml"
    shipping.write_text(shipping.read_text().replace("咋还不发货", "几时发货"))
    run("import", folder)
    assert run("diff").output.splitlines() == [
        "~ shipping_time  什么时候发货",
        "    + phrasing 几时发货",
        "    - phrasing 咋还不发货",
    ]
    run("publish", "--note", "第二版")
    assert run("diff", 1, 2).output.startswith("~ shipping_time")
    assert read(run("diff", 2, 1, "--json"))["changed"][0]["key"] == "shipping_time"


def test_publishing_and_rolling_back(run: Run, folder: Path):
    run("import", folder, "--publish", "第一版")
    result = run("publish", "--note", "又一版")
    assert (result.exit_code, "[nothing_to_publish]" in result.stderr) == (1, True)
    write_folder([REFUND], folder)
    run("import", folder, "--remove-missing", "--publish", "第二版")
    assert run("rollback").output == "Release 1 is live with 2 entries.\n"
    assert read(run("rollback", 2, "--json")) == {"release": 2, "entries": 1}
    assert "第二版" in run("releases").output


def test_a_broken_vocabulary_is_told_with_its_line(run: Run, folder: Path, tmp_path: Path):
    file = tmp_path / "vocabulary.yml"
    file.write_text("tyre: {gold: 金卡}\n")
    result = run("--vocabulary", file, "import", folder)
    assert result.exit_code == 1
    assert "vocabulary.yml:1" in result.stderr


@pytest.mark.parametrize("command", [kb, misses], ids=["kb", "misses"])
def test_a_database_without_tables_is_told_without_a_stack_trace(command, tmp_path: Path):
    given = ["--database", f"sqlite+aiosqlite:///{tmp_path}/empty.sqlite"]
    result = CliRunner().invoke(command, given + (["list"] if command is kb else []))
    assert result.exit_code == 1
    assert "[database_unusable] The database says: no such table" in result.stderr
    assert "jieli migrate" in result.stderr


def test_the_demo_vocabulary_is_there():
    assert VOCABULARY.is_file()


async def note(url: str) -> None:
    database = Database.open(url)
    async with database.writing() as connection:
        await connection.run_sync(lambda sync: insert_miss(sync, MISS))
    assert await KnowledgeStore(database).count_misses() == 1
    await database.close()


def test_misses_are_listed(url: str):
    asyncio.run(note(url))
    runner = CliRunner()
    shown = runner.invoke(misses, ["--database", url], terminal_width=200)
    assert "1 of 1 misses." in shown.output
    found = read(runner.invoke(misses, ["--database", url, "--json"]))
    assert found["count"] == 1
    assert found["misses"][0]["text"] == "手镯能不能改小一点"
    assert found["misses"][0]["reason"] == "low_confidence"
    cured = read(runner.invoke(misses, ["--database", url, "--state", "cured", "--json"]))
    assert cured == {"count": 0, "misses": []}
    recent = read(runner.invoke(misses, ["--database", url, "--all", "--days", "36500", "--json"]))
    assert recent["count"] == 1
