"""The wire: every frame and body, typed once at the door.

Frames from outside forbid unknown fields. The same structs make the JSON schema and the
TypeScript types of the pages (`jieli schema`). Moments are ISO 8601 in UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from router.domain.conversation import Context, Conversation, Status
from router.domain.errors import Malformed
from router.domain.handoff import Handoff, Reason
from router.domain.message import MAX_TEXT, Button, Image, Message, OrderCard
from router.domain.people import Presence, Role, Staff
from router.domain.skills import Skills
from router.domain.sla import ClockKind
from router.wire_brief import Account, BriefLine, KnownFact
from router.wire_care import CareEvent
from router.wire_cases import (
    CasesCommand,
    CasesEvent,
    Choice,
    HoldView,
    ParticipantView,
    PartingView,
)
from router.wire_clocks import (
    CallbackChanged,
    CallbackView,
    ClocksChanged,
    ClockView,
    LeaveMessage,
    RequestCallback,
)
from router.wire_queue import Offer, QueueCommand, QueueEvent, QueueRules

ClientId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_\-]+$")]
"""An id the client makes for a message it sends, so that a resend is known as one."""
ConversationId = Annotated[str, Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$")]
Key = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[a-z][a-z0-9_]*$")]
UploadId = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9]+$")]
Short = Annotated[str, Meta(max_length=200)]
# Bounded as the columns that hold them.
Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]
MessageSeq = Annotated[int, Meta(ge=1, le=2**31 - 1)]
# The domain says the exact limit in the shopper's language; this one only bounds the work.
Text = Annotated[str, Meta(max_length=200_000)]


class _In(Struct, forbid_unknown_fields=True):
    """What comes from outside."""


class _Out(Struct):
    """What goes out."""


# --- shopper socket: commands ------------------------------------------------------------------


class PageContext(_In):
    """Where the shopper stands in the storefront."""

    page: Short | None = None
    order: Annotated[str, Meta(max_length=40)] | None = None
    product: Annotated[str, Meta(max_length=80)] | None = None
    product_line: Annotated[str, Meta(max_length=40)] | None = None
    region: Annotated[str, Meta(max_length=40)] | None = None
    store: Annotated[str, Meta(max_length=40)] | None = None
    channel: Annotated[str, Meta(max_length=40)] | None = None
    locale: Literal["zh-CN", "en"] = "zh-CN"

    def as_context(self) -> Context:
        """Give the domain's context."""
        return Context(**{name: getattr(self, name) for name in self.__struct_fields__})


class Hello(_In, tag="hello"):
    """First frame of a shopper's socket: who, and from which seq on; `after` 0 means all."""

    token: Annotated[str, Meta(max_length=2_000)]
    after: Seq = 0
    context: PageContext = msgspec.field(default_factory=PageContext)


class Send(_In, tag="send"):
    """The shopper says something."""

    client_id: ClientId
    text: Text


class SendImage(_In, tag="send_image"):
    """The shopper shows an uploaded image."""

    client_id: ClientId
    upload: UploadId


class Choose(_In, tag="choose"):
    """The shopper taps a button that names an entry or a flow; `title` is what it read."""

    client_id: ClientId
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    entry: Key | None = None
    flow: Key | None = None


class RequestHuman(_In, tag="request_human"):
    """The shopper taps 转人工."""

    client_id: ClientId


class GoOnWithBot(_In, tag="go_on_with_bot"):
    """The shopper asks the bot on while keeping the place in the queue."""


class WaitAgain(_In, tag="wait_again"):
    """The shopper goes back to just waiting, at the place that was kept."""


class Vote(_In, tag="vote"):
    """The shopper says whether a bot answer helped."""

    seq: MessageSeq
    helpful: bool


class Rate(_In, tag="rate"):
    """The shopper rates the resolved case, 1 to 5."""

    score: Annotated[int, Meta(ge=1, le=5)]
    comment: Annotated[str, Meta(max_length=500)] = ""
    reasons: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=10)] = []


class Typing(_In, tag="typing"):
    """The shopper is typing."""


class Ping(_In, tag="ping"):
    """Asks for a pong; the client's heartbeat."""


