"""`jieli simulate`: a day of a shop on a virtual clock, under three orders of the queue."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from router.cli.context import settings
from router.policy import InvalidPolicy, PolicyFile
from router.simulate.plots import plots
from router.simulate.run import simulate as play
from router.simulate.run import tables


@click.command()
@click.option("--seed", type=int, default=11, show_default=True, help="Another day of its kind.")
@click.option(
    "--scale",
    type=click.FloatRange(0.2, 20),
    default=1.0,
    show_default=True,
    help="Demand and staff, of the usual.",
)
@click.option(
    "--peak",
    type=click.FloatRange(1, 30),
    default=10.0,
    show_default=True,
    help="The 11.11 hour, of a usual one.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON here.")
@click.option(
    "--plots",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the plots (SVG) into this folder.",
)
def simulate(seed: int, scale: float, peak: float, out: Path | None, folder: Path | None) -> None:
    """Play a day of a shop with the desk's own rules, beside first come and VIP first."""
    try:
        rules = PolicyFile(settings().policy_path).rules
    except InvalidPolicy as error:
        raise click.ClickException(str(error)) from error
    found = play(rules, seed=seed, scale=scale, peak=peak)
    console = Console()
    for table in tables(found):
        console.print(table)
    if out is not None:
        out.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, svg in plots(found.days).items():
            (folder / f"simulation_{name}.svg").write_text(svg, "utf-8")
