"""The gate's settings file, validated as a whole; router/retrain/gate.toml is the default one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from knowledge_base.gate.limits import Likeness, Samples, Thresholds
from router.settings import ROOT


class InvalidGate(Exception):
    """The gate's file, or one it names, is wrong; the text says where and what is right."""


class Files(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the texts to judge by are; a file that is not there is nothing to measure."""

    held_out: str
    """Rows {"text", "entry"} of texts nobody trains on."""
    out_of_scope: str
    """Rows {"text"} of texts no entry answers."""
    requests: str
    """Rows {"text", "human_request"} of requests for a human and of look-alikes."""

    def path(self, name: str) -> Path:
        """Give the path of a file by its field; relative ones begin at the project's root."""
        given: str = getattr(self, name)
        return ROOT / given


class GateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the gate asks for; every key has to be there, and no other."""

    thresholds: Thresholds
    samples: Samples
    near_duplicates: Likeness
    files: Files


def read_gate(path: Path) -> GateSettings:
    """Read the gate's settings, or say what is wrong in them."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), GateSettings)
    except OSError as error:
        raise InvalidGate(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidGate(f"{path}: is not UTF-8: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidGate(f"{path}: is not TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise InvalidGate(f"{path}: {error}") from error
