"""The whole desk in whatever order: the queue deals, agents vanish, clocks jump, budgets are drawn.

On top of what `test_interleavings` draws and looks at: more shoppers with needs and moods, offers
that are taken, declined or run out, agents who lose their line and come back or not, the sweep,
small compensation, and a clock that is set forward and back. Two router nodes share the database.
After each step: one owner, no bot after a handoff, `seq` without gaps, one offer an agent, no
budget overspent; and time and again: nobody fitting waits while an agent has room.

    python -m tests.router.store.test_desk_interleavings --steps 10000 --on sqlite postgres
"""

import argparse
import asyncio
import contextlib
import datetime as dt
import shutil
import time
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import click
import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from knowledge_base.database import Database
from router.domain.assignment import AssignmentPolicy, Candidate, HandOut, why_not
from router.domain.authority import Charge, Grant, GrantKind, GrantState, Limit
from router.domain.conversation import Conversation
from router.domain.errors import Refusal
from router.domain.handoff import Handoff, Reason
from router.domain.message import Body, Draft, Sender
from router.domain.people import Presence, Staff
from router.domain.presence import PresencePolicy, presence_of
from router.domain.skills import Needs, Skills
from router.migrations import upgrade
from router.store import Changed, PendingTurn, Store, claims
from router.store import tables as t
from router.store.care_tables import budgets
from router.store.queue_tables import attendance
from router.store.rows import handoff_of
from tests.conftest import emptied, postgres_database
from tests.router.people import handed_off, handoff, replied, system
from tests.router.store.test_interleavings import (
    AGENTS,
    HELD,
    Interleavings,
    agents,
    template,
)

APPAREL, RINGS = Needs(product_line="apparel"), Needs(product_line="jewellery")
STAFF = (AGENTS[0], replace(AGENTS[1], skills=Skills(product_lines=("apparel",))))
POLICY = AssignmentPolicy(
    offer_seconds=20,
    presence=PresencePolicy(unheard_seconds=45, grace_seconds=90),
)
MOST_SHOPPERS = 8
BUDGET = 3_000
EXAMPLES = 40
STEPS = [0]
"""Steps taken so far, over all examples."""


def greeting(_: Conversation, agent: Staff) -> Draft:
    return Draft(Sender.SYSTEM, Body(f"{agent.name} 为你服务"), agent.id, agent.name)


