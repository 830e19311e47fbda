"""The last move of a return: book it with the router, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import closing_events
from bot.actions.moves import Turn, say
from bot.actions.return_words import submitted
from bot.actions.router_api import RouterApi, Settings, Unavailable
from bot.flow import Outcome, Slot
from bot.pickup import PickupWindow


class SubmitReturn(Action):
    """Books the return the form has gathered and confirmed, and ends the flow."""

    def name(self) -> str:
        """Return the name the rules use."""
        return "action_submit_return"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Book the return; do nothing when the form ended before it was confirmed."""
        turn, settings = Turn.of(tracker), Settings.from_environment()
        number, reason, pickup = (
            turn.slots[slot] for slot in (Slot.ORDER_NUMBER, Slot.RETURN_REASON, Slot.RETURN_PICKUP)
        )
        if not (number and reason and pickup and turn.shopper):
            return closing_events(turn.slots[Slot.FLOW_OUTCOME] or Outcome.LEFT)
        async with RouterApi.opened(settings) as router:
            fields = {"shopper": turn.shopper, "order": number, "reason": reason, "pickup": pickup}
            result = await router.perform("apply_for_return", turn.key, fields)
        window, today = PickupWindow.of_code(pickup), datetime.now(settings.zone).date()
        say(dispatcher, (submitted(result, number, window, today),))
        return closing_events(Outcome.LEFT if isinstance(result, Unavailable) else Outcome.DONE)
