"""The case register: entered by hand or brought in from the records system's CSV, every change on the record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, cast

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.errors import BadInput
from workbench.models import CaseRecord, CaseStatus, Grounds, Session
from workbench.policy.parts import CaseRules
from workbench.records.database import Database
from workbench.records.registers import BadRow, Imported, Row, Tally, day, read_register, storable
from workbench.records.tables import case_assignments, cases, members

__all__ = ["COLUMNS", "Cases"]

COLUMNS = (
    "number",
    "crime_type",
    "status",
    "incident_number",
    "title",
    "opened_on",
    "closed_on",
    "assigned",
)
"""Columns of a CSV file of cases; ``assigned`` holds usernames, parted by semicolons."""

Assignments = Literal["replace", "add"]
_PLAIN = ("crime_type", "status", "incident_number", "title", "opened_on", "closed_on")
_SEE = "See: workbench case list"


class Cases:
    """The case register.

    Parameters
    ----------
    rules : policy.parts.CaseRules
        The profile's rules for cases: the form of a number, and an example.
    clock : callable
        Gives the present time, aware.
    zone : tzinfo
        The agency's zone: it says which day it is when a case is closed.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        rules: CaseRules,
        clock: Callable[[], dt.datetime],
        zone: dt.tzinfo = dt.UTC,
    ) -> None:
        self.database = database
        self.chain = chain
        self.rules = rules
        self.clock = clock
        self.zone = zone

    def get(self, number: str) -> CaseRecord | None:
        """Return a case with whom it is assigned to now, or None."""
        number = number.strip()
        if not number.isprintable():
            return None
        with self.database.read() as connection:
            return _load(connection, number).get(number)

    def list(self) -> list[CaseRecord]:
        """Return every case, by number."""
        with self.database.read() as connection:
            return list(_load(connection).values())

    def register(
        self,
        *,
        number: str,
        crime_type: str = "",
        status: str = "open",
        incident_number: str = "",
        title: str = "",
        opened_on: dt.date | None = None,
        by: Session | None = None,
    ) -> CaseRecord:
        """Enter a case.

        Raises
        ------
        BadInput
            The number does not look like one of the agency's, or is taken.
        """
        case = CaseRecord(
            id=0,
            number=number.strip(),
            crime_type=crime_type.strip(),
            status=cast("CaseStatus", status),
            incident_number=incident_number.strip(),
            title=title.strip(),
            opened_on=opened_on,
        )
        if problem := self._problem(case):
            raise BadInput(f"The case cannot be registered: {problem}.", "Mend it and try again.")
        with self.database.write() as connection:
            if case.number in _load(connection, case.number):
                raise BadInput("There is a case of that number already.", _SEE)
            self._insert(connection, case, by)
            return _load(connection, case.number)[case.number]

    def assign(
        self, number: str, usernames: Collection[str], *, by: Session | None = None
    ) -> CaseRecord:
        """Assign a case to members, beside those who have it."""
        return self._reassign(number, usernames, by, lambda now, named: now | named)

    def unassign(
        self, number: str, usernames: Collection[str], *, by: Session | None = None
    ) -> CaseRecord:
        """Take members off a case."""
        return self._reassign(number, usernames, by, lambda now, named: now - named)

    def close(
        self, number: str, *, on: dt.date | None = None, by: Session | None = None
    ) -> CaseRecord:
        """Close a case, by default today."""
        today = self.clock().astimezone(self.zone).date()
        return self._set_status(number, "closed", on or today, by)

    def reopen(self, number: str, *, by: Session | None = None) -> CaseRecord:
        """Open a closed case again."""
        return self._set_status(number, "open", None, by)

    def import_csv(
        self,
        path: Path,
        *,
        rejects: Path,
        by: Session | None = None,
        assignments: Assignments = "replace",
        ignore: Collection[str] = (),
    ) -> Imported:
        """Bring in cases from a CSV file with the columns :data:`COLUMNS`; only ``number`` must be there.

        A known case is updated. An empty cell leaves a field as it is, but for ``assigned``: it says who has the case,
        so that an empty one takes everybody off, unless ``assignments`` is ``add``. Rows stand or fall whole.

        Parameters
        ----------
        rejects : Path
            The folder that the reject file goes to.
        ignore : collection of str
            Columns of the file that are passed over.
        """
        file = read_register(path, columns=COLUMNS, required=("number",), ignore=ignore)
        tally = Tally()
        with self.database.write() as connection:
            known = _load(connection)
            usernames = _usernames(connection)
            lines: dict[str, int] = {}
            for row in file.rows:
                try:
                    case = self._case_of(row, known, usernames, assignments)
                except BadRow as problem:
                    tally.reject(row, str(problem))
                    continue
                first = lines.setdefault(case.number, row.line)
                if first != row.line:
                    tally.reject(row, f"the case stands on line {first} already")
                    continue
                self._take_in(connection, known.get(case.number), case, usernames, tally, by)
            result = tally.finish(file, rejects, self.clock())
            imported = Entry(
                "event", "case.imported", outcome="ok", session=by, elements=result.counts()
            )
            self.chain.append(imported, connection)
        return result

    def _problem(self, case: CaseRecord) -> str:
        """Return what is wrong with a case, or nothing."""
        if not re.fullmatch(self.rules.number_pattern, case.number):
            return (
                f"the number does not look like one of the agency's, such as {self.rules.example}"
            )
        if not storable(case.crime_type + case.incident_number + case.title):
            return "a text holds a character that cannot be kept"
        if case.status not in ("open", "closed"):
            return "the status is neither open nor closed"
        if case.closed_on is not None and case.status == "open":
            return "an open case has no day on which it was closed"
        if case.closed_on and case.opened_on and case.closed_on < case.opened_on:
            return "the case was closed before it was opened"
        return ""

    def _case_of(
        self,
        row: Row,
        known: Mapping[str, CaseRecord],
        usernames: Mapping[str, int],
        assignments: Assignments,
    ) -> CaseRecord:
        """Return the case as it should be once the row is taken in."""
        cells = row.cells
        blank = CaseRecord(
            id=0, number=cells["number"], crime_type="", status="open", source="import"
        )
        case = known.get(cells["number"], blank)
        given: dict[str, Any] = {
            name: cells[name]
            for name in ("crime_type", "incident_number", "title")
            if cells.get(name)
        }
        for name in ("opened_on", "closed_on"):
            if (date := day(cells.get(name, ""))) is not None:
                given[name] = date
        if status := cells.get("status", "").lower():
            given["status"] = status
            if status == "open":
                given.setdefault("closed_on", None)
        if "assigned" in cells:
            named = {name.strip().lower() for name in cells["assigned"].split(";") if name.strip()}
            if unknown := sorted(named - usernames.keys()):
                raise BadRow(f"assigned to an unknown member: {', '.join(unknown)}")
            given["assigned"] = case.assigned | named if assignments == "add" else frozenset(named)
        case = replace(case, **given)
        if problem := self._problem(case):
            raise BadRow(problem)
        return case

    def _take_in(
        self,
        connection: sa.Connection,
        before: CaseRecord | None,
        case: CaseRecord,
        usernames: Mapping[str, int],
        tally: Tally,
        by: Session | None,
    ) -> None:
        changed: list[str] = []
        if before is None:
            case = replace(case, id=self._insert(connection, case, by))
            tally.accepted += 1
        else:
            changed.extend(self._change(connection, before, case, by))
        assigned = before.assigned if before else frozenset[str]()
        if self._assign_to(connection, case, assigned, usernames, by):
            changed.append("assigned")
        if before is not None:
            tally.note(case.number, changed)

    def _insert(self, connection: sa.Connection, case: CaseRecord, by: Session | None) -> int:
        values = {name: getattr(case, name) for name in ("number", "source", *_PLAIN)}
        values["created_by"] = by.member.username if by else "setup"
        values["created_at"] = self.clock()
        insert = cases.insert().returning(cases.c.id)
        key = int(connection.execute(insert, values).scalar_one())
        about = {name: _plain(getattr(case, name)) for name in ("status", "opened_on", "source")}
        self._record(connection, "case.registered", case, by, about)
        return key

    def _change(
        self, connection: sa.Connection, before: CaseRecord, after: CaseRecord, by: Session | None
    ) -> Sequence[str]:
        """Write what is different, and return the names of those fields."""
        changed = [name for name in _PLAIN if getattr(before, name) != getattr(after, name)]
        if changed:
            values = {name: getattr(after, name) for name in changed}
            connection.execute(cases.update().where(cases.c.id == before.id).values(**values))
            about = {
                name: [_plain(getattr(before, name)), _plain(getattr(after, name))]
                for name in changed
            }
            self._record(connection, "case.changed", after, by, about)
        return changed

    def _set_status(
        self, number: str, status: CaseStatus, closed_on: dt.date | None, by: Session | None
    ) -> CaseRecord:
        with self.database.write() as connection:
            before = _one(connection, number)
            if before.status == status:
                raise BadInput(f"The case is {status} already.", _SEE)
            after = replace(before, status=status, closed_on=closed_on)
            if problem := self._problem(after):
                raise BadInput(f"The case cannot be {status}: {problem}.", "Give another day.")
            self._change(connection, before, after, by)
            return after

    def _reassign(
        self,
        number: str,
        usernames: Collection[str],
        by: Session | None,
        result: Callable[[frozenset[str], frozenset[str]], frozenset[str]],
    ) -> CaseRecord:
        named = frozenset(name.strip().lower() for name in usernames)
        with self.database.write() as connection:
            known = _usernames(connection)
            if not named or not named <= known.keys():
                raise BadInput("Somebody of that name is no member.", "See: workbench member list")
            case = _one(connection, number)
            after = replace(case, assigned=result(case.assigned, named))
            self._assign_to(connection, after, case.assigned, known, by)
            return after

    def _assign_to(
        self,
        connection: sa.Connection,
        case: CaseRecord,
        before: frozenset[str],
        usernames: Mapping[str, int],
        by: Session | None,
    ) -> bool:
        """Bring the assignments of a case to ``case.assigned``; return whether that changed anything."""
        added, removed = sorted(case.assigned - before), sorted(before - case.assigned)
        if not added and not removed:
            return False
        now, table = self.clock(), case_assignments
        for name in added:
            values = {
                "case_id": case.id,
                "member_id": usernames[name],
                "assigned_at": now,
                "assigned_by": by.member.username if by else "setup",
            }
            connection.execute(table.insert(), values)
        if removed:
            ends = table.update().where(
                table.c.case_id == case.id,
                table.c.member_id.in_([usernames[name] for name in removed]),
                table.c.ended_at.is_(None),
            )
            connection.execute(ends.values(ended_at=now))
        about = {"added": added, "removed": removed}
        self._record(connection, "case.assigned", case, by, about)
        return True

    def _record(
        self,
        connection: sa.Connection,
        action: str,
        case: CaseRecord,
        by: Session | None,
        elements: Mapping[str, Any],
    ) -> None:
        grounds = Grounds(case.number, "", "", case.crime_type, case.incident_number)
        entry = Entry("event", action, outcome="ok", session=by, grounds=grounds, elements=elements)
        self.chain.append(entry, connection)


