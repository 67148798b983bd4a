"""``workbench demo``: the fictional city of Santa Lucera, and three reports from it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from workbench.cli.common import Desk, console, pass_desk
from workbench.errors import BadInput, Failed
from workbench.policy.profile import names

__all__ = ["demo"]

_HOME = Path("data/demo")
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}


def _count(_ctx: click.Context, _param: click.Parameter, value: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([km]?)", value.strip().lower().replace("_", ""))
    if not match:
        raise click.BadParameter("write it like 500000, 500k or 10M")
    return int(float(match[1]) * _UNITS[match[2]])


@click.command()
@click.option("--profile", type=click.Choice(names()), default="clovis-ca", show_default=True)
@click.option(
    "--reads", default="500k", show_default=True, callback=_count, help="About how many reads."
)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--fresh", is_flag=True, help="Remove an existing demo and build it anew.")
@click.option("--reports/--no-reports", default=True, help="Make the three reports at the end.")
@pass_desk
def demo(desk: Desk, profile: str, reads: int, seed: int, *, fresh: bool, reports: bool) -> None:
    """Build the fictional city of Santa Lucera and make three reports from it.

    A city with streets, cameras, vehicles, incidents, members and months of earlier searches is simulated, written out
    in the vendors' own formats, brought in through the importer, and asked for through the one audited door. Everybody
    and everything in it is made up. The same seed gives the same city; the days end yesterday.

    \b
    Examples:
      workbench demo
      workbench demo --profile clinton-ut --reads 100k --fresh
    """  # noqa: D301
    from workbench.training import demo as training

    home = (desk.given or _HOME).resolve()
    if fresh:
        _remove(home)
    if (home / "workbench.toml").exists():
        console.print(f"Using the demo in {home} (--fresh builds it anew).")
        training.log_in(home)
    else:
        with _progress() as bars:
            training.build(home, profile=profile, reads=reads, seed=seed, progress=_steps(bars))
    if reports:
        with _progress() as bars:
            results = training.reports(home, progress=_steps(bars))
        console.print("\nThree reports, to open in a browser:", style="bold")
        for result in results:
            click.echo(f"  {result.html}")
    console.print(
        "\nNext: [bold]make lab[/] opens the notebooks; [bold]workbench whoami[/] says who you are; "
        "README.md has a ten-line session."
    )


def _remove(home: Path) -> None:
    """Remove a demo, and nothing but a demo."""
    if not home.exists():
        return
    if (home / "workbench.toml").exists() and not (home / "truth").is_dir():
        raise Failed(
            f"{home} is not a demo: it has no truth folder.", "Remove it by hand if you must."
        )
    if any(home.iterdir()) and not (home / "workbench.toml").exists():
        raise BadInput(f"{home} is not a workbench home.", "Choose another folder with --home.")
    shutil.rmtree(home)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
    )


def _steps(bars: Progress) -> Any:
    """Return a callable (step in words, done, total) that shows one bar a step."""
    tasks: dict[str, Any] = {}

    def step(words: str, done: float, total: float) -> None:
        if words not in tasks:
            tasks[words] = bars.add_task(words, total=total)
        bars.update(tasks[words], completed=done, total=total)

    return step
