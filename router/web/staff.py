"""The staff's edge: login, history, and the desk's socket."""

from __future__ import annotations

import asyncio
import datetime as dt

import structlog
from aiohttp import web

from router import wire, wire_queue
from router.desk.agent import AgentDesk
from router.desk.cases import CaseDesk
from router.domain.errors import Malformed, Unauthorized
from router.domain.people import Role, Staff
from router.hub import DESK, Hub, Outbox, for_agent, for_staff, for_supervisors
from router.passwords import new_session_token, token_hash, verified
from router.store import Changed
from router.web import sockets
from router.web.keys import AGENT_DESK, CASE_DESK, HUB, LOGINS, PATIENCE, SERVICES
from router.web.middleware import (
    address_of,
    is_secure,
    json_response,
    refuse_foreign,
    refuse_forged,
)
from router.web.reading import body_of
from router.wire_cases import Whisper

log = structlog.get_logger(__name__)
routes = web.RouteTableDef()

COOKIE = "jieli_staff"


@routes.post("/api/v1/staff/login")
async def login(request: web.Request) -> web.Response:
    """Open a session for the right password."""
    refuse_forged(request)
    wanted = await body_of(request, wire.Login)
    services, guard = request.app[SERVICES], request.app[LOGINS]
    address = address_of(request)
    guard.attempt(wanted.login, address)
    found = await services.store.credentials(wanted.login)
    if not await verified(found.password_hash if found else None, wanted.password) or not found:
        raise Unauthorized("账号或密码不对。")
    guard.succeeded(wanted.login, address)
    token, now = new_session_token(), services.now()
    hours = services.settings.staff_hours
    expires_at = now + dt.timedelta(hours=hours)
    await services.store.open_session(token_hash(token), found.staff.id, now, expires_at)
    presence = request.app[AGENT_DESK].presence.of(found.staff.id)
    response = json_response(wire.staff_view(found.staff, presence))
    response.set_cookie(
        COOKIE,
        token,
        max_age=hours * 3600,
        httponly=True,
        secure=is_secure(request),
        samesite="Strict",
        path="/",
    )
    return response


@routes.post("/api/v1/staff/logout")
async def logout(request: web.Request) -> web.Response:
    """End the session; its sockets close within seconds."""
    refuse_forged(request)
    services = request.app[SERVICES]
    token = request.cookies.get(COOKIE)
    if token is not None:
        await services.store.revoke(token_hash(token), services.now())
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


@routes.get("/api/v1/staff/me")
async def me(request: web.Request) -> web.Response:
    """Tell who is logged in."""
    staff = await staff_of(request)
    return json_response(wire.staff_view(staff, request.app[AGENT_DESK].presence.of(staff.id)))


@routes.get("/api/v1/agents")
async def agents(request: web.Request) -> web.Response:
    """Tell how every agent stands in the queue."""
    await staff_of(request)
    return json_response(await request.app[AGENT_DESK].dispatcher.standings())


@routes.get("/api/v1/conversations")
async def history(request: web.Request) -> web.Response:
    """List resolved conversations, newest first, before a moment."""
    await staff_of(request)
    status = request.query.get("status", "resolved")
    if status != "resolved":
        raise Malformed("`status` can only be resolved; the rest comes over the socket")
    before = request.query.get("before")
    cards = await request.app[AGENT_DESK].history(_moment(before) if before else None)
    return json_response({"conversations": cards})


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise Malformed("`before` needs a time zone, such as a trailing Z")
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"`before` is not an ISO 8601 moment: {text!r}") from error


@routes.get("/ws/desk")
async def socket(request: web.Request) -> web.StreamResponse:
    """Serve a desk's socket."""
    refuse_foreign(request, embedded=False)
    staff = await staff_of(request)
    ws = await sockets.opened(request)
    async with sockets.pumped(request, ws) as outbox:
        await _Session(request, ws, outbox, staff).run()
    return ws


