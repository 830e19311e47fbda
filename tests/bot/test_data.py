"""The hand-written phrasings: enough of them, each once, and none that is an entry's."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.flow import Flow
from bot.lexicon import bare
from bot.reading import FLOW_ONLY_INTENTS

DATA = Path(__file__).resolve().parents[2] / "data"
_ANNOTATED = re.compile(r"\[([^\]]+)\]\(\w+\)")


@cache
def ours() -> dict[str, list[str]]:
    blocks = yaml.safe_load((DATA / "nlu" / "flows.yml").read_text("utf-8"))["nlu"]
    return {
        block["intent"]: [
            _ANNOTATED.sub(r"\1", line.removeprefix("- "))
            for line in block["examples"].splitlines()
        ]
        for block in blocks
        if "intent" in block
    }


@cache
def entries() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((DATA / "knowledge").glob("*.yml")):
        for entry in yaml.safe_load(file.read_text("utf-8"))["entries"]:
            found.update({bare(str(phrasing)): entry["key"] for phrasing in entry["phrasings"]})
    return found


@pytest.mark.parametrize(
    ("intent", "least"), [*((flow.value, 40) for flow in Flow), ("cancel_flow", 25)]
)
def test_there_are_enough_phrasings(intent: str, least: int) -> None:
    assert len(ours()[intent]) >= least


def test_everybody_knows_the_same_flows() -> None:
    root = DATA.parent
    policy = tomllib.loads((root / "router" / "policy.toml").read_text("utf-8"))
    vocabulary = yaml.safe_load((DATA / "shop" / "vocabulary.yml").read_text("utf-8"))
    domain = yaml.safe_load((root / "bot" / "domain" / "flows.yml").read_text("utf-8"))
    flows = {flow.value for flow in Flow}
    assert set(policy["flows"]) == set(vocabulary["flow"]) == flows
    assert set(domain["forms"]) == {flow.form for flow in Flow}


def test_no_phrasing_stands_twice() -> None:
    counted = Counter(bare(text) for texts in ours().values() for text in texts)
    assert [text for text, times in counted.items() if times > 1] == []


def test_no_phrasing_of_a_flow_is_also_an_entrys() -> None:
    claimed = {
        text: entries()[bare(text)]
        for intent, texts in ours().items()
        for text in texts
        if bare(text) in entries()
    }
    assert claimed == {}


def test_the_words_only_a_flow_understands_are_all_trained() -> None:
    assert ours().keys() >= FLOW_ONLY_INTENTS
