"""A house of small scripts in the place of router, bot, action server and training."""

from __future__ import annotations

import io
import sys
import tarfile
import textwrap
from pathlib import Path

from rich.console import Console

from router.supervise.claims import free_port
from router.supervise.console import Stream
from router.supervise.programs import House

SERVES = """
import json, os, signal, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
{before}
class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({{"argv": sys.argv[1:], "pid": os.getpid()}}).encode())
    def log_message(self, *_):
        pass
port = {port}
ThreadingHTTPServer(("127.0.0.1", port), Answers).serve_forever()
"""
RETRAINS = """
if sys.argv[1] == "retrain":
{code}
    raise SystemExit(0)
"""
FROM_ARGUMENTS = 'int(sys.argv[sys.argv.index("--port") + 1])'
TRAINS = """
import json, sys, tarfile
from pathlib import Path
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
assert (Path(given["--export"]) / "release.json").is_file()
print("INFO a library talks")
print(json.dumps({"step": "reading", "done": 0, "of": 2}))
print(json.dumps({"step": "fitting", "done": 1, "of": 2}))
with tarfile.open(given["--out"], "w:gz") as archive:
    archive.add(__file__, "model")
print(json.dumps({"model": given["--name"], "release": 1, "seconds": 0.1}))
"""


def make_house(
    folder: Path, *, train: str = TRAINS, router: str = "", bot: str = "", retrain: str = ""
) -> House:
    """Build a house in a folder; `router` and `bot` are code they run before they serve.

    `retrain` is the whole of its retraining.
    """
    router += RETRAINS.format(code=textwrap.indent(retrain or "pass", "    "))
    root, data = folder / "root", folder / "data"
    scripts = {
        "router/__main__.py": SERVES.format(before=router, port='int(os.environ["JIELI_PORT"])'),
        "bot/serve.py": SERVES.format(before=bot, port=FROM_ARGUMENTS),
        "rasa_sdk/__main__.py": SERVES.format(before="", port=FROM_ARGUMENTS),
        "bot/train.py": train,
    }
    for name, code in scripts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(code)
        # A folder without it would give way to the real package of this name.
        (root / name).with_name("__init__.py").touch()
    python = root / "bot" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    data.mkdir()
    return House(
        root=root,
        data=data,
        python=sys.executable,
        host="127.0.0.1",
        port=free_port(),
        bot_port=free_port(),
        actions_port=free_port(),
        token="a-token",
    )


def make_model(house: House, name: str) -> str:
    """Put a readable model among the house's models."""
    house.models.mkdir(exist_ok=True)
    with tarfile.open(house.models / f"{name}.tar.gz", "w:gz") as archive:
        archive.add(__file__, "model")
    return name


class Told:
    """A stream whose text a test can read."""

    def __init__(self) -> None:
        self._file = io.StringIO()
        self.stream = Stream(Console(file=self._file, width=400))

    @property
    def text(self) -> str:
        """Give everything written so far."""
        return self._file.getvalue()
