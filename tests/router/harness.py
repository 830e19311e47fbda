"""A whole router in one process, over a scripted bot and mood, driven through real sockets."""

import asyncio
import datetime as dt
import itertools
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import msgspec
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from knowledge_base.database import Database
from knowledge_base.entries import Answer, Entry
from knowledge_base.store import KnowledgeStore
from router.app import Parts, build
from router.bot_client import (
    BotAnswer,
    BotMessage,
    BotUnavailable,
    FlowState,
    Question,
    Reading,
)
from router.domain.message import Body, Message, Sender
from router.domain.people import Staff
from router.mood import Level, MoodReading
from router.settings import ROOT, Settings, with_secrets
from router.shop import Shop
from router.store import tables as t
from router.store.rows import message_values
from router.web.keys import (
    AGENT_DESK,
    CARE,
    DEMO_SHOP,
    HUB,
    SERVICES,
    SHIFTS,
    SHOPPER_DESK,
    Patience,
)

PASSWORD = "a-long-enough-password"
# A hash names its own cost: one of the cheapest is checked by the same code in no time, where the
# real cost, which tests of the accounts pay, would be most of what a test with staff does.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def understood(intent: str, confidence: float = 0.95, **others: float) -> BotAnswer:
    """Make an answer that read one intent, and others behind it."""
    ranking = sorted({intent: confidence, **others}.items(), key=lambda pair: -pair[1])
    return BotAnswer(Reading(intent, confidence, ranking), [], "r000001-test", 1)


def flowing(text: str, flow: str, state: str = "active", **message: Any) -> BotAnswer:
    """Make an answer in which a flow speaks."""
    said = msgspec.convert({"text": text, **message}, BotMessage)
    reading = Reading(flow, 0.97, [(flow, 0.97)])
    return BotAnswer(reading, [said], "r000001-test", 1, FlowState(flow, state))


@dataclass
class ScriptedBot:
    """Answers by text; held back while `gate` is clear, away while `down`.

    What is read besides a message is kept in `besides`, and is not there unless it is scripted.
    """

    answers: Mapping[str, BotAnswer] = field(default_factory=dict)
    otherwise: BotAnswer = field(default_factory=lambda: understood("nothing", 0.05))
    down: bool = False
    asked: list[Question] = field(default_factory=list)
    besides: list[Question] = field(default_factory=list)
    forgot: list[str] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def available(self) -> bool:
        return not self.down

    async def ask(self, question: Question) -> BotAnswer | BotUnavailable:
        (self.besides if question.reading_only else self.asked).append(question)
        await self.gate.wait()
        if self.down:
            return BotUnavailable("down for a test")
        if question.reading_only and question.text not in self.answers:
            return BotUnavailable("not scripted")
        return self.answers.get(question.text, self.otherwise)

    async def reset(self, conversation: str) -> None:
        self.forgot.append(conversation)


class ScriptedMood:
    """Fires on the plainest words only."""

    _DANGERS: ClassVar = {"受伤": "injury", "不想活": "self_harm", "起诉": "legal"}

    def read(self, text: str) -> MoodReading:
        asks = "转人工" in text
        angry = "骗子" in text
        impatient = "太慢" in text
        safety = next((kind for word, kind in self._DANGERS.items() if word in text), None)
        level = Level.ANGRY if angry else Level.IMPATIENT if impatient else Level.CALM
        return MoodReading(
            1.0 if asks else 0.0,
            asks,
            {Level.ANGRY: 0.95, Level.IMPATIENT: 0.6, Level.CALM: 0.05}[level],
            level,
            safety,
            (text,) if asks or level or safety else (),
        )


class Clock:
    """A clock that moves when told, and by a little at each look."""

    def __init__(self) -> None:
        self.moment = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        self.moment += dt.timedelta(milliseconds=1)
        return self.moment

    def forward(self, **span: float) -> None:
        self.moment += dt.timedelta(**span)


def entry(key: str, title: str, text: str, **facts: Any) -> Entry:
    """Make an entry with one answer."""
    facts.setdefault("category", "发货物流")
    return Entry(
        key=key,
        title=title,
        phrasings=(title, f"{title}呢"),
        answers=(Answer(text=text),),
        **facts,
    )


