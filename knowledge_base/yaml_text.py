"""Writing entries as YAML the way an editor would: readable, in one fixed order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from knowledge_base.conditions import ALWAYS, Condition
from knowledge_base.entries import Answer, Button, Entry

ENDLESS = 1_000_000  # never fold a line


class _Block(str):
    """A text written as a block of lines."""

    __slots__ = ()


class _Flow(dict[str, Any]):
    """A mapping written on one line."""


class _Line(list[str]):
    """A list written on one line."""


class _Writer(yaml.SafeDumper):
    """Indents lists under their name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists too."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal values out, each where it stands."""
        return True


_Writer.add_representer(
    _Block, lambda writer, text: writer.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)
_Writer.add_representer(
    _Flow,
    lambda writer, pairs: writer.represent_mapping(
        "tag:yaml.org,2002:map", pairs.items(), flow_style=True
    ),
)
_Writer.add_representer(
    _Line,
    lambda writer, items: writer.represent_sequence(
        "tag:yaml.org,2002:seq", items, flow_style=True
    ),
)


def file_text(category: str, entries: Iterable[Entry]) -> str:
    """Write the file of one category."""
    content = {"category": category, "entries": [_entry(entry) for entry in entries]}
    text = yaml.dump(content, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=ENDLESS)
    # Only entries begin at this indentation; blocks of text stand deeper.
    return re.sub(r"(?<!entries:)\n(  - key: )", r"\n\n\1", text)


def _entry(entry: Entry) -> dict[str, Any]:
    window = {"from": entry.valid_from, "until": entry.valid_until}
    content = {
        "key": entry.key,
        "title": entry.title,
        "owner": entry.owner,
        "review": entry.review_on,
        "human_only": entry.human_only or None,
        "valid": _Flow(_set(window)) or None,
        "phrasings": list(entry.phrasings),
        "negative": list(entry.negative_phrasings) or None,
        "answers": [_answer(answer) for answer in entry.answers],
    }
    return _set(content)


def _answer(answer: Answer) -> dict[str, Any]:
    content = {
        "when": None if answer.condition == ALWAYS else _condition(answer.condition),
        "text": _Block(answer.text + "\n"),
        "buttons": [_button(button) for button in answer.buttons] or None,
        "card": answer.card,
        "flow": answer.flow,
    }
    return _set(content)


def _condition(condition: Condition) -> _Flow:
    content: dict[str, Any] = {}
    for field in condition.constrained:
        values = sorted(condition.allowed(field))
        content[field.value] = values[0] if len(values) == 1 else _Line(values)
    return _Flow(_set({**content, "from": condition.starts, "until": condition.until}))


def _button(button: Button) -> _Flow:
    return _Flow(
        _set(
            {
                "title": button.title,
                "say": button.say,
                "entry": button.entry,
                "flow": button.flow,
                "url": button.url,
            }
        )
    )


def _set(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value is not None}
