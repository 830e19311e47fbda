"""Trains stock Rasa DIET on an export: the floor our training is measured against.

    bot/.venv/bin/python -m benchmarks.diet --export DIR --epochs 100 --out MODEL.tar.gz

Runs in the bot's environment. The pipeline is that of Rasa's documentation for Chinese without
what must be downloaded: jieba, counted words, counted characters within words, DIET. It reads the
export and the hand-written text of the flows, as ours does; text out of scope is ours alone.
After each epoch a JSON line tells its seconds; with --paced the next one begins when a line is
read. The last line tells the seconds around the epochs, and the most memory held.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from rasa.model_training import train_nlu
from rasa.utils.tensorflow.models import RasaModel

PIPELINE = """recipe: default.v1
language: zh
assistant_id: floor
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
    entity_recognition: false
    random_seed: 42
"""

FLOWS = Path("data/nlu/flows.yml")

Tell = Callable[[dict[str, float]], None]


class Stopwatch(tf.keras.callbacks.Callback):  # type: ignore[misc]
    """Tells the seconds of each epoch, and waits for a line between them when paced."""

    def __init__(self, tell: Tell, paced: bool) -> None:
        super().__init__()
        self.outside = 0.0  # seconds of epochs and of waiting
        self._tell = tell
        self._paced = paced
        self._began = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Wait for the word, then start the clock."""
        waiting = time.perf_counter()
        if self._paced:
            sys.stdin.readline()
        self._began = time.perf_counter()
        self.outside += self._began - waiting

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stop the clock."""
        seconds = time.perf_counter() - self._began
        self.outside += seconds
        self._tell({"epoch": epoch + 1, "seconds": round(seconds, 3)})


@contextlib.contextmanager
def watched(stopwatch: Stopwatch) -> Any:
    """Let every training inside the block be timed."""
    fit = RasaModel.fit

    def timed(self: Any, *args: Any, **options: Any) -> Any:
        options["callbacks"] = [*(options.get("callbacks") or []), stopwatch]
        return fit(self, *args, **options)

    RasaModel.fit = timed
    try:
        yield
    finally:
        RasaModel.fit = fit


def _texts(export: Path, scratch: Path) -> Path:
    """Put the text ours is trained on into one folder, without what is out of scope."""
    folder = scratch / "nlu"
    folder.mkdir()
    for file in (export / "nlu.yml", FLOWS):
        shutil.copy(file, folder)
    return folder


def main() -> None:
    """Train as the command line says."""
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--export", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--paced", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    machine = sys.stdout

    def tell(line: dict[str, float]) -> None:
        machine.write(msgspec.json.encode(line).decode() + "\n")
        machine.flush()

    stopwatch = Stopwatch(tell, given.paced)
    with contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch) / "config.yml"
        config.write_text(PIPELINE.format(epochs=given.epochs), "utf-8")
        began = time.perf_counter()
        with watched(stopwatch):
            made = train_nlu(str(config), str(_texts(given.export, Path(scratch))), scratch)
        seconds = time.perf_counter() - began
        Path(str(made)).replace(given.out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell({"around": round(seconds - stopwatch.outside, 3), "peak_mib": round(peak, 1)})


if __name__ == "__main__":
    main()
