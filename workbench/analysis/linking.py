"""Whether two plates one mistake apart are the same vehicle: what their reads say for and against it.

A plate that was read seldom stands beside one that was read often. Either it is a vehicle of its own, or the camera
misread the other. Where and when the other vehicle was read, the color, make and state that were recorded, how sure
the camera was and whether it offered the other plate itself: each of these is one of a few levels, as in the linkage
of records after Fellegi and Sunter (Journal of the American Statistical Association 64, 1969, 1183-1210).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from workbench.analysis.geo import distance_m, travel_plausibility
from workbench.analysis.neighbors import (
    OFTEN,
    Codes,
    Floats,
    Ints,
    Plates,
    codes_of,
    usual,
    value_of,
)
from workbench.analysis.plates import ALPHABET, MAX_LENGTH

__all__ = ["LEVELS", "Trails", "levels_of", "offered", "offered_by_chance", "sureness"]

LEVELS = 6
"""The most levels that a kind of evidence has."""

_SIZE = len(ALPHABET)
_BESIDE_S = 120  # a second read of the same passing by the same camera
_SOON_S = 45 * 60
_OFFERS_READ = 50_000  # so many reads tell what cameras offer by chance
_CAMERAS = 1 << 20
_NOWHERE, _USUAL, _FOLLOWS, _BESIDE, _TOO_FAST = range(5)


@dataclass(frozen=True, eq=False)
class Trails:
    """When and where each plate was read, sorted, so that the reads before and after a moment are found at once."""

    plate: Ints
    keys: Ints
    order: Ints
    rank: Ints
    span: int
    seconds: Ints
    camera: Ints
    latitude: Floats
    longitude: Floats
    visited: Ints
    visits: Ints

    @classmethod
    def of(cls, plates: Plates, reads: pd.DataFrame) -> Trails:
        """Sort the reads by plate and time."""
        times = pd.DatetimeIndex(reads["captured_at"]).as_unit("s").asi8
        seconds = times - times.min()
        span = int(seconds.max()) + 1
        keys = plates.of_read * span + seconds
        order = np.argsort(keys, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        camera = pd.factorize(reads["camera"])[0].astype(np.int64)
        visited, visits = np.unique(plates.of_read * _CAMERAS + camera, return_counts=True)
        latitude, longitude = (
            reads[name].to_numpy(dtype=np.float64) for name in ("latitude", "longitude")
        )
        return cls(
            plate=plates.of_read,
            keys=keys[order],
            order=order,
            rank=rank,
            span=span,
            seconds=seconds,
            camera=camera,
            latitude=latitude,
            longitude=longitude,
            visited=visited,
            visits=visits,
        )

    def levels(self, rows: Ints, others: Ints) -> Ints:
        """Return how vehicles' trails fit reads: nowhere near, known there, follows, beside, too fast.

        A read of the vehicle itself is left out of its trail.
        """
        own = self.plate[rows] == others
        result = np.where(self._visits(rows, others) > own, _USUAL, _NOWHERE)
        at = np.searchsorted(self.keys, others * self.span + self.seconds[rows])
        before = np.where(own, self.rank[rows], at) - 1
        after = np.where(own, self.rank[rows] + 1, at)
        beside = np.zeros(len(rows), dtype=bool)
        follows, too_fast = beside.copy(), beside.copy()
        for position in (before, after):
            near = self.order[np.clip(position, 0, len(self.keys) - 1)]
            owner = self.keys[np.clip(position, 0, len(self.keys) - 1)] // self.span
            gap = np.abs(self.seconds[near] - self.seconds[rows])
            mine = (position >= 0) & (position < len(self.keys)) & (owner == others)
            mine &= gap <= _SOON_S
            same = self.camera[near] == self.camera[rows]
            metres = distance_m(
                self.latitude[near], self.longitude[near], self.latitude[rows], self.longitude[rows]
            )
            plausible = ~(travel_plausibility(metres, gap) < 0.5)
            beside |= mine & same & (gap <= _BESIDE_S)
            follows |= mine & ~same & plausible
            too_fast |= mine & ~same & ~plausible
        result[follows] = _FOLLOWS
        result[beside] = _BESIDE
        result[too_fast] = _TOO_FAST
        return result

    def _visits(self, rows: Ints, others: Ints) -> Ints:
        wanted = others * _CAMERAS + self.camera[rows]
        at = np.minimum(np.searchsorted(self.visited, wanted), len(self.visited) - 1)
        return np.where(self.visited[at] == wanted, self.visits[at], 0)


def levels_of(
    plates: Plates, reads: pd.DataFrame, rows: Ints, others: Ints, trails: Trails
) -> dict[str, Ints]:
    """Return the evidence of each read beside another vehicle, by name, as numbers of levels.

    Parameters
    ----------
    rows : array
        Positions of reads.
    others : array
        For each, the plate of the vehicle that it may be.
    """
    found = {"trail": trails.levels(rows, others)}
    for name in ("color", "make", "state"):
        if name in reads:
            own = reads[name].astype(object).where(reads[name].notna(), "").to_numpy()[rows]
            theirs = usual(plates.of_read, reads[name], len(plates.reads))[others]
            unknown = (own == "") | (theirs == "")
            found[name] = np.where(unknown, 0, np.where(own == theirs, 1, 2))
    if "confidence" in reads:
        found["confidence"] = sureness(reads["confidence"], rows)
    return found


def sureness(confidence: pd.Series, rows: Ints) -> Ints:
    """Return how sure the camera was of reads, in five levels by what is usual; 0 where it did not say."""
    sure = confidence.to_numpy(dtype=np.float64)
    known = sure[np.isfinite(sure)]
    steps = np.quantile(known, [0.05, 0.15, 0.3, 0.6]) if len(known) else np.zeros(0)
    return np.where(np.isfinite(sure[rows]), np.searchsorted(steps, sure[rows]) + 1, 0)


def offered(plates: Plates, candidates: pd.Series, rows: Ints, others: Ints) -> Ints:
    """Return 1 where the camera offered the other vehicle's plate for a read, 0 where it offered others, 2 none."""
    unique, back = np.unique(rows, return_inverse=True)
    owner, codes = _offers(candidates, unique)
    named = set(zip(owner.tolist(), value_of(codes).tolist(), strict=True))
    some = np.bincount(owner, minlength=len(unique)) > 0
    wanted = zip(back.tolist(), plates.numbers[others].tolist(), strict=True)
    hit = np.fromiter((pair in named for pair in wanted), dtype=bool, count=len(rows))
    return np.where(hit, 1, np.where(some[back], 0, 2))


