"""The flow 退款到哪了: which refund, then where its money is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import closing_events
from bot.actions.moves import TO_HUMAN, Button, Message, Move, Turn, router_is_down, say
from bot.actions.order_words import moment
from bot.actions.orders import Order, OrderState
from bot.actions.router_api import Done, Refund, RouterApi, Settings, Unavailable
from bot.actions.service import Known, Service, ServiceForm
from bot.flow import Flow, Outcome, Slot

NOT_RECEIVED: Final = Button("钱没收到", "退款没收到")


def _state(refund: Refund, now: datetime, settings: Settings) -> tuple[str, tuple[Button, ...]]:
    zone = settings.zone
    match refund.state:
        case "requested":
            return "申请已经收到，等退货寄到仓库；仓库签收后 24 小时内审核，通过就原路退回。", ()
        case "received":
            return "退货已经到仓库，正在验货，24 小时内有结果，通过就原路退回。", (TO_HUMAN,)
        case "approved":
            by = (
                f"，最晚 {moment(refund.expected_by, now, zone)} 前到账"
                if refund.expected_by
                else ""
            )
            return f"已经审核通过，钱正在原路退回{by}。", ()
        case "paid":
            at = f"{moment(refund.paid_at, now, zone)} " if refund.paid_at else ""
            to = f"到{refund.to}" if refund.to else "，原路退回"
            text = f"{at}已经退出{to}。支付宝、微信 1–3 个工作日，储蓄卡 1–5 个，信用卡 3–7 个。"
            return text, (NOT_RECEIVED,)
        case _:
            return f"这笔退款没有通过：{refund.detail or '原因要人工查一下'}", (TO_HUMAN,)


def told(refunds: tuple[Refund, ...], known: Known, now: datetime, settings: Settings) -> Message:
    """Return where the refunds of an order are, the newest first."""
    number = known[Slot.ORDER_NUMBER]
    own = [refund for refund in refunds if refund.order == number]
    lines = [f"「{known.get(Slot.ORDER_TITLE, number)}」（{number}）"]
    buttons: tuple[Button, ...] = ()
    for refund in own:
        words, buttons = _state(refund, now, settings)
        lines.append(f"{refund.amount} 元（{refund.number}）：{words}")
        if refund.as_of is not None:
            lines.append(
                f"（系统暂时没有响应，这是 {moment(refund.as_of, now, settings.zone)} 的状态。）"
            )
    return Message("\n".join(lines), buttons, number)


def _never(done: Done, known: Known, now: datetime, settings: Settings) -> Message:
    raise AssertionError("a refund is looked at, not made")


REFUND_PROGRESS = Service(
    flow=Flow.REFUND_PROGRESS,
    operation="",
    states=frozenset(OrderState),
    which="您有几笔退款，要查哪一笔？",
    log_in="查退款要先登录，我才看得到您的订单。登录后再跟我说一声“退款到哪了”就行。",
    left="好的，不查了。有需要随时叫我。",
    nothing="没有查到退款记录。刚申请的要过几分钟才看得到；别的账号下的单请换账号再查。",
    not_now="没有退款记录。",
    done=_never,
    instead={OrderState.DELIVERED: Button("申请退货", "我要退货")},
)


class RefundProgressForm(ServiceForm):
    """Finds the order whose refund is meant."""

    flow = Flow.REFUND_PROGRESS
    service = REFUND_PROGRESS
    changes = False

    async def fitting(
        self, router: RouterApi, shopper: str
    ) -> Callable[[Order], str | None] | Move:
        """Return what says that an order has no refund."""
        refunds = await router.refunds(shopper)
        if isinstance(refunds, Unavailable):
            return router_is_down()
        refunded = {refund.order for refund in refunds}
        return lambda order: None if order.number in refunded else self.service.not_now


class ShowRefund(Action):
    """Tells where the money is, and ends the flow."""

    def name(self) -> str:
        """Return the name the rules use."""
        return "action_show_refund"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Look the refunds up and tell; say nothing when the form ended without an order."""
        turn, settings = Turn.of(tracker), Settings.from_environment()
        ended = turn.slots[Slot.FLOW_OUTCOME]
        if ended is not None or turn.slots[Slot.ORDER_NUMBER] is None or turn.shopper is None:
            return closing_events(ended or Outcome.LEFT)
        async with RouterApi.opened(settings) as router:
            refunds = await router.refunds(turn.shopper)
        if isinstance(refunds, Unavailable):
            say(dispatcher, router_is_down().messages)
            return closing_events(Outcome.LEFT)
        known = {slot: value for slot, value in turn.slots.items() if value is not None}
        say(dispatcher, (told(refunds, known, datetime.now(UTC), settings),))
        return closing_events(Outcome.DONE)
