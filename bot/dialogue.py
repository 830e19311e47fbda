"""One message in, one answer out: reads it, and runs or leaves the flow it belongs to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActiveLoop, AllSlotsReset
from rasa.shared.core.trackers import DialogueStateTracker

from bot.flow import CANCEL_FLOW, HUMAN, Flow, Outcome, Slot
from bot.parsed import Parses
from bot.reading import Parsed, forced, readable, reading_of, skipped
from bot.said import Said
from bot.way import Readings, Thresholds, Way, way_of
from bot.wire import Answer, Ask, Button, FlowState, Message, Reading

# Below the router's own deadline, so that a stuck look-up ends in an apology, not in silence.
TURN_SECONDS: Final = 2.3
_SORRY: Final = Message(
    "抱歉，我这边的系统没有响应，这一步没办成。您可以过几分钟再试，或者让人工同事来看。",
    (Button(HUMAN, HUMAN),),
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """The model being served, by its name and release."""

    model: str
    release: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A flow that waits for an answer to its `step`."""

    flow: Flow
    step: Slot | None
    tracker: DialogueStateTracker


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Reads messages with Rasa, and enters its dialogue engine only for flows."""

    rasa: Agent
    served: Served
    thresholds: Thresholds
    now: Callable[[], datetime]
    parses: Parses

    async def answer(self, ask: Ask) -> Answer:
        """Answer one message, alone in its conversation unless it is only to be read."""
        if ask.reading_only:
            parsed = await self.parses.of(readable(ask.text))
            return self._answer(reading_of(parsed, skipped(ask.text), in_flow=False), (), None)
        async with self.rasa.lock_store.lock(ask.conversation, wait_time_in_seconds=0.02):
            parsed = await self.parses.of(readable(ask.text))
            waiting = await self._waiting(ask.conversation)
            if ask.flow is not None:
                await self._leave(waiting)
                return await self._run(ask, forced(parsed, ask.flow.value), ask.flow)
            if waiting is not None:
                return await self._inside(ask, parsed, waiting)
            return await self._outside(ask, parsed, None)

    async def reset(self, conversation: str) -> None:
        """Forget the conversation's flow."""
        async with self.rasa.lock_store.lock(conversation, wait_time_in_seconds=0.02):
            await self._leave(await self._waiting(conversation))

    async def _inside(self, ask: Ask, parsed: Parsed, waiting: Waiting) -> Answer:
        text, flow = readable(ask.text), waiting.flow
        at = skipped(ask.text)
        readings = Readings(
            inside=reading_of(parsed, at, in_flow=True),
            outside=reading_of(parsed, at, in_flow=False),
        )
        way = way_of(flow, waiting.step, text, readings, self.thresholds, self.now().date())
        match way:
            case Way.ON:
                return await self._run(ask, parsed, flow)
            case Way.CANCEL:
                return await self._run(ask, forced(parsed, CANCEL_FLOW), flow, CANCEL_FLOW)
            case Way.OTHER_QUESTION | Way.OTHER_FLOW:
                await self._leave(waiting)
                return await self._outside(ask, parsed, FlowState(flow, Outcome.LEFT.value))

    async def _outside(self, ask: Ask, parsed: Parsed, left: FlowState | None) -> Answer:
        reading = reading_of(parsed, skipped(ask.text), in_flow=False)
        if reading.intent in set(Flow) and reading.confidence >= self.thresholds.start:
            return await self._run(ask, parsed, Flow(reading.intent))
        return self._answer(reading, (), left)

    async def _run(self, ask: Ask, parsed: Parsed, flow: Flow, intent: str = "") -> Answer:
        """Run one turn of the dialogue engine; one that says nothing has failed.

        The engine is told what was decided, by default to go on with the flow: what 穿着大了
        alone would read as must not move it.
        """
        said = Said()
        message = UserMessage(
            readable(ask.text),
            said,
            ask.conversation,
            # Rasa keeps it, and adds to it.
            parse_data=deepcopy(forced(parsed, intent or flow.value)),
            input_channel=said.name(),
            message_id=ask.message,
            metadata={"shopper": ask.shopper, "order": ask.order, "message": ask.message},
        )
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._processor.handle_message(message)
        except TimeoutError:
            log.warning("flow %s took too long in conversation %s", flow, ask.conversation)
            said.messages.clear()
        tracker = await self.rasa.tracker_store.retrieve(ask.conversation)
        reading = reading_of(parsed, skipped(ask.text), in_flow=True)
        if not said.messages:
            await self._leave(await self._waiting(ask.conversation))
            return self._answer(reading, (_SORRY,), FlowState(flow, Outcome.LEFT.value))
        return self._answer(reading, tuple(said.messages), FlowState(flow, _state(tracker)))

    @property
    def _processor(self) -> Any:
        return self.rasa.processor

    async def _waiting(self, conversation: str) -> Waiting | None:
        """Return the flow that waits in the conversation, unless it has waited too long."""
        tracker = await self.rasa.tracker_store.retrieve(conversation)
        flow = Flow.of_form(tracker.active_loop_name) if tracker is not None else None
        if flow is None or self._expired(tracker):
            return None
        step = tracker.get_slot("requested_slot")
        return Waiting(flow, Slot(step) if step else None, tracker)

    def _expired(self, tracker: DialogueStateTracker) -> bool:
        minutes = self.rasa.domain.session_config.session_expiration_time
        last = tracker.latest_message.timestamp if tracker.latest_message else 0.0
        idle = self.now() - datetime.fromtimestamp(last, self.now().tzinfo)
        return bool(idle > timedelta(minutes=minutes))

    async def _leave(self, waiting: Waiting | None) -> None:
        """End the flow without a word."""
        if waiting is not None:
            events = [ActiveLoop(None), AllSlotsReset()]
            waiting.tracker.update_with_events(events, self.rasa.domain)
            await self.rasa.tracker_store.save(waiting.tracker)

    def _answer(
        self, reading: Reading, messages: tuple[Message, ...], flow: FlowState | None
    ) -> Answer:
        return Answer(reading, messages, flow, self.served.model, self.served.release)


def _state(tracker: DialogueStateTracker | None) -> Any:
    """Return whether the flow goes on, is done or was left, from what the engine stored."""
    if tracker is None:
        return Outcome.LEFT.value
    if tracker.active_loop_name is not None:
        return "active"
    return tracker.get_slot(Slot.FLOW_OUTCOME.value) or Outcome.LEFT.value
