"""``workbench evidence``: a case's held reads as a package, to be booked."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table

if TYPE_CHECKING:
    from workbench.custody.evidence import Package

__all__ = ["evidence"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group()
def evidence() -> None:
    """Put what a case's holds cover into a package, and record where it was booked.

    A package is one or more BagIt bags: reads, pictures, the case's access records, reports; hashed, signed with this
    home's key, split to fit a medium. It verifies itself with nothing but Python.
    """


@evidence.command()
@click.argument("case")
@click.option("--purpose", required=True, help="The policy's purpose, such as homicide.")
@click.option(
    "--reason", required=True, help="Why, in words, without names: it stands on the record."
)
@click.option(
    "--media",
    type=click.Choice(["dvd", "cd", "bluray", "usb"]),
    default="dvd",
    show_default=True,
    help="What it has to fit on.",
)
@click.option("--capacity", type=int, help="Bytes of a medium, where it is another.")
@click.option(
    "--report", "reports", type=_FILE, multiple=True, help="A report of the case, as made."
)
@json_option
@pass_desk
def package(
    desk: Desk,
    case: str,
    purpose: str,
    reason: str,
    media: str,
    capacity: int | None,
    reports: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """Make a package of everything that the case's holds cover, however old.

    \b
    Example:
      workbench evidence package 26-00417 --purpose homicide --reason "Reads held for trial, to be booked" \\
        --report reports/canvass-26-00417.html
    """  # noqa: D301
    made = desk.service.custody.evidence.package(
        desk.token,
        case,
        purpose=purpose,
        reason=reason,
        media=media,
        capacity=capacity,
        reports=reports,
    )
    if as_json:
        print_json(_plain(made))
        return
    discs = "1 part" if made.parts == 1 else f"{made.parts} parts"
    _line(f"Package {made.id}: {made.reads:,} reads on {discs}, in {made.folder}.")
    _line("Write each part to a medium of its own, run verify.py on it, book it, then:")
    _line(f"  workbench evidence book {made.id} --number …")


@evidence.command("list")
@json_option
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List the packages and where they were booked."""
    found = desk.service.custody.evidence.list(desk.token)
    if as_json:
        print_json([_plain(each) for each in found])
        return
    zone = desk.settings.zone
    rows = [
        (
            each.id,
            each.case_number,
            f"{each.made_at.astimezone(zone):%Y-%m-%d}",
            each.made_by,
            f"{each.parts} × {each.media}",
            f"{each.reads:,}",
            each.booking_number or "not booked",
            "in the home" if each.folder else "",
        )
        for each in found
    ]
    columns = ("package", "case", "made", "by", "media", "reads", "booking", "copy")
    print_table("Packages of evidence", columns, rows)


@evidence.command()
@click.argument("package", type=int)
@click.option("--number", required=True, help="The booking number.")
@click.option("--remove", is_flag=True, help="Overwrite and remove the home's copy.")
@json_option
@pass_desk
def book(desk: Desk, package: int, number: str, *, remove: bool, as_json: bool) -> None:
    """Record the number under which a package was booked into evidence."""
    found = desk.service.custody.evidence.book(desk.token, package, number, remove=remove)
    if as_json:
        print_json(_plain(found))
        return
    _line(f"Package {found.id} is booked under {found.booking_number}.")


@evidence.command()
@click.argument("folders", type=_FOLDER, nargs=-1, required=True)
@click.option("--key", type=_FILE, help="The agency's public key; this home's where there is one.")
@click.pass_context
def verify(ctx: click.Context, folders: tuple[Path, ...], key: Path | None) -> None:
    """Verify parts of a package, as their own verify.py does; nobody need be logged in."""
    from workbench.custody.verify_bag import main

    desk: Desk = ctx.obj
    own = desk.home / "keys" / "record.pub"
    known = key or (own if own.is_file() else None)
    given = ["--key", str(known)] if known else []
    ctx.exit(main([*map(str, folders), *given]))


def _plain(of: Package) -> dict[str, Any]:
    return asdict(of)


def _line(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
