"""Promises become timers: kept with their message, nudged before, told when kept or late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from router import hub, wire_care
from router.desk import announce
from router.desk.services import Services
from router.domain.conversation import Conversation, Status
from router.domain.errors import Forbidden
from router.domain.message import Body, Draft, Message, Sender, Visibility, clean_text
from router.domain.people import Role, Staff
from router.domain.promises import (
    MAX_TEXT,
    InvalidDueTime,
    Promise,
    PromiseState,
    Said,
    checked_due,
    find,
    working_days,
)
from router.store import Changed, Promised, PromiseMoved

HELD = {Status.ACTIVE, Status.ON_HOLD}
SPEAKERS = {Sender.AGENT, Sender.BOT}


def reader(services: Services) -> Promised:
    """Give what reads the promises of staff or a flow, under the rules of now.

    The store reads with it inside the message's own transaction: there is no message without its
    timers, wherever a crash comes.
    """
    rules, works, zone = services.rules().promises, _working_days(services), services.settings.zone

    def promised(message: Message, case: int) -> list[Promise]:
        if message.sender not in SPEAKERS or message.visibility is Visibility.STAFF:
            return []
        return [
            Promise(
                id=services.new_id(),
                conversation=message.conversation,
                case=case,
                seq=message.seq,
                text=found.text[:MAX_TEXT],
                made_by=message.sender_id if message.sender is Sender.AGENT else None,
                made_at=message.at,
                due_at=found.due_at,
                nudge_at=rules.nudge_at(message.at, found.due_at),
            )
            for found in find(message.body.text, Said(message.at, zone, works), rules)
        ]

    return promised


def announce_made(services: Services, changed: Changed) -> None:
    """Tell the desks what a move has promised."""
    for promise in changed.promises:
        _publish(services, promise, "made")


@dataclass(frozen=True, slots=True)
class PromiseDesk:
    """What staff do with promises, and what time does."""

    services: Services

    async def of(self, conversation: str) -> list[Promise]:
        """List the promises of a conversation."""
        return await self.services.store.promises.of_conversation(conversation)

    async def add(self, me: Staff, conversation: str, wanted: wire_care.AddPromise) -> Promise:
        """Note what was promised elsewhere, or in words the reader misses: a note and its timer.

        The note stands in the thread for staff to read; the same click is one promise.
        """
        services, now = self.services, self.services.now()
        thread = await services.store.thread(conversation)
        if not (_holds(thread.conversation, me) or me.may(Role.SUPERVISOR)):
            raise Forbidden("这个会话不在你手上，不能记承诺。")
        text = clean_text(wanted.text, limit=MAX_TEXT)
        due_at = checked_due(wanted.due_at, now)
        draft = Draft(
            Sender.AGENT,
            Body(f"记下承诺：{text}（{due_at.astimezone(services.settings.zone):%m-%d %H:%M} 前）"),
            sender_id=me.id,
            sender_name=me.name,
            client_id=wanted.client_id,
            visibility=Visibility.STAFF,
        )
        nudge_at = services.rules().promises.nudge_at(now, due_at)

        def promised(message: Message, case: int) -> list[Promise]:
            return [
                Promise(
                    id=services.new_id(),
                    conversation=conversation,
                    case=case,
                    seq=message.seq,
                    text=text,
                    made_by=me.id,
                    made_at=now,
                    due_at=due_at,
                    nudge_at=nudge_at,
                )
            ]

        changed = await services.store.note(conversation, draft, now, promised)
        if changed.duplicate:
            return await services.store.promises.of_message(conversation, changed.messages[0].seq)
        announce.messages(services, changed)
        announce_made(services, changed)
        return changed.promises[0]

    async def change(self, me: Staff, promise_id: str, wanted: wire_care.ChangePromise) -> Promise:
        """Mark a promise as kept or as none, or move it to another time."""
        promise = await self.services.store.promises.get(promise_id)
        await self._require(me, promise)
        match wanted.state:
            case "kept":
                return await self._closed(me, promise, PromiseState.KEPT)
            case "cancelled":
                return await self._closed(me, promise, PromiseState.CANCELLED)
            case None:
                return await self._moved(promise, wanted.due_at)

    async def sweep(self) -> None:
        """Nudge agents before promises are due, and tell shoppers of those that are late."""
        services, book = self.services, self.services.store.promises
        for promise in await book.to_nudge(services.now()):
            if await book.nudge(promise, services.now()):
                _publish(services, promise, "nudged")
        for promise in await book.overdue(services.now()):
            draft = None
            if services.rules().promises.tell_late:
                draft = await self._draft(promise, "late")
            self._announce(await book.lapse(promise, draft, services.now()), "late")

    async def _closed(self, me: Staff, promise: Promise, state: PromiseState) -> Promise:
        services = self.services
        kept = state is PromiseState.KEPT
        draft = await self._draft(promise, "kept") if kept else None
        moved = await services.store.promises.close(promise, state, me.id, draft, services.now())
        self._announce(moved, "kept" if kept else "cancelled")
        return moved.promise

    async def _moved(self, promise: Promise, due_at: dt.datetime | None) -> Promise:
        services, now = self.services, self.services.now()
        if due_at is None:
            raise InvalidDueTime("请给出新的到期时间。")
        due_at = checked_due(due_at, now)
        nudge_at = services.rules().promises.nudge_at(now, due_at)
        moved = await services.store.promises.change(promise.id, due_at, nudge_at)
        _publish(services, moved, "changed")
        return moved

    async def _require(self, me: Staff, promise: Promise) -> None:
        """Let whoever made it, whoever has the conversation now, and supervisors."""
        thread = await self.services.store.thread(promise.conversation)
        own = promise.made_by == me.id or _holds(thread.conversation, me)
        if not (own or me.may(Role.SUPERVISOR)):
            raise Forbidden("这个会话不在你手上，不能改它的承诺。")

    async def _draft(self, promise: Promise, what: str) -> Draft:
        thread = await self.services.store.thread(promise.conversation)
        texts = self.services.languages.of(thread.conversation.context.locale)
        # Nobody at the desk can say whether what a flow promised was done: the shopper is asked.
        late = texts.promise_late if promise.made_by else texts.promise_passed
        text = texts.promise_kept if what == "kept" else late
        said = promise.text.rstrip("。！!；; ")
        body = Body(text.format(promise=said))
        # One that is late again after its time was changed is told again.
        mark = f"promise:{promise.id}:{what}:{int(promise.due_at.timestamp())}"
        return Draft(Sender.SYSTEM, body, client_id=mark)

    def _announce(self, moved: PromiseMoved, what: wire_care.PromiseEvent) -> None:
        if moved.duplicate:
            return
        if moved.said is not None and not moved.said.duplicate:
            announce.messages(self.services, moved.said)
        _publish(self.services, moved.promise, what)


def open_ones(promises: Sequence[Promise]) -> tuple[Promise, ...]:
    """Give the promises that still bind, the one due first before the others."""
    return tuple(p for p in promises if p.state in {PromiseState.OPEN, PromiseState.LATE})


def _working_days(services: Services) -> Callable[[dt.date], bool]:
    days = services.rules().timing.calendar.days
    return working_days(lambda day: bool(days[day]) if day in days else None)


def _holds(conversation: Conversation, me: Staff) -> bool:
    return conversation.status in HELD and conversation.agent == me.id


def _publish(services: Services, promise: Promise, what: wire_care.PromiseEvent) -> None:
    services.hub.publish(wire_care.PromiseChanged(promise, what), hub.DESK)
