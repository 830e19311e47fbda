import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.conditions import Circumstances
from knowledge_base.entries import (
    Answer,
    Button,
    Entry,
    normalised,
    problems,
    problems_across,
)
from knowledge_base.errors import KnowledgeError
from tests.knowledge_base.samples import (
    REFUND,
    SHIPPING,
    circumstances,
    circumstances_within,
    conditions,
    entries,
    found,
    saying,
    short_answers,
    thorough,
    with_answers,
)

GOLD_IN_APP = Circumstances(tier="gold", channel="app")


def test_a_gold_shopper_in_the_app_gets_the_most_specific_answer():
    entry = with_answers(
        saying("默认"),
        saying("金卡", tier="gold"),
        saying("金卡在 App", tier="gold", channel="app"),
    )
    assert entry.answer_for(GOLD_IN_APP).text == "金卡在 App"
    assert entry.answer_for(Circumstances(tier="gold")).text == "金卡"
    assert entry.answer_for(Circumstances()).text == "默认"


def test_an_entry_without_a_default_says_so():
    with pytest.raises(KnowledgeError, match="no answer") as caught:
        with_answers(saying("金卡", tier="gold")).answer_for(Circumstances())
    assert caught.value.code == "no_answer"


@thorough
@given(short_answers, circumstances(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(given_answers, shopper, random):
    shuffled = list(given_answers)
    random.shuffle(shuffled)
    first = with_answers(*given_answers).answer_for(shopper)
    assert with_answers(*shuffled).answer_for(shopper) == first


@thorough
@given(st.data())
def test_a_less_specific_answer_never_replaces_a_more_specific_one(data):
    one = data.draw(conditions().filter(lambda one: one.specificity))
    shopper = data.draw(circumstances_within(one))
    wider = data.draw(st.sampled_from([field.value for field in one.constrained] or ["dates"]))
    dates = {"starts": None, "until": None}
    less = replace(one, **({wider: frozenset()} if wider != "dates" else dates))
    before = with_answers(Answer("默认"), Answer("最合适", one))
    after = with_answers(Answer("宽一些", less), *before.answers, Answer("宽一些", less))
    assert before.answer_for(shopper).text == "最合适"
    assert after.answer_for(shopper).text == "最合适"


def test_a_campaign_entry_is_valid_within_its_window():
    entry = replace(SHIPPING, valid_from=dt.date(2026, 10, 20), valid_until=dt.date(2026, 12, 12))
    assert entry.valid_on(dt.date(2026, 12, 12))
    assert not entry.valid_on(dt.date(2026, 12, 13))
    assert not entry.valid_on(dt.date(2026, 10, 19))
    assert SHIPPING.valid_on(dt.date(1999, 1, 1))


def test_a_good_entry_has_no_problems():
    assert found(SHIPPING) == []
    assert found(REFUND) == []


@thorough
@given(entries())
def test_entries_drawn_for_tests_are_good(entry: Entry):
    listed = [one for one in found(entry) if "HTML" not in one[1] and "Markdown" not in one[1]]
    assert listed == []


PRESALE = SHIPPING.answers[1]


@pytest.mark.parametrize(
    ("entry", "field", "what"),
    [
        pytest.param(replace(SHIPPING, key="Shipping-Time"), "key", "is not a key", id="bad key"),
        pytest.param(replace(SHIPPING, key="a" * 65), "key", "65 characters", id="long key"),
        pytest.param(replace(SHIPPING, title=""), "title", "it is empty", id="no title"),
        pytest.param(replace(SHIPPING, title="问" * 121), "title", "121 char", id="long title"),
        pytest.param(replace(SHIPPING, title="发\n货"), "title", "several lines", id="two lines"),
        pytest.param(replace(SHIPPING, owner=" 小李"), "owner", "blank space", id="blank owner"),
        pytest.param(
            replace(SHIPPING, valid_from=dt.date(2026, 12, 1), valid_until=dt.date(2026, 11, 1)),
            "valid",
            "it ends on 2026-11-01, before",
            id="window upside down",
        ),
        pytest.param(replace(SHIPPING, phrasings=()), "phrasings", "there is none", id="none"),
        pytest.param(
            replace(SHIPPING, phrasings=("货",)), "phrasings[0]", "one character", id="short"
        ),
        pytest.param(
            replace(SHIPPING, phrasings=("怎么发货", "怎么发货？")),
            "phrasings[1]",
            "the same as '怎么发货'",
            id="same but for a question mark",
        ),
        pytest.param(
            replace(SHIPPING, negative_phrasings=("啥时候 发货",)),
            "negative[0]",
            "a phrasing of this entry too",
            id="both phrasing and negative",
        ),
        pytest.param(
            replace(SHIPPING, negative_phrasings=("到哪了", "到哪了。")),
            "negative[1]",
            "the same as",
            id="negative twice",
        ),
        pytest.param(
            with_answers(saying("好", tier="gold")), "answers", "no answer is the", id="no default"
        ),
        pytest.param(
            with_answers(saying("一"), saying("二")),
            "answers[1].when",
            "the condition [default] stands here twice",
            id="2 defaults",
        ),
        pytest.param(
            with_answers(Answer("零"), saying("一", tier="gold"), saying("二", tier="gold")),
            "answers[2].when",
            "the condition [tier=gold] stands here twice",
            id="the same condition twice",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看", entry="shipping_time"),))),
            "answers[0].buttons[0]",
            "it leads back to this entry",
            id="a button to its own entry",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看", say="啥时候发货？"),))),
            "answers[0].buttons[0]",
            "it leads back to this entry",
            id="a button that asks the same again",
        ),
        pytest.param(
            with_answers(saying("零"), saying("一", tier="gold"), saying("二", channel="app")),
            "answers[2].when",
            "[channel=app] and [tier=gold] can hold",
            id="equally specific",
        ),
        pytest.param(
            with_answers(saying("零"), saying("一", tier="platinum")),
            "answers[1].when.tier",
            "unknown tier 'platinum'",
            id="unknown value",
        ),
        pytest.param(
            with_answers(Answer("请看<b>订单页</b>")), "answers[0].text", "HTML", id="HTML"
        ),
        pytest.param(
            with_answers(Answer("**马上**发货")), "answers[0].text", "Markdown", id="Markdown"
        ),
        pytest.param(
            with_answers(Answer("字" * 2001)), "answers[0].text", "2001 characters", id="long text"
        ),
        pytest.param(
            with_answers(Answer("发\x07货")), "answers[0].text", "U+0007", id="control character"
        ),
        pytest.param(with_answers(Answer("\ud800!")), "answers[0].text", "U+D800", id="surrogate"),
        pytest.param(
            with_answers(Answer("好", card="coupon")), "answers[0].card", "unknown card", id="card"
        ),
        pytest.param(
            with_answers(Answer("好", flow="dance")),
            "answers[0].flow",
            "no flow 'dance'",
            id="flow",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看", entry="refund_tme"),))),
            "answers[0].buttons[0].entry",
            "no entry 'refund_tme'",
            id="dangling button",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看", flow="dance"),))),
            "answers[0].buttons[0].flow",
            "no flow",
            id="button to an unknown flow",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看"),))),
            "answers[0].buttons[0]",
            "exactly one thing",
            id="button without action",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看", say="你好", url="/help"),))),
            "answers[0].buttons[0]",
            "exactly one thing",
            id="button with two actions",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看", url="javascript:alert(1)"),))),
            "answers[0].buttons[0].url",
            "no address",
            id="script in a url",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=(Button("看", url="//elsewhere.example"),))),
            "answers[0].buttons[0].url",
            "no address",
            id="url without a scheme",
        ),
        pytest.param(
            with_answers(Answer("好", buttons=tuple(Button("看", say=f"{n}号") for n in range(4)))),
            "answers[0].buttons",
            "it has 4 buttons",
            id="too many buttons",
        ),
    ],
)
def test_what_is_wrong_is_found_in_its_field(entry: Entry, field: str, what: str):
    assert [(at, said) for at, said in found(entry) if at == field and what in said]


