"""Reads gathered by vehicle: what its reads agree on, how near and how soon it was read, what else it was read as."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.analysis.evidence import TOLD_SECONDS
from workbench.analysis.geo import travel_plausibility

__all__ = ["DESCRIPTION", "KEY", "candidates", "most_frequent"]

KEY = ["plate", "state"]
"""What tells vehicles apart."""

DESCRIPTION = ("make", "model", "color", "body")
"""What cameras record of a vehicle."""

Numbers = npt.NDArray[np.int64]

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
        Indexed by plate and state: the column, and ``<name>_confidence``, the best that a camera gave for that value
        (missing where ``reads`` has no such column).
    """
    vehicle, keys = _numbered(reads)
    values, sure = _agreed(reads, name, vehicle, len(keys))
    found = pd.DataFrame({name: values, f"{name}_confidence": sure}, index=keys)
    return found[found[name] != ""]


def _numbered(reads: pd.DataFrame) -> tuple[Numbers, pd.MultiIndex]:
    """Return the vehicle of each read as a number, and their keys, sorted."""
    plates, names = pd.factorize(reads["plate"], sort=True)
    states, codes = pd.factorize(reads["state"].fillna(""), sort=True)
    pairs, vehicle = np.unique(plates * max(1, len(codes)) + states, return_inverse=True)
    each = divmod(pairs, max(1, len(codes)))
    keys = [np.asarray(names, dtype=object)[each[0]], np.asarray(codes, dtype=object)[each[1]]]
    return vehicle, pd.MultiIndex.from_arrays(keys, names=KEY)


def _agreed(
    reads: pd.DataFrame, name: str, vehicle: Numbers, count: int
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Return for each vehicle the value that most of its reads have, and the best confidence in it."""
    agreed, best = np.full(count, "", dtype=object), np.full(count, np.nan)
    if name not in reads:
        return agreed, best
    numbers, words = pd.factorize(reads[name].replace("", None), use_na_sentinel=True)
    some = np.flatnonzero(numbers >= 0)
    pairs = vehicle[some] * max(1, len(words)) + numbers[some]
    each, first, place, times = np.unique(
        pairs, return_index=True, return_inverse=True, return_counts=True
    )
    of_vehicle = each // max(1, len(words))
    order = np.lexsort((first, -times, of_vehicle))
    chosen = order[np.unique(of_vehicle[order], return_index=True)[1]]
    agreed[of_vehicle[chosen]] = np.asarray(words, dtype=object)[each[chosen] % max(1, len(words))]
    if (sure := f"{name}_confidence") in reads:
        highest = np.full(len(each), -np.inf)
        given = reads[sure].to_numpy(dtype=np.float64)[some]
        np.fmax.at(highest, place, given)
        best[of_vehicle[chosen]] = np.where(np.isfinite(highest[chosen]), highest[chosen], np.nan)
    return agreed, best


def candidates(reads: pd.DataFrame, *, at: dt.datetime | None = None) -> pd.DataFrame:
    """Return one row per vehicle, as :func:`workbench.analysis.partial.rank` wants them.

    Reads without a state belong to the vehicle of the plate's only known state, where there is one.

    Parameters
    ----------
    reads : DataFrame
        In time order: read_id, plate, state, captured_at, local_time, camera, confidence, make, model, color, body
        and candidates; where known, distance_m from the scene and ``<name>_confidence``.
    at : datetime, optional
        When it happened, aware. The nearest read is then the nearest of those from which the vehicle could have been
        at the scene in time, and ``nearest_minutes`` says how long before or after it was.
    """
    reads = reads.assign(state=_known_states(reads))
    vehicle, keys = _numbered(reads)
    count = len(keys)
    rows = np.arange(len(reads))
    first, last = np.full(count, len(reads)), np.zeros(count, dtype=np.int64)
    np.minimum.at(first, vehicle, rows)
    np.maximum.at(last, vehicle, rows)
    far = np.full(len(reads), np.nan)
    if "distance_m" in reads:
        far = reads["distance_m"].to_numpy(dtype=np.float64)
    minutes, late = _near(reads, far, at)
    order = np.lexsort((far, late, vehicle))
    nearest = order[np.unique(vehicle[order], return_index=True)[1]]
    confidence = np.full(count, -np.inf)
    np.fmax.at(confidence, vehicle, reads["confidence"].to_numpy(dtype=np.float64))
    result = pd.DataFrame(
        {
            "plate": keys.get_level_values(0),
            "state": keys.get_level_values(1),
            "reads": np.bincount(vehicle, minlength=count),
            "first_seen": reads["local_time"].iloc[first].array,
            "last_seen": reads["local_time"].iloc[last].array,
            "last_camera": reads["camera"].iloc[last].array,
            "confidence": np.where(np.isfinite(confidence), confidence, np.nan),
            "nearest_m": far[nearest],
        }
    )
    if at is not None:
        result["nearest_minutes"] = minutes[nearest]
    for name in DESCRIPTION:
        result[name], result[f"{name}_confidence"] = _agreed(reads, name, vehicle, count)
    alternates = _alternates(reads, vehicle)
    result["alternates"] = pd.Series(
        [alternates.get(number, []) for number in range(count)], dtype="object"
    )
    return result


def _known_states(reads: pd.DataFrame) -> pd.Series:
    """Return the state of each read; where none was read, the one that all other reads of the plate agree on."""
    states = reads["state"].fillna("")
    known = reads.loc[states != "", ["plate", "state"]].drop_duplicates()
    only = known.drop_duplicates("plate", keep=False).set_index("plate")["state"]
    return states.where(states != "", reads["plate"].map(only).fillna(""))


def _near(
    reads: pd.DataFrame, far: npt.NDArray[np.float64], at: dt.datetime | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return for each read the minutes from the incident, and whether it is too far off for that time."""
    if at is None:
        return np.full(len(far), np.nan), np.zeros(len(far), dtype=bool)
    apart = (reads["captured_at"] - pd.Timestamp(at)).dt.total_seconds()
    minutes = np.abs(apart.to_numpy(dtype=np.float64)) / 60.0
    return minutes, travel_plausibility(far, minutes * 60.0 + TOLD_SECONDS) < _PLAUSIBLE


def _alternates(reads: pd.DataFrame, vehicle: Numbers) -> dict[int, list[list[Any]]]:
    """Return the best confidence of each other plate that a camera offered for a vehicle's reads."""
    best: dict[int, dict[str, float]] = {}
    for number, offered in zip(vehicle.tolist(), reads["candidates"], strict=True):
        if offered:
            of_vehicle = best.setdefault(number, {})
            for other, confidence in offered:
                of_vehicle[other] = max(of_vehicle.get(other, 0.0), float(confidence))
    return {
        number: [[plate, confidence] for plate, confidence in sorted(values.items())]
        for number, values in best.items()
    }
