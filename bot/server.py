"""The bot server: Rasa with one model and our one channel, and nothing else of Rasa's web API."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from rasa.core.agent import load_agent
from rasa.core.channels.channel import register
from rasa.core.run import close_resources
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from rasa.utils.log_utils import configure_structlog
from sanic import Sanic

from bot.channel import RouterInput, refuse
from bot.dialogue import Dialogue, Served
from bot.gently import gently
from bot.parsed import Parses
from bot.settings import Settings

ENDPOINTS: Final = Path("bot/endpoints.yml")
MODEL_NAME: Final = re.compile(r"r(?P<release>\d{6})-\d{8}T\d{6}")
_SUFFIX: Final = ".tar.gz"
_LARGEST_BODY: Final = 64 * 1024
_REDIS_PORT: Final = 6379


class ModelNotLoaded(Exception):
    """The model package cannot be served."""


def served(package: Path) -> Served:
    """Return the model's name and its release, both from the package's file name."""
    name = package.name.removesuffix(_SUFFIX)
    match = MODEL_NAME.fullmatch(name)
    return Served(name, int(match["release"]) if match else 0)


def endpoints(settings: Settings, actions_url: str) -> Any:
    """Return Rasa's endpoints: the defaults of endpoints.yml, the environment over them."""
    found = AvailableEndpoints.read_endpoints(str(ENDPOINTS))
    found.action = EndpointConfig(actions_url)
    if settings.tracker_url is not None:
        found.tracker_store = EndpointConfig(settings.tracker_url, type="sql")
    if settings.lock_url is not None:
        redis = urlsplit(settings.lock_url)
        found.lock_store = EndpointConfig(
            redis.hostname,
            type="redis",
            port=redis.port or _REDIS_PORT,
            db=int(redis.path.strip("/") or 0),
            username=redis.username,
            password=redis.password,
            use_ssl=redis.scheme == "rediss",
        )
    return found


def application(package: Path, settings: Settings, actions_url: str) -> Any:
    """Return the Sanic application; it loads the model before it accepts a connection."""
    configure_structlog(logging.WARNING)
    found = endpoints(settings, actions_url)
    app = Sanic("jieli_bot", configure_logging=False)
    register([RouterInput(settings.token)], app, route="/webhooks/")
    app.config.REQUEST_MAX_SIZE = _LARGEST_BODY
    app.config.ACCESS_LOG = False

    async def load(running: Any, _loop: Any) -> None:
        # Nothing is served yet, so nobody waits for this loop.
        running.ctx.agent = gently(lambda: asyncio.run(load_agent(str(package), endpoints=found)))
        if not running.ctx.agent.is_ready():
            raise ModelNotLoaded(f"{package} is not a model this bot can serve: train it again")
        running.ctx.dialogue = Dialogue(
            running.ctx.agent,
            served(package),
            settings.thresholds,
            lambda: datetime.now(settings.zone),
            Parses(running.ctx.agent.parse_message),
        )
        await running.ctx.agent.parse_message("你好")

    async def not_served(request: Any, problem: Any) -> Any:
        status = getattr(problem, "status_code", 500)
        return refuse(status, "refused", "this address, method or size is not served")

    app.error_handler.add(Exception, not_served)
    app.register_listener(load, "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    return app
