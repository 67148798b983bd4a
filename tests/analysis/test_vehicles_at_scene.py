"""A canvass by vehicle, and how usual each is."""

import datetime as dt

import pandas as pd
import pytest

from workbench.analysis.canvass import VEHICLE_COLUMNS, by_vehicle, usual, usual_words

ZONE = "America/Los_Angeles"
DAY = "2026-03-02"


def read(plate, at, *, camera="C01", lat=36.58, lon=-120.25, **more):
    local = pd.Timestamp(f"{more.pop('day', DAY)} {at}")
    return {
        "plate": plate,
        "state": "CA",
        "captured_at": local.tz_localize(ZONE).tz_convert("UTC"),
        "local_time": local,
        "camera": camera,
        "latitude": lat,
        "longitude": lon,
        "distance_m": 100.0,
        "confidence": 0.9,
        "heading": None,
        "make": "toyota",
        "model": None,
        "color": "gray",
        "body": "sedan",
        **more,
    }


def frame(*reads):
    result = pd.DataFrame(list(reads), columns=list(read("X", "00:00")))
    result["captured_at"] = pd.to_datetime(result["captured_at"], utc=True)
    result["local_time"] = pd.to_datetime(result["local_time"])
    return result


def test_one_row_per_vehicle_with_what_its_reads_say():
    reads = frame(
        read("B1", "21:20"),
        read(
            "A1", "21:14", camera="C04", lat=36.584, lon=-120.246, distance_m=40.0, confidence=0.95
        ),
        read("A1", "21:12", camera="C02", color="silver"),
        read("A1", "21:13", camera="C03", distance_m=80.0),
    )
    reads.attrs = {"access_id": 7}
    table = by_vehicle(reads)
    assert list(table.columns) == list(VEHICLE_COLUMNS)
    assert list(table["plate"]) == ["A1", "B1"]
    first = table.iloc[0]
    assert first["reads"] == 3
    assert str(first["first_seen"]) == f"{DAY} 21:12:00"
    assert str(first["last_seen"]) == f"{DAY} 21:14:00"
    assert (first["entered"], first["left"]) == ("C02", "C04")
    assert first["nearest_m"] == 40
    assert first["confidence"] == 0.95
    assert first["direction"] == "NE"
    assert first["color"] == "gray"
    assert table.attrs == {"access_id": 7}


def test_a_vehicle_that_did_not_move_goes_where_it_heads():
    reads = frame(read("A1", "21:12", heading=350.0), read("A1", "21:13", heading=20.0))
    assert by_vehicle(reads)["direction"].tolist() == ["N"]


def test_no_direction_without_movement_or_heading():
    assert by_vehicle(frame(read("A1", "21:12")))["direction"].tolist() == [""]
    opposite = frame(read("A1", "21:12", heading=0.0), read("A1", "21:13", heading=180.0))
    assert by_vehicle(opposite)["direction"].tolist() == [""]


def test_the_same_plate_of_two_states_is_two_vehicles():
    assert len(by_vehicle(frame(read("A1", "21:12"), read("A1", "21:13", state="NV")))) == 2


def test_the_most_frequent_value_wins_and_empty_ones_do_not_count():
    reads = frame(
        read("A1", "21:12", color=""),
        read("A1", "21:13", color=""),
        read("A1", "21:14", color="red"),
    )
    assert by_vehicle(reads)["color"].tolist() == ["red"]
    assert by_vehicle(reads)["model"].isna().all()


def test_no_reads_no_vehicles():
    table = by_vehicle(frame())
    assert table.empty
    assert list(table.columns) == list(VEHICLE_COLUMNS)


def with_usual(reads, earlier, days=30, **options):
    return usual(frame(*reads), frame(*earlier), timezone=ZONE, baseline_days=days, **options)


def days_of(count, at, plate="A1", start="2026-01-10"):
    first = dt.date.fromisoformat(start)
    return [read(plate, at, day=(first + dt.timedelta(days=n)).isoformat()) for n in range(count)]


def test_days_and_hours_are_counted():
    earlier = [*days_of(4, "21:00"), *days_of(4, "21:40"), *days_of(6, "09:00")]
    result = with_usual([read("A1", "21:12"), read("B1", "21:13")], earlier)
    assert list(result["usual_days"]) == [6, 0]
    assert list(result["usual_hour_days"]) == [4, 0]
    assert list(result["baseline_days"]) == [30, 30]
    assert list(result["usual"]) == ["sometimes here at this hour", "not seen here before"]


def test_an_hour_reaches_over_midnight():
    result = with_usual([read("A1", "00:10")], days_of(5, "23:30"))
    assert list(result["usual_hour_days"]) == [5]


def test_hours_are_local_across_a_change_of_clocks():
    # Standard time in the baseline, daylight time at the incident: nine is nine.
    result = with_usual([read("A1", "21:05", day="2026-03-20")], days_of(5, "20:10"))
    assert list(result["usual_hour_days"]) == [5]
    result = with_usual([read("A1", "21:05", day="2026-03-20")], days_of(5, "19:50"))
    assert list(result["usual_hour_days"]) == [0]


def test_a_vehicle_that_stayed_is_compared_over_its_stay():
    result = with_usual([read("A1", "08:00"), read("A1", "18:00")], days_of(5, "13:00"))
    assert list(result["usual_hour_days"]) == [5, 5]
    result = with_usual([read("A1", "00:30"), read("A1", "23:30")], days_of(5, "12:00"))
    assert list(result["usual_hour_days"]) == [5, 5]


def test_usual_of_nothing():
    assert list(with_usual([], days_of(3, "12:00"))["usual"]) == []
    result = with_usual([read("A1", "21:12")], [], days=0)
    assert list(result["usual"]) == ["no earlier days to compare"]
    assert by_vehicle(result)["usual"].tolist() == ["no earlier days to compare"]


@pytest.mark.parametrize(
    ("days", "hour_days", "baseline", "words"),
    [
        (0, 0, 30, "not seen here before"),
        (20, 12, 30, "usually here at this hour"),
        (20, 11, 30, "sometimes here at this hour"),
        (3, 3, 30, "sometimes here at this hour"),
        (3, 2, 30, "rarely here at this hour"),
        (9, 0, 30, "rarely here at this hour"),
        (2, 2, 3, "sometimes here at this hour"),  # two days are no habit
        (1, 1, 0, "no earlier days to compare"),
    ],
)
def test_words(days, hour_days, baseline, words):
    assert usual_words(days, hour_days, baseline) == words
