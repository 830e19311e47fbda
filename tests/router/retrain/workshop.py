"""A shop of three entries, a training and a bot of small scripts, and a keeper of fake bots."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import msgspec

from knowledge_base.conditions import ALWAYS
from knowledge_base.database import Database
from knowledge_base.entries import Answer, Entry
from knowledge_base.gate.limits import Likeness, Samples
from knowledge_base.releases import Release
from knowledge_base.runs_store import RunsStore
from knowledge_base.store import KnowledgeStore
from router.mood import Level, MoodReading
from router.policy import PolicyFile
from router.retrain.course import Event
from router.retrain.pipeline import Order, Outcome, Workshop, retrain
from router.retrain.settings import Files, GateSettings
from router.settings import ROOT
from router.supervise.claims import free_port
from router.supervise.programs import House
from tests.fakes.bot import FakeBot, Said, reads
from tests.knowledge_base.gate.thresholds import THRESHOLDS, patient

TOKEN = "a-token-for-the-retraining"
AUTHOR = "editor-ning"


def entry(key: str, title: str, *phrasings: str) -> Entry:
    """Make an entry with one answer."""
    return Entry(key, title, "测试", phrasings, (Answer("好的。", ALWAYS),))


SHIPPING = entry("shipping_time", "什么时候发货", "啥时候发货", "咋还不发货", "发货要多久")
REFUND = entry("refund_time", "退款多久到账", "退款几天到", "钱什么时候退回来", "退的钱没收到")
INVOICE = entry("invoice_how", "怎么开发票", "能开发票吗", "发票在哪下载", "抬头怎么填")
ENTRIES = (SHIPPING, REFUND, INVOICE)
HELD_OUT = {
    "拍了三天没动静": "shipping_time",
    "几号能寄出来": "shipping_time",
    "退货的钱哪天给我": "refund_time",
    "还没看到退款": "refund_time",
    "报销要票": "invoice_how",
    "公司名写哪": "invoice_how",
}
OUTSIDE = ("今天天气咋样", "讲个笑话")
REQUESTS = {"转人工": True, "人工费多少": False}

TRAINS = """
import json, re, sys, tarfile, io
from pathlib import Path
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
behaviour = Path("behaviour").read_text().split() if Path("behaviour").exists() else []
export, out = Path(given["--export"]), Path(given["--out"])
print("INFO a library talks")
print(json.dumps({"step": "fitting", "done": 1, "of": 2}), flush=True)
if "training_takes_long" in behaviour:
    import time; time.sleep(60)
if "training_fails" in behaviour:
    print(json.dumps({"error": "ValueError: one entry cannot be told from none"})); sys.exit(1)
if "disk_is_full" in behaviour:
    print(json.dumps({"error": "OSError: [Errno 28] No space left on device"})); sys.exit(1)
known, intent = {}, ""
for line in (export / "nlu.yml").read_text().splitlines():
    if found := re.match(r"- intent: (\\S+)", line): intent = found[1]
    elif found := re.match(r" +- (.+)", line): known[found[1]] = intent
release = json.loads((export / "release.json").read_text())["release"]
figures = [{"text": t, "intent": i, "ranking": [[i, 0.9]]} for t, i in known.items()]
Path(given["--figures"]).write_text("".join(json.dumps(f) + "\\n" for f in figures))
body = json.dumps(known).encode()
with tarfile.open(out, "w:gz") as archive:
    item = tarfile.TarInfo("model.json"); item.size = len(body)
    archive.addfile(item, io.BytesIO(body))
if "model_is_truncated" in behaviour:
    out.write_bytes(out.read_bytes()[:40])
print(json.dumps({"model": given["--name"], "release": release, "seconds": 0.1}))
"""
SERVES = """
import json, re, sys, tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
behaviour = Path("behaviour").read_text().split() if Path("behaviour").exists() else []
if "bot_dies" in behaviour:
    print("ModelNotLoaded: this cannot be served"); sys.exit(3)
path = Path(given["--model"])
with tarfile.open(path, "r:gz") as archive:
    known = json.load(archive.extractfile("model.json"))
known |= json.loads(Path("held_out.json").read_text())
name = path.name.removesuffix(".tar.gz")
class Bot(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self): self.answer({"status": "ok"})
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        intent = known.get(body.get("text"), "nothing_known")
        share = 0.95 if body.get("text") in known else 0.1
        reading = {"intent": intent, "confidence": share, "ranking": [[intent, share]]}
        release = int(re.match(r"r(\\d+)", name)[1])
        self.answer({"reading": reading, "messages": [], "model": name, "release": release})
    def answer(self, value):
        raw = json.dumps(value).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(raw)))
        self.end_headers(); self.wfile.write(raw)
    def log_message(self, *_): pass
