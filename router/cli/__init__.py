"""The commands of `jieli`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from router.cli.context import Given

COMMANDS = {
    "up": ("router.cli.up:up", "Run router, bot and action server until Ctrl-C."),
    "serve": ("router.cli.server:serve", "Run the router alone."),
    "migrate": ("router.cli.server:migrate", "Bring the database to this version's schema."),
    "staff": ("router.cli.staff:staff", "Say who may log in to the desk."),
    "kb": ("router.cli.kb:kb", "Bring knowledge in and out, and publish it."),
    "misses": ("router.cli.misses:misses", "See what the bot missed."),
    "retrain": ("router.cli.retrain:command", "Train a model, judge it, and let it serve."),
    "model": ("router.cli.model:model", "See which model serves, and go back to an earlier one."),
    "eval": ("router.cli.eval:evaluate", "Measure understanding, triggers and answers."),
    "replay": ("router.cli.replay:replay", "Send real conversations through the stack."),
    "simulate": ("router.cli.simulate:simulate", "Play a day of a shop at the desk."),
    "bench": ("router.cli.bench:bench", "Measure speed beside the simplest thing that works."),
}
"""Where each command is, and what it is for, in the order people meet them."""
HIDDEN = {"train-mood": "router.cli.server:train_mood"}


class Commands(click.Group):
    """Imports a command when it is used: some need libraries that take seconds to load."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command by its name."""
        place = COMMANDS[cmd_name][0] if cmd_name in COMMANDS else HIDDEN.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A TOML file with settings; JIELI_* in the environment wins.",
)
@click.option("--data", help="Folder for database, models and secrets; var by default.")
@click.version_option(package_name="jieli", message="jieli %(version)s")
@click.pass_context
def main(context: click.Context, config: Path | None, data: str | None) -> None:
    """Relay shop chat from the bot to a human, and feed what it missed back."""
    context.obj = Given(config, data)
