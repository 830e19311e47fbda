"""Entries, vocabularies and hypothesis strategies the knowledge base's tests share."""

import datetime as dt
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from knowledge_base.conditions import ALWAYS, Circumstances, Condition, Field, Term, Vocabulary
from knowledge_base.entries import Answer, Button, Entry, normalised, problems
from knowledge_base.misses import Miss, MissReason

NOW = dt.datetime(2026, 11, 21, 15, 0, tzinfo=dt.UTC)
TODAY = NOW.date()

# Time limits of single examples say more about the machine than about the code.
thorough = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

VOCABULARY = Vocabulary(
    store=(Term("online", "官方商城"), Term("hangzhou_hubin", "杭州湖滨店")),
    channel=(Term("web", "官网"), Term("app", "App"), Term("wechat", "小程序")),
    tier=(Term("ordinary", "普通会员"), Term("gold", "金卡"), Term("diamond", "钻石卡")),
    product_line=(Term("jewellery", "黄金首饰"), Term("apparel", "服饰")),
    order_state=(Term("paid", "待发货"), Term("presale", "预售中")),
    flow=(Term("return_request", "申请退货"),),
    category=(Term("shipping", "发货物流"), Term("refunds", "退款")),
)

SHIPPING = Entry(
    key="shipping_time",
    title="什么时候发货",
    category="发货物流",
    phrasings=("啥时候发货", "咋还不发货", "發貨要多久"),
    negative_phrasings=("多久能送到",),
    answers=(
        Answer("现货 16:00 前付款当天发。"),
        Answer(
            "预售按商品页的日期发。\n您可以先看看订单页。",
            Condition(order_state=frozenset({"presale"})),
            buttons=(Button("退款多久到", entry="refund_time"), Button("官网", url="/help")),
            card="order",
        ),
    ),
    review_on=dt.date(2027, 5, 31),
)
REFUND = Entry(
    key="refund_time",
    title="退款多久到账",
    category="退款",
    phrasings=("退款几天到", "钱什么时候退回来"),
    answers=(Answer("原路退回，1–3 个工作日。"),),
)

MISS = Miss(
    id="m1",
    conversation="c1",
    seq=4,
    reason=MissReason.LOW_CONFIDENCE,
    text="手镯能不能改小一点",
    intent="ring_resize",
    confidence=0.41,
    ranking=(("ring_resize", 0.41), ("clothes_alter", 0.2)),
    entry=None,
    release=3,
    model="r000003-20261121T231500",
    at=NOW,
)


def when(**fields: object) -> Condition:
    """Make a condition from plain values."""
    return Condition(
        **{
            name: frozenset({value}) if isinstance(value, str) else value
            for name, value in fields.items()
        }
    )


def saying(text: str, **fields: object) -> Answer:
    """Make an answer under a condition."""
    return Answer(text, when(**fields))


def with_answers(*answers: Answer) -> Entry:
    """Make an entry with these answers."""
    return replace(SHIPPING, answers=answers)


def found(entry: Entry, known: set[str] | None = None) -> list[tuple[str, str]]:
    """List field and complaint of each problem of an entry."""
    keys = {entry.key, "refund_time"} if known is None else known
    listed = problems(entry, VOCABULARY, keys, VOCABULARY.flows)
    return [(problem.field, problem.what) for problem in listed]


lines = (
    st.text(
        st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn", "Zl", "Zp"))
        | st.sampled_from("发货退款: #-'\"[]{}&*!|>%@`,?~,。！？=<"),
        min_size=2,
        max_size=24,
    )
    .map(str.strip)
    .filter(lambda text: len(text) > 1)
)
texts = st.lists(lines, min_size=1, max_size=4).flatmap(
    lambda parts: st.sampled_from(["\n".join(parts), "\n\n".join(parts)])
)
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))


def values_of(field: Field) -> st.SearchStrategy[frozenset[str]]:
    """Draw the values of a field a condition asks for; mostly none."""
    return st.just(frozenset()) | st.frozensets(
        st.sampled_from(VOCABULARY.values(field)), min_size=1
    )


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Draw a condition."""
    first, last = sorted((draw(days), draw(days)))
    return Condition(
        **{field.value: draw(values_of(field)) for field in Field},
        starts=draw(st.sampled_from((None, first))),
        until=draw(st.sampled_from((None, last))),
    )


@st.composite
def circumstances(draw: st.DrawFn) -> Circumstances:
    """Draw what is known about a shopper."""
    known = {
        field.value: draw(st.none() | st.sampled_from(VOCABULARY.values(field))) for field in Field
    }
    return Circumstances(**known, on=draw(st.none() | days))


@st.composite
def circumstances_within(draw: st.DrawFn, condition: Condition) -> Circumstances:
    """Draw a shopper for whom a condition holds."""
    known = {
        field.value: draw(st.sampled_from(sorted(condition.allowed(field))))
        if condition.allowed(field)
        else draw(st.none() | st.sampled_from(VOCABULARY.values(field)))
        for field in Field
    }
    return Circumstances(**known, on=condition.until or condition.starts or draw(days))


# Said with a word in front: a button that says the entry's own phrasing leads in a circle.
said = lines.map(lambda line: f"我想问{line}")
buttons = st.builds(Button, title=lines, say=said) | st.builds(
    Button, title=lines, flow=st.just("return_request")
)


@st.composite
def answers(
    draw: st.DrawFn,
    text: st.SearchStrategy[str] = texts,
    button: st.SearchStrategy[Button] = buttons,
) -> tuple[Answer, ...]:
    """Draw the answers of an entry: a default and some that do not conflict."""
    chosen = [ALWAYS]
    for one in draw(st.lists(conditions(), max_size=4)):
        rivals = [other for other in chosen if other.specificity == one.specificity]
        if not any(one.overlaps(other) for other in rivals):
            chosen.append(one)
    return tuple(
        Answer(
            draw(text),
            one,
            buttons=tuple(draw(st.lists(button, max_size=2))),
            card=draw(st.none() | st.just("order")),
        )
        for one in chosen
    )


short_answers = answers(text=st.just("好的。"), button=st.just(Button("退货", say="退货")))


@st.composite
def entries(draw: st.DrawFn, key: str = "shipping_time") -> Entry:
    """Draw an entry without problems."""
    unique = st.lists(lines, min_size=1, max_size=6, unique_by=normalised)
    first, last = sorted((draw(days), draw(days)))
    entry = Entry(
        key=key,
        title=draw(lines),
        category=draw(st.sampled_from(("发货物流", "退款", "其他: 杂/项"))),
        phrasings=tuple(draw(unique)),
        answers=draw(answers()),
        owner=draw(st.none() | lines),
        human_only=draw(st.booleans()),
        valid_from=draw(st.none() | st.just(first)),
        valid_until=draw(st.none() | st.just(last)),
        review_on=draw(st.none() | days),
    )
    refused = [line for line in draw(unique) if normalised(line) not in taken_by(entry)]
    return replace(entry, negative_phrasings=tuple(refused))


def taken_by(entry: Entry) -> set[str]:
    """Give the normalised phrasings of an entry."""
    return {normalised(phrasing) for phrasing in entry.phrasings}
