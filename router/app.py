"""The composition root: settings become a running router; everything opened here is closed here."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import structlog
import uvloop
from aiohttp import WSCloseCode, web

from knowledge_base.database import Database
from knowledge_base.files import read_vocabulary
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from router.accounts import ensure_demo_canned, ensure_demo_staff
from router.bot_client import Bot, BotClient
from router.bot_switch import SwitchingBot
from router.breaker import Breaker
from router.desk.agent import AgentDesk
from router.desk.answering import Answering
from router.desk.care import Care
from router.desk.cases import CaseDesk
from router.desk.clockwork import Clockwork
from router.desk.dispatch import Dispatcher
from router.desk.knowledge.desk import EditorDesk
from router.desk.knowledge.phrasebook import Phrasebook
from router.desk.presence import PresenceBoard
from router.desk.queue import QueueBoard
from router.desk.services import LiveKnowledge, MoodReader, Services
from router.desk.shifts import ShiftDesk
from router.desk.shopper import ShopperDesk
from router.desk.supervisor import SupervisorDesk
from router.desk.sweep import Sweep
from router.desk.together import Together
from router.desk.waiting import WaitTeller
from router.hub import Hub
from router.identity import ShopperTokens
from router.logs import configure_logging
from router.migrations import migrate
from router.mood import Mood, train
from router.policy import PolicyFile
from router.relay import Relay
from router.settings import ROOT, Settings, with_secrets
from router.shop import DemoShop, HttpShop, NoShop, Shop
from router.shop.http import Patience as ShopPatience
from router.shop.memory import Memory
from router.store import Store
from router.texts import Languages
from router.web import (
    callbacks,
    canned,
    care,
    demo,
    internal,
    knowledge,
    metrics,
    pages,
    shopper,
    staff,
    supervisor,
)
from router.web.keys import (
    AGENT_DESK,
    CARE,
    CASE_DESK,
    DEMO_SHOP,
    EDITOR_DESK,
    HUB,
    LOGINS,
    PACES,
    PATIENCE,
    PHRASEBOOK,
    SERVICES,
    SHIFTS,
    SHOPPER_DESK,
    SOCKETS,
    SUPERVISOR_DESK,
    TOKENS,
    OpenSockets,
    Patience,
)
from router.web.limits import LoginGuard, Paces
from router.web.middleware import errors, headers

log = structlog.get_logger(__name__)

CLOSING_SECONDS = 3.0
NO_SHOP = (
    "no shop is connected, so nobody's orders are known: what needs them is handed to a human. "
    "Set `shop_url` and `shop_secret` (docs/shop.md), or start with --demo"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test may put in the place of the real thing."""

    bot: Bot | None = None
    mood: MoodReader | None = None
    shop: Shop | None = None
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex
    sweeping: bool = True
    patience: Patience = field(default_factory=Patience)


