"""A shopper's socket as the widget keeps it: reconnects, resumes, resends under the same id."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
import msgspec

from router import wire
from router.domain.conversation import Status
from router.domain.message import Message, Sender

FIRST_WAIT = 0.05
LONGEST_WAIT = 1.0
_FINAL = {4401, 4403}

_events: msgspec.json.Decoder[wire.ShopperEvent] = msgspec.json.Decoder(wire.ShopperEvent)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The router has committed a message."""

    client_id: str
    seq: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The router did not take a message, and said why."""

    client_id: str
    code: str


class NoAcknowledgement(Exception):
    """A message was neither acknowledged nor refused in time."""


class TurnedAway(Exception):
    """The router will not have this shopper: a token it does not know, or a foreign origin."""


class NotResumed(Exception):
    """A socket did not give the whole conversation in time."""


@dataclass(slots=True)
class _Sent:
    frame: bytes
    answer: asyncio.Future[int | str]


@dataclass(slots=True, eq=False)
class ShopperClient:
    """One shopper's side of a conversation, over as many sockets as it takes."""

    http: aiohttp.ClientSession
    url: str
    token: str
    conversation: str = ""
    status: Status = Status.BOT
    live: list[int] = field(default_factory=list)
    """Numbers of the messages in the order they arrived; the socket's own replays included."""
    answered: int = 0
    """Number of the newest message that is not the shopper's."""
    reconnects: int = -1
    _last: int = 0
    _sent: dict[str, _Sent] = field(default_factory=dict)
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _broken: BaseException | None = None

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[ShopperClient]:
        """Keep a socket open until the block is left."""
        task = asyncio.create_task(self._stay_connected())
        task.add_done_callback(self._ended)
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Let whoever waits for an answer know that none can come any more, and why."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._broken = error
            for sent in self._sent.values():
                if not sent.answer.done():
                    sent.answer.set_exception(error)

    async def say(self, client_id: str, text: str, *, within: float) -> Acknowledged | Refused:
        """Send a message, again after every reconnect, until it is acknowledged or refused."""
        if self._broken is not None:
            raise self._broken
        loop = asyncio.get_running_loop()
        began = loop.time()
        sent = _Sent(wire.encode(wire.Send(client_id, text)), loop.create_future())
        self._sent[client_id] = sent
        try:
            async with asyncio.timeout(within):
                await self._send(sent.frame)
                answer = await sent.answer
        except TimeoutError as error:
            raise NoAcknowledgement(f"{client_id}: nothing within {within:g} s") from error
        finally:
            del self._sent[client_id]
        if isinstance(answer, str):
            return Refused(client_id, answer)
        return Acknowledged(client_id, answer, loop.time() - began)

    async def until(self, reached: Callable[[], bool], *, within: float) -> bool:
        """Wait until something holds of what this client has seen; False when it never does."""
        try:
            async with asyncio.timeout(within):
                while not reached():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _stay_connected(self) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                async with self.http.ws_connect(f"{self.url}/ws/shopper") as socket:
                    wait = FIRST_WAIT
                    self.reconnects += 1
                    await self._follow(socket)
            except (aiohttp.ClientError, ConnectionError, TimeoutError, OSError):
                pass
            finally:
                self._socket = None
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT, wait * 2)

    async def _follow(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_str(wire.encode(wire.Hello(self.token, self._last)).decode())
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            event = _events.decode(frame.data)
            self._note(event)
            if isinstance(event, wire.Resumed):
                self._socket = socket
                for sent in list(self._sent.values()):
                    await self._send(sent.frame)
            self._changed.set()
        if socket.close_code in _FINAL:
            raise TurnedAway(f"the router closed the socket for good, with {socket.close_code}")

    async def _send(self, frame: bytes) -> None:
        if self._socket is not None:
            # A socket that just died is replaced, and what waits is sent again on the new one.
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._socket.send_str(frame.decode())

    def _note(self, event: wire.ShopperEvent) -> None:
        match event:
            case wire.Welcome(conversation=view) | wire.ConversationChanged(conversation=view):
                self.conversation, self.status = view.id, view.status
            case wire.MessageCreated(message=message):
                self._arrived(message)
            case wire.MessageAcknowledged(client_id=client_id, seq=seq):
                self._settle(client_id, seq)
            case wire.ErrorFrame(client_id=str(client_id), code=code):
                self._settle(client_id, code)
            case _:
                pass

    def _arrived(self, message: Message) -> None:
        self.live.append(message.seq)
        self._last = max(self._last, message.seq)
        if message.sender is not Sender.SHOPPER:
            self.answered = max(self.answered, message.seq)

    def _settle(self, client_id: str, answer: int | str) -> None:
        sent = self._sent.get(client_id)
        if sent is not None and not sent.answer.done():
            sent.answer.set_result(answer)


async def open_session(http: aiohttp.ClientSession, url: str) -> str:
    """Become a new anonymous shopper, and give the token."""
    async with http.post(
        f"{url}/api/v1/shopper/session", data=wire.encode(wire.OpenShopperSession()), headers=_JSON
    ) as response:
        response.raise_for_status()
        return msgspec.json.decode(await response.read(), type=wire.ShopperSession).token


async def read_back(
    http: aiohttp.ClientSession, url: str, token: str, *, within: float
) -> list[Message]:
    """Resume from the start on a fresh socket, and give every message in the order it comes."""
    messages: list[Message] = []
    try:
        async with asyncio.timeout(within), http.ws_connect(f"{url}/ws/shopper") as socket:
            await socket.send_str(wire.encode(wire.Hello(token)).decode())
            async for frame in socket:
                match _events.decode(frame.data):
                    case wire.MessageCreated(message=message):
                        messages.append(message)
                    case wire.Resumed():
                        return messages
                    case _:
                        pass
    except TimeoutError as error:
        raise NotResumed(f"not resumed within {within:g} s") from error
    raise NotResumed("the socket was closed before everything was there")


_JSON = {"Content-Type": "application/json"}
