"""The shape of a service: which order, one or two details, a confirmation, then the shop's work.

Each flow is a `Service`, a declaration of its words and rules; the form and the last action are
the same for all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from bot.actions.forms import FlowForm
from bot.actions.moves import (
    TO_HUMAN,
    Button,
    Message,
    Move,
    Turn,
    router_is_down,
    unknown_order,
    wrong,
)
from bot.actions.order_words import order_buttons
from bot.actions.orders import Order, OrderState, order_named
from bot.actions.router_api import Done, NotFound, RouterApi, Settings, Unavailable
from bot.flow import CANCEL_FLOW, Flow, Outcome, Slot
from bot.lexicon import is_no, is_question, is_yes, means_cancelling, order_number_in

Known = Mapping[Slot, str]
CONFIRM: Final = "确认"


@dataclass(frozen=True, slots=True)
class Detail:
    """Something a service has to know besides the order.

    `read` gives the slot's value from an answer, with what is known already, or None; `by_chance`
    does so from words that were not an answer to this question, by default the same.
    """

    slot: Slot
    ask: Callable[[Order, Known], Message]
    read: Callable[[str, Order, Known], str | None]
    unclear: str
    by_chance: Callable[[str, Order, Known], str | None] | None = None


def _no_fields(known: Known, now: datetime, settings: Settings) -> Mapping[str, str | int]:
    return {}


@dataclass(frozen=True, slots=True)
class Service:
    """One flow: the orders it is for, what it asks and says, and the shop's operation.

    Without `confirm` the shop is asked as soon as all is known. `fields` gives the operation's
    fields besides shopper and order.
    """

    flow: Flow
    operation: str
    states: frozenset[OrderState]
    which: str
    log_in: str
    left: str
    nothing: str
    not_now: str
    done: Callable[[Done, Known, datetime, Settings], Message]
    details: tuple[Detail, ...] = ()
    confirm: Callable[[Order, Known, Settings, datetime], Message] | None = None
    fields: Callable[[Known, datetime, Settings], Mapping[str, str | int]] = _no_fields
    instead: Mapping[OrderState, Button] = field(default_factory=dict)

    def refusal(self, order: Order) -> str | None:
        """Say why the order does not fit, in the shop's words where it has some."""
        refused = order.refusals.get(self.operation)
        if refused is None and order.state not in self.states:
            return self.not_now
        return refused

    def ask_which(self, orders: tuple[Order, ...]) -> Message:
        """Ask which of several fitting orders is meant."""
        return Message(self.which, order_buttons(orders))

    def refused(self, order: Order, why: str) -> Move:
        """Say why this order does not fit, and what else there is."""
        other = self.instead.get(order.state)
        buttons = (other, TO_HUMAN) if other else (TO_HUMAN,)
        text = f"「{order.title}」（{order.number}）{why}"
        return Move((Message(text, buttons, order.number),), end=Outcome.DONE)


