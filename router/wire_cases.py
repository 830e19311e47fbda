"""The wire of working a case: endings and their undo, holds, transfers, colleagues, the brief."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.cases import Ending, Hold, Participant, Parting

ConversationId = Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]
StaffId = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]
Word = Annotated[str, Meta(min_length=1, max_length=40)]
# The domain says the exact limits in the agent's language; these only bound the work.
Words = Annotated[str, Meta(max_length=20_000)]


class _In(Struct, forbid_unknown_fields=True):
    """What comes from outside."""


class _Out(Struct):
    """What goes out."""


class ReturnToBot(_In, tag="return_to_bot"):
    """The agent gives the conversation back to the bot; the summary stands in the next brief."""

    conversation: ConversationId
    summary: Words = ""


class Transfer(_In, tag="transfer"):
    """The agent gives the conversation to a colleague, a supervisor, some skills, or the queue."""

    conversation: ConversationId
    reason: Words = ""
    agent: StaffId | None = None
    skills: Annotated[list[Word], Meta(max_length=10)] = []
    supervisor: bool = False


class Resolve(_In, tag="resolve"):
    """The agent closes the case: why it arose, how it ended."""

    conversation: ConversationId
    cause: Word | None = None
    outcome: Word | None = None
    summary: Words = ""


class Undo(_In, tag="undo"):
    """The agent takes back a resolve, return or transfer that has not taken effect."""

    conversation: ConversationId


class PutOnHold(_In, tag="hold"):
    """The agent puts the conversation aside and is reminded after some minutes."""

    conversation: ConversationId
    minutes: Annotated[int, Meta(ge=1, le=60 * 24 * 30)]
    reason: Words = ""


class TakeUp(_In, tag="take_up"):
    """The agent takes a conversation up again from hold."""

    conversation: ConversationId


class PartingView(_Out):
    """An ending that takes effect at `due_at` unless it is taken back."""

    ending: Ending
    agent: str
    asked_at: dt.datetime
    due_at: dt.datetime
    to_agent: str | None = None


class HoldView(_Out):
    """Why a conversation is on hold, and when its agent is reminded."""

    reason: str
    since: dt.datetime
    until: dt.datetime
    reminded: bool


class ParticipantView(_Out):
    """A colleague who was invited: reads along, and speaks if the owner lets them."""

    staff: str
    name: str
    may_speak: bool


class Choice(_Out):
    """A cause or an outcome the desk offers."""

    key: str
    title: str


class PartingAsked(_Out, tag="parting.asked"):
    """An ending waits to take effect."""

    conversation: str
    parting: PartingView


class PartingCancelled(_Out, tag="parting.cancelled"):
    """An ending will not take effect: undone, the shopper has more to say, or it was overtaken."""

    conversation: str
    why: Literal["undone", "shopper", "overtaken"]


class HoldReminded(_Out, tag="hold.reminded"):
    """The moment a hold was to end has come."""

    conversation: str
    hold: HoldView


CasesCommand = ReturnToBot | Transfer | Resolve | Undo | PutOnHold | TakeUp
CasesEvent = PartingAsked | PartingCancelled | HoldReminded


def parting_view(parting: Parting) -> PartingView:
    """Show an ending that waits."""
    return PartingView(
        parting.ending, parting.agent, parting.asked_at, parting.due_at, parting.target.agent
    )


def hold_view(hold: Hold) -> HoldView:
    """Show a hold."""
    return HoldView(hold.reason, hold.since, hold.until, hold.reminded)


def participant_view(participant: Participant) -> ParticipantView:
    """Show an invited colleague."""
    return ParticipantView(participant.staff, participant.name, participant.may_speak)
