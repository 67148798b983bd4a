"""Builders for the record of a small department: searches, log-ins, cases and members, each in one line."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import tempfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.audit import keys
from workbench.audit.chain import Chain, Entry
from workbench.audit.indicators import Facts, Finding, find, rows_of
from workbench.audit.verify import Verdict, verify
from workbench.models import CaseRecord, Grounds, Member, Qualification, Session
from workbench.records.database import Database

ZONE = ZoneInfo("America/Los_Angeles")
START = dt.datetime(2026, 10, 1, tzinfo=ZONE)
END = dt.datetime(2026, 11, 1, tzinfo=ZONE)
NOW = dt.datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)

RIVERA, OKAFOR, CHEN, MORALES = "rivera", "okafor", "chen", "morales"
NAMES = {RIVERA: "Elena Rivera", OKAFOR: "Daniel Okafor", CHEN: "Wei Chen", MORALES: "Ana Morales"}
REASON = "Burglary at 410 Cedar, van seen leaving westbound"

_numbers = itertools.count(1)


def local(text: str) -> dt.datetime:
    """Return a time of the agency's own zone: ``10-05 21:12`` (of 2026)."""
    return dt.datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}").replace(tzinfo=ZONE)


def search(username: str, at: str = "10-05 10:00", **given: Any) -> dict[str, Any]:
    """Return an answered search as a row of the record; a plate's history unless elements are given."""
    elements = given.pop("elements", None)
    if elements is None:
        plate = given.pop("plate", "7ABX123")
        elements = {
            "plate": plate,
            "start": "2026-10-01T00:00:00+00:00",
            "end": "2026-10-02T00:00:00+00:00",
        }
    row = {
        "access_id": next(_numbers), "at": local(at).astimezone(dt.UTC), "phase": "intent", "action": "query.history",
        "outcome": "ok", "username": username, "name": NAMES.get(username, username), "case_number": "26-00001",
        "crime_type": "burglary", "incident_number": "", "purpose": "criminal-investigation", "reason": REASON,
        "detail": "", "elements": elements, "automatic": False, "address": "10.1.4.20", "host": f"pc-{username}",
        "session_id": 1,
    }  # fmt: skip
    assert not set(given) - {"case", *row}, "a field that the record does not have"
    if "case" in given:
        row["case_number"] = given.pop("case")
    return row | given


def refusal(
    username: str, at: str, *, detail: str = "reason.stock-words", **given: Any
) -> dict[str, Any]:
    """Return a refused search."""
    return search(username, at, phase="event", outcome="refused", detail=detail, **given)


def login(username: str, at: str, **given: Any) -> dict[str, Any]:
    """Return a log-in."""
    fields = {
        "phase": "event",
        "action": "login",
        "elements": {},
        "case_number": "",
        "reason": "",
        "purpose": "",
    }
    return search(username, at, **(fields | given))


def working_days(username: str, hours: range, days: range, **given: Any) -> list[dict[str, Any]]:
    """Return one search an hour on each of the days of October, each of another plate."""
    return [
        search(
            username,
            f"10-{day:02d} {hour:02d}:{day:02d}",
            plate=f"W{day:02d}{hour:02d}{username[:2].upper()}",
            **given,
        )
        for day in days
        for hour in hours
    ]


def case(
    number: str = "26-00001", *, assigned: tuple[str, ...] = (RIVERA,), closed: str = ""
) -> CaseRecord:
    """Return a case of the register; ``closed`` is the day it was closed on, such as ``10-03``."""
    return CaseRecord(
        id=1, number=number, crime_type="burglary", status="closed" if closed else "open",
        closed_on=dt.date.fromisoformat(f"2026-{closed}") if closed else None, assigned=frozenset(assigned),
    )  # fmt: skip


