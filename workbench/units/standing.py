"""When each unit last brought its reads, and which are overdue: read from the register of transfers."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.records.tables import cameras, transfers
from workbench.records.unit_tables import unit_moves, units
from workbench.units.values import Unit, UnitStanding

__all__ = ["standing", "strangers", "unit_of"]

_YEAR = dt.timedelta(days=365)


def unit_of(row: Any) -> Unit:
    """Return the unit of a row that has its camera's code as ``camera``."""
    return Unit(
        id=row.id,
        code=row.code,
        vehicle=row.vehicle,
        owner=row.owner,
        camera=row.camera or "",
        in_service_on=row.in_service_on,
        retired_at=row.retired_at,
        retired_why=row.retired_why,
    )


def standing(
    connection: sa.Connection,
    *,
    now: dt.datetime,
    zone: ZoneInfo,
    max_days: int | None,
    retired: bool = False,
) -> list[UnitStanding]:
    """Say how every unit stands, by code.

    A transfer counts as a unit's where it names the unit or was loaded for the unit's camera. Days are those of the
    agency's calendar: with 30 days allowed, a unit that brought its reads on March 1 is overdue on April 1.

    Parameters
    ----------
    now : datetime
        Aware.
    max_days : int or None
        The most days that the policy allows between transfers.
    retired : bool
        Include units that are no longer in service; they are never overdue.
    """
    query = sa.select(units, cameras.c.code.label("camera")).outerjoin(
        cameras, cameras.c.id == units.c.camera_id
    )
    if not retired:
        query = query.where(units.c.retired_at.is_(None))
    found = connection.execute(query.order_by(units.c.code)).all()
    today = now.astimezone(zone).date()
    return [_stand(connection, row, now, today, zone, max_days) for row in found]


def _stand(
    connection: sa.Connection,
    row: Any,
    now: dt.datetime,
    today: dt.date,
    zone: ZoneInfo,
    max_days: int | None,
) -> UnitStanding:
    came = _transfers(connection, row)
    days = [each.ended_at.astimezone(zone).date() for each in came]
    begun = row.in_service_on
    since = (today - (days[-1] if days else begun)).days
    late = since - max_days if max_days is not None and row.retired_at is None else 0
    captured = [each.last_at for each in came if each.last_at is not None]
    undocked, unpermitted = _dock(connection, row.id, now)
    return UnitStanding(
        unit=unit_of(row),
        last_transfer_at=came[-1].ended_at if came else None,
        last_captured_at=max(captured, default=None),
        transfers=len(came),
        days_since=max(since, 0),
        longest_gap_days=_longest_gap([begun, *days], today - _YEAR),
        overdue_by=max(late, 0),
        undocked_at=undocked,
        unpermitted=unpermitted,
    )


def _transfers(connection: sa.Connection, row: Any) -> Sequence[Any]:
    """Return a unit's whole transfers, the oldest first."""
    own = transfers.c.unit == row.code
    if row.camera_id is not None:
        own = sa.or_(own, transfers.c.camera_id == row.camera_id)
    query = sa.select(transfers.c.ended_at, transfers.c.last_at).where(
        own, transfers.c.status == "complete", transfers.c.ended_at.is_not(None)
    )
    return connection.execute(query.order_by(transfers.c.ended_at)).all()


def _longest_gap(days: Iterable[dt.date], earliest: dt.date) -> int:
    """Return the most days between two neighbors, of which the later lies in the last year."""
    listed = sorted(days)
    gaps = [(b - a).days for a, b in itertools.pairwise(listed) if b >= earliest]
    return max(gaps, default=0)


def _dock(
    connection: sa.Connection, unit_id: int, now: dt.datetime
) -> tuple[dt.datetime | None, int]:
    """Return since when a unit is undocked, and how often it was without permission in the last year."""
    query = unit_moves.select().where(unit_moves.c.unit_id == unit_id)
    moves = connection.execute(query.order_by(unit_moves.c.at, unit_moves.c.id)).all()
    last = moves[-1] if moves else None
    lately = [each for each in moves if each.at >= now - _YEAR and not each.permitted]
    return (last.at if last is not None and last.kind == "undocked" else None), len(lately)


def strangers(connection: sa.Connection) -> list[str]:
    """Return what transfers name as a unit and the register does not know, by name."""
    known = sa.select(units.c.code)
    query = (
        sa.select(transfers.c.unit)
        .where(transfers.c.unit != "", transfers.c.unit.not_in(known))
        .distinct()
    )
    return sorted(connection.execute(query).scalars())
