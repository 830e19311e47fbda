"""The clocks of a case: by when a human answers first, next, and has solved it. Pure.

Targets are business time. A clock warns once when most of its time has gone, breaches once when
all of it has, stops when what it waits for has happened, and stands still on hold.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from router.domain.conversation import Conversation, Status
from router.domain.handoff import Handoff, Priority
from router.domain.hours import Calendar
from router.domain.message import Message, Sender, Visibility

STANDARD = "standard"
NOTHING = dt.timedelta()


class ClockKind(enum.StrEnum):
    """What a clock waits for."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Targets:
    """What an SLA class is promised, in business time.

    `left_response` is the first response to who left a message or a number instead of waiting.
    """

    left_response: dt.timedelta = dt.timedelta(minutes=60)
    next_response: dt.timedelta = dt.timedelta(minutes=10)
    resolution: dt.timedelta = dt.timedelta(hours=4)


CLASSES = {
    STANDARD: Targets(),
    "case": Targets(left_response=dt.timedelta(minutes=30), resolution=dt.timedelta(hours=2)),
    "critical": Targets(dt.timedelta(minutes=15), dt.timedelta(minutes=5), dt.timedelta(hours=1)),
}
CHAT = {
    Priority.URGENT: dt.timedelta(minutes=1),
    Priority.HIGH: dt.timedelta(minutes=3),
    Priority.NORMAL: dt.timedelta(minutes=10),
    Priority.LOW: dt.timedelta(minutes=30),
}


