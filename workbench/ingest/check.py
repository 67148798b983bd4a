"""A batch as the source wrote it, turned into rows of ``reads``; rows that will not do get a reason each.

What makes a read unusable (no plate, no time, no place, no camera) rejects the row. What only adds to it (a confidence,
a heading) is left empty where it makes no sense, and counted in the notes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from workbench.analysis.geo import cell as cell_of
from workbench.analysis.plates import MAX_LENGTH
from workbench.ingest import values
from workbench.ingest.cameras import Camera, Register
from workbench.ingest.formats.base import MAX_TEXT, Batch, Problem
from workbench.ingest.times import Times, read_times
from workbench.records.tables import to_micros

__all__ = ["COLUMNS", "Checked", "Terms", "check"]

COLUMNS = (
    "plate",
    "plate_raw",
    "state",
    "state_confidence",
    "confidence",
    "captured_at",
    "camera_id",
    "latitude",
    "longitude",
    "cell",
    "heading",
    "make",
    "model",
    "color",
    "body",
    "make_confidence",
    "model_confidence",
    "color_confidence",
    "body_confidence",
    "candidates",
    "image",
    "source_agency",
    "governmental",
    "source_id",
    "line",
)
"""The columns of ``reads`` that come from a source row, in the order in which they are stored."""

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
AHEAD = dt.timedelta(days=1)

_CELLS_KEPT = 200_000
_WORDS = {"make", "model", "color", "body"}
_TEXTS = {"image", "source_id"}
_SHARES = {"confidence", "state_confidence", *(f"{word}_confidence" for word in _WORDS)}


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every row of a transfer.

    Parameters
    ----------
    zone : ZoneInfo
        The agency's time zone.
    now : datetime
        Aware; nothing was captured more than a day after it.
    source_agency : str
        Whose reads these are, where a row does not say.
    governmental : bool
        Whether the operator of the readers is a governmental body.
    """

    zone: ZoneInfo
    now: dt.datetime
    source_agency: str = ""
    governmental: bool = True


@dataclass(slots=True)
class Checked:
    """What came of a batch.

    Parameters
    ----------
    columns : dict of list
        Of :data:`COLUMNS` those that the source can fill, good rows only; ``camera_id`` is negative for cameras
        that are still to be added.
    problems : list of Problem
        The rows that will not do, those included that could not even be read.
    skipped : Counter
        Rows left out on purpose, by reason.
    notes : Counter
        What was left empty or assumed, and in how many rows.
    private_problems : int
        How many of the rows that will not do are not a government's.
    """

    columns: dict[str, list[Any]]
    problems: list[Problem]
    skipped: Counter[str]
    notes: Counter[str] = field(default_factory=Counter)
    private_problems: int = 0

    def __len__(self) -> int:
        return len(self.columns["line"])


class _Cells(dict[tuple[float | None, float | None], int | None]):
    """The H3 cells of positions met so far: fixed cameras have few."""

    def __missing__(self, spot: tuple[float | None, float | None]) -> int | None:
        latitude, longitude = spot
        if latitude is None or longitude is None:
            return None
        found = self[spot] = cell_of(latitude, longitude)
        return found


_cells = _Cells()


def check(batch: Batch, register: Register, terms: Terms) -> Checked:
    """Check a batch.

    Parameters
    ----------
    batch : Batch
        From a format.
    register : Register
        The cameras; meets the strangers that the batch brings.
    terms : Terms
        What holds for the whole transfer.
    """
    if not len(batch):
        return Checked({"line": []}, list(batch.problems), batch.skipped)
    return _Check(batch, register, terms).run()


