"""The counts of the public page, drawn from the registers and the access record: numbers alone.

Nothing here selects a plate, a name, a place, a case number or a word that somebody typed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.custody.release_file import load
from workbench.custody.suppression import Counts, shown, suppress
from workbench.errors import BadInput
from workbench.policy.profile import Profile
from workbench.records.tables import audit_records, camera_days, cameras, plates, to_micros

__all__ = ["Figures", "Quarters", "figures", "quarters"]

_FORM = re.compile(r"(\d{4})(?:[ -]?Q([1-4]))?", re.IGNORECASE)
_MONTHS = 3
_LAST = 4


@dataclass(frozen=True, slots=True)
class Quarters:
    """Whole quarters of the calendar: first day, and the day after the last."""

    first: dt.date
    end: dt.date

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.end - dt.timedelta(days=1)

    def moments(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """Return start and end as aware times of a zone; the end is not included."""
        return tuple(  # type: ignore[return-value]
            dt.datetime.combine(day, dt.time(), tzinfo=zone) for day in (self.first, self.end)
        )


def quarters(text: str, today: dt.date) -> Quarters:
    """Return the period that is meant: ``2026``, ``2026Q3``, or (empty) the last four that are over.

    Only whole quarters that are over: two pages of nearly the same days would let small counts be worked out.

    Examples
    --------
    >>> quarters("2026Q2", dt.date(2026, 11, 21))
    Quarters(first=datetime.date(2026, 4, 1), end=datetime.date(2026, 7, 1))
    >>> quarters("", dt.date(2026, 11, 21)).first
    datetime.date(2025, 10, 1)
    """
    present = _quarter(today.year, (today.month - 1) // _MONTHS)
    if not text.strip():
        return Quarters(_quarter(present.year, present.month // _MONTHS - _LAST), present)
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise BadInput("The period cannot be read.", "Give a year or a quarter: 2026 or 2026Q3.")
    year, quarter = int(match[1]), match[2]
    first = _quarter(year, int(quarter) - 1 if quarter else 0)
    end = _quarter(year, int(quarter) if quarter else _LAST)
    if end > present:
        raise BadInput("That period is not over yet.", "Give one that is over: 2026Q3.")
    return Quarters(first, end)


def _quarter(year: int, number: int) -> dt.date:
    """Return the first day of a quarter, counted from 0; numbers beyond a year lead into others."""
    return dt.date(year + number // _LAST, number % _LAST * _MONTHS + 1, 1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a period, small ones kept back. A table that does not exist here is None.

    ``reads`` were made in the period, ``reads_held`` and ``plates_held`` are stored now.
    """

    cameras: Mapping[str, int]
    reads: int
    reads_held: int
    plates_held: int
    searches: Counts
    automatic: Counts
    refused: str
    hits: Counts | None
    holds: str | None
    releases: Counts
    recipients: Counts
    purges: int | None
    purged: int | None
    audits: int
    reviews: int


def figures(
    connection: sa.Connection, profile: Profile, period: Quarters, zone: ZoneInfo
) -> Figures:
    """Count everything that the page shows."""
    start, end = period.moments(zone)
    record = _record(connection, start, end)
    searches = {key: n for key, n in record.items() if key[0].startswith("query.")}
    made = {key: n for key, n in searches.items() if key[1] == "intent"}
    labels = {each.id: each.label for each in profile.purposes}
    purposes: Counter[str] = Counter()
    how: Counter[str] = Counter()
    for (_, _, _, purpose, automatic), count in made.items():
        purposes[labels.get(purpose, "Any other purpose")] += count
        how["by scheduled jobs" if automatic else "by people"] += count
    released = [each for each in load(connection) if start <= each.entered_at < end]
    different = sa.func.count(sa.distinct(plates.c.plate))
    held = sa.select(different, sa.func.coalesce(sa.func.sum(plates.c.reads), 0))
    kinds = connection.execute(held.select_from(plates)).one()
    purges = _purges(connection, start, end)
    return Figures(
        cameras=_cameras(connection),
        reads=_reads(connection, period),
        reads_held=int(kinds[1]),
        plates_held=int(kinds[0]),
        searches=suppress(purposes),
        automatic=suppress(how),
        refused=shown(sum(n for key, n in searches.items() if key[2] == "refused")),
        hits=_hits(connection, start, end),
        holds=_holds(connection, end),
        releases=suppress(Counter(each.state for each in released)),
        recipients=suppress(Counter(each.recipient.replace("-", " ") for each in released)),
        purges=purges[0] if purges else None,
        purged=purges[1] if purges else None,
        audits=sum(n for key, n in record.items() if key[0] == "report.audit" and key[2] == "ok"),
        reviews=sum(n for key, n in record.items() if key[:3] == ("audit.review", "outcome", "ok")),
    )


