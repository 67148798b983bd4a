"""The plate index of a home: every distinct plate, brought up to date with the records when a search needs it.

It lies in one file that all processes map into memory. New transfers are put in one by one; a file that does not go
with the records (another database, reads destroyed since) is built anew from the table of plates.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from workbench.analysis.plateindex import PlateIndex
from workbench.records.custody_tables import purge_steps
from workbench.records.tables import plates, reads, transfers

__all__ = ["Plates"]

_AT_ONCE = 200_000
_log = logging.getLogger(__name__)


class Plates:
    """Keeps the plate index.

    Parameters
    ----------
    path : Path
        Its file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._index: PlateIndex | None = None
        self._seen: object = None

    def at(self, connection: sa.Connection) -> PlateIndex:
        """Return the index of the plates in the records, as this connection sees them.

        Parameters
        ----------
        connection : Connection
            On one snapshot.
        """
        here = (*_how_many(connection), _purged(connection))
        if self._index is None or self._seen != (here, self._file()):
            self._index = self._current(connection)
            self._seen = (here, self._file())
        return self._index

    def forget(self) -> None:
        """Destroy the index; the next search builds it anew. To be called where reads are destroyed."""
        self._index = self._seen = None
        self._path.unlink(missing_ok=True)

    def _file(self) -> tuple[int, int] | None:
        """Return what tells the file from one that another process has put in its place; None for no file."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _current(self, connection: sa.Connection) -> PlateIndex:
        query = sa.select(transfers.c.id, transfers.c.sha256).where(_complete)
        present = {row.id: row.sha256 for row in connection.execute(query)}
        index = PlateIndex.open(self._path)
        known = set(index.about.get("transfers", ())) if index is not None else set()
        purged = _purged(connection)
        if (
            index is None
            or not known
            or index.about.get("digest") != _digest(known, present)
            or index.about.get("purged") != purged
        ):
            index = _index_of(connection, _ALL)
        elif new := sorted(present.keys() - known):
            more = _index_of(connection, _of_transfer(new[0]))
            for number in new[1:]:
                more = more.with_more(_index_of(connection, _of_transfer(number)))
            index = index.with_more(more)
        else:
            return index
        about = {
            "transfers": sorted(present),
            "digest": _digest(present, present),
            "purged": purged,
        }
        index = dataclasses.replace(index, about=about)
        try:
            index.save(self._path)
        except OSError as error:
            _log.warning("The plate index cannot be kept: %s", error.strerror)
            return index
        return PlateIndex.open(self._path) or index


_complete = transfers.c.status == "complete"
_ALL = sa.select(
    plates.c.plate,
    plates.c.state,
    sa.type_coerce(plates.c.first_at, sa.BigInteger),
    sa.type_coerce(plates.c.last_at, sa.BigInteger),
    plates.c.reads,
)


def _how_many(connection: sa.Connection) -> tuple[int, int]:
    """Return the number of complete transfers and the highest: another one after each that is added."""
    query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(transfers.c.id), 0))
    count, highest = connection.execute(query.where(_complete)).one()
    return count, highest


def _purged(connection: sa.Connection) -> int:
    """Return the number of the newest step of a purge: another one after each, so that no index outlives its plates."""
    query = sa.select(sa.func.coalesce(sa.func.max(purge_steps.c.id), 0))
    return int(connection.execute(query).scalar_one())


def _digest(numbers: Iterable[int], present: Mapping[int, str]) -> str:
    """Return a hash of some transfers and their files: another one where one of them is gone or another."""
    lines = "".join(f"{number} {present.get(number)}\n" for number in sorted(numbers))
    return hashlib.sha256(lines.encode()).hexdigest()


def _of_transfer(number: int) -> sa.Select[Any]:
    """Return the plates of one transfer, as the table of plates has them."""
    at = sa.type_coerce(reads.c.captured_at, sa.BigInteger)
    begin = sa.select(transfers.c.first_read_id).where(transfers.c.id == number)
    return (
        sa.select(reads.c.plate, reads.c.state, sa.func.min(at), sa.func.max(at), sa.func.count())
        .where(reads.c.id >= begin.scalar_subquery(), reads.c.transfer_id == number)
        .group_by(reads.c.plate, reads.c.state)
    )


def _index_of(connection: sa.Connection, query: sa.Select[Any]) -> PlateIndex:
    """Return an index of the rows of a query: plate, state, first, last, reads."""
    names: list[str] = []
    states: list[str] = []
    numbers: list[npt.NDArray[np.int64]] = [np.zeros((0, 3), dtype=np.int64)]
    rows = connection.execute(query.execution_options(yield_per=_AT_ONCE))
    for part in rows.partitions():
        columns = list(zip(*part, strict=True))
        names += columns[0]
        states += columns[1]
        numbers.append(np.array(columns[2:], dtype=np.int64).T)
    first, last, count = np.concatenate(numbers).T
    return PlateIndex.of(names, states, first, last, count)
