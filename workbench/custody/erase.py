"""Beyond recovery: what is left of destroyed rows in the database's own files is rewritten away.

SQLite overwrites what it deletes, but copies that its index pages left behind when they were split stay (of 1 in 1,000
plates, measured): so the file is rewritten (VACUUM) and the write-ahead log emptied. PostgreSQL keeps deleted versions
of rows in tables and samples of values in its statistics: those tables are rewritten, and the write-ahead log moved on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workbench.errors import Failed
from workbench.records.barrier import keep_searches_out
from workbench.records.database import Database

__all__ = ["Erased", "erase"]

_BUSY = Failed(
    "What was destroyed is out of every table, but not yet beyond recovery: the database is in use.",
    "Close notebooks and searches that have it open, then run the same order again.",
)
_REWRITTEN = (("plates",), ("hit_acts", "hits"), ("holds",))
_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Erased:
    """How it was done, and what the database's administrator has yet to do, in sentences."""

    method: tuple[str, ...]
    left_to_do: tuple[str, ...] = ()


def erase(database: Database, *, wait_s: float = _WAIT_S) -> Erased:
    """Rewrite what still holds destroyed rows.

    Raises
    ------
    Failed
        Somebody has had the database open in one read for all of ``wait_s``; nothing is lost, and it can be done again.
    """
    return (_sqlite if database.dialect == "sqlite" else _postgres)(database, wait_s)


def _sqlite(database: Database, wait_s: float) -> Erased:
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        _truncate(raw, wait_s)  # whoever still sees the old rows has gone
        try:
            raw.execute("VACUUM")
        except Exception as error:
            if "lock" in str(error) or "busy" in str(error):
                raise _BUSY from None
            raise
        _truncate(raw, wait_s)
    return Erased(
        (
            "Rows deleted with secure_delete on: SQLite overwrote them with zeros.",
            "Database file rewritten whole (VACUUM), so that no index page keeps an old copy.",
            "Write-ahead log copied into the file and cut to nothing (wal_checkpoint TRUNCATE).",
        )
    )


def _truncate(raw: Any, wait_s: float) -> None:
    """Empty the write-ahead log; wait for those who still read from it."""
    until = time.monotonic() + wait_s
    raw.execute("PRAGMA busy_timeout=1000")
    try:
        while True:
            busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            if time.monotonic() >= until:
                raise _BUSY
            time.sleep(0.1)
    finally:
        raw.execute("PRAGMA busy_timeout=60000")


def _postgres(database: Database, wait_s: float) -> Erased:
    del wait_s  # a lock is waited for
    with database.write() as connection:
        keep_searches_out(connection)
        for tables in _REWRITTEN:
            for table in tables:
                connection.exec_driver_sql(
                    f"CREATE TEMPORARY TABLE keep_{table} ON COMMIT DROP AS TABLE {table}"
                )
            connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)}")
            for table in reversed(tables):
                connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM keep_{table}")
    method = [
        "Partitions of reads replaced by new ones that hold what stays, and dropped.",
        "Tables of plates, hits and holds rewritten (TRUNCATE and INSERT in one transaction).",
    ]
    todo: list[str] = []
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        owns = connection.exec_driver_sql(_OWNS).scalar_one()
        for statements, done, otherwise in _AFTER:
            try:
                if (
                    "VACUUM" in statements[-1] and not owns
                ):  # PostgreSQL would only warn, and skip it
                    todo.append(otherwise)
                    continue
                for statement in statements:
                    connection.exec_driver_sql(statement)
                method.append(done)
            except sa.exc.ProgrammingError:  # not a superuser
                todo.append(otherwise)
    return Erased(tuple(method), tuple(todo))


_OWNS = """
    SELECT rolsuper OR pg_has_role(current_user, datdba, 'USAGE')
    FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user
"""
_AFTER = (
    (
        ("ANALYZE reads", "ANALYZE plates", "VACUUM (FULL) pg_catalog.pg_statistic"),
        "Statistics taken anew and their table rewritten: samples of plates in it are gone.",
        "Have the database's owner run: ANALYZE; VACUUM (FULL) pg_catalog.pg_statistic; the old statistics hold "
        "samples of plates.",
    ),
    (
        ("CHECKPOINT",),
        "Checkpoint made: dropped files are removed from the data directory.",
        "Have a superuser run CHECKPOINT: until the next one the dropped files stay, cut to nothing.",
    ),
    (
        ("SELECT pg_switch_wal()", "CHECKPOINT"),
        "Write-ahead log moved on to a new segment; older ones are recycled as max_wal_size allows.",
        "Have a superuser run SELECT pg_switch_wal() and CHECKPOINT: segments of the write-ahead log hold what was "
        "written until they are recycled.",
    ),
)
