"""The routing policy's file: read as a whole or refused by the name of what is wrong."""

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo

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
            changed("human_request = 0.55", "human_request = 1.5"), "human_request", id="p"
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


HOURS = """
[hours]
zone = "Asia/Shanghai"
every_day = ["09:00-12:00", "13:30-21:00"]
sunday = []

[[holidays]]
name = "国庆节"
on = 2026-10-01
until = 2026-10-07

[[holidays]]
name = "国庆调休上班"
on = 2026-10-11
hours = ["10:00-16:00"]
"""


def opens(text: str, moment: str) -> str:
    """Give when the desk of a policy opens next, on the wall clock of Shanghai."""
    zone = ZoneInfo("Asia/Shanghai")
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=zone)
    return f"{read_policy(text).timing.calendar.next_opening(at).astimezone(zone):%m-%d %H:%M}"


def test_without_hours_the_desk_is_always_open() -> None:
    assert read_policy(RIGHT).timing.calendar.always_open


def test_hours_with_split_shifts_holidays_and_an_extra_day() -> None:
    assert opens(RIGHT + HOURS, "2026-11-20 12:30") == "11-20 13:30"
    assert opens(RIGHT + HOURS, "2026-09-30 21:00") == "10-08 09:00"
    assert opens(RIGHT + HOURS, "2026-10-10 22:00") == "10-11 10:00"
    assert opens(RIGHT + HOURS, "2026-11-21 22:00") == "11-23 09:00"


def test_targets_are_taken_by_class_and_others_keep_theirs() -> None:
    timing = read_policy(changed("resolution = 60", "resolution = 45")).timing
    assert timing.targets("critical").resolution == dt.timedelta(minutes=45)
    assert timing.targets("case").resolution == dt.timedelta(hours=2)
    assert timing.warn_share == 0.6


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        pytest.param("Asia/Shanghai", "Asia/Shangri-La", "time zone", id="no such zone"),
        pytest.param("09:00-12:00", "9-12", "shift", id="no shift"),
        pytest.param("13:30-21:00", "11:30-21:00", "overlap", id="overlapping shifts"),
        pytest.param('every_day = ["09:00-12:00", "13:30-21:00"]', "", "never", id="never open"),
        pytest.param("until = 2026-10-07", "until = 2026-09-07", "国庆节", id="ends first"),
        pytest.param("until = 2026-10-07", "until = 2027-10-07", "国庆节", id="over a year"),
        pytest.param("on = 2026-10-11", 'on = "tomorrow"', "date", id="no date"),
        pytest.param("sunday = []", "sonntag = []", "sonntag", id="an unknown day"),
    ],
)
def test_wrong_hours_are_refused_by_the_name_of_what_is_wrong(
    old: str, new: str, word: str
) -> None:
    assert old in HOURS
    with pytest.raises(InvalidPolicy, match=word):
        read_policy(RIGHT + HOURS.replace(old, new, 1), "policy.toml")
