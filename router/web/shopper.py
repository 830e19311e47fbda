"""The shopper's edge: a token, images, and the socket."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Protocol, TypeVar

from aiohttp import WSMsgType, web

from router import wire, wire_clocks
from router.desk.shifts import ShiftDesk
from router.desk.membership import tier_by_shop
from router.desk.shopper import ShopperDesk
from router.domain.conversation import Conversation
from router.domain.errors import Malformed, TooManyAttempts, Unauthorized
from router.domain.message import Message
from router.domain.people import Shopper
from router.hub import Hub, Outbox, for_shopper
from router.identity import signed_shopper
from router.web import sockets
from router.web.images import ImageFolder
from router.web.keys import HUB, PACES, PATIENCE, SERVICES, SHIFTS, SHOPPER_DESK, TOKENS
from router.web.middleware import is_secure, json_response, refuse_foreign
from router.web.reading import body_of

routes = web.RouteTableDef()

_Sent = (
    wire.Send
    | wire.Choose
    | wire.SendImage
    | wire.RequestHuman
    | wire_clocks.LeaveMessage
    | wire_clocks.RequestCallback
)
C_contra = TypeVar("C_contra", contravariant=True)
C = TypeVar("C")


class _Move(Protocol[C_contra]):
    async def __call__(
        self, shopper: Shopper, conversation: str, command: C_contra, /
    ) -> Message: ...


COOKIE = "jieli_shopper"
PAGE = 500


@routes.post("/api/v1/shopper/session")
async def open_session(request: web.Request) -> web.Response:
    """Give a token: for the signed shopper, the one of a former token, or a new anonymous one."""
    refuse_foreign(request, embedded=True)
    wanted = await body_of(request, wire.OpenShopperSession)
    services, tokens = request.app[SERVICES], request.app[TOKENS]
    now = services.now()
    if wanted.shopper is not None:
        shopper = signed_shopper(services.settings.storefront_secret, wanted.shopper, now)
        if not wanted.shopper.tier:
            shopper = replace(shopper, tier=await tier_by_shop(services, shopper.id))
    else:
        shopper = _anonymous(request, wanted.token or request.cookies.get(COOKIE))
    token = tokens.issue(shopper, now)
    response = json_response(
        wire.ShopperSession(token.text, shopper.id, shopper.anonymous, token.expires_at)
    )
    if shopper.anonymous:
        response.set_cookie(
            COOKIE,
            token.text,
            max_age=services.settings.shopper_days * 86_400,
            httponly=True,
            secure=is_secure(request),
            samesite="Lax",
            path="/api/v1/shopper",
        )
    return response


def _anonymous(request: web.Request, token: str | None) -> Shopper:
    """Give the anonymous shopper of a former token, or a new one."""
    if token is not None:
        try:
            known = request.app[TOKENS].read(token, request.app[SERVICES].now())
        except Unauthorized:
            known = None
        if known is not None and known.anonymous:
            return known
    return Shopper(f"anon-{request.app[SERVICES].new_id()}", anonymous=True)


@routes.post("/api/v1/uploads")
async def upload(request: web.Request) -> web.Response:
    """Take an image: checked by its content, freed of metadata, kept under a secret id."""
    refuse_foreign(request, embedded=True)
    shopper = _bearer(request)
    services = request.app[SERVICES]
    _keep_pace(request.app, shopper)
    images = ImageFolder.of(services.settings)
    image = await images.take(request.content, request.content_length, request.content_type)
    await services.store.add_upload(image, shopper.id, services.now())
    return json_response(
        wire.Uploaded(image.id, image.mime, image.size, image.width, image.height), 201
    )


@routes.get("/api/v1/uploads/{upload:[A-Za-z0-9]{32,64}}")
async def show_upload(request: web.Request) -> web.StreamResponse:
    """Show an image to whoever knows its id."""
    return await ImageFolder.of(request.app[SERVICES].settings).show(request.match_info["upload"])


@routes.get("/ws/shopper")
async def socket(request: web.Request) -> web.StreamResponse:
    """Serve a shopper's socket: hello, replay, then live events and commands."""
    refuse_foreign(request, embedded=True)
    ws = await sockets.opened(request)
    async with sockets.pumped(request, ws) as outbox:
        hello = await _hello(request, ws, outbox)
        if hello is None:
            return ws
        try:
            shopper = request.app[TOKENS].read(hello.token, request.app[SERVICES].now())
        except Unauthorized as error:
            await sockets.shut(request, ws, sockets.EXPIRED, error.code.encode())
            return ws
        await _Session(request, ws, outbox, shopper).run(hello)
    return ws


