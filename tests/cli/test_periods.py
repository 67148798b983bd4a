"""Periods as they are typed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.cli.periods import between
from workbench.errors import BadInput
from workbench.times import LAST, days_of

ZONE = ZoneInfo("America/Los_Angeles")
TODAY = dt.date(2026, 11, 21)


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026-q1", "2026-01-01", "2026-04-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("last-quarter", "2026-07-01", "2026-10-01"),
        ("Last-Year", "2025-01-01", "2026-01-01"),
    ],
)
def test_periods_have_a_first_day_and_one_after(period, first, after):
    assert [day.isoformat() for day in days_of(period, TODAY)] == [first, after]


@pytest.mark.parametrize(
    "period", ["", "2026-13", "2026-00", "october", "last-week", "0000", "9999"]
)
def test_others_are_refused(period):
    with pytest.raises(BadInput):
        days_of(period, TODAY)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(sorted(LAST)))
def test_the_last_period_is_whole_and_over(today, words):
    first, after = days_of(words, today)
    assert first < after <= today
    assert (first.day, after.day) == (1, 1)
    assert days_of(words, first + (after - first) / 2)[1] == first


def test_a_period_begins_at_midnight_of_the_agency():
    now = dt.datetime(2026, 12, 1, 3, 0, tzinfo=dt.UTC)  # still November there
    start, end = between(None, None, None, now=now, zone=ZONE)
    assert (start.isoformat(), end.isoformat()) == (
        dt.datetime(2026, 10, 1, tzinfo=ZONE).isoformat(),
        dt.datetime(2026, 11, 1, tzinfo=ZONE).isoformat(),
    )


def test_a_period_and_times_exclude_each_other():
    for given_ in (("2026", "2026-10-01", None), (None, "2026-10-01", None)):
        with pytest.raises(BadInput):
            between(*given_, now=dt.datetime.now(dt.UTC), zone=ZONE)