ShopperCommand = (
    Hello
    | Send
    | SendImage
    | Choose
    | RequestHuman
    | GoOnWithBot
    | WaitAgain
    | LeaveMessage
    | RequestCallback
    | Vote
    | Rate
    | Typing
    | Ping
)

# --- staff socket: commands --------------------------------------------------------------------


class DeskHello(_In, tag="hello"):
    """First frame of a staff socket; the session cookie says who."""


class SetPresence(_In, tag="set_presence"):
    """The agent says whether they take conversations."""

    presence: Presence


class Accept(_In, tag="accept"):
    """The agent takes a waiting conversation."""

    conversation: ConversationId


class Open(_In, tag="open"):
    """The agent reads a conversation from `after` on and follows it live."""

    conversation: ConversationId
    after: Seq = 0


class AgentReply(_In, tag="reply"):
    """The agent speaks to the shopper, under the epoch they saw.

    With an uploaded image of theirs, or a card of an order of the shopper's, the text may be empty.
    """

    conversation: ConversationId
    client_id: ClientId
    text: Text
    epoch: Seq
    upload: UploadId | None = None
    order: Annotated[str, Meta(max_length=40)] | None = None


class Note(_In, tag="note"):
    """The agent leaves a note that only staff read."""

    conversation: ConversationId
    client_id: ClientId
    text: Text


class AgentTyping(_In, tag="typing"):
    """The agent is typing."""

    conversation: ConversationId


class Flag(_In, tag="flag"):
    """The agent marks a bot answer as wrong or missing, which makes it a miss."""

    conversation: ConversationId
    seq: MessageSeq


class DeskPing(_In, tag="ping"):
    """Asks for a pong."""


DeskCommand = (
    DeskHello
    | SetPresence
    | Accept
    | Open
    | AgentReply
    | Note
    | CasesCommand
    | AgentTyping
    | Flag
    | DeskPing
    | QueueCommand
)

# --- events, to both ---------------------------------------------------------------------------


class ConversationView(_Out):
    """What both sides see of a conversation's state."""

    id: str
    status: Status
    epoch: int
    last_seq: int
    case: int
    keeps_place: bool
    agent_name: str | None = None
    rating_due: bool = False
    """True while the shopper may rate the last resolved case."""


class Preset(_Out):
    """A suggested question the bubble opens with."""

    title: str
    entry: str | None = None
    flow: str | None = None
    say: str | None = None


class Place(_Out):
    """A place in the queue: 1 is next; `waiting` counts everybody.

    `p50` and `p90` are the seconds half and nine in ten of such waits take at most; null while
    nobody can tell, as when no agent is there.
    """

    place: int
    waiting: int
    p50: int | None = None
    p90: int | None = None


class RatingChoice(_Out):
    """A reason of a rating: what is sent, and what it reads."""

    key: str
    text: str


RatingReasons = tuple[RatingChoice, ...]


class Welcome(_Out, tag="welcome"):
    """Answers a shopper's hello; what is missing after `after` follows as message.created."""

    conversation: ConversationView
    shopper_name: str | None
    presets: tuple[Preset, ...]
    place: Place | None
    greeting: str
    rating_reasons: tuple[RatingReasons, ...] = ()
    """The reasons offered beside each score, from 1 to 5."""
    max_text: int = MAX_TEXT
    max_image_bytes: int = 8_000_000


class Resumed(_Out, tag="resumed"):
    """Up to `last_seq` the client lacks nothing it may see; what follows is live.

    Ends a replay, and comes again when a note for staff only has taken a seq.
    """

    last_seq: int


class MessageCreated(_Out, tag="message.created"):
    """A message as stored."""

    message: Message


class MessageAcknowledged(_Out, tag="message.acknowledged"):
    """The message with this client id is committed under this seq."""

    client_id: str
    seq: int
    at: dt.datetime


class ConversationChanged(_Out, tag="conversation.changed"):
    """The state of a conversation changed."""

    conversation: ConversationView


class QueuePositionChanged(_Out, tag="queue.position_changed"):
    """The shopper's place in the queue changed; null when no longer waiting."""

    conversation: str
    place: Place | None


class MessageVoted(_Out, tag="message.voted"):
    """A bot answer was voted helpful or not."""

    conversation: str
    seq: int
    helpful: bool


