"""The register of cameras and of the times when they were out; every change on the record."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.errors import BadInput, BadTime
from workbench.models import Session
from workbench.records.database import Database
from workbench.records.registers import (
    BadRow,
    Imported,
    RegisterFile,
    Tally,
    day,
    number,
    read_register,
    storable,
    yes_or_no,
)
from workbench.records.tables import cameras, outages
from workbench.times import parse_time

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pandas as pd

__all__ = ["COLUMNS", "OUTAGE_COLUMNS", "Cameras"]

COLUMNS = (
    "code",
    "name",
    "kind",
    "latitude",
    "longitude",
    "heading",
    "vendor_key",
    "owner",
    "governmental",
    "registered",
    "installed_on",
    "removed_on",
)
"""Columns of a CSV file of cameras."""

OUTAGE_COLUMNS = ("camera", "start_at", "end_at", "reason", "source")
"""Columns of a CSV file of outages; times are ISO 8601, and ``end_at`` is empty while a camera is still out."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/ -]{0,79}")
_SEE = "See: workbench camera list"
_Values = dict[str, Any]


class Cameras:
    """The register of cameras.

    Parameters
    ----------
    clock : callable
        Gives the present time, aware.
    """

    def __init__(self, database: Database, chain: Chain, clock: Callable[[], dt.datetime]) -> None:
        self.database = database
        self.chain = chain
        self.clock = clock

    def list(self) -> pd.DataFrame:
        """Return every camera, by code: the columns of :data:`COLUMNS`, ``outages`` (their number) and ``out_now``."""
        import pandas as pd

        now = self.clock()
        counted = sa.func.count(outages.c.id)
        still = sa.and_(
            outages.c.start_at <= now, sa.or_(outages.c.end_at.is_(None), outages.c.end_at > now)
        )
        open_ones = sa.func.coalesce(sa.func.sum(sa.case((still, 1), else_=0)), 0)
        query = (
            sa.select(*(cameras.c[name] for name in COLUMNS), counted, open_ones)
            .outerjoin(outages, outages.c.camera_id == cameras.c.id)
            .group_by(cameras.c.id)
            .order_by(cameras.c.code)
        )
        with self.database.read() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        frame = pd.DataFrame(rows, columns=[*COLUMNS, "outages", "out_now"])
        kinds = dict.fromkeys(("latitude", "longitude", "heading"), float)
        return frame.astype({**kinds, "outages": int, "out_now": bool})

    def outages(self) -> pd.DataFrame:
        """Return every outage, by camera and start: the columns of :data:`OUTAGE_COLUMNS`, times in UTC."""
        import pandas as pd

        query = (
            sa.select(
                cameras.c.code, outages.c.start_at, outages.c.end_at, outages.c.reason, outages.c.source
            )
            .join(cameras, cameras.c.id == outages.c.camera_id)
            .order_by(cameras.c.code, outages.c.start_at)
        )  # fmt: skip
        with self.database.read() as connection:
            rows = [tuple(row) for row in connection.execute(query)]
        frame = pd.DataFrame(rows, columns=list(OUTAGE_COLUMNS))
        for name in ("start_at", "end_at"):
            frame[name] = pd.to_datetime(frame[name], utc=True)
        return frame

    def add(
        self,
        *,
        code: str,
        kind: str,
        name: str = "",
        latitude: float | None = None,
        longitude: float | None = None,
        heading: float | None = None,
        vendor_key: str = "",
        owner: str = "",
        governmental: bool = True,
        installed_on: dt.date | None = None,
        removed_on: dt.date | None = None,
        by: Session | None = None,
    ) -> dict[str, Any]:
        """Enter a camera and return it. One that ingest has met and entered as not registered is taken over.

        Parameters
        ----------
        kind : str
            ``fixed`` (then it has a position) or ``mobile``.
        latitude, longitude, heading : float, optional
            Degrees; the heading from north, the way the traffic goes that it reads.
        vendor_key : str
            What the vendor's files call it, where that is not its code.
        """
        values: _Values = {
            "code": code.strip(),
            "name": name.strip(),
            "kind": kind,
            "latitude": latitude,
            "longitude": longitude,
            "heading": heading,
            "vendor_key": vendor_key.strip(),
            "owner": owner.strip(),
            "governmental": governmental,
            "registered": True,
            "installed_on": installed_on,
            "removed_on": removed_on,
        }
        with self.database.write() as connection:
            register = _Register(connection)
            try:
                known = register.find(values)
                register.check(values, known)
            except BadRow as problem:
                raise BadInput(f"The camera cannot be entered: {problem}.", _SEE) from None
            if known is not None and known["registered"]:
                raise BadInput("There is a camera of that code already.", _SEE)
            self._write(connection, known, values, by)
        return values

    def import_csv(
        self,
        path: Path,
        *,
        rejects: Path,
        by: Session | None = None,
        ignore: Collection[str] = (),
    ) -> Imported:
        """Bring in cameras from a CSV file with the columns :data:`COLUMNS`; ``code`` and ``kind`` must be there.

        A known camera is updated; an empty cell leaves a field as it is. Rows stand or fall whole.
        """
        file = read_register(path, columns=COLUMNS, required=("code", "kind"), ignore=ignore)
        tally = Tally()
        with self.database.write() as connection:
            register = _Register(connection)
            lines: dict[str, int] = {}
            for row in file.rows:
                try:
                    given = _camera_cells(row.cells)
                    known = register.find(given)
                    values = {**(known or _blank()), **given}
                    register.check(values, known)
                except BadRow as problem:
                    tally.reject(row, str(problem))
                    continue
                first = lines.setdefault(values["code"], row.line)
                if first != row.line:
                    tally.reject(row, f"the camera stands on line {first} already")
                    continue
                changed = self._write(connection, known, values, by)
                register.note(values)
                if known is None:
                    tally.accepted += 1
                else:
                    tally.note(values["code"], changed)
            return self._finish(connection, "camera.imported", file, tally, rejects, by)

    def import_outages_csv(
        self,
        path: Path,
        *,
        rejects: Path,
        zone: ZoneInfo,
        by: Session | None = None,
        ignore: Collection[str] = (),
    ) -> Imported:
        """Bring in outages from a CSV file with the columns :data:`OUTAGE_COLUMNS`.

        An outage is known by its camera and start: the same again with another end, reason or source is updated.

        Parameters
        ----------
        zone : ZoneInfo
            What a time without an offset is read in; one that a clock change makes ambiguous is rejected.
        """
        required = ("camera", "start_at")
        file = read_register(path, columns=OUTAGE_COLUMNS, required=required, ignore=ignore)
        tally = Tally()
        with self.database.write() as connection:
            named = connection.execute(sa.select(cameras.c.code, cameras.c.id))
            codes = {row.code: row.id for row in named}
            known = {
                (row.camera_id, row.start_at): row for row in connection.execute(outages.select())
            }
            lines: dict[tuple[int, dt.datetime], int] = {}
            for row in file.rows:
                try:
                    values = _outage_cells(row.cells, codes, zone)
                except BadRow as problem:
                    tally.reject(row, str(problem))
                    continue
                key = (values["camera_id"], values["start_at"])
                first = lines.setdefault(key, row.line)
                if first != row.line:
                    tally.reject(row, f"the outage stands on line {first} already")
                    continue
                changed = self._write_outage(
                    connection, row.cells["camera"], known.get(key), values, by
                )
                if key in known:
                    tally.note(f"{row.cells['camera']} {row.cells['start_at']}", changed)
                else:
                    tally.accepted += 1
            return self._finish(connection, "outage.imported", file, tally, rejects, by)

    def _write(
        self,
        connection: sa.Connection,
        known: Mapping[str, Any] | None,
        values: Mapping[str, Any],
        by: Session | None,
    ) -> tuple[str, ...]:
        """Write a camera where it differs from what is known, and return the names of those fields."""
        if known is None:
            connection.execute(cameras.insert(), {name: values[name] for name in COLUMNS})
            about = {name: _plain(values[name]) for name in COLUMNS}
            self._record(connection, "camera.added", about, by)
            return COLUMNS
        changed = tuple(name for name in COLUMNS if known[name] != values[name])
        if changed:
            fresh = {name: values[name] for name in changed}
            connection.execute(cameras.update().where(cameras.c.id == known["id"]).values(**fresh))
            about = {name: [_plain(known[name]), _plain(values[name])] for name in changed}
            self._record(connection, "camera.changed", {**about, "camera": values["code"]}, by)
        return changed

    def _write_outage(
        self,
        connection: sa.Connection,
        code: str,
        known: sa.Row[Any] | None,
        values: Mapping[str, Any],
        by: Session | None,
    ) -> tuple[str, ...]:
        about = {"camera": code, **{name: _plain(values[name]) for name in OUTAGE_COLUMNS[1:]}}
        if known is None:
            connection.execute(outages.insert(), dict(values))
            self._record(connection, "outage.added", about, by)
            return OUTAGE_COLUMNS
        changed = tuple(name for name in OUTAGE_COLUMNS[1:] if getattr(known, name) != values[name])
        if changed:
            fresh = {name: values[name] for name in changed}
            connection.execute(outages.update().where(outages.c.id == known.id).values(**fresh))
            about["before"] = {name: _plain(getattr(known, name)) for name in changed}
            self._record(connection, "outage.changed", about, by)
        return changed

    def _finish(
        self,
        connection: sa.Connection,
        action: str,
        file: RegisterFile,
        tally: Tally,
        rejects: Path,
        by: Session | None,
    ) -> Imported:
        result = tally.finish(file, rejects, self.clock())
        self._record(connection, action, result.counts(), by)
        return result

    def _record(
        self, connection: sa.Connection, action: str, elements: _Values, by: Session | None
    ) -> None:
        entry = Entry("event", action, outcome="ok", session=by, elements=elements)
        self.chain.append(entry, connection)


