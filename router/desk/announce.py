"""Tells whoever follows what a move has changed; the store has committed it already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from router import hub, wire, wire_clocks
from router import wire_cases as wc
from router.desk.services import Services
from router.domain.conversation import Conversation, Status
from router.domain.handoff import Handoff, HandoffState, Reason
from router.domain.message import Body, Message, Visibility
from router.domain.people import Role, Staff
from router.store import Changed, Listed

HELD = {Status.ACTIVE, Status.ON_HOLD}
ALERTING = {Reason.ANGER, Reason.SAFETY}


def messages(services: Services, changed: Changed) -> None:
    """Publish new messages, in order; call it right after the commit, before any other wait."""
    for message in changed.messages:
        _message(services, message, changed.conversation)


def state(services: Services, conversation: Conversation, agent_name: str | None = None) -> None:
    """Publish a conversation's new state to its shopper and to the staff who read it."""
    event = wire.ConversationChanged(wire.view_of(conversation, agent_name))
    topics = [hub.for_shopper(conversation.id), hub.for_staff(conversation.id)]
    if conversation.agent is not None:
        topics.append(hub.for_agent(conversation.agent))
    services.hub.publish(event, *topics)


async def changed(services: Services, moved: Changed, agent_name: str | None = None) -> None:
    """Publish all that a move of staff changed: messages, state, and where every desk lists it."""
    messages(services, moved)
    state(services, moved.conversation, agent_name)
    await to_desks(services, moved.conversation)


async def clocks(services: Services, conversation: Conversation) -> None:
    """Tell the staff of a conversation in hand what is due in it, now that somebody has spoken."""
    if conversation.agent is None or conversation.status not in HELD:
        return
    found = (await services.store.clocks_of([conversation.id])).get(conversation.id, [])
    views = tuple(map(wire_clocks.clock_view, found))
    event = wire_clocks.ClocksChanged(conversation.id, views)
    to_staff(services, event, conversation.id, conversation.agent)


def callback_changed(services: Services, conversation: str) -> None:
    """Tell every desk that the numbers to call back have changed."""
    services.hub.publish(wire_clocks.CallbackChanged(conversation), hub.DESK)


def to_staff(services: Services, event: wire.DeskEvent, conversation: str, agent: str) -> None:
    """Publish an event to the agent of a conversation and to the staff who read it."""
    services.hub.publish(event, hub.for_staff(conversation), hub.for_agent(agent))


async def to_desks(services: Services, conversation: Conversation) -> None:
    """Publish where the conversation stands to every desk: queued, assigned or gone."""
    services.bell.ring()
    view = await card_of(services, conversation.id)
    handoff = view.handoff
    ticket = handoff is not None and handoff.state is HandoffState.TICKET
    waiting = conversation.status is Status.QUEUED or conversation.keeps_place
    if waiting and not ticket:
        services.hub.publish(wire.HandoffQueued(view), hub.DESK)
    elif conversation.status in HELD and conversation.agent is not None:
        services.hub.publish(wire.ConversationAssigned(view, conversation.agent), hub.DESK)
    else:
        services.hub.publish(wire.ConversationLeft(view.conversation), hub.DESK)


async def alert(services: Services, handoff: Handoff) -> None:
    """Tell every desk of a shopper who is angry or in danger; other handoffs alert nobody."""
    if handoff.reason in ALERTING:
        view = await card_of(services, handoff.conversation)
        services.hub.publish(wire.MoodAlerted(view, handoff.reason, handoff.detail), hub.DESK)


async def card_of(services: Services, conversation: str) -> wire.QueueCard:
    """Give a conversation as the desks list it."""
    return card(await services.store.listed(conversation))


def card(listed: Listed) -> wire.QueueCard:
    """Show a listed conversation."""
    conversation, shopper = listed.thread.conversation, listed.thread.shopper
    standing = listed.standing
    return wire.QueueCard(
        conversation=wire.view_of(conversation),
        shopper=shopper.id,
        shopper_name=shopper.name,
        tier=shopper.tier,
        handoff=listed.handoff,
        last_text=listed.last_text,
        updated_at=conversation.updated_at,
        agent=conversation.agent,
        parting=wc.parting_view(standing.parting) if standing.parting else None,
        hold=wc.hold_view(standing.hold) if standing.hold else None,
        participants=tuple(wc.participant_view(one) for one in standing.participants),
        clocks=tuple(wire_clocks.clock_view(clock) for clock in listed.clocks),
        callback=(
            wire_clocks.CallbackView(callback.phone, callback.note, callback.asked_at)
            if (callback := listed.callback) is not None
            else None
        ),
    )


def blanked(message: Message) -> Message:
    """Give a whisper as those see it whom it is not for: that there is one, to keep the count."""
    return replace(message, body=Body(), sender_id=None, sender_name=None)


def seen_by(
    me: Staff, messages: Iterable[Message], conversation: Conversation
) -> tuple[Message, ...]:
    """Give messages as a member of staff may see them."""
    if me.may(Role.SUPERVISOR) or conversation.agent == me.id:
        return tuple(messages)
    return tuple(
        blanked(m) if m.visibility is Visibility.WHISPER and m.sender_id != me.id else m
        for m in messages
    )


def _whisper(services: Services, message: Message, conversation: Conversation) -> None:
    """Tell everybody that a number is taken, then those it is for what it says."""
    staff = hub.for_staff(message.conversation)
    services.hub.publish(wire.MessageCreated(blanked(message)), staff)
    topics = [hub.for_supervisors(message.conversation)]
    if conversation.agent is not None:
        topics.append(hub.for_agent(conversation.agent))
    services.hub.publish(wire.MessageCreated(message), *topics)
    services.hub.publish(wire.Resumed(message.seq), hub.for_shopper(message.conversation))


def _message(services: Services, message: Message, conversation: Conversation) -> None:
    if message.visibility is Visibility.WHISPER:
        _whisper(services, message, conversation)
        return
    topics = [hub.for_staff(message.conversation)]
    if conversation.agent is not None:
        topics.append(hub.for_agent(conversation.agent))
    if message.visibility is Visibility.EVERYONE:
        topics.append(hub.for_shopper(message.conversation))
    services.hub.publish(wire.MessageCreated(message), *topics)
    if message.visibility is Visibility.STAFF:
        # The shopper's next seq skips the note's: without this it would look like a gap.
        services.hub.publish(wire.Resumed(message.seq), hub.for_shopper(message.conversation))
