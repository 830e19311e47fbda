"""Plays conversations against a running router, several at a time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import aiohttp
import msgspec

from router.domain.conversation import Status
from router.domain.errors import InvalidText
from router.domain.message import Message, clean_text
from router.replay.client import (
    Acknowledged,
    NoAcknowledgement,
    NotResumed,
    Refused,
    ShopperClient,
    open_session,
    read_back,
)
from router.replay.report import Played, Recorded
from router.replay.verdict import Found, Promised, Verdict, breaks, verify

ACK_SECONDS = 60.0
READ_SECONDS = 60.0
TOO_FAST = "too_many_attempts"
BREATHER = 2.0


class Row(msgspec.Struct, frozen=True):
    """A conversation to play: what the shopper said, turn by turn."""

    id: Annotated[str, msgspec.Meta(min_length=1)]
    turns: tuple[str, ...]


class InvalidRows(Exception):
    """The file of conversations is wrong; the text says where."""


class CannotReplay(Exception):
    """The router cannot be played against; the text says why."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where to play, and how long to wait for the answer to a turn; seconds."""

    http: aiohttp.ClientSession
    url: str
    token: str
    wait: float = 30.0


@dataclass(slots=True)
class _Notes:
    """What is noted while one conversation is played."""

    promised: list[Promised] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unanswered: int = 0
    unacknowledged: int = 0


def read_rows(path: Path, limit: int | None = None) -> list[Row]:
    """Read a file of JSON Lines."""
    rows: list[Row] = []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRows(f"{path}: cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if limit is not None and len(rows) >= limit:
            break
        if not line.strip():
            continue
        try:
            rows.append(msgspec.json.decode(line, type=Row))
        except msgspec.DecodeError as error:
            raise InvalidRows(f"{path}:{number}: {error}") from error
    return rows


async def play_all(
    stage: Stage, rows: Sequence[Row], *, concurrency: int, on_played: Callable[[], None]
) -> list[Played]:
    """Play every conversation, then read each back on a fresh socket."""
    places = asyncio.Semaphore(concurrency)
    finished: list[_Finished] = []

    async def play(row: Row) -> None:
        async with places:
            finished.append(await _play(stage, row))
            on_played()

    try:
        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(play(row))
    except ExceptionGroup as several:
        # One reason is enough to say; the others are mostly the same.
        raise _first(several) from several
    return [one async for one in _verified(stage, finished, places)]


def _first(group: ExceptionGroup[Exception]) -> Exception:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first


@dataclass(frozen=True, slots=True)
class _Finished:
    row: Row
    client: ShopperClient
    notes: _Notes


async def _play(stage: Stage, row: Row) -> _Finished:
    client = ShopperClient(stage.http, stage.url, await _new_shopper(stage))
    notes = _Notes()
    async with client.connected():
        for turn in row.turns:
            await _turn(client, turn, notes, stage.wait)
    return _Finished(row, client, notes)


async def _new_shopper(stage: Stage) -> str:
    try:
        return await open_session(stage.http, stage.url)
    except aiohttp.ClientError as error:
        raise CannotReplay(f"{stage.url}: no shopper session: {error}") from error


async def _turn(client: ShopperClient, text: str, notes: _Notes, wait: float) -> None:
    try:
        said = await _say(client, text)
    except NoAcknowledgement:
        notes.unacknowledged += 1
        return
    if isinstance(said, Refused):
        notes.refused.append(said.code)
        return
    notes.promised.append(Promised(said.client_id, said.seq, _as_kept(text)))
    notes.acks.append(said.seconds)
    if client.status is not Status.BOT:
        return
    now = asyncio.get_running_loop().time
    began = now()
    if await client.until(lambda: _is_answered(client, said.seq), within=wait):
        notes.answers.append(said.seconds + now() - began)
    else:
        notes.unanswered += 1


async def _say(client: ShopperClient, text: str) -> Acknowledged | Refused:
    """Send a turn; asked to slow down, wait as the shopper would and send it again."""
    client_id = uuid.uuid4().hex
    while True:
        said = await client.say(client_id, text, within=ACK_SECONDS)
        if not (isinstance(said, Refused) and said.code == TOO_FAST):
            return said
        await asyncio.sleep(BREATHER)


def _is_answered(client: ShopperClient, seq: int) -> bool:
    return client.answered > seq or client.status is not Status.BOT


def _as_kept(text: str) -> str:
    try:
        return clean_text(text)
    except InvalidText:  # It was acknowledged nevertheless, so it has to be there as it was sent.
        return text


async def _verified(
    stage: Stage, finished: Iterable[_Finished], places: asyncio.Semaphore
) -> AsyncIterator[Played]:
    async def one(done: _Finished) -> Played:
        async with places:
            return await _verify(stage, done)

    for played in asyncio.as_completed([one(done) for done in finished]):
        yield await played


async def _verify(stage: Stage, done: _Finished) -> Played:
    notes, client = done.notes, done.client
    try:
        messages = await read_back(stage.http, stage.url, client.token, within=READ_SECONDS)
    except (NotResumed, aiohttp.ClientError) as error:
        raise CannotReplay(f"conversation {done.row.id} cannot be read back: {error}") from error
    verdict = verify(notes.promised, [_found(message) for message in messages])
    verdict += Verdict(out_of_order=breaks(client.live))
    return Played(
        turns=len(done.row.turns),
        acks=tuple(notes.acks),
        answers=tuple(notes.answers),
        refused=tuple(notes.refused),
        unanswered=notes.unanswered + notes.unacknowledged,
        reconnects=max(0, client.reconnects),
        verdict=verdict,
        recorded=await _recorded(stage, client.conversation),
    )


def _found(message: Message) -> Found:
    return Found(message.seq, message.body.text, message.client_id)


async def _recorded(stage: Stage, conversation: str) -> Recorded:
    headers = {"Authorization": f"Bearer {stage.token}"}
    url = f"{stage.url}/internal/v1/decisions"
    async with stage.http.get(
        url, params={"conversation": conversation}, headers=headers
    ) as response:
        if response.status == 401:
            raise CannotReplay("the service token is wrong: give that of the router with --token")
        response.raise_for_status()
        return msgspec.json.decode(await response.read(), type=Recorded)
