"""Small retrainings for a fake house, over the real store."""

from __future__ import annotations

from pathlib import Path

PROJECT = str(Path(__file__).parents[3])
HEAD = """
import asyncio, datetime as dt, os, tarfile, time
from pathlib import Path
# The house's own `router` gives way to the real packages.
sys.path.insert(0, {project!r})
for name in [one for one in sys.modules if one == "router" or one.startswith("router.")]:
    del sys.modules[name]
from knowledge_base.database import Database
from knowledge_base.runs import ModelMove, RunState, Trigger
from knowledge_base.runs_store import RunsStore

data = Path(os.environ["JIELI_DATA"])
now = dt.datetime(2026, 11, 21, 23, 15, tzinfo=dt.UTC)
runs = RunsStore(Database.open(f"sqlite+aiosqlite:///{{data.parent}}/jieli.db"))
"""
BEGINS = """
run = asyncio.run(runs.begin(sys.argv[3], trigger=Trigger.COMMAND, author="", holder="h",
                             at=now, lease_seconds=60))
print("a line of its own", flush=True)
"""
ENDS = """
asyncio.run(runs.end(run.id, RunState.KEPT, "too many wrong", now, None))
"""
PROMOTES = """
with tarfile.open(data / "models" / "{model}.tar.gz", "w:gz") as archive:
    archive.add(sys.argv[0], "model")

async def promote():
    await runs.want("{model}", move=ModelMove.PROMOTE, author=run.author, at=now)
    while (await runs.serving()).live != "{model}":
        await asyncio.sleep(0.05)
    await runs.end(run.id, RunState.PROMOTED, "", now, None)

asyncio.run(promote())
"""


def script(code: str) -> str:
    """Make the code of a retraining: everything it needs is imported, `runs` is the store."""
    return HEAD.format(project=PROJECT) + code