ENTRIES = (
    entry("shipping_time", "什么时候发货", "现货 48 小时内发出。"),
    entry("shipping_fee", "运费怎么算", "满 199 元包邮。"),
    entry("order_modify_address", "改收货地址", "未发货可以在订单页改。", category="订单"),
    entry("account_security", "账号被盗", "请稍等。", category="账户", human_only=True),
    entry("greet", "你好", "你好呀。", category="寒暄"),
)


@dataclass
class Socket:
    """A client's end of a socket that keeps every frame it got."""

    ws: aiohttp.ClientWebSocketResponse
    seen: list[dict[str, Any]] = field(default_factory=list)
    _ids: itertools.count = field(default_factory=itertools.count)  # type: ignore[type-arg]

    async def send(self, kind: str, **fields: Any) -> None:
        await self.ws.send_json({"type": kind, **fields})

    async def until(self, kind: str, within: float = 10.0, **wanted: Any) -> dict[str, Any]:
        """Read on to the next frame of a kind whose fields are as wanted."""
        async with asyncio.timeout(within):
            while True:
                message = await self.ws.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise AssertionError(f"the socket closed ({self.ws.close_code}): {self.seen}")
                frame = msgspec.json.decode(message.data)
                self.seen.append(frame)
                if frame["type"] == kind and all(frame.get(k) == v for k, v in wanted.items()):
                    return frame  # type: ignore[no-any-return]

    async def error(self, within: float = 10.0) -> dict[str, Any]:
        """Read on to the next error."""
        return await self.until("error", within)

    async def alive(self) -> None:
        """Show that the socket still answers."""
        await self.send("ping")
        await self.until("pong")

    async def closed(self, within: float = 10.0) -> int | None:
        """Read on until the other end closes, and give the code it closes with."""
        async with asyncio.timeout(within):
            while True:
                message = await self.ws.receive()
                if message.type is aiohttp.WSMsgType.CLOSE:
                    return int(message.data)  # Whatever becomes of our answer to it.
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return self.ws.close_code
                self.seen.append(msgspec.json.decode(message.data))

    async def message(self, sender: str, within: float = 10.0) -> dict[str, Any]:
        """Read on to the next message of a sender."""
        while True:
            frame = await self.until("message.created", within)
            if frame["message"]["sender"] == sender:
                return frame["message"]  # type: ignore[no-any-return]

    async def say(self, text: str, client_id: str | None = None) -> str:
        client_id = client_id or f"client-{uuid.uuid4().hex[:12]}"
        await self.send("send", client_id=client_id, text=text)
        return client_id

    async def close(self) -> None:
        await self.ws.close()