class _Register:
    """The register as one import sees it."""

    def __init__(self, connection: sa.Connection) -> None:
        rows = [dict(row._mapping) for row in connection.execute(cameras.select())]  # noqa: SLF001
        self._by_code = {row["code"]: row for row in rows}
        self._by_key = {row["vendor_key"]: row for row in rows if row["vendor_key"]}
        self._strangers = {
            name: row
            for row in rows
            if not row["registered"]
            for name in (row["code"], row["vendor_key"])
            if name
        }

    def find(self, values: Mapping[str, Any]) -> _Values | None:
        """Return the camera of that code, or one not registered that goes by its code or vendor key."""
        names = (values["code"], values.get("vendor_key", ""))
        return self._by_code.get(names[0]) or next(
            (self._strangers[name] for name in names if name in self._strangers), None
        )

    def check(self, values: _Values, known: Mapping[str, Any] | None) -> None:
        """Raise BadRow where a camera as it would be does not hold together."""
        if not _CODE.fullmatch(values["code"]):
            raise BadRow(
                "the code is not 1 to 80 letters, digits, spaces, dots, hyphens or slashes"
            )
        if values["kind"] not in ("fixed", "mobile"):
            raise BadRow("the kind is neither fixed nor mobile")
        if not storable(values["name"] + values["vendor_key"] + values["owner"]):
            raise BadRow("a text holds a character that cannot be kept")
        _check_place(values)
        first, last = values["installed_on"], values["removed_on"]
        if first and last and last < first:
            raise BadRow("the camera was removed before it was installed")
        holder = self._by_key.get(values["vendor_key"])
        if holder and holder["registered"] and (known is None or holder["id"] != known["id"]):
            raise BadRow(f"the vendor key is that of camera {holder['code']}")

    def note(self, values: Mapping[str, Any]) -> None:
        """Keep in mind what was just written."""
        if values["vendor_key"]:
            self._by_key[values["vendor_key"]] = {"id": None, **values}


