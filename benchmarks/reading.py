"""Reads held-out phrasings with a model, as the bot does outside its flows.

    bot/.venv/bin/python -m benchmarks.reading --model FILE --rows B.jsonl --out R

Runs in the bot's environment. The result has the share of rows read rightly, the share with the
right name among three, and the median milliseconds of a reading in process.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from pathlib import Path

import msgspec

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rasa.core.agent import Agent

from bot.evaluate import Labelled, read_rows
from bot.reading import readable, reading_of, skipped

SHOWN = 3


async def judge(model: Path, rows: list[Labelled]) -> dict[str, float]:
    """Return the figures of the model on the rows."""
    agent = Agent.load(model)
    await agent.parse_message("你好")
    first = among = 0
    taken = []
    for row in rows:
        began = time.perf_counter()
        parsed = await agent.parse_message(readable(row.text))
        reading = reading_of(parsed, skipped(row.text), in_flow=False)
        taken.append(time.perf_counter() - began)
        names = [name for name, _ in reading.ranking[:SHOWN]]
        first += names[:1] == [row.intent]
        among += row.intent in names
    return {
        "accuracy": round(first / len(rows), 4),
        "top3": round(among / len(rows), 4),
        "parse_ms": round(statistics.median(taken) * 1000, 2),
    }


def main() -> None:
    """Read the rows and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    figures = asyncio.run(judge(given.model, read_rows(given.rows, Labelled)))
    given.out.write_bytes(msgspec.json.encode(figures))


if __name__ == "__main__":
    main()
