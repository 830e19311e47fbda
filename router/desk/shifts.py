"""Outside the hours, and for who will not wait: messages and numbers left, tickets, shifts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from router import wire_clocks
from router.desk import announce
from router.desk.moments import moment_of, opening_of
from router.desk.presence import PresenceBoard
from router.desk.services import Services
from router.domain.errors import IllegalMove, UnknownConversation
from router.domain.handoff import Handoff, HandoffState
from router.domain.message import Body, Draft, Message, Sender, clean_text
from router.domain.people import Presence, Role, Shopper
from router.domain.phone import phone_of, shown_phone
from router.store import Callback, Changed
from router.texts import Texts

log = structlog.get_logger(__name__)

NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class ShiftDesk:
    """What happens instead of waiting on the line, and at the beginning and end of shifts."""

    services: Services
    presence: PresenceBoard
    _reached: dict[HandoffState, Handoff] = field(default_factory=dict)

    async def leave_message(
        self, shopper: Shopper, conversation: str, command: wire_clocks.LeaveMessage
    ) -> Message:
        """Take a message of a waiting shopper; the answer will stand in the thread."""
        draft = Draft(
            Sender.SHOPPER,
            Body(clean_text(command.text)),
            sender_id=shopper.id,
            sender_name=shopper.name,
            client_id=command.client_id,
        )
        changed = await self._leave(conversation, [draft], None)
        return changed.messages[0]

    async def request_callback(
        self, shopper: Shopper, conversation: str, command: wire_clocks.RequestCallback
    ) -> Message:
        """Take the number of a waiting shopper; only staff ever see it in full."""
        phone = phone_of(command.phone)
        note = clean_text(command.note, limit=NOTE_LENGTH) if command.note.strip() else ""
        texts = await self._texts(conversation)
        said = texts.callback_asked.format(phone=shown_phone(phone))
        draft = Draft(
            Sender.SHOPPER,
            Body(f"{said}\n{note}" if note else said),
            sender_id=shopper.id,
            sender_name=shopper.name,
            client_id=command.client_id,
        )
        changed = await self._leave(
            conversation, [draft], Callback(phone, note, self.services.now())
        )
        return changed.messages[0]

    async def sweep(self) -> None:
        """Begin the shift for what waits for it; after hours leave what waits to the next one.

        A page each time, all of it at once so that its moves share a commit: however many wait,
        the sweep goes on. What has been moved is not read again.
        """
        services = self.services
        calendar = services.rules().timing.calendar
        if calendar.is_open(services.now()):
            await self._move_page(HandoffState.TICKET, self._begin)
        elif not await self._somebody_stays():
            await self._move_page(HandoffState.QUEUED, self._end)

    async def _move_page(self, state: HandoffState, move: Callable[[str], Awaitable[None]]) -> None:
        store = self.services.store
        # From where the last page ended: what cannot be moved keeps nobody behind it.
        page = await store.waiting(state, self._reached.get(state))
        if page:
            self._reached[state] = page[-1]
        else:
            self._reached.pop(state, None)
        moved = (move(handoff.conversation) for handoff in page)
        for outcome in await asyncio.gather(*moved, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("a conversation stays in its shift", error=repr(outcome))

    async def _begin(self, conversation: str) -> None:
        texts = await self._texts(conversation)
        drafts = [Draft(Sender.SYSTEM, Body(texts.shift_began))]
        try:
            changed = await self.services.store.begin_shift(
                conversation, drafts, self.services.now()
            )
        except (IllegalMove, UnknownConversation):
            return  # Another node was first, or the shopper's case is over.
        await announce.changed(self.services, changed)

    async def _end(self, conversation: str) -> None:
        texts = await self._texts(conversation)
        opens = opening_of(self.services, texts)
        drafts = [Draft(Sender.SYSTEM, Body(texts.shift_ended.format(opens=opens)))]
        try:
            changed = await self.services.store.end_shift(conversation, drafts, self.services.now())
        except (IllegalMove, UnknownConversation):
            return
        await announce.changed(self.services, changed)

    async def _somebody_stays(self) -> bool:
        """Tell whether an agent is still there, to serve who came before the end."""
        return any(
            self.presence.of(member.id) is not Presence.OFFLINE
            for member in await self.services.store.list_staff()
            if Role.AGENT in member.roles
        )

    async def _leave(
        self, conversation: str, drafts: list[Draft], callback: Callback | None
    ) -> Changed:
        services, now = self.services, self.services.now()
        timing = services.rules().timing
        due = {name: timing.left_due(now, name) for name in (*timing.classes, "")}
        texts = await self._texts(conversation)
        by = moment_of(services, texts, due[""], now)
        said = texts.callback_taken if callback is not None else texts.message_left
        answer = Draft(Sender.SYSTEM, Body(said.format(due=by)))
        changed = await services.store.leave(conversation, [*drafts, answer], due, callback, now)
        if not changed.duplicate:
            await announce.changed(services, changed)
            if callback is not None:
                announce.callback_changed(services, conversation)
        return changed

    async def _texts(self, conversation: str) -> Texts:
        thread = await self.services.store.thread(conversation)
        return self.services.languages.of(thread.conversation.context.locale)
