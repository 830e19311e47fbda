"""What besides a release goes into a model, so that one made from something else is known."""

from __future__ import annotations

import hashlib
from pathlib import Path

from router.supervise.models import SUFFIX

INGREDIENTS = (
    "config.yml",
    "data/jieba/*",
    "data/nlu/*",
    "data/rules/*",
    "bot/components/*.py",
    "bot/domain/*",
    "bot/lexicon.py",
    "bot/release.py",
    "bot/requirements.lock",
    "bot/text.py",
    "bot/training.py",
)
"""Files, from the project's root, that a training reads or a model needs as they were."""
_NOTE = ".pipeline"


def pipeline_of(root: Path) -> str:
    """Give a hash of everything but the release that a model is made from."""
    digest = hashlib.sha256()
    for pattern in INGREDIENTS:
        for path in sorted(filter(Path.is_file, root.glob(pattern))):
            digest.update(f"{path.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def note_pipeline(model: Path, pipeline: str) -> None:
    """Keep beside a model's file what it is made from."""
    _note_of(model).write_text(pipeline, "utf-8")


def stale_models(models: Path, pipeline: str) -> set[str]:
    """Name the models made from another pipeline; one without a note is taken as it is."""
    return {
        path.name
        for path in models.glob(f"*{SUFFIX}")
        if _note_of(path).is_file() and _note_of(path).read_text("utf-8") != pipeline
    }


def remove_model(model: Path) -> None:
    """Delete a model's file and the note beside it; one that is gone is gone."""
    model.unlink(missing_ok=True)
    _note_of(model).unlink(missing_ok=True)


def _note_of(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(SUFFIX) + _NOTE)
