"""The shell both flows share: one call from Rasa's form in, one move out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from bot.actions.moves import Move, Turn, say
from bot.actions.router_api import RouterApi, Settings
from bot.flow import Flow, Slot


def closing_events(outcome: str) -> list[EventType]:
    """Forget what the flow gathered, and keep only how it ended."""
    return [AllSlotsReset(), SlotSet(Slot.FLOW_OUTCOME.value, str(outcome))]


class FlowForm(FormValidationAction, ABC):
    """A form whose whole turn is one move: it reads the input, sets slots and asks what is next.

    Rasa calls it on the form's start and on every message after; it asks its own questions, so
    a turn costs one call to the action server.
    """

    flow: ClassVar[Flow]

    def name(self) -> str:
        """Return the name under which Rasa's form calls its validation."""
        return f"validate_{self.flow.form}"

    @abstractmethod
    async def move(self, turn: Turn, router: RouterApi, now: datetime, settings: Settings) -> Move:
        """Return what one turn does."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Make the move of this turn."""
        settings = Settings.from_environment()
        async with RouterApi.opened(settings) as router:
            if self.flow.picks_up:
                settings = replace(settings, asked_pickups=await router.pickups())
            move = await self.move(Turn.of(tracker), router, datetime.now(UTC), settings)
        say(dispatcher, move.messages)
        return move.events()
