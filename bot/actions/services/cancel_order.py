"""The flow 帮我取消订单: which order, and a yes, since it cannot be taken back."""

from __future__ import annotations

from datetime import datetime

from bot.actions.moves import Button, Message
from bot.actions.orders import Order, OrderState
from bot.actions.router_api import Done, Settings
from bot.actions.service import Known, Service, ServiceForm
from bot.flow import Flow, Slot


def _confirm(order: Order, known: Known, settings: Settings, now: datetime) -> Message:
    money = "还没付款，没有扣钱" if order.state is OrderState.UNPAID else "付的钱原路退回"
    text = (
        f"确认取消「{order.title}」（{order.number}）吗？{money}。"
        "取消后恢复不了，想要得重新下单，价格和券按新的算。"
    )
    return Message(text, (Button("确认取消", "确认取消"), Button("先不取消", "先不取消")))


def _done(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    title, number = known[Slot.ORDER_TITLE], known[Slot.ORDER_NUMBER]
    if done.amount is None:
        return Message(f"「{title}」（{number}）已经取消，没有扣款。", order=number)
    text = f"「{title}」（{number}）已经取消，{done.amount} 元正在原路退回。"
    return Message(text, (Button("退款多久到账", "退款多久到账"),), number)


CANCEL_ORDER = Service(
    flow=Flow.CANCEL_ORDER,
    operation="cancel_order",
    states=frozenset({OrderState.UNPAID, OrderState.PAID}),
    which="要取消哪一笔？",
    log_in="取消订单要先登录，我才能确认是您的订单。登录后再跟我说一声“取消订单”就行。",
    left="好的，没有取消，订单照常。有需要随时叫我。",
    nothing="您现在没有可以取消的订单：还没发货的才能取消。",
    not_now="现在的状态不能取消。",
    done=_done,
    confirm=_confirm,
    instead={OrderState.DELIVERED: Button("申请退货", "我要退货")},
)


class CancelOrderForm(ServiceForm):
    """Finds the order to cancel, and has it confirmed."""

    flow = Flow.CANCEL_ORDER
    service = CANCEL_ORDER
