from dataclasses import replace

import pytest

from knowledge_base.conditions import ALWAYS
from knowledge_base.entries import Answer, Button, Entry
from knowledge_base.releases import Release, Revision, RevisionState, diff, render
from tests.knowledge_base.samples import NOW, REFUND, SHIPPING, saying


def revision(entry: Entry, number: int = 1) -> Revision:
    return Revision(number, entry, number, "小李", NOW, "", RevisionState.APPROVED)


def release(*entries: Entry, number: int = 1) -> Release:
    revisions = {entry.key: revision(entry, number) for entry in entries}
    return Release(number, "小李", "", NOW, revisions)


def test_a_release_gives_its_entries_by_key():
    one = release(SHIPPING, REFUND)
    assert one.entry("refund_time") == REFUND
    assert one.entry("nothing") is None
    assert one.entries == (SHIPPING, REFUND)


def test_a_release_cannot_be_changed_through_its_revisions():
    revisions = {SHIPPING.key: revision(SHIPPING)}
    one = Release(1, "小李", "", NOW, revisions)
    revisions.clear()
    assert one.entries == (SHIPPING,)
    with pytest.raises(TypeError):
        one.revisions["x"] = revision(REFUND)  # type: ignore[index]


def test_the_first_release_adds_everything():
    assert diff(None, release(SHIPPING, REFUND)).added == (SHIPPING, REFUND)


def test_equal_content_is_no_change_though_the_revision_is_another():
    one = diff(release(SHIPPING, number=1), release(SHIPPING, number=2))
    assert one.empty
    assert render(one) == "no change"


def test_a_diff_tells_added_changed_and_removed_entries_apart():
    after = replace(SHIPPING, title="几时发货")
    new = replace(REFUND, key="refund_where")
    one = diff(release(SHIPPING, REFUND), {e.key: revision(e) for e in (after, new)})
    assert one.added == (new,)
    assert one.removed == (REFUND,)
    assert [change.key for change in one.changed] == ["shipping_time"]


def test_a_changed_entry_shows_phrasings_answers_and_flags():
    after = replace(
        SHIPPING,
        human_only=True,
        phrasings=("啥时候发货", "几时发货", "發貨要多久"),
        answers=(
            Answer("现货 18:00 前付款当天发。", ALWAYS, (Button("催一催", say="帮我催发货"),)),
            saying("金卡优先发。", tier="gold"),
        ),
    )
    (change,) = diff(release(SHIPPING), release(after)).changed
    assert change.phrasings.added == ("几时发货",)
    assert change.phrasings.removed == ("咋还不发货",)
    assert [(one.name, one.before, one.after) for one in change.fields] == [
        ("human_only", "no", "yes")
    ]
    said = [(str(a.condition), bool(a.before), bool(a.after)) for a in change.answers]
    assert said == [
        ("default", True, True),
        ("tier=gold", False, True),
        ("order_state=presale", True, False),
    ]


def test_a_diff_reads_as_text():
    after = replace(
        SHIPPING,
        title="几时发货",
        negative_phrasings=(),
        owner="小王",
        answers=(Answer("现货当天发。", card="order", flow="return_request"),),
    )
    new = replace(REFUND, key="refund_where")
    text = render(diff(release(SHIPPING, REFUND), release(after, new)))
    assert text.splitlines() == [
        "+ refund_where  退款多久到账  (2 phrasings, 1 answers)",
        "~ shipping_time  几时发货",
        "    title: 什么时候发货 -> 几时发货",
        "    owner: none -> 小王",
        "    - negative 多久能送到",
        "    answer [default]",
        "      - 现货 16:00 前付款当天发。",
        "      + 现货当天发。",
        "      + card: order",
        "      + flow: return_request",
        "    answer [order_state=presale]",
        "      - 预售按商品页的日期发。",
        "      - 您可以先看看订单页。",
        "      - [退款多久到] entry refund_time",
        "      - [官网] url /help",
        "      - card: order",
        "- refund_time  退款多久到账",
    ]


def test_another_order_of_lines_is_told():
    after = replace(SHIPPING, phrasings=SHIPPING.phrasings[::-1])
    assert "only the order" in render(diff(release(SHIPPING), release(after)))
