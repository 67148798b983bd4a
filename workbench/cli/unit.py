"""``workbench unit``: mobile units, their transfers, and whether one was undocked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.times import parse_time

if TYPE_CHECKING:
    from workbench.units.values import Move, UnitStanding

__all__ = ["unit"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_LATE = 1
_at_option = click.option("--at", metavar="TIME", help="When, such as '2026-03-02 21:10'; now by default.")  # fmt: skip
_note_option = click.option("--note", default="", help="What should be known about it.")


@click.group()
def unit() -> None:
    """Keep the register of mobile units: readers in vehicles, which bring their reads in transfers.

    A transfer is a unit's where it names it (`workbench ingest --unit CODE`) or is loaded for its camera.
    """


@unit.command("list")
@click.option("--all", "retired", is_flag=True, help="Those out of service too.")
@json_option
@pass_desk
def list_(desk: Desk, *, retired: bool, as_json: bool) -> None:
    """List the units with their last transfer, the longest gap of a year, and where each stands."""
    found = desk.service.units.standing(desk.token, retired=retired)
    strangers = desk.service.units.strangers(desk.token)
    if as_json:
        print_json({"units": [_plain(each) for each in found], "not_registered": strangers})
        return
    _show(desk, "Mobile units", found)
    if strangers:
        console.print(
            f"Transfers name units that are not in the register: {', '.join(strangers)}. Next: workbench unit add",
            markup=False,
            highlight=False,
        )


@unit.command()
@click.argument("code")
@click.option("--vehicle", default="", help="Such as: patrol car 12, 1ABC234")
@click.option("--owner", default="", help="Whose it is, if not the agency's.")
@click.option("--camera", default="", metavar="CODE", help="Its camera in the register.")
@click.option("--since", type=_DAY, help="In service since; today by default.")
@pass_desk
def add(
    desk: Desk, code: str, vehicle: str, owner: str, camera: str, since: dt.datetime | None
) -> None:
    """Enter a unit. CODE is what its transfers are called by.

    \b
    Example:
      workbench unit add M2 --vehicle "patrol car 12" --camera M2 --since 2026-01-05
    """  # noqa: D301
    entered = desk.service.units.add(
        desk.token, code=code, vehicle=vehicle, owner=owner, camera=camera,
        in_service_on=since.date() if since else None,
    )  # fmt: skip
    console.print(f"{entered.code} is in the register.", markup=False, highlight=False)


@unit.command()
@click.argument("code")
@click.option("--why", required=True, help="Such as: sold with its vehicle")
@pass_desk
def retire(desk: Desk, code: str, why: str) -> None:
    """Take a unit out of service: no transfer is due from it any more."""
    gone = desk.service.units.retire(desk.token, code, why)
    console.print(f"{gone.code} is out of service.", markup=False, highlight=False)


@unit.command()
@click.argument("code")
@click.option("--given-by", required=True, help="Who gave the permission, by name.")
@click.option("--from", "start", required=True, metavar="TIME", help="From when it may be undocked.")  # fmt: skip
@click.option("--until", "end", required=True, metavar="TIME", help="Until when.")
@click.option("--given-at", metavar="TIME", help="When it was given; now by default.")
@click.option("--reason", default="", help="What for.")
@pass_desk
def permit(
    desk: Desk, code: str, given_by: str, start: str, end: str, given_at: str | None, reason: str
) -> None:
    """Enter a permission to undock a unit, before it is undocked. Another member reports the undocking.

    \b
    Example:
      workbench unit permit M2 --given-by "Cmdr. Lee Park" --from "2026-03-02 08:00" --until "2026-03-02 18:00"
    """  # noqa: D301
    zone = desk.settings.zone
    given = desk.service.units.allow(
        desk.token, code, given_by=given_by, reason=reason,
        start=parse_time(start, zone), end=parse_time(end, zone),
        given_at=parse_time(given_at, zone) if given_at else None,
    )  # fmt: skip
    who = f"{given.given_by}, {given.title}" if given.title else given.given_by
    console.print(f"Entered: {given.unit} may be undocked, by permission of {who}.", markup=False)


@unit.command()
@click.argument("code")
@_at_option
@_note_option
@click.option("--found", is_flag=True, help="It was found undocked, and nobody had permitted it.")
@pass_desk
def undock(desk: Desk, code: str, at: str | None, note: str, *, found: bool) -> None:
    """Report that a unit is undocked. Refused without a permission, where the policy asks for one."""
    move = desk.service.units.undock(desk.token, code, at=_moment(desk, at), note=note, found=found)
    _say(desk, move)


@unit.command()
@click.argument("code")
@_at_option
@_note_option
@pass_desk
def dock(desk: Desk, code: str, at: str | None, note: str) -> None:
    """Report that a unit is docked again."""
    _say(desk, desk.service.units.dock(desk.token, code, at=_moment(desk, at), note=note))


@unit.command()
@click.argument("code", default="")
@json_option
@pass_desk
def moves(desk: Desk, code: str, *, as_json: bool) -> None:
    """List when units were undocked and docked, and with whose permission."""
    found = desk.service.units.moves(desk.token, code)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    rows = [
        (each.unit, _local(desk, each.at), each.kind, "" if each.permitted else "without permission",
         each.entered_by, each.note)
        for each in found
    ]  # fmt: skip
    print_table("Undocked and docked", ("unit", "at", "", "", "entered by", "note"), rows)


@unit.command()
@json_option
@pass_desk
@click.pass_context
def overdue(context: click.Context, desk: Desk, *, as_json: bool) -> None:
    """List units whose transfer is overdue, and those from which nothing was ever received. Exit code 1 if any."""
    found = [
        each for each in desk.service.units.standing(desk.token) if each.overdue or each.silent
    ]
    rules = desk.service.profile.transfers
    if as_json:
        print_json([_plain(each) for each in found])
    elif found:
        _show(desk, "Overdue, or nothing ever received", found)
    else:
        console.print("Every unit has brought its reads.")
    if rules.max_days_between is None and not as_json:
        console.print("The policy sets no longest time between transfers.", highlight=False)
    if any(each.overdue for each in found):
        context.exit(_LATE)


@unit.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@json_option
@pass_desk
def downloads(desk: Desk, days: int, *, as_json: bool) -> None:
    """List downloads that failed or came in only in part, and days with far fewer reads than usual."""
    found = desk.service.units.downloads(desk.token, days=days)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    rows = [(each.kind, each.transfer_id, each.unit or each.camera, each.what) for each in found]
    print_table(
        f"Downloads of the last {days} days that need a look",
        ("kind", "transfer", "unit or camera", "what"),
        rows,
        caption="A thin day proves nothing by itself: roads close, and cars stay in the yard.",
    )


def _moment(desk: Desk, text: str | None) -> dt.datetime | None:
    return parse_time(text, desk.settings.zone) if text else None


def _say(desk: Desk, move: Move) -> None:
    words = "" if move.permitted else ", without permission: this is on the record"
    console.print(
        f"{move.unit} is {move.kind} since {_local(desk, move.at)}{words}.",
        markup=False,
        highlight=False,
    )


def _show(desk: Desk, title: str, found: list[UnitStanding]) -> None:
    rows = [
        (
            each.unit.code,
            each.unit.vehicle,
            each.unit.camera,
            _local(desk, each.last_transfer_at) or "nothing received",
            each.days_since,
            each.longest_gap_days,
            ", ".join(_marks(each)),
        )
        for each in found
    ]
    columns = ("unit", "vehicle", "camera", "last transfer", "days", "longest gap of a year", "")
    print_table(title, columns, rows)


def _marks(each: UnitStanding) -> list[str]:
    found = []
    if each.overdue:
        found.append(f"overdue by {each.overdue_by} days")
    if each.undocked_at is not None:
        found.append("undocked")
    if each.unpermitted:
        found.append(f"undocked without permission: {each.unpermitted}")
    if each.unit.retired_at is not None:
        found.append("out of service")
    return found


def _plain(each: UnitStanding) -> dict[str, Any]:
    return {**dataclasses.asdict(each), "overdue": each.overdue, "silent": each.silent}


def _local(desk: Desk, time: dt.datetime | None) -> str:
    return time.astimezone(desk.settings.zone).strftime("%Y-%m-%d %H:%M") if time else ""
