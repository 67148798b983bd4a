"""What keeps a search and a purge apart: a search sees the reads as they were before a step of a purge, or after it.

On SQLite each reader's snapshot does that by itself. On PostgreSQL a purge replaces whole partitions, which an older
snapshot would see as empty: so a search takes a shared lock on ``reads`` before its snapshot begins, and a purge takes
the exclusive one for each of its steps. Whoever comes second waits.
"""

from __future__ import annotations

import sqlalchemy as sa

__all__ = ["keep_purges_out", "keep_searches_out"]


def keep_purges_out(connection: sa.Connection) -> None:
    """Have a purge wait until this transaction is over; to be called before anything is read in it."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE reads IN ACCESS SHARE MODE")  # takes no snapshot


def keep_searches_out(connection: sa.Connection) -> None:
    """Wait for the searches under way, and have new ones wait until this writing transaction is over."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE reads IN ACCESS EXCLUSIVE MODE")
