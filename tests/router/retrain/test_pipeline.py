"""A run makes a model, judges it, and lets it serve; whatever fails, the one before serves on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from knowledge_base.runs import ModelMove, Phase, RunGoesOn, RunState, Trigger
from knowledge_base.store import KnowledgeStore
from router.retrain.course import Began, Event
from tests.router.retrain.workshop import (
    AUTHOR,
    ENTRIES,
    INVOICE,
    REFUND,
    SHIPPING,
    Keeper,
    Shop,
    entry,
    now,
    understands,
)

LIVE = "r000001-20260101T000000"


async def test_a_good_candidate_serves_and_the_report_has_every_check(
    live_shop: Shop, keeper: Keeper
) -> None:
    async with keeper.keeping(LIVE):
        outcome = await live_shop.retrain()
        serving = await live_shop.runs.serving()
    assert (outcome.run.state, outcome.run.why) == (RunState.PROMOTED, "")
    assert serving.live == outcome.run.model
    assert serving.former == LIVE
    assert serving.candidate_wanted is None
    assert outcome.report is not None
    assert outcome.report.passed
    checks = {check.name: check for check in outcome.report.checks}
    assert checks["held_out_top1"].measured == 6
    assert checks["held_out_vs_live"].live == 1.0
    assert checks["latency_vs_live"].passed is not None
    assert [phase.phase for phase in outcome.run.phases] == list(Phase)
    kept = await live_shop.runs.report(outcome.run.id)
    assert kept is not None
    assert b"held_out_top1" in kept


async def test_a_candidate_that_reads_worse_is_not_served_and_not_kept(
    live_shop: Shop, keeper: Keeper
) -> None:
    async with keeper.keeping(LIVE):
        keeper.understands = understands(*ENTRIES, without=("几号能寄出来", "报销要票"))
        outcome = await live_shop.retrain()
        serving = await live_shop.runs.serving()
    assert outcome.run.state is RunState.KEPT
    assert "held_out_top1" in outcome.run.why
    assert (serving.live, serving.wanted) == (LIVE, LIVE)
    assert live_shop.models == []
    assert outcome.report is not None
    [top1] = [check for check in outcome.report.checks if check.name == "held_out_top1"]
    assert {(item.text, item.expected) for item in top1.failing} == {
        ("几号能寄出来", "shipping_time"),
        ("报销要票", "invoice_how"),
    }


async def test_without_a_keeper_the_candidate_is_tried_alone_and_waits_to_serve(
    live_shop: Shop,
) -> None:
    outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.PROMOTED
    assert "jieli up" in outcome.run.why
    assert outcome.report is not None
    assert outcome.report.passed
    assert (await live_shop.runs.serving()).wanted == outcome.run.model
    assert live_shop.models == [f"{outcome.run.model}.tar.gz"]
    assert live_shop.leftovers == []


async def test_a_model_that_cannot_be_served_rightly_fails_the_gate_though_its_text_was_fine(
    live_shop: Shop, keeper: Keeper
) -> None:
    """Readings of the training text alone would not have shown it."""
    live_shop.write_rows("held_out", [])
    async with keeper.keeping(LIVE):
        keeper.understands = {}
        outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.KEPT
    assert "titles_found" in outcome.run.why


async def test_a_first_model_serves_although_the_gate_found_something(live_shop: Shop) -> None:
    live_shop.with_thresholds(held_out_top1=1.0, coverage_when_sure=1.0)
    live_shop.write_rows("held_out", [{"text": "不知道说什么", "entry": "refund_time"}])
    outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.PROMOTED
    assert outcome.report is not None
    assert not outcome.report.passed
    assert "no model before" in outcome.run.why


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("training_fails", "one entry cannot be told from none"),
        ("disk_is_full", "the disk is full"),
        ("model_is_truncated", "damaged"),
        ("bot_dies", "never came up"),
    ],
)
async def test_a_run_that_fails_says_why_and_leaves_nothing_behind(
    live_shop: Shop, way: str, why: str
) -> None:
    live_shop.behaves(way)
    outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.FAILED
    assert why in outcome.run.why
    assert (live_shop.models, live_shop.leftovers) == ([], [])
    assert (await live_shop.runs.serving()).wanted is None
    live_shop.behaves()
    assert (await live_shop.retrain()).run.state is RunState.PROMOTED


async def test_a_candidate_its_keeper_cannot_start_fails_the_run(
    live_shop: Shop, keeper: Keeper
) -> None:
    keeper.cannot_start = True
    async with keeper.keeping(LIVE):
        outcome = await live_shop.retrain()
        assert (await live_shop.runs.serving()).live == LIVE
    assert outcome.run.state is RunState.FAILED
    assert "exit code 3" in outcome.run.why
    assert live_shop.models == []


async def test_a_model_that_never_comes_to_serve_is_taken_back(
    live_shop: Shop, keeper: Keeper
) -> None:
    keeper.cannot_serve = True
    async with keeper.keeping(LIVE):
        outcome = await live_shop.retrain()
        serving = await live_shop.runs.serving()
    assert outcome.run.state is RunState.FAILED
    assert "the model before serves on" in outcome.run.why
    assert (serving.live, serving.wanted) == (LIVE, LIVE)
    assert live_shop.models == []


async def test_without_a_live_release_there_is_nothing_to_train(shop: Shop) -> None:
    outcome = await shop.retrain()
    assert outcome.run.state is RunState.FAILED
    assert "jieli kb publish" in outcome.run.why


async def test_of_two_runs_the_second_is_told_who_does_the_first(
    live_shop: Shop, keeper: Keeper
) -> None:
    live_shop.behaves("training_takes_long")
    first = asyncio.create_task(live_shop.retrain())
    while await live_shop.runs.current() is None:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    with pytest.raises(RunGoesOn, match=AUTHOR):
        await live_shop.retrain()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_run_that_is_told_to_stop_ends_as_failed_and_clears_away(live_shop: Shop) -> None:
    live_shop.behaves("training_takes_long")
    work = asyncio.create_task(live_shop.retrain())
    while not _is_in(live_shop, Phase.TRAIN):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    [run] = await live_shop.runs.runs()
    assert (run.state, run.why) == (RunState.FAILED, "It was told to stop.")
    assert (live_shop.models, live_shop.leftovers) == ([], [])


async def test_what_is_published_meanwhile_waits_for_the_next_run(
    live_shop: Shop, keeper: Keeper
) -> None:
    published: list[asyncio.Task[object]] = []

    def publish(event: Event) -> None:
        if isinstance(event, Began) and event.phase is Phase.TRAIN:
            changed = replace(REFUND, phrasings=(*REFUND.phrasings, "钱呢"))
            published.append(asyncio.create_task(live_shop.publish(SHIPPING, changed, INVOICE)))

    live_shop.on_event = publish
    async with keeper.keeping(LIVE):
        outcome = await live_shop.retrain()
        assert (await live_shop.runs.serving()).live == outcome.run.model
    assert (outcome.run.state, outcome.run.release) == (RunState.PROMOTED, 1)
    assert "Release 2 was published meanwhile" in outcome.run.why


async def test_a_release_that_is_taken_back_meanwhile_gets_no_model(
    live_shop: Shop, keeper: Keeper
) -> None:
    await live_shop.publish(SHIPPING, REFUND, note="without invoices")
    taken_back: list[asyncio.Task[object]] = []

    def roll_back(event: Event) -> None:
        if isinstance(event, Began) and event.phase is Phase.TRAIN:
            store = KnowledgeStore(live_shop.database)
            taken_back.append(asyncio.create_task(store.roll_back(author="ning", at=now())))

    live_shop.on_event = roll_back
    async with keeper.keeping(LIVE):
        outcome = await live_shop.retrain()
        assert (await live_shop.runs.serving()).live == LIVE
    assert outcome.run.state is RunState.KEPT
    assert "release 1 was put live again" in outcome.run.why


async def test_a_model_that_is_rolled_back_to_meanwhile_stays(
    live_shop: Shop, keeper: Keeper
) -> None:
    async with keeper.keeping(LIVE):
        before = (await live_shop.retrain()).run.model
        asked: list[asyncio.Task[object]] = []

        def roll_back(event: Event) -> None:
            if isinstance(event, Began) and event.phase is Phase.TRAIN:
                asked.append(asyncio.create_task(_serve_again(live_shop, LIVE)))

        live_shop.on_event = roll_back
        outcome = await live_shop.retrain()
        serving = await live_shop.runs.serving()
    assert before is not None
    assert outcome.run.state is RunState.KEPT
    assert f"ning asked for {LIVE} meanwhile" in outcome.run.why
    assert serving.live == LIVE


async def test_only_judging_changes_nothing(live_shop: Shop, keeper: Keeper) -> None:
    async with keeper.keeping(LIVE):
        outcome = await live_shop.retrain(promote=False)
        assert (await live_shop.runs.serving()).live == LIVE
    assert outcome.run.state is RunState.KEPT
    assert outcome.report is not None
    assert outcome.report.passed
    assert live_shop.models == []


async def test_an_asked_run_is_done_under_its_own_name(live_shop: Shop) -> None:
    asked = await live_shop.runs.ask(Trigger.CONSOLE, "lina", now())
    outcome = await live_shop.retrain(run=asked.id)
    assert (outcome.run.id, outcome.run.author) == (asked.id, "lina")
    assert (await live_shop.runs.run(asked.id)).state is RunState.PROMOTED


async def test_the_report_draws_coverage_and_precision_over_the_releases(
    live_shop: Shop, keeper: Keeper
) -> None:
    async with keeper.keeping(LIVE):
        await live_shop.retrain()
        gift = entry("gift_wrap", "能包装成礼物吗", "要礼盒", "送人用的")
        await live_shop.publish(*ENTRIES, gift)
        keeper.understands = understands(*ENTRIES, gift)
        outcome = await live_shop.retrain()
    assert outcome.report is not None
    assert [(one.release, one.precision) for one in outcome.report.over_releases] == [
        (1, 1.0),
        (2, 1.0),
    ]


async def test_what_a_killed_run_left_behind_is_swept_by_the_next(live_shop: Shop) -> None:
    """A model of a run without an end was never proven, so nobody may come to serve it."""
    runs, dead = live_shop.runs, "r000001-20260303T030303"
    run = await runs.begin(
        None, trigger=Trigger.NIGHTLY, author="night", holder="gone", at=now(), lease_seconds=0.0
    )
    await runs.phase(run.id, Phase.LOAD, None, release=1, model=dead)
    await runs.want_candidate(dead)
    live_shop.house.models.mkdir()
    (live_shop.house.models / f"{dead}.tar.gz").write_text("half a model")
    (live_shop.house.data / "retrain-abc").mkdir()
    outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.PROMOTED
    assert (await runs.run(run.id)).state is RunState.ABANDONED
    assert live_shop.models == [f"{outcome.run.model}.tar.gz"]
    assert live_shop.leftovers == []
    assert (await runs.serving()).candidate_wanted is None


def _is_in(shop: Shop, phase: Phase) -> bool:
    return any(isinstance(event, Began) and event.phase is phase for event in shop.events)


async def _serve_again(shop: Shop, model: str) -> None:
    await shop.runs.want(model, move=ModelMove.ROLL_BACK, author="ning", at=now())
