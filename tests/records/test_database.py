"""The contract that both databases keep."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import Postgres
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import Failed, NotSetUp
from workbench.records.database import Database, ensure_partitions
from workbench.records.tables import (
    APPEND_ONLY,
    audit_checkpoints,
    audit_records,
    from_micros,
    login_failures,
    members,
    metadata,
    qualifications,
    reads,
    to_micros,
)

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def failure(username: str, at: dt.datetime = NOON) -> dict[str, object]:
    return {"username": username, "at": at}


def one_row_each(connection: sa.Connection) -> None:
    """Put a row into every append-only table."""
    connection.execute(members.insert(), {"username": "a", "name": "A", "kind": "person",
        "roles": "analyst", "active": True, "created_at": NOON})  # fmt: skip
    connection.execute(qualifications.insert(), {"member_id": 1, "kind": "training",
        "completed_on": NOON.date(), "recorded_by": "b", "recorded_at": NOON})  # fmt: skip
    text = {column.name: "" for column in audit_records.columns if not column.nullable}
    connection.execute(audit_records.insert(), {**text, "seq": 1, "at": 1, "automatic": 0})
    signed = {"seq": 1, "hash": "", "at": 1, "key_id": "", "signature": ""}
    connection.execute(audit_checkpoints.insert(), signed)


def test_migrations_build_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(login_failures.insert(), failure("a"))
    database.migrate()
    database.require_current()
    with database.read() as connection:
        assert len(connection.execute(login_failures.select()).all()) == 1


def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(NotSetUp, match=r"no tables yet.*workbench init"):
        database.require_current()
    database.close()


def test_a_database_of_another_release_is_refused(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotSetUp, match="schema 9999"):
        database.require_current()


def test_other_database_systems_are_refused() -> None:
    with pytest.raises(Failed, match="does not keep records in mysql"):
        Database.open("mysql://localhost/x")


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_append_only_tables_resist(database: Database, table: str) -> None:
    with database.write() as connection:
        one_row_each(connection)
    column = metadata.tables[table].columns.keys()[1]
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if database.dialect == "postgresql":  # SQLite has no TRUNCATE
        statements.append(f"TRUNCATE {table}")
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as connection:
            connection.exec_driver_sql(statement)
    with database.read() as connection:
        assert len(connection.execute(metadata.tables[table].select()).all()) == 1


def test_sqlite_replace_does_not_get_around_the_trigger(sqlite: Database) -> None:
    with sqlite.write() as connection:
        one_row_each(connection)
    text = "INSERT OR REPLACE INTO audit_checkpoints VALUES (1, 'x', 1, 'x', 'x')"
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), sqlite.write() as connection:
        connection.exec_driver_sql(text)


def test_postgres_lets_a_plain_user_only_append(postgres: Postgres) -> None:
    with postgres.database() as database, database.engine.connect() as connection:
        allowed = {
            (table, right): connection.execute(
                sa.text(f"SELECT has_table_privilege('public', '{table}', '{right}')")
            ).scalar_one()
            for table in APPEND_ONLY
            for right in ("UPDATE", "DELETE", "TRUNCATE")
        }
    assert not any(allowed.values())


@given(st.datetimes(timezones=st.timezones()).filter(lambda time: 1 < time.year < 9999))
def test_micros_keep_every_microsecond(time: dt.datetime) -> None:
    assert from_micros(to_micros(time)) == time.astimezone(dt.UTC)


def test_micros_go_through_the_database(database: Database) -> None:
    times = [NOON.replace(microsecond=1), dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, dt.UTC),
             dt.datetime(2026, 11, 1, 1, 30, fold=1).astimezone(dt.timezone(dt.timedelta(hours=-8)))]  # fmt: skip
    with database.write() as connection:
        connection.execute(login_failures.insert(), [failure("a", time) for time in times])
    with database.read() as connection:
        query = sa.select(login_failures.c.at).order_by(login_failures.c.id)
        found = list(connection.execute(query).scalars())
    assert found == times
    assert all(time.utcoffset() == dt.timedelta(0) for time in found)


def test_a_time_without_a_zone_is_not_stored(database: Database) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(sa.exc.StatementError, match="without a zone"), database.write() as c:
        c.execute(login_failures.insert(), failure("a", naive))


def test_writers_wait_for_one_another(database: Database) -> None:
    """Counting and then inserting needs no further lock: twenty threads number their rows without a double."""

    def work() -> None:
        for _ in range(5):
            with database.write() as connection:
                count = sa.select(sa.func.count()).select_from(login_failures)
                number = connection.execute(count).scalar_one()
                connection.execute(login_failures.insert(), failure(str(number)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        names = connection.execute(sa.select(login_failures.c.username)).scalars()
        assert sorted(map(int, names)) == list(range(20))


def test_a_reader_sees_one_moment(database: Database) -> None:
    query = sa.select(sa.func.count()).select_from(login_failures)
    with database.read() as reader:
        assert reader.execute(query).scalar_one() == 0
        with database.write() as writer:
            writer.execute(login_failures.insert(), failure("a"))
        assert reader.execute(query).scalar_one() == 0
    with database.read() as reader:
        assert reader.execute(query).scalar_one() == 1


def test_an_error_rolls_back_and_calls_nothing(database: Database) -> None:
    called: list[str] = []

    def fail() -> None:
        with database.write() as connection:
            connection.execute(login_failures.insert(), failure("a"))
            database.after_commit(connection, "x", lambda: called.append("x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as connection:
        assert connection.execute(login_failures.select()).all() == []
    assert called == []


def test_after_commit_makes_the_last_call_of_a_key_once_it_is_durable(database: Database) -> None:
    called: list[tuple[str, int]] = []

    def rows() -> int:
        with database.read() as connection:
            return len(connection.execute(login_failures.select()).all())

    with database.write() as connection:
        connection.execute(login_failures.insert(), failure("a"))
        database.after_commit(connection, "x", lambda: called.append(("first", rows())))
        database.after_commit(connection, "x", lambda: called.append(("last", rows())))
        database.after_commit(connection, "y", lambda: called.append(("other", rows())))
    assert called == [("last", 1), ("other", 1)]
    with database.write():
        pass
    assert len(called) == 2


def test_partitions_hold_the_months_asked_for(database: Database) -> None:
    first, last = dt.datetime(2025, 11, 30, 23, tzinfo=dt.UTC), NOON
    with database.write() as connection:
        ensure_partitions(connection, to_micros(first), to_micros(last))
        ensure_partitions(connection, to_micros(first), to_micros(last))
        connection.exec_driver_sql("INSERT INTO cameras (code, kind, governmental, registered)"
                                   " VALUES ('C1', 'fixed', true, true)")  # fmt: skip
        connection.exec_driver_sql("INSERT INTO transfers (file_name, sha256, size, began_at, status)"
                                   " VALUES ('f', '', 1, 1, 'complete')")  # fmt: skip
        for time in (first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), last):
            connection.execute(reads.insert(), {"plate": "7ABX123", "captured_at": time,
                "camera_id": 1, "governmental": True, "transfer_id": 1})  # fmt: skip
    if database.dialect == "postgresql":
        with database.read() as connection:
            query = sa.text("SELECT inhrelid::regclass::text FROM pg_inherits"
                            " WHERE inhparent = 'reads'::regclass ORDER BY 1")  # fmt: skip
            months = list(connection.execute(query).scalars())
        assert months == ["reads_2025_11", "reads_2025_12", "reads_2026_01", "reads_2026_02",
                          "reads_2026_03"]  # fmt: skip
    with database.read() as connection:
        assert len(connection.execute(reads.select()).all()) == 3


def test_sqlite_is_set_up_as_promised(sqlite: Database) -> None:
    with sqlite.read() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
