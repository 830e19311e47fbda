"""A conversation: who may speak for the shop now, and every move that changes it."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, replace

from router.domain.errors import AlreadyTaken, EpochMoved, IllegalMove


class Status(enum.StrEnum):
    """Where a conversation stands."""

    BOT = "bot"
    QUEUED = "queued"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    OFFLINE = "offline"
    RESOLVED = "resolved"


CHATWOOT_WORDS = {
    Status.BOT: "pending",
    Status.QUEUED: "open",
    Status.ACTIVE: "open",
    Status.ON_HOLD: "snoozed",
    Status.OFFLINE: "open",
    Status.RESOLVED: "resolved",
}
"""The four words the outside knows these states by."""


class OwnerKind(enum.StrEnum):
    """Who may speak for the shop."""

    BOT = "bot"
    QUEUE = "queue"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Context:
    """Where the shopper stands in the storefront; set by the widget, never trusted for money."""

    page: str | None = None
    order: str | None = None
    product: str | None = None
    product_line: str | None = None
    region: str | None = None
    store: str | None = None
    channel: str | None = None
    locale: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The thread of one shopper; every change of owner raises `epoch`.

    `shopper_seq` is the last message of the shopper, `decided_seq` the last one a decision was
    taken for: while the bot owns and the first is ahead, an answer is due. `rating_case` is the
    resolved case the shopper may still rate.
    """

    id: str
    shopper: str
    opened_at: dt.datetime
    updated_at: dt.datetime
    status: Status = Status.BOT
    agent: str | None = None
    epoch: int = 0
    last_seq: int = 0
    shopper_seq: int = 0
    decided_seq: int = 0
    case: int = 1
    handoff: str | None = None
    keeps_place: bool = False
    rating_case: int | None = None
    context: Context = Context()

    @property
    def owner(self) -> OwnerKind:
        """Tell who may speak for the shop now."""
        match self.status:
            case Status.BOT | Status.RESOLVED:
                return OwnerKind.BOT
            case Status.QUEUED | Status.OFFLINE:
                return OwnerKind.QUEUE
            case Status.ACTIVE | Status.ON_HOLD:
                return OwnerKind.AGENT

    @property
    def answer_is_due(self) -> bool:
        """Tell whether the bot owes the shopper a decision."""
        return self.status is Status.BOT and self.shopper_seq > self.decided_seq

    def appended(self, now: dt.datetime, *, by_shopper: bool) -> Conversation:
        """Number one more message; a shopper's message after resolve opens a new case.

        The waiting of a shopper who goes on with the bot is unchanged by it; a conversation on
        hold is taken up again by what its shopper says.
        """
        seq = self.last_seq + 1
        grown = replace(self, last_seq=seq, updated_at=now)
        if not by_shopper:
            return grown
        grown = replace(grown, shopper_seq=seq)
        if self.status is Status.RESOLVED:
            return replace(
                grown, status=Status.BOT, epoch=self.epoch + 1, case=self.case + 1, handoff=None
            )
        if self.status is Status.ON_HOLD:
            return replace(grown, status=Status.ACTIVE)
        return grown

    def guard(self, epoch: int) -> None:
        """Refuse whoever speaks under an epoch that has passed."""
        if epoch != self.epoch:
            raise EpochMoved(
                f"the conversation moved on (epoch {self.epoch}, not {epoch}): reload it"
            )

    def decided(self, seq: int) -> Conversation:
        """Note that the shopper's messages up to `seq` have had their decision."""
        return replace(self, decided_seq=max(self.decided_seq, seq))

    def hand_off(self, handoff: str, now: dt.datetime, *, offline: bool = False) -> Conversation:
        """Give the conversation from the bot to the queue, or offline to that of the next shift."""
        if self.status is not Status.BOT:
            raise IllegalMove(f"a conversation that is {self.status} cannot be handed off")
        status = Status.OFFLINE if offline else Status.QUEUED
        return self._owned(status, None, now, handoff=handoff, keeps_place=False)

    def accept(self, agent: str, now: dt.datetime) -> Conversation:
        """Give a waiting conversation to one agent."""
        if self.status in {Status.ACTIVE, Status.ON_HOLD}:
            raise AlreadyTaken("another agent has already accepted this conversation")
        waiting = self.status is Status.QUEUED or (self.status is Status.BOT and self.keeps_place)
        if not waiting:
            raise IllegalMove(f"a conversation that is {self.status} cannot be accepted")
        return self._owned(Status.ACTIVE, agent, now, keeps_place=False)

    def go_on_with_bot(self, now: dt.datetime) -> Conversation:
        """Let the bot speak again while the shopper keeps the place in the queue."""
        if self.status not in {Status.QUEUED, Status.OFFLINE}:
            raise IllegalMove(f"a conversation that is {self.status} has no place to keep")
        return self._owned(Status.BOT, None, now, keeps_place=True)

    def wait_again(self, now: dt.datetime, *, offline: bool = False) -> Conversation:
        """Take a shopper who kept the place back into the queue, at that same place."""
        if self.status is not Status.BOT or not self.keeps_place:
            raise IllegalMove("the shopper keeps no place in the queue")
        status = Status.OFFLINE if offline else Status.QUEUED
        return self._owned(status, None, now, keeps_place=False)

    def wait_for_shift(self, now: dt.datetime) -> Conversation:
        """Leave a waiting conversation to the next shift; who asks the bot meanwhile goes on."""
        if self.status is Status.BOT and self.keeps_place:
            return replace(self, updated_at=now)
        if self.status is not Status.QUEUED:
            raise IllegalMove(f"a conversation that is {self.status} does not wait")
        return self._owned(Status.OFFLINE, None, now)

    def shift_began(self, now: dt.datetime) -> Conversation:
        """Take a conversation that waited for this shift into the queue."""
        if self.status is Status.BOT and self.keeps_place:
            return replace(self, updated_at=now)
        if self.status is not Status.OFFLINE:
            raise IllegalMove(f"a conversation that is {self.status} waits for no shift")
        return self._owned(Status.QUEUED, None, now)

    @property
    def waits(self) -> bool:
        """Tell whether a human is waited for, now or from the next shift on."""
        asking_bot = self.status is Status.BOT and self.keeps_place
        return asking_bot or self.status in {Status.QUEUED, Status.OFFLINE}

    def return_to_bot(self, agent: str, now: dt.datetime) -> Conversation:
        """Give the conversation back from its agent to the bot."""
        self.held_by(agent)
        returned = self._owned(Status.BOT, None, now)
        return replace(returned, handoff=None, decided_seq=self.shopper_seq)

    def hold(self, agent: str, now: dt.datetime) -> Conversation:
        """Put the conversation on hold; it stays with its agent."""
        self.held_by(agent)
        if self.status is not Status.ACTIVE:
            raise IllegalMove("the conversation is on hold already")
        return replace(self, status=Status.ON_HOLD, updated_at=now)

    def take_up(self, agent: str, now: dt.datetime) -> Conversation:
        """Take a conversation up again from hold."""
        self.held_by(agent)
        if self.status is not Status.ON_HOLD:
            raise IllegalMove("the conversation is not on hold")
        return replace(self, status=Status.ACTIVE, updated_at=now)

    def transfer(self, agent: str, now: dt.datetime) -> Conversation:
        """Give the conversation from its agent back to the queue for another one."""
        self.held_by(agent)
        return self._owned(Status.QUEUED, None, now)

    def resolve(self, agent: str, now: dt.datetime) -> Conversation:
        """Close the case; what the shopper says next opens a new one with the bot."""
        self.held_by(agent)
        resolved = self._owned(Status.RESOLVED, None, now)
        return replace(resolved, decided_seq=self.shopper_seq)

    def ask_rating(self, now: dt.datetime) -> Conversation:
        """Ask the shopper to rate the case that was resolved last."""
        if self.status is not Status.RESOLVED:
            raise IllegalMove("the case goes on: its rating is asked once it is resolved")
        return replace(self, rating_case=self.case, updated_at=now)

    def take_over(self, supervisor: str, handoff: str, now: dt.datetime) -> Conversation:
        """Give a conversation from its agent, or from the bot, to a supervisor; its epoch moves.

        The bot's is under no handoff yet, so it comes under this one, and what the bot still
        owed is no longer due. What waits in the queue is accepted instead.
        """
        if self.waits:
            raise IllegalMove("这个会话在排队，请直接接入。")
        if self.agent == supervisor:
            raise IllegalMove("这个会话已经在你手上。")
        match self.status:
            case Status.BOT:
                taken = self._owned(Status.ACTIVE, supervisor, now, handoff=handoff)
                return replace(taken, decided_seq=self.shopper_seq)
            case Status.ACTIVE | Status.ON_HOLD:
                return self._owned(Status.ACTIVE, supervisor, now)
            case _:
                raise IllegalMove(f"a conversation that is {self.status} is with nobody")

    def rate(self, now: dt.datetime) -> Conversation:
        """Take the shopper's rating of the last resolved case; it is asked once."""
        if self.rating_case is None:
            raise IllegalMove("这次服务已经评价过了，谢谢。")
        return replace(self, rating_case=None, updated_at=now)

    def held_by(self, agent: str) -> None:
        """Refuse whoever is not the agent of the conversation."""
        if self.status not in {Status.ACTIVE, Status.ON_HOLD}:
            raise IllegalMove(f"a conversation that is {self.status} is with no agent")
        if self.agent != agent:
            raise IllegalMove("the conversation is with another agent")

    def _owned(
        self,
        status: Status,
        agent: str | None,
        now: dt.datetime,
        *,
        handoff: str | None = None,
        keeps_place: bool | None = None,
    ) -> Conversation:
        return replace(
            self,
            status=status,
            agent=agent,
            epoch=self.epoch + 1,
            updated_at=now,
            handoff=handoff or self.handoff,
            keeps_place=self.keeps_place if keeps_place is None else keeps_place,
        )
