"""Training: one release export and the hand-written dialogue become one model package.

Progress goes to standard output as JSON lines; everything else that is said goes to the log.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import random
import shutil
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rasa.utils.log_utils import configure_structlog

from bot.figures import figures, write_figures
from bot.release import TrainingRefused, read_release
from bot.training import CONFIG, Report, train_package

SEED: Final = 42
SUFFIX: Final = ".tar.gz"


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished model: its name, its release and how long training took."""

    model: str
    release: int
    seconds: float


def model_name(release: int, now: datetime) -> str:
    """Return the name of a model of `release` trained at `now`, such as r000001-20261121T231500."""
    return f"r{release:06d}-{now.astimezone(UTC):%Y%m%dT%H%M%S}"


def train(
    export: Path, out: Path, name: str | None, figures_file: Path | None, report: Report
) -> Trained:
    """Train one model from `export` and put its package at `out`, or in it when it is a folder.

    The package appears whole or not at all. What the model read of unseen text goes to
    `figures_file`. Raises TrainingRefused.
    """
    started = time.monotonic()
    release = read_release(export)
    if not CONFIG.is_file():
        raise TrainingRefused(f"{CONFIG} is not here: run from the project root")
    random.seed(SEED)
    np.random.seed(SEED)
    model = name or model_name(release.release, datetime.now(UTC))
    target = out / f"{model}{SUFFIX}" if out.is_dir() else out
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jieli-model-", dir=target.parent) as folder:
        package = Path(folder) / target.name
        held_out = train_package(export, package, report)
        if figures_file is not None:
            write_figures(figures(held_out), figures_file)
        shutil.move(package, target)
    return Trained(
        target.name.removesuffix(SUFFIX), release.release, round(time.monotonic() - started, 2)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bot.train", description=__doc__)
    parser.add_argument("--export", type=Path, required=True, help="folder of a release export")
    parser.add_argument("--out", type=Path, required=True, help="model package to write")
    parser.add_argument("--name", help="model name; by default from the release and the time")
    parser.add_argument(
        "--figures", type=Path, help="JSON Lines to write: the training text, read unseen"
    )
    return parser.parse_args()


def main() -> int:
    """Train as the command line says; the last line printed is the model or the error."""
    arguments = _arguments()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    configure_structlog(logging.WARNING)
    warnings.simplefilter("ignore")

    machine = sys.stdout

    def tell(line: dict[str, str | int | float]) -> None:
        machine.write(msgspec.json.encode(line).decode() + "\n")
        machine.flush()

    def report(step: str, done: int, of: int) -> None:
        tell({"step": step, "done": done, "of": of})

    try:
        # Rasa prints for people; standard output here is for machines.
        with contextlib.redirect_stdout(sys.stderr):
            trained = train(
                arguments.export, arguments.out, arguments.name, arguments.figures, report
            )
    except Exception as problem:
        logging.getLogger(__name__).exception("training failed")
        tell({"error": f"{type(problem).__name__}: {problem}"})
        return 1
    tell({"model": trained.model, "release": trained.release, "seconds": trained.seconds})
    return 0


if __name__ == "__main__":
    sys.exit(main())
