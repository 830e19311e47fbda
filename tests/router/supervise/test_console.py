"""One stream for all processes."""

from __future__ import annotations

import io

from rich.console import Console

from router.supervise.console import Stream
from router.supervise.progress import Chatter, Step, Trained
from tests.router.supervise.house import Told

WARNING = "/opt/x/site-packages/sanic_cors/extension.py:39: DeprecationWarning: distutils is old."


def test_every_line_has_the_name_of_its_process_in_a_column() -> None:
    told = Told()
    told.stream.line("bot", "Rasa is up")
    told.stream.line("actions", "[bold]not markup[/bold] [0]")
    assert told.text.splitlines() == [
        "    bot │ Rasa is up",
        "actions │ [bold]not markup[/bold] [0]",
    ]


def test_a_librarys_warning_is_left_out_with_the_line_it_quotes_and_no_more() -> None:
    told = Told()
    for line in (WARNING, "  SANIC_VERSION = LooseVersion(v)", "  indented", "serving"):
        told.stream.line("bot", line)
    told.stream.line("bot", WARNING)
    told.stream.line("router", "  of another process")
    assert told.text.splitlines() == [
        "    bot │   indented",
        "    bot │ serving",
        " router │   of another process",
    ]


def test_our_own_warnings_stay() -> None:
    told = Told()
    told.stream.line("router", "UserWarning: the policy file is older than this version")
    assert "older than this version" in told.text


def test_outside_of_a_terminal_each_step_is_one_line() -> None:
    told = Told()
    with told.stream.training("release 1") as view:
        for line in (Step("fit", 1, 3), Chatter("epoch 1"), Step("fit", 1, 3), Step("pack", 2, 3)):
            view(line)
        view(Trained("r000001-20260101T080000", 1, 2.0))
    assert told.text.splitlines() == ["  train │ fit (1 of 3)", "  train │ pack (2 of 3)"]


def test_in_a_terminal_a_bar_shows_how_far_it_is_and_lines_go_above_it() -> None:
    file = io.StringIO()
    stream = Stream(Console(file=file, force_terminal=True, width=100))
    with stream.training("release 1") as view:
        view(Step("fitting the classifier", 1, 2))
        stream.line("router", "a shopper came in")
        view(Chatter("epoch 1"))
    assert "fitting the classifier" in file.getvalue()
    assert "50 %" in file.getvalue()
    assert "a shopper came in" in file.getvalue()
    assert "epoch 1" not in file.getvalue()
