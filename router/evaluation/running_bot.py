"""Starts a bot for a measurement, and stops it afterwards."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from router.bot_client import BotClient
from router.evaluation.rows import CannotEvaluate
from router.supervise.child import CannotStart, Child
from router.supervise.models import SUFFIX, ModelName, likeliest
from router.supervise.probes import answers_ok
from router.supervise.programs import House

START_SECONDS = 240.0
DEADLINE = 30.0
"""Seconds for one answer: a slow machine is no reason for another decision."""
_PAUSE = 0.25
_LAST_WORDS = 12


def model_of(models: Path, release: int) -> ModelName:
    """Choose the newest model of a release."""
    chosen = likeliest(release, (path.name for path in models.glob(f"*{SUFFIX}")))
    if chosen is None or chosen.release != release:
        raise CannotEvaluate(
            f"{models}: there is no model of the live release {release}: `jieli up` trains one"
        )
    return chosen


def client_of(http: aiohttp.ClientSession, url: str, token: str) -> BotClient:
    """Give a client that waits longer for an answer than a shopper does."""
    return BotClient(http, url, token, deadline=DEADLINE)


@asynccontextmanager
async def running_bot(house: House, model: ModelName) -> AsyncIterator[BotClient]:
    """Give a bot with a model, without action server: it reads, and no flow gets anywhere."""
    said: deque[str] = deque(maxlen=_LAST_WORDS)
    try:
        child = await Child.start(house.bot(model.file_name), said.append)
    except CannotStart as error:
        raise CannotEvaluate(
            f"the bot's environment is not installed ({error}): `make set-up` installs it"
        ) from error
    try:
        async with aiohttp.ClientSession() as http:
            await _until_it_answers(child, house, http, said)
            yield client_of(http, house.bot_url, house.token)
    finally:
        await child.stop()


async def _until_it_answers(
    child: Child, house: House, http: aiohttp.ClientSession, said: deque[str]
) -> None:
    probe = answers_ok(
        http,
        f"{house.bot_url}/webhooks/router/health",
        {"Authorization": f"Bearer {house.token}"},
    )
    ended = asyncio.create_task(child.ended())
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await probe():
                if ended.done():
                    last = "\n".join(said)
                    raise CannotEvaluate(f"the bot ended with exit code {ended.result()}:\n{last}")
                await asyncio.sleep(_PAUSE)
    except TimeoutError as error:
        raise CannotEvaluate(f"the bot did not answer within {START_SECONDS:.0f} s") from error
    finally:
        ended.cancel()
