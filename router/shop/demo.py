"""The demo shop: orders of a file, changed by the operations while it runs."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import assert_never

from router.domain.people import Shopper
from router.shop import rules
from router.shop.demo_file import Bought, Product, masked, read_file
from router.shop.operations import (
    ApplyForReturn,
    CancelOrder,
    ChangeAddress,
    ExchangeItem,
    GrantCoupon,
    IssueInvoice,
    Operation,
    OrderOperation,
    ProtectPrice,
    RefundAmount,
    RepairItem,
    UrgeShipment,
    name_of,
)
from router.shop.protocol import (
    Coupon,
    Done,
    Logistics,
    Membership,
    NoSuchOrder,
    Receiver,
    Refund,
    Refused,
    ShopOrder,
)

FREE_RETURNS = {"gold": 2, "diamond": math.inf}
"""Returns without a fault that a tier sends back at the shop's cost."""
HURRIED = dt.timedelta(hours=24)
REPAIRED = dt.timedelta(days=10)
MONEY_BACK = dt.timedelta(days=3)
INVOICED = dt.timedelta(hours=24)

Outcome = Done | Refused


@dataclass(frozen=True, slots=True)
class _Change:
    """What an operation does to an order, and what it answers."""

    done: Done
    bought: Bought
    refund: Refund | None = None