async def staff_of(request: web.Request) -> Staff:
    """Give who is logged in, or Unauthorized."""
    token = request.cookies.get(COOKIE)
    services = request.app[SERVICES]
    found = await services.store.session(token_hash(token), services.now()) if token else None
    if found is None:
        raise Unauthorized("请先登录，或登录已过期。")
    return found


class _Session:
    """One desk's socket from hello to close."""

    def __init__(
        self, request: web.Request, ws: web.WebSocketResponse, outbox: Outbox, me: Staff
    ) -> None:
        self._desk: AgentDesk = request.app[AGENT_DESK]
        self._cases: CaseDesk = request.app[CASE_DESK]
        self._hub: Hub = request.app[HUB]
        self._request = request
        self._ws = ws
        self._outbox = outbox
        self._me = me
        self._reading: str | None = None

    async def run(self) -> None:
        own = (DESK, for_agent(self._me.id))
        for topic in own:
            self._hub.follow(topic, self._outbox)
        await self._desk.presence.came(self._me)
        watch = asyncio.create_task(self._watch_login())
        try:
            read = wire.read_desk_command
            await sockets.obeyed(self._request, self._ws, self._outbox, read, self._obey)
        finally:
            watch.cancel()
            for topic in own:
                self._hub.leave(topic, self._outbox)
            self._read(None)
            self._desk.presence.left(self._me)

    async def _watch_login(self) -> None:
        """Close the socket of a session that ended, also one that only listens."""
        while True:
            await asyncio.sleep(self._request.app[PATIENCE].recheck)
            try:
                self._me = await staff_of(self._request)
            except Unauthorized:
                await sockets.shut(self._request, self._ws, sockets.EXPIRED, b"unauthorized")
                return
            except Exception:
                log.exception("a login could not be checked, the next look will")

    async def _obey(self, command: wire.DeskCommand) -> None:
        desk, me = self._desk, self._me
        match command:
            case wire.DeskHello():
                self._say(await desk.welcome(me))
            case wire.SetPresence():
                await desk.set_presence(me, command.presence)
            case wire.Open():
                await self._open(command)
            case wire_queue.AcceptNext() | wire_queue.Decline() | wire_queue.Active():
                await desk.dispatcher.obey(me, command)
            case wire.Accept():
                await desk.accept(me, command.conversation)
            case wire.AgentReply():
                changed = await desk.reply(me, command)
                self._acknowledge(command.client_id, changed.messages[0].seq, changed)
            case wire.Note():
                changed = await desk.note(me, command)
                self._acknowledge(command.client_id, changed.messages[0].seq, changed)
            case wire.AgentTyping():
                desk.typing(me, command.conversation)
            case wire.Flag():
                await desk.flag(me, command)
            case wire.DeskPing():
                self._say(wire.Pong())
            case _:
                said = await self._cases.obey(me, command)
                if said is not None and isinstance(command, Whisper):
                    self._acknowledge(command.client_id, said.messages[0].seq, said)

    async def _open(self, command: wire.Open) -> None:
        """Follow a conversation first, then read it: nothing said meanwhile is missed."""
        self._read(command.conversation)
        self._say(await self._desk.open(self._me, command.conversation, command.after))

    def _read(self, conversation: str | None) -> None:
        for topic in self._topics():
            self._hub.leave(topic, self._outbox)
        self._reading = conversation
        for topic in self._topics():
            self._hub.follow(topic, self._outbox)

    def _topics(self) -> tuple[str, ...]:
        """Name what is followed of the conversation on screen."""
        if self._reading is None:
            return ()
        staff = for_staff(self._reading)
        supervises = self._me.may(Role.SUPERVISOR)
        return (staff, for_supervisors(self._reading)) if supervises else (staff,)

    def _acknowledge(self, client_id: str, seq: int, changed: Changed) -> None:
        at = changed.messages[0].at
        self._say(wire.MessageAcknowledged(client_id, seq, at))

    def _say(self, event: wire.DeskEvent) -> None:
        self._outbox.send(wire.encode(event))
