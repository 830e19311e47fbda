"""The last move of every service: have the shop do it, once, and tell how it went."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from bot.actions.forms import closing_events
from bot.actions.moves import TO_HUMAN, Message, Turn, router_is_down, say
from bot.actions.router_api import Done, Refused, RouterApi, Settings, Unavailable
from bot.actions.service import Service
from bot.actions.services import SERVICES
from bot.flow import Outcome, Slot

UNSURE: Final = (
    "抱歉，提交时系统没有响应，我不确定有没有办成。"
    "请过几分钟到订单页看一眼，没有变化就再跟我说一次，或者让人工同事处理。"
)


async def finish(
    service: Service, turn: Turn, router: RouterApi, now: datetime, settings: Settings
) -> tuple[tuple[Message, ...], Outcome]:
    """Have the shop do what the form has gathered, and return what to say."""
    known = {slot: value for slot, value in turn.slots.items() if value is not None}
    number = known[Slot.ORDER_NUMBER]
    fields = {
        "shopper": turn.shopper or "",
        "order": number,
        **service.fields(known, now, settings),
    }
    match await router.perform(service.operation, turn.key, fields):
        case Done() as done:
            return (service.done(done, known, now, settings),), Outcome.DONE
        case Refused(detail=detail):
            text = f"「{known.get(Slot.ORDER_TITLE, number)}」没能办成：{detail}"
            return (Message(text, (TO_HUMAN,), number),), Outcome.DONE
        case Unavailable(perhaps_done=False):
            return router_is_down().messages, Outcome.LEFT
        case _:
            return (Message(UNSURE, (TO_HUMAN,), number),), Outcome.LEFT


class FinishService(Action):
    """Ends a service; does nothing when the form ended before everything was known."""

    def name(self) -> str:
        """Return the name the rules use."""
        return "action_finish_service"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Have the shop do it."""
        turn, settings = Turn.of(tracker), Settings.from_environment()
        service = SERVICES.get(turn.intent)
        ended = turn.slots[Slot.FLOW_OUTCOME]
        if ended is not None or service is None or turn.slots[Slot.ORDER_NUMBER] is None:
            return closing_events(ended or Outcome.LEFT)
        async with RouterApi.opened(settings) as router:
            if service.flow.picks_up:
                settings = replace(settings, asked_pickups=await router.pickups())
            messages, outcome = await finish(service, turn, router, datetime.now(UTC), settings)
        say(dispatcher, messages)
        return closing_events(outcome)
