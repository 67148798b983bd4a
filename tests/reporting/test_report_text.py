"""Numbers, times and patterns read as a person would write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.analysis.pattern import Pattern
from workbench.reporting import tables, text

ZONE = "America/Los_Angeles"


def at(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("given_value", "words"),
    [
        (0, "no reads"),
        (1, "one read"),
        (12, "twelve reads"),
        (13, "13 reads"),
        (4812, "4,812 reads"),
    ],
)
def test_counts(given_value: int, words: str) -> None:
    assert text.count(given_value, "read") == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0%"),
        (0.0001, "under 1%"),
        (0.62, "62%"),
        (0.9999, "over 99%"),
        (1.0, "100%"),
        (None, "unknown"),
    ],
)
def test_a_share_is_never_rounded_to_a_false_certainty(value: float | None, words: str) -> None:
    assert text.share(value) == words


@given(st.floats(0, 1))
@example(0.005)
@example(0.995)
def test_only_a_whole_share_reads_as_whole(value: float) -> None:
    assert (text.share(value) == "100%") == (value == 1)
    assert (text.share(value) == "0%") == (value == 0)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.62, "62%"), (0.0044, "0.4%"), (0.0004, "under 0.1%"), (0.9996, "over 99%")],
)
def test_small_chances_keep_a_decimal(value: float, words: str) -> None:
    assert text.chance(value) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-10-13T21:10", "2026-10-13T22:10", "Tue 13 Oct 2026, 21:10–22:10"),
        ("2026-10-13T21:10", "2026-10-14T01:00", "13 Oct 2026, 21:10 to 14 Oct 2026, 01:00"),
        ("2026-10-13T00:00", "2026-10-14T00:00", "Tue 13 Oct 2026, the whole day"),
        ("2026-10-01T00:00", "2026-11-01T00:00", "1 Oct to 31 Oct 2026"),
        ("2025-12-01T00:00", "2026-02-01T00:00", "1 Dec 2025 to 31 Jan 2026"),
    ],
)
def test_windows(start: str, end: str, words: str) -> None:
    assert text.span(at(start), at(end)) == words


def test_the_zone_is_named_with_its_offset_of_that_day() -> None:
    assert text.zone_name(at("2026-10-13T21:10")) == "PDT, UTC−7"
    assert text.zone_name(at("2026-12-13T21:10")) == "PST, UTC−8"
    assert (
        text.zone_name(dt.datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Kolkata"))) == "IST, UTC+5:30"
    )


def test_times_are_shown_in_the_agencys_zone() -> None:
    assert text.clock(text.local("2026-10-14T04:10:00+00:00", ZONE)) == "21:10"
    assert text.clock(text.local(dt.datetime(2026, 10, 13, 21, 10), ZONE)) == "21:10"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("metres", "words"),
    [(38.4, "38 m"), (238.0, "240 m"), (996.0, "1.0 km"), (None, "–"), (float("nan"), "–")],
)
def test_distances(metres: float | None, words: str) -> None:
    assert text.distance(metres) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45, "45 s"), (720, "12 min"), (3600, "1 h"), (5400, "1 h 30 min"), (60 * 86400, "60 days")],
)
def test_durations(seconds: float, words: str) -> None:
    assert text.duration(seconds) == words


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            {"make": "honda", "model": "civic", "color": "gray", "body": "sedan"},
            "gray Honda Civic, sedan",
        ),
        ({"make": "bmw", "model": "x5", "color": None, "body": "suv"}, "BMW X5, SUV"),
        ({"make": None, "model": float("nan"), "color": "", "body": "pickup"}, "pickup"),
        ({"make": "mazda", "model": "mazda3", "body": "sedan-standard"}, "Mazda3, sedan"),
        ({"make": "honda", "model": "cr-v", "body": "suv-crossover"}, "Honda CR-V, SUV crossover"),
        ({"make": "lexus", "model": "rx"}, "Lexus RX"),
        ({"make": "tesla", "model": "model 3"}, "Tesla Model 3"),
        ({"make": "honda", "model": "motorcycle", "body": "motorcycle"}, "Honda Motorcycle"),
        ({}, "not described"),
    ],
)
def test_vehicles(row: dict[str, Any], words: str) -> None:
    assert text.vehicle(row) == words


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("7A?X", "7, A, an unknown character, X"),
        ("7???", "7, three unknown characters"),
        ("*X1", "anything or nothing, X, 1"),
        ("7A*", "7, A, then anything or nothing"),
        ("[8B]#@", "8 or B, a digit, a letter"),
        ("[!IOQ]1", "not I, O or Q, 1"),
        ("7A~", "7, A (not sure)"),
        ("7(A)", "7, A, if it is there at all"),
        ("7A*/6-7", "7, A, then anything or nothing, six to seven characters in all"),
    ],
)
def test_patterns_in_words(pattern: str, words: str) -> None:
    assert text.pattern(Pattern.parse(pattern)) == words


@given(st.text("7AX?*#@", min_size=1, max_size=10))
def test_every_pattern_has_words(given_text: str) -> None:
    words = text.pattern(Pattern.parse(given_text))
    assert words
    assert not re.search(r"[?*#@]", words)


def test_elements_of_a_query_in_words() -> None:
    asked = {
        "near": {"center": [36.58, -120.25], "radius_m": 800.0},
        "pattern": "7A?X1*",
        "state": "",
        "start": "2026-10-14T04:10:00+00:00",
        "end": "2026-10-14T05:10:00+00:00",
    }
    assert text.elements(asked, ZONE) == [
        ("window", "Tue 13 Oct 2026, 21:10–22:10"),
        ("near", "place within 800 m of 36.58000, −120.25000"),
        ("pattern", "7A?X1*"),
    ]


@given(st.text(max_size=40), st.text(max_size=10))
def test_cells_escape_whatever_they_hold(cell: str, state: str) -> None:
    html = str(
        tables.table([tables.Column("A"), tables.Column("B")], [[cell, tables.plate(cell, state)]])
    )
    tags = set(re.findall(r"</?([a-z]+)", html))
    assert tags <= {"table", "thead", "tbody", "tr", "th", "td", "span", "b"}


def test_a_table_repeats_its_head_and_says_when_it_is_empty() -> None:
    columns = [tables.Column("Plate", width=0.5), tables.Column("Seen", "right")]
    assert "<thead>" in tables.table(columns, [["7ABX123", "21:10"]])
    assert "Nobody." in tables.table(columns, [], empty="Nobody.")
    assert "<table" not in tables.table(columns, [], empty="Nobody.")
    assert "empty group" not in tables.table(
        columns, groups=[("full", [["a", "b"]]), ("empty group", [])]
    )


def test_a_plate_marks_what_departs_from_the_report_and_shows_the_raw_string() -> None:
    chip = tables.plate("7ABX123", "CA", differs=[0], raw="7-ABX123")
    assert "<em>7</em>ABX123" in chip
    assert "read as 7-ABX123" in chip
    assert "read as" not in tables.plate("7ABX123", "CA", raw="7ABX123")
