"""The flow 帮我催一下: warehouse or carrier is asked to hurry, nothing else is asked."""

from __future__ import annotations

from datetime import datetime

from bot.actions.moves import Message
from bot.actions.order_words import moment
from bot.actions.orders import OrderState
from bot.actions.router_api import Done, Settings
from bot.actions.service import Known, Service, ServiceForm
from bot.flow import Flow, Slot


def _done(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    by = (
        f"最晚 {moment(done.by, now, settings.zone)} 前会有进展"
        if done.by
        else "有进展会更新在订单里"
    )
    text = f"「{known[Slot.ORDER_TITLE]}」已经帮您催了（催单号 {done.number}），{by}，不用再催。"
    return Message(text, order=known[Slot.ORDER_NUMBER])


URGE_SHIPMENT = Service(
    flow=Flow.URGE_SHIPMENT,
    operation="urge_shipment",
    states=frozenset({OrderState.PAID, OrderState.SHIPPED}),
    which="您有几笔订单在等，要催哪一笔？",
    log_in="催单要先登录，我才知道是哪一笔。登录后再跟我说一声“帮我催一下”就行。",
    left="好的，先不催了。有需要随时叫我。",
    nothing="您现在没有在等发货或在路上的订单，没有可以催的。",
    not_now="现在的状态不用催了。",
    done=_done,
)


class UrgeShipmentForm(ServiceForm):
    """Finds the order to hurry."""

    flow = Flow.URGE_SHIPMENT
    service = URGE_SHIPMENT
