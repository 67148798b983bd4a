"""``workbench hold``: what is held back from a purge, on whose word, and until when."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.models import Scene

if TYPE_CHECKING:
    from workbench.custody.holds import Hold

__all__ = ["hold"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def hold() -> None:
    """Hold reads back from a purge: by plate, camera, place, time or case.

    What may suspend a purge is on the policy's list, and nothing else is. A hold is released by two people. A
    preservation request lapses by itself where the policy gives it a time, unless a court order is entered.
    """


@hold.command()
@click.option(
    "--basis", required=True, help="What suspends the purge, in the policy's word: evidence."
)
@click.option("--authority", required=True, help="The paper: a warrant's number, a letter's date.")
@click.option("--requester", required=True, help="Who asks for it, by name or office.")
@click.option("--agency", default="", help="The requester's agency.")
@click.option(
    "--requester-kind",
    type=click.Choice(["governmental", "defendant"]),
    help="For a preservation request.",
)
@click.option("--dated", type=_DAY, help="The day on the paper.")
@click.option("--case", "case_number", default="", help="The case that it belongs to.")
@click.option(
    "--searches", is_flag=True, help="Hold what was searched for the case, then and later."
)
@click.option("--plate", "plates", multiple=True, help="A plate; once for each.")
@click.option("--camera", "cameras", multiple=True, help="A camera's code; once for each.")
@click.option("--at", "center", type=(float, float), help="A place: latitude longitude.")
@click.option("--radius", type=float, default=500.0, show_default=True, help="Metres around it.")
@click.option("--from", "start", help="Captured from, agency time: '2026-03-02 21:00'.")
@click.option("--to", "end", help="Captured before.")
@click.option("--review", type=_DAY, help="By when somebody looks whether it is still needed.")
@json_option
@pass_desk
def add(desk: Desk, /, *, as_json: bool, **given: Any) -> None:
    """Place a hold. Whatever is named must all be true of a read; for one or the other, place two.

    \b
    Example:
      workbench hold add --basis evidence --authority "DA letter of 2026-03-04" --requester "District Attorney" \\
        --case 26-00417 --plate 7ABX123 --from 2026-02-01 --to 2026-03-04
    """  # noqa: D301
    place = given["center"]
    found = desk.service.custody.holds.add(
        desk.token,
        basis=given["basis"],
        authority=given["authority"],
        requester=given["requester"],
        requester_agency=given["agency"],
        requester_kind=given["requester_kind"] or "",
        dated_on=_day(given["dated"]),
        case_number=given["case_number"],
        searches=given["searches"],
        plates=given["plates"],
        cameras=given["cameras"],
        area=Scene(place[0], place[1], given["radius"]) if place else None,
        start=given["start"],
        end=given["end"],
        review_by=_day(given["review"]),
    )
    _say(desk, found, "holds", as_json=as_json)


@hold.command("list")
@click.option("--all", "every", is_flag=True, help="Released and lapsed ones too.")
@json_option
@pass_desk
def list_(desk: Desk, *, every: bool, as_json: bool) -> None:
    """List the holds, what they rest on and what they name; looking is on the record."""
    now = desk.service.clock()
    found = [
        each for each in desk.service.custody.holds.list(desk.token) if every or each.holds_at(now)
    ]
    if as_json:
        print_json([_plain(each, now) for each in found])
        return
    today = now.astimezone(desk.settings.zone).date()
    rows = [
        (
            each.id,
            each.state(now),
            each.basis,
            each.authority,
            each.case_number,
            _named(each, desk.settings.zone),
            _until(desk, each, today),
        )
        for each in found
    ]
    columns = ("hold", "state", "basis", "authority", "case", "holds", "until")
    print_table("Holds", columns, rows)


@hold.command()
@click.argument("number", type=int)
@click.option(
    "--next", "next_review", type=_DAY, help="The next review; the policy's interval by default."
)
@click.option("--note", default="", help="A few words, without names or plates.")
@click.option(
    "--court-order", "order", help="Enter the court order that a preservation request waited for."
)
@click.option("--dated", type=_DAY, help="The day on the court order.")
@json_option
@pass_desk
def review(
    desk: Desk,
    number: int,
    next_review: dt.datetime | None,
    note: str,
    order: str | None,
    dated: dt.datetime | None,
    *,
    as_json: bool,
) -> None:
    """Say that a hold is still needed, or enter the court order that it rests on from now on."""
    holds = desk.service.custody.holds
    if order is None:
        found = holds.review(desk.token, number, next_review=_day(next_review), note=note)
        _say(desk, found, "is reviewed", as_json=as_json)
        return
    day = _day(dated)
    if day is None:
        raise click.UsageError("A court order has a date: give --dated.")
    found = holds.court_order(desk.token, number, reference=order, dated_on=day)
    _say(desk, found, "rests on the court order", as_json=as_json)


@hold.command()
@click.argument("number", type=int)
@click.option("--why", help="Ask for its release: why it is not needed any more.")
@click.option("--confirm", is_flag=True, help="Release it, where somebody else has asked.")
@click.option("--keep", is_flag=True, help="Turn the release down.")
@json_option
@pass_desk
def release(
    desk: Desk, number: int, why: str | None, *, confirm: bool, keep: bool, as_json: bool
) -> None:
    """Release a hold: one person asks with --why, another confirms.

    \b
    Example:
      workbench hold release 4 --why "Trial is over, no appeal"
      workbench hold release 4 --confirm
    """  # noqa: D301
    if sum((why is not None, confirm, keep)) != 1:
        raise click.UsageError("Give one of --why, --confirm and --keep.")
    holds = desk.service.custody.holds
    if confirm:
        _say(desk, holds.confirm_release(desk.token, number), "is released", as_json=as_json)
    elif keep:
        _say(desk, holds.keep(desk.token, number), "goes on holding", as_json=as_json)
    else:
        found = holds.ask_release(desk.token, number, why or "")
        _say(desk, found, "holds until somebody else confirms", as_json=as_json)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.date() if moment else None


def _say(desk: Desk, of: Hold, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(of, desk.service.clock()))
        return
    today = desk.service.clock().astimezone(desk.settings.zone).date()
    text = f"Hold {of.id} {what}; {_until(desk, of, today)}."
    console.print(text, markup=False, highlight=False)


def _until(desk: Desk, of: Hold, today: dt.date) -> str:
    if of.status == "released":
        return "released"
    if of.lapses_at is not None:
        last = (of.lapses_at.astimezone(desk.settings.zone) - dt.timedelta(days=1)).date()
        return f"through {last}, or a court order"
    late = " (overdue)" if of.review_by < today else ""
    return f"review by {of.review_by}{late}"


def _named(of: Hold, zone: dt.tzinfo) -> str:
    scope = of.scope
    begins = f"from {scope.start.astimezone(zone):%Y-%m-%d %H:%M}" if scope.start else ""
    ends = f"before {scope.end.astimezone(zone):%Y-%m-%d %H:%M}" if scope.end else ""
    area = ""
    if scope.area is not None:
        place = f"{scope.area.latitude:.4f} {scope.area.longitude:.4f}"
        area = (
            f"polygon at {place}"
            if scope.area.polygon
            else f"{scope.area.radius_m:.0f} m around {place}"
        )
    parts = [
        *scope.plates,
        *scope.cameras,
        area,
        begins,
        ends,
        "searches" if scope.searches else "",
    ]
    return ", ".join(part for part in parts if part)


def _plain(of: Hold, now: dt.datetime) -> dict[str, Any]:
    plain = {**asdict(of), "state": of.state(now)}
    plain["scope"]["area"] = of.scope.area.elements() if of.scope.area else None
    return plain
