"""What an operator may change, validated at start; docs/configuration.md lists it from here.

Every field can be given in a TOML file (`--config`, or JIELI_CONFIG) under its own name, and in
the environment as JIELI_ and the name in capitals; the environment wins.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

PREFIX = "JIELI_"
ROOT = Path(__file__).resolve().parent.parent
SECRET_BYTES = 32
SHORTEST_SECRET = 16

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Origin = Annotated[str, Meta(pattern=r"^https?://[^/\s]+$")]


class InvalidSettings(Exception):
    """A setting is missing, unknown or out of range; the text says which and what is right."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The router's settings, each with its default."""

    host: str = "127.0.0.1"
    """Address to listen on; loopback unless a proxy in front adds TLS."""
    port: Port = 8000
    """Port to listen on."""
    data: str = "var"
    """Folder for the database, uploads, models and secrets."""
    database: str = ""
    """SQLAlchemy URL (sqlite+aiosqlite or postgresql+asyncpg); empty: SQLite in the data folder."""
    demo: bool = False
    """Serve the demo shop with its shoppers and orders, and make the demo logins."""
    timezone: str = "Asia/Shanghai"
    """The shop's time zone: business days, answers by date, times shown by the bot."""
    shop_url: str = ""
    """Address that answers for the shop's orders (docs/shop.md); empty: the demo's, or none."""
    shop_secret: str = ""
    """Secret that signs what the shop is asked; needed with `shop_url`."""
    shop_deadline: Seconds = 0.9
    """Seconds the shop has to answer a question, all attempts together."""
    shop_operation_deadline: Seconds = 1.2
    """Seconds the shop has for an operation; with a question it has to fit into a turn's 2.3 s."""
    shop_failures: Annotated[int, Meta(ge=1)] = 3
    """Failures in a row after which the shop is not asked for a while."""
    shop_pause: Seconds = 5.0
    """Seconds the shop is left alone after that."""
    shop_fresh: Annotated[float, Meta(ge=0, le=300)] = 3.0
    """Seconds in which the same question is not asked again."""
    shop_kept_hours: Annotated[float, Meta(ge=0, le=720)] = 24.0
    """Hours the last known orders are shown, marked as such, while the shop cannot be asked."""
    bot_url: str = "http://127.0.0.1:5005"
    """Base address of the bot server, as long as no keeper of bot processes names another."""
    bot_deadline: Seconds = 2.5
    """Seconds the bot has for an answer; then the shopper is handed to a human."""
    bot_failures: Annotated[int, Meta(ge=1)] = 3
    """Failures in a row after which the bot is not asked for a while."""
    bot_pause: Seconds = 5.0
    """Seconds the bot is left alone after that."""
    bot_poll: Seconds = 0.5
    """Seconds between two looks at which bot process serves."""
    warm_minutes: Annotated[float, Meta(ge=0, le=1440)] = 30.0
    """Minutes the model that served before stays loaded: going back to it takes no time."""
    kept_models: Annotated[int, Meta(ge=2)] = 5
    """Newest model files kept, besides those that serve or a run names."""
    retrain_at: Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$")] = "03:30"
    """Local time of the shop at which `jieli up` retrains; empty: never by itself."""
    gate: str = ""
    """Thresholds a new model has to pass (TOML); empty: router/retrain/gate.toml."""
    service_token: str = ""
    """Secret shared by router, bot and action server; empty: made and kept in the data folder."""
    shopper_secret: str = ""
    """Secret that signs shopper tokens; empty: made and kept in the data folder."""
    storefront_secret: str = ""
    """Secret with which the storefront signs shopper ids; empty: made and kept likewise."""
    allowed_origins: tuple[Origin, ...] = ()
    """Origins besides our own that may embed the widget, e.g. https://shop.example.com."""
    trusted_proxies: Annotated[int, Meta(ge=0)] = 0
    """How many proxies in front set X-Forwarded-For and X-Forwarded-Proto."""
    policy: str = ""
    """Routing policy (TOML); empty: router/policy.toml. Reloaded when it changes."""
    shopper_days: Annotated[int, Meta(ge=1)] = 180
    """Days an anonymous shopper is remembered."""
    signed_hours: Annotated[int, Meta(ge=1)] = 12
    """Hours a token for a signed shopper holds; the widget asks for a new one."""
    staff_hours: Annotated[int, Meta(ge=1)] = 12
    """Hours a staff session holds."""
    max_image_bytes: Annotated[int, Meta(ge=10_000)] = 8_000_000
    """Largest image a shopper may send."""
    max_import_bytes: Annotated[int, Meta(ge=10_000, le=100_000_000)] = 20_000_000
    """Largest file of entries an editor may bring in."""
    messages_per_minute: Annotated[int, Meta(ge=1)] = 60
    """Messages a shopper may send in a minute before being asked to slow down."""
    log_json: bool = False
    """Write the log as JSON lines instead of for people."""

    @property
    def folder(self) -> Path:
        """Give the data folder."""
        return Path(self.data)

    @property
    def database_url(self) -> str:
        """Give the database's URL."""
        return self.database or f"sqlite+aiosqlite:///{self.folder / 'jieli.db'}"

    @property
    def zone(self) -> ZoneInfo:
        """Give the shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def policy_path(self) -> Path:
        """Give the routing policy's file."""
        return Path(self.policy) if self.policy else ROOT / "router" / "policy.toml"

    @property
    def gate_path(self) -> Path:
        """Give the file of the gate's thresholds."""
        return Path(self.gate) if self.gate else ROOT / "router" / "retrain" / "gate.toml"


