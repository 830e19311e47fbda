"""Reading an export: every phrasing with its entry, and a clear refusal of anything else."""

from pathlib import Path

import pytest

from bot.release import Release, TrainingRefused, read_phrasings, read_release

EXPORT = Path(__file__).parents[1] / "contract" / "export"
HEAD = 'version: "3.1"\nnlu:\n'


def test_every_phrasing_comes_with_its_entry():
    found = list(read_phrasings(EXPORT))
    assert ("什么时候发货", "shipping_time") in found
    assert {entry for _, entry in found} == set(read_release(EXPORT).entries)


def test_the_manifest_names_the_release(tmp_path: Path):
    (tmp_path / "release.json").write_text('{"release": 7, "entries": ["thanks"]}')
    (tmp_path / "nlu.yml").write_text(HEAD)
    assert read_release(tmp_path) == Release(7, ("thanks",))


def test_an_export_without_its_files_is_refused(tmp_path: Path):
    with pytest.raises(
        TrainingRefused, match=r"release\.json is missing: export the release again"
    ):
        read_release(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("nlu: [", "export the release again"),
        (HEAD + "  - intent: thanks\n", "examples"),
        (
            HEAD + "  - intent: thanks\n    examples: |\n      谢谢\n",
            "thanks: '谢谢' is no list item",
        ),
        (HEAD + "  - synonym: thanks\n    examples: |\n      - 谢谢\n", "synonym"),
    ],
    ids=["no YAML", "no examples", "no list item", "another kind"],
)
def test_an_unreadable_export_is_refused_with_where_and_why(
    tmp_path: Path, content: str, says: str
):
    (tmp_path / "nlu.yml").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingRefused, match=says):
        list(read_phrasings(tmp_path))
