"""The wire of authority, promises and aftercare: events of the desk and bodies of its REST calls.

Money goes out as integer cents and comes in as decimal text, never as a float.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.aftercare import Task
from router.domain.authority import Grant, GrantKind
from router.domain.message import OrderCard
from router.domain.promises import Promise

ClientId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_\-]+$")]
Words = Annotated[str, Meta(max_length=500)]


class _In(Struct, forbid_unknown_fields=True):
    """What comes from outside."""


class GrantChanged(Struct, tag="grant.changed"):
    """A grant was made, asked for, decided, delivered, or has failed."""

    grant: Grant


PromiseEvent = Literal["made", "nudged", "late", "kept", "cancelled", "changed"]


class PromiseChanged(Struct, tag="promise.changed"):
    """A promise was made, is due soon or late, was kept, or was changed."""

    promise: Promise
    what: PromiseEvent


class TaskChanged(Struct, tag="task.changed"):
    """A recovery task was opened, taken or done."""

    task: Task


CareEvent = GrantChanged | PromiseChanged | TaskChanged


class AskGrant(_In):
    """A member of staff gives a shopper something; `amount` is yuan, none for a return."""

    client_id: ClientId
    kind: GrantKind
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    amount: Annotated[str, Meta(max_length=20)] | None = None
    order: Annotated[str, Meta(min_length=1, max_length=40)] | None = None


class DecideGrant(_In):
    """A supervisor approves or declines a request."""

    approve: bool
    note: Words = ""


class ReverseGrant(_In):
    """A supervisor takes back what has not reached the shopper."""

    why: Annotated[str, Meta(min_length=1, max_length=500)]


class AddPromise(_In):
    """Staff note what was promised, and until when."""

    client_id: ClientId
    text: Annotated[str, Meta(min_length=1, max_length=2_000)]
    due_at: dt.datetime


class ChangePromise(_In):
    """Staff say that a promise is kept or none, or until when it is made now."""

    state: Literal["kept", "cancelled"] | None = None
    due_at: dt.datetime | None = None


class FinishTask(_In):
    """A supervisor says what came of a task."""

    outcome: Annotated[str, Meta(min_length=1, max_length=500)]


class GrantLimits(Struct):
    """What an agent may give this shopper alone now, in cents: at once, and left of the day."""

    at_once: int
    left_today: int
    most: int
    return_value: int


class GrantLine(Struct):
    """A grant with the names of who asked and who decided."""

    grant: Grant
    asked_by: str
    decided_by: str | None = None


class AuditLine(Struct):
    """A grant as an audit lists it, with the names of whoever it concerns."""

    line: GrantLine
    shopper_name: str | None


class GrantAudit(Struct):
    """The newest grants that were looked for; `more` tells that there are others."""

    lines: tuple[AuditLine, ...]
    more: bool


class CareView(Struct):
    """What stands beside a conversation: what was given, and what may be."""

    conversation: str
    limits: GrantLimits
    grants: tuple[GrantLine, ...]
    orders: tuple[OrderCard, ...]
    promises: tuple[Promise, ...] = ()


class Budget(Struct):
    """What was given of a budget, and its limit, in cents; without `staff` it is the shop's."""

    spent: int
    limit: int
    staff: str | None = None


class Approval(Struct):
    """What waits for a supervisor, with the facts to decide by."""

    line: GrantLine
    shopper_name: str | None
    order: OrderCard | None
    given_before: int
    """What this shopper was given before, in cents."""
    own: bool
    """True when the reader asked for it, and so may not decide."""


class TaskLine(Struct):
    """A task with the names of who is in it, and its reasons as they read."""

    task: Task
    shopper_name: str | None
    agent: str | None
    taken_by: str | None
    reasons: tuple[str, ...]


class CareOverview(Struct):
    """The supervisors' side at one moment."""

    at: dt.datetime
    approvals: tuple[Approval, ...]
    budgets: tuple[Budget, ...]
    tasks: tuple[TaskLine, ...]


class TrailView(Struct):
    """One line of a grant's audit trail."""

    at: dt.datetime
    event: str
    by: str | None
    why: str


class GrantTrail(Struct):
    """A grant's audit trail."""

    grant: Grant
    lines: tuple[TrailView, ...]
