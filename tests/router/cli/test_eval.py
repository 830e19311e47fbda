"""`jieli eval` as people and programs call it."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knowledge_base.database import Database
from knowledge_base.store import KnowledgeStore
from router.cli import main
from router.migrations import migrate
from router.mood import train
from router.settings import ROOT
from tests.fakes.bot import TOKEN, FakeBot, reads
from tests.knowledge_base.samples import NOW, REFUND, SHIPPING

REAL_BOT = [pytest.mark.bot, pytest.mark.xdist_group("bot"), pytest.mark.timeout(300)]
TRAIN = {
    "发货/时间": ("什么时候发货", "几时发货", "今天发不发", "发货要多久", "[急](发) 多久发"),
    "affirm": ("优惠券怎么用", "券在哪里用", "怎么用券", "满减券怎么用", "這張券怎麼用"),
    "退款+进度": ("退款多久到账", "钱什么时候退", "退的钱呢", "退款到哪了", "啥时候退钱"),
}


def jieli(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], env=environment)


def rows(file: Path, *given: object) -> Path:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in given)
    file.write_text("".join(lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def mood(pytestconfig: pytest.Config) -> Path:
    return train(ROOT / "data" / "mood", pytestconfig.cache.mkdir("mood")).parent


@pytest.fixture
def data(tmp_path: Path, mood: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "mood").symlink_to(mood)
    (folder / "service_token").write_text(TOKEN)
    return folder


@pytest.fixture
async def live(data: Path) -> Path:
    database = Database.open(f"sqlite+aiosqlite:///{data}/jieli.db")
    await migrate(database)
    store = KnowledgeStore(database)
    await store.save_all([SHIPPING, REFUND], author="editor", reason="begin", at=NOW)
    await store.publish(author="editor", note="begin", at=NOW)
    await database.close()
    return data


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["eval", "intents", "--train", "none.jsonl", "--test", "none.jsonl"], "does not exist"),
        (["eval", "triggers", "--test", "none.jsonl"], "does not exist"),
        (["eval", "answers", "--test", "none.jsonl"], "does not exist"),
        (["eval", "answers"], "--test"),
    ],
)
def test_a_missing_file_is_named(given: list[str], told: str):
    result = jieli(*given)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("command", ["triggers", "answers"])
def test_a_row_without_text_is_told_with_file_and_line(command: str, tmp_path: Path):
    file = rows(tmp_path / "rows.jsonl", {"text": "好"}, {"anger": 1})
    result = jieli("eval", command, "--test", file, "--data", tmp_path)
    assert result.exit_code == 1
    assert f"{file}:2: Object missing required field `text`" in result.stderr


def test_one_intent_is_nothing_to_tell_apart(tmp_path: Path):
    file = rows(tmp_path / "rows.jsonl", {"text": "好", "intent": "a"})
    result = jieli("eval", "intents", "--train", file, "--test", file)
    assert (result.exit_code, "at least 2 are needed" in result.stderr) == (1, True)


def test_a_place_that_cannot_be_written_is_told_before_the_slow_part(tmp_path: Path):
    file = rows(tmp_path / "rows.jsonl", {"text": "好"})
    result = jieli("eval", "triggers", "--test", file, "--out", file / "report.json")
    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)


def test_triggers_are_scored_fired_and_written(tmp_path: Path, data: Path):
    file = rows(
        tmp_path / "rows.jsonl",
        {"text": "给我转人工", "human_request": 1, "anger": 0},
        {"text": "你们这群骗子，我要投诉！", "anger": 2},
        {"text": "几点关门"},
    )
    out = tmp_path / "new" / "report.json"
    result = jieli("eval", "triggers", "--test", file, "--out", out, "--data", data)
    assert result.exit_code == 0, result.output
    read = json.loads(out.read_text("utf-8"))["rows"]
    assert [row["text"] for row in read] == ["给我转人工", "你们这群骗子，我要投诉！", "几点关门"]
    assert [row["human_request"]["fired"] for row in read] == [True, False, False]
    assert [row["anger"]["fired"] for row in read] == [False, True, False]
    assert read[1]["anger"]["level"] == 2
    assert 0 <= read[2]["anger"]["score"] < 0.5
    assert "requests, recall" in result.stdout


def test_triggers_fire_from_the_thresholds_of_the_policy_in_force(tmp_path: Path, data: Path):
    file = rows(tmp_path / "rows.jsonl", {"text": "给我转人工", "human_request": 1})
    text = (ROOT / "router" / "policy.toml").read_text("utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text(text.replace("human_request = 0.55", "human_request = 1.0"), "utf-8")
    out = tmp_path / "report.json"
    arguments = ("eval", "triggers", "--test", file, "--out", out, "--data", data)
    result = jieli(*arguments, JIELI_POLICY=str(policy))
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text("utf-8"))
    assert report["rows"][0]["human_request"]["fired"] is False
    assert report["human_request"]["recall"] == 0.0


async def test_answers_are_decided_with_a_running_bot(tmp_path: Path, live: Path):
    file = rows(
        tmp_path / "rows.jsonl",
        {"text": "啥时候发", "entry": "shipping_time"},
        {"text": "会下雪吗", "entry": None},
        {"text": "给我转人工"},
    )
    out = tmp_path / "report.json"
    understands = {"啥时候发": reads("shipping_time", 0.9, refund_time=0.05)}
    bot = FakeBot(understands, release=7)
    async with bot.serving() as url:
        arguments = ("--test", file, "--out", out, "--data", live, "--url", url)
        result = await asyncio.to_thread(jieli, "eval", "answers", *arguments)
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text("utf-8"))
    assert [(row["decision"], row["entry"]) for row in report["rows"]] == [
        ("reply", "shipping_time"),
        ("clarify", None),
        ("hand_off", None),
    ]
    assert report["rows"][0]["confidence"] == 0.9
    assert report["rows"][0]["ranking"] == [["shipping_time", 0.9], ["refund_time", 0.05]]
    assert "precision of replies" in result.stdout
    assert "the bot's model is of release 7, and release 1 is live" in result.stderr


def test_a_bot_that_is_not_there_is_told(tmp_path: Path, live: Path):
    file = rows(tmp_path / "rows.jsonl", {"text": "啥时候发"})
    arguments = ("--test", file, "--data", live, "--url", "http://127.0.0.1:9")
    result = jieli("eval", "answers", *arguments)
    assert result.exit_code == 1
    assert "row 1: the bot gave no answer: the bot cannot be reached" in result.stderr


def test_a_release_without_a_model_is_told(tmp_path: Path, live: Path):
    (live / "models").mkdir()
    (live / "models" / "r000009-20261122T080000.tar.gz").touch()
    file = rows(tmp_path / "rows.jsonl", {"text": "啥时候发"})
    result = jieli("eval", "answers", "--test", file, "--data", live)
    assert result.exit_code == 1
    assert "no model of the live release 1" in result.stderr


def test_a_folder_without_a_database_is_told_and_left_alone(tmp_path: Path, data: Path):
    file = rows(tmp_path / "rows.jsonl", {"text": "啥时候发"})
    result = jieli("eval", "answers", "--test", file, "--data", data)
    assert (result.exit_code, "holds no database" in result.stderr) == (1, True)
    assert not (data / "jieli.db").exists()


def test_a_database_without_a_release_is_told(tmp_path: Path, data: Path):
    async def empty() -> None:
        database = Database.open(f"sqlite+aiosqlite:///{data}/jieli.db")
        await migrate(database)
        await database.close()

    file = rows(tmp_path / "rows.jsonl", {"text": "啥时候发"})
    (data / "jieli.db").touch()
    result = jieli("eval", "answers", "--test", file, "--data", data)
    assert (result.exit_code, "`jieli migrate`" in result.stderr) == (1, True)
    asyncio.run(empty())
    result = jieli("eval", "answers", "--test", file, "--data", data)
    assert (result.exit_code, "no release is live" in result.stderr) == (1, True)


class TestTheRealPipeline:
    pytestmark = REAL_BOT

    def test_intents_of_any_name_are_trained_and_read_as_the_bot_reads(self, tmp_path: Path):
        if not (ROOT / "bot" / ".venv" / "bin" / "python").exists():
            pytest.skip("the bot's environment is not installed")
        labelled = [{"text": t, "intent": name} for name, texts in TRAIN.items() for t in texts]
        out = tmp_path / "report.json"
        result = jieli(
            *("eval", "intents", "--train", rows(tmp_path / "train.jsonl", *labelled)),
            "--test",
            rows(
                tmp_path / "test.jsonl",
                {"text": "/多久發貨", "intent": "发货/时间"},
                {"text": "ＤＩＹ的券怎么用", "intent": "affirm"},
                {"text": "几点关门", "intent": "没教过"},
            ),
            *("--ood", rows(tmp_path / "ood.jsonl", {"text": "qwerty"}), "--out", out),
        )
        assert result.exit_code == 0, result.output
        report = json.loads(out.read_text("utf-8"))
        assert [row["ranking"][0][0] for row in report["rows"][:2]] == ["发货/时间", "affirm"]
        assert {name for name, _ in report["rows"][2]["ranking"]} == set(TRAIN)
        assert [row["intent"] for row in report["rows"]] == ["发货/时间", "affirm", "没教过"]
        (outside,) = report["ood_rows"]
        assert (outside["text"], outside["intent"], len(outside["ranking"])) == ("qwerty", None, 3)
        assert report["accuracy"] == pytest.approx(2 / 3, abs=1e-3)
        assert 0 <= report["ood_auroc"] <= 1
        assert report["fit_seconds"] > 0
        assert 0 < report["parse_ms"]["p50"] <= report["parse_ms"]["p99"]
        assert "coverage at 90 % precision" in result.stdout
