"""A home of the first release comes to this one: what it holds stays, and it can be purged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from workbench.errors import NotSetUp
from workbench.records.database import Database, ensure_partitions

READ = """
    INSERT INTO reads (plate, state, captured_at, camera_id, governmental, transfer_id)
    VALUES ('7ABX123', 'CA', 1000, 1, true, 1)
"""
FIRST = (
    "INSERT INTO cameras (id, code, kind, governmental, registered) VALUES (1, 'C4', 'fixed', true, true)",
    "INSERT INTO transfers (id, file_name, sha256, size, began_at, status) VALUES (1, 'f', '0', 1, 0, 'complete')",
    "INSERT INTO plates (plate, state, first_at, last_at, reads) VALUES ('7ABX123', 'CA', 1000, 1000, 1)",
    READ,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database without tables."""
    if request.param == "sqlite":
        database = Database.open(f"sqlite:///{tmp_path / 'old.db'}")
        yield database
        database.close()
        return
    server: Any = request.getfixturevalue("postgres")
    server._sql("CREATE DATABASE old_release")
    database = Database.open(server.url("old_release"))
    yield database
    database.close()
    server._sql("DROP DATABASE old_release WITH (FORCE)")


def test_the_first_release_migrates_with_its_reads(bare: Database) -> None:
    with bare.engine.connect() as connection:
        command.upgrade(bare._alembic(connection), "0001")
    with bare.write() as connection:
        ensure_partitions(connection, 1000, 1000)
        for statement in FIRST:
            connection.exec_driver_sql(statement)
    with pytest.raises(NotSetUp, match="schema 0001"):
        bare.require_current()
    bare.migrate()
    bare.require_current()
    with bare.read() as connection:
        assert connection.exec_driver_sql("SELECT plate FROM reads").scalars().all() == ["7ABX123"]
        for table in ("holds", "retention_orders", "retention_approvals", "purges", "purge_steps"):
            count = connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()
            assert count == 0
