"""A query that is cancelled breaks off in the database, and says so in one word on either kind."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from workbench.cancelling import Cancellation, check, current
from workbench.errors import Cancelled
from workbench.records.database import Database

ENDLESS = sa.text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000000) "
    "SELECT count(*) FROM n"
)


def test_an_endless_statement_ends_when_it_is_cancelled(database: Database) -> None:
    stop = Cancellation()
    threading.Timer(0.2, stop.cancel).start()
    with pytest.raises(Cancelled), stop, database.read() as connection:
        connection.execute(ENDLESS)


def test_nothing_is_begun_after_a_cancellation(database: Database) -> None:
    stop = Cancellation()
    stop.cancel()
    with pytest.raises(Cancelled), stop, database.read() as connection:
        connection.execute(sa.text("SELECT 1"))


def test_the_connection_is_as_new_afterwards(database: Database) -> None:
    stop = Cancellation()
    stop.cancel()
    with pytest.raises(Cancelled), stop, database.read() as connection:
        connection.execute(sa.text("SELECT 1"))
    stop.cancel()
    for _ in range(3):
        with database.read() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar_one() == 1


def test_another_error_stays_what_it_is(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError), Cancellation(), database.read() as connection:
        connection.execute(sa.text("SELECT nothing FROM nowhere"))


def test_what_is_written_is_never_broken_off(database: Database) -> None:
    with Cancellation() as stop:
        stop.cancel()
        with database.write() as connection:
            assert connection.execute(sa.text("SELECT 1")).scalar_one() == 1


def test_a_cancellation_is_its_own_block_s_alone() -> None:
    with Cancellation() as outer:
        with Cancellation() as inner:
            assert current() is inner
        assert current() is outer
        inner.cancel()
        check()
    assert current() is None


def test_a_server_that_cannot_be_told_to_stop_fails_nobody() -> None:
    """Whoever presses Cancel has done all that can be done; the rest is told to break off all the same."""
    stop, told = Cancellation(), threading.Event()

    def gone() -> None:
        raise OSError("no answer")

    with stop.breaking(gone), stop.breaking(told.set):
        stop.cancel()
    assert told.is_set()
    with pytest.raises(Cancelled):
        stop.check()
