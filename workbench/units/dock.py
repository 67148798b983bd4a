"""The dock: permissions to undock a unit, and what was undocked and docked when; every act on the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.audit.permit import Register
from workbench.errors import BadInput, Refused
from workbench.models import Session
from workbench.records.release_tables import offices
from workbench.records.tables import cameras, members
from workbench.records.unit_tables import undocking_permissions, unit_moves, units
from workbench.records.words import line
from workbench.units.standing import unit_of
from workbench.units.values import Move, Permission, Unit

__all__ = ["LONGEST", "SEE", "Dock"]

SEE = "See: workbench unit list"
LONGEST = 200
_LONGEST_PERMISSION = dt.timedelta(days=31)


class Dock(Register):
    """What is undocked, and by whose permission; :class:`workbench.units.Units` is the whole register.

    The profile says whose permission an undocking needs.
    """

    def moves(self, token: str, code: str = "") -> list[Move]:
        """Return when units were undocked and docked, the newest first."""
        self.permit(token, "unit.list")
        query = (
            sa.select(unit_moves, units.c.code, members.c.username)
            .join(units, units.c.id == unit_moves.c.unit_id)
            .join(members, members.c.id == unit_moves.c.entered_by)
            .order_by(unit_moves.c.at.desc(), unit_moves.c.id.desc())
        )
        if code:
            query = query.where(units.c.code == code)
        with self.database.read() as connection:
            return [
                Move(row.code, row.kind, row.at, row.permitted, row.permission_id, row.note, row.username)
                for row in connection.execute(query)
            ]  # fmt: skip

    def allow(
        self,
        token: str,
        code: str,
        *,
        given_by: str,
        start: dt.datetime,
        end: dt.datetime,
        reason: str = "",
        given_at: dt.datetime | None = None,
    ) -> Permission:
        """Enter a permission to undock a unit between two times.

        Parameters
        ----------
        given_by : str
            The person who gave it, by name; their title is the policy's own. Where the register of offices knows who
            holds it, it must be one of them.
        start, end : datetime
            Between which times the unit may be undocked, aware; at most 31 days.
        given_at : datetime, optional
            When it was given; now where left out. It covers nothing that happened before it was entered.
        """
        session = self.permit(token, "unit.permit", {"unit": code})
        now = self.clock()
        given_at = given_at or now
        if not (given_by := line(given_by, "name", longest=LONGEST)):
            raise BadInput("Who gave the permission is missing.", "Give that person's name.")
        if end <= start or end - start > _LONGEST_PERMISSION:
            raise BadInput(
                "A permission ends after it starts, within 31 days.", "Check both times."
            )
        if given_at > now or given_at > start:
            raise BadInput(
                "A permission is given before it starts, and not in the future.",
                "A unit that was undocked without one is reported with: workbench unit undock --found",
            )
        with self.database.write() as connection:
            unit = self._in_service(connection, code)
            self._check_office(connection, given_by, given_at)
            values: dict[str, Any] = {
                "unit_id": unit.id,
                "given_by": given_by,
                "title": self.profile.transfers.undocking_permission,
                "given_at": given_at,
                "start_at": start,
                "end_at": end,
                "reason": line(reason, "reason", longest=LONGEST),
                "entered_by": session.member.id,
                "entered_at": now,
            }
            key = connection.execute(undocking_permissions.insert(), values).inserted_primary_key
            kept = {
                name: value.isoformat() for name, value in values.items() if name.endswith("_at")
            }
            kept |= {"unit": unit.code, "given_by": given_by, "title": values["title"]}
            self._record(connection, "unit.permitted", session, kept, values["reason"])
            return Permission(
                int(key[0]) if key else 0, unit.code, given_by, values["title"], given_at, start, end,
                values["reason"], session.member.username,
            )  # fmt: skip

    def _check_office(self, connection: sa.Connection, name: str, at: dt.datetime) -> None:
        """Where the register of offices knows who holds the policy's title, see that it is who gave the permission."""
        title = self.profile.transfers.undocking_permission
        day = at.astimezone(self.zone).date()
        query = (
            sa.select(members.c.name)
            .join(offices, offices.c.member_id == members.c.id)
            .where(
                sa.func.lower(offices.c.title) == title.lower(),
                offices.c.since <= day,
                sa.or_(offices.c.until.is_(None), offices.c.until > day),
            )
        )
        holders = {each.casefold() for each in connection.execute(query).scalars()}
        if title and holders and name.casefold() not in holders:
            raise BadInput(
                f"That person does not hold the title {title}.",
                "Write the name as the account has it, or see who does: workbench office list",
            )

    def undock(
        self,
        token: str,
        code: str,
        *,
        at: dt.datetime | None = None,
        note: str = "",
        found: bool = False,
    ) -> Move:
        """Report that a unit is undocked.

        Where the policy asks for a permission, one must be on record for that unit and time, entered by another member.

        Parameters
        ----------
        at : datetime, optional
            When; now where left out, never in the future.
        found : bool
            The unit was found undocked and nobody had permitted it: kept as such, and reported until it is a year old.

        Raises
        ------
        Refused
            No permission stands for that unit and time.
        """
        session = self.permit(token, "unit.dock", {"unit": code, "to": "undocked"})
        at = self._moment(at)
        with self.database.read() as connection:
            unit = self._in_service(connection, code)
            permission = self._standing_permission(connection, unit, at, session)
        needed = bool(self.profile.transfers.undocking_permission)
        if needed and permission is None and not found:
            raise self._refuse(session, unit, at)
        permitted = not needed or (permission is not None and not found)
        return self._move(
            session, unit, "undocked", at, permitted, permission if permitted else None, note
        )

    def dock(self, token: str, code: str, *, at: dt.datetime | None = None, note: str = "") -> Move:
        """Report that a unit is docked again."""
        session = self.permit(token, "unit.dock", {"unit": code, "to": "docked"})
        at = self._moment(at)
        with self.database.read() as connection:
            unit = self._find(connection, code)
        return self._move(session, unit, "docked", at, True, None, note)

    def _moment(self, at: dt.datetime | None) -> dt.datetime:
        now = self.clock()
        if at is not None and at > now:
            raise BadInput("That time is still to come.", "Report it once it has happened.")
        return at or now

    def _standing_permission(
        self, connection: sa.Connection, unit: Unit, at: dt.datetime, session: Session
    ) -> int | None:
        """Return a permission that another member entered for this unit and time."""
        p = undocking_permissions.c
        query = sa.select(p.id).where(
            p.unit_id == unit.id,
            p.start_at <= at,
            p.end_at > at,
            p.entered_at <= at,
            p.entered_by != session.member.id,
        )
        return connection.execute(query.order_by(p.id.desc())).scalars().first()

    def _refuse(self, session: Session, unit: Unit, at: dt.datetime) -> Refused:
        rules = self.profile.transfers
        clause = rules.undocking_clause or rules.clause
        entry = Entry(
            "event",
            "unit.dock",
            outcome="refused",
            session=session,
            elements={"unit": unit.code, "to": "undocked", "at": at.isoformat()},
            clause=clause,
            detail="undocking.permission",
        )
        self.chain.append(entry)
        return Refused(
            f"No permission to undock {unit.code} at that time is on record.",
            clause=clause,
            citation=self.profile.cite(clause),
            remedy=f"Obtain it from the {rules.undocking_permission}, and have another member enter it: "
            "workbench unit permit",
        )

    def _move(
        self,
        session: Session,
        unit: Unit,
        kind: Literal["undocked", "docked"],
        at: dt.datetime,
        permitted: bool,  # noqa: FBT001 - named where it is called
        permission_id: int | None,
        note: str,
    ) -> Move:
        note = line(note, "note", longest=LONGEST)
        with self.database.write() as connection:
            newest = connection.execute(
                unit_moves.select()
                .where(unit_moves.c.unit_id == unit.id)
                .order_by(unit_moves.c.at.desc(), unit_moves.c.id.desc())
            ).first()
            was = newest.kind if newest is not None else "docked"
            if was == kind:
                raise BadInput(f"The unit is {kind} already.", SEE)
            if newest is not None and at < newest.at:
                raise BadInput("That lies before what was reported last.", "Check the time.")
            values = {
                "unit_id": unit.id,
                "kind": kind,
                "at": at,
                "permission_id": permission_id,
                "permitted": permitted,
                "note": note,
                "entered_by": session.member.id,
                "entered_at": self.clock(),
            }
            connection.execute(unit_moves.insert(), values)
            kept = {"unit": unit.code, "at": at.isoformat(), "permitted": permitted}
            if permission_id is not None:
                kept["permission"] = permission_id
            self._record(connection, f"unit.{kind}", session, kept, note)
        return Move(unit.code, kind, at, permitted, permission_id, note, session.member.username)

    def _in_service(self, connection: sa.Connection, code: str) -> Unit:
        unit = self._find(connection, code)
        if unit.retired_at is not None:
            raise BadInput("That unit is out of service.", SEE)
        return unit

    @staticmethod
    def _find(connection: sa.Connection, code: str) -> Unit:
        query = sa.select(units, cameras.c.code.label("camera")).outerjoin(
            cameras, cameras.c.id == units.c.camera_id
        )
        row = connection.execute(query.where(units.c.code == code.strip())).first()
        if row is None:
            raise BadInput("There is no such unit.", SEE)
        return unit_of(row)

    def _record(
        self,
        connection: sa.Connection,
        action: str,
        session: Session,
        elements: Mapping[str, Any],
        detail: str = "",
    ) -> None:
        entry = Entry(
            "event", action, outcome="ok", session=session, elements=elements, detail=detail
        )
        self.chain.append(entry, connection)
