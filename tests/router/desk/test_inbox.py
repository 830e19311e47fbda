"""The inbox over real conversations: what agents answered, what it cost, what is masked."""

from collections.abc import AsyncIterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from knowledge_base.database import Database
from knowledge_base.filing import new_entry
from knowledge_base.misses import Miss, MissReason, MissState
from knowledge_base.store import KnowledgeStore
from router.desk.inbox import Inbox, asking
from router.domain.conversation import Context
from router.domain.message import Visibility
from router.domain.people import Shopper
from router.domain.routing import MoodSignal, Policy
from router.store import Store
from tests.router.harness import ENTRIES, ScriptedBot, flowing, understood
from tests.router.people import (
    LINA,
    NOON,
    after,
    agent_writes,
    bot_says,
    handed_off,
    says,
    system,
)

ANSWER = "实心手镯不能改圈口，空心的可以到门店调，一次二十元。"
ASKED = {
    "ling": "手镯能改小一点吗",
    "xia": "镯子戴着大能不能改小",
    "yun": "买的手镯圈口大了给改不",
}
NOW = after(3_600)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = Store(database)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
async def inbox(database: Database, store: Store) -> Inbox:
    knowledge = KnowledgeStore(database)
    await knowledge.save_all(ENTRIES, author="test", reason="test", at=NOON)
    await knowledge.publish(author="test", note="test", at=NOON)
    return Inbox(database, ZoneInfo("Asia/Shanghai"))


async def missed(
    store: Store,
    name: str,
    text: str,
    replies: tuple[str, ...] = (),
    *,
    minutes: float = 4,
    level: int = 0,
    rating: int | None = None,
) -> Miss:
    """Let a shopper ask what the bot cannot answer, and an agent answer it."""
    shopper = Shopper(name, False, "王小满", "ordinary")
    conversation = await store.open_conversation(shopper, f"c-{name}", Context(), NOON)
    said = await store.receive(conversation.id, says(text), NOON)
    settlement = handed_off(said.messages[0].seq, conversation.id, f"h-{name}")
    miss = Miss(
        id=f"m-{name}",
        conversation=conversation.id,
        seq=said.messages[0].seq,
        reason=MissReason.LOW_CONFIDENCE,
        text=text,
        intent="shipping_time",
        confidence=0.2,
        ranking=(),
        entry="shipping_time",
        release=1,
        model="m",
        at=NOON,
    )
    record = replace(settlement.record, mood=MoodSignal(level=level))
    settlement = replace(settlement, miss=miss, record=record)
    await store.settle(conversation.id, conversation.epoch, settlement, NOON)
    if replies:
        await answered(store, conversation.id, replies, minutes, rating)
    return miss


async def answered(
    store: Store, conversation: str, replies: tuple[str, ...], minutes: float, rating: int | None
) -> None:
    changed = await store.accept(conversation, LINA, system("李娜"), NOON)
    epoch = changed.conversation.epoch
    for number, reply in enumerate(replies):
        draft = agent_writes(reply, client_id=f"agent-{conversation}-{number}")
        await store.agent_says(conversation, LINA, draft, epoch, after(60))
    note = replace(
        agent_writes("顾客是熟客", client_id=f"note-{conversation}"), visibility=Visibility.STAFF
    )
    await store.note(conversation, note, after(61))
    done = after(minutes * 60)
    await store.end_care(conversation, LINA, resolve=True, drafts=[bot_says("再见")], now=done)
    if rating is not None:
        (asking,) = [
            a for a in await store.aftercare.to_ask(done) if a.conversation == conversation
        ]
        await store.aftercare.ask(asking, done, done)
        await store.rate(conversation, rating, "", done)


async def test_three_wordings_of_one_question_are_one_cluster_with_the_agents_answer(
    store: Store, inbox: Inbox
) -> None:
    for name, text in ASKED.items():
        await missed(store, name, text, ("您好，王小满", "稍等哦", ANSWER))
    await missed(store, "other", "你们几点关门")
    first, second = await inbox.clusters(NOW)
    assert (first.size, set(first.examples)) == (3, set(ASKED.values()))
    assert first.draft == ANSWER
    assert first.cost.agent_minutes == 12
    assert len(first.nearest) <= 3
    assert (second.misses, second.draft) == (("m-other",), None)


async def test_anger_and_low_ratings_are_counted(store: Store, inbox: Inbox) -> None:
    await missed(store, "ling", ASKED["ling"], (ANSWER,), level=2, rating=1)
    await missed(store, "xia", ASKED["xia"], (ANSWER,), rating=5)
    (one,) = await inbox.clusters(NOW)
    assert (one.cost.angry, one.cost.low_ratings, one.cost.handoffs) == (1, 1, 2)


