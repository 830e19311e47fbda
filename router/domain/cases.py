"""What becomes of a case: moves that can be taken back, holds with a reminder, how it ended."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Annotated

from msgspec import Meta, Struct, field

from router.domain.errors import IllegalMove, Refusal
from router.domain.people import Presence, Role, Staff
from router.domain.skills import Needs

Key = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Title = Annotated[str, Meta(min_length=1, max_length=40)]

CAUSES = {
    "product": "商品",
    "logistics": "物流",
    "service": "服务",
    "policy": "政策规则",
    "campaign": "活动",
}
OUTCOMES = {
    "solved": "已解决",
    "partly": "部分解决",
    "not_solved": "没有解决",
    "no_answer": "顾客没有回应",
}
MAX_SUMMARY = 500
"""Characters of a summary, of the reason of a transfer or of a hold."""


class CasesPolicy(Struct, frozen=True, forbid_unknown_fields=True):
    """How cases are worked: how long a move can be taken back, what a resolve has to say."""

    undo_seconds: Annotated[float, Meta(ge=0, le=60)] = 5
    transfer_answer_seconds: Annotated[float, Meta(gt=0, le=3600)] = 60
    most_participants: Annotated[int, Meta(ge=0, le=20)] = 3
    longest_hold_hours: Annotated[float, Meta(gt=0, le=24 * 30)] = 72
    bot_shown_minutes: Annotated[float, Meta(gt=0, le=60 * 24)] = 60
    cause_required: bool = True
    causes: dict[Key, Title] = field(default_factory=lambda: dict(CAUSES))
    outcomes: dict[Key, Title] = field(default_factory=lambda: dict(OUTCOMES))

    @property
    def undo(self) -> dt.timedelta:
        """Give how long a resolve, return or transfer can be taken back."""
        return dt.timedelta(seconds=self.undo_seconds)


class UnknownCause(Refusal):
    """A resolve names no cause, or one that is not configured."""

    code = "unknown_cause"


class UnknownOutcome(Refusal):
    """A resolve names an outcome that is not configured."""

    code = "unknown_outcome"


class AlreadyParting(Refusal):
    """Another ending of the conversation waits to take effect."""

    code = "already_parting"


class TooLate(Refusal):
    """The move has taken effect, or was taken back already."""

    code = "too_late"


class NotThere(Refusal):
    """Whoever a conversation is for is not at the desk, or there is nobody of that kind."""

    code = "not_there"


class Ending(enum.StrEnum):
    """The moves that end an agent's care of a conversation."""

    RESOLVE = "resolve"
    RETURN_TO_BOT = "return_to_bot"
    TRANSFER = "transfer"


BOWS_TO_SHOPPER = frozenset({Ending.RESOLVE, Ending.RETURN_TO_BOT})
"""The endings that a shopper who speaks or types takes back: they have something to say still."""


@dataclass(frozen=True, slots=True)
class Closing:
    """What a case came to: why it arose, how it ended, in the agent's words."""

    cause: str | None = None
    outcome: str | None = None
    summary: str = ""