class DeskInterleavings(Interleavings):
    """Everything at once, over two nodes."""

    url: str | None = None
    """A PostgreSQL database, emptied for every example; None: a new SQLite file."""

    @initialize()
    def open_shop(self) -> None:
        super().open_shop()
        self.offset = 0.0
        for member in STAFF:
            self.do(self.store.add_staff(member, "-"))
            self.do(self.store.queue.came(member.id, self._now()))

    async def _open(self) -> None:
        self.stack = contextlib.AsyncExitStack()
        if self.url is None:
            shutil.copy(template(), self.folder / "desk.db")
            self.database = Database.open(f"sqlite+aiosqlite:///{self.folder}/desk.db")
        else:
            self.database = await self.stack.enter_async_context(emptied(self.url))
        self.store, self.other = Store(self.database), Store(self.database)
        await self.store.open()
        await self.other.open()

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.do(self.other.close())
            self.do(self.stack.aclose())
        super().teardown()

    def _now(self) -> Any:
        return super()._now() + dt.timedelta(seconds=getattr(self, "offset", 0.0))

    # --- handoffs that need something ----------------------------------------------------------

    def _needing(self, made: Handoff) -> Handoff:
        number = next(self.ids)
        return replace(
            made,
            queued_at=self._now(),
            needs=(Needs(), APPAREL, RINGS)[number % 3],
            mood=2 if number % 4 == 0 else 0,
            weight=2 if number % 5 == 0 else 1,
            head_start=number % 7 * 60,
            wanted_agent=STAFF[number % 2].id if number % 6 == 0 else None,
        )

    def _settling(
        self, known: Any, turn: PendingTurn, *, hand_off: bool
    ) -> Coroutine[Any, Any, Changed]:
        seq, epoch = turn.message.seq, turn.thread.conversation.epoch
        if not hand_off:
            return self.store.settle(known.id, epoch, replied(seq), self._now())
        made = handed_off(seq, known.id, f"h-{next(self.ids)}")
        assert made.handoff is not None
        needing = replace(made, handoff=self._needing(made.handoff))
        return self.store.settle(known.id, epoch, needing, self._now())

    def _following(self, known: Any) -> Handoff:
        return self._needing(handoff(known.id, f"h-{next(self.ids)}"))

    def _node(self) -> Store:
        return (self.store, self.other)[next(self.ids) % 2]

    # --- the queue -----------------------------------------------------------------------------

    @rule(who=st.integers(0, MOST_SHOPPERS - 1))
    def a_shopper_joins_the_queue(self, who: int) -> None:
        if who >= len(self.known):
            self.known.append(self._come_in(f"shopper-{len(self.known)}"))
            who = len(self.known) - 1
        known = self.known[who]
        self.a_shopper_says_something(who)
        while (turn := self.do(self.store.pending_turn(known.id))) is not None:
            self.attempt(known, self._settling(known, turn, hand_off=True))

    @rule(how=st.sampled_from((HandOut.OFFER, HandOut.OFFER, HandOut.AUTO)))
    def the_queue_is_dealt(self, how: HandOut) -> None:
        self._deal(how)

    @rule()
    def both_nodes_deal_at_once(self) -> None:
        self._together(
            *(
                one.queue.deal(POLICY, greeting, self._now())
                for one in (self.store, self.other, self.store)
            )
        )

    @rule(agent=agents)
    def an_agent_takes_the_next(self, agent: Staff) -> None:
        taking = self._node().queue.take_next(agent.id, POLICY, greeting, self._now())
        (taken,) = self._together(taking)
        if isinstance(taken, Changed):
            self._known(taken.conversation.id).told(taken.conversation)

    @rule(agent=agents, accepts=st.booleans())
    def an_agent_answers_an_offer_in_time_or_late(self, agent: Staff, accepts: bool) -> None:
        for offered in self.do(self.store.queue.offered(agent.id)):
            known = self._known(offered.conversation)
            if accepts:
                self.attempt(known, self._accepting(known, agent))
            else:
                self._together(
                    self._node().queue.decline(known.id, agent.id, self._now()),
                    self._node().queue.decline(known.id, agent.id, self._now()),
                )

    @rule(agent=agents)
    def an_agent_resolves_all_they_hold(self, agent: Staff) -> None:
        for listed in self.do(self.store.held_by(agent.id)):
            known = self._known(listed.thread.conversation.id)
            ending = self.store.end_care(
                known.id, agent, resolve=True, drafts=[system("结束")], now=self._now()
            )
            self.attempt(known, ending)

    # --- agents and time -----------------------------------------------------------------------

    @rule(agent=agents, how=st.sampled_from(("went", "came", "busy", "online", "acted")))
    def an_agent_comes_or_goes(self, agent: Staff, how: str) -> None:
        book, now = self._node().queue, self._now()
        match how:
            case "went":
                self.do(book.went(agent.id, now))
            case "came":
                self.do(book.came(agent.id, now))
            case "acted":
                self.do(book.acted(agent.id, now))
            case _:
                self.do(book.said(agent.id, Presence(how), now))

    @rule(seconds=st.sampled_from((1, 15, 25, 50, 200, 900)))
    def time_passes(self, seconds: float) -> None:
        self.offset += seconds

    @rule(seconds=st.sampled_from((2, 60, 3600)))
    def the_clock_is_set_back(self, seconds: float) -> None:
        self.offset -= seconds

    @rule()
    def the_sweep_runs_on_both_nodes(self) -> None:
        self._sweep()

    def _sweep(self, how: HandOut = HandOut.OFFER) -> None:
        now = self._now()
        for conversation in self.do(self.store.queue.lost(POLICY, now)):
            known = self._known(conversation)
            agent = self.do(self.store.thread(conversation)).conversation.agent
            again = replace(
                self._following(known), reason=Reason.AGENT_LEFT, wanted_agent=agent, needs=Needs()
            )
            twin = replace(again, id=f"{again.id}-twin")
            done = self._together(
                self.store.queue.return_lost(again, [system("换人")], POLICY, now),
                self.other.queue.return_lost(twin, [system("换人")], POLICY, now),
            )
            made = [one for one in done if isinstance(one, Changed)]
            assert len(made) <= 1
            for changed in made:
                known.told(changed.conversation)
        self._deal(how)

    @rule()
    def nobody_waits_while_an_agent_has_room(self) -> None:
        """With everybody at their desks, and time for what was declined and for the angry."""
        for _ in range(2):
            self.offset += 100
            for member in STAFF:
                self.do(self.store.queue.said(member.id, Presence.ONLINE, self._now()))
                self.do(self.store.queue.came(member.id, self._now()))
            self._sweep(HandOut.AUTO)
        free = [c for c in self._candidates(self._now()) if c.why_idle(POLICY) is None]
        for waiting in self._waiting():
            stuck = any(c.staff.skills.cover(waiting.needs) for c in free)
            assert not stuck, "somebody is stuck in the queue"

    @invariant()
    def what_was_dealt_left_nobody_out(self) -> None:
        """Right after a deal, whoever waits without an offer is so for a reason with each agent."""
        now, self.dealt_at = getattr(self, "dealt_at", None), None
        if now is None:
            return
        candidates = self._candidates(now)
        for waiting in self._waiting():
            if waiting.offered_to is None:
                assert all(why_not(c, waiting, now, POLICY) is not None for c in candidates)

    # --- money ---------------------------------------------------------------------------------

    @rule(agent=agents, cents=st.sampled_from((200, 900, 1_700)), clicks=st.integers(1, 4))
    def agents_grant_at_once(self, agent: Staff, cents: int, clicks: int) -> None:
        self._together(*(self._granting(agent, cents) for _ in range(clicks)))

    def _granting(self, agent: Staff, cents: int) -> Coroutine[Any, Any, Any]:
        id, now = f"grant-{next(self.ids)}", self._now()
        grant = Grant(
            id=id,
            client_id=f"client-{id}",
            conversation=self.known[0].id,
            case=1,
            shopper="shopper-0",
            tier="ordinary",
            kind=GrantKind.COUPON,
            cents=cents,
            order=None,
            reason="物流慢了",
            asked_by=agent.id,
            asked_at=now,
            state=GrantState.GRANTED,
            next_try_at=now,
        )
        charge = Charge("shop", "2026-11-21", cents, BUDGET, Limit.SHOP_DAY)
        return self._node().grants.ask(grant, (charge,))

    # --- what holds after every step -----------------------------------------------------------

    @invariant()
    def every_promise_holds(self) -> None:
        STEPS[0] += 1
        if not hasattr(self, "known"):
            return
        conversations = [self._look_at(known) for known in self.known]
        for agent in STAFF:
            held = [c for c in conversations if c.agent == agent.id and c.status in HELD]
            assert len(held) <= agent.capacity
        offers = [h.offered_to for h in self._waiting() if h.offered_to is not None]
        assert len(offers) == len(set(offers)), "an agent thinks about two offers"
        assert self._spent() <= BUDGET

    def _deal(self, how: HandOut) -> None:
        policy = msgspec.structs.replace(POLICY, hand_out=how)
        now = self._now()
        dealt = self.do(self._node().queue.deal(policy, greeting, now))
        self.dealt_at = now
        for match in dealt.offers:
            assert match.agent.skills.cover(match.handoff.needs)
        for changed in dealt.claimed:
            self._known(changed.conversation.id).told(changed.conversation)

    def _together(self, *moves: Coroutine[Any, Any, Any]) -> list[Any]:
        async def together() -> list[Any]:
            return await asyncio.gather(*moves, return_exceptions=True)

        done = self.do(together())
        for outcome in done:
            if isinstance(outcome, BaseException) and not isinstance(outcome, Refusal):
                raise outcome
        return done

    def _known(self, conversation: str) -> Any:
        return next(known for known in self.known if known.id == conversation)

    def _waiting(self) -> list[Handoff]:
        async def read() -> list[Handoff]:
            async with self.database.reading() as connection:
                query = sa.select(t.handoffs).where(t.handoffs.c.state == "queued")
                return [handoff_of(row) for row in await connection.execute(query)]

        return self.do(read())

    def _candidates(self, now: Any) -> list[Candidate]:
        known = self.do(self.store.queue.attendance())
        holding = {h.offered_to for h in self._waiting()}

        async def read() -> tuple[dict[str, int], dict[str, int]]:
            async with self.database.reading() as connection:
                streaks = sa.select(attendance.c.staff, attendance.c.angry_streak)
                loads = await connection.run_sync(claims.loads, [m.id for m in STAFF])
                rows = (await connection.execute(streaks)).all()
                return loads, {row.staff: row.angry_streak for row in rows}

        loads, streaks = self.do(read())
        return [
            Candidate(
                member,
                presence_of(known.get(member.id), now, POLICY.presence),
                loads.get(member.id, 0),
                member.id in holding,
                streaks.get(member.id, 0),
            )
            for member in STAFF
        ]

    def _spent(self) -> int:
        async def read() -> int:
            async with self.database.reading() as connection:
                return (
                    await connection.execute(sa.select(sa.func.sum(budgets.c.spent)))
                ).scalar() or 0

        return self.do(read())


