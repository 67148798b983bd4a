"""The register of mobile units, permissions to undock one, and what was undocked when; every change on the record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.audit.permit import Permit
from workbench.errors import BadInput, Refused
from workbench.models import Session
from workbench.policy.profile import Profile
from workbench.records.database import Database
from workbench.records.registers import storable
from workbench.records.release_tables import offices
from workbench.records.tables import cameras, members
from workbench.records.unit_tables import undocking_permissions, unit_moves, units
from workbench.units.downloads import downloads
from workbench.units.standing import standing, strangers, unit_of
from workbench.units.values import DownloadFault, Move, Permission, Unit, UnitStanding

__all__ = ["Units"]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/ -]{0,79}")
_SEE = "See: workbench unit list"
_LONGEST = 200
_LONGEST_PERMISSION = dt.timedelta(days=31)


class Units:
    """The register of mobile units.

    Parameters
    ----------
    permit : callable
        Asks the policy: :meth:`workbench.service.Service.permit`.
    profile : Profile
        Says how many days may lie between transfers, and whose permission an undocking needs.
    clock : callable
        Gives the present time, aware.
    zone : ZoneInfo
        The agency's time zone: days are counted in it.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        permit: Permit,
        profile: Profile,
        clock: Callable[[], dt.datetime],
        zone: ZoneInfo,
    ) -> None:
        self.database = database
        self.chain = chain
        self.permit = permit
        self.profile = profile
        self.clock = clock
        self.zone = zone

    # --- what there is ------------------------------------------------------------------------------------

    def standing(self, token: str, *, retired: bool = False) -> list[UnitStanding]:
        """Return every unit with its transfers and its dock, by code."""
        self.permit(token, "unit.list")
        with self.database.read() as connection:
            return standing(
                connection,
                now=self.clock(),
                zone=self.zone,
                max_days=self.profile.transfers.max_days_between,
                retired=retired,
            )

    def strangers(self, token: str) -> list[str]:
        """Return what transfers name as a unit and the register does not know."""
        self.permit(token, "unit.list")
        with self.database.read() as connection:
            return strangers(connection)

    def downloads(self, token: str, *, days: int = 30) -> list[DownloadFault]:
        """Return what went wrong with downloads in the last so many days; see :mod:`workbench.units.downloads`."""
        self.permit(token, "unit.list")
        with self.database.read() as connection:
            return downloads(connection, now=self.clock(), zone=self.zone, days=days)

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

    # --- the register -------------------------------------------------------------------------------------

    def add(
        self,
        token: str,
        *,
        code: str,
        vehicle: str = "",
        owner: str = "",
        camera: str = "",
        in_service_on: dt.date | None = None,
    ) -> Unit:
        """Enter a unit.

        Parameters
        ----------
        code : str
            What its transfers are called by: ``workbench ingest --unit CODE``.
        vehicle, owner : str
            The vehicle it is mounted in, and whose it is.
        camera : str
            Code of its camera in the register of cameras.
        in_service_on : date, optional
            Since when its transfers are due; today where left out.
        """
        session = self.permit(token, "unit.change", {"unit": code})
        code = code.strip()
        if not _CODE.fullmatch(code):
            raise BadInput(
                "That code cannot be used.",
                "Write 1 to 80 letters, digits, spaces, dots, hyphens or slashes.",
            )
        now = self.clock()
        values: dict[str, Any] = {
            "code": code,
            "vehicle": _line(vehicle, "vehicle"),
            "owner": _line(owner, "owner"),
            "in_service_on": in_service_on or now.astimezone(self.zone).date(),
        }
        with self.database.write() as connection:
            if connection.execute(sa.select(units.c.id).where(units.c.code == code)).first():
                raise BadInput("There is a unit of that code already.", _SEE)
            camera_id = _camera(connection, camera)
            entered = {"entered_at": now, "entered_by": session.member.username}
            connection.execute(units.insert(), {**values, "camera_id": camera_id, **entered})
            kept = {
                **values,
                "in_service_on": values["in_service_on"].isoformat(),
                "camera": camera,
            }
            self._record(connection, "unit.added", session, kept)
            return self._find(connection, code)

    def retire(self, token: str, code: str, why: str) -> Unit:
        """Take a unit out of service: no transfer is due from it any more."""
        session = self.permit(token, "unit.change", {"unit": code})
        if not (why := _line(why, "reason")):
            raise BadInput("The reason is missing.", "Say why it is out of service.")
        with self.database.write() as connection:
            unit = self._in_service(connection, code)
            values = {"retired_at": self.clock(), "retired_why": why}
            connection.execute(units.update().where(units.c.id == unit.id).values(**values))
            self._record(connection, "unit.retired", session, {"unit": unit.code}, why)
            return self._find(connection, code)

    # --- the dock -----------------------------------------------------------------------------------------

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
        if not (given_by := _line(given_by, "name")):
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
                "reason": _line(reason, "reason"),
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
        note = _line(note, "note")
        with self.database.write() as connection:
            newest = connection.execute(
                unit_moves.select()
                .where(unit_moves.c.unit_id == unit.id)
                .order_by(unit_moves.c.at.desc(), unit_moves.c.id.desc())
            ).first()
            was = newest.kind if newest is not None else "docked"
            if was == kind:
                raise BadInput(f"The unit is {kind} already.", _SEE)
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
            raise BadInput("That unit is out of service.", _SEE)
        return unit

    @staticmethod
    def _find(connection: sa.Connection, code: str) -> Unit:
        query = sa.select(units, cameras.c.code.label("camera")).outerjoin(
            cameras, cameras.c.id == units.c.camera_id
        )
        row = connection.execute(query.where(units.c.code == code.strip())).first()
        if row is None:
            raise BadInput("There is no such unit.", _SEE)
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


def _camera(connection: sa.Connection, code: str) -> int | None:
    """Return the number of a unit's camera."""
    if not code:
        return None
    row = connection.execute(
        sa.select(cameras.c.id, cameras.c.kind).where(cameras.c.code == code)
    ).first()
    if row is None or row.kind != "mobile":
        raise BadInput(
            "There is no mobile camera of that code.",
            "See: workbench camera list; add it with --mobile",
        )
    return int(row.id)


def _line(text: str, what: str) -> str:
    text = " ".join(text.split())
    if len(text) > _LONGEST or not storable(text):
        raise BadInput(f"The {what} cannot be kept as it is.", f"At most {_LONGEST} characters.")
    return text
