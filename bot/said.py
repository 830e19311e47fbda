"""Collects what a turn of the dialogue says, whole, as the contract's messages."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.wire import Button, Card, Message


class Said(OutputChannel):
    """An output channel that keeps text, buttons and card of a message together."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    @classmethod
    def name(cls) -> str:
        """Return the name of the channel."""
        return "router"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message."""
        card = (message.get("custom") or {}).get("card")
        buttons = message.get("buttons") or ()
        self.messages.append(
            Message(
                text=message.get("text") or "",
                buttons=tuple(Button(b["title"], b["payload"]) for b in buttons),
                card=Card("order", card["order"]) if card else None,
            )
        )
