"""Every action of the inbox in the database: what it changes, and that no miss is lost."""

import asyncio
from dataclasses import replace

import pytest

from knowledge_base.database import Database
from knowledge_base.errors import EditConflict, InvalidEntries, UnknownEntry
from knowledge_base.filing import new_entry
from knowledge_base.inbox import (
    IllegalMissMove,
    MissMove,
    MissReasonMissing,
    MissTaken,
    UnknownMisses,
)
from knowledge_base.inbox_store import InboxStore
from knowledge_base.misses import MissState
from knowledge_base.proof import LiveReading, prove
from knowledge_base.releases import RevisionState
from knowledge_base.store import KnowledgeStore, insert_miss
from tests.knowledge_base.samples import MISS, NOW, REFUND, SHIPPING

TEXTS = {"a": "手镯能改小吗", "b": "想把镯子改小点", "c": "哪天发呀"}
WHO = {"author": "editor", "at": NOW}


@pytest.fixture
async def inbox(database: Database, store: KnowledgeStore) -> InboxStore:
    await store.save_all([SHIPPING, REFUND], author="editor", reason="begin", at=NOW)
    await store.publish(author="editor", note="begin", at=NOW)
    async with database.writing() as connection:
        for seq, (id, text) in enumerate(TEXTS.items()):
            miss = replace(MISS, id=id, seq=seq, text=text)
            await connection.run_sync(lambda sync, miss=miss: insert_miss(sync, miss))
    return InboxStore(database)


async def released(store: KnowledgeStore, key: str, number: int) -> None:
    await store.submit(key, number, **WHO)
    await store.approve(key, number, **WHO)
    await store.publish(author="editor", note="fix", at=NOW)


async def replayed(inbox: InboxStore, readings: dict[str, str], release: int) -> list[MissMove]:
    async def ask(text: str) -> LiveReading | None:
        return LiveReading(readings.get(text), 0.9, text in readings, release, "m")

    cases = await inbox.cases(state=None, intended=True)
    moved = await inbox.settle(await prove(cases, ask), **WHO)
    return sorted(change.move for change in moved.changes)


async def ids(inbox: InboxStore, state: MissState | None) -> set[str]:
    return {case.miss.id for case in await inbox.cases(state=state)}


async def test_a_new_miss_is_open_and_nobodys(inbox: InboxStore):
    cases = await inbox.cases()
    assert {case.miss.id for case in cases} == set(TEXTS)
    assert all((case.owner, case.intended) == (None, None) for case in cases)


async def test_wordings_added_to_an_entry_are_a_draft_and_the_misses_are_meant_for_it(
    inbox: InboxStore, store: KnowledgeStore
):
    filed = await inbox.add_wordings(["c"], "shipping_time", **WHO)
    assert filed.added == ("哪天发呀",)
    assert filed.revision is not None
    assert filed.revision.state is RevisionState.DRAFT
    assert filed.revision.entry.phrasings == (*SHIPPING.phrasings, "哪天发呀")
    (case,) = filed.cases
    assert (case.owner, case.intended, case.state) == ("editor", "shipping_time", MissState.OPEN)
    assert (await store.live()).entry("shipping_time") == SHIPPING  # type: ignore[union-attr]
    assert await inbox.named(["c"]) == [case]


async def test_a_wording_the_entry_has_already_makes_no_revision(inbox: InboxStore):
    await inbox.add_wordings(["c"], "shipping_time", **WHO)
    again = await inbox.add_wordings(["c"], "shipping_time", **WHO)
    assert again.revision is None
    assert again.added == ()
    assert again.cases[0].revision == 2


async def test_wordings_go_on_from_a_colleagues_draft_which_stays(
    inbox: InboxStore, store: KnowledgeStore
):
    draft = replace(SHIPPING, title="几时发货")
    await store.save_draft(draft, author="colleague", reason="", base=1, at=NOW)
    filed = await inbox.add_wordings(["c"], "shipping_time", **WHO)
    assert filed.revision is not None
    assert filed.revision.entry.title == "几时发货"
    with pytest.raises(EditConflict):
        await store.save_draft(
            replace(draft, title="何时发货"), author="colleague", reason="", base=2, at=NOW
        )


async def test_an_entry_from_a_cluster_is_a_draft(inbox: InboxStore, store: KnowledgeStore):
    entry, _ = new_entry("bangle_resize", [TEXTS["a"], TEXTS["b"]], "门店可改。", category="保养")
    filed = await inbox.draft_entry(["a", "b"], entry, **WHO)
    assert filed.revision is not None
    assert (filed.revision.number, filed.revision.state) == (1, RevisionState.DRAFT)
    assert [case.intended for case in filed.cases] == ["bangle_resize"] * 2
    assert [change.move for change in filed.changes] == [MissMove.ENTRY_DRAFTED] * 2
    assert [edit.revision.entry for edit in await store.open_edits()] == [entry]


async def test_a_key_in_use_is_refused_and_no_miss_moves(inbox: InboxStore):
    entry, _ = new_entry("refund_time", [TEXTS["a"]], "门店可改。", category="保养")
    with pytest.raises(EditConflict):
        await inbox.draft_entry(["a"], entry, **WHO)
    with pytest.raises(InvalidEntries):
        await inbox.draft_entry(["a"], replace(entry, key="改"), **WHO)
    assert all(case.intended is None for case in await inbox.cases())


async def test_an_entry_that_needs_a_human_is_drafted_so(inbox: InboxStore):
    filed = await inbox.needs_human(["c"], "refund_time", reason="金额要核对", **WHO)
    assert filed.revision is not None
    assert filed.revision.entry.human_only
    assert filed.changes[0].reason == "金额要核对"


