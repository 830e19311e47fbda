"""The eight services, move by move: what each asks, does, refuses and says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from bot.actions.moves import TO_HUMAN, Move
from bot.actions.orders import Item, Order, Receiver
from bot.actions.router_api import Refund
from bot.actions.service import ServiceForm
from bot.actions.services.cancel_order import CancelOrderForm
from bot.actions.services.change_address import ChangeAddressForm
from bot.actions.services.exchange import ExchangeForm
from bot.actions.services.invoice import InvoiceForm
from bot.actions.services.price_protection import PriceProtectionForm
from bot.actions.services.refund_progress import RefundProgressForm, told
from bot.actions.services.repair import RepairForm
from bot.actions.services.urge_shipment import UrgeShipmentForm
from bot.flow import Outcome, Slot
from tests.bot.fake_api import COAT, DRESS, NOW, SETTINGS, FakeApi, Talk, order

DOMAIN = Path(__file__).resolve().parents[2] / "bot" / "domain" / "flows.yml"
FORMS = yaml.safe_load(DOMAIN.read_text("utf-8"))["forms"]
SPECS = (("S 驼色", "L 驼色", "M 黑色"),)
ADDRESS = "杭州市西湖区文三路 138 号 3 幢 201 李雷 13812345678"

SERVICES: list[Any] = [
    pytest.param(UrgeShipmentForm, "帮我催一下", order(), [], id="urge"),
    pytest.param(CancelOrderForm, "取消订单", order(), ["确认取消"], id="cancel"),
    pytest.param(ChangeAddressForm, "改地址", order(), [ADDRESS, "确认"], id="address"),
    pytest.param(PriceProtectionForm, "申请价保", order(), [], id="price"),
    pytest.param(
        InvoiceForm, "帮我开发票", order(state="delivered"), ["个人", "xm@jinnian.cn"], id="invoice"
    ),
    pytest.param(
        ExchangeForm,
        "我要换货",
        order(state="delivered", specs=SPECS),
        ["L 驼色", "确认"],
        id="exchange",
    ),
    pytest.param(
        RepairForm, "我要送修", order(state="delivered"), ["掉了一颗扣子", "确认"], id="repair"
    ),
]
CHANGING = pytest.mark.parametrize(("form", "start", "fits", "answers"), SERVICES)


def talk(form: type[ServiceForm], *orders: Order, **more: Any) -> Talk:
    steps = FORMS[f"{form.flow.value}_form"]["required_slots"]
    return Talk(form, tuple(Slot(step) for step in steps), FakeApi(mine=orders), **more)


def second(fits: Order) -> Order:
    """Give another order that fits as well."""
    items = (Item("针织连衣裙", "S 藏青", 1, "369.00"),)
    return msgspec.structs.replace(fits, number=DRESS, items=items)


@CHANGING
def test_the_only_fitting_order_is_not_asked_for(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    spoken = talk(form, order("JN2611020004", "refunded"), fits)
    for text in [start, *answers]:
        assert spoken.outcome is None
        spoken.say(text)
    assert spoken.outcome is Outcome.DONE
    [(operation, key, fields)] = spoken.api.performed
    assert (operation, key) == (form.service.operation, "flow-c1-7")
    assert (fields["shopper"], fields["order"]) == ("xiaoman", COAT)


@CHANGING
def test_of_several_orders_it_asks_which_and_at_most_three_questions_in_all(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    spoken = talk(form, fits, second(fits))
    which = spoken.say(start)
    assert [button.say for button in which.buttons] == [COAT, DRESS]
    assert which.text == form.service.which
    for text in ["第二个", *answers]:
        spoken.say(text)
    assert spoken.outcome is Outcome.DONE
    assert spoken.api.performed[0][2]["order"] == DRESS
    assert len(spoken.said) - 1 <= 3


@CHANGING
@pytest.mark.parametrize("how", ["page", "number", "name"])
def test_an_order_on_the_page_or_in_the_first_message_is_not_asked_for(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str], how: str
) -> None:
    spoken = talk(form, fits, second(fits), page=DRESS if how == "page" else None)
    said = {"page": start, "number": f"{start} {DRESS}", "name": f"{start}，针织连衣裙那单"}
    for text in [said[how], *answers]:
        spoken.say(text)
    assert spoken.api.performed[0][2]["order"] == DRESS


@CHANGING
def test_who_is_not_logged_in_is_told_to(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    spoken = talk(form, fits, shopper=None)
    told = spoken.say(start)
    assert "登录" in told.text
    assert (spoken.outcome, spoken.api.calls) == (Outcome.DONE, 0)


@CHANGING
def test_an_order_the_shop_would_refuse_is_told_before_anything_is_asked(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    refusals = {form.service.operation: "这一单的规矩不许。"}
    spoken = talk(form, msgspec.structs.replace(fits, refusals=refusals))
    said = spoken.say(start)
    assert "规矩不许" in said.text
    assert TO_HUMAN in said.buttons
    assert spoken.outcome is Outcome.DONE


@CHANGING
def test_without_a_fitting_order_it_says_so_and_offers_a_human(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    spoken = talk(form)
    said = spoken.say(start)
    assert (said.text, said.buttons) == (form.service.nothing, (TO_HUMAN,))
    assert spoken.outcome is Outcome.DONE


@CHANGING
def test_it_is_left_at_every_step_and_nothing_is_done(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    for upto in range(len(answers)):
        spoken = talk(form, fits)
        for text in [start, *answers[:upto]]:
            spoken.say(text)
        said = spoken.leave()
        assert (said.text, spoken.outcome) == (form.service.left, Outcome.LEFT)
        assert spoken.api.performed == []


@CHANGING
def test_two_wrong_inputs_offer_a_human_and_a_third_ends_the_asking(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    for upto in range(-1, len(answers)):
        spoken = talk(form, *((fits, second(fits)) if upto < 0 else (fits,)))
        for text in [start, *answers[: max(upto, 0)]]:
            spoken.say(text)
        offered = []
        for text in ("呃", "哈哈哈", "嘿嘿"):
            said = spoken.say(text)
            offered.append(TO_HUMAN in said.buttons)
        assert offered == [False, True, True], upto
        assert (spoken.outcome, spoken.api.performed) == (Outcome.LEFT, [])


@CHANGING
def test_a_router_that_is_down_is_owned_up_to(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    spoken = talk(form, fits)
    spoken.api.down = True
    said = spoken.say(start)
    assert "抱歉" in said.text
    assert TO_HUMAN in said.buttons
    assert spoken.outcome is Outcome.LEFT


@CHANGING
def test_nothing_is_changed_on_what_the_shop_knew_some_time_ago(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    spoken = talk(form, msgspec.structs.replace(fits, as_of=NOW - timedelta(minutes=9)))
    said = spoken.say(start)
    assert "抱歉" in said.text
    assert (spoken.outcome, spoken.api.performed) == (Outcome.LEFT, [])


@CHANGING
@pytest.mark.parametrize(
    ("refused", "perhaps", "words", "outcome"),
    [
        ("仓库刚刚打包。", None, "仓库刚刚打包。", Outcome.DONE),
        (None, True, "不确定有没有办成", Outcome.LEFT),
        (None, False, "没有响应", Outcome.LEFT),
    ],
    ids=["refused", "perhaps done", "not done"],
)
def test_what_the_shop_answers_at_the_end_is_told(
    form: type[ServiceForm],
    start: str,
    fits: Order,
    answers: list[str],
    refused: str | None,
    perhaps: bool | None,
    words: str,
    outcome: Outcome,
) -> None:
    spoken = talk(form, fits)
    spoken.api.refused, spoken.api.silent_at_the_end = refused, perhaps
    for text in [start, *answers]:
        spoken.say(text)
    assert words in spoken.said[-1].text
    assert TO_HUMAN in spoken.said[-1].buttons
    assert spoken.outcome is outcome


@CHANGING
def test_an_unknown_number_is_asked_for_again(
    form: type[ServiceForm], start: str, fits: Order, answers: list[str]
) -> None:
    spoken = talk(form, fits)
    said = spoken.say(f"{start} JN2600000000")
    assert "没有查到订单 JN2600000000" in said.text
    assert spoken.outcome is None


@pytest.mark.parametrize(("end", "value"), [(None, None), (Outcome.LEFT, "left")])
def test_how_the_flow_before_ended_is_forgotten(end: Outcome | None, value: str | None) -> None:
    events = Move(end=end).events()
    assert {"flow_outcome": value}.items() <= {
        event["name"]: event["value"] for event in events if event["event"] == "slot"
    }.items()


# --- cancel ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["确认取消", "取消", "取消吧", "不要了", "嗯", "是的"])
def test_in_cancelling_the_word_取消_is_a_yes(words: str) -> None:
    spoken = talk(CancelOrderForm, order())
    asked = spoken.say("帮我取消订单")
    assert "恢复不了" in asked.text
    spoken.say(words)
    assert [done[0] for done in spoken.api.performed] == ["cancel_order"]


def test_a_no_keeps_the_order() -> None:
    spoken = talk(CancelOrderForm, order())
    spoken.say("取消订单")
    said = spoken.say("不对")
    assert "没有取消" in said.text
    assert spoken.api.performed == []


def test_a_delivered_order_leads_to_a_return_instead() -> None:
    said = talk(CancelOrderForm, order(state="delivered")).say("取消订单")
    assert [button.title for button in said.buttons] == ["申请退货", "转人工"]


def test_the_page_gives_way_to_an_order_that_is_named_and_fits() -> None:
    shipped = order(DRESS, "shipped", "针织连衣裙")
    spoken = talk(CancelOrderForm, order(), shipped, page=DRESS)
    said = spoken.say("把羊毛大衣那单取消掉")
    assert "羊毛大衣" in said.text
    refused = talk(CancelOrderForm, order(), shipped, page=DRESS).say("取消订单")
    assert "针织连衣裙" in refused.text


# --- address ---------------------------------------------------------------------------------


def test_the_present_address_is_shown_and_what_is_not_said_stays() -> None:
    to = Receiver("小满", "138****0001", "上海市徐汇区漕溪北路 1 号")
    spoken = talk(ChangeAddressForm, order(receiver=to))
    asked = spoken.say("改地址")
    assert "漕溪北路" in asked.text
    shown = spoken.say("杭州市西湖区文三路 138 号")
    for line in ("文三路 138 号", "收件人：小满", "电话：138****0001"):
        assert line in shown.text
    spoken.say("确认")
    fields = spoken.api.performed[0][2]
    assert fields["address"] == "杭州市西湖区文三路 138 号"
    assert (fields["receiver"], fields["phone"]) == ("", "")


def test_an_address_in_the_first_message_is_not_asked_for() -> None:
    spoken = talk(ChangeAddressForm, order())
    shown = spoken.say(f"地址改成{ADDRESS}")
    assert "最后确认" in shown.text
    spoken.say("好的")
    assert spoken.api.performed[0][2] == {
        "shopper": "xiaoman",
        "order": COAT,
        "address": "杭州市西湖区文三路 138 号 3 幢 201",
        "receiver": "李雷",
        "phone": "13812345678",
    }


def test_an_address_sent_again_at_the_end_is_shown_again_first() -> None:
    spoken = talk(ChangeAddressForm, order())
    for text in ("改地址", "杭州市西湖区文三路 138 号", "不对", "杭州市西湖区文二路 99 号"):
        said = spoken.say(text)
    assert "文二路 99 号" in said.text
    assert spoken.api.performed == []
    spoken.say("确认")
    assert "文二路" in spoken.api.performed[0][2]["address"]


# --- invoice ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "title", "tax"),
    [
        (["个人", "发 xm@jinnian.cn"], "个人", ""),
        (
            ["杭州小满服饰有限公司 91330106MA2CFXYT3K，xm@jinnian.cn"],
            "杭州小满服饰有限公司",
            "91330106MA2CFXYT3K",
        ),
        (
            ["抬头：小满服饰有限公司，税号：91330106MA2CFXYT3K", "xm@jinnian.cn"],
            "小满服饰有限公司",
            "91330106MA2CFXYT3K",
        ),
    ],
    ids=["a person", "all at once", "labelled"],
)
def test_an_invoice_needs_a_title_and_an_address(words: list[str], title: str, tax: str) -> None:
    spoken = talk(InvoiceForm, order(state="delivered"))
    for text in ["帮我开张发票", *words]:
        spoken.say(text)
    fields = spoken.api.performed[0][2]
    assert (fields["title"], fields["tax_number"]) == (title, tax)
    assert fields["email"] == "xm@jinnian.cn"


def test_a_company_without_its_tax_number_is_asked_for_it() -> None:
    spoken = talk(InvoiceForm, order(state="delivered"))
    spoken.say("开发票")
    said = spoken.say("小满服饰有限公司")
    assert "税号" in said.text
    assert spoken.outcome is None


# --- exchange and repair ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "spec"),
    [("L", "L 驼色"), ("要黑色的", "M 黑色"), ("换成 S 码", "S 驼色"), ("第二个", "L 驼色")],
)
def test_a_spec_is_named_by_any_telling_part(words: str, spec: str) -> None:
    spoken = talk(ExchangeForm, order(state="delivered", specs=SPECS))
    for text in ("我要换货", words, "确认"):
        spoken.say(text)
    fields = spoken.api.performed[0][2]
    assert (fields["item"], fields["spec"]) == (0, spec)
    assert fields["pickup"] == "2026-11-26T09:00/18:00"


def test_a_spec_in_the_first_message_is_not_asked_for() -> None:
    said = talk(ExchangeForm, order(state="delivered", specs=SPECS)).say("大衣小了，帮我换成L")
    assert "M 驼色 → L 驼色" in said.text


def test_of_two_items_the_named_one_is_exchanged() -> None:
    items = (Item("羊毛大衣", "M 驼色"), Item("针织连衣裙", "S 藏青"))
    both = order(state="delivered", items=items, specs=(("L 驼色",), ("M 藏青", "L 藏青")))
    spoken = talk(ExchangeForm, both)
    for text in ("换货", "连衣裙换 L", "确认"):
        spoken.say(text)
    assert spoken.api.performed[0][2]["item"] == 1


def test_a_fault_in_the_first_message_is_not_asked_for() -> None:
    said = talk(RepairForm, order(state="delivered")).say("大衣扣子掉了，帮我修一下")
    assert "毛病：大衣扣子掉了" in said.text


def test_only_wanting_a_repair_tells_no_fault() -> None:
    said = talk(RepairForm, order(state="delivered")).say("我想把上次买的大衣送去修一下")
    assert "哪里坏了" in said.text


# --- refunds ---------------------------------------------------------------------------------


def refund(number: str = COAT, state: str = "approved", **more: Any) -> Refund:
    return Refund("RT1", number, "899.00", state, NOW - timedelta(days=1), **more)


def test_the_only_refund_is_found_without_asking() -> None:
    spoken = talk(RefundProgressForm, order(DRESS, "shipped"), order(state="returning"))
    spoken.api.money = (refund(),)
    move = spoken.move("我的退款到哪了")
    assert (move.slots[Slot.ORDER_NUMBER], move.messages, move.end) == (COAT, (), None)


@pytest.mark.parametrize(
    ("money", "orders", "words"),
    [
        ((), (order(state="delivered"),), "没有退款记录"),
        ((), (), "没有查到退款记录"),
        ((refund(), refund(DRESS)), (order(), order(DRESS)), "要查哪一笔"),
    ],
    ids=["one order without", "nothing", "several"],
)
def test_a_refund_that_is_not_clear_is_asked_for_or_told(
    money: tuple[Refund, ...], orders: tuple[Order, ...], words: str
) -> None:
    spoken = talk(RefundProgressForm, *orders)
    spoken.api.money = money
    said = spoken.say("退款到哪了")
    assert words in said.text


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        ("requested", {}, "等退货寄到仓库"),
        ("received", {}, "正在验货"),
        ("approved", {"expected_by": NOW + timedelta(hours=20)}, "明天 08:00 前到账"),
        ("paid", {"paid_at": NOW, "to": "支付宝"}, "退出到支付宝"),
        ("refused", {"detail": "吊牌剪了"}, "吊牌剪了"),
        ("approved", {"as_of": NOW}, "这是 今天 12:00 的状态"),
    ],
)
def test_every_state_of_a_refund_is_told(state: str, more: dict[str, Any], words: str) -> None:
    known = {Slot.ORDER_NUMBER: COAT, Slot.ORDER_TITLE: "羊毛大衣"}
    said = told((refund(state=state, **more),), known, NOW, SETTINGS)
    assert words in said.text
    assert "899.00 元" in said.text


def test_refunds_that_cannot_be_looked_up_are_owned_up_to() -> None:
    spoken = talk(RefundProgressForm, order())
    spoken.api.down = True
    said = spoken.say("退款到哪了")
    assert "抱歉" in said.text
