"""Generates a knowledge base of any size, with phrasings kept back, to measure training on.

    python -m benchmarks.generate FOLDER [--entries 1000] [--phrasings 12] [--held-out 4] [--seed 1]

Every product of generate.toml meets every question of it. An entry's held-out phrasings use two
of the question's eight wordings that none of its own phrasings uses; a few characters are wrong,
as typed on phones. FOLDER gets knowledge/*.yml for `jieli kb import`, and held_out.jsonl.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from knowledge_base.entries import Answer, Entry
from knowledge_base.files import read_vocabulary, write_folder
from knowledge_base.wording import normalised

HERE = Path(__file__).resolve().parent
VOCABULARY = HERE.parent / "data" / "shop" / "vocabulary.yml"
HELD_OUT_WORDINGS = 2
_CHOICE = re.compile(r"\(([^()]*)\)")
_OPENERS = ("", "", "", "", "你好，", "亲，", "请问", "在吗？", "老板 ", "麻烦问下，", "hi ")
_CLOSERS = ("", "", "", "", "？", "?", "啊", "呢", "谢谢", "～", "，急", "[表情]")
_MISTAKES = dict(
    zip(
        "的得在再做坐吗嘛多哆货或款宽退腿换唤修休",
        "得的再在坐做嘛吗哆多或货宽款腿退唤换休修",
        strict=True,
    )
)
_MISTAKE_SHARE = 0.08


@dataclass(frozen=True)
class Generated:
    """A knowledge base, and for each entry's key phrasings that it does not have."""

    entries: tuple[Entry, ...]
    held_out: tuple[tuple[str, str], ...]


def generate(
    entries: int = 1000, phrasings: int = 12, held_out: int = 4, seed: int = 1
) -> Generated:
    """Make a knowledge base; the same numbers give the same one. No phrasing stands twice."""
    source = tomllib.loads((HERE / "generate.toml").read_text("utf-8"))
    pairs = list(product(enumerate(source["products"].items()), source["questions"]))
    if entries > len(pairs):
        raise ValueError(f"{entries} entries wanted; products and questions make {len(pairs)}")
    chance = random.Random(seed)
    taken: set[str] = set()
    made, kept_back = [], []
    for (number, (name, names)), question in chance.sample(pairs, entries):
        wordings = chance.sample(question["wordings"], len(question["wordings"]))
        unseen, seen = wordings[:HELD_OUT_WORDINGS], wordings[HELD_OUT_WORDINGS:]
        title = question["title"].replace("{p}", name)
        taken.add(normalised(title))
        entry = Entry(
            key=f"{question['key']}_{number:02d}",
            title=title,
            category=question["category"],
            phrasings=_phrasings(seen, names, phrasings, taken, chance),
            answers=(Answer(question["answer"].replace("{p}", name)),),
        )
        made.append(entry)
        kept_back += [
            (text, entry.key) for text in _phrasings(unseen, names, held_out, taken, chance)
        ]
    return Generated(tuple(made), tuple(kept_back))


def _phrasings(
    wordings: list[str], names: list[str], count: int, taken: set[str], chance: random.Random
) -> tuple[str, ...]:
    found: list[str] = []
    for text in _endless(wordings, names, chance):
        if normalised(text) not in taken:
            taken.add(normalised(text))
            found.append(text)
        if len(found) == count:
            break
    return tuple(found)


def _endless(wordings: list[str], names: list[str], chance: random.Random) -> Iterator[str]:
    while True:
        for wording in wordings:
            said = wording.replace("{p}", chance.choice(names))
            said = _CHOICE.sub(lambda choice: chance.choice(choice[1].split("|")), said)
            said = _mistyped(said, chance) if chance.random() < _MISTAKE_SHARE else said
            yield chance.choice(_OPENERS) + said + chance.choice(_CLOSERS)


def _mistyped(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + _MISTAKES.get(text[at], "") + text[at + 1 :]


def write(generated: Generated, folder: Path) -> None:
    """Write the entries as YAML, a file a category, and the held-out phrasings as rows."""
    folder.mkdir(parents=True, exist_ok=True)
    write_folder(generated.entries, folder / "knowledge", read_vocabulary(VOCABULARY))
    write_rows(generated.held_out, folder / "held_out.jsonl")


def write_rows(rows: Any, file: Path) -> None:
    """Write pairs of text and entry as rows {"text", "entry", "intent"}."""
    with file.open("w", encoding="utf-8") as out:
        for text, entry in rows:
            row = {"text": text, "entry": entry, "intent": entry}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def main() -> None:
    """Generate as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--phrasings", type=int, default=12)
    parser.add_argument("--held-out", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    generated = generate(given.entries, given.phrasings, given.held_out, given.seed)
    write(generated, given.folder)
    print(f"{len(generated.entries)} entries, {len(generated.held_out)} phrasings kept back")


if __name__ == "__main__":
    main()
