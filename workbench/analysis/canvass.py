"""Vehicles around a scene: one row for each, and how usual it is for it to be there at this hour."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from workbench.analysis import geo
from workbench.analysis.vehicles import DESCRIPTION, KEY, most_frequent

__all__ = ["USUAL_COLUMNS", "VEHICLE_COLUMNS", "by_vehicle", "usual", "usual_words"]

USUAL_COLUMNS = ("usual", "usual_days", "usual_hour_days", "baseline_days")

VEHICLE_COLUMNS = (
    "plate",
    "state",
    "make",
    "model",
    "color",
    "body",
    "reads",
    "first_seen",
    "last_seen",
    "nearest_m",
    "direction",
    "entered",
    "left",
    "confidence",
    *USUAL_COLUMNS,
)
"""The columns of :func:`by_vehicle`."""

_DAY_S = 86_400.0
_MOVED_M = 75.0
_OFTEN, _SOMETIMES = 0.4, 0.1


def by_vehicle(reads: pd.DataFrame) -> pd.DataFrame:
    """Return one row per vehicle (plate and state) of a canvass, in the order they were first seen.

    Parameters
    ----------
    reads : DataFrame
        A canvass result: plate, state, captured_at, local_time, camera, latitude, longitude; and where
        known confidence, heading, make, model, color, body, distance_m and what :func:`usual` adds.

    Returns
    -------
    DataFrame
        The columns of ``VEHICLE_COLUMNS``: number of reads, first and last seen in local time, nearest
        distance in metres, direction of travel (``"NE"``; from its first to its last position, else from
        the headings), the camera that saw it first and last, its best confidence, its most frequent make,
        model, color and body. ``attrs`` are those of the reads. An empty frame gives an empty frame.
    """
    frame = pd.DataFrame(reads).sort_values(["captured_at", "camera"], kind="stable")
    groups = frame.groupby(KEY, sort=False, dropna=False)
    result = groups.agg(
        reads=("captured_at", "size"),
        first_seen=("local_time", "first"),
        last_seen=("local_time", "last"),
        entered=("camera", "first"),
        left=("camera", "last"),
    )
    result["nearest_m"] = groups["distance_m"].min() if "distance_m" in frame else np.nan
    result["confidence"] = groups["confidence"].max() if "confidence" in frame else np.nan
    for name in DESCRIPTION:
        result[name] = most_frequent(frame, name)[name].reindex(result.index)
    result["direction"] = _directions(frame, result.index)
    for name in USUAL_COLUMNS:
        result[name] = groups[name].first() if name in frame else ("" if name == "usual" else 0)
    result = result.reset_index().sort_values(["first_seen", "plate", "state"], kind="stable")
    result = result[list(VEHICLE_COLUMNS)].reset_index(drop=True)
    result.attrs = dict(reads.attrs)
    return result


def _directions(frame: pd.DataFrame, index: pd.Index) -> list[str]:
    """Return per vehicle its direction of travel, in the order of the index."""
    heading = (
        pd.to_numeric(frame["heading"]) if "heading" in frame else pd.Series(np.nan, frame.index)
    )
    radians = np.radians(heading)
    parts = frame[[*KEY, "latitude", "longitude"]].assign(x=np.cos(radians), y=np.sin(radians))
    groups = parts.groupby(KEY, sort=False, dropna=False)
    first = groups[["latitude", "longitude"]].first().reindex(index).to_numpy(float)
    last = groups[["latitude", "longitude"]].last().reindex(index).to_numpy(float)
    moved = geo.distance_m(first[:, 0], first[:, 1], last[:, 0], last[:, 1]) >= _MOVED_M
    course = geo.bearing(first[:, 0], first[:, 1], last[:, 0], last[:, 1])
    mean = groups[["x", "y"]].mean().reindex(index).to_numpy(float)
    headed = np.where(
        np.hypot(mean[:, 0], mean[:, 1]) >= 0.2,
        np.degrees(np.arctan2(mean[:, 1], mean[:, 0])) % 360.0,
        np.nan,
    )
    return [geo.compass(float(v)) for v in np.where(moved, course, headed)]


def usual(
    reads: pd.DataFrame,
    baseline: pd.DataFrame,
    *,
    timezone: str,
    baseline_days: int,
    hours: float = 1.0,
) -> pd.DataFrame:
    """Return the reads with how usual it is for each vehicle to be in this scene at this hour.

    Parameters
    ----------
    reads : DataFrame
        Reads of the window: plate, state, captured_at (UTC).
    baseline : DataFrame
        Earlier reads of the same vehicles inside the scene: plate, state, captured_at (UTC).
    timezone : str
        The agency's zone, in which days and hours are counted.
    baseline_days : int
        Days of the baseline on which a camera here delivered reads.
    hours : float
        How far the hour of day may be off, to both sides of the vehicle's own reads.

    Returns
    -------
    DataFrame
        A copy with ``usual_days`` (days with a read of it here), ``usual_hour_days`` (of these, days with
        one at this hour), ``baseline_days`` and ``usual`` in words.
    """
    result = reads.copy()
    days, hour_days = _count_days(reads, baseline, ZoneInfo(timezone), hours)
    keys = pd.MultiIndex.from_frame(pd.DataFrame(reads)[KEY])
    result["usual_days"] = days.reindex(keys, fill_value=0).to_numpy(dtype=np.int64)
    result["usual_hour_days"] = hour_days.reindex(keys, fill_value=0).to_numpy(dtype=np.int64)
    result["baseline_days"] = np.full(len(result), baseline_days, dtype=np.int64)
    pairs = zip(result["usual_days"], result["usual_hour_days"], strict=True)
    result["usual"] = [usual_words(int(d), int(h), baseline_days) for d, h in pairs]
    result.attrs = dict(reads.attrs)
    return result


def _count_days(
    reads: pd.DataFrame, baseline: pd.DataFrame, zone: dt.tzinfo, hours: float
) -> tuple[pd.Series, pd.Series]:
    empty = pd.Series(
        index=pd.MultiIndex.from_arrays([[], []], names=KEY), dtype=np.int64, name="days"
    )
    if reads.empty or baseline.empty:
        return empty, empty
    here = pd.DataFrame(reads)[KEY].assign(local=reads["captured_at"].dt.tz_convert(zone))
    spans = here.groupby(KEY)["local"].agg(["min", "max"])
    earlier = baseline[KEY].assign(local=baseline["captured_at"].dt.tz_convert(zone))
    earlier = earlier.merge(spans, left_on=KEY, right_index=True)
    earlier["day"] = earlier["local"].dt.strftime("%Y-%m-%d")
    length = (earlier["max"] - earlier["min"]).dt.total_seconds() + 2 * hours * 3600
    start = _time_of_day(earlier["min"]) - hours * 3600
    since = (_time_of_day(earlier["local"]) - start) % _DAY_S
    at_hour = earlier[(since <= length) | (length >= _DAY_S)]
    return earlier.groupby(KEY)["day"].nunique(), at_hour.groupby(KEY)["day"].nunique()


def _time_of_day(times: pd.Series) -> pd.Series:
    seconds: pd.Series = times.dt.hour * 3600.0 + times.dt.minute * 60.0 + times.dt.second
    return seconds


def usual_words(days: int, hour_days: int, baseline_days: int) -> str:
    """Return in words how usual a vehicle is here at this hour.

    Examples
    --------
    >>> usual_words(0, 0, 30), usual_words(20, 15, 30), usual_words(9, 1, 30)
    ('not seen here before', 'usually here at this hour', 'rarely here at this hour')
    """
    if baseline_days <= 0:
        return "no earlier days to compare"
    if days == 0:
        return "not seen here before"
    share = hour_days / baseline_days
    if share >= _OFTEN and hour_days >= 3:
        return "usually here at this hour"
    return (
        "sometimes here at this hour"
        if share >= _SOMETIMES and hour_days >= 2
        else "rarely here at this hour"
    )
