"""The register of cameras and their outages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from registers import NOW, open_chain, record, rejects, write

from workbench.cameras import COLUMNS, Cameras
from workbench.errors import BadInput
from workbench.records.database import Database
from workbench.records.registers import Imported
from workbench.records.tables import cameras as table

ZONE = ZoneInfo("America/Los_Angeles")
HEADER = ",".join(COLUMNS)


class Yard:
    """A register of cameras on a fresh database."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database = database
        self.home = home
        self.rejects = home / "rejects"
        self.cameras = Cameras(database, open_chain(database, home), lambda: NOW)

    def bring_in(self, text: str) -> Imported:
        path = write(self.home / "cameras.csv", text)
        return self.cameras.import_csv(path, rejects=self.rejects)

    def outages(self, text: str) -> Imported:
        path = write(self.home / "outages.csv", text)
        return self.cameras.import_outages_csv(path, rejects=self.rejects, zone=ZONE)

    def rows(self) -> list[dict[str, Any]]:
        return self.cameras.list().to_dict("records")  # type: ignore[return-value]


@pytest.fixture
def yard(database: Database, tmp_path: Path) -> Yard:
    return Yard(database, tmp_path)


@pytest.fixture
def desk(sqlite: Database, tmp_path: Path) -> Yard:
    return Yard(sqlite, tmp_path)


def test_a_camera_as_entered_and_as_listed(yard: Yard) -> None:
    yard.cameras.add(code="C04", kind="fixed", name="5th and Main", latitude=36.58,
                     longitude=-120.25, heading=90, vendor_key="4711",
                     installed_on=dt.date(2025, 1, 2))  # fmt: skip
    yard.cameras.add(code="M1", kind="mobile", governmental=False)
    frame = yard.cameras.list()
    assert list(frame["code"]) == ["C04", "M1"]
    first, second = frame.to_dict("records")
    assert (first["latitude"], first["longitude"], first["heading"]) == (36.58, -120.25, 90)
    assert (first["registered"], first["governmental"], first["outages"]) == (True, True, 0)
    assert first["installed_on"] == dt.date(2025, 1, 2)
    assert (second["governmental"], second["out_now"]) == (False, False)
    assert frame["latitude"].dtype == float
    assert frame["latitude"].isna().tolist() == [False, True]
    (action, _, elements), _ = record(yard.database)
    assert action == "camera.added"
    assert (elements["code"], elements["installed_on"]) == ("C04", "2025-01-02")


def test_an_empty_register_is_an_empty_table(desk: Yard) -> None:
    assert list(desk.cameras.list().columns) == [*COLUMNS, "outages", "out_now"]
    assert desk.cameras.outages().empty


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"code": ""}, "the code is not"),
        ({"code": "C\n4"}, "the code is not"),
        ({"kind": "drone"}, "neither fixed nor mobile"),
        ({"latitude": None, "longitude": None}, "a fixed camera has no position"),
        ({"latitude": None}, "without a"),
        ({"latitude": -120.25, "longitude": 36.58}, "not on the globe"),
        ({"latitude": float("nan")}, "not on the globe"),
        ({"latitude": 0.0, "longitude": 0.0}, "0, 0"),
        ({"heading": 400}, "heading"),
        ({"name": "\ud800"}, "cannot be kept"),
        (
            {"installed_on": dt.date(2026, 2, 1), "removed_on": dt.date(2026, 1, 1)},
            "removed before",
        ),
    ],
)
def test_what_a_camera_cannot_be(desk: Yard, fields: dict[str, Any], message: str) -> None:
    good = {"code": "C04", "kind": "fixed", "latitude": 36.58, "longitude": -120.25}
    with pytest.raises(BadInput, match=message):
        desk.cameras.add(**{**good, **fields})
    assert desk.cameras.list().empty


