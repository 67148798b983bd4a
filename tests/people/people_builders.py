"""An agency's people on a fresh database."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from workbench.audit import keys
from workbench.audit.chain import Chain
from workbench.models import Member, Session
from workbench.people import People
from workbench.policy.profile import load
from workbench.records.database import Database
from workbench.records.tables import audit_records

AGENCY = "Santa Lucera Police Department"
PASSWORD = "seven maple lanterns"
WEAK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # quick, for tests alone


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 10, 20, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


class Office:
    """The people of an agency, their record, and a clock."""

    def __init__(self, database: Database, home: Path, profile: str = "clovis-ca") -> None:
        self.database = database
        self.home = home
        self.clock = Clock()
        self.profile = load(profile)
        folder = home / "record"
        folder.mkdir(exist_ok=True)
        self.chain = Chain(
            database,
            folder,
            keys.create(home / "keys"),
            profile=f"{self.profile.id}@{self.profile.version}",
            software="workbench 0.1",
            clock=self.clock,
        )
        self.people = self.another(database)

    def another(self, database: Database) -> People:
        """Return the same people as another process sees them."""
        accounts, roles = self.profile.accounts, self.profile.roles
        return People(database, self.chain, accounts, roles, self.clock, WEAK)

    def member(self, username: str = "rivera", *roles: str, **fields: Any) -> Member:
        given = {
            "name": f"Ana {username.title()}",
            "organization": AGENCY,
            "password": PASSWORD,
            "by": None,
            **fields,
        }
        return self.people.add(username=username, roles=roles or ("analyst",), **given)

    def service(self, username: str = "nightly") -> Member:
        return self.member(username, "service", kind="service", password=None)

    def login(self, username: str = "rivera", password: str = PASSWORD) -> tuple[str, Session]:
        return self.people.login(username, password, address="10.0.0.7", host="desk-7")

    def record(self, *actions: str) -> list[dict[str, Any]]:
        """Return the record's lines of these actions, or all of them."""
        query = audit_records.select().order_by(audit_records.c.seq)
        if actions:
            query = query.where(audit_records.c.action.in_(actions))
        with self.database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def actions(self) -> list[str]:
        return [line["action"] for line in self.record()]