class ConversationRated(_Out, tag="conversation.rated"):
    """The shopper rated the case."""

    conversation: str
    score: int


class TypingShown(_Out, tag="conversation.typing"):
    """Somebody is typing; show it for five seconds."""

    conversation: str
    who: Literal["shopper", "bot", "agent"]


class Pong(_Out, tag="pong"):
    """Answers a ping."""


class ErrorFrame(_Out, tag="error"):
    """Something was refused: a stable code and what to do; `client_id` names the message."""

    code: str
    detail: str
    client_id: str | None = None


class QueueCard(_Out):
    """A waiting or held conversation as the desk lists it."""

    conversation: ConversationView
    shopper: str
    shopper_name: str | None
    tier: str
    handoff: Handoff | None
    last_text: str
    updated_at: dt.datetime
    agent: str | None = None
    parting: PartingView | None = None
    hold: HoldView | None = None
    participants: tuple[ParticipantView, ...] = ()
    clocks: tuple[ClockView, ...] = ()
    callback: CallbackView | None = None


class StaffView(_Out):
    """A member of staff."""

    id: str
    login: str
    name: str
    roles: list[Role]
    capacity: int
    presence: Presence = Presence.OFFLINE
    skills: Skills = Skills()


class DeskWelcome(_Out, tag="welcome"):
    """Answers a desk's hello with everything on screen; changes follow as events."""

    me: StaffView
    queue: tuple[QueueCard, ...]
    mine: tuple[QueueCard, ...]
    invited: tuple[QueueCard, ...]
    colleagues: tuple[StaffView, ...]
    causes: tuple[Choice, ...]
    outcomes: tuple[Choice, ...]
    rules: QueueRules
    offers: tuple[Offer, ...]


class HandoffQueued(_Out, tag="handoff.queued"):
    """A conversation waits for an agent (again, or with changed facts)."""

    card: QueueCard


class MoodAlerted(_Out, tag="mood.alerted"):
    """A shopper is angry or in danger and was handed over; `detail` names the danger."""

    card: QueueCard
    reason: Reason
    detail: str


class SlaWarned(_Out, tag="sla.warned"):
    """Most of a clock's time has gone."""

    card: QueueCard
    kind: ClockKind
    due_at: dt.datetime


class SlaBreached(_Out, tag="sla.breached"):
    """A target was missed: supervisors are told, and who still waits moves up."""

    card: QueueCard
    kind: ClockKind
    due_at: dt.datetime


class ConversationAssigned(_Out, tag="conversation.assigned"):
    """An agent has the conversation now."""

    card: QueueCard
    agent: str


class ConversationLeft(_Out, tag="conversation.left"):
    """The conversation left queue and agents: resolved, returned to the bot."""

    conversation: ConversationView


class PresenceChanged(_Out, tag="presence.changed"):
    """A colleague's presence changed."""

    staff: str
    presence: Presence


class TriedAnswer(_Out):
    """A question of this case and what the bot answered."""

    seq: int
    question: str
    rule: str
    entry: str | None
    title: str | None
    answer: str
    confidence: float | None
    helpful: bool | None = None
    release: int | None = None
    model: str | None = None


class MoodPoint(_Out):
    """How angry one message was."""

    seq: int
    anger: float
    level: int


class Brief(_Out):
    """What an agent needs to know before the first word.

    `orders_note` says why orders are missing, or that they are as the shop told at `orders_as_of`.
    """

    asked: str
    reason: str | None
    detail: str
    tried: tuple[TriedAnswer, ...]
    orders: tuple[OrderCard, ...]
    orders_note: Literal["anonymous", "no_shop", "silent", "remembered"] | None
    orders_as_of: dt.datetime | None
    account: Account | None
    mood: tuple[MoodPoint, ...]
    shopper: str
    shopper_name: str | None
    tier: str
    anonymous: bool
    context: Context
    images: tuple[Image, ...]
    earlier_cases: int
    lines: tuple[BriefLine, ...]
    known: tuple[KnownFact, ...]
    waited_seconds: int | None


class Opened(_Out, tag="conversation.opened"):
    """Answers `open`: the thread after `after`, the brief, and from now on its live events."""

    card: QueueCard
    messages: tuple[Message, ...]
    brief: Brief


