"""`jieli misses clusters`, `prove` and `week` as people and programs call them."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowledge_base.database import Database
from knowledge_base.inbox_store import InboxStore
from knowledge_base.store import KnowledgeStore, insert_miss
from router.cli.misses import misses
from router.migrations import migrate
from tests.knowledge_base.samples import MISS, NOW, REFUND, SHIPPING

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    url = f"sqlite+aiosqlite:///{tmp_path}/jieli.db"
    monkeypatch.setenv("JIELI_DATA", str(tmp_path))
    monkeypatch.setenv("JIELI_BOT_URL", "http://127.0.0.1:9")  # nobody listens there

    async def prepare() -> None:
        database = Database.open(url)
        await migrate(database)
        store = KnowledgeStore(database)
        await store.save_all([SHIPPING, REFUND], author="editor", reason="begin", at=NOW)
        await store.publish(author="editor", note="begin", at=NOW)
        async with database.writing() as connection:
            for seq, text in enumerate(("手镯能改小吗", "手镯想改小一点", "几点关门")):
                miss = replace(MISS, id=f"m{seq}", seq=seq, text=text)
                await connection.run_sync(lambda sync, miss=miss: insert_miss(sync, miss))
        await InboxStore(database).add_wordings(["m0"], "shipping_time", author="editor", at=NOW)
        await database.close()

    asyncio.run(prepare())

    def invoke(*arguments: str) -> Result:
        command, *rest = arguments
        return CliRunner().invoke(misses, [command, "--database", url, *rest])

    return invoke


def test_open_misses_are_shown_in_clusters(run: Run):
    shown = run("clusters")
    assert shown.exit_code == 0, shown.output
    assert "2 of 2 clusters, 3 missed turns." in shown.output
    found = json.loads(run("clusters", "--json").stdout)
    assert found["count"] == 2
    assert found["clusters"][0]["size"] == 2
    assert set(found["clusters"][0]["examples"]) == {"手镯能改小吗", "手镯想改小一点"}


def test_without_an_answer_of_the_bot_nothing_is_proven_and_nothing_changes(run: Run):
    result = run("prove", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["cured"], told["proofs"][0]["why"]) == (0, "the bot gave no answer")
    assert told["moved"]["changes"] == []
    assert "0 of 1 cured." in run("prove").output


def test_the_week_is_told_in_a_sentence_and_in_JSON(run: Run):
    assert "cured (0 within 24 h)" in run("week").output
    assert json.loads(run("week", "--json").stdout)["cured"] == 0


@pytest.mark.parametrize("command", ["clusters", "prove", "week"])
def test_a_database_without_tables_is_told_without_a_stack_trace(command: str, tmp_path: Path):
    given = [command, "--database", f"sqlite+aiosqlite:///{tmp_path}/empty.sqlite"]
    result = CliRunner(env={"JIELI_DATA": str(tmp_path)}).invoke(misses, given)
    assert result.exit_code == 1
    assert "[database_unusable]" in result.stderr
