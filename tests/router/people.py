"""Values that many tests need, made short."""

import datetime as dt

from router.domain.handoff import Handoff, Priority, Reason
from router.domain.message import Body, Draft, Sender
from router.domain.people import Role, Shopper, Staff
from router.domain.routing import Evidence, HandOff, MoodSignal, Reply, Rule
from router.store import DecisionRecord, Settlement

NOON = dt.datetime(2026, 11, 21, 4, 0, tzinfo=dt.UTC)
XIAOMAN = Shopper("xiaoman", False, "小满", "ordinary")
LINA = Staff("staff-lina", "lina", "李娜", frozenset({Role.AGENT}), capacity=3)
WANG = Staff("staff-wang", "wang", "王强", frozenset({Role.AGENT}), capacity=3)


def after(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)


def says(text: str, client_id: str = "client-0001") -> Draft:
    return Draft(Sender.SHOPPER, Body(text), sender_id="xiaoman", client_id=client_id)


def bot_says(text: str) -> Draft:
    return Draft(Sender.BOT, Body(text), votable=True)


def agent_writes(text: str, agent: Staff = LINA, client_id: str = "agent-0001") -> Draft:
    return Draft(Sender.AGENT, Body(text), agent.id, agent.name, client_id)


def system(text: str) -> Draft:
    return Draft(Sender.SYSTEM, Body(text))


def handoff(
    conversation: str,
    id: str = "handoff-1",
    priority: Priority = Priority.NORMAL,
    queued_at: dt.datetime = NOON,
) -> Handoff:
    return Handoff(
        id=id,
        conversation=conversation,
        case=1,
        reason=Reason.EXPLICIT_REQUEST,
        priority=priority,
        queued_at=queued_at,
        due_at=queued_at + dt.timedelta(minutes=10),
        asked="转人工",
    )


def replied(seq: int, text: str = "48 小时内发出。", entry: str = "shipping_time") -> Settlement:
    decision = Reply(Evidence(Rule.CONFIDENT, 0.9, 0.55, release=1, model="m"), entry=entry)
    record = DecisionRecord(
        seq, "reply", decision, MoodSignal(), 3.0, intent=entry, confidence=0.9, entry=entry
    )
    return Settlement(record, (bot_says(text),))


def handed_off(seq: int, conversation: str, id: str = "handoff-1") -> Settlement:
    decision = HandOff(Evidence(Rule.EXPLICIT_REQUEST, 1.0), Reason.EXPLICIT_REQUEST)
    record = DecisionRecord(
        seq, "hand_off", decision, MoodSignal(human_request=1.0), 1.0, reason="explicit_request"
    )
    return Settlement(record, (system("已为你转接人工客服。"),), handoff(conversation, id))
