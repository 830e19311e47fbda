"""The flow 我要送修: which order, what is broken, and a yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.actions.moves import Button, Message
from bot.actions.order_words import moment
from bot.actions.orders import Order, OrderState, item_named
from bot.actions.router_api import Done, Settings
from bot.actions.service import CONFIRM, Detail, Known, Service, ServiceForm
from bot.details import Choice, broken_in, fault_in
from bot.flow import Flow, Slot


def _ask(order: Order, known: Known) -> Message:
    which = "哪一件、" if len(order.items) > 1 else ""
    faults = ("断了", "变形了") if order.product_line == "jewellery" else ("掉扣子", "开线了")
    buttons = tuple(Button(fault, fault) for fault in faults) if not which else ()
    return Message(f"「{order.title}」（{order.number}）{which}哪里坏了？说一两句就行。", buttons)


def _read(text: str, order: Order, known: Known) -> str | None:
    fault = fault_in(text)
    return Choice(item_named(text, order) or 0, fault).code() if fault else None


def _by_chance(text: str, order: Order, known: Known) -> str | None:
    return _read(text, order, known) if broken_in(text) else None


def _choice(known: Known) -> Choice:
    return Choice.of_code(known[Slot.REPAIR_FAULT])


def _confirm(order: Order, known: Known, settings: Settings, now: datetime) -> Message:
    choice, pickups = _choice(known), settings.pickups(now)
    when = pickups.first().words(pickups.today)
    price = (
        "费用和时间师傅看过再报，您点头才动手"
        if order.product_line == "jewellery"
        else "一年内掉扣、开线免费修，其他要收费会先说"
    )
    insured = "，首饰请当面保价" if order.product_line == "jewellery" else ""
    lines = [
        "最后确认一下：",
        f"送修：「{order.items[choice.item].title}」（{order.number}）",
        f"毛病：{choice.spec}",
        f"{price}。取件：{when} 快递员上门{insured}。",
    ]
    return Message("\n".join(lines), (Button(CONFIRM, CONFIRM), Button("先不修", "先不修了")))


def _fields(known: Known, now: datetime, settings: Settings) -> Mapping[str, str | int]:
    choice = _choice(known)
    pickup = settings.pickups(now).first().code()
    return {"item": choice.item, "fault": choice.spec, "pickup": pickup}


def _done(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    by = f"，预计 {moment(done.by, now, settings.zone)} 前修好寄回" if done.by else ""
    text = f"送修登记好了，维修单号 {done.number}{by}。掉下来的扣子、配件请一起寄上。"
    return Message(text, order=known[Slot.ORDER_NUMBER])


REPAIR = Service(
    flow=Flow.REPAIR_REQUEST,
    operation="repair_item",
    states=frozenset({OrderState.DELIVERED, OrderState.CLOSED}),
    which="要修的是哪一笔里的？",
    log_in="送修要先登录，我才能确认是您的订单。登录后再跟我说一声“我要送修”就行。",
    left="好的，先不修了，没有登记。有需要随时叫我。",
    nothing="您现在没有可以送修的订单。门店买的也可以直接拿到店里看。",
    not_now="现在的状态还不能送修。",
    done=_done,
    details=(Detail(Slot.REPAIR_FAULT, _ask, _read, "没听明白哪里坏了。", _by_chance),),
    confirm=_confirm,
    fields=_fields,
)


class RepairForm(ServiceForm):
    """Finds the order and what is broken, and has both confirmed."""

    flow = Flow.REPAIR_REQUEST
    service = REPAIR