async def _hello(
    request: web.Request, ws: web.WebSocketResponse, outbox: Outbox
) -> wire.Hello | None:
    try:
        first = await asyncio.wait_for(ws.receive(), request.app[PATIENCE].hello)
    except TimeoutError:
        await sockets.shut(request, ws, 1002, b"no hello")
        return None
    if first.type is not WSMsgType.TEXT:
        await sockets.shut(request, ws, 1002, b"no hello")
        return None
    try:
        command = wire.read_shopper_command(first.data)
        if isinstance(command, wire.Hello):
            return command
        raise Malformed("the first frame has to be a hello")
    except Malformed as error:
        sockets.refuse(outbox, error)
        await sockets.turn_away(request, ws, outbox, 1002, b"no hello")
        return None


def _keep_pace(app: web.Application, shopper: Shopper) -> None:
    """Count one more message or image of a shopper, or refuse it until later."""
    pace = app[PACES].of(shopper.id)
    if pace.full():
        raise TooManyAttempts("你发得太快了，请稍等几秒再发，消息没有丢。")
    pace.note()


class _Session:
    """One shopper's socket from hello to close."""

    def __init__(
        self, request: web.Request, ws: web.WebSocketResponse, outbox: Outbox, shopper: Shopper
    ) -> None:
        self._desk: ShopperDesk = request.app[SHOPPER_DESK]
        self._shifts: ShiftDesk = request.app[SHIFTS]
        self._hub: Hub = request.app[HUB]
        self._request = request
        self._ws = ws
        self._outbox = outbox
        self._shopper = shopper
        self._conversation = ""

    async def run(self, hello: wire.Hello) -> None:
        conversation = await self._desk.come_in(self._shopper, hello.context.as_context())
        self._conversation = conversation.id
        topic = for_shopper(conversation.id)
        self._outbox.hold()
        self._hub.follow(topic, self._outbox)
        try:
            await self._resume(conversation, hello.after)
            read = wire.read_shopper_command
            await sockets.obeyed(self._request, self._ws, self._outbox, read, self._obey)
        finally:
            self._hub.leave(topic, self._outbox)

    async def _resume(self, conversation: Conversation, after: int) -> None:
        """Register first, replay from the store, then release what came meanwhile."""
        self._say(await self._desk.welcome(self._shopper, conversation))
        last = max(await self._replay(conversation, after), conversation.last_seq)
        self._say(wire.Resumed(last))
        self._outbox.release(last)
        if conversation.answer_is_due:
            self._desk.answering.due(conversation.id)

    async def _replay(self, conversation: Conversation, after: int) -> int:
        """Say what the shopper lacks, a page at a time as fast as it is taken; give its end."""
        while True:
            page = await self._desk.replay(conversation, after, PAGE)
            for message in page:
                self._say(wire.MessageCreated(message))
                after = message.seq
            if len(page) < PAGE or self._outbox.ended:
                return after
            await self._outbox.flushed()

    async def _obey(self, command: wire.ShopperCommand) -> None:
        desk, conversation = self._desk, self._conversation
        match command:
            case wire.Hello():
                await self._hello_again(command)
            case wire.Send():
                self._acknowledge(command, await self._paced(desk.receive, command))
            case wire.Choose():
                self._acknowledge(command, await self._paced(desk.choose, command))
            case wire.SendImage():
                self._acknowledge(command, await self._paced(desk.show_image, command))
            case wire.RequestHuman():
                self._acknowledge(command, await self._paced(desk.request_human, command))
            case wire.GoOnWithBot():
                await desk.move_in_queue(conversation, with_bot=True)
            case wire.WaitAgain():
                await desk.move_in_queue(conversation, with_bot=False)
            case wire_clocks.LeaveMessage():
                self._acknowledge(command, await self._paced(self._shifts.leave_message, command))
            case wire_clocks.RequestCallback():
                said = await self._paced(self._shifts.request_callback, command)
                self._acknowledge(command, said)
            case wire.Vote():
                await desk.vote(conversation, command)
            case wire.Rate():
                await desk.rate(conversation, command)
            case wire.Typing():
                await desk.typing(conversation)
            case wire.Ping():
                self._say(wire.Pong())

    async def _hello_again(self, hello: wire.Hello) -> None:
        """Take the new page of the same shopper, with presets that fit it."""
        services = self._desk.services
        if self._request.app[TOKENS].read(hello.token, services.now()).id != self._shopper.id:
            raise Unauthorized("another shopper needs another socket")
        conversation = await self._desk.come_in(self._shopper, hello.context.as_context())
        self._say(await self._desk.welcome(self._shopper, conversation))

    async def _paced(self, move: _Move[C], command: C) -> Message:
        _keep_pace(self._request.app, self._shopper)
        return await move(self._shopper, self._conversation, command)

    def _acknowledge(self, command: _Sent, message: Message) -> None:
        self._say(wire.MessageAcknowledged(command.client_id, message.seq, message.at))

    def _say(self, event: wire.ShopperEvent) -> None:
        self._outbox.send(wire.encode(event))


def _bearer(request: web.Request) -> Shopper:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        raise Unauthorized("上传图片需要先打开会话。")
    return request.app[TOKENS].read(token, request.app[SERVICES].now())
