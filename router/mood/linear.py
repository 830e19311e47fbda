"""A linear text classifier over characters and words, as a spaCy component that fits in RAM."""

from __future__ import annotations

import itertools
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, assert_never

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from router.mood.cues import cue_features
from router.mood.meaning import Meaning
from router.mood.normalise import without_digits, without_masks
from router.mood.temper import without_harmless_words

FACTORY = "jieli_linear_textcat"
_WEIGHTS = "weights.npz"
_FEATURES = "features.json"
_LONGEST_GRAM = 4
_LEXICON_LIMIT = 3
_WORD = "w:"
_SOON = 4
_FAR = 60
_MEANING = 0.3
"""What the second opinion counts, beside what is written."""
_LATIN_OR_ONE = re.compile(r"[a-z]+|.", re.DOTALL)

Reads = Literal["mood", "request"]
"""Reads feelings too and leaves out what is harmless, or reads all that is said and no more."""

Lexicon = dict[str, tuple[str, ...]]
Floats = NDArray[np.float32]


def char_features(characters: Sequence[str]) -> Iterator[str]:
    """Give the pieces of 1 to 4 characters, with the text's ends marked."""
    yield from characters
    marked = ["^", *characters, "$"]
    for size in range(2, _LONGEST_GRAM + 1):
        for start in range(len(marked) - size + 1):
            yield "".join(marked[start : start + size])


def whole_latin(text: str) -> list[str]:
    """Split a normalised text into its characters, where a Latin word is one: USB holds no sb."""
    return _LATIN_OR_ONE.findall(text)


def word_features(words: Sequence[str]) -> Iterator[str]:
    """Give words and word pairs, marked so that no character piece equals one."""
    shown = [without_digits(word) for word in words]
    for word in shown:
        yield _WORD + word
    for left, right in itertools.pairwise(shown):
        yield f"p:{left} {right}"


def soon_after(words: Sequence[str]) -> Iterator[str]:
    """Give each word with each of the few that follow it: 叫 … 来, whatever stands between."""
    shown = [without_digits(word) for word in words[:_FAR]]
    for start, first in enumerate(shown):
        for later in shown[start + 1 : start + 1 + _SOON]:
            yield f"k:{first}|{later}"


