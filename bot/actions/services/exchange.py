"""The flow 帮我换个码: which order, for which spec, and a yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.actions.moves import Button, Message
from bot.actions.orders import Order, OrderState, item_named
from bot.actions.router_api import Done, Settings
from bot.actions.service import CONFIRM, Detail, Known, Service, ServiceForm
from bot.details import Choice, choice_in, choices_of
from bot.flow import Flow, Slot

_MOST_BUTTONS = 6


def _shown(order: Order, choice: Choice) -> str:
    return (
        f"{order.items[choice.item].title} {choice.spec}" if len(order.items) > 1 else choice.spec
    )


def _ask(order: Order, known: Known) -> Message:
    own = "、".join(f"{item.title} {item.spec}" for item in order.items)
    buttons = tuple(
        Button(_shown(order, choice), _shown(order, choice))
        for choice in choices_of(order.specs)[:_MOST_BUTTONS]
    )
    return Message(f"您买的是{own}。想换成哪个规格？", buttons)


def _read(text: str, order: Order, known: Known) -> str | None:
    item = item_named(text, order) if len(order.items) > 1 else 0
    choice = choice_in(text, choices_of(order.specs), item)
    return choice.code() if choice else None


def _choice(known: Known) -> Choice:
    return Choice.of_code(known[Slot.EXCHANGE_SPEC])


def _confirm(order: Order, known: Known, settings: Settings, now: datetime) -> Message:
    choice, pickups = _choice(known), settings.pickups(now)
    item = order.items[choice.item]
    lines = [
        "最后确认一下：",
        f"换货：「{item.title}」{item.spec} → {choice.spec}（{order.number}）",
        f"取件：{pickups.first().words(pickups.today)} 快递员上门",
        "吊牌要在，没洗没穿；换码免一次运费，验过就寄新的。",
        "没问题就点确认，想换别的规格直接说。",
    ]
    return Message("\n".join(lines), (Button(CONFIRM, CONFIRM), Button("不换了", "不换了")))


def _fields(known: Known, now: datetime, settings: Settings) -> Mapping[str, str | int]:
    choice = _choice(known)
    pickup = settings.pickups(now).first().code()
    return {"item": choice.item, "spec": choice.spec, "pickup": pickup}


def _done(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    pickups = settings.pickups(now)
    text = (
        f"换货登记好了，换货单号 {done.number}：换成 {_choice(known).spec}。\n"
        f"取件：{pickups.first().words(pickups.today)}。仓库验过就把新的寄出，单号会更新在订单里。"
    )
    return Message(text, order=known[Slot.ORDER_NUMBER])


EXCHANGE = Service(
    flow=Flow.EXCHANGE_REQUEST,
    operation="exchange_item",
    states=frozenset({OrderState.DELIVERED}),
    which="好的，帮您换货。要换哪一笔？",
    log_in="换货要先登录，我才能确认是您的订单。登录后再跟我说一声“我要换货”就行。",
    left="好的，先不换了，没有提交任何申请。有需要随时叫我。",
    nothing="您现在没有可以换码的订单：服饰签收后 7 天内可以换。",
    not_now="现在的状态不能换货。",
    done=_done,
    details=(Detail(Slot.EXCHANGE_SPEC, _ask, _read, "没对上有货的规格。"),),
    confirm=_confirm,
    fields=_fields,
    instead={
        OrderState.PAID: Button("取消订单", "帮我取消订单"),
        OrderState.DELIVERED: Button("申请退货", "我要退货"),
    },
)


class ExchangeForm(ServiceForm):
    """Finds the order and the spec wanted, and has both confirmed."""

    flow = Flow.EXCHANGE_REQUEST
    service = EXCHANGE