def test_a_problem_names_the_entry_and_suggests_what_was_meant():
    entry = with_answers(Answer("好", buttons=(Button("看", entry="refund_tme"),)))
    (problem,) = problems(entry, None, {"refund_time"}, None)
    assert problem.key == "shipping_time"
    assert problem.hint == "Did you mean 'refund_time'?"
    assert str(problem).startswith("shipping_time.answers[0].buttons[0].entry: no entry")


def test_what_is_not_known_is_not_held_against_an_entry():
    answer = Answer("好", saying("", tier="platinum").condition, (Button("看", entry="x_y"),))
    assert problems(with_answers(Answer("零"), answer), None, None, None) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<b>粗</b>",
        "<img src=x onerror=alert(1)",
        "<script",
        "<a title=中文 href=/x>看</a>",
        "&#x3C;b",
        "&lt;b",
        "<!-- 注 -->",
        "<!DOCTYPE html>",
        "**粗体**",
        "[订单](https://example.com)",
        "# 标题",
    ],
)
def test_HTML_and_Markdown_are_refused_wherever_a_text_stands(markup: str):
    places = [
        with_answers(Answer(f"好 {markup}" if markup[0] != "#" else markup)),
        replace(SHIPPING, phrasings=(markup, "咋还不发货")),
        replace(SHIPPING, title=markup),
        with_answers(Answer("好", buttons=(Button(markup, url="/help"),))),
    ]
    for entry in places:
        assert any("HTML" in what or "Markdown" in what for _, what in found(entry))


def test_line_breaks_and_lists_typed_as_text_are_allowed():
    assert found(with_answers(Answer("三步：\n- 打开 App\n- 换网络\n1. 重登\n* 完成"))) == []


def test_plain_text_with_smaller_than_signs_is_no_HTML():
    assert found(with_answers(Answer("满 3 <5 件，a<b 也可以；数量 >2 & 颜色"))) == []


def test_the_same_key_twice_is_found_across_entries():
    (problem,) = problems_across([SHIPPING, replace(SHIPPING, phrasings=("别的说法",))])
    assert (problem.key, problem.field, problem.position) == ("shipping_time", "key", 1)


@pytest.mark.parametrize("twin", ["啥时候发货？", "啥 时候 发货", "啥时候发货。。。"])
def test_a_phrasing_two_entries_claim_is_found_whatever_its_punctuation(twin: str):
    (problem,) = problems_across([SHIPPING, replace(REFUND, phrasings=("退款", twin))])
    assert (problem.key, problem.field) == ("refund_time", "phrasings[1]")
    assert "'shipping_time'" in problem.what


@pytest.mark.parametrize(
    ("one", "other"),
    [("KD到哪", "kd到哪"), ("ＫＤ到哪", "kd到哪"), ("发 货", "发货"), ("发货吗?", "发货吗？")],
)
def test_case_width_space_and_punctuation_do_not_tell_phrasings_apart(one: str, other: str):
    assert normalised(one) == normalised(other)


def test_phrasings_of_punctuation_only_stay_apart():
    assert normalised("？？") != normalised("。。")
    assert normalised("发货🙏") != normalised("发货")
