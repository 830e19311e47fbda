"""What a shopper has said already: found once, the last word counts, questions tell nothing."""

import pytest

from router.domain.known import Fact, FactKind, Said, facts_of, with_facts


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("订单 JN2611160003 到哪了", FactKind.ORDER, "JN2611160003"),
        ("我电话13800001234，打给我", FactKind.PHONE, "13800001234"),
        ("138 0000 1234", FactKind.PHONE, "138 0000 1234"),
        ("我戴圈口14号", FactKind.SIZE, "圈口14"),
        ("我穿 XL 码", FactKind.SIZE, "XL 码"),
        ("寄到浙江省杭州市西湖区文三路1号", FactKind.ADDRESS, "寄到浙江省杭州市西湖区文三路1号"),
        ("我叫林小满", FactKind.NAME, "我叫林小满"),
        ("戒指戴了两天断了", FactKind.REASON, "戒指戴了两天断了"),
        ("少发了一条项链", FactKind.REASON, "少发了一条项链"),
        ("尺寸太大了，想换小一号", FactKind.REASON, "尺寸太大了，想换小一号"),
    ],
)
def test_a_message_tells(text: str, kind: FactKind, told: str) -> None:
    found = {fact.kind: fact for fact in facts_of([Said(3, text)])}
    assert (found[kind].text, found[kind].seq) == (told, 3)


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "什么时候发货",
        "坏了怎么办？",
        "断了能修吗",
        "运单 1234567890123456",
        "我要退货",
        "",
    ],
)
def test_a_message_that_tells_nothing(text: str) -> None:
    assert facts_of([Said(1, text)]) == ()


def test_the_last_word_on_a_thing_counts_and_photos_are_counted() -> None:
    found = facts_of(
        [
            Said(1, "订单 JN2611160003"),
            Said(2, "", image=True),
            Said(3, "不对，是 JN2611210001"),
            Said(4, "", image=True),
        ]
    )
    assert [(fact.kind, fact.text, fact.seq) for fact in found] == [
        (FactKind.ORDER, "JN2611210001", 3),
        (FactKind.PHOTO, "2", 4),
    ]


def test_what_the_shopper_says_comes_before_what_the_order_says() -> None:
    said = (Fact(FactKind.SIZE, "圈口14", 2),)
    order = (Fact(FactKind.SIZE, "12 号", order="JN1"), Fact(FactKind.ITEM, "对戒", order="JN1"))
    assert [fact.text for fact in with_facts(said, order)] == ["对戒", "圈口14"]
