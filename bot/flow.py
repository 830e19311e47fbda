"""Names the domain, the channel and the actions share: flows, their steps and slots."""

from enum import StrEnum
from typing import Final


class Flow(StrEnum):
    """The multi-turn flows; each is also the intent that starts it."""

    WHERE_IS_MY_ORDER = "where_is_my_order"
    RETURN_REQUEST = "return_request"
    URGE_SHIPMENT = "urge_shipment"
    CHANGE_ADDRESS = "change_address"
    CANCEL_ORDER = "cancel_order"
    REFUND_PROGRESS = "refund_progress"
    PRICE_PROTECTION = "price_protection"
    INVOICE_REQUEST = "invoice_request"
    EXCHANGE_REQUEST = "exchange_request"
    REPAIR_REQUEST = "repair_request"

    @property
    def form(self) -> str:
        """Return the name of the Rasa form that leads the flow."""
        return f"{self.value}_form"

    @property
    def picks_up(self) -> bool:
        """Tell whether a courier comes in the end."""
        return self in {Flow.RETURN_REQUEST, Flow.EXCHANGE_REQUEST, Flow.REPAIR_REQUEST}

    @classmethod
    def of_form(cls, form: str | None) -> "Flow | None":
        """Return the flow a form name belongs to, or None."""
        return next((flow for flow in cls if flow.form == form), None)


class Outcome(StrEnum):
    """How a flow ended: it came to its end, or it was left before."""

    DONE = "done"
    LEFT = "left"


class Slot(StrEnum):
    """The slots of the domain; those up to `confirmed` are also the steps that ask for them."""

    ORDER_NUMBER = "order_number"
    RETURN_REASON = "return_reason"
    RETURN_PICKUP = "return_pickup"
    NEW_ADDRESS = "new_address"
    INVOICE_TITLE = "invoice_title"
    INVOICE_EMAIL = "invoice_email"
    EXCHANGE_SPEC = "exchange_spec"
    REPAIR_FAULT = "repair_fault"
    CONFIRMED = "confirmed"
    OFFERED_PICKUP = "offered_pickup"
    ORDER_TITLE = "order_title"
    PRODUCT_LINE = "product_line"
    WRONG_INPUTS = "wrong_inputs"
    FLOW_OUTCOME = "flow_outcome"


CANCEL_FLOW: Final = "cancel_flow"
FLOW_ONLY_INTENTS: Final = frozenset({CANCEL_FLOW, "affirm", "deny"})
HUMAN: Final = "转人工"
