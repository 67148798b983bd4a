"""A record to tamper with, and the hands that tamper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.audit import keys
from workbench.audit.chain import COLUMNS, HASHED, Chain, Entry, digest
from workbench.audit.verify import Verdict, verify
from workbench.models import Grounds, Member, Session
from workbench.records.database import Database
from workbench.records.tables import audit_checkpoints, audit_records

NOON = dt.datetime(2026, 3, 2, 20, 10, 30, 250_000, tzinfo=dt.UTC)
RIVERA = Member(
    id=7,
    username="rivera",
    name="Ana Rivera",
    organization="Santa Lucera Police Department",
    kind="person",
    roles=frozenset({"detective", "analyst"}),
    active=True,
)
DESK = Session(id=3, member=RIVERA, address="10.0.0.7", host="desk-7", created_at=NOON)
GROUNDS = Grounds("26-00417", "homicide", "Shooting at 5th and Main", "homicide", "I26-01873")


def open_chain(
    database: Database, home: Path, clock: Callable[[], dt.datetime] = lambda: NOON
) -> Chain:
    """Return a chain on a database; its key and its files lie in ``home``."""
    folder = home / "record"
    folder.mkdir(exist_ok=True)
    key = keys.load(home / "keys") if (home / "keys").exists() else keys.create(home / "keys")
    return Chain(
        database, folder, key, profile="clovis-ca@2026.1", software="workbench 0.1", clock=clock
    )


def entry(n: int = 1) -> Entry:
    """Return an entry in which no column stays empty."""
    return Entry(
        "outcome",
        "query.history",
        outcome="ok",
        session=DESK,
        grounds=GROUNDS,
        elements={"plate": f"7ABX{n:03d}"},
        access_id=n,
        rows=n,
        truncated=False,
        clause="462.3(a)",
        detail=f"entry {n}",
    )


class Record:
    """A record of some length, and ways to tamper with it as somebody who owns the database could."""

    def __init__(self, database: Database, home: Path, length: int) -> None:
        self.database = database
        self.home = home
        self.chain = open_chain(database, home)
        self.chain.append_all([entry(n) for n in range(1, length + 1)])

    @property
    def head_file(self) -> Path:
        return self.chain.folder / "head.json"

    @property
    def checkpoint_file(self) -> Path:
        return self.chain.folder / "checkpoints.jsonl"

    def verify(self) -> Verdict:
        return verify(self.database, self.chain.folder, self.chain.key)

    @contextmanager
    def tampering(self) -> Iterator[sa.Connection]:
        """Give a connection on which no trigger stands in the way."""
        with self.database.write() as connection:
            if self.database.dialect == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            else:
                query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                for (name,) in connection.exec_driver_sql(query).all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield connection

    def rows(self) -> list[dict[str, Any]]:
        with self.database.read() as connection:
            query = audit_records.select().order_by(audit_records.c.seq)
            return [dict(row._mapping) for row in connection.execute(query)]

    def replace(self, rows: list[dict[str, Any]]) -> None:
        """Put these rows in the place of all there are."""
        with self.tampering() as connection:
            connection.execute(audit_records.delete())
            if rows:
                connection.execute(audit_records.insert(), rows)

    def change(self, number: int, **values: Any) -> None:
        """Give a record other values."""
        with self.tampering() as connection:
            this = audit_records.c.seq == number
            connection.execute(audit_records.update().where(this).values(**values))

    def delete(self, *seqs: int) -> None:
        with self.tampering() as connection:
            connection.execute(audit_records.delete().where(audit_records.c.seq.in_(seqs)))

    def delete_checkpoints(self) -> None:
        with self.tampering() as connection:
            connection.execute(audit_checkpoints.delete())


def rehashed(rows: list[dict[str, Any]], start: int) -> list[dict[str, Any]]:
    """Return rows with fresh hashes from record ``start`` on: what whoever knows the method can do."""
    done: list[dict[str, Any]] = []
    for number, row in enumerate(rows, start=1):
        fresh = dict(row)
        if number >= start:
            fresh["seq"] = number
            fresh["prev_hash"] = done[-1]["hash"] if done else "0" * 64
            fresh["hash"] = digest([fresh[name] for name in HASHED])
        done.append(fresh)
    return done


assert set(COLUMNS) == {column.name for column in audit_records.columns}
