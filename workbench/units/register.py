"""The register of mobile units: which there are, when each last brought its reads, which downloads went wrong."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import sqlalchemy as sa

from workbench.errors import BadInput
from workbench.records.tables import cameras
from workbench.records.unit_tables import units
from workbench.records.words import line
from workbench.units.dock import LONGEST, SEE, Dock
from workbench.units.downloads import downloads
from workbench.units.standing import standing, strangers
from workbench.units.values import DownloadFault, Unit, UnitStanding

__all__ = ["Units"]

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/ -]{0,79}")


class Units(Dock):
    """The register of mobile units; made as :class:`workbench.units.dock.Dock` is.

    The profile says how many days may lie between transfers; days are counted in the agency's time zone.
    """

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
            "vehicle": line(vehicle, "vehicle", longest=LONGEST),
            "owner": line(owner, "owner", longest=LONGEST),
            "in_service_on": in_service_on or now.astimezone(self.zone).date(),
        }
        with self.database.write() as connection:
            if connection.execute(sa.select(units.c.id).where(units.c.code == code)).first():
                raise BadInput("There is a unit of that code already.", SEE)
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
        if not (why := line(why, "reason", longest=LONGEST)):
            raise BadInput("The reason is missing.", "Say why it is out of service.")
        with self.database.write() as connection:
            unit = self._in_service(connection, code)
            values = {"retired_at": self.clock(), "retired_why": why}
            connection.execute(units.update().where(units.c.id == unit.id).values(**values))
            self._record(connection, "unit.retired", session, {"unit": unit.code}, why)
            return self._find(connection, code)


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