DeskEvent = (
    DeskWelcome
    | HandoffQueued
    | MoodAlerted
    | SlaWarned
    | SlaBreached
    | ConversationAssigned
    | ConversationLeft
    | ConversationChanged
    | MessageCreated
    | MessageAcknowledged
    | MessageVoted
    | ConversationRated
    | TypingShown
    | PresenceChanged
    | CasesEvent
    | Opened
    | CareEvent
    | CallbackChanged
    | ClocksChanged
    | Pong
    | ErrorFrame
    | QueueEvent
)
ShopperEvent = (
    Welcome
    | Resumed
    | MessageCreated
    | MessageAcknowledged
    | ConversationChanged
    | QueuePositionChanged
    | MessageVoted
    | ConversationRated
    | TypingShown
    | Pong
    | ErrorFrame
)
Event = DeskEvent | ShopperEvent

# --- REST bodies -------------------------------------------------------------------------------


class SignedShopper(_In):
    """A shopper the storefront vouches for.

    `signature` is hex HMAC-SHA256 of "{id}\\n{name}\\n{tier}\\n{expires}" with the storefront's
    secret; `expires` is Unix seconds.
    """

    id: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_\-.@]+$")]
    expires: int
    signature: Annotated[str, Meta(max_length=128)]
    name: Annotated[str, Meta(max_length=60)] = ""
    tier: Annotated[str, Meta(max_length=20)] = ""


class OpenShopperSession(_In):
    """Asks for a shopper token: anonymous (keeping a former token's id), or signed."""

    token: Annotated[str, Meta(max_length=2_000)] | None = None
    shopper: SignedShopper | None = None


class ShopperSession(_Out):
    """The token for the socket and uploads, and until when it holds."""

    token: str
    shopper: str
    anonymous: bool
    expires_at: dt.datetime


class Login(_In):
    """A member of staff logs in."""

    login: Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$")]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class Problem(_Out):
    """Every REST error: a stable code and what to do."""

    code: str
    detail: str


class Uploaded(_Out):
    """An accepted image."""

    upload: str
    mime: str
    size: int
    width: int
    height: int


T = TypeVar("T")

_shopper_commands: msgspec.json.Decoder[ShopperCommand] = msgspec.json.Decoder(ShopperCommand)
_desk_commands: msgspec.json.Decoder[DeskCommand] = msgspec.json.Decoder(DeskCommand)
_encoder = msgspec.json.Encoder()


def read_shopper_command(raw: str | bytes) -> ShopperCommand:
    """Type a shopper's frame, or refuse it as malformed saying where."""
    return _read(_shopper_commands, raw)


def read_desk_command(raw: str | bytes) -> DeskCommand:
    """Type a desk's frame, or refuse it as malformed saying where."""
    return _read(_desk_commands, raw)


def _read(decoder: msgspec.json.Decoder[T], raw: str | bytes) -> T:
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise Malformed(f"the frame is not of the schema: {error}") from error


class _Named(Struct):
    client_id: ClientId | None = None


_named: msgspec.json.Decoder[_Named] = msgspec.json.Decoder(_Named)


def client_id_of(raw: str | bytes) -> str | None:
    """Give the client id in a frame that is otherwise malformed, so that its sender learns."""
    try:
        return _named.decode(raw).client_id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def encode(value: object) -> bytes:
    """Give a frame or body as JSON."""
    return _encoder.encode(value)


def view_of(conversation: Conversation, agent_name: str | None = None) -> ConversationView:
    """Show a conversation's state to both sides."""
    return ConversationView(
        conversation.id,
        conversation.status,
        conversation.epoch,
        conversation.last_seq,
        conversation.case,
        conversation.keeps_place,
        agent_name,
        conversation.rating_case is not None,
    )


def staff_view(staff: Staff, presence: Presence = Presence.OFFLINE) -> StaffView:
    """Show a member of staff."""
    return StaffView(
        staff.id,
        staff.login,
        staff.name,
        sorted(staff.roles),
        staff.capacity,
        presence,
        staff.skills,
    )


__all__ = ["Button", "Event", "Message", "ShopperCommand", "ShopperEvent", "encode"]
