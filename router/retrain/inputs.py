"""Gathers what a candidate is judged by: files, confirmed answers, claimed misses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from knowledge_base.database import Database
from knowledge_base.gate.check import Seen
from knowledge_base.gate.held_out import Example, HeldOut, choose
from knowledge_base.gate.promises import Confirmed, newly_claimed, still_expected
from knowledge_base.inbox import MissCase
from knowledge_base.inbox_store import InboxStore
from knowledge_base.releases import Release
from knowledge_base.training import examples
from knowledge_base.wording import normalised
from router.desk.inbox import masked
from router.mood import mask
from router.retrain.settings import GateSettings, InvalidGate
from router.store.confirmed_reads import read_confirmed

Text = Annotated[str, Meta(min_length=1, max_length=2_000)]


class _HeldOutRow(Struct, frozen=True):
    text: Text
    entry: Annotated[str, Meta(min_length=1)]


class _OutsideRow(Struct, frozen=True):
    text: Text


class RequestRow(Struct, frozen=True):
    """A text, and whether it asks for a human."""

    text: Text
    human_request: bool


Row = TypeVar("Row", _HeldOutRow, _OutsideRow, RequestRow)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a candidate of one release is judged by."""

    release: Release
    flows: frozenset[str]
    held_out: HeldOut
    out_of_scope: tuple[str, ...]
    requests: tuple[RequestRow, ...]
    confirmed: tuple[Confirmed, ...]
    claimed: tuple[MissCase, ...]


async def gather(
    database: Database,
    gate: GateSettings,
    release: Release,
    served_release: int | None,
    flows: frozenset[str],
    cross_validated: Sequence[Seen],
    now: dt.datetime,
) -> Inputs:
    """Gather everything; `served_release` is that of the live model. InvalidGate."""
    samples = gate.samples
    entries = release.entries
    trained = examples(entries)
    written = [
        Example(row.text, row.entry) for row in _rows(gate.files.path("held_out"), _HeldOutRow)
    ]
    outside = _rows(gate.files.path("out_of_scope"), _OutsideRow)
    taught = {normalised(text) for texts in trained.values() for text in texts}
    since = now - dt.timedelta(days=samples.confirmed_days)
    confirmed = await read_confirmed(database, since, 4 * samples.confirmed)
    hidden = [replace(one, text=mask(one.text)) for one in confirmed]
    cases = masked(await InboxStore(database).cases(intended=True))
    return Inputs(
        release=release,
        flows=flows,
        held_out=choose(
            written,
            cross_validated,
            trained,
            flows,
            most_written=samples.held_out,
            most_cross_validated=samples.cross_validated,
        ),
        out_of_scope=tuple(row.text for row in outside if normalised(row.text) not in taught)[
            : samples.out_of_scope
        ],
        requests=tuple(_rows(gate.files.path("requests"), RequestRow)),
        confirmed=tuple(still_expected(hidden, entries, samples.confirmed)),
        claimed=tuple(newly_claimed(cases, release.number, served_release, trained.keys())),
    )


def check_files(gate: GateSettings) -> None:
    """Refuse files that cannot be judged by, before anything slow begins; InvalidGate."""
    _rows(gate.files.path("held_out"), _HeldOutRow)
    _rows(gate.files.path("out_of_scope"), _OutsideRow)
    _rows(gate.files.path("requests"), RequestRow)


def _rows(path: Path, shape: type[Row]) -> list[Row]:
    """Read rows; a file that is not there has none."""
    try:
        content = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidGate(f"{path}: cannot be read: {error}") from error
    found: list[Row] = []
    # Not splitlines: a text may hold a separator that JSON does not escape.
    for number, line in enumerate(content.split("\n"), start=1):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line, type=shape))
            except msgspec.DecodeError as error:
                raise InvalidGate(f"{path}:{number}: {error}") from error
    return found
