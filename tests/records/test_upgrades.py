"""A home of the first release comes to this one with everything in it, on both databases."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import Postgres

from workbench.errors import NotSetUp
from workbench.records.database import Database, ensure_partitions
from workbench.records.tables import (
    audit_records,
    cameras,
    members,
    metadata,
    plates,
    reads,
    to_micros,
    transfers,
)

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
_NUMBERS = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database without a table."""
    if request.param == "sqlite":
        database = Database.open(f"sqlite:///{tmp_path / 'old.db'}")
        yield database
        database.close()
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"old_{next(_NUMBERS)}"
    server._sql(f"CREATE DATABASE {name}")
    database = Database.open(server.url(name))
    yield database
    database.close()
    server._sql(f"DROP DATABASE {name} WITH (FORCE)")


def first_release(database: Database) -> None:
    """Make the tables of the first release, with a row in each of those that matter."""
    with database.engine.connect() as connection:
        command.upgrade(database._alembic(connection), "0001")
    with database.write() as connection:
        ensure_partitions(connection, to_micros(NOON), to_micros(NOON))
        connection.execute(
            members.insert(),
            {"username": "rivera", "name": "Ana Rivera", "kind": "person", "roles": "analyst",
             "active": True, "created_at": NOON},
        )  # fmt: skip
        camera = {"code": "C4", "kind": "fixed", "governmental": True, "registered": True}
        connection.execute(cameras.insert(), camera)
        transfer = {"file_name": "a", "sha256": "0", "size": 1, "began_at": NOON}
        connection.execute(transfers.insert(), {**transfer, "status": "complete"})
        read = {"plate": "7ABX123", "captured_at": NOON, "camera_id": 1, "governmental": True}
        connection.execute(reads.insert(), {**read, "transfer_id": 1})
        seen = {"plate": "7ABX123", "state": "CA", "first_at": NOON, "last_at": NOON, "reads": 1}
        connection.execute(plates.insert(), seen)
        text = {column.name: "" for column in audit_records.columns if not column.nullable}
        connection.execute(audit_records.insert(), {**text, "seq": 1, "at": 1, "automatic": 0})


def test_everything_comes_along_and_nothing_old_can_be_changed(empty: Database) -> None:
    first_release(empty)
    with pytest.raises(NotSetUp, match="init --migrate"):
        empty.require_current()
    empty.migrate()
    empty.require_current()
    with empty.engine.connect() as connection:
        options = {"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []  # but for the partitions of reads
    with empty.read() as connection:
        assert connection.execute(sa.select(reads.c.plate)).scalars().all() == ["7ABX123"]
        assert connection.execute(sa.select(members.c.name)).scalars().all() == ["Ana Rivera"]
        assert connection.execute(sa.select(plates.c.reads)).scalars().all() == [1]
        assert connection.execute(sa.select(audit_records.c.seq)).scalars().all() == [1]
    with pytest.raises(sa.exc.DBAPIError), empty.write() as connection:
        connection.execute(sa.text("UPDATE audit_records SET username = 'x'"))
