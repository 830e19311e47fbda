"""Between rows and the domain's values."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from router.domain.conversation import Context, Conversation, Status
from router.domain.handoff import Degree, Handoff, HandoffState, Priority, Reason
from router.domain.message import Body, Message, Sender, Source, Visibility
from router.domain.people import Role, Shopper, Staff
from router.domain.routing import PastTurn, Rule
from router.domain.skills import Needs, Skills

Row = sa.Row[Any]

_CONVERSATION_PLAIN = (
    "id",
    "shopper",
    "agent",
    "epoch",
    "last_seq",
    "shopper_seq",
    "decided_seq",
    "case",
    "handoff",
    "keeps_place",
    "rating_case",
    "opened_at",
    "updated_at",
)

_HANDOFF_PLAIN = (
    "id",
    "conversation",
    "case",
    "queued_at",
    "due_at",
    "asked",
    "detail",
    "tier",
    "mood",
    "agent",
    "accepted_at",
    "ended_at",
    "sla_class",
    "weight",
    "head_start",
    "wanted_agent",
    "wanted_until",
    "offered_to",
    "offered_until",
    "left_at",
)


def to_json(value: object) -> str:
    """Give a value as JSON text."""
    return msgspec.json.encode(value).decode()


def conversation_of(row: Row) -> Conversation:
    """Read a conversation."""
    plain = {name: getattr(row, name) for name in _CONVERSATION_PLAIN}
    return Conversation(
        **plain,
        status=Status(row.status),
        context=msgspec.json.decode(row.context, type=Context),
    )


def conversation_values(conversation: Conversation) -> dict[str, Any]:
    """Give a conversation's columns."""
    values = {name: getattr(conversation, name) for name in _CONVERSATION_PLAIN}
    values["status"] = conversation.status.value
    values["context"] = to_json(conversation.context)
    return values


def shopper_of(row: Row) -> Shopper:
    """Read the shopper of a conversation's row."""
    return Shopper(row.shopper, row.anonymous, row.shopper_name, row.tier)


def message_of(row: Row) -> Message:
    """Read a message."""
    return Message(
        conversation=row.conversation,
        seq=row.seq,
        epoch=row.epoch,
        at=row.at,
        sender=Sender(row.sender),
        body=msgspec.json.decode(row.body, type=Body),
        sender_id=row.sender_id,
        sender_name=row.sender_name,
        client_id=row.client_id,
        visibility=Visibility(row.visibility),
        source=Source(row.entry, row.revision, row.release, row.model, row.plan),
        votable=row.votable,
        helpful=row.helpful,
    )


def message_values(message: Message, case: int) -> dict[str, Any]:
    """Give a message's columns."""
    return {
        "conversation": message.conversation,
        "seq": message.seq,
        "epoch": message.epoch,
        "case": case,
        "at": message.at,
        "sender": message.sender.value,
        "sender_id": message.sender_id,
        "sender_name": message.sender_name,
        "client_id": message.client_id,
        "visibility": message.visibility.value,
        "body": to_json(message.body),
        "entry": message.source.entry,
        "revision": message.source.revision,
        "release": message.source.release,
        "model": message.source.model,
        "plan": message.source.plan,
        "votable": message.votable,
        "helpful": message.helpful,
    }


def handoff_of(row: Row) -> Handoff:
    """Read a handoff."""
    plain = {name: getattr(row, name) for name in _HANDOFF_PLAIN}
    return Handoff(
        **plain,
        reason=Reason(row.reason),
        priority=Priority(row.priority),
        state=HandoffState(row.state),
        urgency=Degree(row.urgency),
        impact=Degree(row.impact),
        needs=Needs.of_lane(row.lane),
        declined_by=msgspec.json.decode(row.declined_by, type=tuple[str, ...]),
    )


def handoff_values(handoff: Handoff) -> dict[str, Any]:
    """Give a handoff's columns."""
    values: dict[str, Any] = {name: getattr(handoff, name) for name in _HANDOFF_PLAIN}
    values["reason"] = handoff.reason.value
    values["state"] = handoff.state.value
    values["priority"] = int(handoff.priority)
    values["urgency"] = int(handoff.urgency)
    values["impact"] = int(handoff.impact)
    values["lane"] = handoff.needs.lane
    values["order_at"] = handoff.order_at
    values["declined_by"] = to_json(handoff.declined_by)
    values["detail"] = handoff.detail[:500]
    return values


def past_turn_of(row: Row) -> PastTurn:
    """Read a former decision as what the next one looks at."""
    return PastTurn(
        rule=Rule(row.rule),
        entry=row.entry,
        intent=row.intent,
        anger=row.anger,
        level=row.level,
        clarified=row.kind == "clarify",
        seq=row.seq,
        flow=row.flow,
        ranking=msgspec.json.decode(row.ranking, type=tuple[tuple[str, float], ...]),
        further=msgspec.json.decode(row.further, type=tuple[str, ...]),
    )


def staff_of(row: Row) -> Staff:
    """Read a member of staff."""
    roles = frozenset(Role(role) for role in msgspec.json.decode(row.roles))
    skills = msgspec.json.decode(row.skills, type=Skills)
    return Staff(row.id, row.login, row.name, roles, row.capacity, skills, row.angry_cap)
