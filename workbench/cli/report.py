"""``workbench report canvass | partial-plate | audit``: reports made by papermill, kept as one HTML file each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from workbench.cli.common import Desk, Group, console, json_option, pass_desk, print_json
from workbench.errors import BadInput
from workbench.times import days_of, parse_time

__all__ = ["report"]


@click.group(cls=Group)
def report() -> None:
    """Make a report: one HTML file that needs no network, and the executed notebook beside it.

    A report is asked for like any query, with a case, a purpose and a reason, and stands on the record. It
    goes to reports/CASE/ or reports/audit-PERIOD/. A run that fails leaves no file behind.

    Times are ISO 8601. Without an offset they are read in the agency's own zone.
    """


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Put several options on a command, in the order given."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_grounds = _options(
    click.option(
        "--case", required=True, metavar="NUMBER", help="The case's number in the register."
    ),
    click.option(
        "--purpose", required=True, help="One of the policy's purposes, such as homicide."
    ),
    click.option(
        "--reason", required=True, help="Why, in words; no personal data, it stands on the record."
    ),
    click.option("--crime-type", default="", help="By default that of the case."),
    click.option("--incident", "incident_number", default="", help="By default that of the case."),
)
_window = _options(
    click.option(
        "--from", "start", required=True, metavar="TIME", help='Such as "2026-10-13 21:10".'
    ),
    click.option(
        "--to", "end", required=True, metavar="TIME", help="The first moment that is not asked for."
    ),
)
_place = _options(
    click.option(
        "--at", "point", metavar="LAT,LON", help="A place in degrees, such as 36.58,-120.25."
    ),
    click.option("--radius", "radius_m", type=float, metavar="METRES", help="Around that place."),
)
_kept = _options(
    click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("reports"),
        show_default=True,
        help="The folder that holds reports.",
    ),
    json_option,
)


@report.command()
@_grounds
@_place
@click.option(
    "--polygon",
    metavar="'LAT,LON …'",
    help="Corners of the scene in order, instead of --at and --radius.",
)
@_window
@_kept
@pass_desk
def canvass(desk: Desk, /, out: Path, *, as_json: bool, **given: Any) -> None:
    """Which vehicles were read around a scene, how usual each is there, and what the cameras missed.

    \b
    Examples:
      workbench report canvass --case 26-01873 --purpose homicide \\
        --reason "Shooting at Grand and Lucera, gray sedan seen leaving" \\
        --at 36.58,-120.25 --radius 800 --from "2026-10-13 21:10" --to "2026-10-13 22:10"
    """  # noqa: D301
    given |= _where(given.pop("point"))
    polygon = given.pop("polygon")
    if polygon:
        given["polygon"] = [list(_pair(corner, "--polygon")) for corner in polygon.split()]
    _run(desk, "canvass", _timed(desk, given), out, as_json=as_json)


@report.command("partial-plate")
@_grounds
@click.option("--pattern", required=True, help="7A?X1*: ? one unknown, * any number, [8B] one of.")
@click.option(
    "--seen-by",
    type=click.Choice(["witness", "camera"]),
    default="witness",
    show_default=True,
    help="Whose mistakes to allow for.",
)
@click.option("--state", help="Two letters, such as CA.")
@click.option("--color", help="Such as gray, or dark.")
@click.option("--make")
@click.option("--model")
@click.option("--body", help="Such as sedan, pickup, suv.")
@_place
@click.option(
    "--happened", "at", metavar="TIME", help="When the vehicle was at that place, where known."
)
@_window
@_kept
@pass_desk
def partial_plate(desk: Desk, /, out: Path, *, as_json: bool, **given: Any) -> None:
    """Which vehicles a partly known plate may mean, how probable each is, and why.

    With --at and --radius only vehicles read there in the window are weighed, and the reads of the leading
    candidates are drawn on a map; each of these is a search of its own on the record. With --happened, whether a
    vehicle could have been there by then is weighed too.

    \b
    Examples:
      workbench report partial-plate --case 26-01873 --purpose homicide \\
        --reason "Witness gave part of the plate of the car seen leaving" \\
        --pattern "7A?X1*" --color dark --from 2026-10-01 --to 2026-10-14
    """  # noqa: D301
    given |= _where(given.pop("point"))
    if given["state"]:
        given["state"] = given["state"].upper()
    _run(desk, "partial_plate", _timed(desk, given), out, as_json=as_json)


@report.command()
@click.option(
    "--period",
    metavar="PERIOD",
    help="A month (2026-10), a quarter (2026-Q3), a year (2026), or last-month, last-quarter, last-year.",
)
@click.option("--from", "start", metavar="TIME", help="Instead of --period.")
@click.option("--to", "end", metavar="TIME", help="Instead of --period; not included.")
@click.option(
    "--sample",
    "sample_size",
    type=int,
    help="How many accesses to draw; by default what the policy asks for.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed draws the same sample."
)
@click.option(
    "--confidence",
    type=float,
    metavar="SHARE",
    help="Draw enough to meet an access at fault with this probability, such as 0.95.",
)
@click.option(
    "--share", type=float, metavar="SHARE", help="… if so many are at fault; by default 0.05."
)
@click.option("--reviewer", default="", help="Who will review; printed where they sign.")
@click.option("--approver", default="", help="Who will approve; not the reviewer.")
@_kept
@pass_desk
def audit(desk: Desk, /, out: Path, *, as_json: bool, period: str | None, **given: Any) -> None:
    """How the system was used in a period: for a reviewer to judge and an approver to sign.

    \b
    Examples:
      workbench report audit --period 2026-10 --reviewer "Lt. R. Alvarez" --approver "Cdr. S. Whitfield"
      workbench report audit --period last-month
      workbench report audit --from 2026-10-01 --to 2026-11-01 --sample 40 --seed 7
    """  # noqa: D301
    if period and (given["start"] or given["end"]):
        raise BadInput("Both a period and times were given.", "Give --period, or --from and --to.")
    if given["reviewer"] and given["reviewer"].casefold() == given["approver"].casefold():
        raise BadInput(
            "Reviewer and approver are the same.",
            "Name two people: one approves what the other reviewed.",
        )
    if period:
        today = desk.service.clock().astimezone(desk.settings.zone).date()
        given["start"], given["end"] = (f"{day:%Y-%m-%d}" for day in days_of(period, today))
    if not (given["start"] and given["end"]):
        raise BadInput("The period is missing.", "Give --period 2026-10, or --from and --to.")
    _run(desk, "audit", _timed(desk, given), out, as_json=as_json)


def _run(desk: Desk, name: str, parameters: dict[str, Any], out: Path, *, as_json: bool) -> None:
    from workbench.reporting.runner import run

    asked = {key: value for key, value in parameters.items() if value is not None}
    if as_json:
        print_json(run(name, asked, home=desk.home, out=out).as_dict())
        return
    with console.status(f"Making the {name.replace('_', '-')} report …"):
        result = run(name, asked, home=desk.home, out=out)
    click.echo(result.html)
    console.print(f"  executed notebook  {result.notebook.name}", highlight=False, soft_wrap=True)
    console.print(f"  SHA-256            {result.sha256}", highlight=False, soft_wrap=True)
    console.print(f"  on the record as   #{result.record_id}", highlight=False)


def _timed(desk: Desk, given: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters with their times in the agency's zone, with offset."""
    zone = desk.settings.zone
    times = {
        name: parse_time(given[name], zone).astimezone(zone).isoformat()
        for name in ("start", "end", "at")
        if given.get(name) is not None or name != "at"
    }
    return given | times


def _where(point: str | None) -> dict[str, float]:
    if point is None:
        return {}
    latitude, longitude = _pair(point, "--at")
    return {"latitude": latitude, "longitude": longitude}


def _pair(words: str, option: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in words.split(","))
    except ValueError:
        raise BadInput(
            f"{option} has no LAT,LON.", "Write degrees, such as 36.58,-120.25."
        ) from None
    return latitude, longitude
