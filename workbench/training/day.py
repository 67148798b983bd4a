"""One day of the city: everybody drives, the cameras look, the incidents happen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.training.cameras import Camera, Outage, silent_mask
from workbench.training.geo import Floats, to_degrees
from workbench.training.habits import Habits, Places
from workbench.training.incidents import Drive, Incident, camera_passes
from workbench.training.network import Network, Passages
from workbench.training.patrols import SHIFTS, Curb, Encounters, daylight, encounters, patrol
from workbench.training.reads import Reads, Sightings, chance_to_read, recognize
from workbench.training.trips import Passes, Tours, passes_of, plan_day, take
from workbench.training.vehicles import Fleet

__all__ = ["CityDay", "Scale", "reads_of"]

Ints = NDArray[np.int64]

_MOST = 0.97
_FOGGY = 0.06


@dataclass(frozen=True, slots=True)
class Scale:
    """Factors that bring the number of reads to what was asked for: at the fixed cameras, on patrol."""

    fixed: float
    mobile: float


@dataclass(frozen=True)
class CityDay:
    """Simulates days; the same seed and day give the same reads.

    Parameters
    ----------
    network, ways, places, fleet, habits, curb
        The city and who lives in it.
    cameras : sequence of Camera
    outages : sequence of Outage
    incidents : sequence of Incident
    first_day : datetime.date
    zone : ZoneInfo
    seed : int
    """

    network: Network
    ways: Passages
    places: Places
    fleet: Fleet
    habits: Habits
    curb: Curb
    cameras: tuple[Camera, ...]
    outages: tuple[Outage, ...]
    incidents: tuple[Incident, ...]
    first_day: dt.date
    zone: ZoneInfo
    seed: int

    def date(self, day: int) -> dt.date:
        """Return the date of a day of the period."""
        return self.first_day + dt.timedelta(days=day)

    def calibrate(self, days: int, reads: int, *, mobile_share: float = 0.09) -> Scale:
        """Find the factors that make the whole period yield about so many reads."""
        sample = range(min(days, 7))
        chances, met = [], 0
        for day in sample:
            rng = np.random.default_rng([self.seed, 3, day])
            tours = self._tours(day, rng)
            passes = self._working(passes_of(tours, self.ways, rng), day)
            chances.append(self._chance(passes, day, self._weather(day)))
            met += len(self._met(tours, rng))
        every = np.concatenate(chances)
        share = len(sample) / days
        wanted = reads * (1.0 - mobile_share) * share
        factor = 1.0
        for _ in range(12):
            factor *= wanted / max(float(np.minimum(every * factor, _MOST).sum()), 1.0)
        return Scale(factor, min(1.0, reads * mobile_share * share / max(met, 1)))

    def reads(self, day: int, scale: Scale) -> Reads:
        """Return the reads that begin on a local day, in the order of time; a few lie after its midnight."""
        rng = np.random.default_rng([self.seed, 5, day])
        tours = self._tours(day, rng)
        passes = self._joined(passes_of(tours, self.ways, rng), self._ordinary(day))
        passes = self._working(passes, day)
        chance = np.minimum(self._chance(passes, day, self._weather(day)) * scale.fixed, _MOST)
        seen = take(passes, rng.random(len(passes)) < chance)
        parts = [
            self._at_cameras(seen, day, np.full(len(seen), -1)),
            self._told(day),
            self._on_patrol(day, tours, scale, rng),
            self._found(day),
        ]
        sightings = _in_order(parts)
        codes = [camera.code for camera in self.cameras]
        silent = silent_mask(self.outages, codes, sightings.camera, sightings.micros)
        return recognize(_rows(sightings, ~silent), self.fleet, self.cameras, rng)

    def drives(self, day: int) -> tuple[Tours, Passes]:
        """Return what everybody drives on a day, and the working cameras that they go by, read or not.

        Without the incidents' vehicles, which are told of apart.
        """
        rng = np.random.default_rng([self.seed, 5, day])
        tours = self._tours(day, rng)
        return tours, self._working(passes_of(tours, self.ways, rng), day)

    def told_passes(self) -> list[tuple[str, dt.datetime]]:
        """Return camera and time of everything that the stories need to be seen."""
        found = []
        for incident in self.incidents:
            for drive in incident.drives:
                for camera, _, seconds in camera_passes(drive, self.network, self.cameras):
                    if drive.told:
                        at = int(self.micros(drive.day, np.array([seconds]))[0]) / 1e6
                        found.append(
                            (self.cameras[camera].code, dt.datetime.fromtimestamp(at, dt.UTC))
                        )
        return found

    def micros(self, day: int, seconds: Floats) -> Ints:
        """Turn wall-clock seconds of a day into microseconds since 1970 UTC.

        On the day of a clock change everything from half past one on follows the clock as it is at noon.
        """
        date = self.date(day)
        midnight = dt.datetime.combine(date, dt.time(), self.zone).timestamp()
        noon = dt.datetime.combine(date, dt.time(12), self.zone).timestamp() - 12 * 3600
        base = np.where(seconds < 5400.0, midnight, noon)
        return ((base + seconds) * 1_000_000).astype(np.int64)

    def _tours(self, day: int, rng: np.random.Generator) -> Tours:
        return plan_day(
            self.fleet,
            self.habits,
            self.places,
            self.ways,
            self.network,
            (day, self.date(day)),
            rng,
        )

    def _weather(self, day: int) -> float:
        """Valley fog takes a part of the reads now and then."""
        draw = np.random.default_rng([self.seed, 17, day]).random(2)
        return float(0.72 + 0.15 * draw[1]) if draw[0] < _FOGGY else 1.0

    def _night(self, day: int, seconds: Floats) -> NDArray[np.bool_]:
        sunrise, sunset = daylight(self.date(day))
        summer = dt.datetime.combine(self.date(day), dt.time(12), self.zone).dst() or dt.timedelta()
        shift = summer.total_seconds() / 3600
        hour = seconds / 3600 % 24
        night: NDArray[np.bool_] = (hour < sunrise + shift) | (hour > sunset + shift)
        return night

    def _chance(self, passes: Passes, day: int, weather: float) -> Floats:
        rate = np.array([camera.rate for camera in self.cameras])[passes.camera]
        rate = rate * np.where(passes.backwards, 0.8, 1.0)
        return chance_to_read(
            self.fleet, passes.vehicle, rate, self._night(day, passes.seconds), weather
        )

    def _working(self, passes: Passes, day: int) -> Passes:
        """Leave out cameras that are not there yet."""
        there = np.array([camera.installed_on <= self.date(day) for camera in self.cameras])
        return take(passes, there[passes.camera])

    def _ordinary(self, day: int) -> Passes:
        """Return the passes of the incidents' vehicles in their everyday life."""
        return self._drives(
            [d for i in self.incidents for d in i.drives if d.day == day and not d.told]
        )

    def _drives(self, drives: Sequence[Drive]) -> Passes:
        found = [
            (drive.row, *one)
            for drive in drives
            for one in camera_passes(drive, self.network, self.cameras)
        ]
        return Passes(
            vehicle=np.array([f[0] for f in found], dtype=np.int64),
            camera=np.array([f[1] for f in found], dtype=np.int64),
            backwards=np.array([f[2] for f in found], dtype=np.bool_),
            seconds=np.array([f[3] for f in found], dtype=np.float64),
        )

    def _told(self, day: int) -> Sightings:
        """Return what must be seen for the stories' sake, with what must be misread."""
        drives = [d for i in self.incidents for d in i.drives if d.day == day and d.told]
        parts = []
        for drive in drives:
            passes = self._working(self._drives([drive]), day)
            misread = [self.cameras[camera].code in drive.misread for camera in passes.camera]
            parts.append(self._at_cameras(passes, day, np.where(misread, 0, 1)))
        return (
            _joined_sightings(parts)
            if parts
            else self._at_cameras(self._drives([]), day, np.zeros(0, dtype=np.int64))
        )

    def _at_cameras(self, passes: Passes, day: int, forced: Ints) -> Sightings:
        latitude, longitude, heading = (
            np.array([getattr(camera, name) or 0.0 for camera in self.cameras])
            for name in ("latitude", "longitude", "heading")
        )
        turned = np.where(passes.backwards, 180.0, 0.0)
        return Sightings(
            vehicle=passes.vehicle,
            camera=passes.camera,
            micros=self.micros(day, passes.seconds),
            latitude=latitude[passes.camera],
            longitude=longitude[passes.camera],
            heading=(heading[passes.camera] + turned) % 360.0,
            night=self._night(day, passes.seconds),
            forced=forced.astype(np.int64),
        )

    def _met(self, tours: Tours, rng: np.random.Generator) -> Encounters:
        units = {camera.code: index for index, camera in enumerate(self.cameras)}
        walks = [patrol(self.network, units[code], hours, rng) for code, hours in SHIFTS.items()]
        return encounters(walks, self.curb, tours, self.network, rng)

    def _on_patrol(
        self, day: int, tours: Tours, scale: Scale, rng: np.random.Generator
    ) -> Sightings:
        met = self._met(tours, rng)
        kept = np.flatnonzero(rng.random(len(met)) < scale.mobile)
        place = to_degrees(met.xy[kept])
        return Sightings(
            vehicle=met.vehicle[kept],
            camera=met.unit[kept],
            micros=self.micros(day, met.seconds[kept]),
            latitude=np.round(place[:, 0], 6),
            longitude=np.round(place[:, 1], 6),
            heading=np.round(met.heading[kept], 1),
            night=self._night(day, met.seconds[kept]),
            forced=np.full(len(kept), -1),
        )

    def _found(self, day: int) -> Sightings:
        """Return the incidents' vehicles that a patrol unit comes upon."""
        parked = [p for i in self.incidents for p in i.parked if p.day == day]
        units = {camera.code: index for index, camera in enumerate(self.cameras)}
        place = to_degrees(np.array([p.xy for p in parked]).reshape(-1, 2))
        seconds = np.array([p.seconds for p in parked], dtype=np.float64)
        return Sightings(
            vehicle=np.array([p.row for p in parked], dtype=np.int64),
            camera=np.array([units[p.unit] for p in parked], dtype=np.int64),
            micros=self.micros(day, seconds),
            latitude=np.round(place[:, 0], 6),
            longitude=np.round(place[:, 1], 6),
            heading=np.full(len(parked), 90.0),
            night=self._night(day, seconds),
            forced=np.ones(len(parked), dtype=np.int64),
        )

    @staticmethod
    def _joined(first: Passes, second: Passes) -> Passes:
        return Passes(
            *(
                np.concatenate([getattr(first, c.name), getattr(second, c.name)])
                for c in fields(Passes)
            )
        )


