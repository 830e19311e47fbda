"""Training a generated knowledge base: ours beside stock Rasa DIET, on the same data in one run.

    python -m benchmarks.retrain [--entries 1000] [--phrasings 12] [--pairs 5] [--out R]
        [--epochs 100] [--full-entries 100]

DIET of 100 epochs takes hours at this size, so it runs as many epochs as there are pairs, each
beside one whole training of ours, and its time is taken as what it does around the epochs plus
100 times an epoch. A smaller knowledge base is trained to the end by both, for the accuracy.
`--full-entries 0` leaves that out; with `--full-entries` as large as `--entries` nothing is
extrapolated there.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.generate import Generated, generate, write_rows
from knowledge_base.entries import Entry
from knowledge_base.releases import Release, Revision, RevisionState
from knowledge_base.training import export

ROOT = Path(__file__).resolve().parents[1]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
WHEN = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Spent:
    """What one training of ours took: wall and CPU seconds, MiB, seconds from step to step."""

    seconds: float
    cpu_seconds: float
    peak_mib: float
    steps: dict[str, float]


def main() -> None:
    """Measure, print and write the result."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="jieli-bench-") as scratch:
        folder = Path(scratch)
        result = measure(folder, given.entries, given.phrasings, given.pairs, given.epochs)
        if given.full_entries:
            result["full"] = to_the_end(
                folder / "full", given.full_entries, given.phrasings, given.epochs
            )
    _print(result)
    if given.out:
        given.out.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")


def measure(folder: Path, entries: int, phrasings: int, pairs: int, epochs: int) -> dict[str, Any]:
    """Time pairs of one training of ours and one epoch of DIET, interleaved."""
    exported, rows = prepare(generate(entries, phrasings), folder)
    model, floor_model = folder / "ours.tar.gz", folder / "diet.tar.gz"
    with _diet(exported, floor_model, pairs, paced=True) as diet:
        ours, floors = [], []
        for _ in range(pairs):
            ours.append(train(exported, model))
            floors.append(_next_epoch(diet))
        last = json.loads(diet.stdout.readline())
    around = last["around"]
    runs = [
        {**asdict(one), "epoch": epoch, "floor": round(around + epochs * epoch, 1)}
        for one, epoch in zip(ours, floors, strict=True)
    ]
    return {
        "ratio": round(statistics.median(run["floor"] / run["seconds"] for run in runs), 1),
        "ours": statistics.median(run["seconds"] for run in runs),
        "floor": statistics.median(run["floor"] for run in runs),
        "unit": "seconds to train",
        "runs": runs,
        "entries": entries,
        "phrasings": phrasings,
        "floor_is": f"{around} s + {epochs} epochs, extrapolated from {pairs} measured epochs",
        "peak_mib": {"ours": max(one.peak_mib for one in ours), "floor": last["peak_mib"]},
        "held_out": {"ours": read(model, rows), f"floor_after_{pairs}": read(floor_model, rows)},
    }


def to_the_end(folder: Path, entries: int, phrasings: int, epochs: int) -> dict[str, Any]:
    """Train a knowledge base with both until they are done, and read what was kept back."""
    exported, rows = prepare(generate(entries, phrasings), folder)
    model, floor_model = folder / "ours.tar.gz", folder / "diet.tar.gz"
    ours = train(exported, model)
    began = time.perf_counter()
    with _diet(exported, floor_model, epochs, paced=False) as diet:
        for _ in diet.stdout:
            pass
    return {
        "entries": entries,
        "epochs": epochs,
        "ours": ours.seconds,
        "floor": round(time.perf_counter() - began, 1),
        "held_out": {"ours": read(model, rows), "floor": read(floor_model, rows)},
    }


def prepare(generated: Generated, folder: Path) -> tuple[Path, Path]:
    """Export the knowledge base as a release, and write what was kept back as rows."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = folder / "held_out.jsonl"
    write_rows(generated.held_out, rows)
    return export(release_of(generated.entries), folder / "export"), rows


def release_of(entries: Sequence[Entry]) -> Release:
    """Make a first release of entries."""
    revisions = {
        entry.key: Revision(at, entry, 1, "bench", WHEN, "generated", RevisionState.APPROVED)
        for at, entry in enumerate(entries, start=1)
    }
    return Release(1, "bench", "generated", WHEN, revisions)


def train(exported: Path, model: Path) -> Spent:
    """Train as `jieli retrain` does, in a process of its own."""
    command = [BOT_PYTHON, "-m", "bot.train", "--export", exported, "--out", model]
    began = time.perf_counter()
    running = _start(command)
    steps: dict[str, float] = {}
    before = began
    for line in running.stdout:
        name, now = json.loads(line).get("step", "moved"), time.perf_counter()
        # The first step ends what came before: imports, and reading the export.
        name = name if steps else "start, read"
        steps[name] = round(steps.get(name, 0.0) + now - before, 2)
        before = now
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        sys.exit(f"the training ended with exit code {running.returncode}")
    return Spent(
        seconds=round(time.perf_counter() - began, 2),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 2),
        peak_mib=round(usage.ru_maxrss / 1024, 1),
        steps={name: seconds for name, seconds in steps.items() if seconds >= 0.05},
    )


def read(model: Path, rows: Path) -> dict[str, float]:
    """Judge a model on rows."""
    out = model.with_suffix(".json")
    command = ["-m", "benchmarks.reading", "--model", model, "--rows", rows, "--out", out]
    subprocess.run([BOT_PYTHON, *command], cwd=ROOT, check=True, capture_output=True)
    figures: dict[str, float] = json.loads(out.read_text())
    return figures


def _diet(exported: Path, model: Path, epochs: int, paced: bool) -> subprocess.Popen[str]:
    command = [BOT_PYTHON, "-m", "benchmarks.diet", "--export", exported, "--out", model]
    return _start([*command, "--epochs", str(epochs), *(["--paced"] if paced else [])])


def _start(command: Sequence[str | Path]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )


def _next_epoch(diet: subprocess.Popen[str]) -> float:
    diet.stdin.write("\n")
    diet.stdin.flush()
    line = diet.stdout.readline()
    if not line:
        sys.exit("DIET ended early")
    seconds: float = json.loads(line)["seconds"]
    return seconds


def _print(result: dict[str, Any]) -> None:
    print(json.dumps(result, ensure_ascii=False, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--phrasings", type=int, default=12)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--full-entries", type=int, default=100)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
