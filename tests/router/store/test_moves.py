"""The store's moves on SQLite and PostgreSQL: sequence, idempotence, epoch, one owner."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from knowledge_base.database import Database
from knowledge_base.misses import Miss, MissReason
from router.domain.conversation import Context, Conversation, Status
from router.domain.errors import (
    AlreadyTaken,
    AtCapacity,
    ClientIdReused,
    EpochMoved,
    IllegalMove,
    UnknownConversation,
    UnknownMessage,
)
from router.domain.message import Visibility
from router.domain.people import Shopper
from router.store import Store
from router.store import tables as t
from tests.router.people import (
    LINA,
    NOON,
    WANG,
    XIAOMAN,
    after,
    agent_writes,
    handed_off,
    handoff,
    replied,
    says,
    system,
)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = Store(database)
    await store.open()
    yield store
    await store.close()


async def opened(store: Store, shopper: Shopper = XIAOMAN) -> Conversation:
    return await store.open_conversation(shopper, f"c-{shopper.id}", Context(), NOON)


async def queued(store: Store, shopper: Shopper = XIAOMAN) -> Conversation:
    conversation = await opened(store, shopper)
    said = await store.receive(conversation.id, says("转人工"), NOON)
    seq = said.messages[0].seq
    changed = await store.settle(
        conversation.id, 0, handed_off(seq, conversation.id, f"h-{shopper.id}"), NOON
    )
    return changed.conversation


async def active(store: Store, shopper: Shopper = XIAOMAN) -> Conversation:
    conversation = await queued(store, shopper)
    return (await store.accept(conversation.id, LINA, system("李娜"), NOON)).conversation


async def test_a_shopper_has_one_conversation_however_often_they_come(store: Store) -> None:
    first = await opened(store)
    again = await store.open_conversation(XIAOMAN, "another", Context(page="order"), after(5))
    assert again.id == first.id
    assert again.context.page == "order"
    assert (await store.thread(first.id)).conversation.context.page == "order"


async def test_two_tabs_that_come_first_at_once_agree_on_one_conversation(
    database: Database,
) -> None:
    nodes = [Store(database), Store(Database(database.engine))]
    for node in nodes:
        await node.open()
    try:
        found = await asyncio.gather(
            *(
                node.open_conversation(Shopper(f"s{i}", True), f"c{i}-{n}", Context(), NOON)
                for i in range(20)
                for n, node in enumerate(nodes)
            )
        )
    finally:
        for node in nodes:
            await node.close()
    assert len({conversation.id for conversation in found}) == 20


async def test_messages_are_numbered_from_one_without_gaps(store: Store) -> None:
    conversation = await opened(store)
    await asyncio.gather(
        *(
            store.receive(conversation.id, says(f"第{i}条", f"client-{i:04}"), NOON)
            for i in range(60)
        )
    )
    messages = await store.messages_after(conversation.id, 0, staff=False)
    assert [m.seq for m in messages] == list(range(1, 61))
    assert [m.body.text for m in messages] == [f"第{i}条" for i in range(60)]


async def test_a_resent_message_is_stored_once_and_answered_with_its_seq(store: Store) -> None:
    conversation = await opened(store)
    first = await store.receive(conversation.id, says("你好"), NOON)
    again = await store.receive(conversation.id, says("你好"), after(9))
    assert again.duplicate
    assert again.messages == first.messages
    assert len(await store.messages_after(conversation.id, 0, staff=False)) == 1


async def test_a_client_id_that_comes_with_other_text_is_refused(store: Store) -> None:
    conversation = await opened(store)
    await store.receive(conversation.id, says("你好"), NOON)
    with pytest.raises(ClientIdReused):
        await store.receive(conversation.id, says("再见"), NOON)


async def test_one_refusal_in_a_batch_leaves_the_others_stored(store: Store) -> None:
    conversation = await opened(store)
    await store.receive(conversation.id, says("一", "client-0001"), NOON)
    outcomes = await asyncio.gather(
        store.receive(conversation.id, says("二", "client-0002"), NOON),
        store.receive(conversation.id, says("别的", "client-0001"), NOON),
        store.receive("nowhere-at-all", says("三", "client-0003"), NOON),
        store.receive(conversation.id, says("四", "client-0004"), NOON),
        return_exceptions=True,
    )
    assert [type(o) for o in outcomes[1:3]] == [ClientIdReused, UnknownConversation]
    messages = await store.messages_after(conversation.id, 0, staff=False)
    assert [m.body.text for m in messages] == ["一", "二", "四"]


async def test_a_bot_reply_that_arrives_after_the_handoff_is_refused(store: Store) -> None:
    conversation = await opened(store)
    asked = await store.receive(conversation.id, says("什么时候发货"), NOON)
    late = replied(asked.messages[0].seq)
    await store.settle(conversation.id, 0, handed_off(1, conversation.id), after(1))
    with pytest.raises(EpochMoved):
        await store.settle(conversation.id, 0, late, after(2))
    senders = [m.sender for m in await store.messages_after(conversation.id, 0, staff=True)]
    assert senders == ["shopper", "system"]
    assert [d.kind for d in await store.decisions(conversation.id)] == ["hand_off"]


async def test_a_turn_is_decided_once(store: Store) -> None:
    conversation = await opened(store)
    await store.receive(conversation.id, says("什么时候发货"), NOON)
    await store.settle(conversation.id, 0, replied(1), NOON)
    with pytest.raises(EpochMoved):
        await store.settle(conversation.id, 0, replied(1), NOON)
    assert len(await store.messages_after(conversation.id, 0, staff=False)) == 2


async def test_reply_decision_and_miss_are_stored_together_or_not_at_all(store: Store) -> None:
    conversation = await opened(store)
    await store.receive(conversation.id, says("嗯？"), NOON)
    miss = Miss(
        "m-1", conversation.id, 1, MissReason.CLARIFIED, "嗯？", None, None, (), None, 1, "m", NOON
    )
    with pytest.raises(EpochMoved):
        await store.settle(conversation.id, 7, replace(replied(1), miss=miss), NOON)
    assert await store.misses_of(conversation.id) == 0
    await store.settle(conversation.id, 0, replace(replied(1), miss=miss), NOON)
    assert await store.misses_of(conversation.id) == 1


async def test_the_pending_turn_is_the_oldest_undecided_message_with_the_past(
    store: Store,
) -> None:
    conversation = await opened(store)
    await store.receive(conversation.id, says("什么时候发货", "client-0001"), NOON)
    await store.receive(conversation.id, says("运费多少", "client-0002"), NOON)
    first = await store.pending_turn(conversation.id)
    assert first is not None
    assert first.message.body.text == "什么时候发货"
    await store.settle(conversation.id, 0, replied(1), NOON)
    assert await store.unanswered() == [conversation.id]
    second = await store.pending_turn(conversation.id)
    assert second is not None
    assert second.message.body.text == "运费多少"
    assert [turn.entry for turn in second.past] == ["shipping_time"]
    assert second.last is not None
    assert second.last.entry == "shipping_time"
    await store.settle(conversation.id, 0, replied(2), NOON)
    assert await store.pending_turn(conversation.id) is None
    assert await store.unanswered() == []


async def test_an_agent_reply_needs_the_conversation_and_its_epoch(store: Store) -> None:
    conversation = await active(store)
    said = await store.agent_says(conversation.id, LINA, agent_writes("在的"), 2, NOON)
    assert said.messages[0].seq == 4
    again = await store.agent_says(conversation.id, LINA, agent_writes("在的"), 2, NOON)
    assert again.duplicate
    with pytest.raises(IllegalMove):
        await store.agent_says(
            conversation.id, WANG, agent_writes("我来", WANG, "agent-0002"), 2, NOON
        )
    with pytest.raises(EpochMoved):
        await store.agent_says(
            conversation.id, LINA, agent_writes("晚了", LINA, "agent-3"), 1, NOON
        )


async def test_a_transfer_queues_again_under_a_new_handoff(store: Store) -> None:
    conversation = await active(store)
    following = handoff(conversation.id, "h-2", queued_at=after(30))
    moved = await store.transfer(conversation.id, LINA, following, [system("转接")], after(30))
    assert moved.conversation.status is Status.QUEUED
    assert [h.id for h in await store.waiting()] == ["h-2"]
    taken = await store.accept(conversation.id, WANG, system("王强"), after(31))
    assert taken.conversation.agent == WANG.id
    with pytest.raises(EpochMoved):
        await store.agent_says(conversation.id, LINA, agent_writes("还有"), 2, after(32))


async def test_resolve_asks_for_one_rating_and_a_new_question_opens_a_case(store: Store) -> None:
    conversation = await active(store)
    ended = await store.end_care(
        conversation.id, LINA, resolve=True, drafts=[system("已结束")], now=after(60)
    )
    assert ended.conversation.rating_case is None
    (asking,) = await store.aftercare.to_ask(after(60))
    asked_about = await store.aftercare.ask(asking, after(0), after(65))
    assert asked_about is not None
    assert asked_about.rating_case == 1
    rated, _ = await store.rate(conversation.id, 5, "很快", after(70))
    assert rated.conversation.rating_case is None
    with pytest.raises(IllegalMove):
        await store.rate(conversation.id, 1, "", after(71))
    asked = await store.receive(conversation.id, says("还有个问题", "client-0009"), after(80))
    assert (asked.conversation.case, asked.conversation.status) == (2, Status.BOT)
    turn = await store.pending_turn(conversation.id)
    assert turn is not None
    assert turn.past == ()


async def test_returned_to_the_bot_the_next_message_is_the_bots(store: Store) -> None:
    conversation = await active(store)
    back = await store.end_care(
        conversation.id, LINA, resolve=False, drafts=[system("机器人继续")], now=after(60)
    )
    assert back.conversation.status is Status.BOT
    assert back.handoff is not None
    assert back.handoff.state == "ended"
    assert await store.pending_turn(conversation.id) is None
    await store.receive(conversation.id, says("运费多少", "client-0005"), after(61))
    assert await store.pending_turn(conversation.id) is not None


async def test_a_kept_place_is_the_same_place(store: Store) -> None:
    conversation = await queued(store)
    with_bot = await store.move_in_queue(conversation.id, with_bot=True, now=after(5))
    assert with_bot.conversation.keeps_place
    assert [h.conversation for h in await store.waiting()] == [conversation.id]
    back = await store.move_in_queue(conversation.id, with_bot=False, now=after(9))
    assert back.conversation.status is Status.QUEUED
    assert back.handoff is not None
    assert back.handoff.queued_at == NOON


async def test_asking_for_a_human_again_while_the_place_is_kept_makes_no_second_handoff(
    store: Store,
) -> None:
    conversation = await queued(store)
    await store.move_in_queue(conversation.id, with_bot=True, now=after(5))
    said = await store.receive(conversation.id, says("转人工", "client-0002"), after(6))
    epoch = said.conversation.epoch
    seq = said.messages[0].seq
    changed = await store.settle(
        conversation.id, epoch, handed_off(seq, conversation.id, "h-other"), after(7)
    )
    assert changed.conversation.status is Status.QUEUED
    assert [h.id for h in await store.waiting()] == ["h-xiaoman"]


async def test_an_agent_takes_no_more_than_their_capacity(store: Store) -> None:
    waiting = [await queued(store, Shopper(f"s{i}", True)) for i in range(4)]
    for conversation in waiting[:3]:
        await store.accept(conversation.id, LINA, system("李娜"), NOON)
    with pytest.raises(AtCapacity, match="3"):
        await store.accept(waiting[3].id, LINA, system("李娜"), NOON)
    assert len(await store.held_by(LINA.id)) == 3


async def test_accepting_what_one_has_already_changes_nothing(store: Store) -> None:
    conversation = await active(store)
    again = await store.accept(conversation.id, LINA, system("李娜"), NOON)
    assert again.duplicate
    assert again.conversation.epoch == conversation.epoch


async def test_a_note_is_for_staff_only(store: Store) -> None:
    conversation = await queued(store)
    note = replace(agent_writes("老顾客，注意语气"), visibility=Visibility.STAFF)
    await store.note(conversation.id, note, NOON)
    everyone = await store.messages_after(conversation.id, 0, staff=False)
    staff = await store.messages_after(conversation.id, 0, staff=True)
    assert len(staff) == len(everyone) + 1


async def test_only_answers_can_be_voted_on(store: Store) -> None:
    conversation = await opened(store)
    await store.receive(conversation.id, says("什么时候发货"), NOON)
    await store.settle(conversation.id, 0, replied(1), NOON)
    voted = await store.vote(conversation.id, 2, False, None)
    assert voted.helpful is False
    for seq in (1, 99):
        with pytest.raises(UnknownMessage):
            await store.vote(conversation.id, seq, True, None)


async def test_lists_what_waits_with_the_last_words_of_the_shopper(store: Store) -> None:
    conversation = await queued(store)
    await store.receive(conversation.id, says("我的戒指断了", "client-0002"), after(1))
    (listed,) = await store.queued()
    assert listed.last_text == "我的戒指断了"
    assert listed.handoff is not None
    assert listed.thread.shopper == XIAOMAN


@pytest.mark.no_cover  # A thousand times the same lines.
@pytest.mark.timeout(600)
@pytest.mark.no_cover
@pytest.mark.parametrize("rounds", [1000])
async def test_two_agents_accept_the_same_handoff_and_exactly_one_wins_each_time(
    database: Database, rounds: int
) -> None:
    """Two nodes race a thousand times over, each agent on a node of their own."""
    nodes = (Store(database), Store(Database(database.engine)))
    for node in nodes:
        await node.open()
    try:
        conversation = await queued(nodes[0])
        wins = {LINA.id: 0, WANG.id: 0}
        for turn in range(rounds):
            rivals = [(LINA, nodes[0]), (WANG, nodes[1])]
            if turn % 2:
                rivals.reverse()
            outcomes = await asyncio.gather(
                *(
                    node.accept(conversation.id, agent, system(agent.name), after(turn))
                    for agent, node in rivals
                ),
                return_exceptions=True,
            )
            won = [o for o in outcomes if not isinstance(o, BaseException)]
            lost = [o for o in outcomes if isinstance(o, BaseException)]
            assert len(won) == 1
            assert [type(error) for error in lost] == [AlreadyTaken]
            winner = LINA if won[0].conversation.agent == LINA.id else WANG
            wins[winner.id] += 1
            following = handoff(conversation.id, f"h-{turn}", queued_at=after(turn))
            await nodes[0].transfer(conversation.id, winner, following, [], after(turn))
    finally:
        for node in nodes:
            await node.close()
    assert sum(wins.values()) == rounds
    async with database.reading() as connection:
        rows = (await connection.execute(sa.select(t.handoffs.c.state))).scalars().all()
    assert sorted(rows).count("queued") == 1
    messages = [
        m.seq
        for m in itertools.chain(*[await nodes[0].messages_after(conversation.id, 0, staff=True)])
    ]
    assert messages == list(range(1, len(messages) + 1))
