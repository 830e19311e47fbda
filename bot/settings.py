"""Settings of the bot server, read from the environment once at its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.way import Thresholds

TOKEN: Final = "JIELI_SERVICE_TOKEN"  # noqa: S105 - the name of the variable
ZONE: Final = "JIELI_TIMEZONE"
TRACKERS: Final = "JIELI_BOT_TRACKER_URL"
LOCKS: Final = "JIELI_BOT_LOCK_URL"
START: Final = "JIELI_FLOW_START_CONFIDENCE"
LEAVE: Final = "JIELI_FLOW_LEAVE_CONFIDENCE"


class SettingWrong(Exception):
    """A setting is missing or not of its form; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the bot server needs to know; the two addresses are None for one process alone."""

    token: str
    zone: ZoneInfo
    thresholds: Thresholds
    tracker_url: str | None
    lock_url: str | None

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; raises SettingWrong."""
        token = environment.get(TOKEN, "")
        if not token:
            raise SettingWrong(f"{TOKEN} is not set: give the token the router sends")
        default = Thresholds()
        return cls(
            token=token,
            zone=_zone(environment.get(ZONE, "Asia/Shanghai")),
            thresholds=Thresholds(
                start=_share(environment, START, default.start),
                leave=_share(environment, LEAVE, default.leave),
            ),
            tracker_url=environment.get(TRACKERS) or None,
            lock_url=environment.get(LOCKS) or None,
        )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise SettingWrong(f"{ZONE}: {name!r} is not a time zone") from problem


def _share(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name, str(default))
    try:
        share = float(text)
    except ValueError as problem:
        raise SettingWrong(f"{name}: {text!r} is not a number") from problem
    if not 0.0 <= share <= 1.0:
        raise SettingWrong(f"{name}: {text} is not between 0 and 1")
    return share
