"""The flow 我的快递到哪了: find the one order meant, then tell its state."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import FlowForm, closing_events
from bot.actions.moves import (
    TO_HUMAN,
    Button,
    Message,
    Move,
    Turn,
    router_is_down,
    say,
    unknown_order,
    wrong,
)
from bot.actions.order_words import moment, order_buttons, tell
from bot.actions.orders import Order, latest_delivered, open_orders, order_named
from bot.actions.router_api import NotFound, RouterApi, Settings, Unavailable
from bot.flow import CANCEL_FLOW, Flow, Outcome, Slot

ASK_NUMBER: Final = Message(
    "把订单号发给我就能查（JN 开头加 10 位数字，在「我的订单」里可以复制）。"
)
ASK_ANONYMOUS: Final = Message(
    "您还没有登录，我看不到您的订单。登录后再问我一次，就能直接查到；"
    "也可以把订单号发给我（JN 开头加 10 位数字）。"
)


def ask_which(orders: tuple[Order, ...]) -> Message:
    """Ask which of several open orders is meant."""
    return Message(f"您有 {len(orders)} 笔订单还没完成，想查哪一笔？", order_buttons(orders))


def nothing_open(orders: tuple[Order, ...], now: datetime, settings: Settings) -> Move:
    """Say that no order is open, and help with the last one delivered."""
    delivered = latest_delivered(orders)
    if delivered is None:
        text = (
            "您目前没有进行中的订单。如果是用别的账号下的单，把订单号发给我，或者让人工同事帮您找。"
        )
        return Move((Message(text, (TO_HUMAN,)),), end=Outcome.DONE)
    at = delivered.delivered_at
    signed = f"{moment(at, now, settings.zone)} " if at else ""
    last = f"「{delivered.title}」（{delivered.number}）{signed}已经签收"
    text = f"您目前没有在路上的订单。最近一单{last}。"
    buttons = (Button("我没收到", "显示签收了但我没收到"), TO_HUMAN)
    return Move((Message(text, buttons, delivered.number),), end=Outcome.DONE)


class WhereIsMyOrderForm(FlowForm):
    """Finds the order: named in the message, shown on the page, the only open one, or chosen."""

    flow = Flow.WHERE_IS_MY_ORDER

    async def move(self, turn: Turn, router: RouterApi, now: datetime, settings: Settings) -> Move:
        """Return what this turn does."""
        if turn.intent == CANCEL_FLOW:
            return Move((Message("好的，不查了。有需要随时叫我。"),), end=Outcome.LEFT)
        if turn.named_order is not None:
            named = await self._named(turn, turn.named_order, router)
            if named is not None:
                return named
        if turn.shopper is None:
            if turn.step is None:
                return Move((ASK_ANONYMOUS,))
            return wrong(turn, "没认出订单号。", ASK_NUMBER)
        orders = await router.orders(turn.shopper)
        if isinstance(orders, Unavailable):
            return router_is_down()
        return self._among(turn, orders, now, settings)

    @staticmethod
    async def _named(turn: Turn, number: str, router: RouterApi) -> Move | None:
        """Return the move for a named order; None when only the page's number is unknown."""
        match await router.order(number, turn.shopper):
            case Order(number=found):
                return Move(slots={Slot.ORDER_NUMBER: found})
            case NotFound() if number == turn.page_order:
                return None
            case NotFound():
                return wrong(turn, unknown_order(number), ASK_NUMBER)
            case _:
                return router_is_down()

    @staticmethod
    def _among(turn: Turn, orders: tuple[Order, ...], now: datetime, settings: Settings) -> Move:
        candidates = open_orders(orders)
        if turn.step is not None:
            chosen = order_named(turn.text, candidates)
            if chosen is not None:
                return Move(slots={Slot.ORDER_NUMBER: chosen.number})
            ask = ask_which(candidates) if candidates else ASK_NUMBER
            return wrong(turn, "没听明白是哪一笔。", ask)
        match candidates:
            case ():
                return nothing_open(orders, now, settings)
            case (only,):
                return Move(slots={Slot.ORDER_NUMBER: only.number})
            case _:
                return Move((ask_which(candidates),))


class ShowOrder(Action):
    """Tells the state of the order that the form found, and ends the flow."""

    def name(self) -> str:
        """Return the name the rules use."""
        return "action_show_order"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Look the order up and say where it is; say nothing when the form ended without one."""
        turn, settings = Turn.of(tracker), Settings.from_environment()
        number = turn.slots[Slot.ORDER_NUMBER]
        if number is None:
            return closing_events(turn.slots[Slot.FLOW_OUTCOME] or Outcome.LEFT)
        async with RouterApi.opened(settings) as router:
            found = await router.order(number, turn.shopper)
        if isinstance(found, Order):
            say(dispatcher, (tell(found, datetime.now(UTC), settings.zone),))
            return closing_events(Outcome.DONE)
        say(dispatcher, router_is_down().messages)
        return closing_events(Outcome.LEFT)