def test_a_code_and_a_vendor_key_are_one_cameras(desk: Yard) -> None:
    desk.cameras.add(code="M1", kind="mobile", vendor_key="unit-7")
    with pytest.raises(BadInput, match="of that code already"):
        desk.cameras.add(code="M1", kind="mobile")
    with pytest.raises(BadInput, match="the vendor key is that of camera M1"):
        desk.cameras.add(code="M2", kind="mobile", vendor_key="unit-7")


CAMERAS = f"""
    {HEADER}
    C01,5th and Main,fixed,36.58,-120.25,90,4711,,yes,true,2025-01-02,
    M1,Patrol 7,mobile,,,,unit-7,Santa Lucera PD,1,,,
    P1,Mall,fixed,36.59,-120.26,,,Mall Security,no,,,2026-01-31
"""


def test_cameras_from_a_file(yard: Yard) -> None:
    result = yard.bring_in(CAMERAS)
    assert (result.accepted, result.rejected) == (3, ())
    first, mobile, private = yard.rows()
    assert (first["name"], first["heading"], first["vendor_key"]) == ("5th and Main", 90, "4711")
    assert (mobile["kind"], mobile["owner"]) == ("mobile", "Santa Lucera PD")
    assert (private["governmental"], private["removed_on"]) == (False, dt.date(2026, 1, 31))
    assert record(yard.database, "camera.imported")[0][2]["accepted"] == 3


def test_a_later_file_updates_and_says_what(yard: Yard) -> None:
    yard.bring_in(CAMERAS)
    assert yard.bring_in(CAMERAS).unchanged == 3
    result = yard.bring_in(
        "code,kind,latitude,longitude,name\nC01,fixed,36.581,-120.25,\nM1,mobile,,,"
    )
    assert (result.updated, result.unchanged, result.changes) == (1, 1, ("C01: latitude",))
    first = yard.rows()[0]
    assert (first["latitude"], first["name"], first["heading"]) == (36.581, "5th and Main", 90)
    assert record(yard.database, "camera.changed") == [
        ("camera.changed", "", {"camera": "C01", "latitude": [36.58, 36.581]})
    ]


def test_bad_rows_are_named_and_nothing_of_them_is_kept(yard: Yard) -> None:
    result = yard.bring_in(
        """
        code,kind,latitude,longitude,heading,governmental,installed_on,vendor_key
        C01,fixed,36.58,-120.25,90,yes,2025-01-02,4711
        ,fixed,36.58,-120.25,,,,
        C02,tower,36.58,-120.25,,,,
        C03,fixed,,,,,,
        C04,fixed,north,-120.25,,,,
        C05,fixed,136.58,-120.25,,,,
        C06,fixed,36.58,-120.25,N,,,
        C07,fixed,36.58,-120.25,,maybe,,
        C08,fixed,36.58,-120.25,,,1/2/2025,
        C09,fixed,36.58,-120.25,,,,4711
        C01,fixed,36.58,-120.25,,,,
        """
    )
    assert [(line, reason) for line, reason, _ in rejects(result.reject_file)] == [
        (3, "the code is not 1 to 80 letters, digits, spaces, dots, hyphens or slashes"),
        (4, "the kind is neither fixed nor mobile"),
        (5, "a fixed camera has no position"),
        (6, "the latitude is not a number"),
        (7, "the latitude is not between -90 and 90"),
        (8, "the heading is not a number"),
        (9, "a cell says neither yes nor no"),
        (10, "a day is not written like 2026-03-02"),
        (11, "the vendor key is that of camera C01"),
        (12, "the camera stands on line 2 already"),
    ]
    assert [row["code"] for row in yard.rows()] == ["C01"]


def stranger(yard: Yard, **fields: Any) -> int:
    """Put a camera into the register as ingest does when it meets one that nobody registered."""
    values = {"code": "unit-7", "name": "", "kind": "mobile", "vendor_key": "agent/unit-7",
              "governmental": True, "registered": False, **fields}  # fmt: skip
    with yard.database.write() as connection:
        insert = table.insert().returning(table.c.id)
        return int(connection.execute(insert, values).scalar_one())


