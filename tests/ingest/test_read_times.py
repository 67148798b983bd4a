"""Times of capture: every way they are written, and what clock changes do to those without a zone."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.ingest.formats.base import Conventions
from workbench.ingest.formats.elsag import LOCAL_TIMES
from workbench.ingest.times import ABSENT, UNREADABLE, day_bounds, read_times
from workbench.records.tables import from_micros, to_micros

ZONE = ZoneInfo("America/Los_Angeles")
LOCAL = Conventions(time_formats=LOCAL_TIMES)
EPOCH = Conventions(time="epoch")
FIRST, LAST = dt.datetime(1990, 1, 1), dt.datetime(2037, 1, 1)  # noqa: DTZ001 - the agency's wall clock


def read(value: object, conventions: Conventions = LOCAL) -> str:
    """Return a time in UTC as text, or why it cannot be read."""
    times = read_times([value], conventions, ZONE)
    if not times.good[0]:
        return times.reasons[0]
    return from_micros(int(times.micros[0])).isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T20:10:05Z",
        "2026-03-02T20:10:05+00:00",
        "2026-03-02 12:10:05-08:00",
        "2026-03-02 12:10:05 -0800",
        "2026-03-02 20:10:05 UTC",
        "20260302T201005Z",
        "2026-03-02 12:10:05",
        "2026-03-02T12:10:05",
        " 2026-03-02 12:10:05.000 ",
        "03/02/2026 12:10:05 PM",
        "3/2/2026 12:10:05 pm",
        "03/02/2026 12:10:05",
    ],
)
def test_written_times_are_one_moment(text):
    assert read(text) == "2026-03-02T20:10:05+00:00"


@pytest.mark.parametrize(
    "value", [1772482205, 1772482205.0, "1772482205", 1772482205000, 1772482205000000]
)
def test_numbers_are_seconds_milliseconds_or_microseconds_by_their_size(value):
    assert read(value, EPOCH) == "2026-03-02T20:10:05+00:00"


def test_fractions_are_kept_to_the_microsecond():
    assert read("2026-03-02T20:10:05.123456Z").endswith("05.123456+00:00")
    assert read(1772482205123, EPOCH).endswith("05.123000+00:00")


@pytest.mark.parametrize("value", [None, ""])
def test_an_absent_time_is_said_to_be_absent(value):
    assert read(value) == ABSENT
    assert read(value, EPOCH) == ABSENT


@pytest.mark.parametrize(
    "value",
    ["yesterday", "2026-13-02 10:00:00", "2026-03-02", "25:00", "0000-00-00 00:00:00", [1], {}],
)
def test_what_is_no_time_is_said_to_be_none(value):
    assert read(value) == UNREADABLE


@pytest.mark.parametrize("value", ["x", -5, 1e30, math.nan, math.inf, [1], {}, 10**400])
def test_what_is_no_number_is_said_to_be_none(value):
    assert read(value, EPOCH) == UNREADABLE


def test_an_hour_that_came_twice_is_refused_with_both_readings():
    reason = read("2026-11-01 01:30:00")
    assert "2026-11-01 08:30:00 UTC or 2026-11-01 09:30:00 UTC" in reason
    assert "came twice" in reason


def test_an_hour_that_never_was_is_refused_with_both_readings():
    reason = read("03/08/2026 02:30:00 AM")
    assert "2026-03-08 09:30:00 UTC or 2026-03-08 10:30:00 UTC" in reason
    assert "never was" in reason


def test_with_an_offset_there_is_no_doubt():
    assert read("2026-11-01 01:30:00-07:00") == "2026-11-01T08:30:00+00:00"
    assert read("2026-11-01 01:30:00-08:00") == "2026-11-01T09:30:00+00:00"


def test_a_mapping_may_name_another_zone():
    denver = Conventions(zone="America/Denver")
    assert read("2026-03-02 13:10:05", denver) == "2026-03-02T20:10:05+00:00"


def test_mixed_columns_are_read_value_by_value():
    values = [
        "2026-03-02 12:00:00",
        "2026-03-02T21:00:00Z",
        None,
        "3/2/2026 02:00:00 PM",
        "2026-11-01 01:10:00",
    ]
    times = read_times(values, LOCAL, ZONE)
    assert times.good.tolist() == [True, True, False, True, False]
    hours = [from_micros(int(micros)).hour for micros in times.micros[times.good]]
    assert hours == [20, 21, 22]


@given(st.datetimes(FIRST, LAST))
def test_a_local_time_is_what_the_zone_says_or_is_refused(moment):
    times = read_times([moment.isoformat(sep=" ", timespec="microseconds")], LOCAL, ZONE)
    readings = {to_micros(moment.replace(tzinfo=ZONE, fold=fold)) for fold in (0, 1)}
    assert bool(times.good[0]) == (len(readings) == 1)
    if times.good[0]:
        assert {int(times.micros[0])} == readings


@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans()),
        max_size=20,
    )
)
@example([-1.797693134862316e302])
def test_nothing_is_raised_and_every_value_is_accounted_for(values):
    for conventions in (LOCAL, EPOCH, Conventions(time_formats=("%d.%m.%Y %H:%M",))):
        times = read_times(values, conventions, ZONE)
        assert len(times.micros) == len(times.good) == len(values)
        assert set(times.reasons) == {row for row, good in enumerate(times.good) if not good}


def test_days_are_local_and_as_long_as_the_clock_change_makes_them():
    first = to_micros(dt.datetime(2026, 10, 31, 23, 30, tzinfo=ZONE))
    last = to_micros(dt.datetime(2026, 11, 2, 0, 30, tzinfo=ZONE))
    days, begins = day_bounds(first, last, ZONE)
    assert days == ["2026-10-31", "2026-11-01", "2026-11-02"]
    hours = [(int(after) - int(before)) / 3.6e9 for before, after in itertools.pairwise(begins)]
    assert hours == [24, 25]
