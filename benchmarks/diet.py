"""Trains stock Rasa DIET on rows and reads others: the floor our training is measured against.

    bot/.venv/bin/python -m benchmarks.diet --train A.jsonl --test B.jsonl --epochs 100 --out R

Runs in the bot's environment. The pipeline is that of Rasa's documentation for Chinese without
what must be downloaded: jieba, counted words, counted characters within words, DIET. The result
has the seconds of training, the seconds of each epoch, the most memory held, and the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import msgspec

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.utils.tensorflow.models import RasaModel

from bot.evaluate import Labelled, Names, read_rows, write_training_file

warnings.simplefilter("ignore")

PIPELINE = """recipe: default.v1
language: zh
pipeline:
  - name: JiebaTokenizer
  - name: RegexFeaturizer
  - name: LexicalSyntacticFeaturizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {epochs}
    constrain_similarities: true
    random_seed: 42
    entity_recognition: false
"""


def main() -> None:
    """Train, read and write the figures."""
    given = _arguments()
    rows, tests = read_rows(given.train, Labelled), read_rows(given.test, Labelled)
    names = Names.of(rows)
    epochs = _time_epochs()
    with tempfile.TemporaryDirectory(prefix="jieli-diet-") as scratch:
        folder = Path(scratch)
        write_training_file(rows, names, folder / "nlu.json")
        (folder / "config.yml").write_text(PIPELINE.format(epochs=given.epochs), "utf-8")
        began = time.perf_counter()
        package = train_nlu(
            str(folder / "config.yml"), str(folder / "nlu.json"), str(folder), "diet"
        )
        seconds = time.perf_counter() - began
        peak = peak_mib()
        agent = Agent.load(package)
        right = asyncio.run(_right(agent, names, tests))
    starts = [*epochs, began + seconds]
    result = {
        "epochs": given.epochs,
        "seconds": round(seconds, 2),
        "epoch_seconds": [round(b - a, 2) for a, b in zip(starts, starts[1:], strict=False)],
        "peak_mib": peak,
        **right,
    }
    given.out.write_bytes(msgspec.json.encode(result))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def _time_epochs() -> list[float]:
    """Return a list that gets the moment each epoch begins."""
    moments: list[float] = []
    fit = RasaModel.fit

    import tensorflow as tf

    class Moments(tf.keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            moments.append(time.perf_counter())

    def timed(self: Any, *args: Any, **options: Any) -> Any:
        options["callbacks"] = [*(options.get("callbacks") or []), Moments()]
        return fit(self, *args, **options)

    RasaModel.fit = timed
    return moments


async def _right(agent: Any, names: Names, tests: list[Labelled]) -> dict[str, float]:
    first = among = 0
    taken = []
    await agent.parse_message("你好")
    for row in tests:
        began = time.perf_counter()
        parsed = await agent.parse_message(row.text)
        taken.append(time.perf_counter() - began)
        ranking = [names.name_of(one["name"]) for one in parsed["intent_ranking"][:3]]
        first += ranking[:1] == [row.intent]
        among += row.intent in ranking
    count = len(tests)
    return {
        "accuracy": round(first / count, 4),
        "top3": round(among / count, 4),
        "parse_ms": round(sorted(taken)[count // 2] * 1000, 2),
    }


def peak_mib() -> float:
    """Return the most memory this process has held, in MiB."""
    status = Path("/proc/self/status").read_text()
    kib = int(status.partition("VmHWM:")[2].split()[0])
    return round(kib / 1024, 1)


if __name__ == "__main__":
    main()
