"""What the shop may be asked to do: each operation a value, the same wherever it comes from.

Amounts are decimal text in yuan, such as "899.00".
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Id = Annotated[str, Meta(min_length=1, max_length=80)]
Amount = Annotated[str, Meta(pattern=r"^(0|[1-9]\d{0,8})\.\d{2}$")]
Words = Annotated[str, Meta(max_length=300)]
ReturnReason = Literal["quality", "size", "changed_mind"]


class _Operation(Struct, frozen=True, forbid_unknown_fields=True, tag_field="operation"):
    """An operation is for one shopper."""

    shopper: Id


class _OnOrder(_Operation, frozen=True, forbid_unknown_fields=True, tag_field="operation"):
    """An operation on one of the shopper's orders."""

    order: Id


class ApplyForReturn(_OnOrder, frozen=True, tag="apply_for_return"):
    """Book a return, with the window in which the courier comes."""

    reason: ReturnReason
    pickup: Annotated[str, Meta(max_length=40)]


class UrgeShipment(_OnOrder, frozen=True, tag="urge_shipment"):
    """Ask warehouse or carrier to hurry."""

    needed_by: Words = ""


class ChangeAddress(_OnOrder, frozen=True, tag="change_address"):
    """Send an order elsewhere; an empty field stays as it is."""

    address: Words = ""
    receiver: Annotated[str, Meta(max_length=40)] = ""
    phone: Annotated[str, Meta(max_length=20)] = ""


class CancelOrder(_OnOrder, frozen=True, tag="cancel_order"):
    """Cancel an order that has not left; what was paid goes back."""

    reason: Words = ""


class ProtectPrice(_OnOrder, frozen=True, tag="protect_price"):
    """Pay back what an item has become cheaper by since it was bought."""


class IssueInvoice(_OnOrder, frozen=True, tag="issue_invoice"):
    """Make out an electronic invoice; a company has a tax number, a person none."""

    title: Annotated[str, Meta(min_length=1, max_length=100)]
    email: Annotated[str, Meta(min_length=3, max_length=120)]
    tax_number: Annotated[str, Meta(max_length=30)] = ""


class ExchangeItem(_OnOrder, frozen=True, tag="exchange_item"):
    """Change a delivered item for another spec of the same product."""

    spec: Annotated[str, Meta(min_length=1, max_length=60)]
    item: Annotated[int, Meta(ge=0, le=99)] = 0
    pickup: Annotated[str, Meta(max_length=40)] = ""


class RepairItem(_OnOrder, frozen=True, tag="repair_item"):
    """Take an item in for repair."""

    fault: Annotated[str, Meta(min_length=1, max_length=300)]
    item: Annotated[int, Meta(ge=0, le=99)] = 0
    pickup: Annotated[str, Meta(max_length=40)] = ""


class GrantCoupon(_Operation, frozen=True, forbid_unknown_fields=True, tag="grant_coupon"):
    """Give the shopper a coupon of an amount."""

    amount: Amount
    days: Annotated[int, Meta(ge=1, le=366)] = 30
    reason: Words = ""


class RefundAmount(_OnOrder, frozen=True, tag="refund_amount"):
    """Pay part of an order's price back without a return."""

    amount: Amount
    reason: Words = ""


Operation = (
    ApplyForReturn
    | UrgeShipment
    | ChangeAddress
    | CancelOrder
    | ProtectPrice
    | IssueInvoice
    | ExchangeItem
    | RepairItem
    | GrantCoupon
    | RefundAmount
)
OrderOperation = (
    ApplyForReturn
    | UrgeShipment
    | ChangeAddress
    | CancelOrder
    | ProtectPrice
    | IssueInvoice
    | ExchangeItem
    | RepairItem
    | RefundAmount
)


def name_of(operation: Operation | type[Operation]) -> str:
    """Give an operation's name on the wire, such as cancel_order."""
    return str(operation.__struct_config__.tag)