ThreadingHTTPServer((given["--host"], int(given["--port"])), Bot).serve_forever()
"""


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def read_mood(text: str) -> MoodReading:
    asks = REQUESTS.get(text, False)
    return MoodReading(float(asks), asks, 0.0, Level.CALM, None, ())


def understands(*entries: Entry, without: tuple[str, ...] = ()) -> dict[str, Said]:
    """Give what a good model of these entries reads."""
    taught = {line: one.key for one in entries for line in (one.title, *one.phrasings)}
    taught |= {text: key for text, key in HELD_OUT.items() if key in {one.key for one in entries}}
    return {text: reads(key) for text, key in taught.items() if text not in without}


@dataclass
class Keeper:
    """Keeps fake bots as `jieli up` keeps real ones: does what the store asks, and reports."""

    runs: RunsStore
    understands: Mapping[str, Said] = field(default_factory=lambda: understands(*ENTRIES))
    cannot_start: bool = False
    cannot_serve: bool = False
    bots: dict[str, tuple[FakeBot, str]] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @asynccontextmanager
    async def keeping(self, live: str | None = None) -> AsyncIterator[Keeper]:
        """Keep bots until the block is left, first of all a live one."""
        async with self._stack:
            if live is not None:
                await self.runs.promoted(live, await self.bot(live), None, None, now())
            await self.runs.kept(keeper_at=now())
            working = asyncio.create_task(self._work())
            try:
                yield self
            finally:
                working.cancel()
                await asyncio.wait([working])

    async def bot(self, model: str) -> str:
        """Give the address of a model's bot, starting it the first time."""
        if model not in self.bots:
            bot = FakeBot(dict(self.understands), token=TOKEN, model=model, release=int(model[1:7]))
            self.bots[model] = bot, await self._stack.enter_async_context(bot.serving())
        return self.bots[model][1]

    async def _work(self) -> None:
        while True:
            await self.runs.kept(keeper_at=now())
            asked = await self.runs.serving()
            candidate = asked.candidate_wanted
            if candidate is not None and asked.candidate != candidate:
                if self.cannot_start:
                    await self.runs.failed(candidate, "it ended with exit code 3", now())
                else:
                    address = await self.bot(candidate)
                    await self.runs.kept(candidate=candidate, candidate_address=address)
            if asked.wanted is not None and asked.wanted != asked.live:
                if self.cannot_serve:
                    await self.runs.failed(asked.wanted, "its process was killed", now())
                else:
                    address, before = await self.bot(asked.wanted), asked.live_address
                    await self.runs.promoted(asked.wanted, address, asked.live, before, now())
            await asyncio.sleep(0.02)


@dataclass
class Shop:
    """A database with a release, a house of scripts, and what a run told."""

    database: Database
    folder: Path
    house: House
    events: list[Event] = field(default_factory=list)
    gate: GateSettings = field(init=False)
    on_event: Callable[[Event], None] | None = None

    def __post_init__(self) -> None:
        files: dict[str, list[dict[str, object]]] = {
            "held_out": [{"text": text, "entry": key} for text, key in HELD_OUT.items()],
            "out_of_scope": [{"text": text, "entry": None} for text in OUTSIDE],
            "requests": [{"text": t, "human_request": asks} for t, asks in REQUESTS.items()],
        }
        for name, rows in files.items():
            self.write_rows(name, rows)
        paths = {name: str(self.folder / f"{name}.jsonl") for name in files}
        samples = Samples(1200, 4000, 300, 300, 500, 60, 20, 4)
        self.gate = GateSettings(patient(THRESHOLDS), samples, Likeness(0.7, 0.5), Files(**paths))

    @property
    def runs(self) -> RunsStore:
        return RunsStore(self.database)

    @property
    def models(self) -> list[str]:
        return sorted(path.name for path in self.house.models.glob("*.tar.gz"))

    @property
    def leftovers(self) -> list[str]:
        return sorted(path.name for path in self.house.data.glob("retrain-*"))

    def write_rows(self, name: str, rows: list[dict[str, object]]) -> None:
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
        (self.folder / f"{name}.jsonl").write_text("".join(lines), "utf-8")

    def behaves(self, *ways: str) -> None:
        """Let training and bots of scripts fail in these ways from now on."""
        (self.house.root / "behaviour").write_text(" ".join(ways))

    def with_thresholds(self, **others: float) -> None:
        """Ask for something else."""
        thresholds = msgspec.structs.replace(self.gate.thresholds, **others)
        self.gate = msgspec.structs.replace(self.gate, thresholds=thresholds)

    async def publish(self, *entries: Entry, note: str = "test") -> Release:
        """Publish exactly these entries."""
        store = KnowledgeStore(self.database)
        await store.save_all(entries, author=AUTHOR, reason=note, at=now(), remove_missing=True)
        return await store.publish(author=AUTHOR, note=note, at=now())

    async def retrain(self, **order: object) -> Outcome:
        """Do one run."""
        async with aiohttp.ClientSession() as http:
            workshop = Workshop(
                database=self.database,
                house=self.house,
                bot_url=f"http://127.0.0.1:{free_port()}",
                zone=ZoneInfo("Asia/Shanghai"),
                rules=PolicyFile(ROOT / "router" / "policy.toml").rules,
                gate=self.gate,
                http=http,
                load_mood=lambda: read_mood,
                now=now,
                tell=self._tell,
            )
            return await retrain(workshop, replace(Order(AUTHOR), **order))  # type: ignore[arg-type]

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        if self.on_event is not None:
            self.on_event(event)


def make_house(folder: Path) -> House:
    """Build a house of scripts in a folder."""
    root, data = folder / "root", folder / "data"
    (root / "bot" / ".venv" / "bin").mkdir(parents=True)
    (root / "bot" / "__init__.py").touch()
    (root / "bot" / "train.py").write_text(TRAINS)
    (root / "bot" / "serve.py").write_text(SERVES)
    (root / "held_out.json").write_text(json.dumps(HELD_OUT))
    (root / "bot" / ".venv" / "bin" / "python").symlink_to(sys.executable)
    data.mkdir()
    return House(
        root=root,
        data=data,
        python=sys.executable,
        host="127.0.0.1",
        port=free_port(),
        bot_port=free_port(),
        actions_port=free_port(),
        token=TOKEN,
    )
