"""The routing policy's file: read as a whole or refused by the name of what is wrong."""

import datetime as dt
import os
from pathlib import Path

import pytest

from router.domain.handoff import Priority
from router.policy import InvalidPolicy, PolicyFile, read_policy
from router.settings import ROOT

RIGHT = (ROOT / "router" / "policy.toml").read_text("utf-8")


def changed(old: str, new: str) -> str:
    assert old in RIGHT
    return RIGHT.replace(old, new, 1)


def test_the_policy_of_the_house_is_right() -> None:
    rules = read_policy(RIGHT)
    assert rules.first_response[Priority.URGENT] == dt.timedelta(minutes=1)
    assert set(rules.first_response) == set(Priority)
    assert rules.routing.confident == 0.55
    assert {preset.flow for preset in rules.presets if preset.flow} <= rules.flows.keys()


def test_the_presets_of_the_house_name_entries_of_the_demo_knowledge() -> None:
    folder = ROOT / "data" / "knowledge"
    known = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.yml")))
    for preset in read_policy(RIGHT).presets:
        if preset.entry is not None:
            assert f"key: {preset.entry}\n" in known, preset.title


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("[decision", "not TOML", id="no TOML"),
        pytest.param("", "decision", id="empty"),
        pytest.param(
            changed("human_request = 0.5", "human_request = 1.5"), "human_request", id="p"
        ),
        pytest.param(changed("anger = 0.72", "anger = nan"), "anger", id="not a number"),
        pytest.param(changed("anger = 0.72", 'anger = "high"'), "anger", id="a wrong type"),
        pytest.param(changed("confident = 0.55", "confidnet = 0.55"), "confidnet", id="a typo"),
        pytest.param(changed("max_candidates = 3", "max_candidates = 4"), "max_candidates", id="4"),
        pytest.param(changed("urgent = 1", "urgent = 0"), "urgent", id="no time at all"),
        pytest.param(changed("low = 30", ""), "low", id="a missing clock"),
        pytest.param(
            changed('entry = "shipping_time"', ""), "什么时候发货", id="a preset that does nothing"
        ),
        pytest.param(
            changed('entry = "shipping_time"', 'entry = "a"\nflow = "return_request"'),
            "什么时候发货",
            id="a preset that does two things",
        ),
        pytest.param(
            changed('flow = "where_is_my_order"', 'flow = "where_is_it"'),
            "where_is_it",
            id="a preset of no flow",
        ),
        pytest.param(
            changed('when = { order_state = ["shipped"] }', 'when = { weather = ["rain"] }'),
            "weather",
            id="an unknown condition",
        ),
    ],
)
def test_a_wrong_policy_is_refused_by_the_name_of_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(InvalidPolicy, match=word):
        read_policy(text, "policy.toml")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(RIGHT, "utf-8")
    return path


def rewrite(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))


def test_a_changed_policy_is_taken_once(file: Path) -> None:
    policy = PolicyFile(file)
    assert not policy.reload()
    rewrite(file, changed("confident = 0.55", "confident = 0.8"))
    assert policy.reload()
    assert policy.rules.routing.confident == 0.8
    assert not policy.reload()


@pytest.mark.parametrize("damage", ["wrong", "not UTF-8", "gone", "a folder"])
def test_a_damaged_policy_leaves_the_former_one_and_is_told_once(file: Path, damage: str) -> None:
    policy = PolicyFile(file)
    former = policy.rules
    match damage:
        case "wrong":
            rewrite(file, "[decision]")
        case "not UTF-8":
            file.write_bytes(b"\xff\xfe")
        case "gone":
            file.unlink()
        case _:
            file.unlink()
            file.mkdir()
    with pytest.raises(InvalidPolicy, match=r"policy\.toml"):
        policy.reload()
    assert not policy.reload()
    assert policy.rules is former
    if damage == "a folder":
        file.rmdir()
    rewrite(file, RIGHT) if file.exists() else file.write_text(RIGHT, "utf-8")
    assert policy.reload()


def test_a_router_does_not_start_without_a_policy(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicy, match="cannot be read"):
        PolicyFile(tmp_path / "none.toml")
