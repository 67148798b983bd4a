"""``workbench member review``: every account as a reviewer sees it, and the signature under a review."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table

if TYPE_CHECKING:
    from workbench.people.reviews import ReviewedAccount

__all__ = ["review", "reviews"]


@click.command()
@click.option("--sign", is_flag=True, help="Sign the review: every account gets a decision.")
@click.option("--title", help="The office in which you sign, such as: Support Services Division Commander")  # fmt: skip
@click.option("--statement", help="What you state, in a sentence.")
@click.option("--disable", "closing", multiple=True, metavar="USERNAME", help="To be closed.")
@click.option("--change", "changing", multiple=True, metavar="USERNAME", help="To get other roles.")
@click.option("--keep-rest", is_flag=True, help="Every other account stays as it is.")
@json_option
@pass_desk
def review(
    desk: Desk,
    title: str | None,
    statement: str | None,
    closing: tuple[str, ...],
    changing: tuple[str, ...],
    *,
    sign: bool,
    keep_rest: bool,
    as_json: bool,
) -> None:
    """List every account for the yearly review, and sign it. Your own account is for another reviewer.

    What is decided is carried out by an administrator: until then the account is listed as open.

    \b
    Example:
      workbench member review --sign --title "Support Services Division Commander" \\
        --statement "All accounts reviewed with the division." --disable cmorrow --keep-rest
    """  # noqa: D301
    found = desk.service.account_reviews.accounts(desk.token)
    if not sign:
        _show(desk, found, as_json=as_json)
        return
    if not title or not statement:
        raise click.UsageError("A review is signed with --title and --statement.")
    own = desk.service.session(desk.token).member.username
    decisions = {
        each.member.username: "keep"
        for each in found
        if keep_rest and each.member.active and each.member.username != own
    }
    decisions |= dict.fromkeys(closing, "disable") | dict.fromkeys(changing, "change")
    signed = desk.service.account_reviews.sign(
        desk.token, title=title, statement=statement, decisions=decisions
    )
    if as_json:
        print_json(dataclasses.asdict(signed))
        return
    console.print(f"Signed: {len(decisions)} accounts, SHA-256 {signed.sha256}", highlight=False)
    for name in closing:
        console.print(f"Next: workbench member disable {name} --why ...", highlight=False)
    for name in changing:
        console.print(f"Next: workbench member roles {name} ...", highlight=False)


@click.command()
@json_option
@pass_desk
def reviews(desk: Desk, *, as_json: bool) -> None:
    """List the signed reviews of accounts."""
    found = desk.service.account_reviews.signed(desk.token)
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    rows = [
        (
            _local(desk, each.signed_at),
            each.name,
            each.title,
            len(each.decisions),
            ", ".join(f"{name}: {made}" for name, made in each.decisions.items() if made != "keep"),
            each.statement,
        )
        for each in found
    ]
    print_table("Signed reviews", ("signed", "reviewer", "title", "accounts", "decided", "states"), rows)  # fmt: skip


def _show(desk: Desk, found: list[ReviewedAccount], *, as_json: bool) -> None:
    if as_json:
        print_json([_plain(each) for each in found])
        return
    rows = [
        (
            each.member.username,
            each.member.name,
            ", ".join(sorted(each.member.roles)),
            each.member.kind,
            "" if each.member.active else "disabled",
            _local(desk, each.member.last_login_at) or "never",
            ", ".join(sorted({q.kind for q in each.member.qualifications})),
            ", ".join(each.lacking),
            _local(desk, each.dates.reviewed_at),
            each.dates.words,
        )
        for each in found
    ]
    columns = (
        "username", "name", "roles", "kind", "state", "last log-in", "holds", "lacks", "reviewed", "",
    )  # fmt: skip
    late = sum(each.dates.overdue for each in found)
    print_table("Accounts", columns, rows, caption=f"{late} of {len(found)} are due for review.")


def _plain(each: ReviewedAccount) -> dict[str, Any]:
    member = each.member
    return {
        "username": member.username,
        "name": member.name,
        "roles": sorted(member.roles),
        "kind": member.kind,
        "active": member.active,
        "last_login_at": member.last_login_at,
        "qualifications": [dataclasses.asdict(held) for held in member.qualifications],
        "lacking": list(each.lacking),
        "reviewed_at": each.dates.reviewed_at,
        "reviewer": each.dates.reviewer,
        "decision": each.dates.decision,
        "due_on": each.dates.due_on,
        "overdue": each.dates.overdue,
        "open": each.dates.open,
    }


def _local(desk: Desk, time: dt.datetime | None) -> str:
    return time.astimezone(desk.settings.zone).strftime("%Y-%m-%d %H:%M") if time else ""
