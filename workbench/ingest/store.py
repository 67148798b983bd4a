"""Reads into the tables and out again, straight through the driver: ``executemany`` on SQLite, ``COPY`` on PostgreSQL.

Nothing that is written here can be seen by a query before :func:`finish` has marked the transfer as complete, in the
same transaction that counts its reads into ``plates`` and ``camera_days``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, repeat
from typing import Any

import sqlalchemy as sa

from workbench.ingest.check import COLUMNS
from workbench.records.database import Database, ensure_partitions
from workbench.records.tables import (
    camera_days,
    cameras,
    from_micros,
    outages,
    reads,
    transfers,
)

__all__ = ["Writer", "finish", "remove"]

_ROWS_AT_ONCE = 50_000
_STORED = (*COLUMNS, "transfer_id")
_INSERT = f"INSERT INTO reads ({', '.join(_STORED)}) VALUES ({', '.join('?' * len(_STORED))})"
_COPY = f"COPY reads ({', '.join(_STORED)}) FROM STDIN"
_COUNT_PLATES = """
    SELECT plate, state, min(captured_at), max(captured_at), count(*) FROM reads
    WHERE id >= :first AND transfer_id = :transfer GROUP BY plate, state
"""
_MERGE_PLATES = """
    INSERT INTO plates (plate, state, first_at, last_at, reads) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (plate, state) DO UPDATE SET
        first_at = min(first_at, excluded.first_at),
        last_at = max(last_at, excluded.last_at),
        reads = reads + excluded.reads
"""
_MERGE_PLATES_POSTGRESQL = f"""
    INSERT INTO plates AS known (plate, state, first_at, last_at, reads) {_COUNT_PLATES}
    ON CONFLICT (plate, state) DO UPDATE SET
        first_at = least(known.first_at, excluded.first_at),
        last_at = greatest(known.last_at, excluded.last_at),
        reads = known.reads + excluded.reads
"""
_MERGE_DAYS = """
    INSERT INTO camera_days (camera_id, day, reads) VALUES (:camera_id, :day, :reads)
    ON CONFLICT (camera_id, day) DO UPDATE SET reads = camera_days.reads + excluded.reads
