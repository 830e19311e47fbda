"""`jieli retrain` and `jieli model` as people, cron and the console's runs call them."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from knowledge_base.database import Database
from knowledge_base.runs import ModelMove, Phase, PhaseTime, RunState, Trigger
from knowledge_base.runs_store import RunsStore
from router.cli import main
from router.desk.knowledge.training import run_row
from router.migrations import migrate
from router.wire_training import GateCheck, GateItem, RunReport

Run = Callable[..., Result]
OLD, NEW = "r000001-20260101T000000", "r000002-20260102T000000"
ALIKE = GateItem("还没发", "shipping_time", "refund_time", 0.7)
CHECK = GateCheck("held_out_top1", 0.7, 0.85, True, "share", False, 10, live=0.9, failing=[ALIKE])


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("JIELI_DATA", str(tmp_path))
    monkeypatch.setenv("JIELI_BOT_URL", "http://127.0.0.1:9")  # nobody listens there
    on_store(tmp_path, lambda _: asyncio.sleep(0))

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return invoke


def on_store(folder: Path, work: Callable[[RunsStore], Awaitable[object]]) -> None:
    async def done() -> None:
        database = Database.open(f"sqlite+aiosqlite:///{folder}/jieli.db")
        await migrate(database)
        await work(RunsStore(database))
        await database.close()

    asyncio.run(done())


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def begun(runs: RunsStore) -> str:
    run = await runs.begin(
        None, trigger=Trigger.NIGHTLY, author="night", holder="h", at=now(), lease_seconds=60
    )
    return run.id


async def kept_by_the_gate(runs: RunsStore) -> None:
    name = await begun(runs)
    await runs.phase(name, Phase.TRAIN, PhaseTime(Phase.TRAIN, 12.3, 900.0), release=2, model=NEW)
    row = msgspec.structs.replace(run_row(await runs.run(name)), state="kept")
    report = RunReport(row, False, [CHECK], [], [], [], [], [], [], [ALIKE])
    why = "The gate found: held_out_top1."
    await runs.end(name, RunState.KEPT, why, now(), msgspec.json.encode(report))


async def promoted_twice(runs: RunsStore) -> None:
    for model in (OLD, NEW):
        await runs.want(model, move=ModelMove.PROMOTE, author="ning", at=now())
        await runs.promoted(model, "http://127.0.0.1:9", None, None, now())


def test_without_a_release_the_run_fails_and_says_what_to_do(run: Run) -> None:
    done = run("retrain")
    assert done.exit_code == 1
    assert "jieli kb publish" in done.output
    assert "the model before serves on" in done.output.lower()


def test_the_last_line_for_programs_is_the_run(run: Run) -> None:
    done = run("retrain", "--json")
    *events, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["phase"] == "snapshot"
    assert (last["state"], last["phase"]) == ("failed", "snapshot")


def test_a_second_run_is_refused_with_an_exit_code_of_its_own(run: Run, tmp_path: Path) -> None:
    on_store(tmp_path, begun)
    done = run("retrain")
    assert done.exit_code == 4
    assert "night started a training" in done.output


@pytest.mark.parametrize("text", ["[thresholds]\ncures = 2\n", "this is no TOML"])
def test_a_broken_gate_is_told_before_a_run_begins(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    gate = tmp_path / "gate.toml"
    gate.write_text(text, "utf-8")
    monkeypatch.setenv("JIELI_GATE", str(gate))
    done = run("retrain")
    assert done.exit_code == 1
    assert "gate.toml" in done.output
    assert json.loads(run("retrain", "runs", "--json").stdout) == []


def test_runs_are_listed_and_a_report_shows_what_failed(run: Run, tmp_path: Path) -> None:
    on_store(tmp_path, kept_by_the_gate)
    [row] = json.loads(run("retrain", "runs", "--json").stdout)
    assert (row["state"], row["model"], row["reported"]) == ("kept", NEW, True)
    assert "kept" in run("retrain", "runs").stdout
    shown = run("retrain", "show", row["id"])
    assert shown.exit_code == 0, shown.output
    assert "held_out_top1" in shown.stdout
    assert "还没发" in shown.stdout
    report = json.loads(run("retrain", "show", row["id"], "--json").stdout)
    assert report["checks"][0]["failing"][0]["got"] == "refund_time"


def test_a_run_without_a_report_and_one_that_is_not_there_are_told_apart(run: Run) -> None:
    run("retrain")
    [row] = json.loads(run("retrain", "runs", "--json").stdout)
    assert "has no report" in run("retrain", "show", row["id"]).output
    assert "There is no training run" in run("retrain", "show", "another").output


def test_an_earlier_model_is_wanted_again(run: Run, tmp_path: Path) -> None:
    on_store(tmp_path, promoted_twice)
    assert f"{NEW} serves." in run("model", "list").stdout
    done = run("model", "roll-back")
    assert done.exit_code == 0, done.output
    assert f"{OLD} is to serve when `jieli up` runs again." in done.stdout
    assert f"{OLD} is to serve." in run("model", "list").stdout


def test_a_model_that_never_served_is_refused(run: Run) -> None:
    assert "no earlier model" in run("model", "roll-back").output
    done = run("model", "roll-back", NEW)
    assert done.exit_code == 1
    assert NEW in done.output
