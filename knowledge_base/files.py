"""Entries and the shop's vocabulary as YAML files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from knowledge_base.conditions import ALWAYS, Condition, Field, Term, Vocabulary
from knowledge_base.entries import Answer, Button, Entry
from knowledge_base.errors import InvalidVocabulary, Problem
from knowledge_base.saving import given_problems
from knowledge_base.yaml_nodes import FileProblem, Place, Reading, compose, compose_all, place_of
from knowledge_base.yaml_text import file_text

__all__ = [
    "FileProblem",
    "read_file",
    "read_folder",
    "read_vocabulary",
    "write_file",
    "write_folder",
]

ENTRY_FIELDS = (
    "key",
    "title",
    "owner",
    "review",
    "human_only",
    "valid",
    "phrasings",
    "negative",
    "answers",
)
ANSWER_FIELDS = ("when", "text", "buttons", "card", "flow")
BUTTON_FIELDS = ("title", "say", "entry", "flow", "url")
WHEN_FIELDS = (*(field.value for field in Field), "from", "until")
VOCABULARY_FIELDS = (*(field.value for field in Field), "flow", "category")


def read_folder(
    path: Path, vocabulary: Vocabulary, others: Sequence[Entry] = ()
) -> tuple[list[Entry], list[FileProblem]]:
    """Read all `*.yml` of a folder; gives the entries it could make and every problem.

    `others` are the saved entries; those the folder does not have count as being there.
    """
    if not path.is_dir():
        return [], [FileProblem(str(path), 1, 1, "", "it is no folder", "Give a folder of YAML.")]
    return _read_files(sorted(path.glob("*.yml")), vocabulary, others)


def read_file(
    file: Path, vocabulary: Vocabulary, others: Sequence[Entry] = ()
) -> tuple[list[Entry], list[FileProblem]]:
    """Read one file, which may hold a document for each category; as `read_folder` does."""
    return _read_files([file], vocabulary, others)


def write_file(entries: Sequence[Entry], file: Path) -> Path:
    """Write all entries to one file, a document for each category, replacing it at once."""
    categories = dict.fromkeys(entry.category for entry in entries)
    documents = (
        file_text(category, [entry for entry in entries if entry.category == category])
        for category in categories
    )
    _replace(file, "---\n".join(documents))
    return file


def _read_files(
    files: Sequence[Path], vocabulary: Vocabulary, others: Sequence[Entry]
) -> tuple[list[Entry], list[FileProblem]]:
    read: list[tuple[Entry, Reading]] = []
    found: list[FileProblem] = []
    for file in files:
        made, noted = _read_file(file)
        read += made
        found += noted
    entries = [entry for entry, _ in read]
    located = [
        _located(problem, read[problem.position or 0][1])
        for problem in given_problems(entries, others, vocabulary)
    ]
    # What could not even be read is reported once, not again as empty.
    unread = {_where(problem) for problem in found}
    found += [problem for problem in located if _where(problem) not in unread]
    return entries, sorted(found, key=lambda one: (*_where(one), one.field))


def write_folder(
    entries: list[Entry] | tuple[Entry, ...], path: Path, vocabulary: Vocabulary | None = None
) -> list[Path]:
    """Write one file a category, replacing the folder's knowledge files; gives the files.

    A category keeps the file it has in the folder, and its entries the order they have there;
    a new category gets its file name from the vocabulary. Comments in the files are lost.
    """
    path.mkdir(parents=True, exist_ok=True)
    existing = {file: _outline(file) for file in sorted(path.glob("*.yml"))}
    named = (
        {term.title: path / f"{term.value}.yml" for term in vocabulary.category}
        if (vocabulary)
        else {}
    )
    named |= {category: file for file, (category, _) in existing.items() if category}
    written: list[Path] = []
    for category in dict.fromkeys(entry.category for entry in entries):
        file = named.get(category, path / f"{_file_name(category)}.yml")
        order = existing.get(file, ("", {}))[1]
        members = [entry for entry in entries if entry.category == category]
        members.sort(key=lambda entry: order.get(entry.key, len(order)))
        _replace(file, file_text(category, members))
        written.append(file)
    for file, (category, _) in existing.items():
        if category and file not in written:
            file.unlink()
    return written


def read_vocabulary(file: Path) -> Vocabulary:
    """Read the shop's vocabulary; raises InvalidVocabulary with the first problem."""
    reading = Reading(str(file))
    if not file.is_file():
        raise InvalidVocabulary(str(file), "there is no such file", "Write the vocabulary first.")
    node = compose(file, reading)
    parts = reading.mapping(node, "", allowed=VOCABULARY_FIELDS) if node else None
    lists = {name: _terms(part, name, reading) for name, part in (parts or {}).items()}
    if reading.problems:
        first = reading.problems[0]
        where = f"{first.file}:{first.line} {first.field}".rstrip()
        raise InvalidVocabulary(where, first.what, first.hint)
    return Vocabulary(**lists)


