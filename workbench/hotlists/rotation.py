"""A new key for the hot lists: every sealed row is encrypted anew, in steps, and the old keys are destroyed at the end.

The new key is on disk before the first row is sealed with it, and the old ones stay until no row needs them. So a
rotation that is broken off, at any point, leaves every row readable, and the next one goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from workbench.hotlists.keyring import Keyring
from workbench.hotlists.rows import place_of
from workbench.records.database import Database
from workbench.records.hotlist_tables import SEALED

__all__ = ["Rotation", "rotate"]

_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: the key that now seals, rows that were sealed anew, keys that were destroyed.

    ``resumed`` says that one which had been broken off was finished.
    """

    key_id: str
    rows: int
    retired: int
    resumed: bool


def rotate(
    database: Database,
    ring: Keyring,
    *,
    progress: Callable[[int, int], None] | None = None,
    before_end: Callable[[], object] = lambda: None,
) -> Rotation:
    """Seal every row with a new key; finish a rotation that was broken off instead where there is one.

    Parameters
    ----------
    progress : callable, optional
        Called with the rows done and the rows there are.
    before_end : callable
        What else is sealed with the old keys is to be sealed anew here, before they are destroyed.
    """
    resumed = len(ring.ids) > 1
    if not resumed:
        ring.add()
    total = _left(database, ring.current)
    done = 0
    while True:
        for table in SEALED:
            after = 0
            while (step := _step(database, ring, table, after)) is not None:
                count, after = step
                done += count
                if progress:
                    progress(done, total)
        before_end()
        # nobody seals meanwhile: whoever holds the write lock has looked at the key file
        with database.write() as connection:
            if _count(connection, ring.current) == 0:
                old = [key_id for key_id in ring.ids if key_id != ring.current]
                ring.retire(old)
                return Rotation(ring.current, done, len(old), resumed)


def _left(database: Database, key_id: str) -> int:
    with database.read() as connection:
        return _count(connection, key_id)


def _count(connection: sa.Connection, key_id: str) -> int:
    return sum(
        int(
            connection.execute(
                sa.select(sa.func.count()).select_from(table).where(table.c.key_id != key_id)
            ).scalar_one()
        )
        for table in SEALED
    )


def _step(database: Database, ring: Keyring, table: sa.Table, after: int) -> tuple[int, int] | None:
    """Seal some rows anew in a transaction; return how many, and the last one's number; None where there are none."""
    with database.write() as connection:
        rows = connection.execute(
            sa.select(table)
            .where(table.c.key_id != ring.current, table.c.id > after)
            .order_by(table.c.id)
            .limit(_ROWS_AT_ONCE)
        ).all()
        if not rows:
            return None
        fresh = []
        for row in rows:
            place = place_of(table, row)
            plain = ring.open_bytes(row.sealed, row.key_id, place)
            fresh.append(
                {"row": row.id, "key": ring.current, "value": ring.seal_bytes(plain, place)}
            )
        connection.execute(
            table.update()
            .where(table.c.id == sa.bindparam("row"))
            .values(key_id=sa.bindparam("key"), sealed=sa.bindparam("value")),
            fresh,
        )
        return len(rows), int(rows[-1].id)
