"""Which cameras could have seen it: outages, silent days, and the part of a window that each covered."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from workbench.models import Window

__all__ = ["SILENT_MEDIAN", "coverage", "covered_fraction", "merge_spans"]

SILENT_MEDIAN = 10
"""A fixed camera that delivers fewer reads than this on its median day is never called silent."""

Span = tuple[dt.datetime, dt.datetime]


def coverage(
    cameras: pd.DataFrame,
    outages: pd.DataFrame,
    window: Window,
    daily_counts: pd.DataFrame,
    reads: pd.DataFrame,
    *,
    timezone: str = "UTC",
) -> list[dict[str, Any]]:
    """Return what each camera covered of a window, nearest first; plain values, ready for JSON.

    Parameters
    ----------
    cameras : DataFrame
        camera (code), name, kind, latitude, longitude; and where known heading, distance_m, installed_on,
        removed_on (dates).
    outages : DataFrame
        camera, start, end (aware; a missing end means that it still lasts), reason.
    window : Window
        The span that was searched.
    daily_counts : DataFrame
        camera, day (ISO date in the agency's zone), reads: the window's days and the days before.
    reads : DataFrame
        The reads that were found: camera.
    timezone : str
        The agency's zone, in which days are counted.

    Returns
    -------
    list of dict
        camera, name, kind, latitude, longitude, heading, distance_m, reads (found), day_reads (all reads it
        delivered on the window's days), day_median (of the other days on which it delivered), outages
        (merged, cut to the window: start, end, reason), silent_days (days of the window on which a fixed camera
        delivered nothing), covered (0 to 1: the part of the window without outage, silent day, and in service).
    """
    searched = _Searched.of(window, ZoneInfo(timezone))
    found = reads["camera"].value_counts() if len(reads) else pd.Series(dtype="int64")
    per_camera: dict[str, dict[str, int]] = {}
    for row in daily_counts.to_dict("records"):
        per_camera.setdefault(str(row["camera"]), {})[str(row["day"])[:10]] = int(row["reads"])
    per_outage: dict[str, list[dict[Any, Any]]] = {}
    for row in outages.to_dict("records"):
        per_outage.setdefault(str(row["camera"]), []).append(row)
    entries = []
    for camera in cameras.to_dict("records"):
        code = str(camera["camera"])
        entry = _entry(camera, per_outage.get(code, []), per_camera.get(code, {}), searched)
        entries.append({**entry, "reads": int(found.get(code, 0))})
    return sorted(entries, key=_by_distance)


def _by_distance(entry: dict[str, Any]) -> tuple[float, str]:
    distance = entry["distance_m"]
    return (math.inf if distance is None else distance), entry["camera"]


@dataclass(frozen=True, slots=True)
class _Searched:
    """A window, the agency's zone, and the local days that the window touches."""

    window: Window
    zone: dt.tzinfo
    days: tuple[dt.date, ...]

    @classmethod
    def of(cls, window: Window, zone: dt.tzinfo) -> _Searched:
        first = window.start.astimezone(zone).date()
        last = (window.end - dt.timedelta(microseconds=1)).astimezone(zone).date()
        count = (last - first).days + 1
        return cls(window, zone, tuple(first + dt.timedelta(days=n) for n in range(count)))


def _entry(
    camera: dict[Any, Any],
    outages: list[dict[Any, Any]],
    counts: dict[str, int],
    searched: _Searched,
) -> dict[str, Any]:
    window, zone = searched.window, searched.zone
    named = {day.isoformat() for day in searched.days}
    others = [n for day, n in counts.items() if day not in named and n > 0]
    median = float(statistics.median(others)) if others else 0.0
    quiet = [day for day in searched.days if not counts.get(day.isoformat(), 0)]
    silent = quiet if camera["kind"] == "fixed" and median >= SILENT_MEDIAN else []
    out = _merged_outages(outages, window)
    gaps = [(o["start"], o["end"]) for o in out]
    gaps += [_day_span(day, zone) for day in silent]
    gaps += _out_of_service(camera, window, zone)
    return {
        "camera": str(camera["camera"]),
        "name": str(camera.get("name") or ""),
        "kind": str(camera["kind"]),
        "latitude": _number(camera.get("latitude")),
        "longitude": _number(camera.get("longitude")),
        "heading": _number(camera.get("heading")),
        "distance_m": _number(camera.get("distance_m")),
        "reads": 0,
        "day_reads": sum(counts.get(day, 0) for day in named),
        "day_median": median,
        "outages": [
            {"start": o["start"].isoformat(), "end": o["end"].isoformat(), "reason": o["reason"]}
            for o in out
        ],
        "silent_days": [day.isoformat() for day in silent],
        "covered": covered_fraction(gaps, window),
    }


def _merged_outages(outages: list[dict[Any, Any]], window: Window) -> list[dict[str, Any]]:
    """Return a camera's outages, cut to the window and merged; reasons are joined."""
    spans: list[tuple[dt.datetime, dt.datetime, str]] = []
    for row in outages:
        start = max(_aware(row["start"]), window.start)
        end = window.end if pd.isna(row["end"]) else min(_aware(row["end"]), window.end)
        if start < end:
            spans.append((start, end, "" if pd.isna(row["reason"]) else str(row["reason"])))
    merged: list[dict[str, Any]] = []
    for start, end, reason in sorted(spans):
        if merged and start <= merged[-1]["end"]:
            last = merged[-1]
            last["end"] = max(last["end"], end)
            if reason and reason not in last["reason"].split("; "):
                last["reason"] = "; ".join(filter(None, [last["reason"], reason]))
        else:
            merged.append({"start": start, "end": end, "reason": reason})
    return merged


def _out_of_service(camera: dict[Any, Any], window: Window, zone: dt.tzinfo) -> list[Span]:
    """Return the parts of a window before a camera was installed and after it was removed."""
    installed, removed = _date(camera.get("installed_on")), _date(camera.get("removed_on"))
    spans = []
    if installed is not None:
        spans.append((window.start, _day_span(installed, zone)[0]))
    if removed is not None:
        spans.append((_day_span(removed, zone)[1], window.end))
    return spans


def covered_fraction(gaps: list[Span], window: Window) -> float:
    """Return the part of a window, 0 to 1, that lies in none of the gaps."""
    total = (window.end - window.start).total_seconds()
    missing = sum(
        (end - start).total_seconds()
        for start, end in merge_spans([(max(a, window.start), min(b, window.end)) for a, b in gaps])
    )
    return round(max(0.0, 1.0 - missing / total), 6)


def merge_spans(spans: list[Span]) -> list[Span]:
    """Return spans of time in order, those that touch or overlap joined, empty ones left out."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _day_span(day: dt.date, zone: dt.tzinfo) -> Span:
    start = dt.datetime.combine(day, dt.time(), zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
    return start.astimezone(dt.UTC), end.astimezone(dt.UTC)


def _aware(time: Any) -> dt.datetime:
    """Return an aware UTC datetime from a datetime or a pandas timestamp."""
    value = time.to_pydatetime() if isinstance(time, pd.Timestamp) else time
    result: dt.datetime = value.astimezone(dt.UTC)
    return result


def _date(value: Any) -> dt.date | None:
    if value is None or pd.isna(value) or value == "":
        return None
    return pd.Timestamp(value).date()


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
