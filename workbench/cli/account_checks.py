"""What ``workbench doctor`` asks of the accounts: reviews that are due, decisions not carried out, recoveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import sqlalchemy as sa

from workbench.audit.account_dates import account_dates
from workbench.cli.machine_checks import Finding
from workbench.people.accounts import RECOVERED
from workbench.records.tables import audit_records, from_micros, to_micros

if TYPE_CHECKING:
    from workbench.policy.profile import Profile
    from workbench.settings import Settings

__all__ = ["examine_accounts"]

_LATELY = dt.timedelta(days=90)


def examine_accounts(
    connection: sa.Connection, settings: Settings, profile: Profile, now: dt.datetime
) -> Iterator[Finding]:
    """Look at when each account was reviewed, and whether one was recovered lately."""
    every = profile.accounts.review_every
    dates = account_dates(connection, every, now, settings.zone).values()
    late = sorted(each.username for each in dates if each.overdue)
    waiting = sorted(each.username for each in dates if each.open)
    if late:
        yield Finding(
            "accounts",
            "note",
            f"{len(late)} are due for review, which is asked for every {every} [{profile.cite(profile.accounts)}]",
            "Have a reviewer list and sign them: workbench member review",
        )
    if waiting:
        yield Finding(
            "accounts",
            "note",
            f"A review decided on {len(waiting)} that are still as they were",
            "See: workbench member review",
        )
    if not late and not waiting:
        yield Finding("accounts", "ok", "None is due for review")
    yield from _recovered(connection, settings, now)


def _recovered(
    connection: sa.Connection, settings: Settings, now: dt.datetime
) -> Iterator[Finding]:
    query = sa.select(audit_records.c.at).where(
        audit_records.c.at >= to_micros(now - _LATELY), audit_records.c.action == RECOVERED
    )
    for at in connection.execute(query.order_by(audit_records.c.at)).scalars():
        when = from_micros(at).astimezone(settings.zone)
        yield Finding(
            "recovered",
            "note",
            f"An administrator's account was recovered with the home's keys on {when:%Y-%m-%d %H:%M}",
            "See who did it and why: workbench audit show --action account.recovered",
        )
