"""A spaCy tokenizer that keeps a jieba of its own, with our words, inside this process."""

from __future__ import annotations

import io
import logging
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import jieba
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import DummyTokenizer
from spacy.vocab import Vocab

TOKENIZER = "jieli.JiebaTokenizer.v1"
_WORDS_FILE = "userdict.txt"

jieba.setLogLevel(logging.WARNING)


class JiebaTokenizer(DummyTokenizer):  # type: ignore[misc]
    """Cuts text into words by jieba; its own words never reach jieba's global dictionary."""

    def __init__(self, vocab: Vocab, words: str = "") -> None:
        self.vocab = vocab
        self.words = ""
        self._jieba = jieba.Tokenizer()
        self.add_words(words)

    def add_words(self, words: str) -> None:
        """Add lines of jieba's user dictionary form: word, frequency, tag."""
        if words:
            self.words = f"{self.words}\n{words}".strip()
            self._jieba.load_userdict(io.BytesIO(words.encode()))

    def __call__(self, text: str) -> Doc:
        """Cut a normalised text, keeping its spaces so that `doc.text` equals it."""
        words: list[str] = []
        spaces: list[bool] = []
        for word in self._jieba.cut(text):
            if word == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(word)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_disk(self, path: str | Path, **_: object) -> None:
        """Write the words beside the model."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _WORDS_FILE).write_text(self.words, encoding="utf-8")

    def from_disk(self, path: str | Path, **_: object) -> JiebaTokenizer:
        """Read the words back."""
        self.add_words((Path(path) / _WORDS_FILE).read_text(encoding="utf-8"))
        return self

    def to_bytes(self, **_: object) -> bytes:
        """Give the words as bytes."""
        return self.words.encode()

    def from_bytes(self, data: bytes, **_: object) -> JiebaTokenizer:
        """Take the words from bytes."""
        self.add_words(data.decode())
        return self


@spacy.registry.tokenizers(TOKENIZER)  # type: ignore[untyped-decorator]
def _make_tokenizer() -> Callable[[Language], JiebaTokenizer]:
    return lambda nlp: JiebaTokenizer(nlp.vocab)


def read_words(folder: Path) -> str:
    """Read every user dictionary of a folder, folded as `normalise` folds the text."""
    lines: list[str] = []
    for file in _dictionaries(folder):
        for line in file.read_text(encoding="utf-8").splitlines():
            kept = unicodedata.normalize("NFKC", line.partition("#")[0]).casefold().strip()
            if kept:
                lines.append(kept)
    return "\n".join(lines)


def _dictionaries(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.txt")) if folder.is_dir() else ()