class DemoShop:
    """Shoppers, products and orders of the demo; what is done to them is kept while it runs."""

    available = True
    connected = True

    def __init__(
        self,
        shoppers: Mapping[str, Shopper],
        products: Mapping[str, Product],
        orders: tuple[Bought, ...],
        clock: Callable[[], dt.datetime],
        spend: Mapping[str, Mapping[int, Decimal]] | None = None,
    ) -> None:
        self.shoppers = shoppers
        self.products = products
        self.bought = {order.card.number: order for order in orders}
        self._now = clock
        self._spend = spend or {}
        self._free_returns: Counter[str] = Counter()
        self._refunds: dict[str, list[Refund]] = {}
        self._coupons: dict[str, list[Coupon]] = {}
        self._answered: dict[str, tuple[Operation, Outcome | NoSuchOrder]] = {}

    @classmethod
    def load(cls, path: Path, clock: Callable[[], dt.datetime]) -> DemoShop:
        """Read the demo's file; its times such as `-2d` count from now."""
        file = read_file(path, clock())
        shop = cls(file.shoppers, file.products, file.orders, clock, file.spend)
        for order in file.orders:
            if order.card.state in {"returning", "refunded"}:
                shop._note_refund(order.shopper, _refund_of(order))
        return shop

    def shopper(self, shopper: str) -> Shopper | None:
        """Give a shopper the demo knows."""
        return self.shoppers.get(shopper)

    async def orders(self, shopper: str) -> tuple[ShopOrder, ...]:
        """Give a shopper's orders, newest first."""
        found = [order for order in self.bought.values() if order.shopper == shopper]
        newest_first = sorted(found, key=lambda order: order.card.placed_at, reverse=True)
        return tuple(self._shown(order) for order in newest_first)

    async def order(self, number: str, shopper: str | None) -> ShopOrder | NoSuchOrder:
        """Give one order of the shopper's; another's order is as unknown as none."""
        found = self._own(number, shopper)
        return self._shown(found) if found is not None else NoSuchOrder(number)

    async def logistics(self, number: str, shopper: str) -> Logistics | NoSuchOrder:
        """Give every word of the carrier on an order."""
        found = self._own(number, shopper)
        if found is None:
            return NoSuchOrder(number)
        return Logistics(number, found.card.carrier, found.card.tracking, found.events)

    async def refunds(self, shopper: str) -> tuple[Refund, ...]:
        """Give a shopper's refunds, newest first."""
        found = self._refunds.get(shopper, [])
        return tuple(sorted(found, key=lambda refund: refund.asked_at, reverse=True))

    async def coupons(self, shopper: str) -> tuple[Coupon, ...]:
        """Give the coupons a shopper may use now."""
        now = self._now()
        return tuple(c for c in self._coupons.get(shopper, []) if c.valid_until > now)

    async def membership(self, shopper: str) -> Membership:
        """Give a shopper's tier and spend by calendar year."""
        known = self.shoppers.get(shopper)
        return Membership(shopper, known.tier if known else None, self._spend.get(shopper, {}))

    async def perform(self, operation: Operation, key: str) -> Outcome | NoSuchOrder:
        """Do an operation, once for each `key`."""
        before = self._answered.get(key)
        if before is not None:
            asked, answer = before
            return answer if asked == operation else Refused("这个请求的编号已经用过了。")
        answer = self._do(operation, _receipt(operation, key))
        self._answered[key] = (operation, answer)
        return answer

    def _do(self, operation: Operation, number: str) -> Outcome | NoSuchOrder:
        if isinstance(operation, GrantCoupon):
            return self._grant(operation, number)
        order = self._own(operation.order, operation.shopper)
        if order is None:
            return NoSuchOrder(operation.order)
        refusal = self._refusal(operation, order)
        if refusal is not None:
            return Refused(refusal)
        change = self._change(operation, order, number)
        if isinstance(change, Refused):
            return change
        dealt = {**change.bought.dealt_with, **_said_again(operation)}
        self.bought[order.card.number] = replace(change.bought, dealt_with=dealt)
        if change.refund is not None:
            self._note_refund(order.shopper, change.refund)
        return change.done

    def _refusal(self, operation: OrderOperation, order: Bought) -> str | None:
        facts = self._facts(order)
        if isinstance(operation, ApplyForReturn) and operation.reason == "quality":
            return facts.dealt_with.get("apply_for_return") or rules.no_quality_return(facts)
        return rules.refusals(facts).get(name_of(operation))

    def _change(self, operation: OrderOperation, order: Bought, number: str) -> _Change | Refused:
        now = self._now()
        match operation:
            case ApplyForReturn(reason=reason, pickup=pickup):
                free = reason == "quality" or self._sends_free(order.shopper)
                done = Done(number, order.card.total, "shop" if free else "shopper", pickup)
                refund = Refund(number, order.card.number, order.card.total, "requested", now)
                return _Change(done, _in_state(order, "returning"), refund)
            case UrgeShipment():
                return _Change(Done(number, by=now + HURRIED), order)
            case ChangeAddress():
                return _Change(Done(number), replace(order, receiver=_moved(order, operation)))
            case CancelOrder():
                return _cancelled(order, number, now)
            case ProtectPrice():
                amount, by = f"{_drop(order):.2f}", now + MONEY_BACK
                refund = Refund(number, order.card.number, amount, "approved", now, None, by)
                return _Change(Done(number, amount, by=by), order, refund)
            case IssueInvoice():
                return _Change(Done(number, order.card.total, by=now + INVOICED), order)
            case ExchangeItem():
                return _exchanged(order, operation, number)
            case RepairItem():
                return _Change(Done(number, pickup=operation.pickup, by=now + REPAIRED), order)
            case RefundAmount(amount=amount):
                return self._paid_back(order, amount, number)
            case _:
                assert_never(operation)

    def _paid_back(self, order: Bought, amount: str, number: str) -> _Change | Refused:
        given = [r for r in self._refunds.get(order.shopper, []) if r.order == order.card.number]
        left = Decimal(order.card.total) - sum((Decimal(r.amount) for r in given), Decimal(0))
        if Decimal(amount) > left:
            return Refused(f"这一单最多还能退 {max(left, Decimal(0)):.2f} 元。")
        now = self._now()
        refund = Refund(
            number, order.card.number, amount, "approved", now, expected_by=now + MONEY_BACK
        )
        return _Change(Done(number, amount, by=now + MONEY_BACK), order, refund)

    def _grant(self, operation: GrantCoupon, number: str) -> Outcome:
        until = self._now() + dt.timedelta(days=operation.days)
        title = f"{operation.amount} 元无门槛券"
        coupon = Coupon(number, title, operation.amount, "0.00", until)
        self._coupons.setdefault(operation.shopper, []).append(coupon)
        return Done(number, operation.amount, by=until)

    def _sends_free(self, shopper: str) -> bool:
        """Take one of the free returns of a shopper's tier, while there are some."""
        tier = self.shoppers[shopper].tier if shopper in self.shoppers else "ordinary"
        if self._free_returns[shopper] >= FREE_RETURNS.get(tier, 0):
            return False
        self._free_returns[shopper] += 1
        return True

    def _own(self, number: str, shopper: str | None) -> Bought | None:
        order = self.bought.get(number.upper())
        return order if order is not None and order.shopper == shopper else None

    def _note_refund(self, shopper: str, refund: Refund) -> None:
        self._refunds.setdefault(shopper, []).append(refund)

    def _facts(self, order: Bought) -> rules.Facts:
        by_weight = any(product.pricing == "by_weight" for product in order.products)
        return rules.Facts(order.card, by_weight, _drop(order), self._now(), order.dealt_with)

    def _shown(self, order: Bought) -> ShopOrder:
        refusals = rules.refusals(self._facts(order))
        no_return = refusals.get("apply_for_return")
        card = replace(order.card, returnable=no_return is None, not_returnable_reason=no_return)
        specs = tuple(
            rules.other_specs(product.specs, item.spec)
            for product, item in zip(order.products, order.card.items, strict=True)
        )
        return ShopOrder(card, order.receiver, refusals, specs)