def _joined_sightings(parts: Sequence[Sightings]) -> Sightings:
    return Sightings(
        *(np.concatenate([getattr(part, c.name) for part in parts]) for c in fields(Sightings))
    )


def _in_order(parts: Sequence[Sightings]) -> Sightings:
    joined = _joined_sightings(parts)
    return _rows(joined, np.lexsort((joined.camera, joined.vehicle, joined.micros)))


def _rows(sightings: Sightings, rows: Ints | NDArray[np.bool_]) -> Sightings:
    return Sightings(*(getattr(sightings, c.name)[rows] for c in fields(Sightings)))


def reads_of(
    reads: Reads, fleet: Fleet, cameras: Sequence[Camera], rows: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Return the reads of some vehicles in plain values: what was read, by whom, and what it truly was.

    Parameters
    ----------
    rows : mapping
        Row of the fleet to the key of the incident that it belongs to.
    """
    hits = np.flatnonzero(np.isin(reads.vehicle, list(rows)))
    found = []
    for hit in hits.tolist():
        vehicle = int(reads.vehicle[hit])
        at = dt.datetime.fromtimestamp(int(reads.micros[hit]) / 1e6, dt.UTC)
        found.append(
            {
                "incident": rows[vehicle],
                "plate": fleet.text(vehicle),
                "read_as": bytes(reads.plate[hit]).rstrip(b"\0").decode(),
                "correct": bool(reads.correct[hit]),
                "camera": cameras[int(reads.camera[hit])].code,
                "captured_at": at.isoformat(timespec="milliseconds"),
                "latitude": float(reads.latitude[hit]),
                "longitude": float(reads.longitude[hit]),
                "confidence": float(reads.confidence[hit]),
            }
        )
    return found
