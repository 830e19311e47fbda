"""What `jieli retrain` shows while it works: a bar, sentences where nobody watches, or JSON."""

from __future__ import annotations

from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from knowledge_base.runs import Phase
from router.retrain.course import Began, Ended, Event, Said
from router.supervise.progress import Step


class Lines:
    """JSON lines for programs."""

    def __enter__(self) -> None:
        """Begin to show."""

    def __exit__(self, *_: object) -> None:
        """Stop showing."""

    def tell(self, event: Event) -> None:
        """Write an event on a line."""
        match event:
            case Began(run=run, phase=phase):
                _write(run=run.id, phase=phase, state="began", model=run.model)
            case Ended(time=time):
                _write(
                    phase=time.phase, state="ended", seconds=time.seconds, peak_mib=time.peak_mib
                )
            case Said(line=Step(step=step, done=done, of=of)):
                _write(step=step, done=done, of=of)


class Words:
    """A bar for people on a terminal, a sentence a step elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("waiting", total=None)

    def __enter__(self) -> None:
        """Begin to show."""
        self._bar.start()

    def __exit__(self, *_: object) -> None:
        """Stop showing."""
        self._bar.stop()

    def tell(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Began(run=run, phase=phase):
                what = f"{phase} {run.model}" if phase is Phase.TRAIN else phase.value
                self._bar.update(self._task, description=what, total=None, completed=0)
            case Ended(time=time):
                self._console.print(f"{time.phase} took {time.seconds:.1f} s")
            case Said(line=Step(step=step, done=done, of=of)):
                self._bar.update(self._task, description=f"train: {step}", total=of, completed=done)


View = Lines | Words


def _write(**fields: Any) -> None:
    click.echo(msgspec.json.encode(fields).decode())
