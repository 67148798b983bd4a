"""``workbench release``: another agency asks for reads."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table

if TYPE_CHECKING:
    from workbench.custody.release_file import Release

__all__ = ["release"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)
_OUT = click.option("--out", type=_FOLDER, required=True, help="The folder that gets it.")


@click.group()
def release() -> None:
    """Give reads to another agency: on its written request, approved by who the policy names, and on file.

    request, review, approve, fulfil: no step can be skipped, and nobody decides on a request that they entered.
    """


@release.command()
@click.option("--agency", required=True, help="The agency that asks.")
@click.option("--person", required=True, help="Who asks, by name.")
@click.option("--words", required=True, help="The intended purpose, in the request's own words.")
@click.option(
    "--recipient",
    type=click.Choice(["law-enforcement", "prosecutor", "other"]),
    required=True,
    help="What the agency is.",
)
@click.option(
    "--use",
    type=click.Choice(["official", "personal", "commercial"]),
    default="official",
    show_default=True,
    help="What the reads are wanted for.",
)
@click.option("--scan", type=_FILE, help="The written request; it is kept under its SHA-256.")
@click.option("--dated", type=_DAY, help="The day on the request; today by default.")
@click.option("--case", "case_number", default="", help="The case under which it is fulfilled.")
@click.option("--purpose", default="", help="The policy's purpose, such as homicide.")
@click.option("--plate", help="Ask for the reads of a plate.")
@click.option("--at", "center", type=(float, float), help="Or around a place: latitude longitude.")
@click.option("--radius", type=float, default=500.0, show_default=True, help="In metres.")
@click.option("--from", "start", default="", help="Start of the window, agency time.")
@click.option("--to", "end", default="", help="End of the window.")
@json_option
@pass_desk
def request(desk: Desk, /, *, as_json: bool, **given: Any) -> None:
    """Enter a request.

    \b
    Example:
      workbench release request --agency "Fresno County Sheriff" --person "Det. M. Ortega" \\
        --words "Homicide, suspect car seen in both counties" --recipient law-enforcement --scan letter.pdf \\
        --case 26-00417 --purpose homicide --plate 7ABX123 --from "2026-03-01" --to "2026-03-05"
    """  # noqa: D301
    query, parameters = _asked(given)
    found = desk.service.custody.releases.request(
        desk.token,
        agency=given["agency"],
        person=given["person"],
        purpose_text=given["words"],
        recipient=given["recipient"],
        use=given["use"],
        dated_on=given["dated"].date() if given["dated"] else None,
        scan=given["scan"],
        case_number=given["case_number"],
        purpose=given["purpose"],
        query=query,
        parameters=parameters,
    )
    _say(found, as_json=as_json)


def _asked(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if bool(given["plate"]) and given["center"] is not None:
        raise click.UsageError("Give --plate or --at, not both.")
    window = {"start": given["start"], "end": given["end"]}
    if given["plate"]:
        return "query.history", {"plate": given["plate"], **window}
    if given["center"] is not None:
        scene = {"center": list(given["center"]), "radius_m": given["radius"]}
        return "query.canvass", {"scene": scene, **window}
    return "", {}


@release.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not closed.")
@json_option
@pass_desk
def list_(desk: Desk, *, only_open: bool, as_json: bool) -> None:
    """List the file of requests."""
    from workbench.custody.release_file import CLOSED

    found = [
        each
        for each in desk.service.custody.releases.list(desk.token)
        if not only_open or each.state not in CLOSED
    ]
    if as_json:
        print_json([_plain(each) for each in found])
        return
    rows = [
        (e.number, e.dated_on, e.agency, e.recipient.replace("-", " "), e.state, e.steps[-1].name)
        for e in found
    ]
    print_table("Requests", ("number", "dated", "agency", "recipient", "state", "last by"), rows)


@release.command()
@click.argument("number")
@json_option
@pass_desk
def show(desk: Desk, number: str, *, as_json: bool) -> None:
    """Show a request with its steps, as the sheet that goes on file."""
    releases = desk.service.custody.releases
    if as_json:
        print_json(_plain(releases.show(desk.token, number)))
        return
    click.echo(releases.sheet(desk.token, number), nl=False)


@release.command()
@click.argument("number")
@_OUT
@pass_desk
def letter(desk: Desk, number: str, out: Path) -> None:
    """Copy the written request out, to be read before it is decided on. It is checked against its SHA-256."""
    path = desk.service.custody.releases.letter(desk.token, number, out)
    console.print(f"{path}", markup=False, highlight=False, soft_wrap=True)


@release.command()
@click.argument("number")
@json_option
@pass_desk
def review(desk: Desk, number: str, *, as_json: bool) -> None:
    """Take a request up for review."""
    _say(desk.service.custody.releases.review(desk.token, number), as_json=as_json)


@release.command()
@click.argument("number")
@click.option("--how", required=True, help="Such as a call back to the agency's own number.")
@json_option
@pass_desk
def verify(desk: Desk, number: str, how: str, *, as_json: bool) -> None:
    """Enter that and how the recipient was verified."""
    _say(desk.service.custody.releases.verify(desk.token, number, how), as_json=as_json)


@release.command()
@click.argument("number")
@click.option("--note", default="", help="Words that go with the approval.")
@json_option
@pass_desk
def approve(desk: Desk, number: str, note: str, *, as_json: bool) -> None:
    """Approve a request as it stands."""
    _say(desk.service.custody.releases.approve(desk.token, number, note), as_json=as_json)


@release.command()
@click.argument("number")
@click.option("--why", required=True, help="The reason of the denial.")
@json_option
@pass_desk
def deny(desk: Desk, number: str, why: str, *, as_json: bool) -> None:
    """Deny a request, with the reason."""
    _say(desk.service.custody.releases.deny(desk.token, number, why), as_json=as_json)


@release.command()
@click.argument("number")
@json_option
@pass_desk
def refer(desk: Desk, number: str, *, as_json: bool) -> None:
    """Refer the request of somebody whom the policy does not know to where it says."""
    _say(desk.service.custody.releases.refer(desk.token, number), as_json=as_json)


@release.command()
@click.argument("number")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the package; the home keeps no copy.",
)
@json_option
@pass_desk
def fulfil(desk: Desk, number: str, out: Path, *, as_json: bool) -> None:
    """Fulfill an approved request: the reads go into a signed package."""
    package = desk.service.custody.releases.fulfil(desk.token, number, out)
    if as_json:
        print_json(dataclasses.asdict(package))
        return
    lines = (
        f"{package.release} is fulfilled: {package.rows:,} reads, access {package.access_id}.",
        f"{package.path}",
        f"SHA-256 {package.sha256}",
    )
    for text in lines:
        console.print(text, markup=False, highlight=False, soft_wrap=True)


@release.command()
@click.argument("package", type=_FILE)
@json_option
@pass_desk
@click.pass_context
def check(context: click.Context, desk: Desk, package: Path, *, as_json: bool) -> None:
    """Check a package: is it whole, and is it this agency's? Exit code 1 where it is not."""
    from workbench.custody.sealed_zip import check as look

    found = look(package, desk.service.key)
    if as_json:
        print_json({**dataclasses.asdict(found), "whole": found.whole})
    else:
        for problem in found.problems:
            console.print(problem, markup=False, highlight=False)
        said = "is whole" if not found.problems else "is not what left"
        ours = "of this home" if found.ours else "of somebody else"
        click.echo(f"The package {said}; it is signed with the key {found.key_id}, {ours}.")
    context.exit(0 if found.whole else 1)


def _say(found: Release, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(found))
        return
    to = f" to: {found.steps[-1].words}" if found.state == "referred" else ""
    console.print(f"{found.number} is {found.state}{to}.", markup=False, highlight=False)


def _plain(of: Release) -> dict[str, Any]:
    plain = dataclasses.asdict(of)
    del plain["id"]
    return {**plain, "state": of.state}
