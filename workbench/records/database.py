"""One door to the database: SQLite for one office, PostgreSQL for an agency.

:meth:`Database.read` and :meth:`Database.write` give a connection inside a transaction. A write begins with the
write lock, so that what it reads before it writes cannot change under it.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from workbench.cancelling import Cancellation, current
from workbench.errors import Failed, NotSetUp
from workbench.records.tables import from_micros, to_micros

__all__ = ["Database", "ensure_partitions"]

Dialect = Literal["sqlite", "postgresql"]
_BUSY_MS = 60_000
_MIGRATIONS = Path(__file__).parent / "migrations"
_WRITES = "workbench_writes"
_WRITE_LOCK = 0x414C5057  # "ALPW": the advisory lock of writers on PostgreSQL
_AFTER_COMMIT = "workbench_after_commit"
_STEPS = (
    20_000  # SQLite's steps between two looks at whether it was cancelled: well under a millisecond
)
_CANCEL_S = 5.0


class Database:
    """An open database.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Made by :meth:`open`; SQLite engines must carry its listeners.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.dialect = cast("Dialect", engine.dialect.name)

    @classmethod
    def open(cls, url: str | URL) -> Database:
        """Open a database by URL (``sqlite:///path`` or ``postgresql+psycopg://…``)."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(_sqlite_engine(parsed))
        if parsed.get_backend_name() == "postgresql":
            return cls(
                sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
            )
        raise Failed(
            f"The workbench does not keep records in {parsed.get_backend_name()}.",
            "Use sqlite:///… or postgresql://….",
        )

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection for reading, on one consistent snapshot; nothing that is done on it is kept.

        Under a :class:`workbench.cancelling.Cancellation`, a statement that is cancelled breaks off and ``Cancelled``
        is raised. What is written is never broken off.
        """
        with self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901
            under = current()
            if under is None:
                yield connection
                return
            with _stoppable(connection, under):
                yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection that holds the write lock; commit at the end, roll back on any error.

        One writer at a time on either database: ``BEGIN IMMEDIATE`` on SQLite, an advisory lock on PostgreSQL. So
        counting and then inserting needs no further care, and two writers cannot lock each other out.
        """
        with self.engine.connect().execution_options(**{_WRITES: True}) as connection:
            waiting: dict[str, Callable[[], None]] = {}
            connection.info[_AFTER_COMMIT] = waiting
            try:
                with connection.begin():
                    if self.dialect == "postgresql":
                        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")
                    yield connection
            finally:
                connection.info.pop(_AFTER_COMMIT, None)
            for call in waiting.values():
                call()

    @staticmethod
    def after_commit(connection: sa.Connection, key: str, call: Callable[[], None]) -> None:
        """Have ``call`` made once the transaction of :meth:`write` is durable; the last one of a ``key`` only."""
        connection.info[_AFTER_COMMIT][key] = call

    def migrate(self) -> None:
        """Bring the tables to this release, from nothing or from any earlier release."""
        from alembic import command

        with self.engine.connect() as connection:
            config = self._alembic(connection)
            command.upgrade(config, "head")

    def require_current(self) -> None:
        """Refuse to go on when the tables are missing or of another release."""
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        with self.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
            wanted = ScriptDirectory.from_config(self._alembic(connection)).get_current_head()
        if found is None:
            raise NotSetUp("The database has no tables yet.", "Run: workbench init")
        if found != wanted:
            raise NotSetUp(
                f"The tables are of schema {found}, this release needs {wanted}.",
                "Back up the data folder, then run: workbench init --migrate",
            )

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @staticmethod
    def _alembic(connection: sa.Connection) -> Any:
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        return config


@contextmanager
def _stoppable(connection: sa.Connection, under: Cancellation) -> Iterator[None]:
    """Break off what runs on a connection when it is cancelled, and start nothing on it after that."""

    def before(*_: object) -> None:
        under.check()

    driver: Any = connection.connection.driver_connection
    lite = connection.dialect.name == "sqlite"
    stop = driver.interrupt if lite else lambda: driver.cancel_safe(timeout=_CANCEL_S)
    sa.event.listen(connection, "before_cursor_execute", before)
    if lite:
        driver.set_progress_handler(lambda: int(under.cancelled), _STEPS)
    try:
        with under.breaking(stop):
            yield
    except sa.exc.DBAPIError:
        under.check()  # the driver's own error, where it was cancelled, is Cancelled
        raise
    finally:
        if lite:
            driver.set_progress_handler(None, 0)
        sa.event.remove(connection, "before_cursor_execute", before)


def _sqlite_engine(url: URL) -> sa.Engine:
    """Return an engine with the settings that DESIGN asks of SQLite."""
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_MS / 1000})

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={_BUSY_MS}",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def ensure_partitions(connection: sa.Connection, first: int, last: int) -> None:
    """Make the monthly partitions of ``reads`` that hold a span of capture times (PostgreSQL only).

    Parameters
    ----------
    first, last : int
        Earliest and latest time of capture, in microseconds since 1970-01-01 UTC, both included.
    """
    if connection.dialect.name != "postgresql":
        return
    month = from_micros(first).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while to_micros(month) <= last:
        following = (month + dt.timedelta(days=32)).replace(day=1)
        connection.exec_driver_sql(
            f"CREATE TABLE IF NOT EXISTS reads_{month:%Y_%m} PARTITION OF reads "
            f"FOR VALUES FROM ({to_micros(month)}) TO ({to_micros(following)})"
        )
        month = following