def _receipt(operation: Operation, key: str) -> str:
    letters = {ApplyForReturn: "RT", ExchangeItem: "EX", RepairItem: "RP", IssueInvoice: "FP"}
    digest = hashlib.sha256(key.encode()).hexdigest()[:10].upper()
    return letters.get(type(operation), "SR") + digest


def _in_state(order: Bought, state: str) -> Bought:
    return replace(order, card=replace(order.card, state=state))


def _said_again(operation: OrderOperation) -> dict[str, str]:
    """Give what a second try of an operation is refused with; {} where one may follow."""
    match operation:
        case UrgeShipment():
            return {"urge_shipment": "刚刚已经催过了，24 小时内会有回音，先不用再催。"}
        case ProtectPrice():
            return {"protect_price": "这一单的差价已经退过一次了。"}
        case IssueInvoice():
            return {"issue_invoice": "这一单已经开过发票了；抬头要改的话，在订单页就能换。"}
        case ExchangeItem():
            busy = "这一单正在换货，等换好的寄到再说。"
            return dict.fromkeys(("exchange_item", "apply_for_return", "repair_item"), busy)
        case RepairItem():
            return {"repair_item": "这一单已经登记过送修了。"}
        case _:
            return {}


def _drop(order: Bought) -> Decimal:
    """Give by how much the order's items have become cheaper."""
    return sum(
        (
            (Decimal(item.price) - Decimal(product.price_now)) * item.quantity
            for item, product in zip(order.card.items, order.products, strict=True)
            if product.price_now is not None
        ),
        Decimal(0),
    )


def _moved(order: Bought, to: ChangeAddress) -> Receiver:
    old = order.receiver or Receiver("", "", "")
    return Receiver(
        to.receiver or old.name,
        masked(to.phone) if to.phone else old.phone,
        to.address or old.address,
    )


def _cancelled(order: Bought, number: str, now: dt.datetime) -> _Change:
    closed = _in_state(order, "closed")
    if order.card.state == "unpaid":
        return _Change(Done(number), closed)
    total = order.card.total
    refund = Refund(number, order.card.number, total, "approved", now, expected_by=now + MONEY_BACK)
    return _Change(Done(number, total, by=now + MONEY_BACK), closed, refund)


def _exchanged(order: Bought, wanted: ExchangeItem, number: str) -> _Change | Refused:
    if wanted.item >= len(order.card.items):
        return Refused("这一单里没有这件商品。")
    product, item = order.products[wanted.item], order.card.items[wanted.item]
    if wanted.spec not in rules.other_specs(product.specs, item.spec):
        return Refused(f"「{product.title}」没有{wanted.spec}这个规格了。")
    return _Change(Done(number, freight="shop", pickup=wanted.pickup), order)


def _refund_of(order: Bought) -> Refund:
    """Give the refund of an order the file has as returning or refunded."""
    asked = _first_at(order, "退货申请") or order.card.delivered_at or order.card.placed_at
    number = "RT" + order.card.number[2:]
    if order.card.state == "refunded":
        paid = order.events[-1].at if order.events else asked
        return Refund(number, order.card.number, order.card.total, "paid", asked, paid)
    state = "received" if _first_at(order, "入库") else "requested"
    return Refund(number, order.card.number, order.card.total, state, asked)


def _first_at(order: Bought, word: str) -> dt.datetime | None:
    return next((event.at for event in order.events if word in event.text), None)
