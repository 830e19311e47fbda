"""Orders as the router's internal API gives them, and which of them a shopper means; pure."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from bot.lexicon import bare, ordinal_in

_SHORTEST_NAME: Final = 2


class OrderState(StrEnum):
    """The states of an order."""

    UNPAID = "unpaid"
    PRESALE = "presale"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNING = "returning"
    REFUNDED = "refunded"
    CLOSED = "closed"

    @property
    def shown(self) -> str:
        """Return the state as the order page shows it."""
        return _SHOWN[self]


_SHOWN: Final = {
    OrderState.UNPAID: "待付款",
    OrderState.PRESALE: "预售中",
    OrderState.PAID: "待发货",
    OrderState.SHIPPED: "运输中",
    OrderState.DELIVERED: "已签收",
    OrderState.RETURNING: "退货中",
    OrderState.REFUNDED: "已退款",
    OrderState.CLOSED: "已关闭",
}
_ON_THE_WAY: Final = frozenset({OrderState.PRESALE, OrderState.PAID, OrderState.SHIPPED})
_WAITING: Final = frozenset({OrderState.UNPAID, OrderState.RETURNING})


class Item(msgspec.Struct, frozen=True):
    """One line of an order."""

    title: str
    spec: str = ""
    quantity: int = 1
    price: str = ""


class TrackingEvent(msgspec.Struct, frozen=True):
    """The latest thing the carrier said of a parcel."""

    at: datetime
    text: str


class Receiver(msgspec.Struct, frozen=True):
    """Where an order goes; the phone is masked."""

    name: str = ""
    phone: str = ""
    address: str = ""


class Order(msgspec.Struct, frozen=True):
    """One order of a shopper; unknown fields of a newer router are ignored."""

    number: str
    state: OrderState
    items: tuple[Item, ...] = ()
    product_line: str = ""
    carrier: str | None = None
    tracking: str | None = None
    last_event: TrackingEvent | None = None
    promised_ship_at: datetime | None = None
    delivered_at: datetime | None = None
    returnable: bool = False
    not_returnable_reason: str | None = None
    receiver: Receiver | None = None
    refusals: dict[str, str] = {}
    specs: tuple[tuple[str, ...], ...] = ()
    as_of: datetime | None = None
    """When the shop last said so, if it cannot be asked now."""

    @property
    def title(self) -> str:
        """Return the first item's title, and that there are more."""
        if not self.items:
            return self.number
        more = f" 等 {len(self.items)} 件" if len(self.items) > 1 else ""
        return self.items[0].title + more


def open_orders(orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """Return the orders 我的快递 can mean: those on the way, else those waiting for a step."""
    on_the_way = tuple(order for order in orders if order.state in _ON_THE_WAY)
    return on_the_way or tuple(order for order in orders if order.state in _WAITING)


def latest_delivered(orders: tuple[Order, ...]) -> Order | None:
    """Return the newest delivered order of `orders`, which come newest first."""
    return next((order for order in orders if order.state is OrderState.DELIVERED), None)


def returnable_orders(orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """Return the orders the shop takes back now."""
    return tuple(order for order in orders if order.returnable)


def _shared_length(text: str, name: str) -> int:
    """Return the length of the longest piece of `name` that stands in `text`."""
    for length in range(len(name), _SHORTEST_NAME - 1, -1):
        if any(name[at : at + length] in text for at in range(len(name) - length + 1)):
            return length
    return 0


def order_named(text: str, orders: tuple[Order, ...]) -> Order | None:
    """Return the order 第二个 or 那件大衣 names; None if none, or more than one, fits."""
    place = ordinal_in(text, len(orders))
    if place is not None:
        return orders[place]
    plain = bare(text)
    lengths = [
        max(
            (_shared_length(plain, bare(item.title + item.spec)) for item in order.items), default=0
        )
        for order in orders
    ]
    best = max(lengths, default=0)
    return orders[lengths.index(best)] if best and lengths.count(best) == 1 else None


def item_named(text: str, order: Order) -> int | None:
    """Return the place of the one item of an order that `text` names, or None."""
    if len(order.items) == 1:
        return 0
    plain = bare(text)
    lengths = [_shared_length(plain, bare(item.title)) for item in order.items]
    best = max(lengths, default=0)
    return lengths.index(best) if best and lengths.count(best) == 1 else None