@pytest.mark.parametrize("vendor_key", ["unit-7", "agent/unit-7"])
def test_a_camera_that_ingest_met_is_taken_over_with_its_reads(yard: Yard, vendor_key: str) -> None:
    key = stranger(yard)
    result = yard.bring_in(f"code,kind,name,vendor_key\nM1,mobile,Patrol 7,{vendor_key}")
    assert result.updated == 1
    with yard.database.read() as connection:
        (row,) = connection.execute(table.select())
    assert (row.id, row.code, row.name, row.registered) == (key, "M1", "Patrol 7", True)


def test_a_camera_entered_by_hand_takes_over_what_ingest_met(desk: Yard) -> None:
    key = stranger(desk)
    desk.cameras.add(code="unit-7", kind="mobile", name="Patrol 7")
    with desk.database.read() as connection:
        (row,) = connection.execute(table.select())
    assert (row.id, row.name, row.registered) == (key, "Patrol 7", True)


OUTAGES = """
    camera,start_at,end_at,reason,source
    C01,2026-03-02T20:00:00-08:00,2026-03-02T22:00:00-08:00,no power,city
    C01,2026-03-10 18:00,,lens,shift log
"""


def test_outages_from_a_file(yard: Yard) -> None:
    yard.bring_in(CAMERAS)
    result = yard.outages(OUTAGES)
    assert (result.accepted, result.rejected) == (2, ())
    first, second = yard.cameras.outages().to_dict("records")
    assert first["start_at"] == dt.datetime(2026, 3, 3, 4, tzinfo=dt.UTC)
    assert first["end_at"] == dt.datetime(2026, 3, 3, 6, tzinfo=dt.UTC)
    assert (first["camera"], first["reason"], first["source"]) == ("C01", "no power", "city")
    assert second["start_at"] == dt.datetime(2026, 3, 11, 1, tzinfo=dt.UTC)
    camera = yard.rows()[0]
    assert (camera["outages"], camera["out_now"]) == (2, True)
    assert yard.outages(OUTAGES).unchanged == 2


def test_an_outage_that_ended_is_updated(yard: Yard) -> None:
    yard.bring_in(CAMERAS)
    yard.outages(OUTAGES)
    result = yard.outages("camera,start_at,end_at,reason,source\n"
                          "C01,2026-03-10 18:00,2026-03-10 18:30,lens,shift log")  # fmt: skip
    assert result.changes == ("C01 2026-03-10 18:00: end_at",)
    assert not yard.rows()[0]["out_now"]
    (line,) = record(yard.database, "outage.changed")
    assert line[2]["before"] == {"end_at": None}
    assert line[2]["end_at"] == "2026-03-11T01:30:00+00:00"


def test_bad_outages_are_named(desk: Yard) -> None:
    desk.bring_in(CAMERAS)
    result = desk.outages(
        """
        camera,start_at,end_at
        C99,2026-03-02T20:00:00-08:00,
        C01,yesterday,
        C01,,
        C01,2026-03-02T20:00:00-08:00,2026-03-02T20:00:00-08:00
        C01,2025-11-02 01:30,2025-11-02 05:00
        C01,2026-03-08 02:30,2026-03-08 05:00
        C01,0001-01-01T00:00+14:00,
        C01,2026-03-02T20:00Z,
        C01,2026-03-02T12:00:00-08:00,
        """
    )
    reasons = [reason for _, reason, _ in rejects(result.reject_file)]
    assert reasons[0] == "no camera of that code is in the register"
    assert "cannot be read" in reasons[1]
    assert "cannot be read" in reasons[2]
    assert reasons[3] == "the outage ends before it starts"
    assert "shown twice" in reasons[4]
    assert "01:30-07:00 or 2025-11-02T01:30-08:00" in reasons[4]
    assert "never shown" in reasons[5]
    assert reasons[6] == "a time is outside the calendar"
    assert reasons[7] == "the outage stands on line 9 already"
    assert result.accepted == 1
