"""`jieli up`: everything on one machine, supervised."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aiohttp
import click
import msgspec
from rich.table import Table

from knowledge_base.database import Database
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from router.accounts import demo_logins
from router.cli.context import as_environment
from router.cli.context import settings as read_settings
from router.settings import ROOT, Settings, with_secrets
from router.supervise.child import CannotStart
from router.supervise.claims import Claimed, PortClaim, folder_claimed, refuse_taken_ports
from router.supervise.console import Stream
from router.supervise.fleet import Sitting
from router.supervise.prepare import CannotPrepare, ensure_mood, ensure_release
from router.supervise.programs import House
from router.supervise.stack import Night, Stack

Result = TypeVar("Result")
PORT = click.IntRange(1, 65535)


@click.command()
@click.option("--host", help="Address the router listens on; loopback by default.")
@click.option("--port", type=PORT, help="The router's port, 8000 by default.")
@click.option("--data", help="Folder for database, models and secrets; var by default.")
@click.option("--bot-port", type=PORT, default=5005, show_default=True)
@click.option("--actions-port", type=PORT, default=5055, show_default=True)
@click.option("--demo/--no-demo", default=None, help="With the demo shop and logins.")
@click.option("--no-bot", is_flag=True, help="Without a bot of its own: humans, or JIELI_BOT_URL.")
@click.option("--retrain", is_flag=True, help="Train the bot's model again even if there is one.")
def up(
    host: str | None,
    port: int | None,
    data: str | None,
    bot_port: int,
    actions_port: int,
    demo: bool | None,
    no_bot: bool,
    retrain: bool,
) -> None:
    """Run router, bot and action server on this machine until Ctrl-C."""
    given = read_settings(host=host, port=port, data=data, demo=demo)
    # The processes run in a folder of their own, so a relative one would be another there.
    settings = with_secrets(msgspec.structs.replace(given, data=str(given.folder.resolve())))
    house = house_of(settings, bot_port, actions_port, local_bot=not no_bot)
    stream = Stream()
    try:
        code = run_up(house, settings, stream, retrain=retrain)
    except (Claimed, CannotPrepare, CannotStart) as error:
        raise click.ClickException(str(error)) from error
    raise SystemExit(code)


def house_of(
    settings: Settings,
    bot_port: int,
    actions_port: int,
    *,
    local_bot: bool = True,
) -> House:
    """Say where everything of one machine is."""
    return House(
        root=ROOT,
        data=settings.folder.resolve(),
        python=sys.executable,
        host=settings.host,
        port=settings.port,
        bot_port=bot_port,
        actions_port=actions_port,
        token=settings.service_token,
        demo=settings.demo,
        local_bot=local_bot,
        settings=as_environment(settings),
    )


def run_up(house: House, settings: Settings, stream: Stream, *, retrain: bool) -> int:
    """Claim the folder and the ports, then run everything and give the exit code."""
    with folder_claimed(house.data):
        refuse_taken_ports(claims_of(house))
        return asyncio.run(_until_stopped(house, settings, stream, retrain=retrain))


def claims_of(house: House) -> list[PortClaim]:
    """List the ports the house is going to listen on."""
    claims = [PortClaim("the router", house.host, house.port, "--port (make demo PORT=…)")]
    if house.local_bot:
        claims += [
            PortClaim("the bot", "127.0.0.1", house.bot_port, "--bot-port (BOT_PORT=…)"),
            PortClaim(
                "the action server",
                "127.0.0.1",
                house.actions_port,
                "--actions-port (ACTIONS_PORT=…)",
            ),
        ]
    return claims


async def _until_stopped(house: House, settings: Settings, stream: Stream, *, retrain: bool) -> int:
    stop = asyncio.Event()
    kill: list[Callable[[], None]] = []
    _stop_on_signals(stop, kill, stream)
    prepared = await _unless(stop, _prepare(house, settings, stream))
    if not prepared:
        return 0
    async with _stack(house, settings, stream, retrain=retrain) as stack:
        kill.append(stack.kill)
        return await stack.run(stop, announce=lambda: _announce(house, stream))


@asynccontextmanager
async def started(house: House, settings: Settings, stream: Stream) -> AsyncIterator[Stack]:
    """Start everything, give it once the bot answers or cannot, and stop it afterwards."""
    stop = asyncio.Event()
    await _prepare(house, settings, stream)
    async with _stack(house, settings, stream) as stack:
        running = asyncio.create_task(stack.run(stop, announce=lambda: None))
        settled = asyncio.create_task(stack.bot_settled.wait())
        try:
            await asyncio.wait([running, settled], return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                raise CannotPrepare("the router did not come up: see above")
            yield stack
        finally:
            settled.cancel()
            stop.set()
            await running


@asynccontextmanager
async def _stack(
    house: House, settings: Settings, stream: Stream, *, retrain: bool = False
) -> AsyncIterator[Stack]:
    timeout = aiohttp.ClientTimeout(total=10)
    database = Database.open(settings.database_url)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http:
            yield Stack(
                house,
                live=KnowledgeStore(database).live,
                runs=RunsStore(database),
                http=http,
                stream=stream,
                now=_now,
                retrain=retrain,
                night=Night.of(settings.retrain_at, settings.zone),
                sitting=Sitting(settings.warm_minutes * 60, settings.kept_models),
            )
    finally:
        await database.close()


async def _prepare(house: House, settings: Settings, stream: Stream) -> bool:
    from router.migrations import migrate  # noqa: PLC0415 - Alembic is needed only here.

    mood = asyncio.create_task(ensure_mood(house, lambda line: stream.line("mood", line)))
    try:
        database = Database.open(settings.database_url)
        try:
            await migrate(database)
            release, made = await ensure_release(database, ROOT / "data", _now())
        finally:
            await database.close()
        how = "imported and published" if made else "live:"
        stream.tell(f"{how} release {release.number} with {len(release.revisions)} entries")
        await mood
    finally:
        mood.cancel()
        await asyncio.wait([mood])
    return True


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """Do work unless it is told to stop first."""
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait([task])
    return None


def _stop_on_signals(stop: asyncio.Event, kill: list[Callable[[], None]], stream: Stream) -> None:
    def stopped() -> None:
        if not stop.is_set():
            stream.tell("stopping everything; again to stop at once")
            stop.set()
            return
        for end in kill:
            end()

    loop = asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(which, stopped)


def _announce(house: House, stream: Stream) -> None:
    url = house.router_url
    stream.console.rule("[bold]jieli 接力")
    stream.console.print(f"  shop   [link={url}/]{url}/[/link]")
    stream.console.print(f"  desk   [link={url}/desk/]{url}/desk/[/link]")
    if house.demo:
        table = Table("login", "password", "name", "role", box=None, padding=(0, 2))
        for one in demo_logins(house.data):
            table.add_row(one.login, one.password, one.name, one.role)
        stream.console.print(table)
    stream.console.print("[dim]Ctrl-C stops everything.")
    stream.console.rule()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
