"""The commands of `jieli`."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.context import Given
from router.cli.eval import evaluate
from router.cli.kb import kb
from router.cli.misses import misses
from router.cli.replay import replay
from router.cli.server import migrate, serve, train_mood
from router.cli.staff import staff
from router.cli.up import up


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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


for _command in (up, serve, migrate, train_mood, staff, kb, misses, evaluate, replay):
    main.add_command(_command)
