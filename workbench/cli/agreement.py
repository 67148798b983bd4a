"""``workbench agreement``, ``workbench breach``: who else runs or shares the system, and breaches."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.times import parse_time

__all__ = ["agreement", "breach"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def agreement() -> None:
    """Keep the contracts and memoranda under which others run or share the system."""


@agreement.command("list")
@json_option
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List agreements, and what begins, ends soon or has expired."""
    found = desk.service.custody.agreements.list(desk.token)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    rows = [
        (
            e.id,
            e.kind,
            e.party,
            e.subject,
            e.signed_on,
            e.begins_on,
            e.ends_on,
            e.state,
            e.file_sha256[:16],
        )
        for e in found
    ]
    columns = ("no.", "kind", "with", "to", "signed", "begins", "ends", "state", "paper")
    print_table("Agreements", columns, rows)


@agreement.command()
@click.argument("party")
@click.option("--kind", type=click.Choice(["contract", "memorandum"]), required=True)
@click.option("--to", "subject", type=click.Choice(["receive", "provide", "share"]), required=True)
@click.option("--signed-by", required=True, help="Who signed for the agency, by title.")
@click.option("--signed", type=_DAY, required=True, help="The day of the signature.")
@click.option("--begins", type=_DAY, help="Its first day; that of the signature by default.")
@click.option("--ends", type=_DAY, help="Its last day, where it has one.")
@click.option(
    "--paper",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="The signed paper; it is kept under its SHA-256.",
)
@click.option(
    "--meets-standards", is_flag=True, help="You compared it with the policy's standards."
)
@json_option
@pass_desk
def register(
    desk: Desk,
    party: str,
    kind: str,
    subject: str,
    signed_by: str,
    signed: dt.datetime,
    begins: dt.datetime | None,
    ends: dt.datetime | None,
    paper: Path,
    *,
    meets_standards: bool,
    as_json: bool,
) -> None:
    """Enter a signed agreement with another party."""
    found = desk.service.custody.agreements.register(
        desk.token,
        kind=kind,
        party=party,
        subject=subject,
        signed_by=signed_by,
        signed_on=signed.date(),
        begins_on=begins.date() if begins else None,
        ends_on=ends.date() if ends else None,
        paper=paper,
        meets_standards=meets_standards,
    )
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    console.print(f"Agreement {found.id} is {found.state}.", markup=False, highlight=False)


@agreement.command()
@click.argument("number", type=int)
@click.option("--why", required=True, help="Why it ends before its time.")
@pass_desk
def end(desk: Desk, number: int, why: str) -> None:
    """Enter that an agreement was ended, as of today."""
    desk.service.custody.agreements.end(desk.token, number, why)
    console.print(f"Agreement {number} is ended.", markup=False, highlight=False)


@agreement.command()
@click.argument("number", type=int)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder that gets it.",
)
@pass_desk
def paper(desk: Desk, number: int, out: Path) -> None:
    """Copy the signed paper out. It is checked against its SHA-256."""
    path = desk.service.custody.agreements.paper(desk.token, number, out)
    console.print(f"{path}", markup=False, highlight=False, soft_wrap=True)


@click.group()
def breach() -> None:
    """Report a suspected breach. The policy that handles it is named, not replaced."""


@breach.command()
@click.option("--words", required=True, help="What was noticed; no plates and no names.")
@click.option("--noticed", help="When, such as '2026-03-02 21:10'; now by default.")
@json_option
@pass_desk
def report(desk: Desk, words: str, noticed: str | None, *, as_json: bool) -> None:
    """Put a suspected breach on the record, and say what it is led to and whom to tell."""
    at = parse_time(noticed, desk.settings.zone) if noticed else None
    found = desk.service.custody.breaches.report(desk.token, words, noticed_at=at)
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    led = found.led_to or "no policy that the text names"
    lines = (
        f"It is on the record, line {found.record_seq}.",
        f"It goes by: {led}.",
        f"Tell now: {', '.join(found.told)}. The workbench tells nobody by itself.",
    )
    for text in lines:
        console.print(text, markup=False, highlight=False, soft_wrap=True)


@breach.command("list")
@json_option
@pass_desk
def list_breaches(desk: Desk, *, as_json: bool) -> None:
    """List the suspected breaches that were reported."""
    found = desk.service.custody.breaches.list(desk.token)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    zone = desk.settings.zone
    rows = [
        (
            e.id,
            f"{e.noticed_at.astimezone(zone):%Y-%m-%d %H:%M}",
            e.name,
            e.words,
            e.led_to,
            e.record_seq,
        )
        for e in found
    ]
    columns = ("no.", "noticed", "reported by", "what", "goes by", "line of the record")
    print_table("Suspected breaches", columns, rows)
