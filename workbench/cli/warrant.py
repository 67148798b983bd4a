"""``workbench warrant``: warrants and court orders under which a private party's reads come in."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.times import parse_time

if TYPE_CHECKING:
    from workbench.ingest.warrants import Warrant

__all__ = ["warrant"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def warrant() -> None:
    """Keep the register of warrants and court orders for reads made by a private party.

    Where the policy asks for one, no private read comes in without: the whole file is refused before a row is stored.
    """


@warrant.command()
@click.argument("number")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--court", required=True, help="Who issued it.")
@click.option("--source", required=True, help="The private party, as its transfers name it.")
@click.option("--from", "start", required=True, metavar="TIME", help="Captured from this time on.")
@click.option("--until", "end", required=True, metavar="TIME", help="Captured before this time.")
@click.option("--issued", type=_DAY, required=True, help="Such as 2026-03-02.")
@click.option("--expires", type=_DAY, help="The last day on which it may be carried out.")
@click.option("--court-order", "kind", flag_value="court-order", help="No warrant: another order.")
@click.option("--scope", default="", help="What it allows, in its own words.")
@click.option("--case", "case_number", default="", help="The case it was issued in.")
@json_option
@pass_desk
def add(
    desk: Desk,
    number: str,
    file: Path,
    court: str,
    source: str,
    start: str,
    end: str,
    issued: dt.datetime,
    expires: dt.datetime | None,
    kind: str | None,
    scope: str,
    case_number: str,
    *,
    as_json: bool,
) -> None:
    """Enter a warrant or court order. Of FILE, the order itself, the SHA-256 is kept; keep the paper in the case file.

    \b
    Example:
      workbench warrant add 26-SW-0147 order.pdf --court "Second District Court, Davis County" \\
        --source "Mercado Plaza" --from "2026-03-01" --until "2026-03-08" --issued 2026-03-09
    """  # noqa: D301
    zone = desk.settings.zone
    entered = desk.service.warrants.add(
        desk.token, kind=kind or "warrant", court=court, number=number, source_agency=source,
        issued_on=issued.date(), expires_on=expires.date() if expires else None,
        start=parse_time(start, zone), end=parse_time(end, zone), file=file, scope=scope,
        case_number=case_number,
    )  # fmt: skip
    if as_json:
        print_json(dataclasses.asdict(entered))
        return
    console.print(f"{_kind(entered)} {entered.number} is on record.", markup=False, highlight=False)
    console.print(
        f"SHA-256 of {entered.file_name}: {entered.sha256}", markup=False, highlight=False
    )


@warrant.command("list")
@json_option
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List the orders, what each covers, and how many reads came in under it."""
    found = desk.service.warrants.list(desk.token)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    zone, today = desk.settings.zone, desk.service.clock().astimezone(desk.settings.zone).date()
    rows = [
        (
            each.number,
            _kind(each),
            each.court,
            each.source_agency,
            f"{each.start_at.astimezone(zone):%Y-%m-%d %H:%M} to {each.end_at.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{each.issued_on} to {each.expires_on or 'no end'}",
            f"{each.reads:,}",
            _state(each, today),
        )
        for each in found
    ]
    columns = ("number", "kind", "court", "source", "captured", "may be carried out", "reads", "")
    print_table("Warrants and court orders", columns, rows)


@warrant.command()
@click.argument("number")
@click.option("--why", required=True, help="Such as: quashed on 2026-04-02")
@pass_desk
def withdraw(desk: Desk, number: str, why: str) -> None:
    """Note that an order stands no longer. Nothing more comes in under it; what came in stays where it is."""
    gone = desk.service.warrants.withdraw(desk.token, number, why)
    console.print(f"{gone.number} stands no longer.", markup=False, highlight=False)


def _kind(each: Warrant) -> str:
    return each.kind.replace("-", " ").capitalize()


def _state(each: Warrant, today: dt.date) -> str:
    if each.withdrawn_at is not None:
        return "withdrawn"
    return "" if each.stands(today) else "not in force today"
