"""Entries on their way into the database: staged out of sight, then counted in one transaction, or taken out again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from workbench.hotlists.entries import Entry, identity
from workbench.hotlists.keyring import Keyring
from workbench.hotlists.rows import entry_place, open_entry
from workbench.records.database import Database
from workbench.records.hotlist_tables import hot_list_entries, hot_list_imports, hot_lists

__all__ = ["Staging", "drop", "drop_older", "visible"]

T = TypeVar("T")

_ROWS_AT_ONCE = 20_000
_PLATES_AT_ONCE = 500
_INSERT = {
    "sqlite": "INSERT INTO hot_list_entries (id, list_id, import_id, plate, key_id, sealed) VALUES (?, ?, ?, ?, ?, ?)",
    "postgresql": "INSERT INTO hot_list_entries (id, list_id, import_id, plate, key_id, sealed) "
    "VALUES (%s, %s, %s, %s, %s, %s)",
}


def visible(query: sa.Select[Any]) -> sa.Select[Any]:
    """Return a query of entries with the condition that they count."""
    counted = sa.select(hot_list_imports.c.id).where(hot_list_imports.c.status == "complete")
    since = (
        sa.select(sa.func.coalesce(hot_lists.c.since_import, 0))
        .where(hot_lists.c.id == hot_list_entries.c.list_id)
        .correlate(hot_list_entries)
        .scalar_subquery()
    )
    return query.where(
        hot_list_entries.c.import_id.in_(counted), hot_list_entries.c.import_id >= since
    )


@dataclass
class Staging:
    """One import under way. ``leaving`` are the numbers of entries that go when it is finished."""

    database: Database
    ring: Keyring
    list_id: int
    import_id: int
    next_id: int
    as_of: dt.datetime
    added: int = 0
    leaving: set[int] = field(default_factory=set)
    _waiting: list[Entry] = field(default_factory=list)
    _removing: list[Entry] = field(default_factory=list)
    _replacing: bool = False

    @classmethod
    def begin(
        cls,
        database: Database,
        ring: Keyring,
        list_id: int,
        details: Mapping[str, Any],
        *,
        as_of: dt.datetime,
        now: dt.datetime,
    ) -> Staging:
        """Enter the import in the register, as loading."""
        with database.write() as connection:
            last = connection.execute(
                sa.select(sa.func.max(hot_list_imports.c.last_entry_id))
            ).scalar_one()
            values = {
                "list_id": list_id,
                "status": "loading",
                "as_of": as_of,
                "began_at": now,
                "last_entry_id": int(last or 0),
                **details,
            }
            insert = hot_list_imports.insert().returning(hot_list_imports.c.id)
            import_id = int(connection.execute(insert, values).scalar_one())
        return cls(database, ring, list_id, import_id, int(last or 0) + 1, as_of)

    @property
    def removed(self) -> int:
        """Entries that go."""
        return len(self.leaving)

    def add(self, entry: Entry, *, replacing: bool) -> None:
        """Have an entry wait; ``replacing`` takes out the same listing of before."""
        self._replacing = replacing
        self._waiting.append(entry)
        if len(self._waiting) >= _ROWS_AT_ONCE:
            self.flush()

    def remove(self, entry: Entry) -> bool:
        """Take out the listings that an entry means; say whether there are any.

        Of an entry that names state, category, reference or case, those that say the same; empty means any.
        """
        found = False
        for number, there in self._there([entry.plate])[entry.plate]:
            said = zip(identity(entry)[1:], identity(there)[1:], strict=True)
            if all(not wanted or wanted == has for wanted, has in said):
                self.leaving.add(number)
                found = True
        return found

    def flush(self) -> None:
        """Store what waits."""
        entries, self._waiting = self._waiting, []
        if not entries:
            return
        if self._replacing:
            self._take_out_same(entries)
        with self.database.write() as connection:
            self.ring.refresh()
            rows = []
            for entry in entries:
                place = entry_place(self.next_id, self.list_id, entry.plate)
                sealed = self.ring.seal(entry.sealed(), place)
                rows.append(
                    (
                        self.next_id,
                        self.list_id,
                        self.import_id,
                        entry.plate,
                        self.ring.current,
                        sealed,
                    )
                )
                self.next_id += 1
            connection.exec_driver_sql(_INSERT[self.database.dialect], rows)
            connection.execute(
                hot_list_imports.update()
                .where(hot_list_imports.c.id == self.import_id)
                .values(last_entry_id=self.next_id - 1)
            )
        self.added += len(entries)

    def finish(self, now: dt.datetime, *, complete: bool, rejected: int, reject_file: str) -> int:
        """Have the import count, and what it takes out stop counting, at once; return how many entries count now."""
        with self.database.write() as connection:
            for some in _chunks(sorted(self.leaving)):
                connection.execute(hot_list_entries.delete().where(hot_list_entries.c.id.in_(some)))
            connection.execute(
                hot_list_imports.update()
                .where(hot_list_imports.c.id == self.import_id)
                .values(
                    status="complete",
                    ended_at=now,
                    added=self.added,
                    removed=self.removed,
                    rejected=rejected,
                    reject_file=reject_file,
                )
            )
            fresh: dict[str, Any] = {"as_of": self.as_of}
            if complete:
                fresh["since_import"] = self.import_id
            mine = hot_lists.c.id == self.list_id
            connection.execute(hot_lists.update().where(mine).values(**fresh))
            counted = visible(sa.select(sa.func.count()).select_from(hot_list_entries))
            entries = int(
                connection.execute(
                    counted.where(hot_list_entries.c.list_id == self.list_id)
                ).scalar_one()
            )
            connection.execute(hot_lists.update().where(mine).values(entries=entries))
        return entries

    def _take_out_same(self, entries: Sequence[Entry]) -> None:
        wanted = {identity(entry) for entry in entries}
        for listed in self._there([entry.plate for entry in entries]).values():
            self.leaving.update(number for number, there in listed if identity(there) in wanted)

    def _there(self, plates: Sequence[str]) -> dict[str, list[tuple[int, Entry]]]:
        """Return the entries of plates that count now on this list."""
        found: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
        with self.database.read() as connection:
            for some in _chunks(sorted(set(plates))):
                rows = connection.execute(
                    visible(sa.select(hot_list_entries)).where(
                        hot_list_entries.c.list_id == self.list_id,
                        hot_list_entries.c.plate.in_(some),
                    )
                )
                for row in rows:
                    found[row.plate].append((row.id, open_entry(self.ring, row)))
        return found


def drop(database: Database, import_id: int, *, error: str, now: dt.datetime) -> None:
    """Take every entry of an import out again, then mark it as failed."""
    _delete(database, hot_list_entries.c.import_id == import_id)
    with database.write() as connection:
        connection.execute(
            hot_list_imports.update()
            .where(hot_list_imports.c.id == import_id)
            .values(status="failed", error=error, ended_at=now)
        )


def drop_older(database: Database, list_id: int) -> None:
    """Take out what a complete list has replaced; it has not counted since."""
    with database.read() as connection:
        since = connection.execute(
            sa.select(hot_lists.c.since_import).where(hot_lists.c.id == list_id)
        ).scalar_one()
    if since is not None:
        _delete(
            database,
            sa.and_(hot_list_entries.c.list_id == list_id, hot_list_entries.c.import_id < since),
        )


def _delete(database: Database, where: sa.ColumnElement[bool]) -> None:
    """Delete entries in steps, so that nobody waits long."""
    while True:
        with database.write() as connection:
            ids = (
                connection.execute(
                    sa.select(hot_list_entries.c.id).where(where).limit(_ROWS_AT_ONCE)
                )
                .scalars()
                .all()
            )
            if not ids:
                return
            for some in _chunks(ids):
                connection.execute(hot_list_entries.delete().where(hot_list_entries.c.id.in_(some)))


def _chunks(values: Sequence[T], size: int = _PLATES_AT_ONCE) -> Iterator[Sequence[T]]:
    for first in range(0, len(values), size):
        yield values[first : first + size]
