import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from knowledge_base.entries import Entry
from knowledge_base.errors import NotAnExport
from knowledge_base.releases import Release, Revision, RevisionState
from knowledge_base.training import examples, export
from tests.knowledge_base.samples import NOW, REFUND, SHIPPING


def release(*entries: Entry, number: int = 3) -> Release:
    made = (Revision(1, entry, 1, "小李", NOW, "", RevisionState.APPROVED) for entry in entries)
    return Release(number, "小李", "", NOW, {one.entry.key: one for one in made})


def test_an_export_holds_what_rasa_reads(tmp_path: Path):
    folder = export(release(SHIPPING, REFUND), tmp_path / "exports" / "r3")
    assert sorted(file.name for file in folder.iterdir()) == [
        "domain.yml",
        "nlu.yml",
        "release.json",
    ]
    assert json.loads((folder / "release.json").read_text()) == {
        "release": 3,
        "entries": ["refund_time", "shipping_time"],
    }
    domain = yaml.safe_load((folder / "domain.yml").read_text())
    assert domain == {"version": "3.1", "intents": ["refund_time", "shipping_time"]}
    assert (
        (folder / "nlu.yml").read_text()
        == """\
version: '3.1'
nlu:
- intent: refund_time
  examples: |
    - 退款多久到账
    - 退款几天到
    - 钱什么时候退回来
- intent: shipping_time
  examples: |
    - 什么时候发货
    - 啥时候发货
    - 咋还不发货
    - 發貨要多久
"""
    )


def test_every_example_comes_back_as_it_was_typed(tmp_path: Path):
    odd = ("- 发货", "发货: 几时", "# 发货", "'发货'", "发货？🙏", "|发货", "发货\\n了吗", "{发货}")
    folder = export(release(replace(SHIPPING, phrasings=odd)), tmp_path / "out")
    (intent,) = yaml.safe_load((folder / "nlu.yml").read_text())["nlu"]
    assert [line[1:].strip() for line in intent["examples"].splitlines()] == [
        "什么时候发货",
        *odd,
    ]


def test_brackets_are_not_taken_for_an_annotation():
    entry = replace(SHIPPING, phrasings=("[急](发货)", "[图片] 这个有货吗", "[a]{b}"))
    assert examples([entry])["shipping_time"][1:] == (
        "［急］(发货)",
        "[图片] 这个有货吗",
        "［a］{b}",
    )


def test_a_title_another_entry_claims_is_no_example():
    other = replace(REFUND, phrasings=("什么时候发货？",))
    found = examples([SHIPPING, other])
    assert "什么时候发货" not in found["shipping_time"]
    assert "退款多久到账" in found["refund_time"]


def test_a_title_that_is_a_phrasing_stands_once():
    entry = replace(SHIPPING, phrasings=("什么时候发货？", "几时发"))
    assert examples([entry])["shipping_time"] == ("什么时候发货？", "几时发")


def test_negative_phrasings_are_not_examples():
    assert "多久能送到" not in examples([SHIPPING])["shipping_time"]


def test_an_earlier_export_is_replaced_whole(tmp_path: Path):
    folder = tmp_path / "out"
    export(release(SHIPPING), folder)
    (folder / "leftover.yml").write_text("x")
    export(release(REFUND, number=4), folder)
    assert not (folder / "leftover.yml").exists()
    assert json.loads((folder / "release.json").read_text())["release"] == 4
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_used(tmp_path: Path):
    (tmp_path / "out").mkdir()
    assert (export(release(SHIPPING), tmp_path / "out") / "nlu.yml").exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("important")
    with pytest.raises(NotAnExport, match="not empty"):
        export(release(SHIPPING), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "important"
