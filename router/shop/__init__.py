"""The shop behind the chat: one protocol, the demo shop and any shop over HTTP."""

from router.shop.absent import NoShop
from router.shop.demo import DemoShop
from router.shop.demo_file import InvalidShop, Product
from router.shop.http import HttpShop
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
    Shop,
    ShopOrder,
    ShopUnavailable,
    cards,
)

__all__ = [
    "ApplyForReturn",
    "CancelOrder",
    "ChangeAddress",
    "Coupon",
    "DemoShop",
    "Done",
    "ExchangeItem",
    "GrantCoupon",
    "HttpShop",
    "InvalidShop",
    "IssueInvoice",
    "Logistics",
    "Membership",
    "NoShop",
    "NoSuchOrder",
    "Operation",
    "OrderOperation",
    "Product",
    "ProtectPrice",
    "Receiver",
    "Refund",
    "RefundAmount",
    "Refused",
    "RepairItem",
    "Shop",
    "ShopOrder",
    "ShopUnavailable",
    "UrgeShipment",
    "cards",
    "name_of",
]