def _terms(node: yaml.Node, name: str, reading: Reading) -> tuple[Term, ...]:
    if not isinstance(node, yaml.MappingNode):
        reading.refuse(node, name, "it is not a mapping", "Write `value: title` lines.")
        return ()
    values = [str(key.value) for key, _ in node.value]
    titles = reading.mapping(node, name, allowed=values) or {}
    texts = {value: reading.text(title, f"{name}.{value}") for value, title in titles.items()}
    return tuple(Term(value, text) for value, text in texts.items() if text)


def _read_file(file: Path) -> tuple[list[tuple[Entry, Reading]], list[FileProblem]]:
    whole = Reading(str(file))
    made: list[tuple[Entry, Reading]] = []
    found = whole.problems
    for node in compose_all(file, whole):
        entries, problems = _read_document(node, file)
        made += entries
        found += problems
    return made, found


def _read_document(
    node: yaml.Node, file: Path
) -> tuple[list[tuple[Entry, Reading]], list[FileProblem]]:
    reading = Reading(str(file))
    needed = ("category", "entries")
    parts = reading.mapping(node, "", allowed=needed, required=needed)
    if parts is None or "entries" not in parts:
        return [], reading.problems
    category = reading.text(parts["category"], "category") if "category" in parts else None
    made: list[tuple[Entry, Reading]] = []
    found = reading.problems
    for item in reading.items(parts["entries"], "entries"):
        one = Reading(str(file), places={"": place_of(item)})
        entry = _read_entry(item, category or "", one)
        found += one.problems
        if entry is not None:
            one.places.setdefault("category", reading.place("category"))
            made.append((entry, one))
    return made, found


def _read_entry(node: yaml.Node, category: str, reading: Reading) -> Entry | None:
    needed = ("key", "title", "phrasings", "answers")
    reading.prefix = _key_of(node)
    parts = reading.mapping(node, "", allowed=ENTRY_FIELDS, required=needed)
    if parts is None:
        return None
    key = reading.text(parts["key"], "key") if "key" in parts else None
    title = reading.text(parts["title"], "title") if "title" in parts else None
    valid = parts.get("valid")
    window = reading.mapping(valid, "valid", allowed=("from", "until")) if valid else None
    days = {name: reading.day(day, f"valid.{name}") for name, day in (window or {}).items()}
    owner, review, human = (parts.get(name) for name in ("owner", "review", "human_only"))
    lists = {
        name: reading.texts(parts[name], name) if name in parts else ()
        for name in ("phrasings", "negative")
    }
    answers = reading.items(parts["answers"], "answers") if "answers" in parts else []
    entry = Entry(
        key=key or "",
        title=title or "",
        category=category,
        phrasings=lists["phrasings"],
        negative_phrasings=lists["negative"],
        answers=tuple(
            _read_answer(answer, f"answers[{index}]", reading)
            for index, answer in enumerate(answers)
        ),
        owner=reading.text(owner, "owner") if owner else None,
        human_only=reading.flag(human, "human_only") if human else False,
        valid_from=days.get("from"),
        valid_until=days.get("until"),
        review_on=reading.day(review, "review") if review else None,
    )
    return entry if key and title and "phrasings" in parts and "answers" in parts else None


