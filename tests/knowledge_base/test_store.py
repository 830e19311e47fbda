import asyncio
import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from knowledge_base import tables
from knowledge_base.conditions import Circumstances
from knowledge_base.database import Database
from knowledge_base.entries import Answer, Entry
from knowledge_base.errors import (
    InvalidEntries,
    NothingToPublish,
    PublishConflict,
    SaveConflict,
    UnknownEntry,
    UnknownRelease,
)
from knowledge_base.releases import Release, RevisionState
from knowledge_base.standing import Standings
from knowledge_base.store import KEPT_RELEASES, KnowledgeStore, SaveReport
from tests.knowledge_base.samples import NOW, REFUND, SHIPPING, VOCABULARY, saying, with_answers

LATER = NOW + dt.timedelta(hours=1)


async def save(store: KnowledgeStore, *entries: Entry, remove_missing: bool = False) -> SaveReport:
    return await store.save_all(
        entries, author="小李", reason="改一改", at=NOW, remove_missing=remove_missing
    )


async def publish(store: KnowledgeStore, note: str = "") -> Release:
    return await store.publish(author="小李", note=note, at=NOW)


def titled(title: str) -> Entry:
    return replace(REFUND, title=title)


async def published(store: KnowledgeStore, titles: Iterable[str]) -> None:
    for title in titles:
        await save(store, titled(title))
        await publish(store, title)


async def test_a_new_knowledge_base_has_nothing_live(store: KnowledgeStore):
    assert await store.live() is None
    assert await store.live_number() is None
    assert await store.releases() == []
    assert await store.head() == {}


async def test_saved_entries_are_the_head_but_not_live(store: KnowledgeStore):
    report = await save(store, SHIPPING, REFUND)
    assert report == SaveReport(("shipping_time", "refund_time"), (), (), ())
    head = await store.head()
    assert [one.entry for one in head.values()] == [SHIPPING, REFUND]
    one = head["shipping_time"]
    assert (one.number, one.author, one.reason, one.at) == (1, "小李", "改一改", NOW)
    assert one.state is RevisionState.APPROVED
    assert await store.live() is None


async def test_only_what_changed_gets_a_revision(store: KnowledgeStore):
    await save(store, SHIPPING, REFUND)
    report = await save(store, SHIPPING, titled("退款几天到"))
    assert report == SaveReport((), ("refund_time",), ("shipping_time",), ())
    assert [one.number for one in await store.history("refund_time")] == [2, 1]
    assert [one.number for one in await store.history("shipping_time")] == [1]


async def test_missing_entries_stay_unless_their_removal_is_asked_for(store: KnowledgeStore):
    await save(store, SHIPPING, REFUND)
    assert (await save(store, REFUND)).removed == ()
    report = await save(store, REFUND, remove_missing=True)
    assert report.removed == ("shipping_time",)
    assert set(await store.head()) == {"refund_time"}
    newest = (await store.history("shipping_time"))[0]
    assert newest.removal
    assert newest.entry == SHIPPING


async def test_a_removed_entry_can_come_back(store: KnowledgeStore):
    await save(store, SHIPPING, REFUND)
    await save(store, REFUND, remove_missing=True)
    assert (await save(store, SHIPPING)).added == ("shipping_time",)
    assert (await store.head())["shipping_time"].number == 3


async def test_an_unknown_entry_has_no_history(store: KnowledgeStore):
    with pytest.raises(UnknownEntry, match="no_such"):
        await store.history("no_such")


async def test_a_conflict_between_answers_is_refused_and_nothing_is_saved(store: KnowledgeStore):
    bad = with_answers(Answer("零"), saying("一", tier="gold"), saying("二", channel="app"))
    with pytest.raises(InvalidEntries, match="equally specific") as caught:
        await save(store, REFUND, bad)
    assert caught.value.problems[0].position == 1
    assert await store.head() == {}


async def test_a_phrasing_a_saved_entry_has_is_refused(store: KnowledgeStore):
    await save(store, REFUND, SHIPPING)
    with pytest.raises(InvalidEntries, match="phrasing of 'shipping_time' too"):
        await save(store, replace(SHIPPING, key="shipping_other"))


async def test_a_button_to_an_entry_nobody_saved_is_refused(store: KnowledgeStore):
    with pytest.raises(InvalidEntries, match="no entry 'refund_time'"):
        await save(store, SHIPPING)


async def test_a_button_to_an_entry_being_removed_is_refused(store: KnowledgeStore):
    await save(store, SHIPPING, REFUND)
    with pytest.raises(InvalidEntries, match="no entry 'refund_time'"):
        await save(store, SHIPPING, remove_missing=True)


