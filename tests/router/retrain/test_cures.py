"""What a release claims to cure is judged before the switch and proven after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from knowledge_base.inbox_store import InboxStore
from knowledge_base.misses import MissState
from knowledge_base.runs import RunState
from knowledge_base.store import KnowledgeStore, insert_miss
from tests.fakes.bot import reads
from tests.knowledge_base.samples import MISS
from tests.router.retrain.workshop import AUTHOR, ENTRIES, Keeper, Shop, now, understands

LIVE = "r000001-20260101T000000"
TEXT = "下单五天了还在仓库"


async def filed(shop: Shop) -> None:
    """Miss a text, mean it for an entry, and publish the entry with it."""
    miss = replace(MISS, id="m1", text=TEXT, at=now())
    async with shop.database.writing() as connection:
        await connection.run_sync(lambda sync: insert_miss(sync, miss))
    made = await InboxStore(shop.database).add_wordings(
        ["m1"], "shipping_time", author=AUTHOR, at=now()
    )
    assert made.revision is not None
    store, number = KnowledgeStore(shop.database), made.revision.number
    await store.submit("shipping_time", number, author=AUTHOR, at=now())
    await store.approve("shipping_time", number, author=AUTHOR, at=now())
    await store.publish(author=AUTHOR, note="still in the warehouse", at=now())


async def state(shop: Shop) -> MissState:
    [case] = await InboxStore(shop.database).cases(state=None)
    return case.state


async def test_a_claimed_miss_that_gets_its_entry_is_cured_by_the_new_model(
    live_shop: Shop, keeper: Keeper
) -> None:
    await filed(live_shop)
    async with keeper.keeping(LIVE):
        keeper.understands = {**understands(*ENTRIES), TEXT: reads("shipping_time")}
        outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.PROMOTED, outcome.run.why
    assert outcome.report is not None
    [cures] = [check for check in outcome.report.checks if check.name == "cures"]
    assert (cures.measured, cures.passed) == (1, True)
    assert [(item.text, item.got) for item in outcome.report.cured] == [(TEXT, "shipping_time")]
    assert outcome.report.not_cured == []
    assert await state(live_shop) is MissState.CURED


async def test_a_claim_that_does_not_hold_keeps_the_model_before(
    live_shop: Shop, keeper: Keeper
) -> None:
    await filed(live_shop)
    async with keeper.keeping(LIVE):
        keeper.understands = {**understands(*ENTRIES), TEXT: reads("refund_time")}
        outcome = await live_shop.retrain()
    assert (outcome.run.state, outcome.run.why) == (RunState.KEPT, "The gate found: cures.")
    assert outcome.report is not None
    [cures] = [check for check in outcome.report.checks if check.name == "cures"]
    assert [(item.expected, item.got) for item in cures.failing] == [
        ("shipping_time", "refund_time")
    ]
    assert await state(live_shop) is MissState.OPEN


async def test_a_claim_the_live_model_failed_already_does_not_hold_up_later_releases(
    live_shop: Shop, keeper: Keeper
) -> None:
    await filed(live_shop)
    async with keeper.keeping("r000002-20260101T000000"):
        keeper.understands = {**understands(*ENTRIES), TEXT: reads("refund_time")}
        outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.PROMOTED, outcome.run.why
    assert outcome.report is not None
    assert [(item.text, item.got) for item in outcome.report.not_cured] == [(TEXT, "refund_time")]
    assert await state(live_shop) is MissState.OPEN


async def test_an_entry_whose_season_has_not_begun_is_cured_all_the_same(
    live_shop: Shop, keeper: Keeper
) -> None:
    await filed(live_shop)
    store = KnowledgeStore(live_shop.database)
    later = now().date() + dt.timedelta(days=30)
    entries = [revision.entry for revision in (await store.head()).values()]
    await live_shop.publish(*(replace(one, valid_from=later) for one in entries))
    async with keeper.keeping(LIVE):
        keeper.understands = {**understands(*ENTRIES), TEXT: reads("shipping_time")}
        outcome = await live_shop.retrain()
    assert outcome.run.state is RunState.PROMOTED, outcome.run.why
