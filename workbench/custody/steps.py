"""One step of a purge: a span of days leaves every table in one transaction, with the line on the record that says so.

SQLite takes the rows out, overwriting them (``secure_delete``). PostgreSQL would leave deleted rows in its files: there
a month's partition is replaced by a new one that holds what stays, and the old one is dropped.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.custody.files import Doomed, orphans, pictures_of
from workbench.custody.kept import Span, kept
from workbench.custody.plan import doomed
from workbench.records.database import ensure_partitions
from workbench.records.hotlist_tables import hit_acts, hits
from workbench.records.tables import camera_days, from_micros, reads, to_micros

__all__ = ["Taken", "spans", "take", "take_hits"]

_at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)
_DAY = 86_400_000_000
_QUARTER = _DAY // 96  # every zone's midnight lies on a quarter of an hour
_READS_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What a step destroyed: reads, plates that no read has any more, hits; and the pictures that are to follow."""

    reads: int
    held: int
    plates: int
    hits: int
    first: int | None
    last: int | None
    pictures: tuple[Doomed, ...]


def spans(connection: sa.Connection, span: Span, zone: ZoneInfo) -> list[Span]:
    """Cut a span into steps, those left out in which nothing is to go; :data:`kept.kept` must be filled.

    Whole months of UTC on PostgreSQL, as its partitions are; on SQLite whole days of the agency's calendar, as many
    together as make a step worth its flush.
    """
    day = _at // _DAY
    query = sa.select(day, sa.func.count(), sa.func.min(_at), sa.func.max(_at))
    found = connection.execute(
        query.where(doomed(span)).group_by(sa.text("1")).order_by(sa.text("1"))
    ).all()
    if connection.dialect.name == "postgresql":
        months = {_month(from_micros(low)) for *_, low, _ in found}
        months |= {_month(from_micros(high)) for *_, high in found}
        return [(max(start, span[0]), min(end, span[1])) for start, end in sorted(months)]
    return list(_days([(count, low, high) for _, count, low, high in found], span, zone))


def _month(moment: dt.datetime) -> Span:
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return to_micros(first), to_micros((first + dt.timedelta(days=32)).replace(day=1))


def _days(found: list[tuple[int, int, int]], span: Span, zone: ZoneInfo) -> list[Span]:
    """Return steps of whole local days that hold all that was found, in order."""
    steps: list[Span] = []
    waiting, start = 0, 0
    for count, low, high in found:
        begin = max(_midnight(low, zone, 0), steps[-1][1] if steps else span[0])
        start = begin if not waiting else start
        waiting += count
        if waiting >= _READS_AT_ONCE:
            steps.append((start, min(_midnight(high, zone, 1), span[1])))
            waiting = 0
    if waiting:
        steps.append((start, min(_midnight(found[-1][2], zone, 1), span[1])))
    return [each for each in steps if each[0] < each[1]]


def _midnight(micros: int, zone: ZoneInfo, days: int) -> int:
    day = from_micros(micros).astimezone(zone).date() + dt.timedelta(days=days)
    return to_micros(dt.datetime.combine(day, dt.time(), tzinfo=zone))


def take(
    connection: sa.Connection, span: Span, zone: ZoneInfo, home: Path, pictures: Path
) -> Taken:
    """Destroy what is to go in a span, in every table that knows of it.

    Parameters
    ----------
    connection : Connection
        Of a writing transaction that keeps searches out, with :data:`kept.kept` filled for the span.
    pictures : Path
        The folder of pictures.
    """
    goes = doomed(span)
    count, first, last = connection.execute(
        sa.select(sa.func.count(), sa.func.min(_at), sa.func.max(_at)).where(goes)
    ).one()
    there = connection.execute(
        sa.select(sa.func.count()).select_from(reads).where(_at >= span[0], _at < span[1])
    ).scalar_one()
    days = _by_day(connection, goes, zone)
    named = pictures_of(connection, goes, pictures)
    gone_hits = take_hits(connection, span)
    lite = connection.dialect.name == "sqlite"
    plates = (_lite if lite else _postgres)(connection, span, goes)
    for (camera, day), number in days.items():
        same = (camera_days.c.camera_id == camera) & (camera_days.c.day == day)
        connection.execute(
            camera_days.update().where(same).values(reads=camera_days.c.reads - number)
        )
    connection.execute(camera_days.delete().where(camera_days.c.reads <= 0))
    files = [
        Doomed.at(home, pictures / name, "image") for name in sorted(orphans(connection, named))
    ]
    return Taken(count, there - count, plates, gone_hits, first, last, tuple(files))


def _by_day(
    connection: sa.Connection, goes: sa.ColumnElement[bool], zone: ZoneInfo
) -> Counter[tuple[int, str]]:
    """Count what is to go by camera and local day."""
    quarter = _at // _QUARTER
    query = sa.select(reads.c.camera_id, quarter, sa.func.count()).where(goes)
    days: Counter[tuple[int, str]] = Counter()
    names: dict[int, str] = {}
    for camera, number, count in connection.execute(query.group_by(sa.text("1, 2"))):
        key = int(number)
        if key not in names:
            names[key] = from_micros(key * _QUARTER).astimezone(zone).date().isoformat()
        days[camera, names[key]] += count
    return days