_SECRETS = ("service_token", "shopper_secret", "storefront_secret")


def load(environment: Mapping[str, str], file: Path | None = None, **overrides: Any) -> Settings:
    """Read settings from file, environment and overrides (later wins), or say what is wrong."""
    values: dict[str, Any] = {}
    if file is None and environment.get(f"{PREFIX}CONFIG"):
        file = Path(environment[f"{PREFIX}CONFIG"])
    if file is not None:
        try:
            values |= tomllib.loads(file.read_text("utf-8"))
        except OSError as error:
            raise InvalidSettings(f"{file}: cannot be read: {error.strerror}") from error
        except tomllib.TOMLDecodeError as error:
            raise InvalidSettings(f"{file}: is not TOML: {error}") from error
    for name in Settings.__struct_fields__:
        given = environment.get(PREFIX + name.upper())
        if given is not None:
            values[name] = _origins(given) if name == "allowed_origins" else given
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        # Not strict: the environment has only text for numbers and truths.
        settings = msgspec.convert(values, Settings, strict=False)
        ZoneInfo(settings.timezone)
        _check_shop(settings)
    except msgspec.ValidationError as error:
        raise InvalidSettings(f"settings: {error}") from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidSettings(f"settings: `timezone` is no time zone: {error}") from error
    return settings


def _check_shop(settings: Settings) -> None:
    """Refuse a shop that is asked without a signature, or at no address."""
    if not settings.shop_url:
        return
    if not settings.shop_url.startswith(("http://", "https://")):
        raise InvalidSettings(
            "settings: `shop_url` is no address such as https://shop.example/jieli"
        )
    if len(settings.shop_secret) < SHORTEST_SECRET:
        raise InvalidSettings(
            f"settings: `shop_secret` signs what `shop_url` is asked: give it {SHORTEST_SECRET} "
            "characters or more"
        )


def _origins(given: str) -> list[str]:
    return [origin.strip() for origin in given.split(",") if origin.strip()]


def with_secrets(settings: Settings) -> Settings:
    """Give the settings with every secret set: those not given are made once and kept."""
    made = {
        name: getattr(settings, name) or _kept_secret(settings.folder / name) for name in _SECRETS
    }
    return msgspec.structs.replace(settings, **made)


def _kept_secret(path: Path) -> str:
    if path.exists():
        return path.read_text("utf-8").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:  # Another process made it meanwhile.
        return path.read_text("utf-8").strip()
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret)
    return secret
