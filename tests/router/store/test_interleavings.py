"""Whatever order shoppers, bots and agents come in: one owner, no gaps, nothing lost or late.

A hypothesis state machine over the real store: it draws moves of two shoppers, late, early and
failed bots and two agents, alone and racing each other, and after each looks at every promise.
"""

import asyncio
import atexit
import functools
import itertools
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from knowledge_base.database import Database
from router.domain.conversation import Context, Conversation, Status
from router.domain.errors import Refusal
from router.domain.handoff import Handoff
from router.domain.message import Message, Sender, Visibility
from router.domain.people import Shopper, Staff
from router.store import Changed, PendingTurn, Store, reads
from router.store import tables as t
from tests.conftest import migrated
from tests.router.people import (
    LINA,
    NOON,
    WANG,
    after,
    agent_writes,
    handed_off,
    handoff,
    replied,
    says,
    system,
)

HELD = (Status.ACTIVE, Status.ON_HOLD)
SHOPPERS = (0, 1)
AGENTS = (replace(LINA, capacity=1), WANG)

which = st.sampled_from(SHOPPERS)
agents = st.sampled_from(AGENTS)
holders = st.sampled_from((None, None, *AGENTS))
"""None is whoever has the conversation, so that moves often succeed."""


@functools.cache
def template() -> Path:
    """Migrate one database for all examples."""
    folder = Path(tempfile.mkdtemp(prefix="jieli-interleavings-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    async def make() -> None:
        async with migrated(f"sqlite+aiosqlite:///{folder}/template.db"):
            pass

    asyncio.run(make())
    return folder / "template.db"


@dataclass
class Known:
    """What the outside was told about one conversation."""

    id: str
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    owners: dict[int, tuple[Status, str | None]] = field(default_factory=dict)
    seen_epoch: int = 0
    turns: list[PendingTurn] = field(default_factory=list)

    def told(self, conversation: Conversation) -> None:
        """Note who owns an epoch; nobody is ever told of two."""
        owner = (conversation.status, conversation.agent)
        assert self.owners.setdefault(conversation.epoch, owner) == owner


class Interleavings(RuleBasedStateMachine):
    """Shoppers, bots and agents, each doing what they like."""

    @initialize()
    def open_shop(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="jieli-interleaving-"))
        shutil.copy(template(), self.folder / "jieli.db")
        self.ids = itertools.count(1)
        self.do(self._open())
        self.known = [self._come_in(f"shopper-{i}") for i in SHOPPERS]

    async def _open(self) -> None:
        self.database = Database.open(f"sqlite+aiosqlite:///{self.folder}/jieli.db", pool_size=2)
        self.store = Store(self.database)
        await self.store.open()

    def _come_in(self, name: str) -> Known:
        shopper = Shopper(name, anonymous=True)
        opened = self.do(self.store.open_conversation(shopper, f"c-{name}", Context(), NOON))
        known = Known(opened.id)
        known.told(opened)
        return known

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        self.do(self.store.close())
        self.do(self.database.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def attempt(self, known: Known, *moves: Coroutine[Any, Any, Changed]) -> list[Changed]:
        """Make moves at once; a refusal is an answer, anything else is a fault."""

        async def together() -> list[Any]:
            return await asyncio.gather(*moves, return_exceptions=True)

        done: list[Changed] = []
        for outcome in self.do(together()):
            if isinstance(outcome, Changed):
                known.told(outcome.conversation)
                done.append(outcome)
            elif not isinstance(outcome, Refusal):
                raise outcome
        return done

    def _whoever(self, known: Known, agent: Staff | None) -> Staff:
        holder = self.do(self.store.thread(known.id)).conversation.agent
        found = next((one for one in AGENTS if one.id == holder), AGENTS[0])
        return agent or found

    # --- moves, not made yet -----------------------------------------------------------------

    def _now(self) -> Any:
        return after(next(self.ids))

    def _saying(self, known: Known, client_id: str, text: str) -> Coroutine[Any, Any, Changed]:
        return self.store.receive(known.id, says(text, client_id), self._now())

    def _accepting(self, known: Known, agent: Staff) -> Coroutine[Any, Any, Changed]:
        return self.store.accept(known.id, agent, system(agent.name), self._now())

    def _settling(
        self, known: Known, turn: PendingTurn, *, hand_off: bool
    ) -> Coroutine[Any, Any, Changed]:
        seq, epoch = turn.message.seq, turn.thread.conversation.epoch
        made = handed_off(seq, known.id, f"h-{next(self.ids)}") if hand_off else replied(seq)
        return self.store.settle(known.id, epoch, made, self._now())

    def _following(self, known: Known) -> Handoff:
        return handoff(known.id, f"h-{next(self.ids)}", queued_at=self._now())

    def _acknowledge(self, known: Known, changed: Changed) -> None:
        (message,) = changed.messages
        assert message.client_id is not None
        said = (message.seq, message.body.text)
        assert known.acknowledged.setdefault(message.client_id, said) == said

    # --- what shoppers do --------------------------------------------------------------------

    @rule(who=which)
    def a_shopper_says_something(self, who: int) -> None:
        known, number = self.known[who], next(self.ids)
        (changed,) = self.attempt(known, self._saying(known, f"client-{number}", f"第{number}句"))
        self._acknowledge(known, changed)

    @precondition(lambda self: any(known.acknowledged for known in self.known))
    @rule(who=which, data=st.data())
    def a_shopper_sends_something_again(self, who: int, data: st.DataObject) -> None:
        known = self.known[who]
        own = {k: v for k, v in known.acknowledged.items() if k.startswith("client-")}
        if not own:
            return
        client_id = data.draw(st.sampled_from(sorted(own)))
        (changed,) = self.attempt(known, self._saying(known, client_id, own[client_id][1]))
        assert changed.duplicate
        self._acknowledge(known, changed)

    @rule(who=which, with_bot=st.booleans())
    def a_shopper_goes_on_with_the_bot_or_waits_again(self, who: int, with_bot: bool) -> None:
        known = self.known[who]
        self.attempt(known, self.store.move_in_queue(known.id, with_bot=with_bot, now=self._now()))

    # --- what bots do ------------------------------------------------------------------------

    @rule(who=which)
    def a_bot_begins_to_think(self, who: int) -> None:
        known = self.known[who]
        turn = self.do(self.store.pending_turn(known.id))
        if turn is not None:
            known.turns.append(turn)

    @precondition(lambda self: any(known.turns for known in self.known))
    @rule(who=which, hand_off=st.booleans(), data=st.data())
    def a_bot_answers_or_fails_now_or_late(
        self, who: int, hand_off: bool, data: st.DataObject
    ) -> None:
        known = self.known[who]
        if not known.turns:
            return
        turn = data.draw(st.sampled_from(known.turns))
        for changed in self.attempt(known, self._settling(known, turn, hand_off=hand_off)):
            read_under = turn.thread.conversation.epoch
            assert changed.messages[0].epoch == read_under + hand_off

    # --- what agents do ----------------------------------------------------------------------

    @rule(who=which, agent=agents)
    def an_agent_accepts(self, who: int, agent: Staff) -> None:
        known = self.known[who]
        self.attempt(known, self._accepting(known, agent))

    @rule(who=which, agent=holders, fresh=st.booleans())
    def an_agent_replies_under_an_epoch_seen_now_or_before(
        self, who: int, agent: Staff | None, fresh: bool
    ) -> None:
        known, number = self.known[who], next(self.ids)
        agent = self._whoever(known, agent)
        if fresh:
            known.seen_epoch = self.do(self.store.thread(known.id)).conversation.epoch
        draft = agent_writes(f"回复{number}", agent, f"agent-{number}")
        reply = self.store.agent_says(known.id, agent, draft, known.seen_epoch, self._now())
        for changed in self.attempt(known, reply):
            assert changed.messages[0].epoch == known.seen_epoch
            self._acknowledge(known, changed)

    @rule(who=which, agent=agents, rates=st.booleans())
    def staff_leave_a_note_or_a_shopper_rates(self, who: int, agent: Staff, rates: bool) -> None:
        known, number = self.known[who], next(self.ids)
        if rates:
            self.attempt(known, self.store.rate(known.id, 5, "", self._now()))
            return
        draft = agent_writes(f"备注{number}", agent, f"agent-{number}")
        note = self.store.note(known.id, replace(draft, visibility=Visibility.STAFF), self._now())
        for changed in self.attempt(known, note):
            self._acknowledge(known, changed)

    @rule(who=which, agent=holders, how=st.sampled_from(("resolve", "return", "transfer", "again")))
    def an_agent_lets_go(self, who: int, agent: Staff | None, how: str) -> None:
        known = self.known[who]
        agent = self._whoever(known, agent)
        if how in {"transfer", "again"}:
            following, told = self._following(known), [system("转接")]
            move = self.store.transfer(known.id, agent, following, told, self._now())
        else:
            resolve, told = how == "resolve", [system("结束")]
            move = self.store.end_care(
                known.id, agent, resolve=resolve, drafts=told, now=self._now()
            )
        if self.attempt(known, move) and how == "again":
            self.attempt(known, self._accepting(known, agent))

    @rule(who=which, agent=agents)
    def a_shopper_asks_for_a_human_who_takes_over(self, who: int, agent: Staff) -> None:
        """Walk straight to where the other moves matter."""
        known = self.known[who]
        self.a_shopper_says_something(who)
        while (turn := self.do(self.store.pending_turn(known.id))) is not None:
            self.attempt(known, self._settling(known, turn, hand_off=True))
        self.attempt(known, self._accepting(known, agent))

    # --- all at once -------------------------------------------------------------------------

    @rule(who=which, order=st.permutations(range(6)))
    def everybody_moves_at_once(self, who: int, order: list[int]) -> None:
        known, number = self.known[who], next(self.ids)
        said = self._saying(known, f"client-{number}", f"第{number}句")
        moves = [
            said,
            self._accepting(known, AGENTS[0]),
            self._accepting(known, AGENTS[1]),
            self.store.move_in_queue(known.id, with_bot=True, now=self._now()),
            self.store.end_care(
                known.id, AGENTS[1], resolve=True, drafts=[system("结束")], now=self._now()
            ),
        ]
        if known.turns:
            moves.append(self._settling(known, known.turns[-1], hand_off=number % 2 == 0))
        done = self.attempt(known, *(moves[i] for i in order if i < len(moves)))
        client_id = f"client-{number}"
        for changed in done:
            if changed.messages and changed.messages[0].client_id == client_id:
                self._acknowledge(known, changed)
        assert client_id in known.acknowledged

    # --- the promises ------------------------------------------------------------------------

    @invariant()
    def every_promise_holds(self) -> None:
        if not hasattr(self, "known"):
            return
        conversations = [self._look_at(known) for known in self.known]
        for agent in AGENTS:
            held = [c for c in conversations if c.agent == agent.id and c.status in HELD]
            assert len(held) <= agent.capacity

    def _look_at(self, known: Known) -> Conversation:
        conversation, messages, open_handoffs = self.do(self._read(known.id))
        known.told(conversation)
        assert [m.seq for m in messages] == list(range(1, conversation.last_seq + 1))
        stored = [(m.client_id, (m.seq, m.body.text)) for m in messages if m.client_id]
        assert len(stored) == len(dict(stored))
        assert dict(stored) == known.acknowledged
        for message in messages:
            status, agent = known.owners[message.epoch]
            if message.sender is Sender.BOT:
                assert status is Status.BOT, "a bot spoke after a handoff"
            if message.sender is Sender.AGENT and message.visibility is Visibility.EVERYONE:
                assert (status in HELD, agent) == (True, message.sender_id)
        epochs = [m.epoch for m in messages]
        assert epochs == sorted(epochs)
        waiting = conversation.status is Status.QUEUED or conversation.keeps_place
        if waiting:
            assert open_handoffs == [(conversation.handoff, "queued")]
        elif conversation.status in HELD:
            assert open_handoffs == [(conversation.handoff, "assigned")]
        else:
            assert open_handoffs == []
        assert (conversation.agent is not None) == (conversation.status in HELD)
        return conversation

    async def _read(
        self, conversation: str
    ) -> tuple[Conversation, list[Message], list[tuple[str, str]]]:
        """Read all there is of a conversation at one moment."""

        def read(connection: sa.Connection) -> Any:
            handoffs = connection.execute(
                sa.select(t.handoffs.c.id, t.handoffs.c.state).where(
                    t.handoffs.c.conversation == conversation, t.handoffs.c.state != "ended"
                )
            )
            return (
                reads.thread(connection, conversation).conversation,
                reads.messages_after(connection, conversation, 0, staff=True),
                [(row.id, row.state) for row in handoffs],
            )

        async with self.database.reading() as connection:
            return await connection.run_sync(read)  # type: ignore[no-any-return]


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
