"""Checking: what makes a read unusable, what is left empty, and what reasons say."""

from __future__ import annotations

import json
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from transfer_files import NOW

from workbench.errors import BadTransfer
from workbench.ingest.cameras import MOST_NEW, Camera, Register
from workbench.ingest.check import COLUMNS, Terms, check
from workbench.ingest.formats.base import Batch, Conventions

TERMS = Terms(zone=ZoneInfo("America/Los_Angeles"), now=NOW, source_agency="Santa Lucera PD")
FIXED = Camera(1, "C1", "fixed", 36.58, -120.25, governmental=True)
MOBILE = Camera(2, "M1", "mobile", None, None, governmental=True)
PRIVATE = Camera(3, "P1", "fixed", 36.59, -120.25, governmental=False)
GOOD = {"plate": "7ABX123", "captured_at": "2026-03-02 20:10:00Z", "camera": "C1"}


def register(**options) -> Register:
    return Register([(FIXED, "101"), (MOBILE, "AG/202"), (PRIVATE, "303")], **options)


def batch(*rows: dict, **conventions) -> Batch:
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: [row.get(name) for row in rows] for name in names}
    lines = list(range(1, len(rows) + 1))
    return Batch(
        columns, lines, [str(row) for row in rows], [], Counter(), Conventions(**conventions)
    )


def one(terms=TERMS, cameras=None, conventions=None, **changes):
    """Return the read that a row gives, or the reason why it gives none."""
    checked = check(batch({**GOOD, **changes}, **(conventions or {})), cameras or register(), terms)
    if checked.problems:
        (problem,) = checked.problems
        return problem.reason
    return {name: checked.columns.get(name, [None])[0] for name in COLUMNS}


@pytest.mark.parametrize(
    ("raw", "plate"),
    [
        ("7abx123", "7ABX123"),
        (" 7ABX-123 ", "7ABX123"),
        ("７ＡＢＸ１２３", "7ABX123"),
        (7123456, "7123456"),
        ("7ABX·123\x00", "7ABX123"),
    ],
)
def test_plates_are_normalized_and_kept_as_read(raw, plate):
    read = one(plate=raw)
    assert read["plate"] == plate
    assert read["plate_raw"] == str(raw).replace("\x00", "").strip()


@pytest.mark.parametrize("raw", ["", None, "  ", "---", "\ud800", True, 1.5, ["7ABX123"], {}])
def test_a_row_without_a_plate_is_rejected(raw):
    assert one(plate=raw) == "There is no plate."


def test_a_plate_that_is_too_long_is_rejected():
    assert "more than 12" in one(plate="7ABX1234567890")


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (None, "no time"),
        ("soon", "cannot be understood"),
        ("2026-11-23 20:00Z", "future"),
        ("1999-12-31 20:00Z", "before 2000"),
        ("1970-01-01 00:00Z", "before 2000"),
        ("2026-11-01 01:30:00", "twice"),
    ],
)
def test_a_row_without_a_sensible_time_is_rejected(time, said):
    assert said in one(captured_at=time)


def test_a_clock_that_is_a_little_fast_is_let_pass():
    assert one(captured_at="2026-11-22 11:00Z")["plate"] == "7ABX123"


@pytest.mark.parametrize(
    "place", [(91, 0), (0, 181), (36.58, None), (None, -120.25), ("x", "y"), ("36.58", "")]
)
def test_a_position_that_is_none_is_rejected(place):
    assert "not on the globe" in one(latitude=place[0], longitude=place[1])


def test_a_fixed_camera_s_own_place_stands_in_for_none_and_for_zero():
    for place in ((None, None), (0, 0), ("", ""), ("0.0", "0.0")):
        read = one(latitude=place[0], longitude=place[1])
        assert (read["latitude"], read["longitude"]) == (36.58, -120.25)


def test_a_read_s_own_place_goes_before_the_camera_s():
    assert one(latitude="36.6", longitude=-120.3)["latitude"] == 36.6


