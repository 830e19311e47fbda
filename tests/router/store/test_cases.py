"""Endings that wait, holds and closed cases in the store, on SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from knowledge_base.database import Database
from router.domain.cases import (
    AlreadyParting,
    Answer,
    Closing,
    Ending,
    Hold,
    Participant,
    Parting,
    Sent,
    Target,
    TooLate,
)
from router.domain.conversation import Context, Conversation, Status
from router.domain.errors import EpochMoved, IllegalMove
from router.domain.handoff import Handoff, HandoffState, Reason
from router.domain.people import Role, Staff
from router.store import Store
from tests.router.people import (
    LINA,
    NOON,
    WANG,
    XIAOMAN,
    after,
    handed_off,
    handoff,
    replied,
    says,
    system,
)

CHEN = Staff("staff-chen", "chen", "陈静", frozenset({Role.SUPERVISOR, Role.AGENT}))


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = Store(database)
    await store.open()
    yield store
    await store.close()


async def active(store: Store) -> Conversation:
    conversation = await store.open_conversation(XIAOMAN, "c-xiaoman", Context(), NOON)
    said = await store.receive(conversation.id, says("戒指断了，转人工"), NOON)
    await store.settle(conversation.id, 0, handed_off(said.messages[0].seq, "c-xiaoman"), NOON)
    return (await store.accept(conversation.id, LINA, system("李娜"), after(10))).conversation


def parting(ending: Ending = Ending.RESOLVE, **others: object) -> Parting:
    closing = Closing("product", "solved", "换了一枚")
    made = Parting("p-1", "c-xiaoman", ending, LINA.id, 0, after(60), after(65), closing=closing)
    return replace(made, **others)  # type: ignore[arg-type]


def taken_over(at: float, id: str = "h-over") -> Handoff:
    return replace(
        handoff("c-xiaoman", id, queued_at=after(at)), reason=Reason.TAKE_OVER, agent=None
    )


def held(until: float = 600) -> Hold:
    return Hold("c-xiaoman", 0, LINA.id, "等仓库回复", after(60), after(until))


async def test_a_resolve_waits_then_closes_the_case_with_what_it_came_to(store: Store) -> None:
    conversation = await active(store)
    kept = await store.cases.part(parting())
    assert kept.epoch == conversation.epoch
    assert await store.cases.due_partings(after(64)) == []
    assert (await store.thread("c-xiaoman")).conversation.status is Status.ACTIVE
    (due,) = await store.cases.due_partings(after(65))
    changed = await store.cases.settle(due, LINA, [system("结束")], None, after(66))
    assert changed is not None
    assert changed.conversation.status is Status.RESOLVED
    (case,) = await store.cases.earlier("c-xiaoman")
    assert (case.closing.cause, case.closing.outcome, case.closing.summary) == (
        "product",
        "solved",
        "换了一枚",
    )
    assert (case.agent, case.opened_at, case.resolved_at) == (LINA.id, NOON, after(66))
    assert (case.first_seq, case.last_seq) == (1, 3)
    assert await store.cases.due_partings(after(99)) == []


async def test_of_two_nodes_that_settle_one_ending_one_does(database: Database) -> None:
    nodes = [Store(database), Store(Database(database.engine))]
    for node in nodes:
        await node.open()
    await active(nodes[0])
    kept = await nodes[0].cases.part(parting())
    settled = await asyncio.gather(
        *(node.cases.settle(kept, LINA, [system("结束")], None, after(66)) for node in nodes)
    )
    assert sum(one is not None for one in settled) == 1
    for node in nodes:
        await node.close()


@pytest.mark.parametrize("ending", [Ending.RESOLVE, Ending.RETURN_TO_BOT])
async def test_a_shopper_who_speaks_takes_the_ending_back(store: Store, ending: Ending) -> None:
    await active(store)
    kept = await store.cases.part(parting(ending))
    said = await store.receive("c-xiaoman", says("等等，还有一件", "client-0002"), after(62))
    assert said.taken_back
    assert await store.cases.settle(kept, LINA, [], None, after(66)) is None
    assert (await store.thread("c-xiaoman")).conversation.status is Status.ACTIVE


async def test_a_transfer_goes_on_when_the_shopper_speaks(store: Store) -> None:
    await active(store)
    kept = await store.cases.part(parting(Ending.TRANSFER))
    said = await store.receive("c-xiaoman", says("还在吗", "client-0002"), after(62))
    assert not said.taken_back
    following = handoff("c-xiaoman", "h-2", queued_at=after(66))
    changed = await store.cases.settle(kept, LINA, [], following, after(66))
    assert changed is not None
    assert changed.conversation.status is Status.QUEUED


async def test_the_agent_takes_an_ending_back_once(store: Store) -> None:
    await active(store)
    kept = await store.cases.part(parting())
    with pytest.raises(TooLate):
        await store.cases.take_back("c-xiaoman", WANG.id)
    assert (await store.cases.take_back("c-xiaoman", LINA.id)).id == kept.id
    with pytest.raises(TooLate):
        await store.cases.take_back("c-xiaoman", LINA.id)
    assert await store.cases.due_partings(after(99)) == []


async def test_asking_twice_is_one_ending_and_another_one_has_to_wait(store: Store) -> None:
    await active(store)
    first = await store.cases.part(parting())
    again = await store.cases.part(parting(id="p-2", due_at=after(90)))
    assert (again.id, again.due_at) == (first.id, first.due_at)
    with pytest.raises(AlreadyParting):
        await store.cases.part(parting(Ending.TRANSFER, target=Target(WANG.id)))


async def test_nobody_ends_what_is_not_theirs(store: Store) -> None:
    await active(store)
    with pytest.raises(IllegalMove):
        await store.cases.part(parting(agent=WANG.id))


async def test_an_ending_is_void_once_somebody_else_has_the_conversation(store: Store) -> None:
    await active(store)
    kept = await store.cases.part(parting())
    following = handoff("c-xiaoman", "h-2", queued_at=after(61))
    await store.transfer("c-xiaoman", LINA, following, [], after(61))
    await store.accept("c-xiaoman", WANG, system("王强"), after(62))
    assert await store.cases.settle(kept, LINA, [], None, after(66)) is None
    conversation = (await store.thread("c-xiaoman")).conversation
    assert (conversation.status, conversation.agent) == (Status.ACTIVE, WANG.id)


async def test_a_clock_set_back_does_not_keep_an_ending_waiting(store: Store) -> None:
    await active(store)
    await store.cases.part(parting())
    assert [one.id for one in await store.cases.due_partings(after(-3600))] == ["p-1"]


async def test_a_hold_reminds_once_and_shows_on_the_card(store: Store) -> None:
    await active(store)
    changed = await store.cases.hold(held(), [system("稍后回来")])
    assert changed.conversation.status is Status.ON_HOLD
    card = await store.listed("c-xiaoman")
    assert card.standing.hold is not None
    assert card.standing.hold.reason == "等仓库回复"
    assert await store.cases.remind(after(599)) == []
    assert [one.reason for one in await store.cases.remind(after(600))] == ["等仓库回复"]
    assert await store.cases.remind(after(900)) == []


async def test_a_shopper_who_speaks_takes_the_conversation_up_and_nobody_is_reminded(
    store: Store,
) -> None:
    await active(store)
    await store.cases.hold(held(), [])
    said = await store.receive("c-xiaoman", says("有消息了吗", "client-0002"), after(70))
    assert said.taken_up
    assert said.conversation.status is Status.ACTIVE
    assert said.conversation.agent == LINA.id
    assert (await store.listed("c-xiaoman")).standing.hold is None
    assert await store.cases.remind(after(900)) == []


async def test_a_conversation_is_held_and_taken_up_by_its_agent_only(store: Store) -> None:
    await active(store)
    with pytest.raises(IllegalMove):
        await store.cases.take_up("c-xiaoman", LINA.id, after(61))
    await store.cases.hold(held(), [])
    with pytest.raises(IllegalMove):
        await store.cases.hold(held(700), [])
    with pytest.raises(IllegalMove):
        await store.cases.take_up("c-xiaoman", WANG.id, after(62))
    changed = await store.cases.take_up("c-xiaoman", LINA.id, after(63))
    assert changed.conversation.status is Status.ACTIVE
    again = await store.cases.hold(held(800), [])
    assert again.conversation.status is Status.ON_HOLD


async def sent(store: Store) -> Sent:
    """Let Lina send her conversation to Wang."""
    await active(store)
    kept = await store.cases.part(parting(Ending.TRANSFER, target=Target(WANG.id)))
    following = replace(handoff("c-xiaoman", "h-2", queued_at=after(66)), wanted_agent=WANG.id)
    one = Sent("h-2", "c-xiaoman", LINA.id, WANG.id, "要开专票", after(66), after(126))
    await store.cases.settle(kept, LINA, [], following, after(66), one)
    return one


async def test_what_was_sent_is_given_back_once_to_its_sender(store: Store) -> None:
    one = await sent(store)
    assert await store.cases.sent("c-xiaoman") == one
    assert await store.cases.unanswered(after(125)) == []
    assert await store.cases.unanswered(after(126)) == [one]
    back = await store.cases.give_back(one, Answer.TIMED_OUT, LINA, [], after(127))
    assert back is not None
    assert (back.conversation.status, back.conversation.agent) == (Status.ACTIVE, LINA.id)
    assert await store.cases.give_back(one, Answer.DECLINED, LINA, [], after(128)) is None
    assert await store.cases.unanswered(after(999)) == []


async def test_what_was_sent_stays_in_the_queue_when_its_sender_is_gone(store: Store) -> None:
    one = await sent(store)
    back = await store.cases.give_back(one, Answer.DECLINED, None, [], after(70))
    assert back is not None
    assert back.conversation.status is Status.QUEUED
    listed = await store.listed("c-xiaoman")
    assert listed.handoff is not None
    assert (listed.handoff.wanted_agent, listed.handoff.wanted_until) == (None, None)


async def test_what_its_colleague_has_accepted_is_not_given_back(store: Store) -> None:
    one = await sent(store)
    await store.accept("c-xiaoman", WANG, system("王强"), after(70))
    assert await store.cases.unanswered(after(999)) == []
    assert await store.cases.give_back(one, Answer.TIMED_OUT, LINA, [], after(127)) is None
    assert (await store.thread("c-xiaoman")).conversation.agent == WANG.id


async def test_what_somebody_is_invited_to_is_listed_for_them_until_its_owner_changes(
    store: Store,
) -> None:
    await active(store)
    assert await store.invited(WANG.id) == []
    await store.cases.invite(
        Participant("c-xiaoman", WANG.id, WANG.name, 0, LINA.id, False, after(20)), limit=3
    )
    (listed,) = await store.invited(WANG.id)
    assert listed.thread.conversation.id == "c-xiaoman"
    assert [one.staff for one in listed.standing.participants] == [WANG.id]
    assert await store.invited(LINA.id) == []
    await store.cases.take_over(taken_over(30), CHEN, system("陈静"))
    assert await store.invited(WANG.id) == []


async def test_what_the_bot_has_is_taken_over_once_and_the_bot_is_refused_after(
    store: Store,
) -> None:
    conversation = await store.open_conversation(XIAOMAN, "c-xiaoman", Context(), NOON)
    said = await store.receive(conversation.id, says("戒指断了"), NOON)
    assert [one.thread.conversation.id for one in await store.with_bot(NOON)] == ["c-xiaoman"]
    assert await store.with_bot(after(60)) == []
    changed = await store.cases.take_over(taken_over(20), CHEN, system("陈静"))
    assert (changed.conversation.agent, changed.conversation.epoch) == (CHEN.id, 1)
    listed = await store.listed("c-xiaoman")
    assert listed.handoff is not None
    assert (listed.handoff.state, listed.handoff.agent) == (HandoffState.ASSIGNED, CHEN.id)
    assert await store.with_bot(NOON) == []
    with pytest.raises(EpochMoved):
        await store.settle(conversation.id, 0, replied(said.messages[0].seq), after(21))
    assert await store.unanswered() == []
    with pytest.raises(IllegalMove):
        await store.cases.take_over(taken_over(22, "h-again"), CHEN, system("陈静"))


async def test_of_two_supervisors_who_take_over_from_the_bot_the_first_is_followed_by_the_second(
    store: Store,
) -> None:
    await store.open_conversation(XIAOMAN, "c-xiaoman", Context(), NOON)
    await store.receive("c-xiaoman", says("戒指断了"), NOON)
    zhao = replace(CHEN, id="staff-zhao", login="zhao", name="赵明")
    first = await store.cases.take_over(taken_over(20), CHEN, system("陈静"))
    second = await store.cases.take_over(taken_over(21, "h-two"), zhao, system("赵明"))
    assert second.former == CHEN.id
    assert second.conversation.epoch == first.conversation.epoch + 1
    assert second.conversation.handoff == "h-over"
