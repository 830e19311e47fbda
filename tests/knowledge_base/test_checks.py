import datetime as dt
from dataclasses import replace

import pytest

from knowledge_base.checks import Level, button_problems, check, check_all, check_removal
from knowledge_base.dates import DueKind, due
from knowledge_base.editing import Clash, merge
from knowledge_base.entries import Answer, Button, Entry
from knowledge_base.nearness import Nearness
from tests.knowledge_base.samples import REFUND, SHIPPING, TODAY, VOCABULARY, saying

KNOWN = (SHIPPING, REFUND)


def leading(key: str, *buttons: Button) -> Entry:
    return replace(
        REFUND,
        key=key,
        title=f"标题{key}",
        phrasings=(f"说法{key}",),
        answers=(Answer("好", buttons=buttons),),
    )


def to(*keys: str) -> tuple[Button, ...]:
    return tuple(Button("看", entry=key) for key in keys)


def fields(entry: Entry) -> list[tuple[str, str]]:
    return [
        (one.level.value, one.problem.field) for one in check(entry, [REFUND], VOCABULARY, None)
    ]


def test_a_good_entry_has_no_findings():
    assert fields(SHIPPING) == []
    assert check_all(KNOWN, VOCABULARY, Nearness([])) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            replace(SHIPPING, phrasings=("退款几天到", "咋还不发货")),
            [("error", "phrasings[0]")],
            id="a phrasing another entry has",
        ),
        pytest.param(
            replace(
                SHIPPING,
                answers=(
                    Answer("零"),
                    saying("一", tier="gold", store="online"),
                    saying("二", tier="gold", channel="app"),
                ),
            ),
            [("error", "answers[2].when")],
            id="answers that contradict by store or tier",
        ),
        pytest.param(
            replace(SHIPPING, answers=(Answer("好"), saying("好", tier="gold"))),
            [("warning", "answers[1]")],
            id="an answer repeated",
        ),
        pytest.param(
            replace(
                SHIPPING,
                answers=(Answer("好"), saying("二", starts=TODAY)),
                valid_until=TODAY - dt.timedelta(days=1),
            ),
            [("warning", "answers[1].when")],
            id="an answer never given",
        ),
        pytest.param(
            replace(SHIPPING, answers=(Answer("好", buttons=to("refund_tim")),)),
            [("error", "answers[0].buttons[0].entry")],
            id="a button to nowhere, told once",
        ),
        pytest.param(
            replace(SHIPPING, answers=(Answer("好", buttons=(Button("退", flow="dance"),)),)),
            [("error", "answers[0].buttons[0].flow")],
            id="a button to no flow",
        ),
        pytest.param(
            replace(SHIPPING, phrasings=("货", "咋还不发货")),
            [("error", "phrasings[0]")],
            id="one character",
        ),
    ],
)
def test_what_an_editor_is_told(entry: Entry, expected: list[tuple[str, str]]):
    assert fields(entry) == expected


def test_buttons_that_go_round_are_told_with_their_way():
    ring = [leading("a_1", *to("b_1")), leading("b_1", *to("c_1")), leading("c_1", *to("a_1"))]
    found = button_problems([*ring, leading("in_1", *to("a_1"))])
    assert [one.key for one in found] == ["a_1", "b_1", "c_1", "in_1"]
    assert found[0].what.endswith("a_1 → b_1 → c_1 → a_1")


@pytest.mark.parametrize(
    "exit_",
    [
        to("end_1")[0],
        Button("人工", say="转人工"),
        Button("退货", flow="return_request"),
        Button("看", url="/help"),
    ],
    ids=["an entry without buttons", "something said", "a flow", "a page"],
)
def test_entries_that_name_each_other_are_fine_with_one_way_out(exit_: Button):
    pair = [leading("a_1", *to("b_1")), leading("b_1", *to("a_1"), exit_), leading("end_1")]
    assert button_problems(pair) == []


def test_a_button_that_says_a_phrasing_counts_as_leading_there():
    pair = [leading("a_1", Button("看", say="说法b_1")), leading("b_1", *to("a_1"))]
    assert len(button_problems(pair)) == 2


