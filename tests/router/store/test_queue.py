"""The queue in the store, on SQLite and PostgreSQL: offers, deals, claims, who is at the desk."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from knowledge_base.database import Database
from router.domain.assignment import AssignmentPolicy, HandOut, WhyNot
from router.domain.conversation import Context, Conversation, Status
from router.domain.errors import AlreadyTaken, AtCapacity, NotInTurn, OfferOver
from router.domain.handoff import Degree, Handoff, Reason
from router.domain.message import Body, Draft, Sender
from router.domain.people import Presence, Shopper, Staff
from router.domain.presence import PresencePolicy
from router.domain.skills import Needs, Skills
from router.store import Changed, Store
from tests.router.people import LINA, NOON, WANG, after, handed_off, handoff, says, system

OFFER = AssignmentPolicy()
AUTO = AssignmentPolicy(hand_out=HandOut.AUTO)
STRICT = AssignmentPolicy(pick=False)


def greeting(_: Conversation, agent: Staff) -> Draft:
    return Draft(Sender.SYSTEM, Body(f"客服{agent.name}为你服务"), agent.id, agent.name)


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    store = Store(database)
    await store.open()
    for member in (LINA, WANG):
        await store.add_staff(member, "hash")
    yield store
    await store.close()


async def at_desk(store: Store, *members: Staff, at: float = 0) -> None:
    for member in members:
        await store.queue.came(member.id, after(at))


async def queued(store: Store, name: str, at: float = 0, **facts: Any) -> Handoff:
    shopper = Shopper(name, False, name)
    conversation = await store.open_conversation(shopper, f"c-{name}", Context(), after(at))
    said = await store.receive(conversation.id, says("转人工", f"client-{name}"), after(at))
    wanted = replace(handoff(conversation.id, f"h-{name}", queued_at=after(at)), **facts)
    settled = replace(handed_off(said.messages[0].seq, conversation.id), handoff=wanted)
    changed = await store.settle(conversation.id, 0, settled, after(at))
    assert changed.handoff is not None
    return changed.handoff


async def accepted(store: Store, name: str, agent: Staff, at: float = 0, **more: Any) -> Changed:
    return await store.accept(f"c-{name}", agent, system("已接入"), after(at), **more)


async def test_a_handoff_comes_back_from_the_store_as_it_was(store: Store) -> None:
    whole = await queued(
        store,
        "a",
        urgency=Degree.HIGH,
        impact=Degree.LOW,
        sla_class="critical",
        needs=Needs("zh-CN", "售后", "jewellery", "华东", "杭州|店"),
        weight=2,
        head_start=90,
        wanted_agent=WANG.id,
        wanted_until=after(60),
        reason=Reason.AGENT_LEFT,
    )
    assert (await store.listed("c-a")).handoff == whole
    assert whole.order_at == after(-90)


async def test_the_next_in_order_is_offered_and_nobody_gets_two_offers(store: Store) -> None:
    await at_desk(store, LINA)
    for name, at, head_start in (("z", 10, 0), ("a", 20, 0), ("vip", 30, 25)):
        await queued(store, name, at, head_start=head_start)
    first = await store.queue.deal(OFFER, greeting, after(40))
    assert [(m.handoff.id, m.agent.id) for m in first.offers] == [("h-vip", LINA.id)]
    again = await store.queue.deal(OFFER, greeting, after(41))
    assert (again.offers, again.over) == ((), ())
    assert [h.id for h in await store.queue.offered(LINA.id)] == ["h-vip"]


async def test_an_offer_that_runs_out_goes_on_to_the_next(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    await queued(store, "a")
    first = await store.queue.deal(OFFER, greeting, after(0))
    assert first.offers[0].agent.id == LINA.id
    second = await store.queue.deal(OFFER, greeting, after(21))
    assert [h.id for h in second.over] == ["h-a"]
    assert [(m.handoff.id, m.agent.id) for m in second.offers] == [("h-a", WANG.id)]
    assert (await store.queue.attendance())[LINA.id].missed_offers == 1


async def test_an_offer_of_before_a_clock_set_back_runs_out_at_once(store: Store) -> None:
    await at_desk(store, LINA, at=0)
    await queued(store, "a")
    await store.queue.deal(OFFER, greeting, after(0))
    await at_desk(store, LINA, WANG, at=-3600)
    dealt = await store.queue.deal(OFFER, greeting, after(-3600))
    assert [h.id for h in dealt.over] == ["h-a"]
    assert [m.agent.id for m in dealt.offers] == [WANG.id]


async def test_who_comes_after_a_clock_set_back_stands_behind_who_waits(store: Store) -> None:
    await queued(store, "before", 3600)
    await queued(store, "after", 0)
    line = await store.queue.line(10)
    assert (line.conversations, line.waiting) == (("c-before", "c-after"), 2)


async def test_a_declined_offer_goes_to_the_colleague_and_comes_back_later(store: Store) -> None:
    await at_desk(store, LINA)
    await queued(store, "a")
    await store.queue.deal(OFFER, greeting, after(0))
    passed = await store.queue.decline("c-a", LINA.id, after(5))
    assert passed.declined_by == (LINA.id,)
    assert (await store.queue.deal(OFFER, greeting, after(6))).offers == ()
    with pytest.raises(OfferOver):
        await store.queue.decline("c-a", LINA.id, after(6))
    assert len((await store.queue.deal(OFFER, greeting, after(36))).offers) == 1


async def test_an_offer_to_somebody_who_left_is_not_held_against_them(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    await queued(store, "a")
    await store.queue.deal(OFFER, greeting, after(0))
    await store.queue.went(LINA.id, after(1))
    dealt = await store.queue.deal(OFFER, greeting, after(1))
    assert [m.agent.id for m in dealt.offers] == [WANG.id]
    assert dealt.offers[0].handoff.declined_by == ()
    assert (await store.queue.attendance())[LINA.id].missed_offers == 0


async def test_accepting_an_offer_makes_room_for_no_second_agent(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    await queued(store, "a")
    await store.queue.deal(OFFER, greeting, after(0))
    changed = await accepted(store, "a", LINA, 5)
    assert changed.conversation.agent == LINA.id
    assert changed.handoff is not None
    assert changed.handoff.offered_to is None
    assert (await accepted(store, "a", LINA, 6)).duplicate
    with pytest.raises(AlreadyTaken):
        await accepted(store, "a", WANG, 6)


async def test_without_picking_only_what_is_offered_can_be_accepted(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    await queued(store, "a", 0)
    await queued(store, "b", 1)
    await queued(store, "c", 2)
    await store.queue.deal(STRICT, greeting, after(2))
    with pytest.raises(NotInTurn):
        await accepted(store, "c", LINA, 3, policy=STRICT)
    with pytest.raises(NotInTurn):
        await accepted(store, "b", LINA, 3, policy=STRICT)
    await accepted(store, "a", LINA, 3, policy=STRICT)
    with pytest.raises(OfferOver):
        await accepted(store, "b", WANG, 30, policy=STRICT)


async def test_what_is_directed_to_a_colleague_is_theirs_until_it_lapses(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    await queued(store, "a", wanted_agent=WANG.id, wanted_until=after(60), needs=Needs("fr"))
    with pytest.raises(OfferOver):
        await accepted(store, "a", LINA, 5)
    assert (await store.queue.deal(OFFER, greeting, after(5))).offers == ()
    assert await store.queue.take_next(LINA.id, OFFER, greeting, after(5)) is None
    taken = await store.queue.take_next(WANG.id, OFFER, greeting, after(6))
    assert taken is not None
    await queued(store, "b", 60, wanted_agent=WANG.id, wanted_until=after(70))
    assert (await accepted(store, "b", LINA, 71)).conversation.agent == LINA.id


async def test_given_at_once_each_agent_is_filled_and_no_further(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    for n in range(9):
        await queued(store, f"s{n}", n)
    dealt = await store.queue.deal(AUTO, greeting, after(10))
    assert len(dealt.claimed) == 6
    for member in (LINA, WANG):
        held = await store.held_by(member.id)
        assert len(held) == 3
        assert all(x.thread.conversation.status is Status.ACTIVE for x in held)
    messages = await store.messages_after("c-s0", 0, staff=False)
    assert [m.seq for m in messages] == [1, 2, 3]
    assert messages[-1].body.text.startswith("客服")
    assert (await store.queue.deal(AUTO, greeting, after(11))).claimed == ()


async def test_an_agent_is_given_only_what_they_can_do(store: Store) -> None:
    rings = Needs(product_line="jewellery")
    await store.set_work(replace(LINA, skills=Skills(product_lines=("apparel",))))
    await store.set_work(replace(WANG, skills=Skills(product_lines=("jewellery",))))
    await at_desk(store, LINA, WANG)
    await queued(store, "ring", 0, needs=rings)
    await queued(store, "coat", 1, needs=Needs(product_line="apparel"))
    await queued(store, "any", 2)
    dealt = await store.queue.deal(OFFER, greeting, after(3))
    assert {(m.handoff.id, m.agent.id) for m in dealt.offers} == {
        ("h-ring", WANG.id),
        ("h-coat", LINA.id),
    }


async def test_weight_counts_and_angry_shoppers_are_spread(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    for n in range(4):
        await queued(store, f"angry{n}", n, mood=2, weight=2)
    dealt = await store.queue.deal(AUTO, greeting, after(5))
    given = [c.conversation.agent for c in dealt.claimed]
    assert given.count(LINA.id) == given.count(WANG.id) == 2
    await queued(store, "more", 6)
    with pytest.raises(AtCapacity):
        await accepted(store, "more", LINA, 7)


async def test_the_next_is_taken_by_order_and_only_once(store: Store) -> None:
    await at_desk(store, LINA, WANG)
    await queued(store, "a", 0)
    await queued(store, "b", 1)
    one, two, again = await asyncio.gather(
        store.queue.take_next(LINA.id, STRICT, greeting, after(3)),
        store.queue.take_next(WANG.id, STRICT, greeting, after(3)),
        store.queue.take_next(LINA.id, STRICT, greeting, after(3)),
    )
    assert one is not None
    assert two is not None
    assert {one.conversation.id, two.conversation.id} == {"c-a", "c-b"}
    assert again is None or again == one
    assert await store.queue.take_next(LINA.id, STRICT, greeting, after(4)) is None


async def test_asking_for_the_next_takes_ones_own_offer_first(store: Store) -> None:
    await at_desk(store, LINA)
    await queued(store, "a", 0)
    await store.queue.deal(OFFER, greeting, after(1))
    taken = await store.queue.take_next(LINA.id, OFFER, greeting, after(2))
    assert taken is not None
    assert taken.conversation.id == "c-a"


async def test_two_tabs_of_an_agent_cannot_take_one_too_many(store: Store) -> None:
    solo = replace(LINA, capacity=1)
    await store.set_work(solo)
    await at_desk(store, solo)
    await queued(store, "a")
    await queued(store, "b")
    done = await asyncio.gather(
        accepted(store, "a", solo), accepted(store, "b", solo), return_exceptions=True
    )
    assert sum(isinstance(one, Changed) for one in done) == 1
    assert sum(isinstance(one, AtCapacity) for one in done) == 1


async def test_two_nodes_that_deal_at_once_claim_each_handoff_once(
    store: Store, database: Database
) -> None:
    other = Store(database)
    await other.open()
    await at_desk(store, LINA, WANG)
    for n in range(5):
        await queued(store, f"s{n}", n)
    dealt = await asyncio.gather(
        *(one.queue.deal(AUTO, greeting, after(9)) for one in (store, other, store, other)),
        *(accepted(one, "s0", WANG, 9) for one in (store, other)),
        return_exceptions=True,
    )
    claimed = [c.conversation.id for d in dealt[:4] for c in d.claimed]  # type: ignore[union-attr]
    assert len(claimed) == len(set(claimed))
    held = [x.thread.conversation.id for m in (LINA, WANG) for x in await store.held_by(m.id)]
    assert sorted(held) == [f"c-s{n}" for n in range(5)]
    await other.close()


@pytest.mark.no_cover  # Five hundred times the same lines.
async def test_five_hundred_at_once_and_three_agents_are_served_in_order(store: Store) -> None:
    third = replace(WANG, id="staff-zhou", login="zhou")
    await store.add_staff(third, "hash")
    await at_desk(store, LINA, WANG, third)
    staff = {member.id: member for member in (LINA, WANG, third)}
    await asyncio.gather(*(queued(store, f"s{n:03}", n / 1000) for n in range(500)))
    served: list[str] = []
    for turn in range(20):
        dealt = await store.queue.deal(AUTO, greeting, after(1 + turn))
        served += [c.conversation.id for c in dealt.claimed]
        now = after(1 + turn)
        await asyncio.gather(
            *(
                store.end_care(one.id, staff[one.agent], resolve=True, drafts=[], now=now)
                for one in (changed.conversation for changed in dealt.claimed)
            )
        )
    assert served == [f"c-s{n:03}" for n in range(180)]
    line = await store.queue.line(100)
    assert (line.waiting, line.conversations[0]) == (320, "c-s180")
    last = (await store.listed("c-s499")).handoff
    assert last is not None
    assert await store.queue.ahead_of(last) == 319


BRIEF = AssignmentPolicy(presence=PresencePolicy(grace_seconds=60, unheard_seconds=30))


def back_again(name: str, agent: Staff) -> Handoff:
    again = handoff(f"c-{name}", f"h2-{name}", queued_at=after(200))
    return replace(again, reason=Reason.AGENT_LEFT, wanted_agent=agent.id)


async def test_the_conversations_of_a_lost_agent_queue_again_after_the_grace_period(
    store: Store,
) -> None:
    await at_desk(store, LINA)
    await queued(store, "a")
    await accepted(store, "a", LINA, 1)
    await store.queue.went(LINA.id, after(10))
    assert await store.queue.lost(BRIEF, after(69)) == []
    assert await store.queue.lost(BRIEF, after(71)) == ["c-a"]
    following = back_again("a", LINA)
    changed = await store.queue.return_lost(following, [system("稍等")], BRIEF, after(71))
    assert changed is not None
    assert changed.conversation.status is Status.QUEUED
    assert await store.queue.return_lost(following, [], BRIEF, after(72)) is None


async def test_an_agent_who_is_back_in_time_keeps_them(store: Store) -> None:
    await at_desk(store, LINA)
    await queued(store, "a")
    await accepted(store, "a", LINA, 1)
    await store.queue.went(LINA.id, after(10))
    await at_desk(store, LINA, at=71)
    following = back_again("a", LINA)
    assert await store.queue.return_lost(following, [], BRIEF, after(71)) is None
    assert await store.queue.lost(BRIEF, after(72)) == []


async def test_what_an_agent_says_and_does_is_kept_for_every_node(store: Store) -> None:
    await at_desk(store, LINA)
    await store.queue.said(LINA.id, Presence.BUSY, after(1))
    await store.queue.went(LINA.id, after(2))
    await store.queue.heard([LINA.id], after(3))
    await store.queue.acted(LINA.id, after(4))
    await store.queue.said(WANG.id, Presence.AWAY, after(5))
    known = await store.queue.attendance()
    lina = known[LINA.id]
    assert (lina.said, lina.heard_at, lina.active_at, lina.gone_at) == (
        *(Presence.BUSY, after(3), after(4)),
        None,
    )
    assert known[WANG.id].said is Presence.AWAY


async def test_the_agent_of_the_last_case_is_known_for_a_while(store: Store) -> None:
    await at_desk(store, LINA)
    await queued(store, "a")
    await accepted(store, "a", LINA, 1)
    assert await store.queue.last_agent("c-a", NOON) == LINA.id
    assert await store.queue.last_agent("c-a", after(2)) is None


async def test_every_agent_stands_with_what_they_hold_and_why_nothing_comes_to_them(
    store: Store,
) -> None:
    await at_desk(store, LINA)
    await queued(store, "a", 0, weight=2, mood=2)
    await queued(store, "b", 1)
    await accepted(store, "a", LINA, 2)
    await store.queue.deal(OFFER, greeting, after(3))
    lina, wang = sorted(await store.queue.standings(OFFER, after(4)), key=lambda c: c.staff.id)
    assert (lina.load, lina.angry_streak, lina.why_idle(OFFER)) == (2, 1, WhyNot.HAS_OFFER)
    assert (wang.load, wang.angry_streak, wang.why_idle(OFFER)) == (0, 0, WhyNot.NOT_ONLINE)
    lapsed = after(4 + OFFER.offer_seconds)
    assert not (await store.queue.standings(OFFER, lapsed))[0].has_offer
