"""A release as Rasa training data."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import yaml

from knowledge_base.entries import Entry
from knowledge_base.errors import NotAnExport
from knowledge_base.releases import Release
from knowledge_base.wording import normalised

RASA_FORMAT = "3.1"
MANIFEST = "release.json"

# Rasa reads `[text](entity)`, `[text]{...}` and `[text][...]` as annotations.
_ANNOTATION = re.compile(r"\[([^\]]+)\](?=\(|\{|\[)")


class _Block(str):
    """A text written as a block of lines."""

    __slots__ = ()


class _Writer(yaml.SafeDumper):
    """Writes examples as blocks."""


_Writer.add_representer(
    _Block, lambda writer, text: writer.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def export(release: Release, folder: Path) -> Path:
    """Write a release's intents and examples to a folder, replacing an earlier export there."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise NotAnExport(str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write(release, draft)
        draft.chmod(0o755)
        if folder.exists():
            # Renamed away, not deleted in place: nobody ever reads half a folder.
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            folder.rename(old / "old")
            draft.rename(folder)
            shutil.rmtree(old)
        else:
            draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def examples(entries: Iterable[Entry]) -> dict[str, tuple[str, ...]]:
    """Give the training examples of each entry: its phrasings, and its title if nobody has it."""
    known = list(entries)
    taken = {normalised(phrasing) for entry in known for phrasing in entry.phrasings}
    found: dict[str, tuple[str, ...]] = {}
    for entry in known:
        title = normalised(entry.title)
        own = entry.phrasings if title in taken else (entry.title, *entry.phrasings)
        taken.add(title)
        found[entry.key] = tuple(_plain(line) for line in own)
    return found


def _write(release: Release, folder: Path) -> None:
    intents = sorted(release.revisions)
    manifest = {"release": release.number, "entries": intents}
    found = examples(release.entries)
    nlu = [
        {"intent": key, "examples": _Block("".join(f"- {line}\n" for line in found[key]))}
        for key in intents
    ]
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    _dump({"version": RASA_FORMAT, "nlu": nlu}, folder / "nlu.yml")
    _dump({"version": RASA_FORMAT, "intents": intents}, folder / "domain.yml")


def _dump(content: dict[str, object], file: Path) -> None:
    text = yaml.dump(content, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=1_000_000)
    file.write_text(text, encoding="utf-8")


def _plain(line: str) -> str:
    return _ANNOTATION.sub(r"［\1］", line)
