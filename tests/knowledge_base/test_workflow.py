import asyncio
import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic import command

from knowledge_base.database import Database
from knowledge_base.editing import folded
from knowledge_base.entries import Answer, Button, Entry
from knowledge_base.errors import (
    EditConflict,
    IllegalRevisionMove,
    InvalidEntries,
    NothingToPublish,
    PublishConflict,
    ReasonMissing,
    SaveConflict,
    UnknownEntry,
    UnknownRevision,
)
from knowledge_base.publishing import insert_revisions
from knowledge_base.releases import Release, Revision, RevisionState
from knowledge_base.store import KnowledgeStore
from router.migrations import config_for
from tests.knowledge_base.samples import NOW, REFUND, SHIPPING

LATER = NOW + dt.timedelta(hours=1)


async def draft(
    store: KnowledgeStore,
    entry: Entry,
    base: int | None = None,
    author: str = "小李",
    removal: bool = False,
) -> Revision:
    return await store.save_draft(
        entry, author=author, reason="改一改", base=base, at=NOW, removal=removal
    )


async def approved(
    store: KnowledgeStore, entry: Entry, base: int | None = None, removal: bool = False
) -> Revision:
    one = await draft(store, entry, base, removal=removal)
    await store.submit(entry.key, one.number, author="小李", at=NOW)
    return await store.approve(entry.key, one.number, author="小王", at=LATER, note="好")


def titled(title: str) -> Entry:
    return replace(REFUND, title=title)


async def test_a_draft_is_neither_approved_nor_published(store: KnowledgeStore):
    one = await draft(store, REFUND)
    assert (one.number, one.state, one.base) == (1, RevisionState.DRAFT, None)
    assert await store.head() == {}
    with pytest.raises(NothingToPublish):
        await store.publish(author="小李", note="", at=NOW)


async def test_an_edit_goes_from_draft_over_review_and_approval_to_a_release(
    store: KnowledgeStore,
):
    await approved(store, REFUND)
    await store.publish(author="小王", note="第一版", at=LATER)
    (story,) = await store.stories("refund_time")
    assert [(step.state, step.author, step.at, step.reason) for step in story.moves] == [
        (RevisionState.IN_REVIEW, "小李", NOW, ""),
        (RevisionState.APPROVED, "小王", LATER, "好"),
    ]
    assert (story.revision.author, story.revision.at, story.revision.reason) == (
        "小李",
        NOW,
        "改一改",
    )
    assert (story.releases, story.live, story.published) == ((1,), True, True)


async def test_a_rejected_edit_says_why_and_is_never_published(store: KnowledgeStore):
    one = await draft(store, REFUND)
    await store.submit("refund_time", one.number, author="小李", at=NOW)
    await store.reject("refund_time", one.number, author="小王", at=LATER, reason="天数不对")
    (story,) = await store.stories("refund_time")
    assert story.revision.state is RevisionState.REJECTED
    assert story.moves[-1].reason == "天数不对"
    assert not story.published
    assert await store.head() == {}


async def test_a_rejection_without_a_reason_is_refused(store: KnowledgeStore):
    one = await draft(store, REFUND)
    with pytest.raises(ReasonMissing):
        await store.reject("refund_time", one.number, author="小王", at=NOW, reason=" ")
    assert (await store.history("refund_time"))[0].state is RevisionState.DRAFT


async def test_a_rejected_edit_can_be_taken_up_again(store: KnowledgeStore):
    one = await draft(store, REFUND)
    await store.reject("refund_time", one.number, author="小王", at=NOW, reason="标题不清楚")
    again = await draft(store, REFUND, base=1)
    assert (again.number, again.base) == (2, 1)


@pytest.mark.parametrize(
    ("state", "step"),
    [("draft", "approve"), ("approved", "approve"), ("approved", "submit"), ("approved", "reject")],
)
async def test_a_step_out_of_turn_is_refused(store: KnowledgeStore, state: str, step: str):
    await (draft(store, REFUND) if state == "draft" else approved(store, REFUND))
    more = {"reason": "x"} if step == "reject" else {}
    with pytest.raises(IllegalRevisionMove, match=f"is {state}; it cannot become"):
        await getattr(store, step)("refund_time", 1, author="小王", at=NOW, **more)


