"""Where a message goes while a flow waits for an answer: on, out, or to another question; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Final

from bot.details import tells
from bot.flow import CANCEL_FLOW, Flow, Slot
from bot.lexicon import (
    is_leaving,
    is_no,
    is_question,
    is_yes,
    means_cancelling,
    order_number_in,
    reason_in,
)
from bot.pickup import Pickups
from bot.wire import Reading

_NOT_A_QUESTION_MARGIN: Final = 0.2


class Way(Enum):
    """Where the message goes."""

    ON = auto()
    CANCEL = auto()
    OTHER_QUESTION = auto()
    OTHER_FLOW = auto()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Confidence from which a message starts a flow, or leaves one for another question."""

    start: float = 0.5
    leave: float = 0.6


def answers(step: Slot | None, text: str, today: date) -> bool:
    """Say whether `text` is an answer the step can take, judged by its words alone."""
    if order_number_in(text) is not None:
        return True
    match step:
        case Slot.RETURN_REASON:
            return reason_in(text) is not None
        case Slot.RETURN_PICKUP:
            usual = Pickups.usual(today)  # Whether it names a time; which ones there are is asked.
            named = usual.named_in(text, usual.first())
            return named is not None or is_yes(text) or is_no(text)
        case Slot.CONFIRMED:
            return is_yes(text) or is_no(text)
        case _:
            return tells(step, text)


@dataclass(frozen=True, slots=True)
class Readings:
    """A message read twice: with the words only a flow understands, and without them."""

    inside: Reading
    outside: Reading


def way_of(
    flow: Flow,
    step: Slot | None,
    text: str,
    readings: Readings,
    thresholds: Thresholds,
    today: date,
) -> Way:
    """Return where a message goes: what reads as an answer stays, unless it asks something.

    A question that is confidently another entry's leaves, and so do words like 我再想想.
    """
    if flow is Flow.CANCEL_ORDER and means_cancelling(text):
        return Way.ON
    if is_leaving(text, unwanted_leaves=step is not Slot.RETURN_REASON):
        return Way.CANCEL
    asks = is_question(text)
    if answers(step, text, today) and not asks:
        return Way.ON
    inside, outside = readings.inside, readings.outside
    if inside.intent == CANCEL_FLOW and inside.confidence >= thresholds.leave:
        return Way.CANCEL
    bar = thresholds.leave if asks else thresholds.leave + _NOT_A_QUESTION_MARGIN
    if outside.confidence < bar or outside.intent == flow.value:
        return Way.ON
    return Way.OTHER_FLOW if outside.intent in set(Flow) else Way.OTHER_QUESTION
