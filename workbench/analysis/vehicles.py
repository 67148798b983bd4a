"""Reads gathered by vehicle: what its reads agree on, how near and how soon it was read, what else it was read as."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.geo import travel_plausibility

__all__ = ["DESCRIPTION", "KEY", "candidates", "most_frequent"]

KEY = ["plate", "state"]
"""What tells vehicles apart."""

DESCRIPTION = ("make", "model", "color", "body")
"""What cameras record of a vehicle."""

_PLAUSIBLE = 0.5


def most_frequent(reads: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return per vehicle the value that most of its reads agree on; the earliest where they tie.

    Parameters
    ----------
    reads : DataFrame
        In time order.
    name : str
        A column; empty text is no value.

    Returns
    -------
    DataFrame
        Indexed by ``KEY``: the column, and ``<name>_confidence``, the best that a camera gave for that value
        (missing where ``reads`` has no such column).
    """
    sure = f"{name}_confidence"
    if name not in reads:
        index = pd.MultiIndex.from_arrays([[], []], names=KEY)
        return pd.DataFrame({name: pd.Series(dtype=object), sure: pd.Series(dtype=float)}, index)
    known = reads.loc[reads[name].notna() & (reads[name] != "")]
    confidence = known[sure].astype("float64") if sure in known else np.nan
    groups = known[[*KEY, name]].assign(**{sure: confidence}).groupby([*KEY, name], sort=False)
    counts = groups.agg(times=(name, "size"), **{sure: (sure, "max")}).reset_index()
    counts = counts.sort_values("times", ascending=False, kind="stable")
    return counts.drop_duplicates(KEY).set_index(KEY)[[name, sure]]


def candidates(reads: pd.DataFrame, *, at: dt.datetime | None = None) -> pd.DataFrame:
    """Return one row per vehicle, as :func:`workbench.analysis.partial.rank` wants them.

    Parameters
    ----------
    reads : DataFrame
        In time order: read_id, plate, state, captured_at, local_time, camera, confidence, make, model, color, body
        and candidates; where known, distance_m from the scene and ``<name>_confidence``.
    at : datetime, optional
        When it happened, aware. The nearest read is then the nearest of those from which the vehicle could have been
        at the scene in time, and ``nearest_minutes`` says how long before or after it was.
    """
    frame = reads if "distance_m" in reads else reads.assign(distance_m=np.nan)
    frame = frame.assign(**_near(frame, at))
    groups = frame.groupby(KEY, sort=True)
    vehicles = groups.agg(
        reads=("read_id", "size"),
        first_seen=("local_time", "min"),
        last_seen=("local_time", "max"),
        last_camera=("camera", "last"),
        confidence=("confidence", "max"),
    )
    nearest = frame.sort_values(["late", "distance_m"], kind="stable").drop_duplicates(KEY)
    nearest = nearest.set_index(KEY)
    vehicles["nearest_m"] = nearest["distance_m"].reindex(vehicles.index)
    if at is not None:
        vehicles["nearest_minutes"] = nearest["minutes"].reindex(vehicles.index)
    for name in DESCRIPTION:
        vehicles = vehicles.join(most_frequent(frame, name))
        vehicles[name] = vehicles[name].astype("object").where(vehicles[name].notna(), "")
    alternates = _alternates(frame)
    vehicles["alternates"] = pd.Series(
        [alternates.get(key, []) for key in vehicles.index], index=vehicles.index, dtype="object"
    )
    return vehicles.reset_index()


def _near(reads: pd.DataFrame, at: dt.datetime | None) -> dict[str, Any]:
    """Return for each read the minutes from the incident, and whether it is too far off for that time."""
    if at is None:
        return {"minutes": np.nan, "late": False}
    minutes = (reads["captured_at"] - pd.Timestamp(at)).dt.total_seconds().abs() / 60.0
    far = reads["distance_m"].to_numpy(dtype=np.float64)
    possible = travel_plausibility(far, minutes.to_numpy(dtype=np.float64) * 60.0)
    return {"minutes": minutes, "late": possible < _PLAUSIBLE}


def _alternates(reads: pd.DataFrame) -> dict[tuple[str, str], list[list[Any]]]:
    """Return the best confidence of each other plate that a camera offered for a vehicle's reads."""
    best: dict[tuple[str, str], dict[str, float]] = {}
    some = reads[reads["candidates"].astype(bool)]
    for plate, state, offered in zip(some["plate"], some["state"], some["candidates"], strict=True):
        of_vehicle = best.setdefault((plate, state), {})
        for other, confidence in offered:
            of_vehicle[other] = max(of_vehicle.get(other, 0.0), float(confidence))
    return {
        key: [[plate, confidence] for plate, confidence in sorted(values.items())]
        for key, values in best.items()
    }