NOT_SAID = Closing()


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a transfer is for: one agent, whoever has the skills, a supervisor, or anybody."""

    agent: str | None = None
    needs: Needs | None = None
    supervisor: bool = False


@dataclass(frozen=True, slots=True)
class Parting:
    """An ending an agent has asked for; it takes effect at `due_at` unless it is taken back.

    The shopper is told nothing before that, so there is nothing to unsay. It holds only for the
    `epoch` it was asked under: whoever takes the conversation over makes it void.
    """

    id: str
    conversation: str
    ending: Ending
    agent: str
    epoch: int
    asked_at: dt.datetime
    due_at: dt.datetime
    closing: Closing = Closing()
    target: Target = Target()

    def is_due(self, now: dt.datetime) -> bool:
        """Tell whether it takes effect; a clock that was set back does not keep it waiting."""
        return now >= self.due_at or now < self.asked_at


class Answer(enum.StrEnum):
    """How a colleague answered a conversation that was sent to them."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Sent:
    """A conversation sent to one colleague, who has until `until` to answer."""

    handoff: str
    conversation: str
    sender: str
    to_agent: str
    reason: str
    sent_at: dt.datetime
    until: dt.datetime
    to_supervisor: bool = False
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A conversation put aside under an epoch: why, and when its agent is reminded."""

    conversation: str
    epoch: int
    agent: str
    reason: str
    since: dt.datetime
    until: dt.datetime
    reminded: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """A colleague the owner of an epoch has invited: reads along, writes notes, and speaks if let.

    There is one owner still: whoever is let speak does so under the owner's epoch, and falls
    silent with it.
    """

    conversation: str
    staff: str
    name: str
    epoch: int
    invited_by: str
    may_speak: bool
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Correction:
    """What an agent says instead of a line of the brief; the former ones are kept."""

    conversation: str
    case: int
    line: str
    text: str
    author: str
    author_name: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A resolved case as statistics and the next brief read it."""

    conversation: str
    case: int
    opened_at: dt.datetime
    resolved_at: dt.datetime
    agent: str
    closing: Closing
    first_seq: int
    last_seq: int


def checked_closing(closing: Closing, policy: CasesPolicy) -> Closing:
    """Give a resolve's closing, or refuse a cause or outcome that is not configured."""
    if closing.cause is None and policy.cause_required:
        raise UnknownCause(f"请选择问题的原因：{_listed(policy.causes.values())}。")
    if closing.cause is not None and closing.cause not in policy.causes:
        raise UnknownCause(f"没有“{closing.cause}”这个原因，可选：{_listed(policy.causes)}。")
    if closing.outcome is not None and closing.outcome not in policy.outcomes:
        raise UnknownOutcome(f"没有“{closing.outcome}”这个结果，可选：{_listed(policy.outcomes)}。")
    return closing


def checked_until(until: dt.datetime, now: dt.datetime, policy: CasesPolicy) -> dt.datetime:
    """Give the moment a hold ends, or refuse one that is past or too far away."""
    if until <= now:
        raise IllegalMove("提醒时间已经过去，请选一个以后的时间。")
    if until > now + dt.timedelta(hours=policy.longest_hold_hours):
        raise IllegalMove(f"最多挂起 {policy.longest_hold_hours:g} 小时，请选近一点的时间。")
    return until


def aimed(
    target: Target, me: str, staff: Iterable[Staff], presence_of: Callable[[str], Presence]
) -> Target:
    """Give whom a transfer really goes to, or refuse one that nobody would take up.

    A supervisor is the first of those present, online ones before busy ones.
    """
    agents = [one for one in staff if one.may(Role.AGENT)]
    if target.agent is not None:
        return _to_agent(target, me, agents, presence_of)
    others = [one for one in agents if one.id != me]
    if target.supervisor:
        there = [one for one in others if one.may(Role.SUPERVISOR)]
        for presence in (Presence.ONLINE, Presence.BUSY):
            for one in there:
                if presence_of(one.id) is presence:
                    return replace(target, agent=one.id)
        raise NotThere("现在没有主管在线，请转给同事或转回队列。")
    if target.needs is not None and not any(one.skills.cover(target.needs) for one in others):
        raise NotThere("没有别的同事有这项技能，请转给指定同事或转回队列。")
    return target


def _to_agent(
    target: Target, me: str, agents: Iterable[Staff], presence_of: Callable[[str], Presence]
) -> Target:
    if target.agent == me:
        raise IllegalMove("不能转给自己。想先放一放可以挂起。")
    found = next((one for one in agents if one.id == target.agent), None)
    if found is None:
        raise NotThere("没有这位同事，或者不接待顾客。")
    if presence_of(found.id) not in {Presence.ONLINE, Presence.BUSY}:
        raise NotThere(f"{found.name} 现在不在线，请转给别人或转回队列。")
    return target


def _listed(names: Collection[str]) -> str:
    return "、".join(names)
