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


@dataclass(frozen=True, slots=True)
class BotPlan:
    """Which model to start with, if any, and from which release to train one, if needed."""

    start: ModelName | None
    train: int | None


def plan_bot(
    live: int | None,
    file_names: Iterable[str],
    *,
    retrain: bool,
    stale: Collection[str] = (),
) -> BotPlan:
    """Plan the bot's start: the newest model of the live release needs no training.

    A model of another release, or one of `stale` (made by another pipeline), serves while the
    right one is trained; asked to retrain, the newest one serves meanwhile.
    """
    models = sorted(name for name in map(ModelName.parse, file_names) if name is not None)
    fitting = [m for m in models if m.release == live and m.file_name not in stale]
    # The likeliest to answer rightly, or at all, comes last.
    models.sort(key=lambda m: (m.release == live, m.file_name not in stale, m))
    start = fitting[-1] if fitting else (models[-1] if models else None)
    needed = live is not None and (retrain or not fitting)
    return BotPlan(start, live if needed else None)
