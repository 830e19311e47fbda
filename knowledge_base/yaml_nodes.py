"""Reading YAML by its nodes: every problem keeps its line, and no tag is ever executed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.composer import Composer

from knowledge_base.entries import choices

SIZE_LIMIT = 2_000_000  # bytes a file
TAG = "tag:yaml.org,2002:"
# What an editor types is a text, even where YAML would make a number or a truth value of it.
TEXT_TAGS = {TAG + name for name in ("str", "int", "float", "bool", "timestamp", "merge", "value")}
LAST_PART = re.compile(r"(\[\d+\]|\.?[^.\[\]]+)$")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing wrong in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    field: str
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.field}: {self.what}. {self.hint}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands, counted from 1."""

    line: int
    column: int


def place_of(node: yaml.Node) -> Place:
    """Tell where a node begins."""
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)


@dataclass(slots=True)
class Reading:
    """One file being read; gathers its problems and remembers where each field stands."""

    file: str
    problems: list[FileProblem] = field(default_factory=list)
    prefix: str = ""  # of field names in problems: the entry's key
    places: dict[str, Place] = field(default_factory=dict)

    def refuse(self, node: yaml.Node, name: str, what: str, hint: str) -> None:
        """Note a problem at a node."""
        self.refuse_at(place_of(node), name, what, hint)

    def refuse_at(self, place: Place, name: str, what: str, hint: str) -> None:
        """Note a problem at a place."""
        full = ".".join(part for part in (self.prefix, name) if part)
        self.problems.append(FileProblem(self.file, place.line, place.column, full, what, hint))

    def place(self, name: str) -> Place:
        """Tell where a field stands, or else what it is part of."""
        while name and name not in self.places:
            name = LAST_PART.sub("", name)
        return self.places.get(name, Place(1, 1))

    def mapping(
        self, node: yaml.Node, name: str, *, allowed: Iterable[str], required: Iterable[str] = ()
    ) -> dict[str, yaml.Node] | None:
        """Read a mapping whose keys are known, each at most once; None when it is none."""
        self.places.setdefault(name, place_of(node))
        if not isinstance(node, yaml.MappingNode) or node.tag != TAG + "map":
            self.refuse(node, name, f"it is {_kind(node)}, not a mapping", "Write `name: value`.")
            return None
        known = tuple(allowed)
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            if key not in known:
                self.refuse(key_node, name, f"unknown field {key!r}", choices(key, known))
            elif key in found:
                self.refuse(key_node, _join(name, key), "it stands here twice", "Delete one.")
            else:
                found[key] = value
        for missing in (key for key in required if key not in found):
            self.refuse(node, _join(name, missing), "it is missing", f"Add `{missing}: ...`.")
        return found

    def items(self, node: yaml.Node, name: str) -> list[yaml.Node]:
        """Read a list; a value that is none is refused."""
        self.places[name] = place_of(node)
        if not isinstance(node, yaml.SequenceNode) or node.tag != TAG + "seq":
            self.refuse(node, name, f"it is {_kind(node)}, not a list", "Write `- item` lines.")
            return []
        return list(node.value)

    def text(self, node: yaml.Node, name: str) -> str | None:
        """Read a text as it was typed, without blank space around it."""
        self.places[name] = place_of(node)
        if not isinstance(node, yaml.ScalarNode) or node.tag not in TEXT_TAGS:
            self.refuse(node, name, f"it is {_kind(node)}, not a text", "Write a text, in quotes.")
            return None
        return str(node.value).strip()

    def texts(self, node: yaml.Node, name: str) -> tuple[str, ...]:
        """Read a list of texts."""
        read = (
            self.text(item, f"{name}[{index}]") for index, item in enumerate(self.items(node, name))
        )
        # A refused item still takes its place, so that later problems point to the right line.
        return tuple(text or "" for text in read)

    def text_or_texts(self, node: yaml.Node, name: str) -> tuple[str, ...]:
        """Read one text or a list of them."""
        if isinstance(node, yaml.SequenceNode):
            return self.texts(node, name)
        text = self.text(node, name)
        return () if text is None else (text,)

    def day(self, node: yaml.Node, name: str) -> dt.date | None:
        """Read a day written as 2026-11-21."""
        text = self.text(node, name)
        if text is None:
            return None
        try:
            if DAY.fullmatch(text):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        self.refuse(node, name, f"{text!r} is not a day", "Write it as 2026-11-21.")
        return None

    def flag(self, node: yaml.Node, name: str) -> bool:
        """Read true or false."""
        self.places[name] = place_of(node)
        if isinstance(node, yaml.ScalarNode) and node.value in ("true", "false"):
            return bool(node.value == "true")
        self.refuse(node, name, f"it is {_kind(node)}, not true or false", "Write true or false.")
        return False


class _QuickLoader(Composer, yaml.CSafeLoader):
    """Parses in C and composes in Python: C's composer crashes on deeply nested input."""

    def __init__(self, stream: str) -> None:
        yaml.CSafeLoader.__init__(self, stream)
        Composer.__init__(self)


def compose(file: Path, reading: Reading) -> yaml.Node | None:
    """Read a file of one document; None, with a problem noted, when it is not YAML."""
    nodes = compose_all(file, reading)
    if len(nodes) > 1:
        what = "it holds a second document"
        reading.refuse(nodes[1], "", what, "Delete the line `---` and what follows.")
    return nodes[0] if len(nodes) == 1 else None


def compose_all(file: Path, reading: Reading) -> list[yaml.Node]:
    """Read the documents of a file; none, with a problem noted, when it is not YAML."""
    if file.stat().st_size > SIZE_LIMIT:
        reading.refuse_at(Place(1, 1), "", "the file is too large", "Split it into several.")
        return []
    try:
        text = file.read_bytes().decode("utf-8-sig")
        nodes = _nodes(text)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reading.refuse_at(Place(line, 1), "", "the file is not UTF-8", "Save it as UTF-8.")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        what = f"it holds the unreadable character U+{code:04X}"
        reading.refuse_at(Place(line, 1), "", what, "Delete the character.")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        reading.refuse_at(place, "", f"it is not YAML: {error.problem}", _advice(error))
    except RecursionError:
        reading.refuse_at(Place(1, 1), "", "it is nested too deeply", "Keep to the format.")
    else:
        if not nodes:
            reading.refuse_at(Place(1, 1), "", "the file is empty", "Write `category:` first.")
        return nodes
    return []


def _nodes(text: str) -> list[yaml.Node]:
    try:
        return list(yaml.compose_all(text, Loader=_QuickLoader))
    except yaml.YAMLError:
        # Only the Python parser says in full what is wrong, and where.
        return list(yaml.compose_all(text, Loader=yaml.SafeLoader))


def _advice(error: yaml.MarkedYAMLError) -> str:
    if "mapping values" in str(error.problem):
        return "Put a text with `: ` in it in quotes."
    return "Look at the indentation, and put texts with special characters in quotes."


def _kind(node: yaml.Node) -> str:
    standard = node.tag.startswith(TAG)
    if not standard or node.tag.removeprefix(TAG).startswith("python"):
        return f"something with the tag {node.tag}"
    match node:
        case yaml.MappingNode():
            return "a mapping"
        case yaml.SequenceNode():
            return "a list"
        case _:
            return f"{node.value!r}" if node.value else "nothing"


def _join(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key
