"""`jieli replay`: real conversations through the whole running stack."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from router.cli.context import settings as read_settings
from router.cli.up import house_of, started
from router.replay.client import TurnedAway
from router.replay.report import Report, report, tables
from router.replay.run import CannotReplay, InvalidRows, Row, Stage, play_all, read_rows
from router.settings import Settings, with_secrets
from router.supervise.child import CannotStart
from router.supervise.claims import Claimed, free_port
from router.supervise.console import Stream
from router.supervise.prepare import CannotPrepare

# A replay says in minutes what a shopper says in days.
PACE = 1_000_000


@dataclass(frozen=True, slots=True)
class _Asked:
    rows: Sequence[Row]
    concurrency: int
    wait: float


@click.command()
@click.option(
    "--conversations",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    required=True,
    help='JSON Lines of {"id", "turns"}.',
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON here.")
@click.option("--url", help="A running router; without it a whole stack is started.")
@click.option("--token", help="The running router's service token; from --data when not given.")
@click.option("--concurrency", type=click.IntRange(1, 500), default=8, show_default=True)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many conversations.")
@click.option(
    "--wait", type=float, default=30.0, show_default=True, help="Seconds to wait for an answer."
)
@click.option("--data", help="Folder with a running router's secrets, or with models to use.")
def replay(
    conversations: Path,
    out: Path | None,
    url: str | None,
    token: str | None,
    concurrency: int,
    limit: int | None,
    wait: float,
    data: str | None,
) -> None:
    """Send real conversations through the running stack; nothing may be lost or doubled."""
    try:
        asked = _Asked(read_rows(conversations, limit), concurrency, wait)
        settings = read_settings(data=data)
        result = asyncio.run(
            _against_own_stack(asked, settings)
            if url is None
            else _against(asked, url.rstrip("/"), token or with_secrets(settings).service_token)
        )
    except (InvalidRows, CannotReplay, TurnedAway, Claimed, CannotPrepare, CannotStart) as error:
        raise click.ClickException(str(error)) from error
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    console = Console()
    for table in tables(result):
        console.print(table)
    raise SystemExit(0 if result.is_clean else 1)


async def _against(asked: _Asked, url: str, token: str) -> Report:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
    connector = aiohttp.TCPConnector(limit=0)
    now = asyncio.get_running_loop().time
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
        stage = Stage(http, url, token, asked.wait)
        began = now()
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("conversations", total=len(asked.rows))
            played = await play_all(
                stage,
                asked.rows,
                concurrency=asked.concurrency,
                on_played=lambda: progress.advance(task),
            )
    return report(played, now() - began)


async def _against_own_stack(asked: _Asked, settings: Settings) -> Report:
    """Start everything on free ports with data of its own; trained models are shared."""
    stream = Stream(Console(stderr=True, soft_wrap=True, highlight=False))
    with tempfile.TemporaryDirectory(prefix="jieli-replay-") as scratch:
        for shared in ("models", "mood"):
            there = settings.folder.resolve() / shared
            there.mkdir(parents=True, exist_ok=True)
            (Path(scratch) / shared).symlink_to(there)
        own = with_secrets(
            msgspec.structs.replace(
                settings,
                host="127.0.0.1",
                port=free_port(),
                data=scratch,
                database=f"sqlite+aiosqlite:///{scratch}/jieli.db",
                demo=True,
                messages_per_minute=PACE,
                # The models are another folder's: none is made by the clock, and none deleted.
                retrain_at="",
                kept_models=PACE,
            )
        )
        house = house_of(own, free_port(), free_port())
        async with started(house, own, stream) as stack:
            if not stack.bot_answers:
                raise CannotReplay("the bot did not come up: see above")
            return await _against(asked, house.router_url, house.token)
