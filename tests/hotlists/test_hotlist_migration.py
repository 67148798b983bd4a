"""A home of the release before hot lists gets their tables, and keeps what it has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from workbench.errors import NotSetUp
from workbench.records.database import Database
from workbench.records.hotlist_tables import SEALED, hits
from workbench.records.tables import login_failures


def test_an_older_home_migrates_with_its_rows(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'workbench.db'}")
    with database.engine.connect() as connection:
        command.upgrade(database._alembic(connection), "0001")
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    with database.write() as connection:
        connection.execute(login_failures.insert(), {"username": "a", "at": now})
    with pytest.raises(NotSetUp, match="schema 0001"):
        database.require_current()
    database.migrate()
    database.require_current()
    with database.read() as connection:
        assert len(connection.execute(login_failures.select()).all()) == 1
        assert {table.name for table in SEALED} <= set(sa.inspect(connection).get_table_names())
        assert connection.execute(sa.select(sa.func.count()).select_from(hits)).scalar_one() == 0
    database.close()


def test_there_is_no_way_back_that_would_lose_lists(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'workbench.db'}")
    with database.engine.connect() as connection:
        command.upgrade(database._alembic(connection), "0002")
    with database.engine.connect() as connection, pytest.raises(RuntimeError, match="backup"):
        command.downgrade(database._alembic(connection), "0001")
    database.close()
