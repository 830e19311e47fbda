"""Bringing entries in and out as one file: YAML or Excel, exact in both directions."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.conditions import Vocabulary
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.excel import SheetProblem, read_workbook, write_workbook
from knowledge_base.files import FileProblem, read_file, write_file
from knowledge_base.releases import ReleaseDiff
from knowledge_base.saving import preview
from knowledge_base.store import KnowledgeStore
from router import wire_knowledge as kb
from router.desk.knowledge.bodies import diff_view
from router.desk.knowledge.phrasebook import Say

EXCEL = ".xlsx"
YAML = frozenset({".yaml", ".yml"})
PROBLEMS = 500
"""Problems told at once; whoever mends these finds the rest with the next try."""


class UnknownFormat(KnowledgeError):
    """The file is neither YAML nor a workbook."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "unknown_format",
            f"The file {name!r} is neither YAML nor Excel.",
            "Give a .yaml, .yml or .xlsx file.",
        )


@dataclass(frozen=True, slots=True)
class ExchangeDesk:
    """An editor's moves with files; reading and writing them happens in a thread."""

    store: KnowledgeStore
    vocabulary: Vocabulary

    async def take(
        self,
        file: Path,
        *,
        apply: bool,
        remove_missing: bool,
        author: str,
        at: dt.datetime,
        say: Say,
    ) -> kb.ImportPreview:
        """Show what a file would change, and save it if `apply` and nothing is wrong."""
        head = await self.store.head()
        others = [] if remove_missing else [one.entry for one in head.values()]
        entries, problems = await asyncio.to_thread(read, file, self.vocabulary, others)
        if problems:
            nothing = diff_view(ReleaseDiff((), (), ()), self.vocabulary)
            shown = [_problem_view(one, say) for one in problems[:PROBLEMS]]
            return kb.ImportPreview(nothing, shown, applied=False)
        change = await asyncio.to_thread(preview, head, entries, remove_missing=remove_missing)
        if apply:
            await self.store.save_all(
                entries,
                author=author,
                reason=f"import {file.name}",
                at=at,
                remove_missing=remove_missing,
            )
        return kb.ImportPreview(diff_view(change, self.vocabulary), [], applied=apply)

    async def give(self, ending: str) -> bytes:
        """Write all approved entries to one file of a format, `.yaml` or `.xlsx`."""
        entries = [one.entry for one in (await self.store.head()).values()]
        return await asyncio.to_thread(_written, entries, ending)


def read(
    file: Path, vocabulary: Vocabulary, others: Sequence[Entry]
) -> tuple[list[Entry], Sequence[FileProblem | SheetProblem]]:
    """Read the entries of a file by its ending; UnknownFormat."""
    ending = file.suffix.casefold()
    if ending == EXCEL:
        return read_workbook(file, vocabulary, others)
    if ending in YAML:
        return read_file(file, vocabulary, others)
    raise UnknownFormat(file.name)


def _written(entries: Sequence[Entry], ending: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="jieli-export-") as folder:
        file = Path(folder) / f"knowledge{ending}"
        (write_workbook if ending == EXCEL else write_file)(entries, file)
        return file.read_bytes()


def _problem_view(problem: FileProblem | SheetProblem, say: Say) -> kb.ImportProblem:
    if isinstance(problem, SheetProblem):
        place = f"{problem.sheet}!{problem.column}{problem.row}" if problem.sheet else ""
    else:
        place = f"{problem.line}:{problem.column}"
    where = " ".join(part for part in (place, problem.field) if part)
    what = say(problem.what).replace(str(Path(problem.file).parent) + "/", "")
    return kb.ImportProblem(where, what, say(problem.hint))