async def test_with_a_vocabulary_unknown_values_and_flows_are_refused(database: Database):
    store = KnowledgeStore(database, VOCABULARY)
    bad = with_answers(Answer("零", flow="dance"), saying("一", tier="platinum"))
    with pytest.raises(InvalidEntries) as caught:
        await save(store, bad)
    assert [one.field for one in caught.value.problems] == [
        "answers[0].flow",
        "answers[1].when.tier",
    ]


async def test_publishing_puts_the_saved_entries_live(store: KnowledgeStore):
    await save(store, SHIPPING, REFUND)
    release = await publish(store, "第一版")
    assert await store.live() == release
    assert await store.live_number() == 1
    assert release.entry("shipping_time") == SHIPPING
    answer = release.entries[0].answer_for(Circumstances(order_state="presale"))
    assert answer.card == "order"
    assert release.note == "第一版"


async def test_a_release_read_by_another_node_is_the_same(database: Database):
    mine, other = KnowledgeStore(database), KnowledgeStore(database)
    await save(mine, SHIPPING, REFUND)
    release = await publish(mine)
    assert await other.live() == release
    assert list((await other.release(1)).revisions) == ["shipping_time", "refund_time"]


async def test_another_node_sees_a_new_release_at_once(database: Database):
    mine, other = KnowledgeStore(database), KnowledgeStore(database)
    await published(mine, ["一版"])
    assert (await other.live()).number == 1  # type: ignore[union-attr]
    await published(mine, ["二版"])
    assert (await other.live()).entry("refund_time").title == "二版"  # type: ignore[union-attr]


async def test_a_release_does_not_change_when_entries_are_saved(database: Database):
    await published(KnowledgeStore(database), ["一版"])
    await save(KnowledgeStore(database), titled("二版"))
    release = await KnowledgeStore(database).release(1)
    assert release.entry("refund_time") == titled("一版")


async def test_publishing_again_without_a_change_is_refused(store: KnowledgeStore):
    await published(store, ["一版"])
    with pytest.raises(NothingToPublish, match="Release 1 already"):
        await publish(store)
    assert len(await store.releases()) == 1


async def test_publishing_an_empty_knowledge_base_is_refused(store: KnowledgeStore):
    with pytest.raises(NothingToPublish, match="no approved entry"):
        await publish(store)


async def test_releases_are_listed_newest_first_with_what_they_changed(store: KnowledgeStore):
    await save(store, SHIPPING, REFUND)
    await publish(store, "第一版")
    await save(store, titled("退款几天到"), remove_missing=True)
    await save(store, replace(REFUND, key="refund_where", phrasings=("退到哪里",)))
    await publish(store, "第二版")
    second, first = await store.releases()
    assert (first.number, first.note, first.entries, first.added) == (1, "第一版", 2, 2)
    assert (second.added, second.changed, second.removed) == (1, 1, 1)
    assert (first.live, second.live) == (False, True)
    assert second.follows == 1
    assert second.published_at == NOW


async def test_an_unknown_release_is_told(store: KnowledgeStore):
    with pytest.raises(UnknownRelease, match="no release 7"):
        await store.release(7)


async def test_only_a_few_releases_are_kept_in_memory(store: KnowledgeStore):
    await published(store, [f"{n}版" for n in range(1, KEPT_RELEASES + 3)])
    for number in range(1, KEPT_RELEASES + 3):
        assert (await store.release(number)).entry("refund_time") == titled(f"{number}版")
    assert len(store._kept) <= KEPT_RELEASES


async def test_rolling_back_puts_the_release_before_live(store: KnowledgeStore):
    await published(store, ["一版", "二版"])
    release = await store.roll_back(author="小王", at=LATER)
    assert release.number == 1
    assert await store.live_number() == 1


async def test_rolling_back_after_a_roll_back_never_returns_to_what_was_left(
    store: KnowledgeStore,
):
    await published(store, ["一版", "二版", "三版"])
    await store.roll_back(to=1, author="小王", at=LATER)
    await save(store, titled("四版"))
    release = await publish(store)
    assert (release.number, release.follows) == (4, 1)
    assert (await store.roll_back(author="小王", at=LATER)).number == 1
    with pytest.raises(UnknownRelease, match="no earlier release"):
        await store.roll_back(author="小王", at=LATER)


async def test_rolling_back_to_a_given_release_keeps_a_history(
    store: KnowledgeStore, database: Database
):
    await published(store, ["一版", "二版", "三版"])
    await store.roll_back(to=1, author="小王", at=LATER)
    await store.roll_back(to=3, author="小王", at=LATER)
    history = tables.live_history
    async with database.reading() as connection:
        rows = (await connection.execute(sa.select(history).order_by(history.c.id))).all()
    assert [(row.move, row.replaced, row.release) for row in rows] == [
        ("publish", None, 1),
        ("publish", 1, 2),
        ("publish", 2, 3),
        ("roll_back", 3, 1),
        ("roll_back", 1, 3),
    ]
    assert (rows[-1].author, rows[-1].at) == ("小王", LATER)


