"""Reads gathered by vehicle: one row each, whatever a camera left out."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.vehicles import candidates, most_frequent

BEGIN = dt.datetime(2026, 3, 2, 21, 0, tzinfo=dt.UTC)


def reads(*rows):
    """Build reads: plate, minute, and what else is known."""
    frame = pd.DataFrame(
        [
            {
                "read_id": number,
                "plate": plate,
                "state": "CA",
                "captured_at": pd.Timestamp(BEGIN + dt.timedelta(minutes=minute)),
                "camera": "C4",
                "confidence": 0.9,
                "make": "",
                "model": "",
                "color": "",
                "body": "",
                "candidates": [],
                **more,
            }
            for number, (plate, minute, more) in enumerate(rows)
        ]
    )
    frame["local_time"] = frame["captured_at"].dt.tz_convert("America/Los_Angeles")
    return frame


def test_one_row_for_each_vehicle():
    found = candidates(
        reads(
            ("7ABX123", 0, {"color": "gray", "color_confidence": 0.4, "camera": "C1"}),
            ("5ZZZ555", 1, {"confidence": np.nan}),
            ("7ABX123", 2, {"color": "gray", "color_confidence": 0.7, "confidence": 0.95}),
            ("7ABX123", 3, {"color": "white", "color_confidence": 0.99, "camera": "C9"}),
        )
    )
    assert found["plate"].tolist() == ["5ZZZ555", "7ABX123"]
    car = found.iloc[1]
    assert (car["reads"], car["color"], car["color_confidence"]) == (3, "gray", 0.7)
    assert (car["last_camera"], car["confidence"]) == ("C9", 0.95)
    assert car["last_seen"] - car["first_seen"] == pd.Timedelta(minutes=3)
    assert found["last_seen"].dt.tz is not None
    assert np.isnan(found["confidence"].iloc[0])
    assert found["color"].iloc[0] == ""


def test_what_was_read_first_wins_a_tie():
    frame = reads(("7ABX123", 0, {"make": "toyota"}), ("7ABX123", 1, {"make": "honda"}))
    assert candidates(frame)["make"].tolist() == ["toyota"]
    assert most_frequent(frame, "make")["make"].to_dict() == {("7ABX123", "CA"): "toyota"}


def test_a_read_without_a_state_belongs_to_the_vehicle_of_the_only_known_state():
    blank = {"state": ""}
    found = candidates(
        reads(
            ("7ABX123", 0, {}),
            ("7ABX123", 1, blank),
            ("5ZZZ555", 0, {"state": "NV"}),
            ("5ZZZ555", 1, {"state": "CA"}),
            ("5ZZZ555", 2, blank),
            ("1AAA111", 0, blank),
        )
    )
    rows = {(row.plate, row.state): row.reads for row in found.itertuples()}
    assert rows == {
        ("7ABX123", "CA"): 2,
        ("5ZZZ555", "NV"): 1,
        ("5ZZZ555", "CA"): 1,
        ("5ZZZ555", ""): 1,  # either may be meant
        ("1AAA111", ""): 1,
    }


def test_the_nearest_read_is_one_from_which_it_could_have_come_in_time():
    far, near = {"distance_m": 9000.0}, {"distance_m": 500.0}
    frame = reads(("7ABX123", 12, near), ("7ABX123", 31, far | {"distance_m": 400.0}))
    at = BEGIN + dt.timedelta(minutes=30)
    car = candidates(frame, at=at).iloc[0]
    assert (car["nearest_m"], car["nearest_minutes"]) == (400.0, 1.0)
    frame = reads(
        ("7ABX123", 12, {"distance_m": 12_000.0}), ("7ABX123", 31, {"distance_m": 11_000.0})
    )
    car = candidates(frame, at=at).iloc[0]  # eleven kilometers in a minute are too many
    assert (car["nearest_m"], car["nearest_minutes"]) == (12_000.0, 18.0)
    assert candidates(frame).iloc[0]["nearest_m"] == 11_000.0
    assert "nearest_minutes" not in candidates(frame)


def test_the_best_confidence_of_each_other_plate_is_kept():
    found = candidates(
        reads(
            ("7ABX123", 0, {"candidates": [["7A8X123", 0.2], ["7ABX12B", 0.1]]}),
            ("7ABX123", 1, {"candidates": [["7A8X123", 0.3]]}),
            ("5ZZZ555", 1, {}),
        )
    )
    assert found["alternates"].tolist() == [[], [["7A8X123", 0.3], ["7ABX12B", 0.1]]]


@pytest.mark.parametrize("at", [None, BEGIN])
def test_no_reads_are_no_vehicles(at):
    nothing = reads(("7ABX123", 0, {})).head(0)
    found = candidates(nothing, at=at)
    assert found.empty
    assert {"plate", "state", "reads", "alternates", "make_confidence"} <= set(found.columns)
