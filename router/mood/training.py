"""Trains the mood model from the authored sentences, reproducibly, in some seconds."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from spacy.language import Language

from router.mood.examples import Examples, read_examples
from router.mood.normalise import normalise
from router.mood.pipeline import ANGER, REQUEST, build, classifier
from router.mood.request import find_request, without_look_alikes
from router.mood.segment import read_words

Progress = Callable[[str, int, int], None]
"""Called with the step's name, the steps done and the steps in all."""

_CODE = (
    "normalise", "request", "asking", "temper", "cues", "segment", "linear", "pipeline", "examples",
    "fitting",
    "training",
)  # fmt: skip
_MARK = "config.cfg"
_STRENGTH = {ANGER: 5.0, REQUEST: 30.0}
_STEPS = 4


def train(data: Path, out: Path, *, seed: int = 7, progress: Progress | None = None) -> Path:
    """Train from a folder of text into `out` and return the model's own folder inside it.

    The folder is named by a hash of text, dictionary, seed and code, so unchanged text is not
    trained again; it appears whole or not at all.
    """
    tell = progress or _silent
    examples = read_examples(data)
    words = read_words(data.parent / "jieba")
    folder = out / f"mood-{_fingerprint(examples, words, seed)}"
    if (folder / _MARK).is_file():
        tell("ready", _STEPS, _STEPS)
        return folder
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".mood-", dir=out))
    try:
        _train_pipeline(examples, words, seed, tell).to_disk(draft)
        _move(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    tell("ready", _STEPS, _STEPS)
    return folder


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def _move(draft: Path, folder: Path) -> None:
    draft.chmod(0o755)
    try:
        os.replace(draft, folder)
    except OSError:
        # Another process may have finished the same model first; its folder is as good as ours.
        if not (folder / _MARK).is_file():
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(draft, folder)


def _fingerprint(examples: Examples, words: str, seed: int) -> str:
    digest = hashlib.sha256(f"{seed}\n{words}\n{examples!r}".encode())
    for name in _CODE:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _train_pipeline(examples: Examples, words: str, seed: int, tell: Progress) -> Language:
    tell("words", 0, _STEPS)
    nlp = build(words)
    tell(ANGER, 1, _STEPS)
    classifier(nlp, ANGER).know(examples.lexicon)
    moods = [(row.text, row.anger) for row in examples.anger]
    calm = [(row.text, 0) for row in examples.requests if not row.human_request]
    _fit(nlp, ANGER, moods + calm, seed)
    tell(REQUEST, 2, _STEPS)
    asked = [(row.text, row.human_request) for row in examples.requests]
    quiet = [(row.text, 0) for row in examples.anger if not _asks(row.text)]
    _fit(nlp, REQUEST, asked + quiet, seed)
    tell("write", 3, _STEPS)
    return nlp


def _asks(text: str) -> bool:
    return find_request(without_look_alikes(normalise(text))) is not None


def _fit(nlp: Language, name: str, rows: Sequence[tuple[str, int]], seed: int) -> None:
    # Reading needs no scikit-learn; a router that only reads saves its second and its memory.
    from router.mood.fitting import fit  # noqa: PLC0415

    component = classifier(nlp, name)
    found = [component.features(nlp.make_doc(normalise(text))) for text, _ in rows]
    fit(component, found, [label for _, label in rows], _STRENGTH[name], seed)
