"""``workbench camera permit`` and ``permits``: special-use permits of stationary readers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table

__all__ = ["permit", "permits"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.argument("code")
@click.argument("number")
@click.option("--issued-by", required=True, help="The office that issued it.")
@click.option("--issued", type=_DAY, required=True, help="Such as 2026-03-02.")
@click.option("--expires", type=_DAY, help="The last day it holds.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The permit itself: its SHA-256 is kept.",
)
@pass_desk
def permit(
    desk: Desk,
    code: str,
    number: str,
    issued_by: str,
    issued: dt.datetime,
    expires: dt.datetime | None,
    file: Path | None,
) -> None:
    """Enter the special-use permit of a stationary camera."""
    entered = desk.service.permits.add(
        desk.token, camera=code, number=number, issued_by=issued_by, issued_on=issued.date(),
        expires_on=expires.date() if expires else None, file=file,
    )  # fmt: skip
    words = f"Permit {entered.number} of {entered.camera} is entered."
    console.print(words, markup=False, highlight=False)


@click.command()
@json_option
@pass_desk
def permits(desk: Desk, *, as_json: bool) -> None:
    """List the special-use permits, and the cameras in use that have none in force."""
    found = desk.service.permits.list(desk.token)
    missing = desk.service.permits.missing(desk.token)
    if as_json:
        print_json({"permits": [dataclasses.asdict(each) for each in found], "missing": missing})
        return
    today = desk.service.permits.today
    rows = [
        (each.camera, each.number, each.issued_by, each.issued_on, each.expires_on or "no end",
         "" if each.holds(today) else "not in force")
        for each in found
    ]  # fmt: skip
    print_table("Permits", ("camera", "number", "issued by", "on", "until", ""), rows)
    if missing:
        words = f"Without a permit in force: {', '.join(missing)}"
        console.print(words, markup=False, highlight=False)
