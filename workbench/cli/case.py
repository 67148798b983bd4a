"""``workbench case``: the case register."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.cli.imports import ignore_option, show_import
from workbench.errors import BadInput
from workbench.models import CaseRecord

__all__ = ["case"]


@click.group()
def case() -> None:
    """Keep the case register: every query names a case of it.

    Numbers look as the policy profile says. Every change is on the record.
    """


@case.command()
@click.argument("number")
@click.option("--crime-type", default="", help="Such as homicide; some policies demand it.")
@click.option("--incident", default="", help="The incident number; some policies demand it.")
@click.option("--title", default="", help="A few words to know it by, without names.")
@click.option("--opened", type=click.DateTime(formats=["%Y-%m-%d"]), help="Such as 2026-03-02.")
@click.option("--assign", "usernames", multiple=True, help="A member who has it; once for each.")
@json_option
@pass_desk
def add(
    desk: Desk,
    number: str,
    crime_type: str,
    incident: str,
    title: str,
    opened: dt.datetime | None,
    usernames: tuple[str, ...],
    *,
    as_json: bool,
) -> None:
    """Enter a case.

    \b
    Example:
      workbench case add 26-00417 --crime-type homicide --incident I26-01873 --assign rivera
    """  # noqa: D301
    if usernames:
        desk.service.permit(desk.token, "case.assign")  # before half of it is done
    entered = desk.service.register_case(
        desk.token,
        number=number,
        crime_type=crime_type,
        incident_number=incident,
        title=title,
        opened_on=opened.date() if opened else None,
    )
    if usernames:
        entered = desk.service.assign_case(desk.token, number, list(usernames))
    _say(entered, "is in the register", as_json=as_json)


@case.command("list")
@click.option("--open", "only_open", is_flag=True, help="Open cases only.")
@click.option("--assigned-to", metavar="USERNAME", help="Only the cases of one member.")
@json_option
@pass_desk
def list_(desk: Desk, assigned_to: str | None, *, only_open: bool, as_json: bool) -> None:
    """List the cases of the register."""
    found = [
        each
        for each in desk.service.list_cases(desk.token)
        if (not only_open or each.status == "open")
        and (assigned_to is None or assigned_to.lower() in each.assigned)
    ]
    if as_json:
        print_json([_plain(each) for each in found])
        return
    rows = [
        (
            each.number,
            each.crime_type,
            each.status,
            each.incident_number,
            each.title,
            ", ".join(sorted(each.assigned)),
        )
        for each in found
    ]
    columns = ("number", "crime type", "status", "incident", "title", "assigned to")
    print_table("Cases", columns, rows)


@case.command()
@click.argument("number")
@json_option
@pass_desk
def show(desk: Desk, number: str, *, as_json: bool) -> None:
    """Show a case."""
    found = {each.number: each for each in desk.service.list_cases(desk.token)}.get(number.strip())
    if found is None:
        raise BadInput("There is no such case in the register.", "See: workbench case list")
    if as_json:
        print_json(_plain(found))
        return
    for name, value in _plain(found).items():
        shown = ", ".join(value) if isinstance(value, list) else value
        text = f"{name.replace('_', ' ')}: {shown if shown is not None else ''}"
        console.print(text, markup=False, highlight=False)


@case.command()
@click.argument("number")
@click.argument("usernames", nargs=-1, required=True)
@click.option("--remove", is_flag=True, help="Take these members off the case instead.")
@json_option
@pass_desk
def assign(
    desk: Desk, number: str, usernames: tuple[str, ...], *, remove: bool, as_json: bool
) -> None:
    """Assign a case to members, beside those who have it."""
    change = desk.service.unassign_case if remove else desk.service.assign_case
    changed = change(desk.token, number, list(usernames))
    names = ", ".join(sorted(changed.assigned)) or "nobody"
    _say(changed, f"is assigned to {names}", as_json=as_json)


@case.command()
@click.argument("number")
@json_option
@pass_desk
def close(desk: Desk, number: str, *, as_json: bool) -> None:
    """Close a case, as of today. What a query for a closed case meets, the policy says."""
    _say(desk.service.close_case(desk.token, number), "is closed", as_json=as_json)


@case.command()
@click.argument("number")
@json_option
@pass_desk
def reopen(desk: Desk, number: str, *, as_json: bool) -> None:
    """Open a closed case again."""
    _say(desk.service.reopen_case(desk.token, number), "is open", as_json=as_json)


@case.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--assignments",
    type=click.Choice(["replace", "add"]),
    default="replace",
    show_default=True,
    help="Whether the column 'assigned' says who has a case, or who else has it.",
)
@ignore_option
@json_option
@pass_desk
def import_(
    desk: Desk, file: Path, assignments: str, ignored: tuple[str, ...], *, as_json: bool
) -> None:
    """Bring in cases from a CSV file; known ones are updated.

    Columns: number (needed), crime_type, status (open or closed), incident_number, title, opened_on, closed_on
    (2026-03-02), assigned (usernames, parted by semicolons). An empty cell leaves a field as it is, but for assigned:
    there it means nobody. Rows that cannot be taken in go to a reject file with line, reason and text.
    """
    result = desk.service.import_cases(desk.token, file, assignments=assignments, ignore=ignored)
    show_import(result, as_json=as_json)


def _say(changed: CaseRecord, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(changed))
    else:
        console.print(f"{changed.number} {what}.", markup=False, highlight=False)


def _plain(of: CaseRecord) -> dict[str, Any]:
    plain = dataclasses.asdict(of)
    del plain["id"]
    return {**plain, "assigned": sorted(of.assigned)}
