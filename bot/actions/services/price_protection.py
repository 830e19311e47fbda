"""The flow 帮我申请价保: which order; the shop compares the prices itself."""

from __future__ import annotations

from datetime import datetime

from bot.actions.moves import Button, Message
from bot.actions.orders import OrderState
from bot.actions.router_api import Done, Settings
from bot.actions.service import Known, Service, ServiceForm
from bot.flow import Flow, Slot


def _done(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    text = (
        f"「{known[Slot.ORDER_TITLE]}」核对过了，确实降价了，差价 {done.amount} 元退给您，"
        f"原路退回（价保单号 {done.number}）。"
    )
    return Message(text, (Button("退款多久到账", "退款多久到账"),), known[Slot.ORDER_NUMBER])


PRICE_PROTECTION = Service(
    flow=Flow.PRICE_PROTECTION,
    operation="protect_price",
    states=frozenset({OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED}),
    which="要给哪一笔申请价保？",
    log_in="申请价保要先登录，我才能核对您买的价格。登录后再跟我说一声“申请价保”就行。",
    left="好的，价保先不申请了。有需要随时叫我。",
    nothing=(
        "核对过了：您的订单里没有在价保期内又降价的商品。"
        "服饰价保 15 天，一口价首饰 7 天，按克重黄金和预售尾款不参加。"
    ),
    not_now="现在的状态不能申请价保。",
    done=_done,
)


class PriceProtectionForm(ServiceForm):
    """Finds the order whose price fell."""

    flow = Flow.PRICE_PROTECTION
    service = PRICE_PROTECTION
