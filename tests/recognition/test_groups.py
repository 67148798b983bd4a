"""Pictures become reads through the ordinary ingest, with camera, time and place from wherever they are known."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from pictures_made import a_reading
from world import SCENE, World

from workbench.errors import BadInput
from workbench.recognition.batch import FileRead, Look
from workbench.recognition.groups import NamePattern, Terms, groups
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen
from workbench.records import tables

ZONE = ZoneInfo("America/Los_Angeles")
BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 5.0), (0.0, 5.0))
SURE = a_reading("8ABC123", 0.99)
EVENING = dt.datetime(2026, 3, 2, 21, 12, 5)  # noqa: DTZ001
UTC = "2026-03-03T05:12:05+00:00"


def look(*readings: Reading, at: dt.datetime | None = EVENING, **fields: object) -> Look:
    plates = tuple(PlateSeen(BOX, 0.9, reading) for reading in readings or (SURE,))
    return Look(plates, (320, 240), at, **fields)


def a_file(*looks: Look, name: str = "C04_20260302-211205_1.jpg") -> FileRead:
    return FileRead(Path("gate") / name, looks, "ab" * 32)


def moment(group: dict[str, int]) -> str:
    return dt.datetime.fromtimestamp(group["epoch_start"] / 1000, dt.UTC).isoformat()


def test_a_plate_becomes_a_group_with_its_candidates() -> None:
    blurred = a_reading("8ABC123", 0.999, {0: {"8": 0.7, "B": 0.29}})
    (group,), left = groups(a_file(look(blurred)), Terms(ZONE, "C04"))
    assert left == []
    assert group["best_plate_number"] == "8ABC123"
    assert group["best_confidence"] == pytest.approx(69.58, abs=0.01)
    assert [each["plate"] for each in group["candidates"]] == ["8ABC123", "BABC123"]
    assert moment(group) == UTC
    assert group["best_uuid"].startswith("ab" * 16)


@pytest.mark.parametrize(
    ("at", "terms", "expected"),
    [
        (EVENING, Terms(ZONE, "C04"), UTC),
        (EVENING.replace(tzinfo=dt.UTC), Terms(None, "C04"), "2026-03-02T21:12:05+00:00"),
        (None, Terms(ZONE, names=NamePattern("{camera}_%Y%m%d-%H%M%S_*")), UTC),
        (dt.datetime(2020, 1, 1), Terms(ZONE, names=NamePattern("{camera}_%Y%m%d-%H%M*")), "2026-03-03T05:12:00+00:00"),  # noqa: DTZ001
        (EVENING, Terms(ZONE, "C04", at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC)), "2026-03-01T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_time_is_what_is_given_then_the_name_then_the_picture(
    at: dt.datetime | None, terms: Terms, expected: str
) -> None:
    (group,), _ = groups(a_file(look(at=at)), terms)
    assert moment(group) == expected
    assert group["camera_id"] == "C04"


def test_place_is_what_is_given_then_the_pictures_then_none() -> None:
    there = look(position=(36.6, -120.3))
    for terms, expected in (
        (Terms(ZONE, "C04", position=(36.5, -120.2)), (36.5, -120.2)),
        (Terms(ZONE, "C04"), (36.6, -120.3)),
    ):
        (group,), _ = groups(a_file(there), terms)
        assert (group["gps_latitude"], group["gps_longitude"]) == expected
    (group,), _ = groups(a_file(look()), Terms(ZONE, "C04"))
    assert (group["gps_latitude"], group["gps_longitude"]) == (None, None)


@pytest.mark.parametrize(
    ("result", "terms", "reason"),
    [
        (a_file(look()), Terms(ZONE), "No camera"),
        (a_file(look(at=None)), Terms(ZONE, "C04"), "No time"),
        (a_file(look()), Terms(None, "C04"), "no time zone"),
        (a_file(look(at=dt.datetime(2026, 3, 8, 2, 30))), Terms(ZONE, "C04"), "never shown"),  # noqa: DTZ001
        (a_file(look(at=dt.datetime(2026, 11, 1, 1, 30))), Terms(ZONE, "C04"), "shown twice"),  # noqa: DTZ001
        (a_file(look(a_reading("8ABC123", 0.8))), Terms(ZONE, "C04"), "too uncertain"),
        (a_file(look(Reading("", 0.9, 0.9, ()))), Terms(ZONE, "C04"), "too uncertain"),
        (FileRead(Path("x.jpg"), problem="The file is empty."), Terms(ZONE, "C04"), "is empty"),
    ],
)
def test_what_is_left_out_is_listed_with_its_reason(
    result: FileRead, terms: Terms, reason: str
) -> None:
    found, (left,) = groups(result, terms)
    assert found == []
    assert reason in left.reason
    assert left.file == str(result.path)
    assert "8ABC123" not in left.reason


def test_a_car_in_many_frames_is_one_read_a_passing() -> None:
    seconds = (0.0, 1.0, 2.0, 60.0)
    sure = (0.97, 0.995, 0.98, 0.99)
    looks = [
        look(a_reading("8ABC123", p), frame=n, seconds=s)
        for n, (s, p) in enumerate(zip(seconds, sure, strict=True))
    ]
    other = look(a_reading("7XYZ789", 0.99), frame=9, seconds=1.5)
    found, _ = groups(a_file(*looks, other), Terms(ZONE, "C04"))
    assert [(each["best_plate_number"], moment(each)[14:19]) for each in found] == [
        ("8ABC123", "12:06"),
        ("8ABC123", "13:05"),
        ("7XYZ789", "12:06"),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "plate", "%H%M", "{camera}{camera}", "{cam}", "%Q", "****{camera}", "100%", "%Y%m%d"],
)
def test_a_pattern_that_cannot_be_understood_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="pattern of file names"):
        NamePattern(text)


def test_names_that_do_not_fit_give_nothing() -> None:
    pattern = NamePattern("{camera}_%Y%m%d-%H%M%S")
    assert pattern.find("holiday") == ("", None)
    assert pattern.find("C04_20261399-250000") == ("C04", None)


def test_ingest_takes_the_file_in(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    world.camera("C04", at=SCENE)
    blurred = a_reading("8ABC123", 0.999, {0: {"8": 0.7, "B": 0.29}})
    found, _ = groups(a_file(look(blurred, SURE)), Terms(ZONE, "C04"))
    path = tmp_path / "gate.jsonl"
    path.write_text("".join(json.dumps(group) + "\n" for group in found))
    token = world.login(world.member("ives", "administrator"))
    result = world.service.ingest(token, path)
    assert (result.format, result.accepted, result.rejected) == ("alpr_group", 2, 0)
    with world.service.database.read() as connection:
        row = connection.execute(sa.select(tables.reads).order_by(tables.reads.c.id)).first()
    assert (row.plate, row.source_id) == ("8ABC123", found[0]["best_uuid"])
    assert (row.latitude, row.longitude) == SCENE
    assert row.confidence == pytest.approx(0.6958, abs=1e-4)
    assert json.loads(row.candidates) == [["BABC123", pytest.approx(0.2883, abs=1e-4)]]
    assert row.captured_at.isoformat() == UTC
