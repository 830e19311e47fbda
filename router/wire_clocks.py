"""The wire of time: clocks on cards, what shoppers leave instead of waiting, quoted waits."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from router.domain.sla import Clock, ClockKind

ClientId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_\-]+$")]
# The domain says the exact limits in the shopper's language; these only bound the work.
Text = Annotated[str, Meta(max_length=200_000)]


class LeaveMessage(Struct, forbid_unknown_fields=True, tag="leave_message"):
    """The waiting shopper leaves a message and goes; the answer will stand in the thread."""

    client_id: ClientId
    text: Text


class RequestCallback(Struct, forbid_unknown_fields=True, tag="request_callback"):
    """The waiting shopper leaves a number to be called back."""

    client_id: ClientId
    phone: Annotated[str, Meta(max_length=200)]
    note: Annotated[str, Meta(max_length=2_000)] = ""


class ClockView(Struct):
    """A clock that has not stopped; on hold it shows no time left but `paused`."""

    kind: ClockKind
    warn_at: dt.datetime
    due_at: dt.datetime
    paused: bool
    breached: bool


class CallbackView(Struct):
    """A number to call back."""

    phone: str
    note: str
    asked_at: dt.datetime


class CallbackLine(Struct):
    """A number nobody has called yet; `ticket` while its case waits for the next shift."""

    conversation: str
    case: int
    shopper: str
    shopper_name: str | None
    phone: str
    note: str
    asked_at: dt.datetime
    ticket: bool
    agent: str | None


class CallbackList(Struct):
    """The numbers to call back, who asked first before the others."""

    callbacks: tuple[CallbackLine, ...]


class CallBack(Struct, forbid_unknown_fields=True):
    """Staff have called a shopper back."""

    outcome: Annotated[str, Meta(max_length=2_000)] = ""


class CallbackChanged(Struct, tag="callback.changed"):
    """A number to call back was left, or somebody has called."""

    conversation: str


class ClocksChanged(Struct, tag="clocks.changed"):
    """Somebody has spoken: what is due in a conversation now."""

    conversation: str
    clocks: tuple[ClockView, ...]


def clock_view(clock: Clock) -> ClockView:
    """Show a clock."""
    return ClockView(
        clock.kind,
        clock.warn_at,
        clock.due_at,
        clock.left is not None,
        clock.breached_at is not None,
    )