async def test_rolling_back_to_the_live_release_changes_nothing(
    store: KnowledgeStore, database: Database
):
    await published(store, ["一版"])
    assert (await store.roll_back(to=1, author="小王", at=LATER)).number == 1
    async with database.reading() as connection:
        count = await connection.scalar(sa.select(sa.func.count()).select_from(tables.live_history))
    assert count == 1


async def test_rolling_back_to_an_unknown_release_leaves_live_alone(store: KnowledgeStore):
    await published(store, ["一版"])
    with pytest.raises(UnknownRelease, match="no release 9"):
        await store.roll_back(to=9, author="小王", at=LATER)
    assert await store.live_number() == 1


async def test_rolling_back_before_the_first_release_is_refused(store: KnowledgeStore):
    with pytest.raises(UnknownRelease, match="no earlier release"):
        await store.roll_back(author="小王", at=LATER)


async def test_when_several_publish_at_once_exactly_one_release_is_made(database: Database):
    nodes = [KnowledgeStore(database) for _ in range(4)]
    await published(nodes[0], ["一版"])
    await save(nodes[0], titled("二版"))
    results = await asyncio.gather(*(publish(node) for node in nodes), return_exceptions=True)
    made = [one for one in results if isinstance(one, Release)]
    refused = [one for one in results if isinstance(one, NothingToPublish | PublishConflict)]
    assert ([one.number for one in made], len(refused)) == ([2], 3)
    assert [one.number for one in await nodes[0].releases()] == [2, 1]


async def test_when_several_publish_the_first_release_at_once_one_wins(database: Database):
    nodes = [KnowledgeStore(database) for _ in range(3)]
    await save(nodes[0], REFUND)
    results = await asyncio.gather(*(publish(node) for node in nodes), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results).count("Release") == 1
    assert await nodes[0].live_number() == 1


async def test_saves_of_one_entry_at_once_never_lose_one_silently(database: Database):
    nodes = [KnowledgeStore(database) for _ in range(4)]
    await save(nodes[0], REFUND)
    results = await asyncio.gather(
        *(save(node, titled(f"标题{n}")) for n, node in enumerate(nodes)), return_exceptions=True
    )
    saved = [one for one in results if isinstance(one, SaveReport)]
    assert all(isinstance(one, SaveReport | SaveConflict) for one in results)
    assert len(await nodes[0].history("refund_time")) == 1 + len(saved)


async def test_a_naive_moment_is_refused(store: KnowledgeStore):
    naive = dt.datetime(2026, 11, 21)
    with pytest.raises(Exception, match="no time zone"):
        await store.save_all([REFUND], author="小李", reason="", at=naive)
    assert await store.head() == {}


async def test_who_publishes_over_a_release_they_did_not_look_at_gets_a_conflict(
    store: KnowledgeStore,
):
    await save(store, REFUND)
    await store.publish(author="小李", note="", at=NOW, after=None)
    await save(store, titled("退款几天到"))
    with pytest.raises(PublishConflict):
        await store.publish(author="小王", note="", at=NOW, after=None)
    assert (await store.publish(author="小王", note="", at=NOW, after=1)).number == 2


async def test_the_stamp_moves_with_every_edit_move_and_release_and_with_nothing_else(
    store: KnowledgeStore,
):
    seen = [await store.stamp()]
    await save(store, SHIPPING, REFUND)
    seen.append(await store.stamp())
    who = {"author": "小李", "at": NOW}
    await store.save_draft(titled("退款几天到"), base=1, reason="", **who)
    seen.append(await store.stamp())
    await store.submit("refund_time", 2, **who)
    seen.append(await store.stamp())
    await publish(store)
    seen.append(await store.stamp())
    await store.check(SHIPPING)
    assert await store.stamp() == seen[-1]
    assert len(set(seen)) == 5


async def test_a_standing_is_read_again_only_after_something_changed(store: KnowledgeStore):
    standings = Standings(store)
    await save(store, REFUND)
    first = await standings.now()
    assert [entry.key for entry in first.unpublished.added] == ["refund_time"]
    assert await standings.now() is first
    await publish(store)
    second, same = await asyncio.gather(standings.now(), standings.now())
    assert second is same
    assert second.unpublished.empty
    await store.save_draft(
        titled("退款几天到"), author="小李", base=1, reason="", at=NOW, removal=False
    )
    assert [edit.revision.number for edit in (await standings.now()).edits] == [2]
