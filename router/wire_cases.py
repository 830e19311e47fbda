"""The wire of working a case: endings and their undo, holds, transfers, colleagues, the brief."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct

from router.domain.cases import Answer, Ending, Hold, Participant, Parting
from router.domain.skills import Needs
from router.wire_brief import BriefLine, CorrectBrief

ConversationId = Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]
StaffId = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]
ClientId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_\-]+$")]
Text = Annotated[str, Meta(max_length=200_000)]
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


class NeedsWanted(_In):
    """What the next agent has to be good at."""

    language: Word | None = None
    category: Word | None = None
    product_line: Word | None = None
    region: Word | None = None
    store: Word | None = None

    def as_needs(self) -> Needs:
        """Give the domain's needs."""
        return Needs(**{name: getattr(self, name) for name in self.__struct_fields__})


class Transfer(_In, tag="transfer"):
    """The agent gives the conversation to a colleague, a supervisor, some skills, or the queue."""

    conversation: ConversationId
    reason: Words = ""
    agent: StaffId | None = None
    needs: NeedsWanted | None = None
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


class DeclineTransfer(_In, tag="decline_transfer"):
    """A colleague does not take what was sent to them."""

    conversation: ConversationId


class Whisper(_In, tag="whisper"):
    """A supervisor tells the agent something, or the agent answers; nobody else reads it."""

    conversation: ConversationId
    client_id: ClientId
    text: Text


class TakeOver(_In, tag="take_over"):
    """A supervisor takes a conversation over from its agent."""

    conversation: ConversationId


class Invite(_In, tag="invite"):
    """The agent lets a colleague read along, or also speak."""

    conversation: ConversationId
    staff: StaffId
    may_speak: bool = False


class Uninvite(_In, tag="uninvite"):
    """A colleague leaves; the agent may remove anybody they invited."""

    conversation: ConversationId
    staff: StaffId


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


class TransferAnswered(_Out, tag="transfer.answered"):
    """A colleague took what was sent, or did not; `back` tells whether you have it again."""

    conversation: str
    answer: Answer
    by: str
    back: bool


class ConversationTakenOver(_Out, tag="conversation.seized"):
    """A supervisor has taken a conversation over from you."""

    conversation: str
    by: str
    by_name: str


class ParticipantsChanged(_Out, tag="participants.changed"):
    """Who reads along in a conversation changed."""

    conversation: str
    participants: tuple[ParticipantView, ...]


class BriefChanged(_Out, tag="brief.changed"):
    """A colleague has put a line of the brief right."""

    conversation: str
    lines: tuple[BriefLine, ...]


CasesCommand = (
    CorrectBrief
    | ReturnToBot
    | Transfer
    | Resolve
    | Undo
    | PutOnHold
    | TakeUp
    | DeclineTransfer
    | Whisper
    | TakeOver
    | Invite
    | Uninvite
)
CasesEvent = (
    BriefChanged
    | PartingAsked
    | PartingCancelled
    | HoldReminded
    | TransferAnswered
    | ConversationTakenOver
    | ParticipantsChanged
)


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
