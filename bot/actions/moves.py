"""What one turn of a flow does: messages to say, slots to set, and how the flow ends, if so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from bot.flow import HUMAN, Outcome, Slot
from bot.lexicon import order_number_in

OFFER_AFTER: Final = 2
GIVE_UP_AFTER: Final = 3


@dataclass(frozen=True, slots=True)
class Button:
    """A button that sends `say` as the shopper's words."""

    title: str
    say: str


@dataclass(frozen=True, slots=True)
class Message:
    """One thing the bot says; `order` shows that order's card below it."""

    text: str
    buttons: tuple[Button, ...] = ()
    order: str | None = None


TO_HUMAN: Final = Button(HUMAN, HUMAN)


@dataclass(frozen=True, slots=True)
class Move:
    """The outcome of one turn."""

    messages: tuple[Message, ...] = ()
    slots: Mapping[Slot, str] = field(default_factory=dict)
    wrong_inputs: int = 0
    end: Outcome | None = None

    def events(self) -> list[EventType]:
        """Return the Rasa events of the move.

        There is always one, since a form that sets nothing would be refused by Rasa.
        """
        events = [SlotSet(slot.value, value) for slot, value in self.slots.items()]
        events.append(SlotSet(Slot.WRONG_INPUTS.value, float(self.wrong_inputs)))
        # Also None: how the flow before this one ended is not how this one does.
        events.append(SlotSet(Slot.FLOW_OUTCOME.value, self.end.value if self.end else None))
        if self.end is not None:
            events.append(SlotSet(REQUESTED_SLOT, None))
        return events


@dataclass(frozen=True, slots=True)
class Turn:
    """One shopper message inside a flow, with what the flow knows already."""

    text: str
    intent: str
    shopper: str | None
    page_order: str | None
    step: Slot | None
    slots: Mapping[Slot, str | None]
    wrong_inputs: int
    key: str = ""
    """What an operation of this turn is done under, once, however often it is asked."""

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read the turn from Rasa's tracker; `step` is None on the flow's first message."""
        message: Mapping[str, Any] = tracker.latest_message
        metadata = message.get("metadata") or {}
        step = tracker.slots.get(REQUESTED_SLOT)
        return cls(
            text=message.get("text") or "",
            intent=(message.get("intent") or {}).get("name") or "",
            shopper=metadata.get("shopper"),
            page_order=metadata.get("order"),
            step=Slot(step) if step else None,
            slots={s: tracker.slots.get(s.value) for s in Slot if s is not Slot.WRONG_INPUTS},
            wrong_inputs=int(tracker.slots.get(Slot.WRONG_INPUTS.value) or 0),
            key=f"flow-{metadata.get('message') or tracker.sender_id}",
        )

    @property
    def named_order(self) -> str | None:
        """Return the order number the message names, else on the first turn the page's."""
        return order_number_in(self.text) or (self.page_order if self.step is None else None)


def wrong(turn: Turn, why: str, ask: Message) -> Move:
    """Ask again, offer a human after two wrong inputs in a row, and stop asking after three."""
    count = turn.wrong_inputs + 1
    if count >= GIVE_UP_AFTER:
        text = f"{why}\n这一步我没能帮上您，请人工同事接着看吧，前面说的都会带过去。"
        return Move((Message(text, (TO_HUMAN,)),), end=Outcome.LEFT)
    buttons = (*ask.buttons, TO_HUMAN) if count >= OFFER_AFTER else ask.buttons
    return Move((Message(f"{why}\n{ask.text}", buttons, ask.order),), wrong_inputs=count)


def unknown_order(number: str) -> str:
    """Say that no such order is found under this account."""
    return f"没有查到订单 {number}，可能是号码抄错了一位，或不在这个账号下。"


def router_is_down() -> Move:
    """Apologise for an order system that does not answer, and offer a human."""
    text = (
        "抱歉，订单系统这会儿没有响应，我查不到您的订单。您可以过几分钟再问我，或者让人工同事来看。"
    )
    return Move((Message(text, (TO_HUMAN,)),), end=Outcome.LEFT)


def say(dispatcher: CollectingDispatcher, messages: tuple[Message, ...]) -> None:
    """Hand messages to Rasa; a card travels in the custom part."""
    for message in messages:
        dispatcher.utter_message(
            text=message.text,
            buttons=[{"title": b.title, "payload": b.say} for b in message.buttons],
            json_message={"card": {"kind": "order", "order": message.order}}
            if message.order
            else {},
        )
