"""Calling back: who is called next, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from router import wire_clocks
from router.desk import announce
from router.desk.services import Services
from router.domain.conversation import Status
from router.domain.errors import Forbidden
from router.domain.message import Body, Draft, Sender, Visibility, clean_text
from router.domain.people import Role, Staff
from router.store import CallMade, OpenCallback

LONGEST = 500


@dataclass(frozen=True, slots=True)
class CallbackDesk:
    """The numbers shoppers left, for whoever of the desk calls first."""

    services: Services

    async def open_ones(self, me: Staff) -> wire_clocks.CallbackList:
        """List the numbers nobody has called yet, tickets too."""
        _require_desk(me)
        return wire_clocks.CallbackList(
            tuple(_line(one) for one in await self.services.store.open_callbacks())
        )

    async def done(
        self, me: Staff, conversation: str, case: int, wanted: wire_clocks.CallBack
    ) -> None:
        """Note that the shopper was called, and what came of it; staff read it in the thread."""
        _require_desk(me)
        services = self.services
        outcome = clean_text(wanted.outcome, limit=LONGEST) if wanted.outcome.strip() else ""
        draft = Draft(
            Sender.AGENT,
            Body(f"已回电：{outcome}" if outcome else "已回电。"),
            sender_id=me.id,
            sender_name=me.name,
            visibility=Visibility.STAFF,
        )
        call = CallMade(me.id, services.now(), outcome)
        changed = await services.store.called_back(conversation, case, call, draft)
        if changed.duplicate:
            return
        announce.messages(services, changed)
        await announce.to_desks(services, changed.conversation)
        announce.callback_changed(services, conversation)


def _line(one: OpenCallback) -> wire_clocks.CallbackLine:
    return wire_clocks.CallbackLine(
        conversation=one.conversation.id,
        case=one.conversation.case,
        shopper=one.shopper.id,
        shopper_name=one.shopper.name,
        phone=one.callback.phone,
        note=one.callback.note,
        asked_at=one.callback.asked_at,
        ticket=one.conversation.status is Status.OFFLINE,
        agent=one.conversation.agent,
    )


def _require_desk(me: Staff) -> None:
    if not (me.may(Role.AGENT) or me.may(Role.SUPERVISOR)):
        raise Forbidden("只有客服和主管可以看回电。")