def _read_answer(node: yaml.Node, at: str, reading: Reading) -> Answer:
    parts = reading.mapping(node, at, allowed=ANSWER_FIELDS, required=("text",)) or {}
    buttons = reading.items(parts["buttons"], f"{at}.buttons") if "buttons" in parts else []
    return Answer(
        text=(reading.text(parts["text"], f"{at}.text") or "") if "text" in parts else "",
        condition=_read_condition(parts["when"], f"{at}.when", reading)
        if "when" in parts
        else ALWAYS,
        buttons=tuple(
            _read_button(button, f"{at}.buttons[{place}]", reading)
            for place, button in enumerate(buttons)
        ),
        card=reading.text(parts["card"], f"{at}.card") if "card" in parts else None,
        flow=reading.text(parts["flow"], f"{at}.flow") if "flow" in parts else None,
    )


def _read_condition(node: yaml.Node, at: str, reading: Reading) -> Condition:
    parts = reading.mapping(node, at, allowed=WHEN_FIELDS) or {}
    if isinstance(node, yaml.MappingNode) and not node.value:
        reading.refuse(node, at, "it is empty", "Write a condition, or leave `when` out.")
    values = {
        field: frozenset(reading.text_or_texts(parts[field], f"{at}.{field}"))
        for field in Field
        if field in parts
    }
    for field, allowed in values.items():
        if not allowed:
            reading.refuse(parts[field], f"{at}.{field}", "it is empty", "Write a value.")
    days = {
        name: reading.day(parts[name], f"{at}.{name}")
        for name in ("from", "until")
        if name in parts
    }
    return Condition(
        **{field.value: allowed for field, allowed in values.items()},
        starts=days.get("from"),
        until=days.get("until"),
    )


def _read_button(node: yaml.Node, at: str, reading: Reading) -> Button:
    parts = reading.mapping(node, at, allowed=BUTTON_FIELDS, required=("title",)) or {}
    texts = {name: reading.text(part, f"{at}.{name}") for name, part in parts.items()}
    return Button(
        title=texts.get("title") or "",
        say=texts.get("say"),
        entry=texts.get("entry"),
        flow=texts.get("flow"),
        url=texts.get("url"),
    )


def _key_of(node: yaml.Node) -> str:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((str(value.value) for key, value in pairs if key.value == "key"), "")


def _where(problem: FileProblem) -> tuple[str, int, int]:
    return problem.file, problem.line, problem.column


def _located(problem: Problem, reading: Reading) -> FileProblem:
    place: Place = reading.place(problem.field)
    name = f"{problem.key}.{problem.field}"
    return FileProblem(reading.file, place.line, place.column, name, problem.what, problem.hint)


def _outline(file: Path) -> tuple[str, dict[str, int]]:
    # The category of a knowledge file and the place of each key; no category: another file.
    node = compose(file, Reading(str(file)))
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    parts = {key.value: value for key, value in pairs if isinstance(key, yaml.ScalarNode)}
    category, entries = parts.get("category"), parts.get("entries")
    if not isinstance(category, yaml.ScalarNode) or not isinstance(entries, yaml.SequenceNode):
        return "", {}
    return str(category.value).strip(), {
        _key_of(item): index for index, item in enumerate(entries.value)
    }


def _file_name(category: str) -> str:
    return re.sub(r"[^\w-]+", "_", category).strip("_") or "category"


def _replace(file: Path, text: str) -> None:
    draft = file.with_suffix(".yml.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
