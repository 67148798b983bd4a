from __future__ import annotations

import pytest
from transfer_files import Desk


@pytest.fixture
def desk(sqlite, tmp_path):
    """Give a desk on SQLite."""
    return Desk(sqlite, tmp_path / "home")


@pytest.fixture
def each_desk(database, tmp_path):
    """Give a desk on SQLite and on PostgreSQL in turn."""
    return Desk(database, tmp_path / "home")