@dataclass(frozen=True, slots=True)
class Timing:
    """The hours of the desk and what is promised within them.

    `chat` is the first response to who waits, by priority. A clock warns when `warn_share` of its
    time has gone.
    """

    calendar: Calendar = field(default_factory=Calendar)
    chat: Mapping[Priority, dt.timedelta] = field(default_factory=lambda: CHAT)
    classes: Mapping[str, Targets] = field(default_factory=lambda: CLASSES)
    warn_share: float = 0.6

    def targets(self, sla_class: str) -> Targets:
        """Give the targets of a class; those of the standard one for a class nobody configured."""
        return self.classes.get(sla_class) or self.classes.get(STANDARD) or Targets()

    def first_due(self, at: dt.datetime, priority: Priority) -> dt.datetime:
        """Tell by when whoever begins to wait is answered."""
        return self.calendar.add(at, self.chat[priority])

    def left_due(self, at: dt.datetime, sla_class: str) -> dt.datetime:
        """Tell by when whoever left a message is answered."""
        return self.calendar.add(at, self.targets(sla_class).left_response)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case; times are of the real world, `left` the business time kept on hold."""

    conversation: str
    case: int
    kind: ClockKind
    handoff: str
    started_at: dt.datetime
    warn_at: dt.datetime
    due_at: dt.datetime
    left: dt.timedelta | None = None
    stopped_at: dt.datetime | None = None
    warned_at: dt.datetime | None = None
    breached_at: dt.datetime | None = None

    @property
    def runs(self) -> bool:
        """Tell whether time passes on it."""
        return self.stopped_at is None and self.left is None

    def stop(self, now: dt.datetime) -> Clock:
        """Stop it for good: what it waits for has happened."""
        if self.stopped_at is not None:
            return self
        return replace(self, stopped_at=max(now, self.started_at), left=None)

    def pause(self, now: dt.datetime, calendar: Calendar) -> Clock:
        """Let it stand still, with the business time that is left."""
        if not self.runs:
            return self
        # A clock that was set back must not leave more than there was.
        left = calendar.between(max(now, self.started_at), self.due_at)
        return replace(self, left=left)

    def resume(self, now: dt.datetime, timing: Timing) -> Clock:
        """Let it run on; what was late stays as late as it was."""
        if self.left is None or self.stopped_at is not None:
            return self
        if self.breached_at is not None or self.left <= NOTHING:
            return replace(self, left=None)
        whole = timing.calendar.between(self.started_at, self.due_at)
        ahead = self.left - whole * (1 - timing.warn_share)
        return replace(
            self,
            left=None,
            warn_at=timing.calendar.add(now, max(ahead, NOTHING)),
            due_at=timing.calendar.add(now, self.left),
        )


def followed(
    clocks: Iterable[Clock],
    conversation: Conversation,
    handoff: Handoff | None,
    said: Sequence[Message],
    now: dt.datetime,
    timing: Timing,
) -> list[Clock]:
    """Give the clocks of a case as they stand after a move; those that did not change included.

    `handoff` is the conversation's current one, `said` the messages the move added.
    """
    known = {clock.kind: clock for clock in clocks}
    match conversation.status:
        case Status.QUEUED | Status.OFFLINE:
            waits = True
        case Status.BOT:
            waits = conversation.keeps_place
        case Status.ACTIVE:
            return _with_agent(known, conversation, handoff, said, now, timing)
        case Status.ON_HOLD:
            return [clock.pause(now, timing.calendar) for clock in known.values()]
        case Status.RESOLVED:
            waits = False
    if not waits or handoff is None:
        return [clock.stop(now) for clock in known.values()]
    return _waiting(known, conversation.case, handoff, now, timing)


def _waiting(
    known: dict[ClockKind, Clock], case: int, handoff: Handoff, now: dt.datetime, timing: Timing
) -> list[Clock]:
    first = known.get(ClockKind.FIRST_RESPONSE)
    if first is None or first.handoff != handoff.id or first.due_at != handoff.due_at:
        raised = first if first is not None and first.handoff == handoff.id else None
        first = _started(
            ClockKind.FIRST_RESPONSE, handoff, case, handoff.queued_at, handoff.due_at, timing
        )
        if raised is not None and raised.breached_at is not None:
            first = replace(first, warned_at=raised.warned_at, breached_at=raised.breached_at)
    resolution = known.get(ClockKind.RESOLUTION)
    if resolution is None or resolution.stopped_at is not None:
        due = timing.calendar.add(handoff.queued_at, timing.targets(handoff.sla_class).resolution)
        resolution = _started(ClockKind.RESOLUTION, handoff, case, handoff.queued_at, due, timing)
    following = known.get(ClockKind.NEXT_RESPONSE)
    clocks = [first, resolution.resume(now, timing)]
    return [*clocks, following.stop(now)] if following is not None else clocks


def _with_agent(
    known: dict[ClockKind, Clock],
    conversation: Conversation,
    handoff: Handoff | None,
    said: Sequence[Message],
    now: dt.datetime,
    timing: Timing,
) -> list[Clock]:
    clocks = {kind: clock.resume(now, timing) for kind, clock in known.items()}
    first = clocks.get(ClockKind.FIRST_RESPONSE)
    for message in said:
        if message.sender is Sender.AGENT and message.visibility is Visibility.EVERYONE:
            for kind in (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE):
                if kind in clocks:
                    clocks[kind] = clocks[kind].stop(now)
        elif message.sender is Sender.SHOPPER and handoff is not None:
            asked = clocks.get(ClockKind.NEXT_RESPONSE)
            owed = first is not None and clocks[ClockKind.FIRST_RESPONSE].stopped_at is None
            if not owed and (asked is None or asked.stopped_at is not None):
                span = timing.targets(handoff.sla_class).next_response
                due = timing.calendar.add(message.at, span)
                clocks[ClockKind.NEXT_RESPONSE] = _started(
                    ClockKind.NEXT_RESPONSE, handoff, conversation.case, message.at, due, timing
                )
    return list(clocks.values())


def _started(
    kind: ClockKind,
    handoff: Handoff,
    case: int,
    at: dt.datetime,
    due: dt.datetime,
    timing: Timing,
) -> Clock:
    calendar = timing.calendar
    warn = calendar.add(at, calendar.between(at, due) * timing.warn_share)
    return Clock(handoff.conversation, case, kind, handoff.id, at, warn, due)
