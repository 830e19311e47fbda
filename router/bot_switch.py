"""Asks the bot process that serves now; a conversation's flow stays with the process it is in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

from knowledge_base.runs import Serving
from router.bot_client import BotAnswer, BotClient, BotUnavailable, Question

MOST_FLOWS = 10_000
"""Flows remembered; the bot forgets the oldest ones too."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """Where the bot is asked, and with which model it answers, where that is known."""

    address: str
    model: str | None


class SwitchingBot:
    """Whichever bot process is live, under one name.

    A question ends where it began. A conversation with an active flow goes on where the flow
    is, as long as that process is there; all others go to the live one at once.
    """

    def __init__(
        self,
        serving: Callable[[], Awaitable[Serving]],
        client: Callable[[str], BotClient],
        fallback: str,
        *,
        most_flows: int = MOST_FLOWS,
    ) -> None:
        self._serving = serving
        self._make = client
        self._fallback = fallback
        self._most_flows = most_flows
        self._live = Served(fallback, None)
        self._clients: dict[str, BotClient] = {}
        self._flows: dict[str, str] = {}

    @property
    def live(self) -> Served:
        """Tell where questions without a flow go."""
        return self._live

    @property
    def available(self) -> bool:
        """Tell whether the last calls of the live one were answered."""
        return self.of(self._live.address).available

    def of(self, address: str) -> BotClient:
        """Give the process at an address, whether it is live or not."""
        client = self._clients.get(address)
        if client is None:
            client = self._clients[address] = self._make(address)
        return client

    async def ask(self, question: Question) -> BotAnswer | BotUnavailable:
        """Read a message and run the flow it belongs to; a process that is gone is passed over."""
        address = self._flows.get(question.conversation, self._live.address)
        answer = await self.of(address).ask(question)
        if isinstance(answer, BotUnavailable) and await self._is_another(address):
            log.info("asking the live bot instead", why=answer.why, address=address)
            address = self._live.address
            answer = await self.of(address).ask(question)
        self._note_flow(question.conversation, address, answer)
        return answer

    async def reset(self, conversation: str) -> None:
        """Forget the active flow of a conversation."""
        address = self._flows.pop(conversation, self._live.address)
        await self.of(address).reset(conversation)

    async def refresh(self) -> Served:
        """Read which process serves, and ask it from now on."""
        now = await self._serving()
        before = self._live
        self._live = Served(now.live_address or self._fallback, now.live)
        if before.address != self._live.address:
            log.info("another bot answers", address=self._live.address, model=now.live)
        beside = {now.candidate_address, now.former_address}
        self._forget_others({self._live.address, *(one for one in beside if one)})
        return self._live

    async def follow(self, every: float) -> None:
        """Refresh every so many seconds, until cancelled; a store that is away changes nothing."""
        away = False
        while True:
            try:
                await self.refresh()
                away = False
            except (SQLAlchemyError, OSError) as error:
                if not away:
                    log.warning("cannot read which bot serves", error=str(error))
                away = True
            await asyncio.sleep(every)

    async def _is_another(self, address: str) -> bool:
        """Tell whether by now another process serves than the one that did not answer."""
        try:
            live = await self.refresh()
        except (SQLAlchemyError, OSError):
            return address != self._live.address
        return address != live.address

    def _note_flow(
        self, conversation: str, address: str, answer: BotAnswer | BotUnavailable
    ) -> None:
        if isinstance(answer, BotUnavailable):
            return
        self._flows.pop(conversation, None)
        if answer.flow is not None and answer.flow.state == "active":
            self._flows[conversation] = address
            if len(self._flows) > self._most_flows:
                del self._flows[next(iter(self._flows))]

    def _forget_others(self, known: set[str]) -> None:
        for address in self._clients.keys() - known:
            del self._clients[address]
        if any(address not in known for address in self._flows.values()):
            self._flows = {who: where for who, where in self._flows.items() if where in known}
