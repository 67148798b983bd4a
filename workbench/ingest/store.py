"""Reads into the tables and out again, straight through the driver: ``executemany`` on SQLite, ``COPY`` on PostgreSQL.

Nothing that is written here can be seen by a query before :func:`finish` has marked the transfer as complete, in the
same transaction that counts its reads into ``plates`` and ``camera_days``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from workbench.ingest.check import COLUMNS
from workbench.ingest.times import day_bounds
from workbench.ingest.values import Numbering
from workbench.records.database import Database, ensure_partitions
from workbench.records.tables import (
    camera_days,
    cameras,
    from_micros,
    outages,
    reads,
    transfers,
)

__all__ = ["Counts", "Writer", "finish", "remove"]

Row = tuple[Any, ...]

_ROWS_AT_ONCE = 50_000
_DAY = 86_400_000_000  # microseconds
_MERGE_PLATES = {
    "sqlite": """
        INSERT INTO plates (plate, state, first_at, last_at, reads) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (plate, state) DO UPDATE SET
            first_at = min(first_at, excluded.first_at),
            last_at = max(last_at, excluded.last_at),
            reads = reads + excluded.reads
    """,
    "postgresql": """
        INSERT INTO plates AS known (plate, state, first_at, last_at, reads) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (plate, state) DO UPDATE SET
            first_at = least(known.first_at, excluded.first_at),
            last_at = greatest(known.last_at, excluded.last_at),
            reads = known.reads + excluded.reads
    """,
}
_MERGE_DAYS = """
    INSERT INTO camera_days (camera_id, day, reads) VALUES (:camera_id, :day, :reads)
    ON CONFLICT (camera_id, day) DO UPDATE SET reads = camera_days.reads + excluded.reads
