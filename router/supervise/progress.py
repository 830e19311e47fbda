"""What a training says on its output, line by line; pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Step(msgspec.Struct, frozen=True):
    """A step has begun; `done` of `of` are behind."""

    step: str
    done: int
    of: int


class Trained(msgspec.Struct, frozen=True):
    """The model is written."""

    model: str
    release: int | None
    seconds: float


class Failed(msgspec.Struct, frozen=True):
    """The training gave up, saying why."""

    error: str


class Chatter(msgspec.Struct, frozen=True):
    """A line that is not for programs: a library's log."""

    text: str


Line = Step | Trained | Failed | Chatter

_READERS: tuple[Callable[[str], Line], ...] = (
    msgspec.json.Decoder(Step).decode,
    msgspec.json.Decoder(Trained).decode,
    msgspec.json.Decoder(Failed).decode,
)


def read_line(raw: str) -> Line:
    """Type one line of a training's output."""
    if raw.startswith("{"):
        for read in _READERS:
            try:
                return read(raw)
            except msgspec.DecodeError:  # a mismatch with the schema is one too
                continue
    return Chatter(raw)
