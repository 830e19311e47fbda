"""Ownership: every change of owner raises the epoch, and nobody speaks out of turn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.domain.conversation import CHATWOOT_WORDS, Conversation, OwnerKind, Status
from router.domain.errors import AlreadyTaken, EpochMoved, IllegalMove
from tests.router.people import NOON, after

FRESH = Conversation("c-1", "xiaoman", NOON, NOON)
QUEUED = FRESH.appended(NOON, by_shopper=True).decided(1).hand_off("h-1", NOON)
ACTIVE = QUEUED.accept("lina", NOON)


def test_a_handoff_gives_the_conversation_to_nobody_then_to_one_agent() -> None:
    assert (FRESH.owner, QUEUED.owner, ACTIVE.owner) == (
        OwnerKind.BOT,
        OwnerKind.QUEUE,
        OwnerKind.AGENT,
    )
    assert (FRESH.epoch, QUEUED.epoch, ACTIVE.epoch) == (0, 1, 2)


def test_a_second_accept_comes_too_late() -> None:
    with pytest.raises(AlreadyTaken):
        ACTIVE.accept("wang", NOON)


def test_only_its_agent_can_end_or_transfer_it() -> None:
    for move in (ACTIVE.resolve, ACTIVE.return_to_bot, ACTIVE.transfer, ACTIVE.hold):
        with pytest.raises(IllegalMove, match="another agent"):
            move("wang", NOON)
    with pytest.raises(IllegalMove):
        QUEUED.resolve("lina", NOON)


def test_on_hold_stays_with_its_agent_under_the_same_epoch() -> None:
    held = ACTIVE.hold("lina", NOON)
    assert held.status is Status.ON_HOLD
    assert held.epoch == ACTIVE.epoch
    assert held.take_up("lina", NOON).status is Status.ACTIVE
    with pytest.raises(IllegalMove):
        held.hold("lina", NOON)
    with pytest.raises(IllegalMove):
        ACTIVE.take_up("lina", NOON)


def test_going_on_with_the_bot_keeps_the_place_and_comes_back_to_it() -> None:
    with_bot = QUEUED.go_on_with_bot(NOON)
    assert with_bot.owner is OwnerKind.BOT
    assert with_bot.keeps_place
    assert with_bot.accept("lina", NOON).agent == "lina"
    back = with_bot.wait_again(NOON)
    assert back.status is Status.QUEUED
    assert back.handoff == "h-1"
    with pytest.raises(IllegalMove):
        FRESH.wait_again(NOON)
    with pytest.raises(IllegalMove):
        FRESH.go_on_with_bot(NOON)


ASKED = FRESH.appended(NOON, by_shopper=True)


@pytest.mark.parametrize(
    ("before", "under"),
    [(ASKED, "h-9"), (ACTIVE, "h-1"), (ACTIVE.hold("lina", NOON), "h-1")],
    ids=["from the bot", "from an agent", "on hold"],
)
def test_a_supervisor_takes_over_from_the_bot_and_from_agents(
    before: Conversation, under: str
) -> None:
    taken = before.take_over("chen", "h-9", after(1))
    assert (taken.status, taken.agent, taken.epoch) == (Status.ACTIVE, "chen", before.epoch + 1)
    assert taken.handoff == under
    assert not taken.answer_is_due
    with pytest.raises(EpochMoved):
        taken.guard(before.epoch)


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (QUEUED, "直接接入"),
        (QUEUED.go_on_with_bot(NOON), "直接接入"),
        (QUEUED.wait_for_shift(NOON), "直接接入"),
        (ACTIVE.resolve("lina", NOON), "resolved"),
        (ACTIVE.take_over("chen", "h-9", NOON), "已经在你手上"),
    ],
    ids=["queued", "keeps the place", "for the next shift", "resolved", "own"],
)
def test_what_waits_is_over_or_is_their_own_is_not_taken_over(
    before: Conversation, says: str
) -> None:
    with pytest.raises(IllegalMove, match=says):
        before.take_over("chen", "h-9", NOON)


def test_what_was_owed_to_a_shopper_taken_over_from_the_bot_stays_the_supervisors() -> None:
    returned = ASKED.take_over("chen", "h-9", NOON).return_to_bot("chen", NOON)
    assert (returned.status, returned.answer_is_due) == (Status.BOT, False)


def test_what_was_said_to_an_agent_is_not_answered_by_the_bot_afterwards() -> None:
    told = ACTIVE.appended(after(1), by_shopper=True)
    assert not told.answer_is_due
    assert not told.return_to_bot("lina", after(2)).answer_is_due
    assert not told.resolve("lina", after(2)).answer_is_due


def test_a_message_after_resolve_opens_a_new_case_with_the_bot() -> None:
    resolved = ACTIVE.resolve("lina", NOON)
    assert resolved.ask_rating(NOON).rating_case == 1
    again = resolved.appended(after(60), by_shopper=True)
    assert (again.status, again.case, again.answer_is_due) == (Status.BOT, 2, True)
    assert again.epoch == resolved.epoch + 1


def test_a_case_is_rated_once() -> None:
    rated = ACTIVE.resolve("lina", NOON).ask_rating(NOON).rate(NOON)
    with pytest.raises(IllegalMove):
        rated.rate(NOON)


def test_a_stale_epoch_is_refused() -> None:
    ACTIVE.guard(ACTIVE.epoch)
    with pytest.raises(EpochMoved, match="reload"):
        ACTIVE.guard(QUEUED.epoch)


def test_every_status_has_a_word_for_the_outside() -> None:
    assert set(CHATWOOT_WORDS) == set(Status)


MOVES = (
    "shopper",
    "bot",
    "hand_off",
    "accept",
    "go_on_with_bot",
    "wait_again",
    "return_to_bot",
    "transfer",
    "hold",
    "take_up",
    "resolve",
)


def moved(conversation: Conversation, move: str, agent: str) -> Conversation:
    match move:
        case "shopper" | "bot":
            return conversation.appended(NOON, by_shopper=move == "shopper")
        case "hand_off":
            return conversation.hand_off("h", NOON)
        case "go_on_with_bot" | "wait_again":
            return getattr(conversation, move)(NOON)  # type: ignore[no-any-return]
        case _:
            return getattr(conversation, move)(agent, NOON)  # type: ignore[no-any-return]


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from(["lina", "wang"])), max_size=40))
def test_any_moves_keep_one_owner_and_raise_the_epoch_with_every_change(
    moves: list[tuple[str, str]],
) -> None:
    conversation = FRESH
    for move, agent in moves:
        try:
            later = moved(conversation, move, agent)
        except (IllegalMove, AlreadyTaken):
            continue
        owner_changed = (later.owner, later.agent) != (conversation.owner, conversation.agent)
        assert (later.agent is not None) == (later.owner is OwnerKind.AGENT)
        assert later.epoch >= conversation.epoch
        if owner_changed:
            assert later.epoch > conversation.epoch
        assert later.last_seq - conversation.last_seq in {0, 1}
        assert later.shopper_seq <= later.last_seq
        conversation = later