class ServiceForm(FlowForm, ABC):
    """Leads a service's questions: no order is asked for that is named, shown or the only one."""

    changes: ClassVar[bool] = True

    @property
    @abstractmethod
    def service(self) -> Service:
        """Return the service it leads; abstract, so that Rasa registers no form without one."""

    async def move(self, turn: Turn, router: RouterApi, now: datetime, settings: Settings) -> Move:
        """Return what this turn does."""
        if turn.intent == CANCEL_FLOW:
            return Move((Message(self.service.left),), end=Outcome.LEFT)
        if turn.shopper is None:
            return Move((Message(self.service.log_in, (TO_HUMAN,)),), end=Outcome.DONE)
        found = await self._order(turn, turn.shopper, router)
        return found if isinstance(found, Move) else self._with(turn, found, now, settings)

    async def fitting(
        self, router: RouterApi, shopper: str
    ) -> Callable[[Order], str | None] | Move:
        """Return what says why an order does not fit."""
        return self.service.refusal

    async def _order(self, turn: Turn, shopper: str, router: RouterApi) -> Order | Move:
        """Find the order: known, named, on the page, the only fitting one, or chosen."""
        fits = await self.fitting(router, shopper)
        if isinstance(fits, Move):
            return fits
        number = turn.named_order or turn.slots[Slot.ORDER_NUMBER]
        shown: Order | None = None
        if number is not None:
            match await router.order(number, shopper):
                case Order() as order if fits(order) is None or number not in _only_shown(turn):
                    return self._checked(order, fits)
                case Order() as order:
                    shown = order
                case NotFound() if number not in _only_shown(turn):
                    return wrong(turn, unknown_order(number), Message(self.service.which))
                case Unavailable():
                    return router_is_down()
                case _:
                    pass
        orders = await router.orders(shopper)
        if isinstance(orders, Unavailable):
            return router_is_down()
        if shown is not None and order_named(turn.text, _fitting(orders, fits)) is None:
            return self._checked(shown, fits)
        return self._among(turn, orders, fits)

    def _among(
        self, turn: Turn, orders: tuple[Order, ...], fits: Callable[[Order], str | None]
    ) -> Order | Move:
        candidates = _fitting(orders, fits)
        named = order_named(turn.text, candidates)
        if named is not None:
            return self._checked(named, fits)
        match candidates:
            case ():
                return self._nothing(turn, orders, fits)
            case (only,) if turn.step is None:
                return self._checked(only, fits)
            case _ if turn.step is None:
                return Move((self.service.ask_which(candidates),))
            case _:
                return wrong(turn, "没听明白是哪一笔。", self.service.ask_which(candidates))

    def _nothing(
        self, turn: Turn, orders: tuple[Order, ...], fits: Callable[[Order], str | None]
    ) -> Move:
        """Say that no order fits: of the one named, or the only open one, also why."""
        alive = tuple(order for order in orders if order.state is not OrderState.CLOSED)
        meant = order_named(turn.text, orders) or (alive[0] if len(alive) == 1 else None)
        if meant is not None:
            return self.service.refused(meant, fits(meant) or self.service.not_now)
        return Move((Message(self.service.nothing, (TO_HUMAN,)),), end=Outcome.DONE)

    def _checked(self, order: Order, fits: Callable[[Order], str | None]) -> Order | Move:
        if order.as_of is not None and self.changes:
            # What the shop knew some time ago is no ground for changing anything.
            return router_is_down()
        refusal = fits(order)
        return order if refusal is None else self.service.refused(order, refusal)

    def _with(self, turn: Turn, order: Order, now: datetime, settings: Settings) -> Move:
        """Take what the turn tells of the order, and ask for what is still unknown."""
        known = self._known(turn, order)
        told = False
        for detail in self.service.details:
            value = self._told(turn, detail, order, known)
            if value is not None and value != known.get(detail.slot):
                known[detail.slot], told = value, True
        missing = next((d for d in self.service.details if d.slot not in known), None)
        if missing is not None:
            ask = missing.ask(order, known)
            if turn.step is missing.slot and not told:
                return wrong(turn, missing.unclear, ask)
            return Move((ask,), known)
        if self.service.confirm is None:
            return Move(slots=known)
        return self._confirmed(turn, self.service.confirm(order, known, settings, now), known, told)

    def _known(self, turn: Turn, order: Order) -> dict[Slot, str]:
        """Return what is known; of another order than before nothing but itself is."""
        known = {Slot.ORDER_NUMBER: order.number, Slot.ORDER_TITLE: order.title}
        if turn.slots[Slot.ORDER_NUMBER] in {None, order.number}:
            kept = {d.slot: turn.slots[d.slot] for d in self.service.details}
            known |= {slot: value for slot, value in kept.items() if value is not None}
        return known

    @staticmethod
    def _told(turn: Turn, detail: Detail, order: Order, known: dict[Slot, str]) -> str | None:
        """Return what the turn says of a detail, asked for or not."""
        if turn.step is detail.slot:
            return detail.read(turn.text, order, known)
        if is_question(turn.text) or is_no(turn.text):
            return None
        return (detail.by_chance or detail.read)(turn.text, order, known)

    def _confirmed(self, turn: Turn, ask: Message, known: dict[Slot, str], told: bool) -> Move:
        """Take a yes to what was shown; what was changed meanwhile is shown again first."""
        if turn.step is not Slot.CONFIRMED or told or order_number_in(turn.text):
            return Move((ask,), known)
        if self._agrees(turn.text):
            return Move(slots={**known, Slot.CONFIRMED: CONFIRM})
        if is_no(turn.text) and not self.service.details:
            return Move((Message(self.service.left),), end=Outcome.LEFT)
        if is_no(turn.text):
            text = "哪里不对？直接把正确的发我就行，不办了就说“算了”。"
            return Move((Message(text, (TO_HUMAN,)),), known)
        return wrong(turn, "没听明白，是要提交吗？", ask)

    def _agrees(self, text: str) -> bool:
        agrees = is_yes(text) or (self.flow is Flow.CANCEL_ORDER and means_cancelling(text))
        return agrees and not is_question(text)


def _only_shown(turn: Turn) -> frozenset[str | None]:
    """Return the page's order, unless the shopper typed its number too."""
    typed = order_number_in(turn.text)
    return frozenset({turn.page_order}) if typed is None and turn.step is None else frozenset()


def _fitting(orders: tuple[Order, ...], fits: Callable[[Order], str | None]) -> tuple[Order, ...]:
    return tuple(order for order in orders if fits(order) is None)
