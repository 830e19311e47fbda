"""The flow 我要退货, in three steps: which order, why, when to pick it up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.actions.forms import FlowForm
from bot.actions.moves import TO_HUMAN, Message, Move, Turn, router_is_down, unknown_order, wrong
from bot.actions.order_words import order_buttons
from bot.actions.orders import (
    Order,
    latest_delivered,
    order_named,
    returnable_orders,
)
from bot.actions.return_words import REASONS, ask_pickup, ask_reason
from bot.actions.router_api import NotFound, RouterApi, Settings, Unavailable
from bot.flow import CANCEL_FLOW, Flow, Outcome, Slot
from bot.lexicon import is_no, is_question, is_yes, order_number_in, reason_in
from bot.pickup import Pickups, PickupWindow

ASK_NUMBER: Final = Message(
    "把要退的订单号发给我（JN 开头加 10 位数字，在「我的订单」里可以复制）。"
)
LOG_IN: Final = "退货要先登录，我才能确认是您的订单。登录后再跟我说一声“我要退货”就行。"


def ask_which(orders: tuple[Order, ...]) -> Message:
    """Ask which of several returnable orders goes back."""
    return Message("好的，帮您办退货。要退哪一笔？", order_buttons(orders))


def ended(text: str, outcome: Outcome = Outcome.DONE) -> Move:
    """Say why the return cannot go on, and offer a human."""
    return Move((Message(text, (TO_HUMAN,)),), end=outcome)


def not_returnable(order: Order) -> Move:
    """Say why this order cannot be returned."""
    reason = order.not_returnable_reason or "这笔订单目前的状态不能申请退货。"
    return ended(f"「{order.title}」（{order.number}）现在不能在线退货：{reason}")


def nothing_returnable(orders: tuple[Order, ...]) -> Move:
    """Say that no order can go back, with the reason of the last one delivered."""
    delivered = latest_delivered(orders)
    if delivered is not None:
        return not_returnable(delivered)
    return ended("您目前没有可以退货的订单。还没发货的订单，可以直接在订单页取消。")


def next_question(slots: Mapping[Slot, str | None], pickups: Pickups, say_first: str = "") -> Move:
    """Ask what is still unknown: why, or when; `slots` hold what is known after this turn."""
    known = {slot: value for slot, value in slots.items() if value is not None}
    if Slot.RETURN_REASON not in known:
        return Move((ask_reason(known[Slot.ORDER_TITLE], say_first),), known)
    offered = known.setdefault(Slot.OFFERED_PICKUP, pickups.first().code())
    return Move((ask_pickup(known, PickupWindow.of_code(offered), pickups, say_first),), known)


class ReturnRequestForm(FlowForm):
    """Gathers what a return needs and asks only for what is not known."""

    flow = Flow.RETURN_REQUEST

    async def move(self, turn: Turn, router: RouterApi, now: datetime, settings: Settings) -> Move:
        """Return what this turn does."""
        pickups = settings.pickups(now)
        if turn.intent == CANCEL_FLOW:
            text = "好的，先不退了，没有提交任何申请。有需要随时叫我。"
            return Move((Message(text),), end=Outcome.LEFT)
        if turn.shopper is None:
            return ended(LOG_IN)
        renamed = order_number_in(turn.text) not in {None, turn.slots[Slot.ORDER_NUMBER]}
        match turn.step:
            case Slot.RETURN_REASON if not renamed:
                return self._why(turn, pickups)
            case Slot.RETURN_PICKUP if not renamed:
                return self._when(turn, pickups)
            case _:
                return await self._which(turn, turn.shopper, router, pickups)

    async def _which(self, turn: Turn, shopper: str, router: RouterApi, pickups: Pickups) -> Move:
        if turn.named_order is not None:
            match await router.order(turn.named_order, shopper):
                case Order() as order:
                    return self._chosen(turn, order, pickups)
                case NotFound() if turn.named_order != turn.page_order:
                    return wrong(turn, unknown_order(turn.named_order), ASK_NUMBER)
                case Unavailable():
                    return router_is_down()
                case _:
                    pass
        orders = await router.orders(shopper)
        if isinstance(orders, Unavailable):
            return router_is_down()
        return self._among(turn, orders, pickups)

    def _among(self, turn: Turn, orders: tuple[Order, ...], pickups: Pickups) -> Move:
        candidates = returnable_orders(orders)
        named = order_named(turn.text, candidates) if turn.step is not None else None
        if named is not None:
            return self._chosen(turn, named, pickups)
        match candidates:
            case ():
                return nothing_returnable(orders)
            case (only,) if turn.step is None:
                return self._chosen(turn, only, pickups)
            case _ if turn.step is None:
                return Move((ask_which(candidates),))
            case _:
                return wrong(turn, "没听明白是哪一笔。", ask_which(candidates))

    @staticmethod
    def _chosen(turn: Turn, order: Order, pickups: Pickups) -> Move:
        """Take the order, and the reason too where the same message gives it."""
        if not order.returnable:
            return not_returnable(order)
        reason = None if is_question(turn.text) else reason_in(turn.text)
        known = {
            Slot.ORDER_NUMBER: order.number,
            Slot.ORDER_TITLE: order.title,
            Slot.PRODUCT_LINE: order.product_line,
            Slot.RETURN_REASON: reason.value if reason else turn.slots[Slot.RETURN_REASON],
        }
        return next_question(known, pickups)

    @staticmethod
    def _why(turn: Turn, pickups: Pickups) -> Move:
        reason = reason_in(turn.text)
        if reason is None:
            ask = ask_reason(turn.slots[Slot.ORDER_TITLE] or "", "")
            return wrong(turn, "没听明白退货的原因。", ask)
        return next_question({**turn.slots, Slot.RETURN_REASON: reason.value}, pickups)

    @staticmethod
    def _when(turn: Turn, pickups: Pickups) -> Move:
        """Take the window and the confirmation; either may come first, or both at once."""
        first = pickups.first()
        offered = PickupWindow.of_code(turn.slots[Slot.OFFERED_PICKUP] or first.code())
        named = pickups.named_in(turn.text, offered)
        wanted = named or offered
        window = replace(wanted, day=pickups.on(wanted.day))
        known = {**turn.slots, Slot.OFFERED_PICKUP: window.code()}
        if window != wanted:
            return next_question(known, pickups, "那天快递员不上门，最近的是下面这个时间。")
        if is_yes(turn.text) and not is_question(turn.text):
            return Move(slots={Slot.RETURN_PICKUP: window.code()})
        if named is not None:
            return next_question(known, pickups, "好的，改到这个时间。")
        if is_no(turn.text):
            return next_question(known, pickups, "那换个时间也行，说“后天下午”这样就可以。")
        if (reason := reason_in(turn.text)) and reason.value != known[Slot.RETURN_REASON]:
            return next_question(
                {**known, Slot.RETURN_REASON: reason.value},
                pickups,
                f"原因改成“{REASONS[reason]}”。",
            )
        return wrong(turn, "没听明白取件时间。", next_question(known, pickups).messages[0])