async def test_a_second_editor_sees_what_changed_and_nothing_is_overwritten(
    store: KnowledgeStore,
):
    await approved(store, REFUND)
    theirs = await draft(store, titled("退款几天到"), base=1, author="小王")
    with pytest.raises(EditConflict) as caught:
        await draft(store, titled("退款要多久"), base=1)
    assert caught.value.code == "edit_conflict"
    assert caught.value.newer == theirs
    (change,) = caught.value.diff.fields  # type: ignore[union-attr]
    assert (change.name, change.before, change.after) == ("title", "退款多久到账", "退款几天到")
    merged = await draft(store, titled("退款要几天"), base=theirs.number)
    assert [one.number for one in await store.history("refund_time")] == [3, 2, 1]
    assert merged.base == 2


async def test_a_new_entry_under_a_key_that_exists_is_a_conflict(store: KnowledgeStore):
    await approved(store, REFUND)
    with pytest.raises(EditConflict) as caught:
        await draft(store, titled("别的"))
    assert caught.value.diff is None


async def test_an_entry_removed_for_good_can_be_made_anew(store: KnowledgeStore):
    await approved(store, REFUND)
    await approved(store, REFUND, base=1, removal=True)
    assert await store.head() == {}
    assert (await draft(store, titled("新的"))).number == 3


async def test_saving_a_draft_unchanged_saves_nothing(store: KnowledgeStore):
    one = await draft(store, REFUND)
    assert await draft(store, REFUND, base=1) == one
    assert len(await store.history("refund_time")) == 1


async def test_an_approval_overtaken_by_an_import_is_refused(store: KnowledgeStore):
    await approved(store, REFUND)
    late = await draft(store, titled("退款几天到"), base=1)
    await store.submit("refund_time", late.number, author="小李", at=NOW)
    report = await store.save_all([titled("导入的")], author="小王", reason="导入", at=LATER)
    assert report.overtaken == ("refund_time",)
    with pytest.raises(EditConflict, match="小王 saved revision 3"):
        await store.approve("refund_time", late.number, author="小王", at=LATER)
    (waiting,) = await store.open_edits()
    assert (waiting.revision.number, waiting.overtaken_by) == (2, 3)


async def test_merging_closes_the_editors_overtaken_draft(store: KnowledgeStore):
    await approved(store, REFUND)
    await draft(store, titled("退款几天到"), base=1)
    await store.save_all([titled("导入的")], author="小王", reason="导入", at=LATER)
    await draft(store, titled("合并的"), base=3)
    assert [one.revision.number for one in await store.open_edits()] == [4]
    left = (await store.stories("refund_time"))[-2]
    assert left.moves[-1].reason == "merged into revision 4"


async def test_open_edits_are_listed_without_those_that_were_continued(store: KnowledgeStore):
    await draft(store, SHIPPING)
    await draft(store, REFUND)
    await draft(store, titled("退款几天到"), base=1)
    found = [(one.revision.entry.key, one.revision.number) for one in await store.open_edits()]
    assert found == [("shipping_time", 1), ("refund_time", 2)]


async def test_a_draft_may_be_unfinished_but_is_not_reviewed_before_it_is_right(
    store: KnowledgeStore,
):
    unfinished = replace(REFUND, phrasings=(), answers=(Answer("<b>好</b>"),))
    one = await draft(store, unfinished)
    with pytest.raises(InvalidEntries) as caught:
        await store.submit("refund_time", one.number, author="小李", at=NOW)
    assert {problem.field for problem in caught.value.problems} == {"phrasings", "answers[0].text"}
    assert (await store.history("refund_time"))[0].entry == unfinished


async def test_a_phrasing_another_entry_has_is_refused_at_approval_too(store: KnowledgeStore):
    rival = replace(REFUND, key="refund_where", title="退到哪")
    one = await draft(store, rival)
    await store.submit("refund_where", one.number, author="小李", at=NOW)
    await approved(store, REFUND)
    with pytest.raises(InvalidEntries, match="phrasing of 'refund_time' too"):
        await store.approve("refund_where", one.number, author="小王", at=NOW)