def _record(
    connection: sa.Connection, start: dt.datetime, end: dt.datetime
) -> dict[tuple[str, str, str, str, bool], int]:
    """Count the lines of the record by action, phase, outcome, purpose, and whether a job asked."""
    table = audit_records.c
    keys = (table.action, table.phase, table.outcome, table.purpose, table.automatic)
    query = (
        sa.select(*keys, sa.func.count())
        .where(
            table.at >= to_micros(start),
            table.at < to_micros(end),
            table.action.startswith("query.") | table.action.in_(("audit.review", "report.audit")),
        )
        .group_by(*keys)
    )
    return {(a, p, o, why, bool(auto)): n for a, p, o, why, auto, n in connection.execute(query)}


def _cameras(connection: sa.Connection) -> dict[str, int]:
    query = (
        sa.select(cameras.c.kind, sa.func.count())
        .where(cameras.c.registered, cameras.c.removed_on.is_(None))
        .group_by(cameras.c.kind)
        .order_by(cameras.c.kind)
    )
    return {kind: int(count) for kind, count in connection.execute(query)}


def _reads(connection: sa.Connection, period: Quarters) -> int:
    days = camera_days.c
    query = sa.select(sa.func.coalesce(sa.func.sum(days.reads), 0)).where(
        days.day >= period.first.isoformat(), days.day < period.end.isoformat()
    )
    return int(connection.execute(query).scalar_one())


def _has(connection: sa.Connection, name: str) -> bool:
    return sa.inspect(connection).has_table(name)


def _hits(connection: sa.Connection, start: dt.datetime, end: dt.datetime) -> Counts | None:
    if not _has(connection, "hits"):
        return None
    table = sa.table("hits", *(sa.column(name) for name in ("raised_at", "disposition")))
    query = (
        sa.select(table.c.disposition, sa.func.count())
        .where(table.c.raised_at >= to_micros(start), table.c.raised_at < to_micros(end))
        .group_by(table.c.disposition)
    )
    return suppress(
        {(kind or "not closed yet").replace("-", " "): n for kind, n in connection.execute(query)}
    )


def _holds(connection: sa.Connection, end: dt.datetime) -> str | None:
    if not _has(connection, "holds"):
        return None
    names = ("placed_at", "released_at", "lapses_at")
    table = sa.table("holds", *(sa.column(name) for name in names))
    at = to_micros(end)
    query = sa.select(sa.func.count()).where(
        table.c.placed_at < at,
        table.c.released_at.is_(None) | (table.c.released_at >= at),
        table.c.lapses_at.is_(None) | (table.c.lapses_at >= at),
    )
    return shown(int(connection.execute(query).scalar_one()))


def _purges(
    connection: sa.Connection, start: dt.datetime, end: dt.datetime
) -> tuple[int, int] | None:
    if not _has(connection, "purge_steps"):
        return None
    table = sa.table("purge_steps", *(sa.column(name) for name in ("purge_id", "at", "reads")))
    query = sa.select(
        sa.func.count(sa.distinct(table.c.purge_id)),
        sa.func.coalesce(sa.func.sum(table.c.reads), 0),
    ).where(table.c.at >= to_micros(start), table.c.at < to_micros(end))
    runs, reads = connection.execute(query).one()
    return int(runs), int(reads)
