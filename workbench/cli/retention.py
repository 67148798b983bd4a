"""``workbench retention``: what is due, orders to purge it, their approvals, the purge, its certificate."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table

if TYPE_CHECKING:
    from workbench.custody.orders import Order
    from workbench.custody.plan import Plan

__all__ = ["retention"]

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_OUT = click.Path(path_type=Path, dir_okay=False)


@click.group()
def retention() -> None:
    """Purge what the policy no longer lets you keep: plan, request, approve, run.

    Nothing goes before the policy's shortest time, nothing that a hold covers goes at all, and nobody approves what
    they asked for. What is destroyed is beyond recovery in the workbench's own files; the certificate says what that
    does not reach.
    """


@retention.command()
@click.option("--through", help="Only what was captured before: 2025-01-01.")
@json_option
@pass_desk
def plan(desk: Desk, through: str | None, *, as_json: bool) -> None:
    """Show what a purge would destroy now, why, by which clause, and what is held. Nothing is changed."""
    found = desk.service.custody.retention.plan(desk.token, through=through)
    if as_json:
        print_json(found.plain())
        return
    _show_plan(desk, found)


def _show_plan(desk: Desk, found: Plan) -> None:
    zone = desk.settings.zone
    rows = [
        (
            each.name,
            each.keep,
            f"{each.total:,}",
            f"{each.due:,}",
            f"{each.held:,}",
            f"{each.to_go:,}",
            each.note or _span(each.first, each.last, zone),
            each.citation,
        )
        for each in found.classes
    ]
    columns = ("class", "kept", "there are", "due", "held", "would go", "", "by")
    print_table("What a purge would destroy", columns, rows)
    if found.holds:
        held = [
            (
                each.hold,
                each.basis,
                each.authority,
                f"{each.reads:,}" if each.suspends else f"{each.reads:,} (to the longest time)",
                "; ".join(each.notes),
            )
            for each in found.holds
        ]
        print_table("Holds", ("hold", "basis", "authority", "due reads", "look at"), held)
    if found.due.end:
        _line(f"Captured before {found.due.end.astimezone(zone):%Y-%m-%d %H:%M}.")
    if found.overdue:
        _line(
            f"{found.overdue:,} reads are past the longest time that the policy allows, and no hold suspends that."
        )
    for warning in found.warnings:
        _line(warning)


def _span(first: dt.datetime | None, last: dt.datetime | None, zone: dt.tzinfo) -> str:
    if first is None or last is None:
        return ""
    return f"{first.astimezone(zone):%Y-%m-%d} to {last.astimezone(zone):%Y-%m-%d}"


@retention.command()
@click.option(
    "--why", required=True, help="What the purge carries out: the records schedule, a resolution."
)
@click.option("--through", help="Only what was captured before: 2025-01-01.")
@json_option
@pass_desk
def request(desk: Desk, why: str, through: str | None, *, as_json: bool) -> None:
    """Ask for a purge of what is due. It waits for the approvals that the policy names."""
    found = desk.service.custody.retention.request(desk.token, why=why, through=through)
    if as_json:
        print_json(_plain(found, desk))
        return
    asked = desk.service.profile.retention.purging
    _line(
        f"Order {found.id}: captured before {found.through.astimezone(desk.settings.zone):%Y-%m-%d %H:%M}."
    )
    for each in asked.approvals if asked else ():
        _line(f"  needs {each.id}: {each.what} [{desk.service.profile.cite(each)}]")


@retention.command("list")
@json_option
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List the orders with their approvals, and the certificates."""
    desk_of = desk.service.custody.retention
    orders = desk_of.orders(desk.token)
    made = desk_of.certificates(desk.token)
    if as_json:
        print_json({"orders": [_plain(each, desk) for each in orders], "certificates": made})
        return
    zone, now = desk.settings.zone, desk.service.clock()
    rows = [
        (
            each.id,
            each.state(now),
            f"{each.through.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{each.requested_by}, {each.requested_at.astimezone(zone):%Y-%m-%d}",
            "; ".join(f"{a.approval}: {a.reference} ({a.approved_by})" for a in each.approvals),
            f"{each.expires_at.astimezone(zone):%Y-%m-%d}",
        )
        for each in orders
    ]
    print_table(
        "Orders", ("order", "state", "captured before", "asked by", "approvals", "expires"), rows
    )
    kept = [
        (
            each["purge"],
            each["order"],
            each["began"][:10],
            f"{each['destroyed']['reads']:,}",
            each["sha256"][:16],
        )
        for each in made
    ]
    print_table("Certificates", ("purge", "order", "day", "reads destroyed", "SHA-256"), kept)


@retention.command()
@click.argument("order", type=int)
@click.argument("approval")
@click.option("--reference", required=True, help="The resolution's or the letter's number.")
@click.option("--dated", type=_DAY, required=True, help="The day on it.")
@json_option
@pass_desk
def approve(
    desk: Desk, order: int, approval: str, reference: str, dated: dt.datetime, *, as_json: bool
) -> None:
    """Enter an approval of somebody else's order.

    \b
    Example:
      workbench retention approve 3 governing-body --reference "Resolution 26-14" --dated 2026-03-02
    """  # noqa: D301
    found = desk.service.custody.retention.approve(
        desk.token, order, approval, reference=reference, dated_on=dated.date()
    )
    _say(desk, found, as_json=as_json)


@retention.command()
@click.argument("order", type=int)
@json_option
@pass_desk
def withdraw(desk: Desk, order: int, *, as_json: bool) -> None:
    """Withdraw an order: nothing more is destroyed under it."""
    _say(desk, desk.service.custody.retention.withdraw(desk.token, order), as_json=as_json)


@retention.command()
@click.argument("order", type=int)
@click.option("--yes", is_flag=True, help="Do not ask; for a scheduled job.")
@click.option("--out", type=_OUT, help="Write the certificate as a page to print.")
@json_option
@pass_desk
def run(desk: Desk, order: int, out: Path | None, *, yes: bool, as_json: bool) -> None:
    """Carry out an approved order. What it destroys cannot be brought back.

    A purge that was broken off goes on where it stopped: run the same order again.
    """
    if not yes:
        click.confirm("Destroy what is due and not held, beyond recovery?", abort=True, err=True)
    made = desk.service.custody.retention.run(desk.token, order)
    if made is None:
        print_json(None) if as_json else _line("Nothing is due that no hold covers.")
        return
    _show_certificate(made, out, as_json=as_json)


@retention.command()
@click.argument("purge", type=int)
@click.option("--out", type=_OUT, help="Write it as a page to print.")
@json_option
@pass_desk
def certificate(desk: Desk, purge: int, out: Path | None, *, as_json: bool) -> None:
    """Show the certificate of a purge."""
    found = desk.service.custody.retention.certificate(desk.token, purge)
    _show_certificate(found, out, as_json=as_json)


def _show_certificate(made: dict[str, Any], out: Path | None, *, as_json: bool) -> None:
    from workbench.custody.certificate import page, text

    if out is not None:
        out.write_text(page(made), encoding="utf-8")
    if as_json:
        print_json(made)
        return
    click.echo(text(made), nl=False)
    if out is not None:
        _line(f"Written to {out}.")


def _say(desk: Desk, of: Order, *, as_json: bool) -> None:
    if as_json:
        print_json(_plain(of, desk))
        return
    _line(f"Order {of.id} is {of.state(desk.service.clock())}.")


def _plain(of: Order, desk: Desk) -> dict[str, Any]:
    return {**asdict(of), "state": of.state(desk.service.clock())}


def _line(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
