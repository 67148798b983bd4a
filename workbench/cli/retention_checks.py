"""What ``workbench doctor`` asks of retention: reads kept too long, purges that were broken off, holds to look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from workbench.cli.machine_checks import Finding
from workbench.custody.due import due
from workbench.custody.holds import in_force
from workbench.custody.kept import gather, make_room
from workbench.custody.plan import doomed
from workbench.custody.purge import unfinished
from workbench.records.tables import reads, to_micros

if TYPE_CHECKING:
    from workbench.policy.profile import Profile
    from workbench.settings import Settings

__all__ = ["examine_retention"]


def examine_retention(
    connection: sa.Connection, settings: Settings, profile: Profile, now: dt.datetime
) -> Iterator[Finding]:
    """Look for what should have been purged, and for holds that somebody should look at."""
    held = in_force(connection, now)
    yield _kept_too_long(connection, settings, profile, now)
    if (order := unfinished(connection)) is not None:
        yield Finding(
            "purges",
            "fail",
            f"A purge under order {order} was broken off and is not certified",
            f"Go on with it: workbench retention run {order}",
        )
    today = now.astimezone(settings.zone).date()
    late = [str(each.id) for each in held if each.review_by < today]
    if late:
        yield Finding(
            "holds",
            "note",
            f"Holds whose review is overdue: {', '.join(late[:8])}",
            "Review or release them: workbench hold review",
        )
    else:
        yield Finding("holds", "ok", f"{len(held)} holds in force, no review overdue")


def _kept_too_long(
    connection: sa.Connection, settings: Settings, profile: Profile, now: dt.datetime
) -> Finding:
    limit = due(profile, now, settings.zone).overdue
    if limit is None:
        return Finding("retention", "ok", "The policy sets no longest time for reads")
    span = (0, to_micros(limit))
    make_room(connection)
    gather(connection, in_force(connection, now), profile.retention.suspends, span, span[1])
    query = sa.select(sa.func.count()).select_from(reads).where(doomed(span))
    count = connection.execute(query).scalar_one()
    if not count:
        return Finding("retention", "ok", f"No read is older than {profile.retention.reads_max}")
    return Finding(
        "retention",
        "fail",
        f"{count:,} reads are older than the {profile.retention.reads_max} that the policy allows, "
        f"and no hold suspends that [{profile.cite(profile.retention.purge_clause or profile.retention)}]",
        "Purge them: workbench retention plan",
    )
