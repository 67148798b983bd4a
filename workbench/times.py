"""Times as people write them: ISO 8601, with an offset or in the agency's own zone."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from workbench.errors import BadTime

__all__ = ["localize", "parse_time"]


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
