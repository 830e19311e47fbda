"""Trains the mood model from the authored sentences, reproducibly, in some seconds."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize
from spacy.language import Language

from router.mood.examples import Examples, read_examples
from router.mood.linear import Blocks, Floats
from router.mood.normalise import normalise
from router.mood.pipeline import ANGER, REQUEST, build, classifier
from router.mood.request import find_request, without_look_alikes
from router.mood.segment import read_words

Doubles = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

_CODE = ("normalise", "request", "temper", "segment", "linear", "pipeline", "examples", "training")
_SEEN_AT_LEAST = 2
_SIGN_WEIGHT = 0.5
_STRENGTH = {ANGER: 10.0, REQUEST: 30.0}
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
    if (folder / "config.cfg").is_file():
        tell("ready", _STEPS, _STEPS)
        return folder
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".mood-", dir=out))
    try:
        _train_pipeline(examples, words, seed, tell).to_disk(draft)
        tell("write", _STEPS, _STEPS)
        _move(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def _move(draft: Path, folder: Path) -> None:
    draft.chmod(0o755)
    try:
        os.replace(draft, folder)
    except OSError:
        # Another process has finished the same model first; its folder is as good as ours.
        if not (folder / "config.cfg").is_file():
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
    tell("anger", 1, _STEPS)
    classifier(nlp, ANGER).lexicon = examples.lexicon
    moods = [(row.text, row.anger) for row in examples.anger]
    calm = [(row.text, 0) for row in examples.requests if not row.human_request]
    _fit(nlp, ANGER, moods + calm, seed)
    tell("human_request", 2, _STEPS)
    asked = [(row.text, row.human_request) for row in examples.requests]
    quiet = [(row.text, 0) for row in examples.anger if not _asks(row.text)]
    _fit(nlp, REQUEST, asked + quiet, seed)
    tell("write", 3, _STEPS)
    return nlp


def _asks(text: str) -> bool:
    return find_request(without_look_alikes(normalise(text))) is not None


def _fit(nlp: Language, name: str, rows: Sequence[tuple[str, int]], seed: int) -> None:
    component = classifier(nlp, name)
    found = [component.features(nlp.make_doc(normalise(text))) for text, _ in rows]
    kept, idf = _vocabulary(found)
    model = LogisticRegression(C=_STRENGTH[name], max_iter=400, random_state=seed)
    model.fit(_matrix(found, kept, idf), np.array([label for _, label in rows]))
    weights, bias = _softmax_form(model)
    component.fill(kept, idf.astype(np.float32), weights, bias, component.lexicon)


def _vocabulary(found: Sequence[Blocks]) -> tuple[list[str], Doubles]:
    shared = Counter(f for blocks in found for f in {*blocks.characters, *blocks.words})
    common = sorted(feature for feature, count in shared.items() if count >= _SEEN_AT_LEAST)
    signs = sorted({sign for blocks in found for sign in blocks.signs})
    seen = np.array([shared[feature] for feature in common], dtype=np.float64)
    idf = np.log((1.0 + len(found)) / (1.0 + seen)) + 1.0
    return common + signs, np.concatenate([idf, np.full(len(signs), _SIGN_WEIGHT)])


def _matrix(found: Sequence[Blocks], kept: Sequence[str], idf: Doubles) -> csr_matrix:
    places = {feature: place for place, feature in enumerate(kept)}

    def part(features: Sequence[Sequence[str]], share: bool) -> csr_matrix:
        known = [sorted({places[f] for f in row if f in places}) for row in features]
        columns = [place for row in known for place in row]
        starts = np.cumsum([0, *(len(row) for row in known)])
        values = csr_matrix((idf[columns], columns, starts), shape=(len(known), len(kept)))
        return normalize(values) if share else values

    return (
        part([blocks.characters for blocks in found], share=True)
        + part([blocks.words for blocks in found], share=True)
        + part([blocks.signs for blocks in found], share=False)
    )


def _softmax_form(model: LogisticRegression) -> tuple[Floats, Floats]:
    """Give weights and bias of one column a label, also where two labels share one row."""
    weights, bias = model.coef_, model.intercept_
    if len(weights) == 1:
        weights = np.vstack([-weights / 2.0, weights / 2.0])
        bias = np.array([-bias[0] / 2.0, bias[0] / 2.0])
    return np.ascontiguousarray(weights.T, dtype=np.float32), bias.astype(np.float32)