def profile(examples: int, steps: int, *, derandomize: bool = True) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=derandomize,
        suppress_health_check=list(HealthCheck),
        # A failure prints its steps; making them fewer takes longer than reading them.
        phases=(Phase.explicit, Phase.generate),
        print_blob=False,
    )


def test_the_desk_keeps_its_promises_on_sqlite() -> None:
    run_state_machine_as_test(DeskInterleavings, settings=profile(6, 30))


@pytest.mark.postgres
def test_the_desk_keeps_its_promises_on_postgresql(postgres_url: str) -> None:
    class OnPostgres(DeskInterleavings):
        url = postgres_url

    run_state_machine_as_test(OnPostgres, settings=profile(4, 25))


def run(steps: int, on: str) -> None:
    """Run until so many steps are taken."""
    began, STEPS[0] = time.monotonic(), 0

    async def made() -> str:
        url = await stack.enter_async_context(postgres_database())
        await upgrade(url)
        return url

    with asyncio.Runner() as runner:
        stack = contextlib.AsyncExitStack()
        machine = DeskInterleavings
        if on == "postgres":
            machine = type("OnPostgres", (DeskInterleavings,), {"url": runner.run(made())})
        while STEPS[0] < steps:
            run_state_machine_as_test(machine, settings=profile(EXAMPLES, 50, derandomize=False))
            click.echo(f"{on}: {STEPS[0]} steps, {time.monotonic() - began:.0f} s")
        runner.run(stack.aclose())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--on", nargs="+", default=["sqlite", "postgres"])
    given = parser.parse_args()
    for one in given.on:
        run(given.steps, one)