def take_hits(connection: sa.Connection, span: Span) -> int:
    """Destroy the hits of a span, with their acts, but those of reads that stay; return how many."""
    at = sa.type_coerce(hits.c.captured_at, sa.BigInteger)
    stays = sa.exists().where(kept.c.id == hits.c.read_id)
    goes = sa.and_(at >= span[0], at < span[1], ~stays)
    numbers = sa.select(hits.c.id).where(goes)
    connection.execute(hit_acts.delete().where(hit_acts.c.hit_id.in_(numbers)))
    return connection.execute(hits.delete().where(goes)).rowcount


# --- SQLite -------------------------------------------------------------------------------------------------

_LESS = """
    UPDATE plates SET reads = reads - :count,
        first_at = coalesce((SELECT min(captured_at) FROM reads WHERE plate = :plate AND state = :state), first_at),
        last_at = coalesce((SELECT max(captured_at) FROM reads WHERE plate = :plate AND state = :state), last_at)
    WHERE plate = :plate AND state = :state
"""
_GONE = """
    DELETE FROM plates WHERE plate = :plate AND state = :state
    AND NOT EXISTS (SELECT 1 FROM reads WHERE plate = :plate AND state = :state)
"""


def _lite(connection: sa.Connection, span: Span, goes: sa.ColumnElement[bool]) -> int:
    """Take the rows out; plates are counted in memory, so that no temporary file ever holds one."""
    del span
    pairs = sa.select(reads.c.plate, reads.c.state).where(goes)
    counts = Counter(tuple(row) for row in connection.execute(pairs))
    connection.execute(reads.delete().where(goes))
    less = [
        {"plate": plate, "state": state, "count": count}
        for (plate, state), count in sorted(counts.items())
    ]
    if not less:
        return 0
    connection.execute(sa.text(_LESS), less)
    before = connection.exec_driver_sql("SELECT count(*) FROM plates").scalar_one()
    keys = [{"plate": each["plate"], "state": each["state"]} for each in less]
    connection.execute(sa.text(_GONE), keys)
    after = connection.exec_driver_sql("SELECT count(*) FROM plates").scalar_one()
    return int(before - after)


# --- PostgreSQL ---------------------------------------------------------------------------------------------

_COUNTED = "CREATE TEMPORARY TABLE purge_counts ON COMMIT DROP AS"
_LESS_OF_MANY = """
    UPDATE plates SET reads = plates.reads - gone.count,
        first_at = coalesce(left_over.first_at, plates.first_at),
        last_at = coalesce(left_over.last_at, plates.last_at)
    FROM purge_counts AS gone LEFT JOIN LATERAL (
        SELECT min(captured_at) AS first_at, max(captured_at) AS last_at
        FROM reads WHERE reads.plate = gone.plate AND reads.state = gone.state
    ) AS left_over ON true
    WHERE plates.plate = gone.plate AND plates.state = gone.state
"""
_GONE_OF_MANY = """
    DELETE FROM plates USING purge_counts AS gone
    WHERE plates.plate = gone.plate AND plates.state = gone.state AND NOT EXISTS
        (SELECT 1 FROM reads WHERE reads.plate = gone.plate AND reads.state = gone.state)
"""


def _postgres(connection: sa.Connection, span: Span, goes: sa.ColumnElement[bool]) -> int:
    """Replace the month's partition by one that holds what stays."""
    low = _month(from_micros(span[0]))
    counts = sa.select(reads.c.plate, reads.c.state, sa.func.count().label("count"))
    compiled = counts.where(goes).group_by(reads.c.plate, reads.c.state)
    connection.exec_driver_sql("DROP TABLE IF EXISTS pg_temp.purge_counts")
    connection.execute(
        sa.text(
            f"{_COUNTED} {compiled.compile(connection, compile_kwargs={'literal_binds': True})}"
        )
    )
    name = f"reads_{from_micros(low[0]):%Y_%m}"
    connection.exec_driver_sql("CREATE TABLE purge_left (LIKE reads INCLUDING ALL)")
    left = connection.execute(
        sa.text(
            f"INSERT INTO purge_left SELECT part.* FROM {name} AS part "
            "WHERE NOT (captured_at >= :start AND captured_at < :end "
            "AND NOT EXISTS (SELECT 1 FROM purge_kept WHERE purge_kept.id = part.id))"
        ),
        {"start": span[0], "end": span[1]},
    ).rowcount
    connection.exec_driver_sql(f"DROP TABLE {name}")
    if left:
        connection.exec_driver_sql(f"ALTER TABLE purge_left RENAME TO {name}")
        connection.exec_driver_sql(
            f"ALTER TABLE reads ATTACH PARTITION {name} FOR VALUES FROM ({low[0]}) TO ({low[1]})"
        )
    else:
        connection.exec_driver_sql("DROP TABLE purge_left")
        ensure_partitions(connection, low[0], low[0])
    connection.exec_driver_sql(_LESS_OF_MANY)
    return connection.exec_driver_sql(_GONE_OF_MANY).rowcount
