"""``workbench policy adopt …``: changes of policy, proposed by one member and approved by another."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.errors import BadProfile
from workbench.policy.profile import load

if TYPE_CHECKING:
    from workbench.adoption.changes import Version
    from workbench.service import Service

__all__ = ["COMMANDS"]


@click.command()
@click.argument("profile")
@click.option("--why", help="Such as: adopted by the council on 2026-03-09")
@click.option("--diff", "compare", is_flag=True, help="Only say what would change.")
@json_option
@pass_desk
def adopt(desk: Desk, profile: str, why: str | None, *, compare: bool, as_json: bool) -> None:
    """Propose a policy: a shipped profile's name, or a file of your own. Another member approves it.

    Until then the policy that was adopted last stays in force, whatever a release ships or a file says.

    \b
    Examples:
      workbench policy adopt our-policy.yaml --diff
      workbench policy adopt our-policy.yaml --why "adopted by the council on 2026-03-09"
    """  # noqa: D301
    service = _service(desk, profile)
    if compare:
        words = service.policy_changes.compare(profile)
        if as_json:
            print_json(words)
            return
        _print(words or ("Nothing differs.",))
        return
    if not why:
        raise click.UsageError("Say why with --why, or look only with --diff.")
    proposed = service.policy_changes.propose(desk.token, profile, why)
    if as_json:
        print_json(dataclasses.asdict(proposed))
        return
    _print(proposed.changes)
    console.print(f"Proposal {proposed.id}: {proposed.name}, SHA-256 {proposed.sha256}", highlight=False)  # fmt: skip
    console.print(
        f"Next: another member reads it, then: workbench policy approve {proposed.id}",
        highlight=False,
    )


@click.command()
@click.argument("proposal", type=int)
@click.option("--yes", is_flag=True, help="The differences have been read.")
@json_option
@pass_desk
def approve(desk: Desk, proposal: int, *, yes: bool, as_json: bool) -> None:
    """Bring a proposed policy into force. Nobody approves what they proposed.

    It takes effect at once: whoever has the old one open must start anew.
    """
    service = _service(desk, proposal)
    found = _find(service, proposal)
    if found is not None and not yes:
        _print(found.changes)
        click.confirm(f"Bring {found.name} into force?", abort=True)
    approved = service.policy_changes.approve(desk.token, proposal)
    if as_json:
        print_json(dataclasses.asdict(approved))
        return
    console.print(f"{approved.name} is in force: version {approved.number} of this home.", highlight=False)  # fmt: skip


@click.command()
@click.argument("proposal", type=int)
@click.option("--why", required=True)
@pass_desk
def reject(desk: Desk, proposal: int, why: str) -> None:
    """Turn a proposed policy down, or take back your own proposal."""
    turned_down = _service(desk, proposal).policy_changes.reject(desk.token, proposal, why)
    console.print(f"{turned_down.name} is turned down.", highlight=False)


@click.command()
@click.option("--changes", is_flag=True, help="Say of each what it changed.")
@json_option
@pass_desk
def versions(desk: Desk, *, changes: bool, as_json: bool) -> None:
    """List the versions of this home's policy: proposed, turned down, adopted, in force."""
    found = desk.service.policy_changes.versions()
    if as_json:
        print_json([dataclasses.asdict(each) for each in found])
        return
    zone = desk.settings.zone
    newest = max((each.number for each in found if each.number), default=0)
    rows = [
        (
            each.id,
            each.number,
            "in force" if each.number == newest else each.status,
            each.name,
            each.sha256[:12],
            each.proposed_by,
            each.decided_by,
            f"{each.decided_at.astimezone(zone):%Y-%m-%d %H:%M}" if each.decided_at else "",
            each.why,
        )
        for each in found
    ]
    columns = (
        "proposal", "version", "state", "policy", "SHA-256", "proposed by", "decided by", "on", "why",
    )  # fmt: skip
    print_table("Versions of the policy", columns, rows)
    if changes:
        for each in found:
            console.print(f"Proposal {each.id}, {each.name}:", highlight=False)
            _print(each.changes or ("the first",))


COMMANDS = (adopt, approve, reject, versions)
"""What the group ``workbench policy`` takes up."""


def _service(desk: Desk, wanted: str | int) -> Service:
    """Open the home; where this release cannot read the policy in force, under the one that is to replace it."""
    try:
        return desk.service
    except BadProfile as unreadable:
        from workbench.adoption.force import keep, text_of
        from workbench.service import Service

        settings = desk.settings
        text = _proposed_text(desk, wanted) if isinstance(wanted, int) else text_of(wanted)
        if text is None:
            raise unreadable from None
        return Service(settings, profile=load(keep(settings, text)))


def _proposed_text(desk: Desk, proposal: int) -> str | None:
    import sqlalchemy as sa

    from workbench.records.database import Database
    from workbench.records.unit_tables import policy_versions

    database = Database.open(desk.settings.url)
    try:
        with database.read() as connection:
            query = sa.select(policy_versions.c.text).where(policy_versions.c.id == proposal)
            text: str | None = connection.execute(query).scalar()
            return text
    finally:
        database.close()


def _find(service: Service, proposal: int) -> Version | None:
    return next((each for each in service.policy_changes.versions() if each.id == proposal), None)


def _print(words: tuple[str, ...]) -> None:
    for line in words:
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