def member(
    username: str, *, trained: str = "2026-06-01", kind: str = "training", **given: Any
) -> Member:
    """Return an active detective who was trained on a day."""
    fields: dict[str, Any] = {
        "id": 1, "username": username, "name": NAMES.get(username, username), "kind": "person", "active": True,
        "organization": "Santa Lucera Police Department", "roles": frozenset({"detective"}),
        "qualifications": (Qualification("training", dt.date.fromisoformat(trained)),) if trained else (),
        "created_at": local("01-05 08:00"), "last_login_at": local("10-30 08:00"),
    }  # fmt: skip
    return Member(**(fields | given))


def facts(*cases: CaseRecord, **given: Any) -> Facts:
    """Return the facts beside the record; one open case of Rivera's where none is given."""
    known = {each.number: each for each in cases or (case(),)}
    return Facts(**({"now": NOW, "zone": ZONE, "cases": known} | given))


def findings(
    rows: list[dict[str, Any]], indicator: str, known: Facts | None = None
) -> list[Finding]:
    """Return what one indicator finds in October."""
    found = find(rows_of(rows, ZONE), known or facts(), start=START, end=END)
    return [each for each in found if each.id == indicator]


def numbers(rows: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return the numbers of rows."""
    return tuple(sorted(row["access_id"] for row in rows))


@functools.cache
def _migrated() -> bytes:
    """Return a database with its tables and nothing in them; made once, as migrating takes a while."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbench.db"
        database = Database.open(f"sqlite:///{path}")
        database.migrate()
        database.close()
        return path.read_bytes()


def _without_flush(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # nothing here is about power failures


def _fresh(home: Path) -> Database:
    (home / "workbench.db").write_bytes(_migrated())
    database = Database.open(f"sqlite:///{home / 'workbench.db'}")
    sa.event.listen(database.engine, "connect", _without_flush)
    return database


class Record:
    """An access record on disk, written through the chain at the times that a test names."""

    def __init__(
        self, home: Path, *, profile: str = "clovis-ca@1", database: Database | None = None
    ) -> None:
        self.database = database or _fresh(home)
        self.folder = home / "record"
        self.folder.mkdir(parents=True)
        self.key = keys.create(home / "keys")
        self.now = START
        self.chain = Chain(
            self.database,
            self.folder,
            self.key,
            profile=profile,
            software="alpr-workbench 0",
            clock=lambda: self.now,
        )

    def session(self, username: str, *, automatic: bool = False, host: str = "") -> Session:
        who = member(username, kind="person", roles=frozenset({"detective", "supervisor"}))
        return Session(7, who, "10.1.4.20", host or f"pc-{username}", self.now, automatic)

    def search(
        self, username: str = RIVERA, at: str = "10-05 10:00", *, outcome: str = "ok", plate: str = "7ABX123",
        automatic: bool = False, host: str = "", **given: Any,
    ) -> int:  # fmt: skip
        """Put a search and its outcome on the record and return its number."""
        self.now = local(at)
        elements = given.pop("elements", {"plate": plate, "state": "CA"})
        action = given.pop("action", "query.history")
        why = {
            "case_number": "26-00001",
            "purpose": "criminal-investigation",
            "reason": REASON,
            "crime_type": "burglary",
        }
        session = self.session(username, automatic=automatic, host=host)
        common = {"session": session, "grounds": Grounds(**(why | given))}
        if outcome == "refused":
            return self.chain.append(
                Entry(
                    "event",
                    action,
                    "refused",
                    elements=elements,
                    clause="462.3(d)",
                    detail="case.closed",
                    **common,
                )
            )
        number = self.chain.append(Entry("intent", action, elements=elements, **common))
        if outcome != "unfinished":
            self.now += dt.timedelta(seconds=1)
            ended = (
                {"rows": 12, "truncated": False}
                if outcome == "ok"
                else {"detail": "OperationalError"}
            )
            self.chain.append(
                Entry("outcome", action, outcome, access_id=number, **ended, **common)
            )
        return number

    def event(
        self, action: str, at: str, *, by: str = "okafor", outcome: str = "ok", **given: Any
    ) -> int:
        """Put an event on the record and return its number."""
        self.now = local(at)
        return self.chain.append(Entry("event", action, outcome, session=self.session(by), **given))

    def verdict(self) -> Verdict:
        return verify(self.database, self.folder, self.key)