"""


class Writer:
    """Puts the checked rows of one transfer into ``reads``, many at a time.

    Parameters
    ----------
    transfer_id : int
        The transfer that the rows belong to.
    """

    def __init__(self, transfer_id: int) -> None:
        self.transfer_id = transfer_id
        self.waiting: list[Row] = []
        self._names: tuple[str, ...] = ()
        self._begun = False
        self._months: set[tuple[int, int]] = set()

    def add(self, columns: dict[str, list[Any]]) -> None:
        """Have rows wait for the next :meth:`write`.

        Parameters
        ----------
        columns : dict of list
            Of :data:`workbench.ingest.check.COLUMNS` those that the source fills, the same for all of a transfer.
        """
        self._names = self._names or tuple(name for name in COLUMNS if name in columns)
        self.waiting.extend(zip(*(columns[name] for name in self._names), strict=True))

    def write(self, connection: sa.Connection) -> None:
        """Store the rows that wait; the first time, note in the register of transfers where they begin.

        Parameters
        ----------
        connection : Connection
            Inside a writing transaction.
        """
        rows, self.waiting = self.waiting, []
        store = self._insert if connection.dialect.name == "sqlite" else self._copy
        first = store(connection, rows)
        if not self._begun:
            self._begun = True
            connection.execute(
                transfers.update()
                .where(transfers.c.id == self.transfer_id)
                .values(first_read_id=first)
            )

    def _insert(self, connection: sa.Connection, rows: list[Row]) -> int:
        """Store rows on SQLite; return the first one's number."""
        marks = ", ".join("?" * len(self._names))
        # the transfer's number is the same in every row, and ours
        sql = (
            f"INSERT INTO reads ({', '.join(self._names)}, transfer_id) "
            f"VALUES ({marks}, {self.transfer_id:d})"
        )
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(sql, rows)
            last: int = cursor.execute("SELECT last_insert_rowid()").fetchone()[0]
        finally:
            cursor.close()
        return last - len(rows) + 1

    def _copy(self, connection: sa.Connection, rows: list[Row]) -> int:
        """Store rows on PostgreSQL; return a number just below the first one's."""
        time = self._names.index("captured_at")
        self._partition(connection, {row[time] // _DAY for row in rows})
        first = connection.exec_driver_sql(
            "SELECT nextval(pg_get_serial_sequence('reads', 'id'))"
        ).scalar_one()
        cursor = connection.connection.cursor()
        try:
            names = ", ".join(self._names)
            with cursor.copy(f"COPY reads ({names}, transfer_id) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row((*row, self.transfer_id))
        finally:
            cursor.close()
        return int(first)

    def _partition(self, connection: sa.Connection, days: set[int]) -> None:
        """Make the months that are needed and not yet there; not those in between."""
        for day in sorted(days):
            moment = from_micros(day * _DAY)
            month = (moment.year, moment.month)
            if month not in self._months:
                ensure_partitions(connection, day * _DAY, day * _DAY)
                self._months.add(month)


class Counts:
    """Reads by plate and state and by camera and local day, counted as they are written."""

    def __init__(self) -> None:
        self._place = Numbering()
        self._first = np.zeros(0, dtype=np.int64)
        self._last = np.zeros(0, dtype=np.int64)
        self._reads = np.zeros(0, dtype=np.int64)
        self._days: Counter[tuple[int, str]] = Counter()
        self.span: tuple[int, int] | None = None

    def add(self, columns: dict[str, list[Any]], zone: ZoneInfo) -> None:
        """Count rows; ``zone`` says where a day begins."""
        times = np.array(columns["captured_at"], dtype=np.int64)
        self._add_plates(zip(columns["plate"], columns["state"], strict=True), times)
        first, last = int(times.min()), int(times.max())
        low, high = self.span or (first, last)
        self.span = (min(low, first), max(high, last))
        days, begins = day_bounds(first, last, zone)
        day = np.searchsorted(begins, times, side="right") - 1
        camera = np.array(columns["camera_id"], dtype=np.int64)
        pairs, counts = np.unique(camera * len(days) + day, return_counts=True)
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            self._days[pair // len(days), days[pair % len(days)]] += count

    def _add_plates(self, keys: Iterable[tuple[str, str]], times: NDArray[np.int64]) -> None:
        place = self._place
        where = np.fromiter(map(place.__getitem__, keys), dtype=np.int64, count=len(times))
        if len(place) > len(self._reads):
            more = max(len(place), 2 * len(self._reads)) - len(self._reads)
            self._first = np.pad(self._first, (0, more), constant_values=np.iinfo(np.int64).max)
            self._last = np.pad(self._last, (0, more), constant_values=np.iinfo(np.int64).min)
            self._reads = np.pad(self._reads, (0, more))
        np.minimum.at(self._first, where, times)
        np.maximum.at(self._last, where, times)
        np.add.at(self._reads, where, 1)

    def plates(self) -> list[tuple[str, str, int, int, int]]:
        """Return plate, state, first and last time and number of reads, in the order of the table's key."""
        first, last, counts = self._first.tolist(), self._last.tolist(), self._reads.tolist()
        return [
            (plate, state, first[place], last[place], counts[place])
            for (plate, state), place in sorted(self._place.items())
        ]

    def days(self) -> list[dict[str, Any]]:
        """Return camera, local day and number of reads."""
        return [
            {"camera_id": camera, "day": day, "reads": count}
            for (camera, day), count in sorted(self._days.items())
        ]


def finish(database: Database, transfer_id: int, counts: Counts, outcome: dict[str, Any]) -> None:
    """Add a transfer's counts to ``plates`` and ``camera_days`` and make it visible, all at once.

    Parameters
    ----------
    counts : Counts
        Of all its reads.
    outcome : dict
        What the register of transfers is to say.
    """
    plates, days = counts.plates(), counts.days()
    with database.write() as connection:
        if plates:
            connection.exec_driver_sql(_MERGE_PLATES[database.dialect], plates)
            connection.execute(sa.text(_MERGE_DAYS), days)
        connection.execute(
            transfers.update()
            .where(transfers.c.id == transfer_id)
            .values(status="complete", **outcome)
        )


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
