"""The life of a miss and the figures of clusters, without any I/O."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from knowledge_base.filing import NoUsableWording, new_entry, with_wordings, wordings
from knowledge_base.inbox import (
    Aftermath,
    Cost,
    IllegalMissMove,
    MissCase,
    MissMove,
    MissReasonMissing,
    MissTaken,
    summarise,
)
from knowledge_base.misses import MissReason, MissState
from knowledge_base.proof import LiveReading, is_cured, prove, week
from knowledge_base.replies import draft_answer, first_answer
from knowledge_base.terms import Terms
from tests.knowledge_base.samples import MISS, NOW, REFUND, SHIPPING

OPEN = MissCase(MISS)
KNOWN = Terms.of([SHIPPING, REFUND])
SHANGHAI = ZoneInfo("Asia/Shanghai")
ANSWER = "实心手镯不能改圈口，空心的可以到门店调。"


def case(id: str, text: str = MISS.text, hours: float = 0, **fields: object) -> MissCase:
    at = NOW - dt.timedelta(hours=hours)
    return MissCase(replace(MISS, id=id, conversation=f"c-{id}", text=text, at=at, **fields))


def read(entry: str | None, confidence: float = 0.9, release: int = 4) -> LiveReading:
    return LiveReading(entry, confidence, confidence >= 0.55, release, "m")


def meant(one: MissCase, entry: str = "ring_resize_new") -> MissCase:
    return one.intend(entry, 2, "editor", MissMove.WORDINGS_ADDED)


def test_an_open_miss_has_an_age_and_a_closed_one_has_none() -> None:
    one = case("a", hours=30)
    assert one.age(NOW) == dt.timedelta(hours=30)
    assert one.dismiss("editor", "闲聊").age(NOW) is None


def test_a_miss_is_dismissed_only_with_a_reason() -> None:
    with pytest.raises(MissReasonMissing):
        OPEN.dismiss("editor", "  ")
    assert OPEN.dismiss("editor", "闲聊").state is MissState.DISMISSED


def test_a_closed_miss_is_moved_only_after_it_was_reopened() -> None:
    closed = OPEN.dismiss("editor", "闲聊")
    for move in (closed.cure, lambda: closed.dismiss("x", "y"), lambda: meant(closed)):
        with pytest.raises(IllegalMissMove):
            move()
    assert closed.reopen().state is MissState.OPEN
    with pytest.raises(IllegalMissMove):
        OPEN.reopen()


def test_whoever_means_a_miss_for_an_entry_owns_it_and_is_not_overruled_in_silence() -> None:
    owned = meant(OPEN)
    assert (owned.owner, owned.intended) == ("editor", "ring_resize_new")
    with pytest.raises(MissTaken):
        owned.intend("other", 1, "colleague", MissMove.WORDINGS_ADDED)
    taken_over = owned.assign("colleague")
    assert taken_over.intend("other", 1, "colleague", MissMove.WORDINGS_ADDED).intended == "other"
    assert owned.intend("other", 1, "editor", MissMove.WORDINGS_ADDED).intended == "other"


def test_a_case_costs_once_however_many_of_its_turns_were_missed() -> None:
    after = [
        Aftermath("a", "c1#1", ("好的",), 300, level=0, rating=2),
        Aftermath("b", "c1#1", ("好的",), 300, level=2, rating=2),
        Aftermath("c", "c2#1", (), 0, level=1, rating=5),
    ]
    assert Cost.of(after) == Cost(agent_minutes=5, handoffs=1, angry=1, low_ratings=1)


def test_a_cluster_is_summarised_and_no_miss_is_left_out() -> None:
    cases = [
        case("a", "手镯能改小吗", hours=50),
        case("b", "手镯想改小一点", hours=2),
        case("c", "啥时发货呀", hours=1),
    ]
    twice = MissCase(replace(cases[1].miss, id="b2", reason=MissReason.UNHELPFUL))
    after = {"a": Aftermath("a", "c-a#1", ("您好", ANSWER), 240), "b": Aftermath("b", "c-b#1")}
    found = summarise(
        [*cases, twice], [0, 0, 1, 0], after, KNOWN, today=NOW.date(), zone=SHANGHAI, days=4
    )
    first, second = found
    assert (first.id, first.size, first.misses) == ("a", 2, ("a", "b", "b2"))
    assert first.trend == (
        (dt.date(2026, 11, 18), 0),
        (dt.date(2026, 11, 19), 1),
        (dt.date(2026, 11, 20), 0),
        (dt.date(2026, 11, 21), 1),
    )
    assert first.cost == Cost(agent_minutes=4, handoffs=1)
    assert first.draft == ANSWER
    assert second.nearest[0].entry == "shipping_time"
    assert {one for summary in found for one in summary.misses} == {"a", "b", "b2", "c"}


def test_the_trend_counts_the_shops_days() -> None:
    late = case("a", hours=-2)  # 01:00 on the next day in Shanghai
    tomorrow = NOW.date() + dt.timedelta(days=1)
    (one,) = summarise([late], [0], {}, KNOWN, today=tomorrow, zone=SHANGHAI, days=1)
    assert one.trend == ((tomorrow, 1),)


@pytest.mark.parametrize(
    ("replies", "answer"),
    [
        (["您好", "稍等哈", ANSWER], ANSWER),
        ([f"亲，{ANSWER}"], ANSWER),
        (["请问您的订单号是多少？", ANSWER, "不客气"], ANSWER),
        (["您好", "好的", "再见"], ""),
        ([], ""),
    ],
    ids=["after courtesy", "without greeting", "not the question back", "courtesy only", "none"],
)
def test_the_answer_is_found_among_what_an_agent_wrote(replies: list[str], answer: str) -> None:
    assert first_answer(replies) == answer


def test_the_draft_is_what_most_agents_answered() -> None:
    cases = [
        ["您那件今天补发，我记下了。", "手镯圈口可以到门店调，实心的调不了。"],
        [ANSWER],
        ["实心手镯不能改圈口哦，空心的门店能调。"],
    ]
    draft = draft_answer(cases)
    assert draft is not None
    assert "圈口" in draft
    assert draft_answer([[], ["好的"]]) is None


def test_new_wordings_are_added_once_and_known_ones_not_again() -> None:
    entry, chosen = with_wordings(
        SHIPPING, ["啥时候发货？", "还要几天发货", "还要几天发货!", "多久能送到"]
    )
    assert chosen.usable == ("还要几天发货", "多久能送到")
    assert entry.phrasings == (*SHIPPING.phrasings, *chosen.usable)
    assert entry.negative_phrasings == ()


@pytest.mark.parametrize("text", ["改", "寄到[地址]行吗", "<b>改小</b>", "改" * 301, "？！"])
def test_a_text_that_cannot_be_a_phrasing_is_left_out_with_why(text: str) -> None:
    chosen = wordings([text, "手镯改小"])
    assert chosen.usable == ("手镯改小",)
    assert chosen.left_out[0].why


def test_a_new_entry_has_the_clusters_wordings_and_the_draft_answer() -> None:
    entry, _ = new_entry("bangle_resize", ["手镯能改小吗", "改圈口"], ANSWER, category="保养")
    assert (entry.title, entry.phrasings) == ("手镯能改小吗", ("手镯能改小吗", "改圈口"))
    assert entry.answers[0].text == ANSWER
    with pytest.raises(NoUsableWording):
        new_entry("x", ["改", "[手机号]"], ANSWER, category="保养")


@pytest.mark.parametrize(
    ("one", "reading", "cured"),
    [
        (meant(OPEN), read("ring_resize_new"), True),
        (meant(OPEN), read("ring_resize_new", 0.5), False),
        (meant(OPEN), read("clothes_alter"), False),
        (meant(OPEN), read(None, 0), False),
        (OPEN, read("ring_resize"), False),
        (meant(case("x", entry="a"), "a"), read("a"), False),
        (meant(case("x", entry="a"), "a").claim(4), read("a", release=4), True),
        (meant(case("x", entry="a"), "a").claim(5), read("a", release=4), False),
    ],
    ids=[
        "gets its entry",
        "unsure",
        "another entry",
        "nothing",
        "meant for none",
        "read rightly before, nothing claimed",
        "claimed by this release",
        "claimed by a later one",
    ],
)
def test_a_miss_is_cured_only_by_its_intended_entry(
    one: MissCase, reading: LiveReading, cured: bool
) -> None:
    assert is_cured(one, reading) is cured


async def test_a_replay_says_what_is_cured_and_what_stole_the_rest() -> None:
    asked: list[str] = []
    answers = {"改圈口": read("ring_resize_new"), "改小": read("clothes_alter", 0.7)}

    async def ask(text: str) -> LiveReading | None:
        asked.append(text)
        return answers.get(text)

    cases = [
        meant(case("a", "改圈口")),
        meant(case("b", "改圈口")),
        meant(case("c", "改小")),
        meant(case("d", "没人理")),
        case("e", "没主的"),
    ]
    proofs = await prove(cases, ask)
    assert [proof.cured for proof in proofs] == [True, True, False, False, False]
    assert [proof.stolen_by for proof in proofs] == [None, None, "clothes_alter", None, None]
    assert [proof.decided for proof in proofs] == [True, True, True, False, False]
    assert "clothes_alter takes it at 0.70" in proofs[2].why
    assert asked == ["改圈口", "改小", "没人理"]


def test_the_week_counts_prompt_cures_and_what_they_had_cost() -> None:
    cured = [meant(case(name, hours=hours)).cure() for name, hours in (("a", 20), ("b", 60))]
    old = meant(case("c", hours=24 * 20)).cure()
    cases = [*cured, old, case("d", hours=3), case("e", hours=3).dismiss("editor", "闲聊")]
    cured_at = {"a": NOW, "b": NOW, "c": NOW - dt.timedelta(days=10)}
    after = {"a": Aftermath("a", "x#1", ("好",), 600), "c": Aftermath("c", "y#1", ("好",), 600)}
    figure = week(cases, cured_at, after, NOW)
    assert (figure.missed, figure.cured, figure.cured_within_24h) == (4, 2, 1)
    assert (figure.dismissed, figure.open) == (1, 1)
    assert figure.agent_minutes_saved == 10
