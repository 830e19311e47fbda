"""The demo shop's rules: what may be done with an order, and why not, in the shopper's words.

They are those of data/shop/README.md. Pure; each gives None where nothing is against it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from router.domain.message import OrderCard

RETURN_WINDOW: Final = dt.timedelta(days=7)
QUALITY_WINDOW: Final = dt.timedelta(days=15)
PROTECTED: Final = {"apparel": dt.timedelta(days=15), "jewellery": dt.timedelta(days=7)}
INVOICE_WINDOW: Final = dt.timedelta(days=180)
MENDED_FREE: Final = dt.timedelta(days=365)
RETURNING: Final = "这个订单已经在退货中了。"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: the order, what was bought, what it costs now, and when it is."""

    card: OrderCard
    by_weight: bool
    drop: Decimal
    now: dt.datetime
    dealt_with: Mapping[str, str]
    """Operations already done, with what is said to a second try."""

    @property
    def since_delivery(self) -> dt.timedelta | None:
        """Give how long ago the order arrived."""
        at = self.card.delivered_at
        return self.now - at if at is not None else None


Rule = Callable[[Facts], str | None]


def refusals(facts: Facts) -> dict[str, str]:
    """Give every operation that is refused now, with why."""
    found = {
        name: facts.dealt_with[name] if name in facts.dealt_with else rule(facts)
        for name, rule in _RULES.items()
    }
    return {name: why for name, why in found.items() if why is not None}


def no_return(facts: Facts) -> str | None:
    """Say why an order cannot be returned without a fault."""
    age = facts.since_delivery
    if facts.card.state != "delivered" or age is None:
        return _not_arrived(facts.card.state)
    if facts.by_weight:
        return "按克重计价的黄金不支持无理由退货；有质量问题的话，签收 15 天内可以凭检测退换。"
    if age > RETURN_WINDOW:
        return "这个订单签收已超过 7 天，不能再无理由退货了；有质量问题的话请联系人工客服。"
    return None


def no_quality_return(facts: Facts) -> str | None:
    """Say why an order cannot be returned for a fault."""
    age = facts.since_delivery
    if facts.card.state != "delivered" or age is None:
        return _not_arrived(facts.card.state)
    if age > QUALITY_WINDOW:
        return "这个订单签收已超过 15 天，质量问题请联系人工客服走维修。"
    return None


def _no_urging(facts: Facts) -> str | None:
    match facts.card.state:
        case "paid" | "shipped":
            return None
        case "unpaid":
            return "这一单还没付款，仓库收不到单；付款后当天或次日就会发出。"
        case "presale":
            return "这一单是预售，要到商品页写的日期才能发，没法提前。"
        case _:
            return "这一单已经签收或结束，不用再催了。"


def _no_other_address(facts: Facts) -> str | None:
    match facts.card.state:
        case "unpaid" | "presale" | "paid":
            return None
        case "shipped":
            return "包裹已经发出，系统里改不了地址，要人工联系快递改派，不保证成功。"
        case _:
            return "这一单已经签收或结束，地址不用再改了。"


def _no_cancelling(facts: Facts) -> str | None:
    match facts.card.state:
        case "unpaid" | "paid":
            return None
        case "presale":
            return "这一单是预售，已付定金；退不退定金要人工按下单页的说明核实。"
        case "shipped":
            return "包裹已经发出，不能直接取消了；可以请人工试着拦截，或者签收后退货。"
        case "delivered":
            return "这一单已经签收，不能取消；在退货期内可以申请退货。"
        case _:
            return "这一单已经在退货、已退款或已关闭，不用再取消。"


def _no_protection(facts: Facts) -> str | None:
    card = facts.card
    if card.state not in {"paid", "shipped", "delivered"}:
        return _unprotected_state(card.state)
    if facts.by_weight:
        return "按克重计价的黄金随金价浮动，不参加价保。"
    if facts.now > protected_until(card):
        return "这一单已经过了价保期（服饰 15 天，一口价首饰 7 天，双 11 订单到 12 月 11 日）。"
    if facts.drop <= 0:
        return "核对过了，这一单的商品现在没有比您买的时候便宜。"
    return None


