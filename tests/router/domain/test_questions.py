"""Which clauses are questions of their own, as a table."""

import pytest

from router.domain.clauses import Clause
from router.domain.focus import Ranking
from router.domain.questions import Part, questions

CATEGORIES = {
    "invoice": "发票",
    "fee": "发货物流",
    "stuck": "发货物流",
    "birthday": "会员",
    "benefits": "会员",
    "missing": "订单",
}
FLOWS = {"return_request"}
SURE = 0.55


def part(text: str, name: str, confidence: float, *, asks: bool = True) -> Part:
    return Part(Clause(text, asks), ((name, confidence),))


def chosen(whole: Ranking, *parts: Part) -> list[str]:
    return [one.name for one in questions(whole, parts, CATEGORIES, FLOWS, SURE)]


INVOICE = part("怎么开发票", "invoice", 0.99)
FEE = part("运费怎么算", "fee", 0.9)
TORN = (("invoice", 0.5), ("fee", 0.45))


@pytest.mark.parametrize(
    ("whole", "parts", "names"),
    [
        pytest.param(TORN, (INVOICE, FEE), ["invoice", "fee"], id="two sure questions"),
        pytest.param(TORN, (FEE, INVOICE), ["fee", "invoice"], id="in the order asked"),
        pytest.param(
            (("invoice", 0.9),), (INVOICE, part("发票哪里开", "invoice", 0.8)), [], id="asked twice"
        ),
        pytest.param(
            TORN,
            (INVOICE, part("那个东西到底是怎么算出来的", "fee", 0.3)),
            ["invoice", "fee"],
            id="one sure and one not",
        ),
        pytest.param(
            TORN, (INVOICE, part("能改吗", "fee", 0.3)), [], id="an unsure fragment is no question"
        ),
        pytest.param(
            TORN,
            (
                part("怎么开那个东西来着啊", "invoice", 0.3),
                part("这个到底是怎么算的啊", "fee", 0.3),
            ),
            [],
            id="nothing sure is one question",
        ),
        pytest.param(
            (("stuck", 0.93), ("invoice", 0.05)),
            (
                part("物流不动了", "stuck", 0.99, asks=False),
                Part(Clause("发票怎么开", asks=True, further=True), (("invoice", 0.97),)),
            ),
            ["stuck", "invoice"],
            id="a statement, and expressly one thing more",
        ),
        pytest.param(
            (("stuck", 0.8), ("missing", 0.15)),
            (
                part("物流不动了", "stuck", 0.99, asks=False),
                part("还少了一件", "missing", 0.9, asks=False),
            ),
            ["stuck", "missing"],
            id="two statements the whole agrees with",
        ),
        pytest.param(
            (("missing", 0.97), ("stuck", 0.01)),
            (part("昨天刚到", "stuck", 0.9, asks=False), part("怎么少了一件", "missing", 0.95)),
            [],
            id="a statement in passing",
        ),
        pytest.param(
            (("birthday", 0.97),),
            (
                part("我这个月生日", "birthday", 0.99, asks=False),
                part("会员有什么礼吗", "benefits", 0.97),
            ),
            [],
            id="a statement and the question to it",
        ),
        pytest.param(
            (("fee", 0.99),),
            (part("我要退货", "return_request", 0.99), FEE),
            [],
            id="what would be started is but the reason",
        ),
        pytest.param(TORN, (), [], id="no clauses"),
    ],
)
def test_chooses_the_questions(whole: Ranking, parts: tuple[Part, ...], names: list[str]) -> None:
    assert chosen(whole, *parts) == names
