"""Special-use permits of stationary readers; where a policy publishes them, every such reader needs one.

Utah Code 72-1-212 has the state's highway agency issue them for readers on its roads.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.audit.permit import Register
from workbench.errors import BadInput
from workbench.records.tables import cameras
from workbench.records.unit_tables import camera_permits
from workbench.records.words import line, paper_hash

__all__ = ["CameraPermit", "Permits", "permits_of", "without_permit"]

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class CameraPermit:
    """A permit of a camera; ``expires_on`` is the last day it holds, None for no end."""

    camera: str
    number: str
    issued_by: str
    issued_on: dt.date
    expires_on: dt.date | None
    file_name: str
    sha256: str

    def holds(self, day: dt.date) -> bool:
        """Say whether it holds on a day."""
        return self.issued_on <= day and (self.expires_on is None or day <= self.expires_on)


class Permits(Register):
    """The register of permits.

    The profile says whether permits are published, so that stationary readers need one.
    """

    @property
    def today(self) -> dt.date:
        """The agency's calendar day."""
        return self.clock().astimezone(self.zone).date()

    def list(self, token: str) -> list[CameraPermit]:
        """Return every permit, by camera, the newest first."""
        self.permit(token, "camera.list")
        with self.database.read() as connection:
            return permits_of(connection)

    def missing(self, token: str) -> tuple[str, ...]:
        """Return the stationary cameras in use that have no permit in force; none where the policy asks for none."""
        self.permit(token, "camera.list")
        if not self.profile.publication.special_use_permits:
            return ()
        with self.database.read() as connection:
            return without_permit(connection, self.today)

    def add(
        self,
        token: str,
        *,
        camera: str,
        number: str,
        issued_by: str,
        issued_on: dt.date,
        expires_on: dt.date | None = None,
        file: Path | None = None,
    ) -> CameraPermit:
        """Enter a permit of a registered camera.

        Parameters
        ----------
        issued_by : str
            The office that issued it.
        file : Path, optional
            The permit itself: its SHA-256 is kept, not the file.
        """
        session = self.permit(token, "camera.change", {"camera": camera})
        now = self.clock()
        if issued_on > self.today or (expires_on is not None and expires_on < issued_on):
            raise BadInput("The dates of the permit do not hold.", "It is issued first, then it ends.")  # fmt: skip
        values: dict[str, Any] = {
            "number": line(number, "number", longest=_LONGEST, needed=True),
            "issued_by": line(issued_by, "office", longest=_LONGEST, needed=True),
            "issued_on": issued_on,
            "expires_on": expires_on,
            "file_name": file.name if file else "",
            "sha256": paper_hash(file, "permit") if file else "",
            "entered_by": session.member.id,
            "entered_at": now,
        }
        with self.database.write() as connection:
            key = connection.execute(
                sa.select(cameras.c.id).where(cameras.c.code == camera, cameras.c.registered)
            ).scalar()
            if key is None:
                raise BadInput("There is no such camera.", "See: workbench camera list")
            known = sa.select(camera_permits.c.id).where(
                camera_permits.c.camera_id == key, camera_permits.c.number == values["number"]
            )
            if connection.execute(known).first():
                raise BadInput("That permit is entered already.", "See: workbench camera permits")
            connection.execute(camera_permits.insert(), {**values, "camera_id": key})
            about = {
                "camera": camera,
                "number": values["number"],
                "issued_by": values["issued_by"],
                "issued_on": issued_on.isoformat(),
                "expires_on": expires_on.isoformat() if expires_on else "",
                "sha256": values["sha256"],
            }
            entry = Entry(
                "event", "camera.permitted", outcome="ok", session=session, elements=about
            )
            self.chain.append(entry, connection)
        return CameraPermit(
            camera, values["number"], values["issued_by"], issued_on, expires_on,
            values["file_name"], values["sha256"],
        )  # fmt: skip


def permits_of(connection: sa.Connection) -> list[CameraPermit]:
    """Return every permit, by camera, the newest first."""
    query = (
        sa.select(camera_permits, cameras.c.code)
        .join(cameras, cameras.c.id == camera_permits.c.camera_id)
        .order_by(cameras.c.code, camera_permits.c.issued_on.desc(), camera_permits.c.id.desc())
    )
    return [
        CameraPermit(
            row.code, row.number, row.issued_by, row.issued_on, row.expires_on, row.file_name, row.sha256
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def without_permit(connection: sa.Connection, day: dt.date) -> tuple[str, ...]:
    """Return the agency's stationary cameras in use on a day that have no permit in force, by code."""
    covered = {each.camera for each in permits_of(connection) if each.holds(day)}
    c = cameras.c
    query = sa.select(c.code).where(
        c.kind == "fixed",
        c.registered,
        c.governmental,
        sa.or_(c.installed_on.is_(None), c.installed_on <= day),
        sa.or_(c.removed_on.is_(None), c.removed_on > day),
    )
    codes = connection.execute(query.order_by(c.code)).scalars()
    return tuple(code for code in codes if code not in covered)
