"""Where a message goes while a flow waits for an answer: on, out, or to another question; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import Final

from bot.flow import CANCEL_FLOW, Flow, Slot
from bot.lexicon import is_leaving, is_no, is_question, is_yes, order_number_in, reason_in
from bot.pickup import next_day, window_in
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
            named = window_in(text, today, next_day(today))
            return named is not None or is_yes(text) or is_no(text)
        case _:
            return False


def way_of(
    flow: Flow,
    step: Slot | None,
    text: str,
    reading: Reading,
    thresholds: Thresholds,
    today: date,
) -> Way:
    """Return where a message goes; `reading` is the one that leaves out a flow's own words.

    A question that is confidently another entry's leaves; what reads as an answer stays.
    """
    if is_leaving(text, unwanted_leaves=step is not Slot.RETURN_REASON):
        return Way.CANCEL
    asks = is_question(text)
    if answers(step, text, today) and not asks:
        return Way.ON
    bar = thresholds.leave if asks else thresholds.leave + _NOT_A_QUESTION_MARGIN
    if reading.confidence < bar or reading.intent == flow.value:
        return Way.ON
    if reading.intent in set(Flow):
        return Way.OTHER_FLOW
    return Way.OTHER_QUESTION


def cancels(reading: Reading, thresholds: Thresholds) -> bool:
    """Say whether the reading inside a flow gives the flow up in words no list holds."""
    return reading.intent == CANCEL_FLOW and reading.confidence >= thresholds.leave
