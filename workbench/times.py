"""Times as people write them: ISO 8601, with an offset or in the agency's own zone."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from workbench.errors import BadInput, BadTime

__all__ = ["LAST", "days_of", "localize", "midnight", "parse_time"]

_PERIOD = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])))?", re.IGNORECASE)
LAST = {"last-month": 1, "last-quarter": 3, "last-year": 12}
"""Periods that are counted back from the present, with their length in months."""


def parse_time(value: str | dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return an aware UTC time.

    Parameters
    ----------
    value : str or datetime
        ISO 8601 (``2026-03-02 21:10``, ``2026-03-02T21:10-08:00``) or a datetime; without an offset it is read in
        ``zone``.

    Raises
    ------
    BadTime
        It is no time, or a clock change makes it ambiguous or impossible.

    Examples
    --------
    >>> parse_time("2026-03-02 21:10", ZoneInfo("America/Los_Angeles")).isoformat()
    '2026-03-03T05:10:00+00:00'
    """
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            raise BadTime(
                "A time cannot be read.",
                "Write it like 2026-03-02 21:10 or 2026-03-02T21:10-08:00.",
            ) from None
    if not isinstance(value, dt.datetime):
        raise BadTime("A time is missing.", "Give start and end, such as 2026-03-02 21:10.")
    if value.tzinfo is None:
        value = localize(value, zone)
    return value.astimezone(dt.UTC)


def localize(naive: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """Return the aware time that a clock of ``zone`` showed.

    Raises
    ------
    BadTime
        The clock was put forward over it, or back so that it was shown twice; both readings are named.
    """
    earlier, later = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    if earlier.utcoffset() == later.utcoffset():
        return earlier
    readings = " or ".join(_stamp(moment) for moment in (earlier, later))
    exists = earlier.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == naive
    what = "was shown twice by the clock" if exists else "was never shown by the clock"
    raise BadTime(
        f"A time {what}, which was changed that night.", f"Write it with its offset: {readings}."
    )


def _stamp(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).astimezone(moment.tzinfo).isoformat(timespec="minutes")


def days_of(period: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first day of a period and the first after it.

    Examples
    --------
    >>> days_of("2026-Q4", dt.date(2026, 11, 21))
    (datetime.date(2026, 10, 1), datetime.date(2027, 1, 1))
    >>> days_of("last-month", dt.date(2026, 1, 3))
    (datetime.date(2025, 12, 1), datetime.date(2026, 1, 1))
    """
    words = period.strip().lower()
    if words in LAST:
        months = LAST[words]
        end = today.year * 12 + (today.month - 1) // months * months
        return _first(end - months), _first(end)
    match = _PERIOD.fullmatch(words)
    month = int(match[2] or 1) if match else 0
    if match is None or not 1 <= month <= 12 or not 1 <= int(match[1]) < dt.MAXYEAR:
        raise BadInput(
            "The period cannot be read.", f"Write 2026-10, 2026-Q3, 2026, or {', '.join(LAST)}."
        )
    months = 1 if match[2] else 3 if match[3] else 12
    if match[3]:
        month = 3 * int(match[3]) - 2
    start = int(match[1]) * 12 + month - 1
    return _first(start), _first(start + months)


def _first(months: int) -> dt.date:
    """Return the first day of a month that is counted from the year 0."""
    return dt.date(months // 12, months % 12 + 1, 1)


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """Return the first moment of a day, aware, in its zone."""
    return localize(dt.datetime.combine(day, dt.time()), zone)