async def test_an_unknown_entry_or_miss_changes_nothing(inbox: InboxStore):
    with pytest.raises(UnknownEntry):
        await inbox.add_wordings(["a"], "nowhere", **WHO)
    with pytest.raises(UnknownMisses) as refused:
        await inbox.dismiss(["a", "ghost"], reason="闲聊", **WHO)
    assert refused.value.ids == ("ghost",)
    assert await inbox.changes() == []
    assert await ids(inbox, MissState.OPEN) == set(TEXTS)


async def test_a_dismissed_miss_keeps_its_reason_and_can_be_reopened(inbox: InboxStore):
    with pytest.raises(MissReasonMissing):
        await inbox.dismiss(["a"], reason=" ", **WHO)
    await inbox.dismiss(["a"], reason="闲聊", **WHO)
    with pytest.raises(IllegalMissMove):
        await inbox.add_wordings(["b", "a"], "shipping_time", **WHO)
    await inbox.reopen(["a"], reason="看错了", **WHO)
    assert [(one.move, one.author, one.reason) for one in await inbox.changes(["a"])] == [
        (MissMove.DISMISSED, "editor", "闲聊"),
        (MissMove.REOPENED, "editor", "看错了"),
    ]
    assert await inbox.changes(["b"]) == []


async def test_a_miss_of_somebody_else_is_taken_over_before_it_is_meant_for_another_entry(
    inbox: InboxStore,
):
    await inbox.add_wordings(["a"], "shipping_time", **WHO)
    colleague = {"author": "colleague", "at": NOW}
    with pytest.raises(MissTaken):
        await inbox.add_wordings(["a"], "refund_time", **colleague)
    await inbox.assign(["a"], "colleague", **colleague)
    filed = await inbox.add_wordings(["a"], "refund_time", **colleague)
    assert filed.cases[0].intended == "refund_time"


async def test_of_two_editors_at_once_one_moves_the_miss(inbox: InboxStore):
    done = await asyncio.gather(
        inbox.dismiss(["a", "b"], reason="闲聊", author="one", at=NOW),
        inbox.dismiss(["b", "a"], reason="闲聊", author="two", at=NOW),
        return_exceptions=True,
    )
    assert sum(isinstance(one, IllegalMissMove) for one in done) == 1
    assert len(await inbox.changes()) == 2


async def test_a_release_claims_the_misses_whose_revision_it_holds(
    inbox: InboxStore, store: KnowledgeStore
):
    filed = await inbox.add_wordings(["c"], "shipping_time", **WHO)
    live = await store.live()
    assert live is not None
    assert (await inbox.claim(live, **WHO)).cases == ()
    await released(store, "shipping_time", filed.cases[0].revision or 0)
    live = await store.live()
    assert live is not None
    claimed = await inbox.claim(live, **WHO)
    assert [(case.miss.id, case.claimed_by_release) for case in claimed.cases] == [("c", 2)]
    assert (await inbox.claim(live, **WHO)).cases == ()


async def test_a_proven_miss_is_cured_and_reopened_when_the_proof_fails_later(inbox: InboxStore):
    await inbox.add_wordings(["a", "c"], "shipping_time", **WHO)
    right = {TEXTS["c"]: "shipping_time", TEXTS["a"]: "refund_time"}
    assert await replayed(inbox, right, 2) == [MissMove.CURED, MissMove.NOT_CURED]
    assert await ids(inbox, MissState.CURED) == {"c"}
    assert await replayed(inbox, right, 2) == []
    assert await replayed(inbox, {}, 1) == [MissMove.NOT_CURED, MissMove.REOPENED]
    assert await ids(inbox, MissState.OPEN) == set(TEXTS)
    assert "refund_time takes it" in (await inbox.changes(["a"], move=MissMove.NOT_CURED))[0].reason


async def test_a_proof_for_another_entry_than_is_meant_by_now_says_nothing(inbox: InboxStore):
    async def ask(_: str) -> LiveReading | None:
        return LiveReading("shipping_time", 0.9, True, 2, "m")

    await inbox.add_wordings(["a"], "shipping_time", **WHO)
    proofs = await prove(await inbox.cases(intended=True), ask)
    await inbox.add_wordings(["a"], "refund_time", **WHO)
    assert (await inbox.settle(proofs, **WHO)).changes == ()


async def test_no_action_loses_a_miss(inbox: InboxStore, store: KnowledgeStore):
    entry, _ = new_entry("bangle_resize", [TEXTS["a"]], "门店可改。", category="保养")
    await inbox.draft_entry(["a"], entry, **WHO)
    await inbox.dismiss(["b"], reason="闲聊", **WHO)
    await inbox.add_wordings(["c"], "shipping_time", **WHO)
    await replayed(inbox, {TEXTS["c"]: "shipping_time"}, 2)
    by_state = [await ids(inbox, state) for state in MissState]
    assert [len(one) for one in by_state] == [1, 1, 1]
    assert await store.count_misses() == len(TEXTS)
    assert {miss.id for miss in await store.misses(state=MissState.CURED)} == {"c"}


async def test_misses_are_counted_and_listed_by_the_entry_they_are_meant_for(inbox: InboxStore):
    await inbox.add_wordings(["a", "b"], "shipping_time", **WHO)
    await inbox.dismiss(["b"], reason="重复", **WHO)
    assert await inbox.count() == {MissState.OPEN: 2, MissState.DISMISSED: 1}
    assert await inbox.count(entry="shipping_time") == {MissState.OPEN: 1, MissState.DISMISSED: 1}
    meant = await inbox.cases(state=None, entry="shipping_time")
    assert {case.miss.id for case in meant} == {"a", "b"}
    everything = [case.miss.id for case in await inbox.cases(state=None)]
    page = await inbox.cases(state=None, limit=1, offset=1)
    assert [case.miss.id for case in page] == everything[1:2]
