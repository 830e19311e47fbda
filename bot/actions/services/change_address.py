"""The flow 帮我改地址: which order, where to instead, and a yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.actions.moves import Button, Message
from bot.actions.orders import Order, OrderState
from bot.actions.router_api import Done, Settings
from bot.actions.service import CONFIRM, Detail, Known, Service, ServiceForm
from bot.details import NewAddress, address_in
from bot.flow import Flow, Slot


def _ask(order: Order, known: Known) -> Message:
    to = order.receiver
    now = f"现在寄到：{to.name} {to.phone} {to.address}\n" if to else ""
    return Message(
        f"「{order.title}」（{order.number}）\n{now}新的收货地址发我就行，"
        "收件人或电话也变的话一起写上，比如：杭州市西湖区文三路 1 号 2 幢 301 李雷 13800000000"
    )


def _read(text: str, order: Order, known: Known) -> str | None:
    return text.strip()[:300] if address_in(text) else None


def _new(known: Known) -> NewAddress:
    return address_in(known[Slot.NEW_ADDRESS]) or NewAddress("", "", "")


def _confirm(order: Order, known: Known, settings: Settings, now: datetime) -> Message:
    new, old = _new(known), order.receiver
    lines = [
        f"最后确认一下，「{order.title}」（{order.number}）改成：",
        f"地址：{new.address or (old.address if old else '不变')}",
        f"收件人：{new.receiver or (old.name if old else '不变')}",
        f"电话：{new.phone or (old.phone if old else '不变')}",
        "没问题就点确认；不对的话把正确的再发一遍。",
    ]
    return Message("\n".join(lines), (Button(CONFIRM, CONFIRM), Button("先不改", "先不改了")))


def _fields(known: Known, now: datetime, settings: Settings) -> Mapping[str, str]:
    new = _new(known)
    return {"address": new.address, "receiver": new.receiver, "phone": new.phone}


def _done(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    text = f"改好了，「{known[Slot.ORDER_TITLE]}」会寄到新的地址。发货时间不变。"
    return Message(text, order=known[Slot.ORDER_NUMBER])


CHANGE_ADDRESS = Service(
    flow=Flow.CHANGE_ADDRESS,
    operation="change_address",
    states=frozenset({OrderState.UNPAID, OrderState.PRESALE, OrderState.PAID}),
    which="要改哪一笔的收货地址？",
    log_in="改地址要先登录，我才能确认是您的订单。登录后再跟我说一声“改地址”就行。",
    left="好的，地址没有改。有需要随时叫我。",
    nothing="您现在没有还没发货的订单，没有地址可以改。",
    not_now="现在的状态改不了地址。",
    done=_done,
    details=(Detail(Slot.NEW_ADDRESS, _ask, _read, "没认出完整的地址，要写到街道和门牌。"),),
    confirm=_confirm,
    fields=_fields,
)


class ChangeAddressForm(ServiceForm):
    """Finds the order and its new address, and has both confirmed."""

    flow = Flow.CHANGE_ADDRESS
    service = CHANGE_ADDRESS
