"""Reading labelled text: ours beside a linear SVM and stock Rasa DIET, on one split in one run.

    python -m benchmarks.intents FILE.jsonl [--seeds 20-24] [--left-out 15] [--diet] [--out R]

FILE has rows {"text", "intent"}. Each seed draws intents that are left out, as text from outside,
and of every other intent a fifth to test with; the rest is trained on. The SVM counts one to three
characters by tf-idf; its confidence is calibrated on folds (Platt), and what it says of text from
outside is its highest decision value. DIET (benchmarks/diet.yml, 100 epochs) takes the better part
of an hour a seed, so it is left out unless asked for. docs/understanding.md defines the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from knowledge_base.metrics import auroc
from router.evaluation.intents import BotResult, IntentRow, Milliseconds, judge, measure

ROOT = Path(__file__).resolve().parents[1]
BOT_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
DIET = ROOT / "benchmarks" / "diet.yml"
FIGURES = (
    "accuracy",
    "macro_f1",
    "top3",
    "coverage_at_p90",
    "precision_at_60",
    "ece",
    "ood_auroc",
    "fit_seconds",
    "parse_ms",
)

Rows = list[dict[str, str]]
Figures = dict[str, float]


@dataclass(frozen=True)
class Split:
    """Rows to train on, to test with, and of intents that nobody was taught."""

    train: Rows
    test: Rows
    outside: Rows

    @classmethod
    def drawn(cls, by_intent: dict[str, list[str]], left_out: int, seed: int) -> Split:
        """Draw the split that belongs to a seed."""
        chance = random.Random(seed)
        unknown = set(chance.sample(sorted(by_intent), left_out))
        split = cls([], [], [])
        for intent, texts in sorted(by_intent.items()):
            rows = [{"text": text, "intent": intent} for text in texts]
            if intent in unknown:
                split.outside.extend(rows)
                continue
            chance.shuffle(rows)
            tested = max(round(len(rows) / 5), 1)
            split.test.extend(rows[:tested])
            split.train.extend(rows[tested:])
        return split


def main() -> None:
    """Measure each way on each split, and print the mean and the spread."""
    given = _arguments()
    by_intent = _read(given.file)
    ways: dict[str, Callable[[Split], Figures]] = {"ours": ours, "SVM": svm}
    if given.diet:
        ways["DIET"] = lambda split: ours(split, DIET)
    runs = []
    for seed in given.seeds:
        split = Split.drawn(by_intent, given.left_out, seed)
        for name, way in ways.items():
            found = way(split)
            runs.append({"seed": seed, "way": name, **found})
            sizes = f"{len(split.train)} + {len(split.test)} + {len(split.outside)} rows"
            print(f"seed {seed}, {sizes}, {name}: {found}", file=sys.stderr, flush=True)
    _print(runs, list(ways))
    if given.out:
        given.out.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n", "utf-8")


def ours(split: Split, config: Path | None = None) -> Figures:
    """Train a pipeline of Rasa and read through the production path, as `jieli eval intents`."""
    with tempfile.TemporaryDirectory(prefix="jieli-bench-") as scratch:
        files = []
        for name in ("train", "test", "outside"):
            lines = [json.dumps(row, ensure_ascii=False) for row in getattr(split, name)]
            files.append(Path(scratch) / f"{name}.jsonl")
            files[-1].write_text("\n".join(lines), "utf-8")
        train, test, outside = files
        work = measure(BOT_PYTHON, ROOT, (train, test, outside), lambda _: None, config)
        report = asyncio.run(work)
    return {
        **{name: getattr(report, name) for name in FIGURES[:-1]},
        "parse_ms": report.parse_ms.p50,
    }


def svm(split: Split) -> Figures:
    """Fit the simplest thing that works well, and judge it by the same figures."""
    texts = [row["text"] for row in split.train]
    intents = [row["intent"] for row in split.train]
    began = time.perf_counter()
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    model = make_pipeline(vectors, CalibratedClassifierCV(LinearSVC(), cv=3)).fit(texts, intents)
    seconds = time.perf_counter() - began
    taken = []
    rows = []
    for row in split.test:
        began = time.perf_counter()
        chances = model.predict_proba([row["text"]])[0]
        taken.append(time.perf_counter() - began)
        best = chances.argsort()[::-1][:3]
        ranking = tuple((str(model.classes_[at]), float(chances[at])) for at in best)
        rows.append(IntentRow(row["text"], row["intent"], ranking))
    plain = make_pipeline(vectors, LinearSVC()).fit(texts, intents)
    inside, outside = (
        plain.decision_function([row["text"] for row in asked]).max(axis=1).tolist()
        for asked in (split.test, split.outside)
    )
    middle = statistics.median(taken) * 1000
    report = judge(BotResult(seconds, Milliseconds(middle, middle), tuple(rows), ()))
    figures = {name: getattr(report, name) for name in FIGURES[:-1]}
    separated = auroc(inside, outside)
    return {**figures, "ood_auroc": round(separated or 0.0, 4), "parse_ms": round(middle, 3)}


def _print(runs: Sequence[dict[str, object]], ways: Sequence[str]) -> None:
    seeds = {run["seed"] for run in runs}
    print(f"\n{len(seeds)} splits, mean ± standard deviation")
    print(f"{'':18}" + "".join(f"{way:>18}" for way in ways))
    for figure in FIGURES:
        line = f"{figure:18}"
        for way in ways:
            values = [float(str(run[figure])) for run in runs if run["way"] == way]
            spread = f" ± {statistics.stdev(values):.3f}" if len(values) > 1 else ""
            line += f"{f'{statistics.fmean(values):.3f}{spread}':>18}"
        print(line)


def _read(file: Path) -> dict[str, list[str]]:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        row = msgspec.json.decode(line)
        by_intent[row["intent"]].append(row["text"])
    return by_intent


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--seeds", type=_seeds, default=_seeds("20-24"), help="as in 1-5")
    parser.add_argument("--left-out", type=int, default=15, help="intents nobody is taught")
    parser.add_argument("--diet", action="store_true", help="train stock Rasa DIET too")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


if __name__ == "__main__":
    main()
