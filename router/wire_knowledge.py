"""The editors' wire: bodies of /api/v1/kb, typed once at the door like those of `wire`.

Everything here is for staff with the role editor (supervisors may read). Days are ISO dates of
the shop, moments ISO 8601 in UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from router.wire_training import RunRow, ServingView

Line = Annotated[str, Meta(max_length=500)]
Lines = Annotated[list[Line], Meta(max_length=2_000)]
Key = Annotated[str, Meta(max_length=80)]
Long = Annotated[str, Meta(max_length=20_000)]


class _In(Struct, forbid_unknown_fields=True):
    """What comes from the console."""


class _Out(Struct):
    """What goes to the console."""


# --- entries, in both directions ----------------------------------------------------------------


class ConditionBody(_In):
    """When an answer applies; an empty list is any value, both days are inclusive."""

    store: list[Key] = []
    channel: list[Key] = []
    tier: list[Key] = []
    product_line: list[Key] = []
    order_state: list[Key] = []
    starts: dt.date | None = None
    until: dt.date | None = None


class ButtonBody(_In):
    """A button; exactly one of say, entry, flow and url is set."""

    title: Line
    say: Line | None = None
    entry: Key | None = None
    flow: Key | None = None
    url: Line | None = None


class AnswerBody(_In):
    """An answer and its condition."""

    text: Long
    condition: ConditionBody = msgspec.field(default_factory=ConditionBody)
    buttons: Annotated[list[ButtonBody], Meta(max_length=20)] = []
    card: Key | None = None
    flow: Key | None = None


class EntryBody(_In):
    """An entry as the editor shows and saves it; half-finished ones may be saved as drafts."""

    key: Key
    title: Line
    category: Line
    phrasings: Lines = []
    negative_phrasings: Lines = []
    answers: Annotated[list[AnswerBody], Meta(max_length=200)] = []
    owner: Line | None = None
    human_only: bool = False
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    review_on: dt.date | None = None


class StrayView(_Out):
    """A phrasing nearer to another entry than to its own; similarities from 0 to 1."""

    position: int
    phrasing: str
    own_similarity: float
    own_wording: str
    other: str
    other_title: str
    other_similarity: float
    other_wording: str
    margin: float


class FindingView(_Out):
    """One thing to know about an edit: errors refuse it, warnings are shown.

    `field` is a path such as answers[1].buttons[0].entry or phrasings[3].
    """

    level: Literal["error", "warning"]
    field: str
    what: str
    hint: str
    stray: StrayView | None = None


class RevisionMoveView(_Out):
    """A step of a revision."""

    state: str
    author: str
    at: dt.datetime
    reason: str


class RevisionView(_Out):
    """One edit of an entry with its life so far."""

    number: int
    author: str
    at: dt.datetime
    reason: str
    state: Literal["draft", "in_review", "approved", "rejected"]
    removal: bool
    base: int | None
    entry: EntryBody
    moves: list[RevisionMoveView]
    releases: list[int]
    live: bool


class EntryRow(_Out):
    """An entry in the list."""

    key: str
    title: str
    category: str
    phrasings: int
    human_only: bool
    owner: str | None
    state: Literal["live", "changed", "new", "removed"]
    """Against the live release: changed and new are approved, not yet published."""
    edit: Literal["draft", "in_review"] | None = None
    """The undecided edit on top, if any."""
    edit_by: str | None = None
    dated: Literal["not_yet", "ended", "review_due"] | None = None
    found: str | None = None
    """The line that fits the search best."""


class EntryList(_Out):
    """GET /api/v1/kb/entries?query=&category=&only=(edited|dated|unpublished)."""

    entries: list[EntryRow]
    total: int


class EntryPage(_Out):
    """GET /api/v1/kb/entries/{key}: what the editor opens.

    `current` is the revision an edit continues from: the open one, else the newest approved one;
    its number is the `base` of the next save. A new key answers 404.
    """

    key: str
    current: RevisionView
    approved: RevisionView | None
    live: RevisionView | None
    history: list[RevisionView]
    findings: list[FindingView]
    misses_open: int
    misses_cured: int


class SaveDraft(_In):
    """PUT /api/v1/kb/entries/{key}/draft: autosave; `base` None makes a new entry.

    An author's own newest draft is continued by a revision after it. Answers DraftSaved, or 409
    EditConflictBody.
    """

    entry: EntryBody
    base: int | None = None
    reason: Line = ""
    removal: bool = False


class DraftSaved(_Out):
    """The draft is kept, with what is wrong or doubtful about it."""

    revision: RevisionView
    findings: list[FindingView]


class ClashView(_Out):
    """Both changed it differently; the merged entry holds `mine`."""

    field: str
    mine: str
    theirs: str


class EditConflictBody(_Out):
    """Somebody saved the entry since: their revision, both merged, and what must be decided.

    Saving `merged` (or an entry made from it) with base `newer.number` goes through.
    """

    code: Literal["edit_conflict"]
    detail: str
    newer: RevisionView
    merged: EntryBody
    clashes: list[ClashView]


class MoveRevision(_In):
    """POST /api/v1/kb/entries/{key}/revisions/{number}/(submit|approve|reject).

    Rejecting needs a reason. Answers RevisionView. `ready` below does submit and approve at once.
    """

    reason: Line = ""


class CheckEntry(_In):
    """POST /api/v1/kb/check: findings for an entry that is not saved."""

    entry: EntryBody
    removal: bool = False


class Findings(_Out):
    """What is wrong or doubtful."""

    findings: list[FindingView]


# --- diffs and releases -------------------------------------------------------------------------


class FieldChangeView(_Out):
    """A simple field before and after."""

    name: str
    before: str
    after: str


class LineChangeView(_Out):
    """Lines that came and went."""

    added: list[str]
    removed: list[str]


class AnswerChangeView(_Out):
    """What is said under one condition before and after; `condition` is for people."""

    condition: str
    before: AnswerBody | None
    after: AnswerBody | None


class EntryChangeView(_Out):
    """How one entry differs."""

    key: str
    title: str
    fields: list[FieldChangeView]
    phrasings: LineChangeView
    negative_phrasings: LineChangeView
    answers: list[AnswerChangeView]


class DiffView(_Out):
    """What is added, changed and removed."""

    added: list[EntryBody]
    changed: list[EntryChangeView]
    removed: list[EntryBody]


class ReleaseRow(_Out):
    """A release in the list; `models` were trained from it and may be served again."""

    number: int
    author: str
    note: str
    published_at: dt.datetime
    follows: int | None
    entries: int
    added: int
    changed: int
    removed: int
    live: bool
    models: list[str]


class ReleaseList(_Out):
    """GET /api/v1/kb/releases. GET /api/v1/kb/releases/{n}/diff[?against=m] gives a DiffView."""

    releases: list[ReleaseRow]


class Blocker(_Out):
    """Why publishing is not possible yet, and the entry to go to, if it is about one."""

    code: str
    what: str
    hint: str
    entry: str | None = None
    findings: list[FindingView] = []


class PublishPlan(_Out):
    """GET /api/v1/kb/publish: what publishing now would change, and what stands against it.

    `ready` when there is something to publish and no blocker. Warnings do not block; `waiting`
    are edits that would not be in it because nobody approved them.
    """

    live: int | None
    ready: bool
    blockers: list[Blocker]
    warnings: list[Blocker]
    waiting: list[EntryRow]
    diff: DiffView


class Publish(_In):
    """POST /api/v1/kb/publish: `live` is the live release the editor looked at (409 if moved)."""

    note: Line
    live: int | None = None
    retrain: bool = True


class RollBack(_In):
    """POST /api/v1/kb/roll_back: answers at once; understanding too where a model is kept.

    `release` None is the one the live one followed.
    """

    release: int | None = None
    understanding: bool = True


class Moved(_Out):
    """A release went live; `run` is the training that was asked for, if any."""

    release: int
    run: str | None = None
    model: str | None = None
    detail: str = ""


# --- trying, and the console's frame -------------------------------------------------------------


class TryIt(_In):
    """POST /api/v1/kb/try: how a text is read and answered under a chosen shopper.

    `draft` is answered from instead of the live entry of its key in the candidate's half.
    """

    text: Annotated[str, Meta(min_length=1, max_length=2_000)]
    store: Key | None = None
    channel: Key | None = None
    tier: Key | None = None
    product_line: Key | None = None
    order_state: Key | None = None
    on: dt.date | None = None
    draft: EntryBody | None = None


class RankedView(_Out):
    """A candidate entry of a reading."""

    key: str
    title: str
    confidence: float
    served: bool
    """Whether the release has it and it is valid on that day."""


class TriedHalf(_Out):
    """What one model and the answers beside it make of the text."""

    model: str | None
    release: int | None
    available: bool
    why: str
    """Why there is no reading, where `available` is false."""
    decision: Literal["reply", "clarify", "hand_off"] | None = None
    rule: str = ""
    entry: str | None = None
    confidence: float | None = None
    threshold: float | None = None
    ranking: list[RankedView] = []
    answer: AnswerBody | None = None
    condition: str = ""
    """The answer's condition for people, empty for the default."""


class Tried(_Out):
    """Live beside candidate; without a candidate model its half reads with the live one and
    answers from the approved entries."""

    live: TriedHalf
    candidate: TriedHalf
    human_request: float
    anger: float
    level: int


class TermView(_Out):
    """A value and its title."""

    value: str
    title: str


class ConsoleView(_Out):
    """GET /api/v1/kb: everything the console's frame shows; polled while a run goes on."""

    live: ReleaseRow | None
    serving: ServingView
    run: RunRow | None
    """The run that goes on or was asked for, else the last one."""
    unpublished: int
    open_edits: int
    in_review: int
    open_misses: int
    dated: int
    vocabulary: dict[str, list[TermView]]
    """By condition field, and `flow` and `category`."""
    retrain_at: str
    """Local time of the nightly run, empty when it is off."""
    timezone: str


# --- import and export --------------------------------------------------------------------------


class ImportProblem(_Out):
    """An error in a file, by sheet or document, row and column where there are any."""

    where: str
    what: str
    hint: str


class ImportPreview(_Out):
    """POST /api/v1/kb/import (multipart: file, remove_missing, apply).

    With apply false nothing is saved; with problems nothing can be.
    """

    diff: DiffView
    problems: list[ImportProblem]
    applied: bool