@dataclass
class House:
    """A running router and what a test may look at behind it."""

    client: TestClient  # type: ignore[type-arg]
    database: Database
    bot: ScriptedBot
    clock: Clock
    settings: Settings
    staff_clients: list[TestClient] = field(default_factory=list)  # type: ignore[type-arg]

    @property
    def services(self) -> Any:
        return self.client.app[SERVICES]

    @property
    def store(self) -> Any:
        return self.services.store

    @property
    def shop(self) -> Any:
        """The demo shop behind the house."""
        return self.client.app[DEMO_SHOP]

    @property
    def hub(self) -> Any:
        return self.client.app[HUB]

    @property
    def agents(self) -> Any:
        return self.client.app[AGENT_DESK]

    @property
    def shifts(self) -> Any:
        return self.client.app[SHIFTS]

    @property
    def shoppers(self) -> Any:
        return self.client.app[SHOPPER_DESK]

    @property
    def care(self) -> Any:
        return self.client.app[CARE]

    async def quiet(self, **span: float) -> None:
        """Let time pass, and care do what is due then."""
        self.clock.forward(**(span or {"minutes": 1}))
        await self.care.once()
        await self.care.deliveries.idle()

    async def token(self, shopper: dict[str, Any] | None = None) -> str:
        body = {"shopper": shopper} if shopper else {}
        async with self.client.post("/api/v1/shopper/session", json=body) as response:
            assert response.status == 200, await response.text()
            return (await response.json())["token"]  # type: ignore[no-any-return]

    async def socket(self) -> Socket:
        """Open a shopper's socket without saying hello."""
        return Socket(await self.client.ws_connect("/ws/shopper"))

    async def fill(self, conversation: str, count: int) -> None:
        """Give an empty conversation a long past of shopper messages, all decided."""
        at = self.clock()
        thread = (await self.store.thread(conversation)).conversation
        past = [
            Message(conversation, seq, 0, at, Sender.SHOPPER, Body(f"第{seq}条"))
            for seq in range(thread.last_seq + 1, thread.last_seq + count + 1)
        ]
        last = past[-1].seq

        def write(connection: Any) -> None:
            rows = [message_values(message, 1) for message in past]
            connection.execute(t.messages.insert(), rows)
            connection.execute(
                t.conversations.update()
                .where(t.conversations.c.id == conversation)
                .values(last_seq=last, shopper_seq=last, decided_seq=last)
            )

        await self.store._write(conversation, write)

    async def demo_token(self, shopper: str) -> str:
        async with self.client.post("/api/v1/demo/login", json={"shopper": shopper}) as response:
            signed = (await response.json())["shopper"]
        return await self.token(signed)

    async def shopper(self, token: str | None = None, after: int = 0, **context: str) -> Socket:
        """Come in as a shopper and read up to `resumed`."""
        socket = Socket(await self.client.ws_connect("/ws/shopper"))
        token = token or await self.token()
        await socket.send("hello", token=token, after=after, context=context)
        await socket.until("resumed")
        return socket

    async def staff(self, member: Staff) -> Socket:
        """Log in as a member of staff, adding them at first, and open their desk."""
        return await self.desk(await self.login(member))

    async def login(self, member: Staff) -> TestClient:  # type: ignore[type-arg]
        """Log in as a member of staff, adding them at first; the client has the cookie."""
        known = {m.login for m in await self.store.list_staff()}
        if member.login not in known:
            await self.store.add_staff(member, PASSWORD_HASH)
        client = TestClient(self.client.server)
        self.staff_clients.append(client)
        async with client.post(
            "/api/v1/staff/login",
            json={"login": member.login, "password": PASSWORD},
            headers={"X-Jieli": "1"},
        ) as response:
            assert response.status == 200, await response.text()
        return client

    async def desk(self, client: TestClient) -> Socket:  # type: ignore[type-arg]
        """Open the desk of whoever a client is logged in as."""
        socket = Socket(await client.ws_connect("/ws/desk"))
        await socket.send("hello")
        await socket.until("welcome")
        return socket


def at_once(folder: Path) -> Path:
    """Write the house's policy, but that endings take effect at once and need no cause."""
    text = (ROOT / "router" / "policy.toml").read_text("utf-8")
    text = text.replace("undo_seconds = 5 ", "undo_seconds = 0 ")
    text = text.replace("cause_required = true", "cause_required = false")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return path


@asynccontextmanager
async def running(
    database: Database,
    folder: Path,
    answers: Mapping[str, BotAnswer] | None = None,
    entries: tuple[Entry, ...] = ENTRIES,
    *,
    sweeping: bool = False,
    patience: Patience | None = None,
    shop: Shop | None = None,
    **settings: Any,
) -> AsyncIterator[House]:
    """Run a router over a database whose live release has the entries."""
    knowledge = KnowledgeStore(database)
    clock, bot = Clock(), ScriptedBot(answers or {})
    if entries and await knowledge.live_number() is None:
        await knowledge.save_all(entries, author="test", reason="test", at=clock())
        await knowledge.publish(author="test", note="test", at=clock())
    if "policy" not in settings:
        settings["policy"] = str(at_once(folder))
    made = with_secrets(Settings(**{"data": str(folder), "demo": True} | settings))
    parts = Parts(
        bot=bot,
        mood=ScriptedMood(),
        shop=shop,
        now=clock,
        sweeping=sweeping,
        patience=patience or Patience(),
    )
    # Nobody keeps cookies by accident: each shopper who comes without a token is a new one.
    jar = aiohttp.DummyCookieJar()
    async with TestClient(TestServer(build(made, database, parts)), cookie_jar=jar) as client:
        house = House(client, database, bot, clock, made)
        yield house
        for one in house.staff_clients:
            await one.session.close()
