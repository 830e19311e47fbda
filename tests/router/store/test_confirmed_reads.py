"""An answer is confirmed by a helpful vote, or by taking the choice that led to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from knowledge_base.database import Database
from knowledge_base.gate.promises import Confirmation, Confirmed
from router.domain.conversation import Context
from router.domain.people import Shopper
from router.domain.routing import Candidate, Clarify, Evidence, MoodSignal, Reply, Rule
from router.store import DecisionRecord, Settlement, Store
from router.store.confirmed_reads import read_confirmed
from tests.router.people import NOON, after, bot_says, replied, says

CLARIFIED = Clarify(
    Evidence(Rule.LOW_CONFIDENCE, 0.3, 0.55), (Candidate("shipping_time", "什么时候发货", 0.3),)
)
CHOSE = Reply(Evidence(Rule.CHOSEN, 1.0), entry="shipping_time")


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = Store(database)
    await store.open()
    yield store
    await store.close()


async def asked(store: Store, name: str, text: str, seconds: float = 0) -> tuple[str, int]:
    shopper = Shopper(name, False, name, "ordinary")
    conversation = await store.open_conversation(shopper, f"c-{name}", Context(), NOON)
    draft = says(text, f"{name}-{text}")
    changed = await store.receive(conversation.id, draft, after(seconds))
    return conversation.id, changed.messages[0].seq


async def answered(store: Store, name: str, text: str, seconds: float = 0) -> tuple[str, int]:
    """Let the bot answer a shopper, and give the answer's conversation and seq."""
    conversation, seq = await asked(store, name, text, seconds)
    changed = await store.settle(conversation, 0, replied(seq), after(seconds))
    return conversation, changed.messages[-1].seq


async def decided(store: Store, name: str, text: str, decision: Clarify | Reply) -> tuple[str, int]:
    conversation, seq = await asked(store, name, text)
    kind = "reply" if isinstance(decision, Reply) else "clarify"
    entry = decision.entry if isinstance(decision, Reply) else None
    record = DecisionRecord(seq, kind, decision, MoodSignal(), 1.0, entry=entry)
    settlement = Settlement(record, (bot_says("好的。"),))
    changed = await store.settle(conversation, 0, settlement, NOON)
    return conversation, changed.messages[-1].seq


async def confirmed(database: Database) -> list[Confirmed]:
    return await read_confirmed(database, NOON, 100)


async def test_a_helpful_vote_confirms_the_text_before_the_answer(
    store: Store, database: Database
) -> None:
    await answered(store, "ling", "有人在吗")
    conversation, seq = await answered(store, "ling", "还没发出来", 1)
    await answered(store, "ling", "那退款呢", 2)
    await store.vote(conversation, seq, True, None)
    assert await confirmed(database) == [
        Confirmed("还没发出来", "shipping_time", Confirmation.HELPFUL)
    ]


async def test_the_last_vote_counts(store: Store, database: Database) -> None:
    conversation, seq = await answered(store, "ling", "还没发出来")
    await store.vote(conversation, seq, True, None)
    await store.vote(conversation, seq, False, None)
    assert await confirmed(database) == []


async def test_a_choice_that_is_taken_confirms_the_text_it_was_offered_for(
    store: Store, database: Database
) -> None:
    await decided(store, "ling", "我的东西呢", CLARIFIED)
    await decided(store, "ling", "什么时候发货", CHOSE)
    assert await confirmed(database) == [
        Confirmed("我的东西呢", "shipping_time", Confirmation.CHOSEN)
    ]


async def test_a_choice_whose_answer_did_not_help_confirms_nothing(
    store: Store, database: Database
) -> None:
    await decided(store, "ling", "我的东西呢", CLARIFIED)
    conversation, seq = await decided(store, "ling", "什么时候发货", CHOSE)
    await store.vote(conversation, seq, False, None)
    assert await confirmed(database) == []


async def test_a_suggested_question_that_is_tapped_confirms_no_reading(
    store: Store, database: Database
) -> None:
    await decided(store, "ling", "什么时候发货", CHOSE)
    assert await confirmed(database) == []


async def test_the_newest_come_first_and_old_ones_do_not_count(
    store: Store, database: Database
) -> None:
    for name, seconds in (("ling", 0), ("xia", 60), ("yun", 120)):
        conversation, seq = await answered(store, name, f"还没发{name}", seconds)
        await store.vote(conversation, seq, True, None)
    found = await read_confirmed(database, after(30), 1)
    assert [one.text for one in found] == ["还没发yun"]
    assert len(await read_confirmed(database, after(30), 10)) == 2
