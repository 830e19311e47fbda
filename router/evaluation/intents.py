"""Measures the bot's pipeline: trained and read in the bot's environment, judged here."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from knowledge_base.metrics import (
    Ranking,
    Read,
    accuracy,
    auroc,
    coverage_at_precision,
    ece,
    macro_f1,
    precision_at_coverage,
    top,
)
from router.evaluation.rows import CannotEvaluate, LabelledRow, OutsideRow, read_rows
from router.supervise.child import CannotStart, Child
from router.supervise.programs import Program
from router.supervise.progress import Chatter, Failed, Line, read_line

PRECISION = 0.9
COVERAGE = 0.6
_LAST_WORDS = 12
_DIGITS = 4


class Milliseconds(msgspec.Struct, frozen=True):
    """How long one reading took, in process."""

    p50: float
    p99: float


class IntentRow(msgspec.Struct, frozen=True):
    """A text as the bot reads it: the three likeliest intents with the confidence acted on."""

    text: str
    intent: str | None
    ranking: Ranking


class BotResult(msgspec.Struct, frozen=True):
    """What the bot's environment wrote: everything it read, and what it cost."""

    fit_seconds: float
    parse_ms: Milliseconds
    rows: tuple[IntentRow, ...]
    ood_rows: tuple[IntentRow, ...]


class IntentsReport(msgspec.Struct, frozen=True):
    """The result of `jieli eval intents`; docs/understanding.md defines each figure."""

    accuracy: float
    macro_f1: float
    top3: float
    coverage_at_p90: float
    precision_at_60: float
    ece: float
    ood_auroc: float | None
    fit_seconds: float
    parse_ms: Milliseconds
    rows: tuple[IntentRow, ...]
    ood_rows: tuple[IntentRow, ...]


def check_rows(train: Path, test: Path, ood: Path | None) -> None:
    """Refuse files that cannot be measured with, before anything slow begins."""
    intents = {row.intent for row in read_rows(train, LabelledRow)}
    if len(intents) < 2:
        raise CannotEvaluate(
            f"{train}: names {len(intents)} intent; at least 2 are needed to tell apart"
        )
    read_rows(test, LabelledRow)
    if ood is not None:
        read_rows(ood, OutsideRow)


_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONWARNINGS": "ignore",
}


async def measure(
    python: Path,
    root: Path,
    files: tuple[Path, Path, Path | None],
    on_line: Callable[[Line], None],
    config: Path | None = None,
) -> IntentsReport:
    """Train on the first file, read the second and third, and judge what was read.

    `config` names another pipeline than that of `root`'s config.yml.
    """
    with tempfile.TemporaryDirectory(prefix="jieli-eval-") as scratch:
        out = Path(scratch) / "read.json"
        command = (str(python), *_arguments(files, config), "--out", str(out))
        await _run(Program("eval", command, root, _QUIET), on_line)
        return judge(msgspec.json.decode(out.read_bytes(), type=BotResult))


def _arguments(files: tuple[Path, Path, Path | None], config: Path | None) -> list[str]:
    given = zip(("--train", "--test", "--ood", "--config"), (*files, config), strict=True)
    named = [(name, str(file.resolve())) for name, file in given if file is not None]
    return ["-m", "bot.evaluate", *(word for pair in named for word in pair)]


async def _run(program: Program, on_line: Callable[[Line], None]) -> None:
    said: deque[str] = deque(maxlen=_LAST_WORDS)
    errors: list[str] = []

    def note(raw: str) -> None:
        line = read_line(raw)
        match line:
            case Chatter(text=text):
                said.append(text)
            case Failed(error=error):
                errors.append(error)
            case _:
                on_line(line)

    try:
        child = await Child.start(program, note)
    except CannotStart as error:
        raise CannotEvaluate(
            f"the bot's environment is not installed ({error}): `make set-up` installs it"
        ) from error
    try:
        code = await child.ended()
    except asyncio.CancelledError:
        await child.stop()
        raise
    if errors:
        raise CannotEvaluate(errors[-1])
    if code != 0:
        raise CannotEvaluate("\n".join([f"the bot ended with exit code {code}:", *said]))


def judge(result: BotResult) -> IntentsReport:
    """Take the figures from what was read; pure."""
    reads = reads_of(result.rows)
    outside = [Read("", row.ranking).confidence for row in result.ood_rows]
    return IntentsReport(
        accuracy=_rounded(accuracy(reads)),
        macro_f1=_rounded(macro_f1(reads)),
        top3=_rounded(top(reads, 3)),
        coverage_at_p90=_rounded(coverage_at_precision(reads, PRECISION)),
        precision_at_60=_rounded(precision_at_coverage(reads, COVERAGE)),
        ece=_rounded(ece(reads)),
        ood_auroc=(
            _rounded(auroc([read.confidence for read in reads], outside)) if outside else None
        ),
        fit_seconds=result.fit_seconds,
        parse_ms=result.parse_ms,
        rows=result.rows,
        ood_rows=result.ood_rows,
    )


def reads_of(rows: Sequence[IntentRow]) -> list[Read]:
    """Give the labelled rows as the metrics take them."""
    return [Read(row.intent, row.ranking) for row in rows if row.intent is not None]


def confusions(rows: Sequence[IntentRow], count: int) -> list[tuple[str, str, int]]:
    """Give the most frequent mistakes: the true name, the guess, how often."""
    wrong = Counter((read.truth, read.guess or "") for read in reads_of(rows) if not read.is_right)
    return [(truth, guess, times) for (truth, guess), times in wrong.most_common(count)]


def _rounded(figure: float) -> float:
    return round(figure, _DIGITS)
