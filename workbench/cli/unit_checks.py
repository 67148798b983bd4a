"""What ``workbench doctor`` asks of the mobile units: overdue transfers, silent units, docks, failed downloads."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.cli.machine_checks import Finding
from workbench.permits import without_permit
from workbench.records.tables import camera_days, cameras, transfers
from workbench.records.unit_tables import transfer_warrants
from workbench.units.downloads import downloads
from workbench.units.standing import standing, strangers

if TYPE_CHECKING:
    import sqlalchemy as sa

    from workbench.policy.profile import Profile
    from workbench.settings import Settings

__all__ = ["examine_units"]

_DAYS = 30


def examine_units(
    connection: sa.Connection, settings: Settings, profile: Profile, now: dt.datetime
) -> Iterator[Finding]:
    """Look at the register of units and at the transfers of the last 30 days."""
    most = profile.transfers.max_days_between
    found = standing(connection, now=now, zone=settings.zone, max_days=most)
    late = [f"{each.unit.code} by {each.overdue_by} days" for each in found if each.overdue]
    silent = [each.unit.code for each in found if each.silent]
    where = f" [{profile.cite(profile.transfers)}]" if profile.transfers.clause else ""
    if late:
        yield Finding(
            "units",
            "fail",
            f"Transfers are overdue: {', '.join(late)}; {most} days are allowed{where}",
            "Bring the units in and load their reads: workbench unit overdue",
        )
    if silent:
        yield Finding(
            "units",
            "note",
            f"Nothing was ever received from {', '.join(silent)}",
            "See that the unit works and that its files are loaded with --unit.",
        )
    if unknown := strangers(connection):
        yield Finding(
            "units",
            "note",
            f"Transfers name units that are not in the register: {', '.join(unknown[:8])}",
            "Enter them, so that they are watched: workbench unit add",
        )
    if not late and not silent and not unknown:
        words = f"{len(found)} units, none overdue" if found else "No mobile unit is registered"
        yield Finding("units", "ok", words)
    without = {each.unit.code: each.unpermitted for each in found if each.unpermitted}
    if without:
        yield Finding(
            "undocking",
            "note",
            f"Found undocked without permission within a year: {', '.join(without)}",
            "See: workbench unit moves",
        )
    yield from _permits(connection, settings, profile, now)
    yield from _private_reads(connection, profile)
    faults = Counter(
        each.kind for each in downloads(connection, now=now, zone=settings.zone, days=_DAYS)
    )
    if faults:
        counted = ", ".join(f"{count} {kind}" for kind, count in faults.items())
        yield Finding(
            "downloads",
            "note",
            f"Of the last {_DAYS} days: {counted}",
            "See: workbench unit downloads",
        )


def _permits(
    connection: sa.Connection, settings: Settings, profile: Profile, now: dt.datetime
) -> Iterator[Finding]:
    if not profile.publication.special_use_permits:
        return
    missing = without_permit(connection, now.astimezone(settings.zone).date())
    if missing:
        more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""
        yield Finding(
            "permits",
            "note",
            f"No special-use permit in force for {', '.join(missing[:8])}{more}"
            f" [{profile.cite(profile.publication)}]",
            "Enter those that there are: workbench camera permit",
        )


def _private_reads(connection: sa.Connection, profile: Profile) -> Iterator[Finding]:
    """Say where reads of private cameras are in from before the policy asked for an order."""
    import sqlalchemy as sa

    if not profile.private_reads.requires:
        return
    held = (
        sa.select(sa.func.coalesce(sa.func.sum(camera_days.c.reads), 0))
        .join(cameras, cameras.c.id == camera_days.c.camera_id)
        .where(cameras.c.governmental.is_(False))
    )
    under = (
        sa.select(sa.func.coalesce(sa.func.sum(transfer_warrants.c.reads), 0))
        .join(transfers, transfers.c.id == transfer_warrants.c.transfer_id)
        .where(transfers.c.status == "complete")
    )
    count, covered = (int(connection.execute(each).scalar_one()) for each in (held, under))
    if count > covered:
        yield Finding(
            "private reads",
            "note",
            f"{count:,} reads of private cameras are here, and {covered:,} private reads came in under an order"
            f" [{profile.cite(profile.private_reads)}]",
            "They are from before the policy asked for one: ask counsel what may be kept.",
        )