def build(settings: Settings, database: Database, parts: Parts | None = None) -> web.Application:
    """Build the application over an open, migrated database; it opens the rest when it starts."""
    parts = parts or Parts()
    app = web.Application(middlewares=[headers, errors], client_max_size=settings.max_image_bytes)
    app[SOCKETS] = OpenSockets()
    app[LOGINS] = LoginGuard(time.monotonic)
    app[PACES] = Paces(settings.messages_per_minute, time.monotonic)
    app[PATIENCE] = parts.patience
    app[PHRASEBOOK] = Phrasebook.load()
    app[HUB] = Hub()
    app[TOKENS] = ShopperTokens(
        settings.shopper_secret,
        anonymous_days=settings.shopper_days,
        signed_hours=settings.signed_hours,
    )
    edges = (
        shopper,
        staff,
        supervisor,
        callbacks,
        internal,
        metrics,
        knowledge,
        care,
        canned,
        pages,
    )
    for edge in edges:
        app.router.add_routes(edge.routes)
    if settings.demo:
        app.router.add_routes(demo.routes)

    async def running(app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session, _related(app[HUB], database):
            vocabulary = read_vocabulary(ROOT / "data" / "shop" / "vocabulary.yml")
            policy = PolicyFile(settings.policy_path)
            store = Store(database, lambda: policy.rules.timing)
            await store.open()
            mood = parts.mood
            if mood is None:
                mood = await asyncio.to_thread(_mood, settings)
            bots = _bots(settings, session, RunsStore(database))
            await bots.refresh()
            following = asyncio.create_task(bots.follow(settings.bot_poll))
            shop = parts.shop or _shop(settings, session, parts)
            if settings.demo:
                app[DEMO_SHOP] = DemoShop.load(ROOT / "data" / "shop" / "demo.yml", parts.now)
                shop = shop or app[DEMO_SHOP]
            if shop is None:
                log.warning(NO_SHOP)
            services = Services(
                settings=settings,
                store=store,
                knowledge=LiveKnowledge(KnowledgeStore(database)),
                hub=app[HUB],
                bot=parts.bot or bots,
                bots=bots,
                mood=mood,
                shop=shop or NoShop(),
                rules=lambda: policy.rules,
                languages=Languages.load(),
                now=parts.now,
                new_id=parts.new_id,
            )
            answering = Answering(services)
            app[SERVICES] = services
            presence = PresenceBoard(services)
            board = QueueBoard(services, WaitTeller(services, presence))
            dispatcher = Dispatcher(services, presence)
            together = Together(services, presence)
            cases = CaseDesk(services, presence, together)
            app[CASE_DESK] = cases
            app[SHIFTS] = ShiftDesk(services, presence)
            app[CARE] = caring = Care(services)
            if parts.sweeping:
                caring.start()
            app[SHOPPER_DESK] = ShopperDesk(
                services, answering, board, cases, caring.aftercare, caring.follow_ups
            )
            app[AGENT_DESK] = AgentDesk(services, answering, presence, dispatcher)
            app[SUPERVISOR_DESK] = SupervisorDesk(services, presence)
            app[EDITOR_DESK] = EditorDesk.over(services, database, vocabulary)
            sweep = Sweep(
                services,
                answering,
                board,
                policy,
                chores=(
                    together.sweep,
                    cases.sweep,
                    app[SHIFTS].sweep,
                    Clockwork(services).sweep,
                    dispatcher.sweep,
                ),
            )
            task = asyncio.create_task(sweep.run()) if parts.sweeping else None
            dealing = asyncio.create_task(dispatcher.run(), name="dispatch")
            yield
            for one in (task, following, dealing):
                if one is not None:
                    one.cancel()
                    with suppress(asyncio.CancelledError):
                        await one
            await app[EDITOR_DESK].close()
            await app[CARE].close()
            await answering.close()
            await store.close()

    app.cleanup_ctx.append(running)
    app.on_shutdown.append(_close_sockets)
    return app


@asynccontextmanager
async def _related(hub: Hub, database: Database) -> AsyncIterator[None]:
    """Let events reach the other nodes; on SQLite there are none."""
    if database.engine.dialect.name != "postgresql":
        yield
        return
    relay = Relay(database.engine, hub)
    async with relay.running():
        hub.others = relay
        yield
        hub.others = None


def _bots(settings: Settings, session: aiohttp.ClientSession, runs: RunsStore) -> SwitchingBot:
    def client(address: str) -> BotClient:
        return BotClient(
            session,
            address,
            settings.service_token,
            deadline=settings.bot_deadline,
            failures=settings.bot_failures,
            pause=settings.bot_pause,
        )

    return SwitchingBot(runs.serving, client, settings.bot_url)


def _shop(settings: Settings, session: aiohttp.ClientSession, parts: Parts) -> HttpShop | None:
    """Give the shop over HTTP, if there is one."""
    if not settings.shop_url:
        return None
    return HttpShop(
        session,
        settings.shop_url,
        settings.shop_secret,
        breaker=Breaker(settings.shop_failures, settings.shop_pause, time.monotonic),
        memory=Memory(
            dt.timedelta(seconds=settings.shop_fresh), dt.timedelta(hours=settings.shop_kept_hours)
        ),
        clock=parts.now,
        chance=random.random,
        patience=ShopPatience(settings.shop_deadline, settings.shop_operation_deadline),
    )


def _mood(settings: Settings) -> Mood:
    """Load the mood model, training it first where its text has changed."""
    return Mood.load(train(ROOT / "data" / "mood", settings.folder / "mood", progress=_tell_mood))


def _tell_mood(step: str, done: int, steps: int) -> None:
    if step != "ready":  # The text has changed: it takes about a minute.
        log.info("the mood model is trained", step=step, done=done, steps=steps)


async def _close_sockets(app: web.Application) -> None:
    """Close all sockets at once: one that does not answer holds nobody else up."""
    closing = [
        asyncio.create_task(socket.close(code=WSCloseCode.SERVICE_RESTART, message=b"restart"))
        for socket in set(app[SOCKETS].sockets)
    ]
    if closing:
        _, late = await asyncio.wait(closing, timeout=CLOSING_SECONDS)
        for task in late:
            task.cancel()


async def run(settings: Settings, stopped: asyncio.Event) -> None:
    """Serve until told to stop, over a database brought to the newest schema."""
    database = Database.open(settings.database_url)
    try:
        await migrate(database)
        if settings.demo:
            await ensure_demo_staff(database, settings)
            await ensure_demo_canned(database)
        runner = web.AppRunner(build(settings, database), access_log=None, shutdown_timeout=5.0)
        try:
            await runner.setup()
            await web.TCPSite(runner, settings.host, settings.port).start()
            log.info("router listens", host=settings.host, port=settings.port)
            await stopped.wait()
        finally:
            await runner.cleanup()
    finally:
        await database.close()


def serve(settings: Settings) -> None:
    """Serve on uvloop until SIGINT or SIGTERM."""
    configure_logging(as_json=settings.log_json)

    async def until_signalled() -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await run(with_secrets(settings), stopped)

    uvloop.run(until_signalled())
