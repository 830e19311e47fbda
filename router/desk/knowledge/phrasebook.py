"""What the knowledge base says in English, said in the editor's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter

from knowledge_base.errors import InvalidEntries, KnowledgeError
from router.texts import DEFAULT, FOLDER, InvalidTexts

ENGLISH = "en"
LONGEST = 2_000
"""Characters of a sentence that is looked up; what is longer quotes a text and stays as it is."""

Say = Callable[[str], str]
"""Says an English sentence of the knowledge base in one language."""

TOLD = 50
"""Problems of entries told in one refusal."""
ENTRIES_WRONG = "There are {count} problems in the entries."

_QUOTED = re.compile(r"'(.*)'|\"(.*)\"", re.DOTALL)


class Phrasebook:
    """Sentences by language, each with places for what differs; unknown ones stay English."""

    def __init__(self, sentences: Mapping[str, str], words: Mapping[str, str]) -> None:
        """Take English sentences with {places} and what they are said as."""
        # What is said most exactly comes first: "unknown field {x}" before "unknown {x} {y}".
        exact = sorted(sentences.items(), key=lambda one: -_fixed(one[0]))
        self._sentences = [(_pattern(english), said) for english, said in exact]
        self._words = words
        self._look_up = lru_cache(maxsize=1_000)(self._found)

    @classmethod
    def load(cls, folder: Path = FOLDER / "knowledge", locale: str = DEFAULT) -> Phrasebook:
        """Read the book of a language; InvalidTexts names the sentence whose places differ."""
        file = folder / f"{locale}.toml"
        content = tomllib.loads(file.read_text("utf-8"))
        for english, said in content["sentences"].items():
            if not _places(said) <= _places(english):
                raise InvalidTexts(f"{file.name}: {english!r} has other places than {said!r}")
        return cls(content["sentences"], content["words"])

    def speaking(self, languages: str) -> Say:
        """Give what speaks the language a browser asks for first: English or Chinese."""
        english = languages.strip().casefold().startswith(ENGLISH)
        return _as_it_is if english else self.say

    def say(self, sentence: str) -> str:
        """Say an English sentence, or several in a row, in the language of the book."""
        return self._look_up(sentence) if len(sentence) <= LONGEST else sentence

    def knows(self, sentence: str) -> bool:
        """Tell whether the book has a sentence."""
        return any(pattern.fullmatch(sentence) for pattern, _ in self._sentences)

    def _found(self, sentence: str) -> str:
        for pattern, said in self._sentences:
            if found := pattern.fullmatch(sentence):
                places = {name: self._shown(text) for name, text in found.groupdict().items()}
                return said.format(**places)
        return sentence

    def _shown(self, text: str) -> str:
        if quoted := _QUOTED.fullmatch(text):
            return f"「{quoted[1] if quoted[1] is not None else quoted[2]}」"
        return self._words.get(text, text)


def told(error: KnowledgeError, say: Say) -> str:
    """Tell a refusal in one language: what it is, all that is wrong, and the way out."""
    if not isinstance(error, InvalidEntries):
        return f"{say(error.what)} {say(error.hint)}"
    listed = "；".join(
        f"{'.'.join(filter(None, (one.key, one.field)))}：{say(one.what)}，{say(one.hint)}"
        for one in error.problems[:TOLD]
    )
    what = say(ENTRIES_WRONG.format(count=len(error.problems)))
    return f"{what} {listed} {say(error.hint)}"


def _pattern(english: str) -> re.Pattern[str]:
    parts = [
        re.escape(text) + (f"(?P<{place}>.+?)" if place else "")
        for text, place, _, _ in Formatter().parse(english)
    ]
    return re.compile("".join(parts), re.DOTALL)


def _fixed(english: str) -> int:
    return sum(len(text) for text, _, _, _ in Formatter().parse(english))


def _places(sentence: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(sentence) if place}


def _as_it_is(sentence: str) -> str:
    return sentence