def offered_by_chance(plates: Plates, candidates: pd.Series) -> Floats:
    """Return how often cameras offer one character for another in reads that are most probably right.

    Returns
    -------
    array (37, 37)
        Row: the character read; column: the one offered. The last row and column stand for all missing and extra ones.
    """
    rows = np.flatnonzero(plates.reads[plates.of_read] >= OFTEN)
    rows = rows[:: max(1, len(rows) // _OFFERS_READ)]
    owner, codes = _offers(candidates, rows)
    read = plates.codes[plates.of_read[rows]]
    differs = codes != read[owner]
    single = differs.sum(axis=1) == 1
    place = differs.argmax(axis=1)
    a, b = read[owner, place], codes[np.arange(len(codes)), place]
    plain = single & (a >= 0) & (b >= 0)
    counts = np.zeros((_SIZE + 1, _SIZE + 1))
    np.add.at(counts, (a[plain], b[plain]), 1.0)
    counts[-1, :] = counts[:, -1] = (
        (codes >= 0).sum(axis=1) != (read[owner] >= 0).sum(axis=1)
    ).sum() / _SIZE
    seen = np.bincount(read[read >= 0], minlength=_SIZE + 1).astype(np.float64)
    seen[-1] = seen.sum() / _SIZE
    chance = (counts + 0.5) / (seen + _SIZE)[:, None]
    return np.clip(chance, 1e-4, 0.5)


def _offers(candidates: pd.Series, rows: Ints) -> tuple[Ints, Codes]:
    """Return what cameras offered for reads: the position in ``rows``, and the characters of the plate."""
    owner: list[int] = []
    names: list[str] = []
    for position, value in enumerate(candidates.iloc[rows].tolist()):
        for name, *_ in _listed(value):
            if isinstance(name, str) and 0 < len(name) <= MAX_LENGTH and name.isascii():
                owner.append(position)
                names.append(name)
    codes = codes_of(names)
    clean = (codes > -2).all(axis=1)
    return np.asarray(owner, dtype=np.int64)[clean], codes[clean]


def _listed(value: object) -> list[Any]:
    """Return the list of offers of a read, which may be JSON text or empty."""
    if isinstance(value, str):
        value = json.loads(value) if value else []
    return value if isinstance(value, list) else []