class WordKinds:
    """Knows of which kinds of feeling a text holds words, by looking its pieces up."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._kinds: dict[str, list[str]] = {}
        for kind, words in lexicon.items():
            for word in words:
                self._kinds.setdefault(word, []).append(kind)
        self._sizes = sorted({len(whole_latin(word)) for word in self._kinds})

    def features(self, characters: Sequence[str]) -> Iterator[str]:
        """Give the kinds of feeling whose words occur, and how many of them up to a limit."""
        pieces = {
            "".join(characters[start : start + size])
            for size in self._sizes
            for start in range(len(characters) - size + 1)
        }
        counts = Counter(
            kind for piece in pieces & self._kinds.keys() for kind in self._kinds[piece]
        )
        for kind, found in counts.items():
            for count in range(1, min(found, _LEXICON_LIMIT) + 1):
                yield f"l:{kind}:{count}"


def shape_features(text: str) -> Iterator[str]:
    """Give the traits of punctuation and length."""
    if "!!" in text:
        yield "s:!!"
    if "??" in text:
        yield "s:??"
    if text.endswith(("吗", "吗?", "?", "呢")):
        yield "s:asks"
    yield f"s:length:{min(int(math.log2(len(text) + 1)), 7)}"


@dataclass(frozen=True, slots=True)
class Blocks:
    """Features of one text; signs count each in full, the other kinds each by share."""

    characters: tuple[str, ...]
    words: tuple[str, ...]
    signs: tuple[str, ...]
    order: tuple[str, ...]
    said: tuple[str, ...]
    """The words themselves, whose meanings give the second opinion."""

    @property
    def shared(self) -> tuple[tuple[str, ...], ...]:
        """Give the kinds that count by share."""
        return (self.characters, self.words, self.order)


class LinearTextcat:
    """Scores a doc for exclusive labels by one weighted sum, and writes `doc.cats`."""

    def __init__(self, name: str, labels: Sequence[str], reads: Reads) -> None:
        self.name = name
        self.labels = tuple(labels)
        self.reads = reads
        none, width = np.zeros(0, dtype=np.float32), len(self.labels)
        self.fill((), none, np.zeros((0, width), np.float32), np.zeros(width, np.float32), {})
        self.meaning: Meaning | None = None

    def fill(
        self, features: Sequence[str], idf: Floats, weights: Floats, bias: Floats, lexicon: Lexicon
    ) -> None:
        """Take what training found; weights are one row a feature, one column a label."""
        self._places = {feature: place for place, feature in enumerate(features)}
        self._idf, self._weights, self._bias = idf, weights, bias
        # What each feature adds to the labels, and to the square of its block's length.
        self._shares = (idf[:, None] * weights).astype(np.float64)
        self._squares = idf.astype(np.float64) ** 2
        self.know(lexicon)

    def know(self, lexicon: Lexicon) -> None:
        """Take the words of feeling, one list a kind."""
        self.lexicon = lexicon
        self._kinds = WordKinds(lexicon)

    def words(self) -> Iterator[str]:
        """Give the words that have a weight."""
        return (name[len(_WORD) :] for name in self._places if name.startswith(_WORD))

    def features(self, doc: Doc) -> Blocks:
        """Give the features of a doc that this classifier reads, block by block."""
        match self.reads:
            case "mood":
                text = without_harmless_words(without_masks(doc.text))
                words = [token.text for token in doc]
                return Blocks(
                    tuple(char_features(whole_latin(without_digits(text)))),
                    tuple(word_features(words)),
                    (
                        *self._kinds.features(whole_latin(text)),
                        *cue_features(text),
                        *shape_features(text),
                    ),
                    tuple(soon_after(words)),
                    tuple(words),
                )
            case "request":
                words = [token.text for token in doc]
                return Blocks(
                    tuple(char_features(without_digits(doc.text))),
                    tuple(word_features(words)),
                    (),
                    tuple(soon_after(words)),
                    tuple(words),
                )
            case never:
                assert_never(never)

    def __call__(self, doc: Doc) -> Doc:
        """Write the labels' probabilities into `doc.cats`."""
        for label, score in zip(self.labels, self.score(self.features(doc)), strict=True):
            doc.cats[label] = score
        return doc

    def score(self, blocks: Blocks) -> list[float]:
        """Turn features into one probability a label."""
        logits = self._bias
        for features in blocks.shared:
            known = self._known(features)
            if known:
                length = math.sqrt(float(self._squares.take(known).sum()))
                logits = logits + self._shares.take(known, axis=0).sum(axis=0) / length
        signs = self._known(blocks.signs)
        if signs:
            logits = logits + self._shares.take(signs, axis=0).sum(axis=0)
        if self.meaning is not None:
            logits = (1 - _MEANING) * logits + _MEANING * self.meaning.score(blocks.said)
        sums = logits.tolist()
        powers = [math.exp(one - max(sums)) for one in sums]
        total = sum(powers)
        return [power / total for power in powers]

    def _known(self, features: Iterable[str]) -> list[int]:
        places = map(self._places.get, dict.fromkeys(features))
        return [place for place in places if place is not None]

    def weight(self, features: Iterable[str], label: int) -> float:
        """Sum what some features speak for a label against the mean of all labels."""
        total = 0.0
        for place in self._known(features):
            row = self._weights[place].tolist()
            total += float(self._idf[place]) * (row[label] - sum(row) / len(row))
        return total

    def to_disk(self, path: str | Path, **_: object) -> None:
        """Write features and weights into a folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / _WEIGHTS, idf=self._idf, weights=self._weights, bias=self._bias)
        stored = {"labels": self.labels, "features": list(self._places), "lexicon": self.lexicon}
        (folder / _FEATURES).write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")
        if self.meaning is not None:
            self.meaning.save(folder)

    def from_disk(self, path: str | Path, **_: object) -> LinearTextcat:
        """Read features and weights back."""
        folder = Path(path)
        stored: dict[str, Any] = json.loads((folder / _FEATURES).read_text(encoding="utf-8"))
        with np.load(folder / _WEIGHTS, allow_pickle=False) as arrays:
            lexicon = {kind: tuple(words) for kind, words in stored["lexicon"].items()}
            self.labels = tuple(stored["labels"])
            self.fill(stored["features"], arrays["idf"], arrays["weights"], arrays["bias"], lexicon)
        self.meaning = Meaning.open(folder)
        if len(self._places) != len(self._weights):
            raise ValueError(
                f"{folder} holds {len(self._weights)} weights for {len(self._places)} features"
            )
        return self


@Language.factory(FACTORY, default_config={"labels": [], "reads": "mood"}, assigns=["doc.cats"])  # type: ignore[untyped-decorator]
def _make_linear(nlp: Language, name: str, labels: list[str], reads: Reads) -> LinearTextcat:
    return LinearTextcat(name, labels, reads)
