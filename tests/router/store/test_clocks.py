"""Clocks, tickets and quotes in the store, on SQLite and PostgreSQL; several nodes act once."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from knowledge_base.database import Database
from router.domain.conversation import Context, Status
from router.domain.errors import AlreadyDecided, AlreadyTaken, IllegalMove, NotFound
from router.domain.handoff import HandoffState
from router.domain.message import Body, Draft, Sender, Visibility
from router.domain.priority import PriorityPolicy
from router.domain.sla import ClockKind
from router.store import Callback, CallMade, Quote, Store
from tests.router.people import LINA, NOON, WANG, XIAOMAN, after, handed_off, says, system

POLICY = PriorityPolicy()
DUE = {"": after(3_600), "standard": after(1_800)}


@pytest.fixture
async def nodes(database: Database) -> AsyncIterator[tuple[Store, Store]]:
    """Give two nodes over one database."""
    stores = Store(database), Store(database)
    for store in stores:
        await store.open()
    yield stores
    for store in stores:
        await store.close()


async def waiting(store: Store, state: HandoffState = HandoffState.QUEUED) -> str:
    opened = await store.open_conversation(XIAOMAN, "c-xiaoman", Context(), NOON)
    said = await store.receive(opened.id, says("转人工"), NOON)
    settlement = handed_off(said.messages[0].seq, opened.id)
    assert settlement.handoff is not None
    settlement = replace(settlement, handoff=replace(settlement.handoff, state=state))
    await store.settle(opened.id, 0, settlement, NOON)
    return opened.id


def is_from(outcome: object) -> bool:
    return not isinstance(outcome, BaseException)


async def test_of_two_nodes_one_notes_each_warning_and_each_breach(
    nodes: tuple[Store, Store],
) -> None:
    await waiting(nodes[0])
    for moment, index in ((after(400), 0), (after(700), 1)):
        found = await asyncio.gather(*(node.note_clocks(POLICY, moment) for node in nodes))
        raised = [clock.kind for both in found for clock in both[index]]
        assert raised == [ClockKind.FIRST_RESPONSE]
    assert await nodes[0].note_clocks(POLICY, after(800)) == ([], [])


async def test_a_restart_loses_no_clock(database: Database) -> None:
    first = Store(database)
    await first.open()
    conversation = await waiting(first)
    await first.close()
    second = Store(database)
    await second.open()
    assert {c.kind for c in (await second.clocks_of([conversation]))[conversation]} == {
        ClockKind.FIRST_RESPONSE,
        ClockKind.RESOLUTION,
    }
    _, breached = await second.note_clocks(POLICY, after(10 * 3_600))
    assert len(breached) == 2
    await second.close()


async def test_two_nodes_begin_the_shift_of_a_ticket_once(nodes: tuple[Store, Store]) -> None:
    conversation = await waiting(nodes[0], HandoffState.TICKET)
    assert (await nodes[0].thread(conversation)).conversation.status is Status.OFFLINE
    with pytest.raises((AlreadyTaken, IllegalMove)):
        await nodes[0].accept(conversation, LINA, system("李娜 为你服务"), after(5))
    outcomes = await asyncio.gather(
        *(node.begin_shift(conversation, [system("上班了")], after(60)) for node in nodes),
        return_exceptions=True,
    )
    assert sorted(map(is_from, outcomes)) == [False, True]
    assert [h.queued_at for h in await nodes[0].waiting()] == [NOON]
    assert await nodes[0].waiting(HandoffState.TICKET) == []
    await nodes[1].accept(conversation, LINA, system("李娜 为你服务"), after(70))


async def test_what_waits_after_hours_is_left_to_the_next_shift(nodes: tuple[Store, Store]) -> None:
    store = nodes[0]
    conversation = await waiting(store)
    await store.end_shift(conversation, [system("下班了")], after(60))
    assert (await store.thread(conversation)).conversation.status is Status.OFFLINE
    assert await store.waiting() == []
    clocks = (await store.clocks_of([conversation]))[conversation]
    assert ClockKind.FIRST_RESPONSE in {clock.kind for clock in clocks}


async def test_the_last_number_left_counts_and_belongs_to_the_case(
    nodes: tuple[Store, Store],
) -> None:
    store = nodes[0]
    conversation = await waiting(store)
    for n, phone in enumerate(("13800001234", "13900005678")):
        await store.leave(
            conversation,
            [says(f"请回电{n}", f"client-call-{n}"), system("好的")],
            DUE,
            Callback(phone, "", after(n)),
            after(n),
        )
    listed = await store.listed(conversation)
    assert listed.callback is not None
    assert listed.callback.phone == "13900005678"
    assert listed.handoff is not None
    assert (listed.handoff.due_at, listed.handoff.left_at) == (after(1_800), after(0))


async def asked_back(store: Store, n: int = 0) -> str:
    conversation = (await store.listed("c-xiaoman")).thread.conversation.id
    draft = says(f"请回电{n}", f"client-call-{n}")
    number = Callback("13800001234", "三点后", after(n))
    await store.leave(conversation, [draft, system("好的")], DUE, number, after(n))
    return conversation


def noted(text: str) -> Draft:
    return Draft(Sender.AGENT, Body(text), LINA.id, LINA.name, visibility=Visibility.STAFF)


@pytest.mark.parametrize("state", [HandoffState.QUEUED, HandoffState.TICKET])
async def test_of_two_who_have_called_back_one_did_and_the_number_leaves_every_list(
    nodes: tuple[Store, Store], state: HandoffState
) -> None:
    await waiting(nodes[0], state)
    conversation = await asked_back(nodes[0])
    (open_one,) = await nodes[1].open_callbacks()
    assert (open_one.callback.phone, open_one.conversation.id) == ("13800001234", conversation)
    calls = [CallMade(who.id, after(60), "没人接") for who in (LINA, WANG)]
    outcomes = await asyncio.gather(
        *(
            node.called_back(conversation, 1, call, noted("已回电：没人接"))
            for node, call in zip(nodes, calls, strict=True)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, AlreadyDecided) for one in outcomes) == 1
    assert await nodes[0].open_callbacks() == []
    assert (await nodes[0].listed(conversation)).callback is None
    messages = await nodes[0].messages_after(conversation, 0, staff=True)
    assert [m.body.text for m in messages].count("已回电：没人接") == 1


async def test_who_says_twice_that_they_called_has_called_once(nodes: tuple[Store, Store]) -> None:
    store = nodes[0]
    await waiting(store)
    conversation = await asked_back(store)
    call = CallMade(LINA.id, after(60), "约了周一")
    assert not (await store.called_back(conversation, 1, call, noted("已回电"))).duplicate
    assert (await store.called_back(conversation, 1, call, noted("已回电"))).duplicate
    with pytest.raises(NotFound):
        await store.called_back(conversation, 2, call, noted("已回电"))


async def test_a_number_left_again_after_the_call_is_open_again(nodes: tuple[Store, Store]) -> None:
    store = nodes[0]
    await waiting(store)
    conversation = await asked_back(store)
    await store.called_back(conversation, 1, CallMade(LINA.id, after(60), ""), noted("已回电。"))
    await asked_back(store, 70)
    assert [one.callback.asked_at for one in await store.open_callbacks()] == [after(70)]


async def test_a_case_that_is_resolved_needs_no_call(nodes: tuple[Store, Store]) -> None:
    store = nodes[0]
    await waiting(store)
    conversation = await asked_back(store)
    await store.accept(conversation, LINA, system("李娜"), after(60))
    assert len(await store.open_callbacks()) == 1
    await store.end_care(conversation, LINA, resolve=True, drafts=[], now=after(90))
    assert await store.open_callbacks() == []


async def test_a_quote_is_checked_against_what_happened(nodes: tuple[Store, Store]) -> None:
    store = nodes[0]
    conversation = await waiting(store)
    for second in (0, 60):
        quote = Quote("handoff-1", 0, after(second), 1, 60, 200, 1, 100)
        await store.quote({conversation: quote, "nobody": quote})
    assert await store.answered_quotes(NOON - dt.timedelta(days=1), 10) == []
    await store.accept(conversation, LINA, system("李娜 为你服务"), after(90))
    found = await store.answered_quotes(NOON - dt.timedelta(days=1), 10)
    assert [(quote.n, quote.waited) for quote in found] == [(1, 90), (2, 30)]