@pytest.mark.parametrize("place", [(None, None), (0, 0)])
def test_a_mobile_unit_s_read_needs_its_own_place(place):
    reason = one(camera="M1", latitude=place[0], longitude=place[1])
    assert "no position" in reason
    assert "mobile" in reason


@pytest.mark.parametrize(
    ("key", "group"),
    [("101", ""), (101, None), (101.0, "ANY"), ("C1", ""), (202, "AG"), ("M1", "X")],
)
def test_cameras_are_found_by_vendor_key_or_code(key, group):
    read = one(camera=key, camera_group=group, latitude=36.6, longitude=-120.3)
    assert read["camera_id"] == (2 if str(key) in {"202", "M1"} else 1)


def test_a_stranger_without_a_place_is_rejected_with_what_to_do():
    reason = one(camera="X17")
    assert "'X17' is not in the register" in reason
    assert "register it" in reason


def test_a_stranger_with_a_place_is_added_as_not_yet_registered():
    cameras = register()
    rows = [
        {**GOOD, "camera": 404, "camera_name": "5th & Main", "latitude": 36.6, "longitude": -120.3}
    ] * 2
    checked = check(batch(*rows), cameras, TERMS)
    assert checked.columns["camera_id"] == [-1, -1]
    (stranger,) = cameras.take_strangers()
    assert (stranger.code, stranger.key, stranger.name, stranger.kind) == (
        "404",
        "404",
        "5th & Main",
        "fixed",
    )
    assert (stranger.latitude, stranger.longitude) == (36.6, -120.3)
    assert not cameras.take_strangers()
    cameras.settle({-1: 17})
    assert check(batch(*rows), cameras, TERMS).columns["camera_id"] == [17, 17]


def test_a_stranger_that_moves_is_a_mobile_unit():
    cameras = register()
    rows = [
        {**GOOD, "camera": "M9", "latitude": 36.6 + step / 100, "longitude": -120.3}
        for step in range(3)
    ]
    check(batch(*rows), cameras, TERMS)
    (stranger,) = cameras.take_strangers()
    assert (stranger.kind, stranger.latitude) == ("mobile", None)


def test_a_stranger_s_rows_without_a_place_are_rejected_the_others_taken():
    rows = [{**GOOD, "camera": "X", "latitude": 36.6, "longitude": -120.3}, {**GOOD, "camera": "X"}]
    checked = check(batch(*rows), register(), TERMS)
    assert (len(checked), len(checked.problems)) == (1, 1)


def test_a_stranger_is_not_added_for_rows_that_will_not_do():
    cameras = register()
    rows = [{**GOOD, "camera": "X", "latitude": 36.6, "longitude": -120.3, "plate": ""}]
    assert len(check(batch(*rows), cameras, TERMS).problems) == 1
    assert not cameras.take_strangers()


def test_strangers_get_codes_of_their_own():
    cameras = register()
    for key, group in (("7", "A"), ("7", "B"), ("7", "B/7")):
        check(
            batch(
                {
                    **GOOD,
                    "camera": key,
                    "camera_group": group,
                    "latitude": 36.6,
                    "longitude": -120.3,
                }
            ),
            cameras,
            TERMS,
        )
    assert [one.code for one in cameras.take_strangers()] == ["7", "B/7", "B/7/7"]


def test_more_strangers_than_there_are_cameras_are_another_column():
    rows = [
        {**GOOD, "camera": f"7ABX{number}", "latitude": 36.6, "longitude": -120.3}
        for number in range(MOST_NEW + 1)
    ]
    with pytest.raises(BadTransfer, match="not in the register") as error:
        check(batch(*rows), register(), TERMS)
    assert "7ABX" not in str(error.value)


def test_the_default_camera_is_for_rows_that_name_none():
    assert "names no camera" in one(camera="")
    assert one(cameras=register(default="C1"), camera="")["camera_id"] == 1
    assert one(cameras=register(default="C1"), camera="P1")["camera_id"] == 3