async def test_an_entry_others_lead_to_is_not_removed(store: KnowledgeStore):
    await store.save_all([SHIPPING, REFUND], author="小李", reason="", at=NOW)
    (finding,) = await store.check(REFUND, removal=True)
    assert str(finding.problem).startswith("shipping_time.answers[1].buttons[0].entry: no entry")
    one = await draft(store, REFUND, base=1, removal=True)
    with pytest.raises(InvalidEntries, match="no entry 'refund_time'"):
        await store.submit("refund_time", one.number, author="小李", at=NOW)


async def test_entries_that_contradict_each_other_are_not_published(
    store: KnowledgeStore, database: Database
):
    # As two approvals at the same moment could leave them.
    rival = replace(REFUND, key="refund_where", title="退到哪")
    async with database.writing() as connection:
        edits = [(REFUND, False), (rival, False)]
        await insert_revisions(connection, edits, {}, author="小李", reason="", at=NOW)
    with pytest.raises(InvalidEntries, match="phrasing of 'refund_time' too"):
        await store.publish(author="小李", note="", at=NOW)
    assert await store.live_number() is None


async def test_a_key_that_is_none_is_refused_at_once(store: KnowledgeStore):
    with pytest.raises(InvalidEntries, match="is not a key"):
        await draft(store, replace(REFUND, key="退款"))


async def test_what_does_not_exist_is_told(store: KnowledgeStore):
    with pytest.raises(UnknownEntry):
        await store.submit("no_such", 1, author="小李", at=NOW)
    with pytest.raises(UnknownEntry):
        await store.stories("no_such")
    await draft(store, REFUND)
    with pytest.raises(UnknownRevision, match="no revision 7"):
        await store.submit("refund_time", 7, author="小李", at=NOW)
    with pytest.raises(UnknownRevision):
        await draft(store, REFUND, base=7)


async def test_of_several_editors_saving_at_once_exactly_one_wins(database: Database):
    nodes = [KnowledgeStore(database) for _ in range(4)]
    await approved(nodes[0], REFUND)
    results = await asyncio.gather(
        *(draft(node, titled(f"标题{n}"), base=1) for n, node in enumerate(nodes)),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in results) == ["EditConflict"] * 3 + ["Revision"]


async def test_of_several_editors_making_one_new_entry_at_once_exactly_one_wins(
    database: Database,
):
    nodes = [KnowledgeStore(database) for _ in range(4)]
    results = await asyncio.gather(
        *(draft(node, titled(f"标题{n}")) for n, node in enumerate(nodes)), return_exceptions=True
    )
    assert [isinstance(one, Revision) for one in results].count(True) == 1
    assert all(isinstance(one, Revision | EditConflict | SaveConflict) for one in results)
    assert len(await nodes[0].history("refund_time")) == 1


async def test_an_approval_twice_at_once_counts_once(database: Database):
    nodes = [KnowledgeStore(database) for _ in range(3)]
    one = await draft(nodes[0], REFUND)
    await nodes[0].submit("refund_time", one.number, author="小李", at=NOW)
    results = await asyncio.gather(
        *(node.approve("refund_time", 1, author="小王", at=LATER) for node in nodes),
        return_exceptions=True,
    )
    assert [isinstance(one, Revision) for one in results].count(True) == 1
    (story,) = await nodes[0].stories("refund_time")
    assert [step.state.value for step in story.moves] == ["in_review", "approved"]


async def test_publishing_while_others_approve_makes_whole_releases_only(database: Database):
    store = KnowledgeStore(database)
    await approved(store, REFUND)
    await draft(store, titled("二版"), base=1)
    await store.submit("refund_time", 2, author="小李", at=NOW)
    results = await asyncio.gather(
        store.publish(author="小李", note="", at=NOW),
        store.approve("refund_time", 2, author="小王", at=NOW),
        KnowledgeStore(database).publish(author="小王", note="", at=NOW),
        return_exceptions=True,
    )
    for one in results:
        assert isinstance(one, Release | Revision | NothingToPublish | PublishConflict)
    assert (await store.head())["refund_time"].entry == titled("二版")
    live = await store.live()
    assert live is not None
    assert live.entry("refund_time") in (REFUND, titled("二版"))