def _load(connection: sa.Connection, number: str | None = None) -> dict[str, CaseRecord]:
    """Return cases by number, in its order: all of them, or the one asked for."""
    wanted = sa.true() if number is None else cases.c.number == number
    assigned: dict[int, set[str]] = {}
    query = (
        sa.select(case_assignments.c.case_id, members.c.username)
        .join(members, members.c.id == case_assignments.c.member_id)
        .join(cases, cases.c.id == case_assignments.c.case_id)
        .where(case_assignments.c.ended_at.is_(None), wanted)
    )
    for case_id, username in connection.execute(query):
        assigned.setdefault(case_id, set()).add(username)
    rows = connection.execute(cases.select().where(wanted).order_by(cases.c.number))
    return {
        row.number: CaseRecord(
            id=row.id,
            number=row.number,
            assigned=frozenset(assigned.get(row.id, ())),
            source=row.source,
            **{name: getattr(row, name) for name in _PLAIN},
        )
        for row in rows
    }


def _one(connection: sa.Connection, number: str) -> CaseRecord:
    number = number.strip()
    found = _load(connection, number).get(number) if number.isprintable() else None
    if found is None:
        raise BadInput("There is no such case in the register.", _SEE)
    return found


def _usernames(connection: sa.Connection) -> dict[str, int]:
    rows = connection.execute(sa.select(members.c.username, members.c.id))
    return {row.username: row.id for row in rows}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
