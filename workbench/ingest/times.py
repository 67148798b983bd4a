"""Times of capture, a column at a time: numbers since 1970, ISO 8601, or any written form, with zones made explicit.

A time without a zone is read in the agency's. Where the clocks are put back an hour happens twice, where they are put
forward an hour never is: such a time is refused, with both readings shown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.ingest.formats.base import Conventions
from workbench.ingest.values import Bools, numbers

__all__ = ["ABSENT", "UNREADABLE", "Times", "day_bounds", "read_times"]

Micros = NDArray[np.int64]

ABSENT = "There is no time of capture."
UNREADABLE = "The time of capture cannot be understood."

_SECONDS_BELOW = 1e11
_MILLIS_BELOW = 1e14
_MICROS_BELOW = 1e17
_SHORTEST = 13  # 2026-03-02T21: a date alone says no time of day
_TAIL = re.compile(r"\s*(?:UTC|GMT|Z)$", re.IGNORECASE)
_GAP = re.compile(r"\s+([+-]\d\d:?\d\d)$")
_NAT = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Times:
    """A column of times.

    Parameters
    ----------
    micros : ndarray of int64
        Microseconds since 1970-01-01 UTC; undefined where ``good`` is false.
    good : ndarray of bool
        Which could be read.
    reasons : dict
        Row to why it could not.
    """

    micros: Micros
    good: Bools
    reasons: dict[int, str]


def read_times(values: Sequence[Any], conventions: Conventions, zone: ZoneInfo) -> Times:
    """Read a column of times.

    Parameters
    ----------
    values : sequence
        As the source wrote them.
    conventions : Conventions
        How it writes them.
    zone : ZoneInfo
        The agency's, for times without one where the conventions name none.
    """
    if conventions.time == "epoch":
        return _epoch(values)
    local = ZoneInfo(conventions.zone) if conventions.zone else zone
    return _written(values, conventions.time_formats, local)


def _epoch(values: Sequence[Any]) -> Times:
    found = numbers(values)
    with np.errstate(invalid="ignore"):
        factor = np.where(found < _SECONDS_BELOW, 1e6, np.where(found < _MILLIS_BELOW, 1e3, 1.0))
        good = (found > 0) & (found < _MICROS_BELOW)
    micros = np.rint(np.where(good, found, 0.0) * factor).astype(np.int64)
    reasons = {row: _absent_or_unreadable(values[row]) for row in np.flatnonzero(~good).tolist()}
    return Times(micros, good, reasons)


def _absent_or_unreadable(value: object) -> str:
    return ABSENT if value is None or value in ("", 0) else UNREADABLE


def _written(values: Sequence[Any], formats: tuple[str, ...], zone: ZoneInfo) -> Times:
    texts = [value.strip() if isinstance(value, str) else "" for value in values]
    micros = np.full(len(texts), _NAT, dtype=np.int64)
    naive = np.zeros(len(texts), dtype=np.bool_)
    open_ = np.array([bool(text) for text in texts], dtype=np.bool_)
    for form in formats:
        rows = np.flatnonzero(open_)
        if not rows.size:
            break
        some = [texts[row] for row in rows] if rows.size < len(texts) else texts
        found, without_zone = _iso(some) if form == "iso" else _by_format(some, form)
        done = found != _NAT
        micros[rows[done]] = found[done]
        naive[rows[done]] = without_zone[done]
        open_[rows[done]] = False
    reasons = {
        row: UNREADABLE if texts[row] or values[row] not in (None, "") else ABSENT
        for row in np.flatnonzero(micros == _NAT).tolist()
    }
    if naive.any():
        _localize(micros, naive, zone, reasons)
    good = np.ones(len(texts), dtype=np.bool_)
    good[list(reasons)] = False
    return Times(micros, good, reasons)


def _iso(texts: Sequence[str]) -> tuple[Micros, Bools]:
    moments: list[dt.datetime | None] = [_iso_one(text) for text in texts]
    naive = np.array([one is not None and one.tzinfo is None for one in moments], dtype=np.bool_)
    flat = [
        None
        if one is None
        else one
        if one.tzinfo is None
        else one.astimezone(dt.UTC).replace(tzinfo=None)
        for one in moments
    ]
    return np.array(flat, dtype="datetime64[us]").view(np.int64), naive


def _iso_one(text: str) -> dt.datetime | None:
    if len(text) < _SHORTEST:
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        pass
    try:
        return dt.datetime.fromisoformat(_GAP.sub(r"\1", _TAIL.sub("+00:00", text)))
    except (ValueError, OverflowError):
        return None


def _by_format(texts: Sequence[str], form: str) -> tuple[Micros, Bools]:
    zoned = "%z" in form or "%Z" in form
    try:
        found = pd.to_datetime(
            pd.Series(texts, dtype=object), format=form, errors="coerce", utc=zoned
        )
    except (ValueError, OverflowError, TypeError):
        return np.full(len(texts), _NAT, dtype=np.int64), np.zeros(len(texts), dtype=np.bool_)
    index = pd.DatetimeIndex(found)
    if zoned:
        index = index.tz_localize(None)
    micros = np.asarray(index.as_unit("us").asi8, dtype=np.int64).copy()
    return micros, np.full(len(texts), not zoned, dtype=np.bool_)


def _localize(micros: Micros, naive: Bools, zone: ZoneInfo, reasons: dict[int, str]) -> None:
    """Turn local times into UTC in place; say why where the clock change forbids it."""
    rows = np.flatnonzero(naive)
    local = pd.DatetimeIndex(micros[rows].view("datetime64[us]"))
    try:
        placed = local.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    except (OverflowError, ValueError):  # a year that zones do not reach to
        reasons.update((int(row), UNREADABLE) for row in rows)
        return
    fixed = np.asarray(placed.as_unit("us").asi8, dtype=np.int64)
    for place in np.flatnonzero(fixed == _NAT).tolist():
        reasons[int(rows[place])] = _both_readings(local[place].to_pydatetime(), zone)
    micros[rows] = fixed


def _both_readings(local: dt.datetime, zone: ZoneInfo) -> str:
    first, second = (
        local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        for fold in (0, 1)
    )
    shown = local.strftime("%Y-%m-%d %H:%M:%S")
    if first < second:
        return (
            f"The local time {shown} came twice, as the clocks were put back: it is {first} or {second}. "
            "Export it with its offset or in UTC."
        )
    return (
        f"The local time {shown} never was, as the clocks were put forward: it would be {second} or {first}. "
        "Export it with its offset or in UTC."
    )


def day_bounds(first: int, last: int, zone: ZoneInfo) -> tuple[list[str], Micros]:
    """Return the local days from one time to another and where each begins.

    Parameters
    ----------
    first, last : int
        Microseconds since 1970-01-01 UTC.
    zone : ZoneInfo
        Whose days are meant.

    Returns
    -------
    days : list of str
        ISO dates.
    begins : ndarray of int64
        Microseconds at which each day begins: a day is as long as its clock change makes it.
    """
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    day = (epoch + dt.timedelta(microseconds=first)).astimezone(zone).date()
    end = (epoch + dt.timedelta(microseconds=last)).astimezone(zone).date()
    days, begins = [], []
    while day <= end:
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)
        days.append(day.isoformat())
        begins.append((midnight - epoch) // dt.timedelta(microseconds=1))
        day += dt.timedelta(days=1)
    return days, np.array(begins, dtype=np.int64)