"""


class Writer:
    """Puts the checked rows of one transfer into ``reads``.

    Parameters
    ----------
    transfer_id : int
        The transfer that the rows belong to.
    """

    def __init__(self, transfer_id: int) -> None:
        self.transfer_id = transfer_id
        self.first_id: int | None = None
        self._months: set[tuple[int, int]] = set()

    def write(self, connection: sa.Connection, columns: dict[str, list[Any]]) -> None:
        """Append rows; the first call notes in the register of transfers where they begin.

        Parameters
        ----------
        connection : Connection
            Inside a writing transaction.
        columns : dict of list
            :data:`workbench.ingest.check.COLUMNS`.
        """
        count = len(columns["line"])
        rows = zip(
            *(columns[name] for name in COLUMNS), repeat(self.transfer_id, count), strict=True
        )
        if connection.dialect.name == "sqlite":
            first = self._insert(connection, rows, count)
        else:
            first = self._copy(connection, rows, columns["captured_at"])
        if self.first_id is None:
            self.first_id = first
            connection.execute(
                transfers.update()
                .where(transfers.c.id == self.transfer_id)
                .values(first_read_id=first)
            )

    def _insert(
        self, connection: sa.Connection, rows: Iterator[tuple[Any, ...]], count: int
    ) -> int:
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(_INSERT, rows)  # type: ignore[arg-type]  # DB-API takes any iterable
            last: int = cursor.execute("SELECT last_insert_rowid()").fetchone()[0]
        finally:
            cursor.close()
        return last - count + 1

    def _copy(
        self, connection: sa.Connection, rows: Iterator[tuple[Any, ...]], times: Sequence[int]
    ) -> int:
        self._partition(connection, times)
        first = connection.exec_driver_sql(
            "SELECT nextval(pg_get_serial_sequence('reads', 'id'))"
        ).scalar_one()
        cursor = connection.connection.cursor()
        try:
            with cursor.copy(_COPY) as copy:
                for row in rows:
                    copy.write_row(row)
        finally:
            cursor.close()
        return int(first)

    def _partition(self, connection: sa.Connection, times: Sequence[int]) -> None:
        """Make the months that are needed and not yet there; not those in between."""
        day = 86_400_000_000
        for days in sorted({time // day for time in times}):
            moment = from_micros(days * day)
            month = (moment.year, moment.month)
            if month not in self._months:
                ensure_partitions(connection, days * day, days * day)
                self._months.add(month)


def finish(
    database: Database,
    transfer_id: int,
    first_id: int | None,
    days: Counter[tuple[int, str]],
    outcome: dict[str, Any],
) -> None:
    """Count a transfer's reads into ``plates`` and ``camera_days`` and make it visible, all at once.

    On SQLite the counting goes on before the write lock is taken, so that nobody else waits for it.

    Parameters
    ----------
    first_id : int or None
        Where its reads begin; None where it has none.
    days : Counter
        Reads by camera and local day.
    outcome : dict
        What the register of transfers is to say.
    """
    with database.read() as reader:
        counted = _count_plates(reader, transfer_id, first_id)
        first = list(islice(counted, _ROWS_AT_ONCE))
        with database.write() as connection:
            while first:
                _merge_sqlite(connection, first)
                first = list(islice(counted, _ROWS_AT_ONCE))
            if first_id is not None and database.dialect == "postgresql":
                connection.execute(
                    sa.text(_MERGE_PLATES_POSTGRESQL), {"first": first_id, "transfer": transfer_id}
                )
            if days:
                connection.execute(
                    sa.text(_MERGE_DAYS),
                    [
                        {"camera_id": camera, "day": day, "reads": count}
                        for (camera, day), count in sorted(days.items())
                    ],
                )
            connection.execute(
                transfers.update()
                .where(transfers.c.id == transfer_id)
                .values(status="complete", **outcome)
            )


def _count_plates(
    reader: sa.Connection, transfer_id: int, first_id: int | None
) -> Iterator[tuple[Any, ...]]:
    """Yield plate, state, first and last time, and number of reads (SQLite; PostgreSQL counts as it merges)."""
    if first_id is None or reader.dialect.name != "sqlite":
        return
    cursor = reader.connection.cursor()
    try:
        cursor.execute(_COUNT_PLATES, {"first": first_id, "transfer": transfer_id})
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from rows
    finally:
        cursor.close()


def _merge_sqlite(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(_MERGE_PLATES, rows)
    finally:
        cursor.close()


def remove(database: Database, transfer_id: int, *, error: str, ended_at: dt.datetime) -> None:
    """Take every row of a transfer out again, then mark it as failed.

    Goes in steps, from the last row to the first, each a transaction of its own: nobody waits long, and where it is
    broken off it goes on the next time. Cameras that came with the transfer go with its reads.
    """
    for low in _steps(database, transfer_id):
        with database.write() as connection:
            connection.execute(
                reads.delete().where(reads.c.id >= low, reads.c.transfer_id == transfer_id)
            )
    for camera in _without_reads(database):
        with database.write() as connection:
            connection.execute(cameras.delete().where(cameras.c.id == camera))
    with database.write() as connection:
        connection.execute(
            transfers.update()
            .where(transfers.c.id == transfer_id)
            .values(status="failed", error=error, ended_at=ended_at, first_read_id=None)
        )


def _steps(database: Database, transfer_id: int) -> list[int]:
    """Return where each step of a removal begins, the last one first."""
    with database.read() as connection:
        first = connection.execute(
            sa.select(transfers.c.first_read_id).where(transfers.c.id == transfer_id)
        ).scalar_one()
        last = connection.execute(sa.select(sa.func.max(reads.c.id))).scalar_one()
    if first is None or last is None:
        return []
    return list(range(first, last + 1, _ROWS_AT_ONCE))[::-1]


def _without_reads(database: Database) -> list[int]:
    """Return cameras that only an undone transfer had brought.

    Cameras are added as not registered by transfers alone, and each has a counted day once its transfer is complete.
    """
    used = [
        ~sa.exists().where(column == cameras.c.id)
        for column in (camera_days.c.camera_id, outages.c.camera_id, transfers.c.camera_id)
    ]
    with database.read() as connection:
        return list(
            connection.execute(
                sa.select(cameras.c.id).where(cameras.c.registered.is_(False), *used)
            ).scalars()
        )
