"""The commands of `jieli`, and what each costs to start."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from router.cli import COMMANDS, HIDDEN, main


@pytest.mark.parametrize("name", [*COMMANDS, *HIDDEN])
def test_every_command_is_where_it_is_said_to_be(name: str) -> None:
    context = click.Context(main)
    command = main.get_command(context, name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_the_help_lists_every_command_but_the_hidden_ones() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    for name, (_, summary) in COMMANDS.items():
        assert f"  {name} " in output
        assert summary in output
    assert "train-mood" not in output


def test_an_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(main, ["uq"])
    assert result.exit_code == 2
    assert "No such command 'uq'" in result.output


@pytest.mark.parametrize("name", ["up", "migrate", "staff"])
def test_running_things_needs_no_machine_learning(name: str) -> None:
    code = (
        "import sys, click; from router.cli import main; "
        f"main.get_command(click.Context(main), {name!r}); "
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'spacy', 'sklearn', 'thinc'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
