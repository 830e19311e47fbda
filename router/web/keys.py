"""What handlers find in the application."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field

from aiohttp import web

from router.desk.agent import AgentDesk
from router.desk.care import Care
from router.desk.cases import CaseDesk
from router.desk.knowledge.desk import EditorDesk
from router.desk.knowledge.phrasebook import Phrasebook
from router.desk.services import Services
from router.desk.shifts import ShiftDesk
from router.desk.shopper import ShopperDesk
from router.desk.supervisor import SupervisorDesk
from router.hub import Hub
from router.identity import ShopperTokens
from router.shop import DemoShop
from router.web.limits import LoginGuard, Paces


@dataclass(frozen=True, slots=True)
class OpenSockets:
    """Every open socket, to be closed at shutdown."""

    sockets: weakref.WeakSet[web.WebSocketResponse] = field(default_factory=weakref.WeakSet)

    def add(self, socket: web.WebSocketResponse) -> None:
        """Remember a socket as long as it lives."""
        self.sockets.add(socket)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds a socket waits: for a hello, for a peer to take a frame, between log-in checks."""

    hello: float = 15.0
    send: float = 20.0
    recheck: float = 20.0


SERVICES = web.AppKey("services", Services)
DEMO_SHOP = web.AppKey("demo_shop", DemoShop)
HUB = web.AppKey("hub", Hub)
SHOPPER_DESK = web.AppKey("shopper_desk", ShopperDesk)
AGENT_DESK = web.AppKey("agent_desk", AgentDesk)
SHIFTS = web.AppKey("shifts", ShiftDesk)
SUPERVISOR_DESK = web.AppKey("supervisor_desk", SupervisorDesk)
CARE = web.AppKey("care", Care)
CASE_DESK = web.AppKey("case_desk", CaseDesk)
EDITOR_DESK = web.AppKey("editor_desk", EditorDesk)
PHRASEBOOK = web.AppKey("phrasebook", Phrasebook)
TOKENS = web.AppKey("tokens", ShopperTokens)
LOGINS = web.AppKey("logins", LoginGuard)
PACES = web.AppKey("paces", Paces)
PATIENCE = web.AppKey("patience", Patience)
SOCKETS = web.AppKey("sockets", OpenSockets)
