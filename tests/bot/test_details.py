"""What shoppers' words say of addresses, invoices, specs and faults."""

from __future__ import annotations

from datetime import date

import pytest

from bot.details import (
    Choice,
    NewAddress,
    Title,
    address_in,
    broken_in,
    choice_in,
    choices_of,
    email_in,
    fault_in,
    title_in,
)
from bot.flow import Flow, Slot
from bot.lexicon import is_leaving, means_cancelling
from bot.way import Readings, Thresholds, Way, way_of
from bot.wire import Reading

TAX = "91330106MA2CFXYT3K"
SPECS = (("S 驼色", "L 驼色", "M 黑色"),)


@pytest.mark.parametrize(
    ("text", "address", "receiver", "phone"),
    [
        ("杭州市西湖区文三路 138 号", "杭州市西湖区文三路 138 号", "", ""),
        ("地址改成上海市徐汇区漕溪北路1号", "上海市徐汇区漕溪北路1号", "", ""),
        (
            "寄到滨江区江南大道100号3幢，韩梅梅，13812345678",
            "滨江区江南大道100号3幢",
            "韩梅梅",
            "13812345678",
        ),
        ("电话换成 138 1234 5678", "", "", "13812345678"),
        ("李雷 13812345678", "", "李雷", "13812345678"),
        (
            "收件人：李雷，电话：13812345678，地址：文一西路 969 号 8 栋",
            "文一西路 969 号 8 栋",
            "李雷",
            "13812345678",
        ),
    ],
)
def test_an_address_is_taken_apart(text: str, address: str, receiver: str, phone: str) -> None:
    assert address_in(text) == NewAddress(address, receiver, phone)


@pytest.mark.parametrize("text", ["帮我改下地址", "呃", "杭州", "好的", "我的快递到哪了", ""])
def test_what_is_no_address_is_none(text: str) -> None:
    assert address_in(text) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("个人", Title("个人")),
        ("开个人的就行", Title("个人")),
        (f"杭州小满服饰有限公司 {TAX}", Title("杭州小满服饰有限公司", TAX)),
        (f"抬头：小满服饰有限公司\n税号：{TAX.lower()}", Title("小满服饰有限公司", TAX)),
        (f"公司名称是小满设计工作室，税号是{TAX}，邮箱a@b.cn", Title("小满设计工作室", TAX)),
        ("小满服饰有限公司", Title("小满服饰有限公司")),
        (TAX, None),
        ("帮我开发票", None),
        ("呃", None),
    ],
)
def test_a_title_is_a_persons_or_a_companys(text: str, title: Title | None) -> None:
    assert title_in(text) == title


def test_a_company_lacks_its_number_until_it_is_given() -> None:
    company = Title("小满服饰有限公司")
    assert company.lacks_tax_number
    assert title_in(TAX, company) == Title("小满服饰有限公司", TAX)
    assert Title.of_code(Title("小满服饰有限公司", TAX).code()) == Title("小满服饰有限公司", TAX)
    assert not Title("个人").lacks_tax_number


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("发到xm@jinnian.cn吧", "xm@jinnian.cn"),
        ("XM.Li+fp@Mail.Example.com", "xm.li+fp@mail.example.com"),
        ("xm＠jinnian.cn", "xm@jinnian.cn"),
        ("xm@jinnian", None),
        ("没有邮箱", None),
    ],
)
def test_an_email_is_found_in_words(text: str, email: str | None) -> None:
    assert email_in(text) == email


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("L 驼色", "L 驼色"),
        ("l", "L 驼色"),
        ("黑色", "M 黑色"),
        ("2", "L 驼色"),
        ("第三个", "M 黑色"),
        ("驼色", None),
        ("XL", None),
        ("红色", None),
        ("", None),
    ],
)
def test_a_spec_is_taken_only_if_it_is_the_only_one_meant(text: str, spec: str | None) -> None:
    found = choice_in(text, choices_of(SPECS))
    assert (found.spec if found else None) == spec


def test_a_choice_comes_back_from_its_slot() -> None:
    assert Choice.of_code(Choice(1, "断了|两截").code()) == Choice(1, "断了|两截")


@pytest.mark.parametrize(
    ("text", "told", "by_its_word"),
    [
        ("扣子掉了", True, True),
        ("链子断成两截", True, True),
        ("就是戴着不太对劲的样子", True, False),
        ("呃", False, False),
        ("我要送修", False, False),
    ],
)
def test_a_fault_is_named_or_described(text: str, told: bool, by_its_word: bool) -> None:
    assert (fault_in(text) is not None, broken_in(text) is not None) == (told, by_its_word)


@pytest.mark.parametrize(
    "text", ["不改了", "先不改了", "不开了", "不换了", "先不取消", "不取消了", "不修了", "算了"]
)
def test_every_service_has_its_words_for_leaving(text: str) -> None:
    assert is_leaving(text)
    assert not means_cancelling(text)


@pytest.mark.parametrize("text", ["取消", "取消吧", "确认取消", "取消订单", "这单不要了", "不要了"])
def test_words_for_cancelling_an_order(text: str) -> None:
    assert means_cancelling(text)


def _way(flow: Flow, step: Slot, text: str, intent: str) -> Way:
    reading = Reading(intent, 0.95, ((intent, 0.95),), ())
    readings = Readings(reading, reading)
    return way_of(flow, step, text, readings, Thresholds(), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("flow", "step", "text", "read_as", "way"),
    [
        (Flow.CANCEL_ORDER, Slot.CONFIRMED, "取消", "cancel_flow", Way.ON),
        (Flow.CANCEL_ORDER, Slot.CONFIRMED, "先不取消", "order_cancel", Way.CANCEL),
        (Flow.RETURN_REQUEST, Slot.RETURN_PICKUP, "取消", "cancel_flow", Way.CANCEL),
        (
            Flow.CHANGE_ADDRESS,
            Slot.NEW_ADDRESS,
            "杭州市西湖区文三路 1 号",
            "order_modify_address",
            Way.ON,
        ),
        (Flow.CHANGE_ADDRESS, Slot.NEW_ADDRESS, "退款多久到账", "refund_time", Way.OTHER_QUESTION),
        (Flow.INVOICE_REQUEST, Slot.INVOICE_TITLE, "个人", "invoice_how", Way.ON),
        (Flow.INVOICE_REQUEST, Slot.INVOICE_EMAIL, "a@b.cn", "greet", Way.ON),
        (
            Flow.INVOICE_REQUEST,
            Slot.INVOICE_TITLE,
            "能开专票吗",
            "invoice_vat_special",
            Way.OTHER_QUESTION,
        ),
        (Flow.EXCHANGE_REQUEST, Slot.EXCHANGE_SPEC, "换成L码", "exchange_size", Way.ON),
        (Flow.REPAIR_REQUEST, Slot.REPAIR_FAULT, "扣子掉了", "clothes_repair", Way.ON),
        (
            Flow.REPAIR_REQUEST,
            Slot.REPAIR_FAULT,
            "我的快递到哪了",
            "where_is_my_order",
            Way.OTHER_FLOW,
        ),
        (Flow.EXCHANGE_REQUEST, Slot.CONFIRMED, "好的", "ack", Way.ON),
    ],
)
def test_what_reads_as_an_answer_stays_in_the_service(
    flow: Flow, step: Slot, text: str, read_as: str, way: Way
) -> None:
    assert _way(flow, step, text, read_as) is way