@pytest.mark.parametrize(
    ("value", "scale", "share"),
    [
        (91.5, "percent", 0.915),
        (0.5, "percent", 0.005),
        ("0.915", "fraction", 0.915),
        (91.5, "auto", 0.915),
        (0.915, "auto", 0.915),
        (1, "auto", 1.0),
        (None, "auto", None),
        ("", "percent", None),
    ],
)
def test_confidences_are_from_0_to_1(value, scale, share):
    read = one(confidence=value, conventions={"confidence": scale})
    assert read["confidence"] == (None if share is None else pytest.approx(share))


@pytest.mark.parametrize("value", [-1, 101, "high", 1e9, []])
def test_a_confidence_that_is_none_is_left_empty_and_noted(value):
    checked = check(batch({**GOOD, "confidence": value}, confidence="percent"), register(), TERMS)
    assert checked.columns["confidence"] == [None]
    assert checked.notes == {"a confidence out of range was left empty": 1}


@pytest.mark.parametrize(
    ("value", "degrees"), [(0, 0), (360, 0), ("90.5", 90.5), (None, None), ("", None)]
)
def test_headings_are_degrees(value, degrees):
    assert one(heading=value)["heading"] == degrees


@pytest.mark.parametrize(
    ("value", "degrees"),
    [
        ("N", 0),
        ("NB", 0),
        ("northbound", 0),
        ("South-West", 225),
        ("nne", 22.5),
        ("EB", 90),
        ("W", 270),
        ("180", 180),
    ],
)
def test_headings_may_be_words(value, degrees):
    assert one(heading=value, conventions={"heading": "compass"})["heading"] == degrees


def test_a_heading_that_is_none_is_left_empty_and_noted():
    checked = check(batch({**GOOD, "heading": 400}, {**GOOD, "heading": "up"}), register(), TERMS)
    assert checked.columns["heading"] == [None, None]
    assert checked.notes == {"a heading that is no direction was left empty": 2}


def test_words_are_lower_case_and_unknown_is_nothing():
    read = one(make=" Land_Rover ", model="UNKNOWN", color="Silver\x00Gray", body=7)
    assert (read["make"], read["model"], read["color"], read["body"]) == (
        "land rover",
        None,
        "silver gray",
        None,
    )


def test_candidates_are_normalized_without_the_best_and_without_repeats():
    pairs = [
        ("7abx123", 91),
        ("7ABX-128", 80.25),
        ("7ABX128", 70),
        (None, 5),
        ("8", "x"),
        ("9", 500),
        ("1" * 20, 3),
    ]
    read = one(candidates=pairs, conventions={"confidence": "percent"})
    assert json.loads(read["candidates"]) == [["7ABX128", 0.8025], ["8", None], ["9", None]]
    assert one(candidates=[("7ABX123", 91)])["candidates"] is None
    assert one(candidates=None)["candidates"] is None


def test_reads_are_governmental_only_where_both_say_so():
    assert one()["governmental"] == 1
    assert one(governmental="no")["governmental"] == 0
    assert one(camera="P1")["governmental"] == 0
    assert one(camera="P1", governmental="yes")["governmental"] == 0
    assert one(Terms(TERMS.zone, NOW, governmental=False))["governmental"] == 0


def test_the_source_s_own_agency_goes_before_the_transfer_s():
    assert one()["source_agency"] == "Santa Lucera PD"
    assert one(source_agency="Fresno SO")["source_agency"] == "Fresno SO"


def test_all_that_is_wrong_is_said_at_once():
    reason = one(plate="", captured_at="", latitude=99, longitude=0)
    for part in ("no plate", "no time", "not on the globe"):
        assert part in reason


def test_good_rows_beside_bad_ones_keep_their_own_values():
    rows = [{**GOOD, "plate": f"7ABX{number}" if number % 3 else ""} for number in range(9)]
    checked = check(batch(*rows), register(), TERMS)
    assert checked.columns["plate"] == ["7ABX1", "7ABX2", "7ABX4", "7ABX5", "7ABX7", "7ABX8"]
    assert checked.columns["line"] == [2, 3, 5, 6, 8, 9]
    assert [problem.line for problem in checked.problems] == [1, 4, 7]
    assert {len(column) for column in checked.columns.values()} == {6}
