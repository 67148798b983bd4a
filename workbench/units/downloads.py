"""Downloads that failed or came in only in part, found in the register of transfers and in the daily counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.records.tables import camera_days, cameras, outages, transfers
from workbench.records.unit_tables import CUT_SHORT, transfer_notes
from workbench.units.values import DownloadFault

__all__ = ["downloads", "thin_days"]

_BEFORE = 28  # days that say what is usual
_FEWEST_DAYS = 5
_USUAL_AT_LEAST = 20  # reads; below that a day says nothing
_THIN = 0.2


def downloads(
    connection: sa.Connection, *, now: dt.datetime, zone: ZoneInfo, days: int
) -> list[DownloadFault]:
    """Return what went wrong with downloads in the last so many days, the gravest kind first."""
    since = now - dt.timedelta(days=days)
    return [
        *_failed(connection, since),
        *_cut_short(connection, since),
        *_thin(connection, now.astimezone(zone).date(), days, zone),
    ]


def _failed(connection: sa.Connection, since: dt.datetime) -> Iterator[DownloadFault]:
    """Give transfers that ended failed and whose file never came in whole, and those that never ended."""
    later = transfers.alias("later")
    made_good = (
        sa.exists()
        .where(later.c.status == "complete", later.c.id > transfers.c.id)
        .where(
            sa.or_(later.c.sha256 == transfers.c.sha256, later.c.file_name == transfers.c.file_name)
        )
    )
    query = (
        transfers.select()
        .where(transfers.c.status != "complete", transfers.c.began_at >= since, ~made_good)
        .order_by(transfers.c.id)
    )
    last_of = {row.file_name: row for row in connection.execute(query)}
    for row in last_of.values():
        running = row.status == "loading"
        yield DownloadFault(
            "interrupted" if running else "failed",
            f"{row.file_name} {'has not ended' if running else 'never came in: ' + row.error}",
            unit=row.unit,
            transfer_id=row.id,
            at=row.began_at,
        )


def _cut_short(connection: sa.Connection, since: dt.datetime) -> Iterator[DownloadFault]:
    query = (
        sa.select(transfers)
        .join(transfer_notes, transfer_notes.c.transfer_id == transfers.c.id)
        .where(
            transfer_notes.c.kind == CUT_SHORT,
            transfers.c.status == "complete",
            transfers.c.began_at >= since,
        )
        .order_by(transfers.c.id)
    )
    for row in connection.execute(query):
        yield DownloadFault(
            "cut-short",
            f"{row.file_name} ends in the middle of a row: the rest of it is missing",
            unit=row.unit,
            transfer_id=row.id,
            at=row.ended_at,
        )


def _thin(
    connection: sa.Connection, today: dt.date, days: int, zone: ZoneInfo
) -> Iterator[DownloadFault]:
    first = today - dt.timedelta(days=days)
    query = sa.select(cameras.c.id, cameras.c.code, cameras.c.kind).where(
        cameras.c.removed_on.is_(None)
    )
    out = _outages(connection)
    for row in connection.execute(query.order_by(cameras.c.code)).all():
        counted = connection.execute(
            sa.select(camera_days.c.day, camera_days.c.reads).where(
                camera_days.c.camera_id == row.id,
                camera_days.c.day >= (first - dt.timedelta(days=_BEFORE)).isoformat(),
            )
        )
        reads = {dt.date.fromisoformat(each.day): each.reads for each in counted}
        for day, count, usual in thin_days(reads, first=first, today=today):
            if not _was_out(out.get(row.id, ()), day, zone):
                yield DownloadFault(
                    "thin",
                    f"{count:,} reads of {row.code} on {day}, {usual:,} are usual",
                    unit=row.code if row.kind == "mobile" else "",
                    camera=row.code,
                    day=day,
                    reads=count,
                    usual=usual,
                )


def thin_days(
    reads: Mapping[dt.date, int], *, first: dt.date, today: dt.date
) -> list[tuple[dt.date, int, int]]:
    """Return the days with less than a fifth of the usual reads, each with its reads and what was usual.

    Usual is the median of the days with reads in the four weeks before; with fewer than five such days, or a median
    under 20 reads, a day says nothing. Days without any read are left to the coverage, which knows the outages; today
    is not over.

    Examples
    --------
    >>> days = {dt.date(2026, 3, day): 100 for day in range(1, 11)} | {dt.date(2026, 3, 11): 12}
    >>> thin_days(days, first=dt.date(2026, 3, 1), today=dt.date(2026, 3, 12))
    [(datetime.date(2026, 3, 11), 12, 100)]
    """
    found = []
    for day in sorted(reads):
        if not first <= day < today:
            continue
        before = [
            count
            for other, count in reads.items()
            if dt.timedelta(0) < day - other <= dt.timedelta(days=_BEFORE)
        ]
        if len(before) < _FEWEST_DAYS:
            continue
        usual = int(median(before))
        if usual >= _USUAL_AT_LEAST and reads[day] < _THIN * usual:
            found.append((day, reads[day], usual))
    return found


def _outages(connection: sa.Connection) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in connection.execute(outages.select()):
        found.setdefault(row.camera_id, []).append(row)
    return found


def _was_out(out: Sequence[Any], day: dt.date, zone: ZoneInfo) -> bool:
    """Tell whether an outage on record touches a local day."""
    begin = dt.datetime.combine(day, dt.time(), zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
    return any(each.start_at < end and (each.end_at is None or each.end_at > begin) for each in out)
