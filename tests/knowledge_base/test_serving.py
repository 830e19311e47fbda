"""Which model serves: what is asked for, what is reported, and who wins when both change."""

import asyncio
import datetime as dt

import pytest

from knowledge_base.database import Database
from knowledge_base.runs import ModelMove, Phase, Serving, Trigger, UnknownModel
from knowledge_base.runs_store import RunsStore
from tests.knowledge_base.samples import NOW

OLD, NEW, NEWER = "r000001-x", "r000002-x", "r000003-x"
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def runs(database: Database) -> RunsStore:
    return RunsStore(database)


async def promote(runs: RunsStore, model: str, *, at: dt.datetime = NOW) -> bool:
    before = await runs.serving()
    await runs.want(model, move=ModelMove.PROMOTE, author="lina", at=at)
    return await runs.promoted(model, f"http://{model}", before.live, before.live_address, at)


async def test_at_first_nothing_serves_and_nothing_is_wanted(runs: RunsStore):
    assert await runs.serving() == Serving()
    assert await runs.model_history() == []


async def test_a_promoted_model_is_live_and_the_one_before_it_is_the_former(runs: RunsStore):
    assert await promote(runs, OLD)
    assert await promote(runs, NEW, at=LATER)
    now = await runs.serving()
    assert (now.live, now.live_address, now.live_since) == (NEW, "http://r000002-x", LATER)
    assert (now.former, now.former_address) == (OLD, "http://r000001-x")
    newest, first = await runs.model_history()
    assert (newest.model, newest.replaced, newest.move) == (NEW, OLD, ModelMove.PROMOTE)
    assert (newest.author, newest.at) == ("lina", LATER)
    assert (first.model, first.replaced) == (OLD, None)


async def test_a_roll_back_without_a_name_wants_the_model_before(runs: RunsStore):
    await promote(runs, OLD)
    await promote(runs, NEW)
    chosen = await runs.want(None, move=ModelMove.ROLL_BACK, author="mei", at=LATER)
    assert chosen == OLD
    assert (await runs.serving()).wanted == OLD
    assert await runs.promoted(OLD, "http://r000001-x", NEW, "http://r000002-x", LATER)
    assert (await runs.serving()).former == NEW
    assert (await runs.model_history(1))[0].move is ModelMove.ROLL_BACK


async def test_the_model_before_is_known_when_it_is_not_warm_any_more(runs: RunsStore):
    await promote(runs, OLD)
    await promote(runs, NEW)
    await runs.kept(former=None, former_address=None)
    assert await runs.want(None, move=ModelMove.ROLL_BACK, author="mei", at=LATER) == OLD


async def test_there_is_nothing_to_roll_back_to_at_first_nor_what_never_served(runs: RunsStore):
    with pytest.raises(UnknownModel, match="no earlier model"):
        await runs.want(None, move=ModelMove.ROLL_BACK, author="mei", at=NOW)
    await promote(runs, OLD)
    with pytest.raises(UnknownModel, match=NEW):
        await runs.want(NEW, move=ModelMove.ROLL_BACK, author="mei", at=NOW)
    assert (await runs.serving()).wanted == OLD


async def test_a_promote_overtaken_by_a_roll_back_changes_nothing(runs: RunsStore):
    await promote(runs, OLD)
    await runs.want(NEW, move=ModelMove.PROMOTE, author="lina", at=NOW)
    await runs.want(OLD, move=ModelMove.ROLL_BACK, author="mei", at=NOW)
    assert not await runs.promoted(NEW, "http://new", OLD, "http://old", NOW)
    now = await runs.serving()
    assert (now.live, now.wanted) == (OLD, OLD)
    assert len(await runs.model_history()) == 1


async def test_a_failed_promote_wants_the_live_one_again_and_says_why(runs: RunsStore):
    await promote(runs, OLD)
    await runs.want(NEW, move=ModelMove.PROMOTE, author="lina", at=NOW)
    await runs.failed(NEW, "the file is no model", LATER)
    now = await runs.serving()
    assert (now.wanted, now.live) == (OLD, OLD)
    assert (now.trouble_model, now.trouble) == (NEW, "the file is no model")
    await runs.want(NEW, move=ModelMove.PROMOTE, author="lina", at=LATER)
    assert (await runs.serving()).trouble == ""


async def test_a_failure_of_what_is_not_wanted_any_more_leaves_the_wish_alone(runs: RunsStore):
    await promote(runs, OLD)
    await runs.want(NEW, move=ModelMove.PROMOTE, author="lina", at=NOW)
    await runs.want(NEWER, move=ModelMove.PROMOTE, author="mei", at=NOW)
    await runs.failed(NEW, "never answered", NOW)
    assert (await runs.serving()).wanted == NEWER


async def test_a_live_model_that_fails_is_wanted_no_more_and_its_successor_is_noted(
    runs: RunsStore,
):
    await promote(runs, OLD)
    await promote(runs, NEW)
    await runs.failed(NEW, "never came up", NOW)
    assert (await runs.serving()).wanted is None
    assert await runs.promoted(OLD, "http://old", None, None, LATER)
    assert (await runs.serving()).wanted == OLD
    (change,) = await runs.model_history(1)
    assert (change.move, change.author) == (ModelMove.ROLL_BACK, "jieli up")


async def test_a_candidate_is_asked_for_reported_and_no_candidate_once_it_is_live(
    runs: RunsStore,
):
    await promote(runs, OLD)
    await runs.want_candidate(NEW)
    await runs.kept(candidate=NEW, candidate_address="http://new")
    assert (await runs.serving()).candidate_wanted == NEW
    await promote(runs, NEW)
    now = await runs.serving()
    assert (now.candidate_wanted, now.candidate, now.candidate_address) == (None, None, None)


async def test_a_candidate_that_fails_is_taken_back_and_the_live_one_stays(runs: RunsStore):
    await promote(runs, OLD)
    await runs.want_candidate(NEW)
    await runs.failed(NEW, "never came up", NOW)
    now = await runs.serving()
    assert (now.candidate_wanted, now.trouble_model, now.wanted) == (None, NEW, OLD)
    await runs.want_candidate(NEW)
    assert (await runs.serving()).trouble_model is None


async def test_serving_again_at_another_address_is_no_change_of_the_model(runs: RunsStore):
    await promote(runs, OLD)
    assert await runs.promoted(OLD, "http://elsewhere", None, None, LATER)
    now = await runs.serving()
    assert (now.live_address, now.live_since) == ("http://elsewhere", NOW)
    assert len(await runs.model_history()) == 1


async def test_all_who_write_at_once_are_all_heard(runs: RunsStore):
    await asyncio.gather(
        runs.want_candidate(NEW),
        runs.kept(keeper_at=LATER),
        runs.want(OLD, move=ModelMove.PROMOTE, author="lina", at=NOW),
        runs.kept(former=NEWER),
    )
    now = await runs.serving()
    assert (now.candidate_wanted, now.keeper_at, now.wanted, now.former) == (
        *(NEW, LATER, OLD),
        NEWER,
    )


async def test_the_models_that_ever_served_are_named_with_their_release(runs: RunsStore):
    run = await runs.begin(
        None, trigger=Trigger.COMMAND, author="lina", holder="a", at=NOW, lease_seconds=30
    )
    await runs.phase(run.id, Phase.PROMOTE, None, release=2, model=NEW)
    for model in (OLD, NEW, OLD):
        await promote(runs, model)
    assert await runs.models() == {OLD: None, NEW: 2}
