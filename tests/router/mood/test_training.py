"""Training and loading: reproducible, once for the same text, and clear when it cannot."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jieba
import pytest

from router.mood import Mood, MoodUnavailable, train

ROOT = Path(__file__).parents[3]
DATA = ROOT / "data" / "mood"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a small part of the training text."""
    folder = tmp_path / "data" / "mood"
    folder.mkdir(parents=True)
    for name in ("anger.jsonl", "human_request.jsonl"):
        lines = (DATA / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(lines[:120]), encoding="utf-8")
    shutil.copy(DATA / "lexicon.txt", folder)
    return folder


def test_the_same_text_gives_the_same_model(small: Path, tmp_path: Path) -> None:
    first = train(small, tmp_path / "one")
    second = train(small, tmp_path / "two")

    assert first.name == second.name
    for name in ("什么态度", "转人工", "好的"):
        assert Mood.load(first).read(name) == Mood.load(second).read(name)


def test_unchanged_text_is_not_trained_again(small: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    folder = train(small, tmp_path / "out")
    written = (folder / "config.cfg").stat().st_mtime_ns

    again = train(small, tmp_path / "out", progress=lambda step, done, total: steps.append(step))

    assert again == folder
    assert (folder / "config.cfg").stat().st_mtime_ns == written
    assert steps == ["ready"]


def test_changed_text_gets_a_folder_of_its_own(small: Path, tmp_path: Path) -> None:
    before = train(small, tmp_path / "out")
    with (small / "anger.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"text": "这也太久了吧", "anger": 1}\n')

    assert train(small, tmp_path / "out") != before


def test_training_tells_its_progress_and_leaves_no_draft(small: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []

    folder = train(small, tmp_path / "out", progress=lambda *step: told.append(step))

    assert [done for _, done, _ in told] == [0, 1, 2, 3, 4]
    assert list((tmp_path / "out").iterdir()) == [folder]


def test_a_broken_row_is_named_by_file_and_line(small: Path, tmp_path: Path) -> None:
    (small / "anger.jsonl").write_text('{"text": "好", "anger": 0}\n{"text": 1}\n', "utf-8")

    with pytest.raises(MoodUnavailable, match=r"anger\.jsonl, line 2"):
        train(small, tmp_path / "out")


def test_missing_text_says_what_to_restore(tmp_path: Path) -> None:
    with pytest.raises(MoodUnavailable, match="restore"):
        train(tmp_path / "nothing", tmp_path / "out")


def test_a_missing_model_says_to_train(tmp_path: Path) -> None:
    with pytest.raises(MoodUnavailable, match="train one first") as raised:
        Mood.load(tmp_path / "none")

    assert raised.value.code == "mood_unavailable"


@pytest.mark.parametrize(
    "file", ["config.cfg", "anger/weights.npz", "anger/features.json", "tokenizer/userdict.txt"]
)
def test_a_damaged_model_says_to_train_again(model_folder: Path, tmp_path: Path, file: str) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(model_folder, broken)
    (broken / file).write_bytes(b"\xff\x00 not a model")

    with pytest.raises(MoodUnavailable, match="train again"):
        Mood.load(broken)


def test_our_words_stay_out_of_jiebas_global_dictionary(mood: Mood) -> None:
    mood.read("转人工")

    assert not jieba.dt.user_word_tag_tab


def test_a_text_read_is_kept_nowhere(model_folder: Path) -> None:
    mood = Mood.load(model_folder)
    strings = mood._nlp.vocab.strings
    before = len(strings)

    for number in range(200):
        mood.read(f"我的暗号是龘靐{number}xq{number}zz 电话1380000{number:04}")

    assert len(strings) == before
    assert not any("xq7zz" in string for string in strings)


def test_the_training_text_itself_is_not_in_the_model(model_folder: Path) -> None:
    stored = (model_folder / "anger" / "features.json").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in (DATA / "anger.jsonl").read_text("utf-8").splitlines()]

    assert not [row["text"] for row in rows if len(row["text"]) > 12 and row["text"] in stored]


def test_reading_needs_no_scikit_learn(model_folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from router.mood import Mood;"
        f"Mood.load(Path({str(model_folder)!r})).read('你好');"
        "sys.exit('sklearn' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
