"""The services, each a declaration of its own; by the name of the flow."""

from typing import Final

from bot.actions.service import Service
from bot.actions.services.cancel_order import CANCEL_ORDER
from bot.actions.services.change_address import CHANGE_ADDRESS
from bot.actions.services.exchange import EXCHANGE
from bot.actions.services.invoice import INVOICE
from bot.actions.services.price_protection import PRICE_PROTECTION
from bot.actions.services.repair import REPAIR
from bot.actions.services.urge_shipment import URGE_SHIPMENT

SERVICES: Final[dict[str, Service]] = {
    service.flow.value: service
    for service in (
        CANCEL_ORDER,
        CHANGE_ADDRESS,
        EXCHANGE,
        INVOICE,
        PRICE_PROTECTION,
        REPAIR,
        URGE_SHIPMENT,
    )
}
