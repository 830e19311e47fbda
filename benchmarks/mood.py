"""Anger and requests in real chats: labels of ours for text that is not part of the project.

    python -m benchmarks.mood conversations_jd.jsonl intents_jd.jsonl [--model var/mood/mood-...]

Rows are {"text"} or {"turns": [...]}: the public JDDC sample, and DialogueCSE's utterances of JD
shoppers. Each different turn of them was labelled by a reader who had seen neither the model nor
its text, as docs/mood.md says. `mood_labels.jsonl` names turns by the first 16 digits of their
SHA-1 and holds what is not calm or asks for a human; null is what the reader could not decide or
did not read; every other turn is calm. Without --model one is trained, or taken from var/mood.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import msgspec

from router.mood import Mood, train
from router.mood.evaluate import TriggerRow, evaluate_triggers

ROOT = Path(__file__).resolve().parents[1]
LABELS = Path(__file__).with_name("mood_labels.jsonl")


class Label(msgspec.Struct, frozen=True):
    """What a reader said of one turn."""

    turn: str
    anger: int | None
    human_request: int = 0


def named(turn: str) -> str:
    """Give the name a turn has among the labels."""
    return hashlib.sha1(turn.encode()).hexdigest()[:16]


def turns_of(lines: Iterable[str]) -> list[str]:
    """Give each different turn of a file once, on one line, in its order."""
    rows = [json.loads(line) for line in lines]
    found = (turn for row in rows for turn in row.get("turns") or [row["text"]])
    plain = (turn.strip().replace("\n", " ") for turn in found)
    return list(dict.fromkeys(turn for turn in plain if turn))


def labelled(turns: Iterable[str], labels: dict[str, Label]) -> list[TriggerRow]:
    """Put labels to turns."""
    rows = []
    for turn in turns:
        label = labels.get(named(turn), Label("", 0))
        rows.append(TriggerRow(turn, label.human_request, label.anger))
    return rows


def main() -> None:
    """Read the arguments, then each file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--model", type=Path)
    arguments = parser.parse_args()
    decode = msgspec.json.Decoder(Label).decode
    labels = {one.turn: one for one in map(decode, LABELS.read_text("utf-8").splitlines())}
    model = arguments.model or train(ROOT / "data" / "mood", ROOT / "var" / "mood")
    mood = Mood.load(model)
    for file in arguments.files:
        rows = labelled(turns_of(file.read_text("utf-8").splitlines()), labels)
        report = msgspec.structs.replace(evaluate_triggers(rows, mood), rows=[])
        print(file.name, msgspec.json.format(msgspec.json.encode(report)).decode())


if __name__ == "__main__":
    main()