async def test_an_editor_is_warned_of_a_phrasing_nearer_to_another_entry(store: KnowledgeStore):
    await store.save_all([SHIPPING, REFUND], author="小李", reason="", at=NOW)
    strayed = replace(REFUND, phrasings=(*REFUND.phrasings, "到底啥时候才发货"))
    finding = (await store.check(strayed))[0]  # the widest margin first
    assert finding.stray is not None
    assert (finding.stray.other.key, finding.stray.own.key) == ("shipping_time", "refund_time")
    assert finding.stray.margin > 0.1
    assert "'到底啥时候才发货' is nearer to 'shipping_time'" in str(finding)
    near = (await store.nearness()).ranked("发货了没", 1)
    assert near[0].key == "shipping_time"


async def test_approved_entries_are_found_and_changes_are_found_at_once(store: KnowledgeStore):
    await approved(store, REFUND)
    assert [hit.key for hit in await store.search("退款")] == ["refund_time"]
    changed = replace(REFUND, answers=(Answer("七天内到支付宝"),))
    await approved(store, changed, base=1)
    assert [hit.text for hit in await store.search("支付宝")] == ["七天内到支付宝"]


async def test_a_preview_tells_what_would_change_and_saves_nothing(store: KnowledgeStore):
    await store.save_all([SHIPPING, REFUND], author="小李", reason="", at=NOW)
    changed = replace(SHIPPING, answers=(Answer("好"),))
    preview = await store.preview([changed], remove_missing=True)
    assert [one.key for one in preview.changed] == ["shipping_time"]
    assert [one.key for one in preview.removed] == ["refund_time"]
    assert (await store.head())["shipping_time"].entry == SHIPPING
    with pytest.raises(InvalidEntries):
        await store.preview([replace(SHIPPING, phrasings=())])


async def test_buttons_that_only_lead_in_a_circle_are_refused(store: KnowledgeStore):
    one = replace(SHIPPING, answers=(Answer("好", buttons=(Button("退款", entry="refund_time"),)),))
    other = replace(REFUND, answers=(Answer("好", buttons=(Button("发货", say="啥时候发货"),)),))
    with pytest.raises(InvalidEntries, match="only lead round in a circle"):
        await store.save_all([one, other], author="小李", reason="", at=NOW)
    assert await store.head() == {}


async def test_revisions_saved_before_the_workflow_came_are_kept(database: Database):
    store = KnowledgeStore(database)
    await store.save_all([REFUND], author="小李", reason="", at=NOW)

    def go(connection: sa.Connection) -> None:
        command.downgrade(config_for(connection), "0001")
        command.upgrade(config_for(connection), "head")

    async with database.writing() as connection:
        await connection.run_sync(go)
    assert (await store.head())["refund_time"].entry == REFUND
    await draft(store, titled("新的"), base=1)


async def test_saves_while_typing_are_folded_and_what_others_did_is_not(store: KnowledgeStore):
    for base, title in ((None, "退"), (1, "退款"), (2, "退款多久")):
        await draft(store, replace(REFUND, title=title), base)
    await draft(store, replace(REFUND, title="退款多久到"), 3, author="小王")
    await store.submit("refund_time", 4, author="小王", at=NOW)
    await store.reject("refund_time", 4, author="小李", at=NOW, reason="不够清楚")
    await draft(store, replace(REFUND, title="退款多久到账"), 4, author="小王")
    stories = await store.stories("refund_time")
    assert [one.revision.number for one in stories] == [5, 4, 3, 2, 1]
    assert [one.revision.number for one in folded(stories)] == [5, 4, 3]


async def test_an_entry_whose_drafts_were_all_gone_on_from_and_approved_is_no_open_edit(
    store: KnowledgeStore,
):
    await draft(store, REFUND)
    await draft(store, replace(REFUND, title="退款几天到账"), 1)
    await store.submit("refund_time", 2, author="小李", at=NOW)
    await store.approve("refund_time", 2, author="小李", at=NOW)
    assert await store.open_edits() == []