def test_removing_an_entry_nobody_leads_to_is_fine():
    assert check_removal("refund_time", [replace(SHIPPING, answers=(Answer("好"),))]) == []


def test_a_stray_phrasing_is_a_warning_with_both_entries_and_the_margin():
    entry = replace(REFUND, phrasings=(*REFUND.phrasings, "咋还不给我发货"))
    found = check(entry, [SHIPPING], None, Nearness(KNOWN))
    stray = next(one for one in found if one.problem.field == "phrasings[2]")
    assert stray.level is Level.WARNING
    assert stray.stray is not None
    assert stray.stray.other.wording == "咋还不发货"
    margin = stray.stray.other.similarity - stray.stray.own.similarity
    assert stray.stray.margin == pytest.approx(margin)


def test_an_entry_of_one_phrasing_and_a_lonely_entry_have_no_strays():
    assert Nearness([]).strays(SHIPPING) == []
    assert Nearness(KNOWN).strays(replace(REFUND, title="发货吗", phrasings=("发货吗",))) == []


def test_past_and_coming_dates_are_listed():
    day = dt.timedelta(days=1)
    ended = replace(SHIPPING, key="ended", valid_until=TODAY - day, review_on=None)
    ending = replace(SHIPPING, key="ending", valid_until=TODAY, review_on=TODAY)
    coming = replace(REFUND, key="coming", valid_from=TODAY + day)
    stale = replace(REFUND, answers=(Answer("好"), saying("双十一", until=TODAY - day)))
    found = due([ending, coming, ended, stale, replace(SHIPPING, key="far")], TODAY)
    assert [(one.kind, one.entry.key) for one in found] == [
        (DueKind.ENDED, "ended"),
        (DueKind.ANSWER_ENDED, "refund_time"),
        (DueKind.REVIEW, "ending"),
        (DueKind.ENDS_SOON, "ending"),
        (DueKind.NOT_YET, "coming"),
    ]
    assert found[1].answer == 1


def test_an_entry_stops_answering_when_its_window_ended():
    entry = replace(SHIPPING, valid_until=TODAY)
    assert entry.valid_on(TODAY)
    assert not entry.valid_on(TODAY + dt.timedelta(days=1))


def test_two_edits_of_different_things_merge_without_a_clash():
    mine = replace(
        SHIPPING,
        phrasings=(*SHIPPING.phrasings[1:], "几号发货"),
        answers=(*SHIPPING.answers, saying("金卡优先", tier="gold")),
    )
    changed = replace(SHIPPING.answers[0], text="当天发。")
    theirs = replace(
        SHIPPING,
        title="何时发货",
        phrasings=(*SHIPPING.phrasings, "今天发吗"),
        answers=(changed, SHIPPING.answers[1]),
    )
    merged = merge(SHIPPING, mine, theirs)
    assert merged.clashes == ()
    assert merged.entry == replace(
        SHIPPING,
        title="何时发货",
        phrasings=(*SHIPPING.phrasings[1:], "几号发货", "今天发吗"),
        answers=(changed, SHIPPING.answers[1], saying("金卡优先", tier="gold")),
    )


def test_what_both_changed_is_a_clash_and_mine_is_kept():
    mine = replace(REFUND, title="我的", answers=(Answer("我答"),))
    theirs = replace(REFUND, title="他的", answers=(Answer("他答"),))
    merged = merge(REFUND, mine, theirs)
    assert merged.entry == mine
    assert merged.clashes == (
        Clash("title", "我的", "他的"),
        Clash("answers[default]", "我答", "他答"),
    )


def test_an_answer_one_deleted_and_the_other_changed_is_a_clash():
    default, presale = SHIPPING.answers
    mine = replace(SHIPPING, answers=(default,))
    theirs = replace(SHIPPING, answers=(default, replace(presale, text="改了")))
    merged = merge(SHIPPING, mine, theirs)
    assert merged.entry == mine
    assert [(one.mine, one.theirs) for one in merged.clashes] == [("none", "改了")]
