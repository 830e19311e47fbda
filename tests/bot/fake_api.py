"""A router's internal API in memory, for the moves of flows, and turns made short."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.actions.finish_service import finish
from bot.actions.moves import Message, Move, Turn
from bot.actions.orders import Item, Order, OrderState
from bot.actions.router_api import (
    Done,
    NotFound,
    Refund,
    Refused,
    Settings,
    Unavailable,
)
from bot.actions.service import ServiceForm
from bot.flow import CANCEL_FLOW, Outcome, Slot

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
SETTINGS = Settings("http://router", "token", ZoneInfo("Asia/Shanghai"))
COAT, DRESS, RING = "JN2611210001", "JN2611230005", "JN2611170011"


def order(number: str = COAT, state: str = "paid", title: str = "羊毛大衣", **more: Any) -> Order:
    """Make an order of one item."""
    items = more.pop("items", (Item(title, "M 驼色", 1, "899.00"),))
    return Order(number, OrderState(state), items, "apparel", **more)


@dataclass
class FakeApi:
    """Orders and refunds of one shopper; `down` answers nothing."""

    mine: tuple[Order, ...] = ()
    money: tuple[Refund, ...] = ()
    refused: str | None = None
    down: bool = False
    silent_at_the_end: bool | None = None
    performed: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    calls: int = 0

    async def orders(self, shopper: str) -> tuple[Order, ...] | Unavailable:
        self.calls += 1
        return Unavailable() if self.down else self.mine

    async def order(self, number: str, shopper: str | None) -> Order | NotFound | Unavailable:
        self.calls += 1
        if self.down:
            return Unavailable()
        return next((one for one in self.mine if one.number == number), NotFound())

    async def refunds(self, shopper: str) -> tuple[Refund, ...] | Unavailable:
        self.calls += 1
        return Unavailable() if self.down else self.money

    async def perform(
        self, operation: str, key: str, fields: Mapping[str, Any]
    ) -> Done | Refused | Unavailable:
        if self.silent_at_the_end is not None:
            return Unavailable(perhaps_done=self.silent_at_the_end)
        if self.refused is not None:
            return Refused(self.refused)
        self.performed.append((operation, key, fields))
        return Done("SR1", "899.00", by=datetime(2026, 11, 26, 4, 0, tzinfo=UTC))


@dataclass
class Talk:
    """A flow as a shopper goes through it, without Rasa: the steps are the form's own slots."""

    form: type[ServiceForm]
    steps: tuple[Slot, ...]
    api: FakeApi
    shopper: str | None = "xiaoman"
    page: str | None = None
    slots: dict[Slot, str] = field(default_factory=dict)
    wrong: int = 0
    begun: bool = False
    outcome: Outcome | None = None
    said: list[Message] = field(default_factory=list)

    def say(self, text: str, intent: str | None = None) -> Message:
        """Say something, and return the last thing the flow has said."""
        return asyncio.run(self._say(text, intent))

    def move(self, text: str) -> Move:
        """Return the form's move alone."""
        turn = self._turn(text, None)
        return asyncio.run(self.form().move(turn, self.api, NOW, SETTINGS))

    def leave(self, text: str = "算了") -> Message:
        """Say what the bot has taken for leaving."""
        return self.say(text, CANCEL_FLOW)

    async def _say(self, text: str, intent: str | None) -> Message:
        assert self.outcome is None, "the flow has ended"
        move = await self.form().move(self._turn(text, intent), self.api, NOW, SETTINGS)
        self._take(move)
        if self.outcome is None and self._step() is None:
            turn = self._turn(text, intent)
            messages, self.outcome = await finish(self.form.service, turn, self.api, NOW, SETTINGS)
            self.said.extend(messages)
        return self.said[-1]

    def _take(self, move: Move) -> None:
        self.begun = True
        self.slots |= dict(move.slots)
        self.wrong = move.wrong_inputs
        self.outcome = move.end
        self.said.extend(move.messages)

    def _step(self) -> Slot | None:
        return next((slot for slot in self.steps if slot not in self.slots), None)

    def _turn(self, text: str, intent: str | None) -> Turn:
        return Turn(
            text=text,
            intent=intent or self.form.flow.value,
            shopper=self.shopper,
            page_order=self.page,
            step=self._step() if self.begun else None,
            slots={slot: self.slots.get(slot) for slot in Slot},
            wrong_inputs=self.wrong,
            key="flow-c1-7",
        )
