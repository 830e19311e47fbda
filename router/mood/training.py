"""Trains the mood model from the authored sentences, reproducibly, in some seconds."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spacy.language import Language

from router.mood.examples import AngerRow, Examples, RequestRow, read_examples
from router.mood.normalise import normalise
from router.mood.pipeline import ANGER, REQUEST, build, classifier
from router.mood.segment import read_words

Progress = Callable[[str, int, int], None]
"""Called with the step's name, the steps done and the steps in all."""

_CODE = (
    "normalise", "request", "temper", "cues", "segment", "linear", "meaning", "pipeline",
    "examples", "fitting", "training",
)  # fmt: skip
_MARK = "config.cfg"
_STRENGTH = {ANGER: 5.0, REQUEST: 20.0}
_STEPS = 4
_CALM_COUNTS = 2.0
"""Calm text counts double for anger: most messages of a shop are calm."""
_BESIDE_COUNTS = 0.2
"""What was written for anger counts little for requests: it is much, and easy to tell from them."""
_BETWEEN = ("，", " ", "。", " ")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence, what it is, and how often it counts."""

    text: str
    label: int
    counts: float = 1.0


@dataclass(frozen=True, slots=True)
class RunOn:
    """How sentences are joined, as shoppers do who say all in one message."""

    messages: int
    labelled: float
    """The share in which one sentence, and so the message, is more than quiet."""
    sentences: tuple[int, ...]
    """How many make up a message; each as often as it stands here."""
    counts: float


_RUN_ON = {
    ANGER: RunOn(6_000, 0.5, (2, 2, 3), 0.3),
    REQUEST: RunOn(3_000, 0.3, (2,), 0.3),
}


def train(data: Path, out: Path, *, seed: int = 7, progress: Progress | None = None) -> Path:
    """Train from a folder of text into `out` and return the model's own folder inside it.

    The dictionary and the word vectors are those beside the folder of text; without vectors
    there is no second opinion. The model's folder is named by a hash of text, dictionary,
    vectors, seed and code, so unchanged text is not trained again; it appears whole or not at all.
    """
    tell = progress or _silent
    examples = read_examples(data)
    words = read_words(data.parent / "jieba")
    vectors = data.parent / "vectors" / "words.npz"
    folder = out / f"mood-{_fingerprint(examples, words, vectors, seed)}"
    if (folder / _MARK).is_file():
        tell("ready", _STEPS, _STEPS)
        return folder
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".mood-", dir=out))
    try:
        _train_pipeline(examples, words, vectors, seed, tell).to_disk(draft)
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


def _fingerprint(examples: Examples, words: str, vectors: Path, seed: int) -> str:
    digest = hashlib.sha256(f"{seed}\n{words}\n{examples!r}".encode())
    digest.update(vectors.read_bytes() if vectors.is_file() else b"")
    for name in _CODE:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _train_pipeline(
    examples: Examples, words: str, vectors: Path, seed: int, tell: Progress
) -> Language:
    tell("words", 0, _STEPS)
    nlp = build(words)
    tell(ANGER, 1, _STEPS)
    classifier(nlp, ANGER).know(examples.lexicon)
    felt: list[AngerRow | RequestRow] = [*examples.anger, *examples.requests]
    moods = [
        Told(row.text, row.anger, 1.0 if row.anger else _CALM_COUNTS)
        for row in felt
        if row.anger is not None
    ]
    told = [*moods, *_joined(moods, _RUN_ON[ANGER], seed)]
    _fit(nlp, ANGER, told, vectors, seed)
    tell(REQUEST, 2, _STEPS)
    asked = [Told(row.text, row.human_request) for row in examples.requests]
    beside = [
        Told(row.text, row.human_request, _BESIDE_COUNTS)
        for row in examples.anger
        if row.human_request is not None
    ]
    requests = [*asked, *beside]
    told = [*requests, *_joined(requests, _RUN_ON[REQUEST], seed)]
    _fit(nlp, REQUEST, told, vectors, seed)
    tell("write", 3, _STEPS)
    return nlp


def _joined(rows: Sequence[Told], how: RunOn, seed: int) -> list[Told]:
    """Join one sentence, labelled or quiet, with quiet ones: the message is what the one is."""
    chance = random.Random(seed)  # noqa: S311
    labelled = [row for row in rows if row.label]
    quiet = [row for row in rows if not row.label]
    joined = []
    for _ in range(how.messages):
        one = chance.choice(labelled if chance.random() < how.labelled else quiet)
        others = [chance.choice(quiet).text for _ in range(chance.choice(how.sentences) - 1)]
        message = [one.text, *others]
        chance.shuffle(message)
        joined.append(Told(chance.choice(_BETWEEN).join(message), one.label, how.counts))
    return joined


def _fit(nlp: Language, name: str, rows: Sequence[Told], vectors: Path, seed: int) -> None:
    # Reading needs no scikit-learn; a router that only reads saves its second and its memory.
    from router.mood.fitting import fit, fit_meaning  # noqa: PLC0415

    component = classifier(nlp, name)
    found = [component.features(nlp.make_doc(normalise(row.text))) for row in rows]
    labels, counts = [row.label for row in rows], [row.counts for row in rows]
    fit(component, found, labels, counts, _STRENGTH[name], seed)
    if vectors.is_file():
        fit_meaning(component, vectors, found, labels, counts, seed)
