"""What becomes of a case: moves that can be taken back, holds with a reminder, how it ended."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct, field

from router.domain.errors import IllegalMove, Refusal

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
    longest_hold_hours: Annotated[float, Meta(gt=0, le=24 * 30)] = 72
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
    skills: frozenset[str] = frozenset()
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


def _listed(names: Collection[str]) -> str:
    return "、".join(names)
