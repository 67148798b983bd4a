"""The facts that an audit states beside the searches: sharing, retention, statements, reviews of accounts, hits."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from workbench.audit.permit import Home
from workbench.audit.yardsticks import Yardsticks
from workbench.custody import attestations
from workbench.custody.agreements import standing_agreements
from workbench.custody.due import due
from workbench.custody.holds import in_force
from workbench.custody.kept import gather, make_room
from workbench.custody.plan import doomed
from workbench.custody.purge import unfinished
from workbench.custody.release_file import Release, load
from workbench.policy.profile import Profile
from workbench.records.custody_tables import purges
from workbench.records.hotlist_tables import hits
from workbench.records.tables import members, reads, to_micros
from workbench.records.unit_tables import account_reviews, reviewed_accounts

__all__ = ["yardsticks"]

_LAST = 3


def yardsticks(house: Home, start: dt.datetime, end: dt.datetime) -> Yardsticks:
    """Return what an audit of a period (aware, end excluded) is measured by beside the searches."""
    now, zone = house.clock(), house.settings.zone
    day = now.astimezone(zone).date()
    with house.database.read() as connection:
        states, closed = _hits(connection, start, end)
        return Yardsticks(
            day=day,
            agreements=tuple(
                {name: getattr(each, name) for name in _AGREEMENT}
                for each in standing_agreements(connection, day)
            ),
            releases=tuple(
                _release(each, zone)
                for each in load(connection)
                if any(start <= step.at < end for step in each.steps)
            ),
            purges=_purges(connection),
            overdue=_overdue(connection, house.profile, now, zone),
            attestations=tuple(
                _statement(each) for each in attestations.due(connection, house.profile, day)
            ),
            account_reviews=_account_reviews(connection),
            hits=states,
            hits_closed=closed,
        )


_AGREEMENT = ("party", "kind", "subject", "signed_by", "begins_on", "ends_on", "state")


def _release(of: Release, zone: dt.tzinfo) -> dict[str, Any]:
    approved = of.last("approve")
    return {
        "number": of.number,
        "agency": of.agency,
        "recipient": of.recipient,
        "entered_on": of.entered_at.astimezone(zone).date(),
        "state": of.state,
        "since": of.steps[-1].at.astimezone(zone).date(),
        "verified": of.verified,
        "approved_by": approved.title or approved.name if approved else "",
    }


def _purges(connection: sa.Connection) -> tuple[dict[str, Any], ...]:
    query = (
        sa.select(purges).where(purges.c.status == "done").order_by(purges.c.id.desc()).limit(_LAST)
    )
    return tuple(
        _purge(row, json.loads(row.certificate)) for row in connection.execute(query).all()
    )


def _purge(row: sa.Row[Any], certificate: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purge": row.id,
        "order": row.order_id,
        "ended_at": row.ended_at,
        "captured_before": row.cutoff,
        "reads": certificate["destroyed"]["reads"],
        "held": sum(each["reads"] for each in certificate["held"]),
        "approvals": tuple(each["what"] for each in certificate["approvals"]),
        "run_by": row.run_by,
        "sha256": row.certificate_sha256,
    }


def _overdue(
    connection: sa.Connection, profile: Profile, now: dt.datetime, zone: Any
) -> dict[str, Any]:
    held = in_force(connection, now)
    limit = due(profile, now, zone).overdue
    kept_too_long: int | None = None
    if limit is not None:
        span = (0, to_micros(limit))
        make_room(connection)
        gather(connection, held, profile.retention.suspends, span, span[1])
        query = sa.select(sa.func.count()).select_from(reads).where(doomed(span))
        kept_too_long = int(connection.execute(query).scalar_one())
    today = now.astimezone(zone).date()
    return {
        "reads": kept_too_long,
        "limit": str(profile.retention.reads_max) if limit is not None else "",
        "citation": profile.cite(profile.retention.purge_clause or profile.retention),
        "unfinished": unfinished(connection),
        "held": len(held),
        "holds": tuple(each.id for each in held if each.review_by < today),
    }


def _statement(of: attestations.Due) -> dict[str, Any]:
    return {
        "clause": of.clause,
        "citation": of.citation,
        "text": of.text,
        "by": of.by,
        "state": of.state,
        "due_on": of.due_on,
        "last_on": of.last.dated_on if of.last else None,
        "last_by": of.last.name if of.last else "",
    }


def _account_reviews(connection: sa.Connection) -> tuple[dict[str, Any], ...]:
    query = (
        sa.select(account_reviews, members.c.name)
        .join(members, members.c.id == account_reviews.c.reviewer_id)
        .order_by(account_reviews.c.id.desc())
        .limit(_LAST)
    )
    found = []
    for row in connection.execute(query).all():
        counted = (
            sa.select(reviewed_accounts.c.decision, sa.func.count().label("accounts"))
            .where(reviewed_accounts.c.review_id == row.id)
            .group_by(reviewed_accounts.c.decision)
            .order_by(reviewed_accounts.c.decision)
        )
        decisions = {each.decision: each.accounts for each in connection.execute(counted)}
        found.append(
            {
                "signed_at": row.signed_at,
                "name": row.name,
                "title": row.title,
                "accounts": sum(decisions.values()),
                "decisions": decisions,
                "sha256": row.sha256,
            }
        )
    return tuple(found)


def _hits(
    connection: sa.Connection, start: dt.datetime, end: dt.datetime
) -> tuple[dict[str, int], dict[str, int]]:
    states: dict[str, int] = {}
    closed: dict[str, int] = {}
    query = (
        sa.select(hits.c.status, hits.c.disposition, sa.func.count().label("number"))
        .where(hits.c.raised_at >= start, hits.c.raised_at < end)
        .group_by(hits.c.status, hits.c.disposition)
        .order_by(hits.c.status, hits.c.disposition)
    )
    for row in connection.execute(query):
        states[row.status] = states.get(row.status, 0) + row.number
        if row.status == "closed":
            closed[row.disposition] = closed.get(row.disposition, 0) + row.number
    return states, closed
