"""Wakes the sockets that follow something; the store stays the truth.

Every socket has one bounded outbox and one task that empties it: a slow socket costs no task a
message and holds nobody up, and one that falls too far behind is closed to resync (1013).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterable
from typing import Protocol

from router import wire

MAX_FRAMES = 1_000
MAX_BYTES = 4_000_000

DESK = "desk"
"""The topic every desk follows."""


def for_shopper(conversation: str) -> str:
    """Name the topic of what a conversation's shopper sees."""
    return f"shopper:{conversation}"


def for_staff(conversation: str) -> str:
    """Name the topic of what staff who read a conversation see."""
    return f"staff:{conversation}"


def for_supervisors(conversation: str) -> str:
    """Name the topic of what supervisors who read a conversation see besides."""
    return f"supervisors:{conversation}"


def for_agent(agent: str) -> str:
    """Name the topic of what happens in an agent's own conversations."""
    return f"agent:{agent}"


class Outbox:
    """What one socket has yet to send; overflowing marks it lost instead of growing.

    While held (a client is resuming), live events wait; `release` sends them after the replay
    and leaves out messages the replay has covered.
    """

    def __init__(self, *, max_frames: int = MAX_FRAMES, max_bytes: int = MAX_BYTES) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._held: list[tuple[int | None, bytes]] | None = None
        self._ready = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._max_frames = max_frames
        self._max_bytes = max_bytes
        self.overflowed = False
        self._closed = False

    def hold(self) -> None:
        """Keep live events back until `release`."""
        self._held = []

    def release(self, after: int) -> None:
        """Send what was held, without messages up to `after`."""
        held, self._held = self._held or [], None
        for seq, frame in held:
            if seq is None or seq > after:
                self._put(frame)

    def put(self, frame: bytes, seq: int | None = None) -> None:
        """Queue a live frame; `seq` when it carries a message."""
        if self._held is not None:
            self._held.append((seq, frame))
            if len(self._held) > self._max_frames:
                self._overflow()
            return
        self._put(frame)

    def send(self, frame: bytes) -> None:
        """Queue an answer to this socket alone, also while live events are held."""
        self._put(frame, bounded=False)

    def lose(self) -> None:
        """Give up what waits: the client has to resync."""
        self._overflow()

    def close(self) -> None:
        """End the stream of frames; what comes later is dropped."""
        self._closed = True
        self._ready.set()
        self._idle.set()

    @property
    def ended(self) -> bool:
        """Tell whether no more frames will be taken."""
        return self._closed or self.overflowed

    async def flushed(self) -> None:
        """Wait until everything has been handed to the socket, or nothing more will be."""
        await self._idle.wait()

    async def frames(self) -> AsyncIterator[bytes]:
        """Give frames as they come, until closed or overflowed."""
        while True:
            while self._frames:
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                yield frame
            self._idle.set()
            if self.ended:
                return
            self._ready.clear()
            await self._ready.wait()

    def _put(self, frame: bytes, *, bounded: bool = True) -> None:
        if self.ended:
            return
        full = len(self._frames) >= self._max_frames or self._bytes >= self._max_bytes
        if bounded and full:
            self._overflow()
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        self._idle.clear()
        self._ready.set()

    def _overflow(self) -> None:
        self.overflowed = True
        self._frames.clear()
        self._held = None
        self._bytes = 0
        self._ready.set()
        self._idle.set()


class Publisher(Protocol):
    """What the desk announces through: the hub, or a recording one in tests."""

    def publish(self, event: wire.Event, *topics: str) -> None:
        """Give an event once to everybody who follows any of the topics, on every node."""

    def publish_here(self, event: wire.Event, *topics: str) -> None:
        """Publish to this node alone: the others find out what it tells by themselves."""

    def followed(self, topic: str) -> int:
        """Count who follows a topic."""


class Carrier(Protocol):
    """Whoever takes events to the other nodes."""

    def send(self, frame: bytes, seq: int | None, topics: tuple[str, ...]) -> None:
        """Give an event to the other nodes, soon."""


class Hub:
    """Who follows what in this process; what is published goes on to the other nodes, if any."""

    def __init__(self) -> None:
        self._followers: dict[str, set[Outbox]] = defaultdict(set)
        self.others: Carrier | None = None

    def follow(self, topic: str, outbox: Outbox) -> None:
        """Give a topic's events to an outbox from now on."""
        self._followers[topic].add(outbox)

    def leave(self, topic: str, outbox: Outbox) -> None:
        """Stop giving a topic's events to an outbox."""
        followers = self._followers.get(topic)
        if followers is not None:
            followers.discard(outbox)
            if not followers:
                del self._followers[topic]

    def publish(self, event: wire.Event, *topics: str) -> None:
        """Give an event once to everybody who follows any of the topics, on every node."""
        if self.others is None and not any(map(self.followed, topics)):
            return
        frame = wire.encode(event)
        seq = event.message.seq if isinstance(event, wire.MessageCreated) else None
        self.deliver(frame, seq, topics)
        if self.others is not None:
            self.others.send(frame, seq, topics)

    def publish_here(self, event: wire.Event, *topics: str) -> None:
        """Publish to this node alone: the others find out what it tells by themselves."""
        if any(map(self.followed, topics)):
            self.deliver(wire.encode(event), None, topics)

    def deliver(self, frame: bytes, seq: int | None, topics: Iterable[str]) -> None:
        """Give a frame once to everybody here who follows any of the topics."""
        followers: set[Outbox] = set()
        for topic in topics:
            followers |= self._followers.get(topic, set())
        for outbox in followers:
            outbox.put(frame, seq)

    def resync(self) -> None:
        """Let every socket here begin anew from the store: events may have been lost."""
        for outbox in set().union(*self._followers.values()):
            outbox.lose()

    def followed(self, topic: str) -> int:
        """Count who follows a topic."""
        return len(self._followers.get(topic, ()))