async def test_a_case_left_open_for_a_day_costs_an_hour_at_most(store: Store, inbox: Inbox) -> None:
    await missed(store, "ling", ASKED["ling"], (ANSWER,), minutes=60 * 24)
    (one,) = await inbox.clusters(NOW)
    assert one.cost.agent_minutes == 60


async def test_what_the_agent_wrote_in_a_later_case_is_no_answer(
    store: Store, inbox: Inbox
) -> None:
    await missed(store, "ling", ASKED["ling"], (ANSWER,))
    await store.receive("c-ling", says("转人工", "client-0002"), after(900))
    thread = await store.thread("c-ling")
    seq = thread.conversation.shopper_seq
    await store.settle("c-ling", thread.conversation.epoch, handed_off(seq, "c-ling", "h2"), NOW)
    changed = await store.accept("c-ling", LINA, system("李娜"), NOW)
    other = agent_writes("您的退款今天已经原路退回了。", client_id="agent-later")
    await store.agent_says("c-ling", LINA, other, changed.conversation.epoch, NOW)
    (one,) = await inbox.clusters(NOW)
    assert one.draft == ANSWER


async def test_nothing_personal_leaves_the_inbox(store: Store, inbox: Inbox) -> None:
    phone, order = "13812345678", "JN2611210001"
    reply = f"王小满的订单{order}里的手镯可以改，师傅会打{phone}联系。"
    await missed(store, "ling", f"手镯能改小吗，电话{phone}", (reply,))
    (one,) = await inbox.clusters(NOW)
    shown = "".join((*one.examples, one.draft or "", *(near.wording for near in one.nearest)))
    assert "[手机号]" in shown
    for secret in (phone, order, "王小满"):
        assert secret not in shown


async def test_notes_among_staff_are_never_a_draft_answer(store: Store, inbox: Inbox) -> None:
    await missed(store, "ling", ASKED["ling"], ("您好",))
    (one,) = await inbox.clusters(NOW)
    assert one.draft is None


async def test_a_miss_whose_conversation_is_gone_stays_in_the_inbox(
    store: Store, inbox: Inbox
) -> None:
    miss = await missed(store, "ling", ASKED["ling"])
    await store.keep_miss(replace(miss, id="m-gone", conversation="gone"))
    found = await inbox.clusters(NOW)
    assert {one for cluster in found for one in cluster.misses} == {"m-ling", "m-gone"}


async def test_a_fix_is_proven_counted_and_taken_back(
    store: Store, inbox: Inbox, database: Database
) -> None:
    knowledge, who = KnowledgeStore(database), {"author": "editor", "at": after(600)}
    for name, text in ASKED.items():
        await missed(store, name, text, (ANSWER,))
    (cluster,) = await inbox.clusters(NOW)
    entry, _ = new_entry("bangle_resize", cluster.examples, cluster.draft or "", category="保养")
    await inbox.store.draft_entry(cluster.misses, entry, **who)
    await knowledge.submit("bangle_resize", 1, **who)
    await knowledge.approve("bangle_resize", 1, **who)
    await knowledge.publish(author="editor", note="fix", at=after(700))
    assert len((await inbox.claim(author="editor", now=NOW)).cases) == 3

    knows = {ASKED["ling"]: understood("bangle_resize"), ASKED["xia"]: understood("bangle_resize")}
    bot = ScriptedBot({**knows, ASKED["yun"]: understood("shipping_time", 0.8)})
    ask = asking(bot, "run", Policy(), await inbox.served(NOW))
    proven = await inbox.prove(ask, author="nightly", now=NOW)
    assert {proof.miss: proof.stolen_by for proof in proven.proofs if not proof.cured} == {
        "m-yun": "shipping_time"
    }
    figure = await inbox.week(NOW)
    assert (figure.missed, figure.cured, figure.cured_within_24h) == (3, 2, 2)
    assert figure.agent_minutes_saved == 8

    # The model still knows the entry; the release no longer does.
    await knowledge.roll_back(author="editor", at=NOW)
    ask = asking(bot, "again", Policy(), await inbox.served(NOW))
    await inbox.prove(ask, author="nightly", now=NOW)
    assert len(await inbox.store.cases(state=MissState.OPEN)) == 3


async def test_every_text_is_asked_in_a_conversation_of_its_own_and_flows_are_forgotten() -> None:
    bot = ScriptedBot({"我要退货": flowing("哪一单？", "return_request")})
    ask = asking(bot, "r1", Policy(), {"shipping_time"})
    reading = await ask("我要退货")
    assert reading is not None
    assert not reading.sure
    await ask("什么时候发货")
    assert [one.conversation for one in bot.asked] == ["proof-r1-1", "proof-r1-2"]
    assert bot.forgot == ["proof-r1-1"]
    bot.down = True
    assert await ask("还在吗") is None