def _unprotected_state(state: str) -> str:
    match state:
        case "unpaid":
            return "这一单还没付款，直接取消，按现在的价格重新下单就可以。"
        case "presale":
            return "预售尾款不参加价保。"
        case _:
            return "这一单在退货或已经结束，不能再申请价保。"


def protected_until(card: OrderCard) -> dt.datetime:
    """Give until when a price is protected; orders of 11.11 until 11 December."""
    placed = card.placed_at
    if (placed.month, placed.day) == (11, 11):
        return placed.replace(month=12, day=11, hour=23, minute=59)
    return placed + PROTECTED.get(card.product_line, dt.timedelta(0))


def _no_invoice(facts: Facts) -> str | None:
    card, age = facts.card, facts.since_delivery
    if card.store != "online":
        return "门店买的，请带小票到购买门店开票。"
    match card.state:
        case "returning":
            return "这一单正在退货，等退货有了结果再开，免得金额对不上。"
        case "refunded":
            return "这一单已经退款，退掉的部分不再开发票。"
        case "unpaid" | "presale" | "paid" | "shipped":
            return "发票要等签收后才能开，签收后再跟我说一声就行。"
        case _ if age is None:
            return "这一单没有成交，开不了发票。"
        case _ if age > INVOICE_WINDOW:
            return "订单完成超过 180 天，不能再开发票了。"
        case _:
            return None


def _no_exchange(facts: Facts) -> str | None:
    card, age = facts.card, facts.since_delivery
    if card.state != "delivered" or age is None:
        return _not_exchangeable_state(card.state)
    if card.product_line == "jewellery":
        return "首饰不能直接换规格：戒指 7 天内可以免费改圈一次，其他款要人工看一下。"
    if age > RETURN_WINDOW:
        return "这一单签收已超过 7 天，不能再换码了。"
    return None


def _not_exchangeable_state(state: str) -> str:
    match state:
        case "unpaid" | "presale" | "paid":
            return "这一单还没发货，规格改不了，可以取消后重新拍对的。"
        case "shipped":
            return "包裹还在路上，签收后 7 天内可以换码。"
        case _:
            return "这一单在退货或已经结束，不能再换了。"


def _no_repair(facts: Facts) -> str | None:
    state, age = facts.card.state, facts.since_delivery
    if state in {"returning", "refunded"}:
        return "这一单在退货或已经退款，不能再送修。"
    if age is None:
        return "东西还没到您手上，收到后有问题再跟我说。"
    if facts.card.product_line == "apparel" and age > MENDED_FREE:
        return "衣服买了超过一年，能不能修、收多少要人工看照片。"
    return None


def _no_part_refund(facts: Facts) -> str | None:
    if facts.card.state == "returning":
        return "这一单正在退货，整单的钱会退，不能再退一部分。"
    if facts.card.state in {"unpaid", "closed", "refunded"}:
        return "这一单没有可以退的钱。"
    return None


def _not_arrived(state: str) -> str:
    match state:
        case "unpaid":
            return "这个订单还没有付款，直接取消就可以，不用退货。"
        case "paid" | "presale":
            return "这个订单还没有发货，可以直接取消订单，钱会原路退回。"
        case "shipped":
            return "包裹还在路上，签收后才能申请退货；不想要的话也可以拒收。"
        case "returning":
            return RETURNING
        case "refunded":
            return "这个订单已经退款了。"
        case _:
            return "这个订单已经关闭，不能申请退货。"


_RULES: Final[Mapping[str, Rule]] = {
    "apply_for_return": no_return,
    "urge_shipment": _no_urging,
    "change_address": _no_other_address,
    "cancel_order": _no_cancelling,
    "protect_price": _no_protection,
    "issue_invoice": _no_invoice,
    "exchange_item": _no_exchange,
    "repair_item": _no_repair,
    "refund_amount": _no_part_refund,
}


def other_specs(specs: Sequence[str], own: str) -> tuple[str, ...]:
    """Give what an item of `own` could be exchanged for."""
    return tuple(spec for spec in specs if spec != own)