class _Check:
    """One batch being checked; ``blame`` collects what is wrong with its rows."""

    def __init__(self, batch: Batch, register: Register, terms: Terms) -> None:
        self.batch = batch
        self.register = register
        self.terms = terms
        self.count = len(batch)
        self.blame: dict[int, list[str]] = {}
        self.notes: Counter[str] = Counter()

    def column(self, name: str) -> list[Any]:
        """Return a column as the source wrote it; of Nones where it has none."""
        return self.batch.columns.get(name) or [None] * self.count

    def reject(self, rows: Sequence[int] | values.Bools, reason: str) -> None:
        """Note why rows will not do: row numbers, or a mask."""
        if isinstance(rows, np.ndarray):
            rows = np.flatnonzero(rows).tolist()
        for row in rows:
            self.blame.setdefault(row, []).append(reason)

    def run(self) -> Checked:
        """Check everything and part the good rows from the bad."""
        out: dict[str, list[Any]] = {"line": self.batch.lines}
        self._plates(out)
        times = self._times(out)
        latitude, longitude, placed = self._positions()
        self._cameras(out, latitude, longitude, placed, times)
        self._place(out, latitude, longitude)
        self._vehicle(out)
        self._rest(out)
        return self._part({name: out[name] for name in COLUMNS if name in out})

    def _plates(self, out: dict[str, list[Any]]) -> None:
        plates, raw = values.plates(self.column("plate"))
        out["plate"], out["plate_raw"] = plates, raw
        lengths = np.fromiter(map(len, plates), dtype=np.int64, count=self.count)
        self.reject(lengths == 0, "There is no plate.")
        self.reject(
            lengths > MAX_LENGTH, f"The plate has more than {MAX_LENGTH} letters and digits."
        )
        out["state"] = values.states(self.column("state"))
        scale = self.batch.conventions.confidence
        if "candidates" in self.batch.columns:
            pairs = self.batch.columns["candidates"]
            out["candidates"] = values.candidates(pairs, plates, scale)

    def _times(self, out: dict[str, list[Any]]) -> Times:
        times = read_times(self.column("captured_at"), self.batch.conventions, self.terms.zone)
        for row, reason in times.reasons.items():
            self.reject([row], reason)
        late = times.good & (times.micros > to_micros(self.terms.now + AHEAD))
        self.reject(
            late, "The time of capture lies in the future: the reader's clock or the zone is wrong."
        )
        early = times.good & (times.micros < to_micros(EARLIEST))
        self.reject(early, "The time of capture lies before 2000: the reader's clock was not set.")
        out["captured_at"] = times.micros.tolist()
        return times

    def _positions(self) -> tuple[values.Floats, values.Floats, values.Bools]:
        """Return latitudes, longitudes, and which rows have a position of their own that will do."""
        columns = self.batch.columns
        if "latitude" not in columns and "longitude" not in columns:
            nothing = np.full(self.count, np.nan)
            return nothing, nothing.copy(), np.zeros(self.count, dtype=np.bool_)
        latitude = values.numbers(self.column("latitude"))
        longitude = values.numbers(self.column("longitude"))
        with np.errstate(invalid="ignore"):
            real = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 180)
        empty = (latitude == 0) & (longitude == 0)
        if not real.all():
            stated = values.given(self.column("latitude")) | values.given(self.column("longitude"))
            self.reject(
                stated & ~real, "The position is not on the globe, or half of it is missing."
            )
        placed = real & ~empty
        latitude[~placed] = np.nan
        longitude[~placed] = np.nan
        return latitude, longitude, placed

    def _cameras(
        self,
        out: dict[str, list[Any]],
        latitude: values.Floats,
        longitude: values.Floats,
        placed: values.Bools,
        times: Times,
    ) -> None:
        """Match cameras; fill positions from the register where a row has none."""
        raw = list(zip(self.column("camera"), self.column("camera_group"), strict=True))
        distinct, which = values.numbered(raw)
        pairs = [(values.key(camera), values.key(group)) for camera, group in distinct]
        found: list[Camera | None] = [self.register.find(*pair) for pair in pairs]
        usable = placed & times.good
        if self.blame:
            usable[list(self.blame)] = False
        for place, pair in enumerate(pairs):
            if found[place] is None:
                rows = np.flatnonzero(which == place)
                found[place] = self.register.find(*pair) or self._meet(
                    pair, rows, rows[usable[rows]], latitude, longitude
                )
        self._fill(which, found, latitude, longitude, placed)
        ids = np.array([0 if camera is None else camera.id for camera in found], dtype=np.int64)
        out["camera_id"] = ids[which].tolist()
        out["governmental"] = self._governmental(found, which)

    def _governmental(self, found: list[Camera | None], which: values.Places) -> list[int]:
        """Return 1 where both the row (or the transfer) and the camera are governmental, else 0.

        Numbers, because SQLite's driver takes twice as long over True and False.
        """
        public = np.array([camera is None or camera.governmental for camera in found])
        own: Any = self.terms.governmental
        if "governmental" in self.batch.columns:
            own = np.array(values.truths(self.column("governmental"), own))
        both: list[int] = (public[which] & own).astype(np.int64).tolist()
        return both

    def _meet(
        self,
        pair: tuple[str, str],
        rows: Any,
        usable: Any,
        latitude: values.Floats,
        longitude: values.Floats,
    ) -> Camera | None:
        """Add a stranger by its usable rows, or reject them all."""
        key, group = pair
        if not key:
            self.reject(rows.tolist(), "The row names no camera: say which with --camera.")
            return None
        without = [row for row in rows[np.isnan(latitude[rows])].tolist() if row not in self.blame]
        if without:
            self.reject(
                without,
                f"Camera {key!r} is not in the register and the row has no position: register it with its "
                "position and vendor key, then load the rejected rows again.",
            )
        if not usable.size:
            return None
        names = [
            name
            for name in values.texts([self.column("camera_name")[row] for row in usable[:1]])
            if name
        ]
        positions = list(zip(latitude[usable].tolist(), longitude[usable].tolist(), strict=True))
        return self.register.meet(
            key,
            group,
            names[0] if names else "",
            positions,
            governmental=self.terms.governmental,
        )

    def _fill(
        self,
        which: Any,
        found: list[Camera | None],
        latitude: values.Floats,
        longitude: values.Floats,
        placed: values.Bools,
    ) -> None:
        if placed.all():
            return
        at = np.array(
            [
                (np.nan, np.nan) if one is None or one.latitude is None or one.longitude is None
                else (one.latitude, one.longitude)
                for one in found
            ],
            dtype=np.float64,
        )  # fmt: skip
        rows = np.flatnonzero(~placed)
        latitude[rows], longitude[rows] = at[which[rows]].T
        known = np.array([one is not None for one in found], dtype=np.bool_)
        lost = rows[np.isnan(latitude[rows]) & known[which[rows]]]
        self.reject(
            [row for row in lost.tolist() if row not in self.blame],
            "The row has no position (0, 0 is none), and its camera has none in the register: a mobile unit's "
            "reads need their own.",
        )

    def _place(
        self, out: dict[str, list[Any]], latitude: values.Floats, longitude: values.Floats
    ) -> None:
        if len(_cells) > _CELLS_KEPT:
            _cells.clear()
        out["latitude"], out["longitude"] = values.nullable(latitude), values.nullable(longitude)
        spots = zip(out["latitude"], out["longitude"], strict=True)
        out["cell"] = list(map(_cells.__getitem__, spots))
        if "heading" not in self.batch.columns:
            return
        heading = self.batch.columns["heading"]
        if self.batch.conventions.heading == "compass":
            heading = values.compass(heading)
        degrees = values.numbers(heading)
        with np.errstate(invalid="ignore"):
            wrong = ~((degrees >= 0) & (degrees <= 360))
        if wrong.any():
            if strange := int((wrong & values.given(heading)).sum()):
                self.notes["a heading that is no direction was left empty"] += strange
            degrees[wrong] = np.nan
        out["heading"] = values.nullable(degrees % 360)

    def _vehicle(self, out: dict[str, list[Any]]) -> None:
        columns, scale = self.batch.columns, self.batch.conventions.confidence
        for name in _WORDS & columns.keys():
            out[name] = values.words(columns[name])
        for name in _SHARES & columns.keys():
            found, wrong = values.shares(columns[name], scale)
            if wrong > 0:
                self.notes[f"a {name.replace('_', ' ')} out of range was left empty"] += wrong
            out[name] = values.nullable(found)

    def _rest(self, out: dict[str, list[Any]]) -> None:
        for name in _TEXTS & self.batch.columns.keys():
            out[name] = values.texts(self.batch.columns[name])
        agency = self.terms.source_agency
        if "source_agency" in self.batch.columns:
            out["source_agency"] = [
                own or agency for own in values.texts(self.batch.columns["source_agency"])
            ]
        else:
            out["source_agency"] = [agency] * self.count

    def _part(self, out: dict[str, list[Any]]) -> Checked:
        problems = list(self.batch.problems)
        private = sum(not out["governmental"][row] for row in self.blame)
        if self.blame:
            keep = [True] * self.count
            for row in sorted(self.blame):
                keep[row] = False
                reason = " ".join(self.blame[row])
                problems.append(
                    Problem(self.batch.lines[row], reason, self.batch.texts[row][:MAX_TEXT])
                )
            out = {name: list(compress(column, keep)) for name, column in out.items()}
        return Checked(out, problems, self.batch.skipped, self.notes, private)
