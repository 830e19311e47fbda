"""Names of trained models, and which one to start with; pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

SUFFIX = ".tar.gz"
_NAME = re.compile(r"r(\d{6,})-(\d{8}T\d{6})")
_MOMENT = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True, order=True)
class ModelName:
    """The release a model was trained from, and when (UTC)."""

    release: int
    trained: str

    @classmethod
    def of(cls, release: int, now: dt.datetime) -> ModelName:
        """Name a model that is trained now."""
        return cls(release, now.astimezone(dt.UTC).strftime(_MOMENT))

    @classmethod
    def parse(cls, file_name: str) -> ModelName | None:
        """Read the name of a model's file; None when it is no model of ours."""
        found = _NAME.fullmatch(file_name.removesuffix(SUFFIX))
        if found is None or not file_name.endswith(SUFFIX):
            return None
        return cls(int(found[1]), found[2])

    @property
    def file_name(self) -> str:
        """Give the name of the model's file."""
        return f"{self}{SUFFIX}"

    def __str__(self) -> str:
        return f"r{self.release:06d}-{self.trained}"


def surplus(file_names: Iterable[str], named: Collection[str | None], keep: int) -> list[str]:
    """Tell which model files may go: neither among the newest nor named by whoever needs them."""
    models = [name for name in map(ModelName.parse, file_names) if name is not None]
    models.sort(key=lambda model: (model.trained, model.release), reverse=True)
    return [model.file_name for model in models[keep:] if str(model) not in named]


def likeliest(
    live: int | None, file_names: Iterable[str], stale: Collection[str] = ()
) -> ModelName | None:
    """Choose the model likeliest to answer rightly, or at all.

    Of the live release rather than of another, of this pipeline rather than one of `stale`, and
    the newest.
    """
    models = [name for name in map(ModelName.parse, file_names) if name is not None]
    return max(models, key=lambda m: (m.release == live, m.file_name not in stale, m), default=None)
