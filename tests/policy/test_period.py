from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.policy.period import Period


@pytest.mark.parametrize(
    ("text", "day", "before", "after"),
    [
        ("1 year", "2024-02-29", "2023-02-28", "2025-02-28"),
        ("9 months", "2026-11-30", "2026-02-28", "2027-08-30"),
        ("2 years", "2026-11-21", "2024-11-21", "2028-11-21"),
        ("1 month", "2026-01-31", "2025-12-31", "2026-02-28"),
        ("30 days", "2026-03-01", "2026-01-30", "2026-03-31"),
        ("2 weeks", "2026-01-05", "2025-12-22", "2026-01-19"),
    ],
)
def test_calendar_spans(text: str, day: str, before: str, after: str) -> None:
    period, moment = Period(text), dt.date.fromisoformat(day)
    assert period.day_before(moment).isoformat() == before
    assert period.day_after(moment).isoformat() == after


@pytest.mark.parametrize(
    "text", ["", "year", "1", "0 days", "1.5 years", "-1 day", "1 fortnight", "1 year "]
)
def test_other_words_are_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="Period"):
        Period(text)


def test_the_time_of_day_and_the_zone_stay() -> None:
    moment = dt.datetime(2026, 11, 21, 17, 45, 3, 123, tzinfo=dt.UTC)
    assert Period("9 months").before(moment) == moment.replace(month=2)
    assert Period("1 year").after(moment) == moment.replace(year=2027)


@given(
    st.integers(1, 60),
    st.sampled_from(["day", "week", "month", "year"]),
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
)
def test_before_and_after_move_the_right_way(count: int, unit: str, day: dt.date) -> None:
    period = Period(f"{count} {unit}s")
    assert period.day_before(day) < day < period.day_after(day)
    assert abs((period.day_after(day) - day).days - period.days) <= count * 7
