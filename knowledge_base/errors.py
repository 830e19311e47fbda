"""What can go wrong in the knowledge base, each with a code and a way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge_base.releases import EntryChange, Revision


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an entry: in which field, what it is and what to do."""

    field: str
    what: str
    hint: str
    key: str = ""
    position: int | None = None  # of the entry among those checked together, from 0

    def __str__(self) -> str:
        where = ".".join(part for part in (self.key, self.field) if part)
        return f"{where}: {self.what}. {self.hint}"


class KnowledgeError(Exception):
    """Something the knowledge base refuses; `code` is for programs, the rest for people."""

    def __init__(self, code: str, what: str, hint: str) -> None:
        super().__init__(f"{what} {hint}")
        self.code = code
        self.what = what
        self.hint = hint


class NothingToPublish(KnowledgeError):
    """The approved entries are exactly the live release, or there are none."""

    def __init__(self, live: int | None, *, empty: bool = False) -> None:
        what = (
            "The knowledge base has no approved entry."
            if empty
            else f"Release {live} already holds every approved revision."
        )
        super().__init__("nothing_to_publish", what, "Save a change to an entry first.")


class UnknownRelease(KnowledgeError):
    """The release asked for does not exist."""

    def __init__(self, number: int | None) -> None:
        what = (
            "There is no earlier release to go back to."
            if number is None
            else f"There is no release {number}."
        )
        super().__init__("unknown_release", what, "List the releases and choose one of them.")
        self.number = number


class UnknownEntry(KnowledgeError):
    """The entry asked for does not exist."""

    def __init__(self, key: str) -> None:
        super().__init__("unknown_entry", f"There is no entry {key!r}.", "List the entries' keys.")
        self.key = key


class InvalidEntries(KnowledgeError):
    """Entries break the rules of the knowledge base; nothing of them is saved."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = "; ".join(str(problem) for problem in problems[:3])
        super().__init__(
            "invalid_entries",
            f"{len(problems)} problem(s) in the entries: {first}",
            "Correct them all and save again; nothing was saved.",
        )
        self.problems = tuple(problems)


class PublishConflict(KnowledgeError):
    """Somebody else published or rolled back at the same moment."""

    def __init__(self) -> None:
        super().__init__(
            "publish_conflict",
            "Another release went live while this one was being made.",
            "Look at the new live release, then try again.",
        )


class SaveConflict(KnowledgeError):
    """Somebody else saved the same entry at the same moment."""

    def __init__(self) -> None:
        super().__init__(
            "save_conflict",
            "Another save changed the same entries at the same moment; nothing was saved.",
            "Load the entries again, then repeat the change.",
        )


class EditConflict(KnowledgeError):
    """Somebody saved the entry since the editor began; nothing of either edit is lost."""

    def __init__(self, newer: Revision, diff: EntryChange | None) -> None:
        super().__init__(
            "edit_conflict",
            f"{newer.author} saved revision {newer.number} of {newer.entry.key!r} since.",
            f"Look at what changed, merge it, and save again from revision {newer.number}.",
        )
        self.newer = newer
        self.diff = diff  # from what the editor started with to the newer one


class UnknownRevision(KnowledgeError):
    """The entry has no revision of this number."""

    def __init__(self, key: str, number: int) -> None:
        super().__init__(
            "unknown_revision",
            f"The entry {key!r} has no revision {number}.",
            "Load the entry's history and choose one of it.",
        )
        self.key = key
        self.number = number


class IllegalRevisionMove(KnowledgeError):
    """A revision in this state cannot take this step."""

    def __init__(self, revision: Revision, to: str) -> None:
        super().__init__(
            "illegal_revision_move",
            f"Revision {revision.number} of {revision.entry.key!r} is {revision.state};"
            f" it cannot become {to}.",
            "Drafts are submitted, submitted ones are approved, and both can be rejected.",
        )
        self.revision = revision


class ReasonMissing(KnowledgeError):
    """A rejection says nothing to whoever wrote the revision."""

    def __init__(self) -> None:
        super().__init__(
            "reason_missing", "The rejection has no reason.", "Say what has to change."
        )


class InvalidVocabulary(KnowledgeError):
    """The shop's vocabulary file cannot be used."""

    def __init__(self, where: str, what: str, hint: str) -> None:
        super().__init__("invalid_vocabulary", f"{where}: {what}.", hint)


class NotAnExport(KnowledgeError):
    """The folder to export to holds something else."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            "not_an_export",
            f"The folder {folder} is not empty and holds no earlier export.",
            "Give an empty or new folder.",
        )