def _blank() -> _Values:
    return {
        **dict.fromkeys(("latitude", "longitude", "heading", "installed_on", "removed_on")),
        **dict.fromkeys(("code", "name", "kind", "vendor_key", "owner"), ""),
        "governmental": True,
        "registered": True,
    }


def _camera_cells(cells: Mapping[str, str]) -> _Values:
    """Return what a row says of a camera; empty cells say nothing."""
    read: _Values = {
        "latitude": number(cells.get("latitude", ""), -90, 90, "latitude"),
        "longitude": number(cells.get("longitude", ""), -180, 180, "longitude"),
        "heading": number(cells.get("heading", ""), 0, 360, "heading"),
        "governmental": yes_or_no(cells.get("governmental", "")),
        "registered": yes_or_no(cells.get("registered", "")),
        "installed_on": day(cells.get("installed_on", "")),
        "removed_on": day(cells.get("removed_on", "")),
    }
    if read["registered"] is None:
        read["registered"] = True
    texts = {name: cells.get(name, "") for name in ("code", "name", "vendor_key", "owner")}
    texts["kind"] = cells.get("kind", "").lower()
    said = {name: text for name, text in texts.items() if text}
    return {"code": "", **said, **{name: it for name, it in read.items() if it is not None}}


def _check_place(values: Mapping[str, Any]) -> None:
    latitude, longitude = values["latitude"], values["longitude"]
    if (latitude is None) != (longitude is None):
        raise BadRow("a latitude without a longitude, or the other way round")
    if latitude is None:
        if values["kind"] == "fixed":
            raise BadRow("a fixed camera has no position")
    elif not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BadRow("the position is not on the globe: latitude, then longitude, in degrees")
    elif latitude == longitude == 0:
        raise BadRow("the position is 0, 0: the place of no camera")
    if values["heading"] is not None and not 0 <= values["heading"] <= 360:
        raise BadRow("the heading is not between 0 and 360")


def _outage_cells(cells: Mapping[str, str], codes: Mapping[str, int], zone: ZoneInfo) -> _Values:
    """Return what a row says of an outage."""
    if cells["camera"] not in codes:
        raise BadRow("no camera of that code is in the register")
    try:
        start = parse_time(cells["start_at"], zone)
        end = parse_time(cells["end_at"], zone) if cells.get("end_at") else None
    except BadTime as error:
        raise BadRow(str(error)) from None
    except OverflowError:
        raise BadRow("a time is outside the calendar") from None
    if end is not None and end <= start:
        raise BadRow("the outage ends before it starts")
    return {
        "camera_id": codes[cells["camera"]],
        "start_at": start,
        "end_at": end,
        "reason": cells.get("reason", ""),
        "source": cells.get("source", ""),
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
