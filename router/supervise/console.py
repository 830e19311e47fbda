"""One stream of lines from all processes, each with its coloured name; and a progress bar."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from router.supervise.progress import Chatter, Failed, Line, Step, Trained

_COLOURS = {
    "jieli": "bold",
    "router": "cyan",
    "bot": "green",
    "actions": "magenta",
    "train": "yellow",
    "retrain": "yellow",
    "mood": "blue",
}
_WIDTH = max(map(len, _COLOURS))
_LIBRARY_WARNING = re.compile(r"(/site-packages/|<frozen ).*:\d+: \w*Warning: ")


class Stream:
    """Writes the lines of many processes to one console."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(soft_wrap=True, highlight=False)
        self._warned: set[str] = set()

    def line(self, name: str, raw: str) -> None:
        """Write one line of a process; its own colours stay, markup in it is text.

        Warnings that libraries give their programmers are left out, with the line they quote.
        """
        warned = name in self._warned
        self._warned.discard(name)
        if _LIBRARY_WARNING.search(raw):
            self._warned.add(name)
            return
        if warned and raw.startswith("  "):
            return
        text = Text(f"{name:>{_WIDTH}} │ ", style=_COLOURS.get(name, "white"))
        text.append_text(Text.from_ansi(raw))
        self.console.print(text, soft_wrap=True)

    def tell(self, sentence: str) -> None:
        """Write a line of the supervisor itself."""
        self.line("jieli", sentence)

    @contextlib.contextmanager
    def training(self, title: str) -> Iterator[Callable[[Line], None]]:
        """Show how far a training is: a bar in a terminal, a line a step elsewhere.

        What libraries say meanwhile is not shown; the training keeps it in its log.
        """
        if not self.console.is_terminal:
            yield _Lines(self)
            return
        columns = (
            SpinnerColumn(),
            TextColumn(f"[bold]{title}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.description}"),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            yield _Bar(progress)


class _Bar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    def __call__(self, line: Line) -> None:
        match line:
            case Step(step=step, done=done, of=of):
                self._progress.update(
                    self._task, description=step, completed=done, total=of or None
                )
            case Trained() | Failed() | Chatter():
                pass


class _Lines:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._last = ""

    def __call__(self, line: Line) -> None:
        match line:
            case Step(step=step, done=done, of=of) if step != self._last:
                self._last = step
                self._stream.line("train", f"{step} ({done} of {of})")
            case Step() | Trained() | Failed() | Chatter():
                pass
