"""Incidents whose truth is known: who was there, by which way, and what a witness made of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from workbench.training.cameras import Camera
from workbench.training.geo import to_degrees
from workbench.training.misreads import WIDTH
from workbench.training.network import Network
from workbench.training.plates import STATES, matching
from workbench.training.vehicles import COLORS, KINDS, MODELS, Fleet, Roster
from workbench.training.witness import Witness

__all__ = [
    "Cast",
    "Drive",
    "Incident",
    "Parked",
    "Role",
    "ScenePlace",
    "camera_passes",
    "local_time",
    "scene_at",
]

BODIES_BY_MODEL = {(make, model): body for make, model, body, _ in MODELS}


@dataclass(frozen=True, slots=True)
class Role:
    """A vehicle of an incident as it truly is."""

    row: int
    role: str
    plate: str
    state: str
    make: str
    model: str
    color: str
    body: str


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive along given streets.

    Parameters
    ----------
    row : int
        The vehicle's row in the fleet.
    day : int
        Day of the period, from 0.
    seconds : float
        Seconds after local midnight at which it starts.
    edges : tuple of int
        Edges of the network, in order.
    misread : tuple of str
        Codes of the cameras that misread the plate on this drive; every other one reads it rightly.
    told : bool
        Whether the drive belongs to the story: then its reads do not depend on chance.
    """

    row: int
    day: int
    seconds: float
    edges: tuple[int, ...]
    misread: tuple[str, ...] = ()
    told: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """A vehicle that a patrol unit comes upon."""

    row: int
    day: int
    seconds: float
    unit: str
    xy: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ScenePlace:
    """A place and a time: one scene of an incident."""

    place: str
    latitude: float
    longitude: float
    radius_m: float
    at: dt.datetime
    start: dt.datetime
    end: dt.datetime
    case_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident and its truth.

    Parameters
    ----------
    key : str
        Name of the truth's file.
    title, crime_type, purpose : str
        ``purpose`` is an id that every profile lists.
    case_number, incident_number : str
    scenes : tuple of ScenePlace
        The first one is the scene; a series has several.
    roles : tuple of Role
        The vehicles; the first one is the one to be found.
    witness : Witness or None
    answer : str
        What an analyst who works well finds, in words.
    drives, parked : tuple
        What the vehicles do in the period.
    """

    key: str
    title: str
    crime_type: str
    purpose: str
    scenes: tuple[ScenePlace, ...]
    roles: tuple[Role, ...]
    witness: Witness | None
    answer: str
    case_number: str = ""
    incident_number: str = ""
    drives: tuple[Drive, ...] = ()
    parked: tuple[Parked, ...] = ()

    @property
    def scene(self) -> ScenePlace:
        """The first scene."""
        return self.scenes[0]

    def truth(self, reads: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return plain values for the file of the truth, with the reads that the vehicles truly left."""
        return {
            "key": self.key,
            "title": self.title,
            "case_number": self.case_number,
            "incident_number": self.incident_number,
            "crime_type": self.crime_type,
            "purpose": self.purpose,
            "scenes": [
                {
                    k: v.isoformat() if isinstance(v, dt.datetime) else v
                    for k, v in asdict(s).items()
                }
                for s in self.scenes
            ],
            "vehicles": [
                {k: v for k, v in asdict(role).items() if k != "row"} for role in self.roles
            ],
            "witness": None if self.witness is None else asdict(self.witness),
            "answer": self.answer,
            "reads": list(reads),
        }


@dataclass(slots=True)
class Cast:
    """Enlists the vehicles of incidents: rows behind the fleet's own, without habits of chance."""

    fleet: Fleet
    network: Network
    roster: Roster
    rng: np.random.Generator
    roles: list[Role] = field(default_factory=list)

    def enlist(
        self,
        role: str,
        template: str,
        make: str,
        model: str,
        color: str,
        *,
        state: str = "CA",
    ) -> Role:
        """Add a vehicle; its plate follows a template as in `plates.matching`."""
        plate = matching(template, self.rng, self.roster.taken[state]).decode()
        row = len(self.fleet) + len(self.roles)
        body = BODIES_BY_MODEL[(make, model)]
        self.roles.append(Role(row, role, plate, state, make, model, color, body))
        return self.roles[-1]

    def engaged(self) -> Fleet:
        """Return the fleet with everybody enlisted."""
        fleet, roles = self.fleet, self.roles
        if not roles:
            return fleet
        plates = np.zeros((len(roles), WIDTH), dtype=np.uint8)
        for index, role in enumerate(roles):
            plates[index, : len(role.plate)] = np.frombuffer(role.plate.encode(), dtype=np.uint8)
        models = [(make, model) for make, model, _, _ in MODELS]
        count = len(roles)

        def more(column: Any, values: Iterable[Any]) -> Any:
            return np.concatenate([column, np.array(list(values), dtype=column.dtype)])

        return replace(
            fleet,
            plate=np.concatenate([fleet.plate, plates]),
            state=more(fleet.state, (STATES.index(role.state) for role in roles)),
            model=more(fleet.model, (models.index((role.make, role.model)) for role in roles)),
            color=more(fleet.color, (COLORS.index(role.color) for role in roles)),
            kind=more(fleet.kind, [KINDS.index("occasional")] * count),
            variant=more(fleet.variant, [0] * count),
            zone=more(fleet.zone, [0] * count),
            home=more(fleet.home, [-1] * count),
            dirt=more(fleet.dirt, [0.0] * count),
            errands=more(fleet.errands, [0.0] * count),
            day=more(fleet.day, [-1] * count),
        )

    def way(self, *places: tuple[float, float]) -> tuple[int, ...]:
        """Return the quickest way past places in metres, as edges."""
        surface = ("arterial", "collector", "local")
        nodes = [self.network.nearest(place, kinds=surface) for place in places]
        return tuple(self.network.path(nodes[0], nodes[-1], through=nodes[1:-1]))


def camera_passes(
    drive: Drive, network: Network, cameras: Sequence[Camera]
) -> list[tuple[int, bool, float]]:
    """Return the cameras that a drive passes: index, whether on the far side, seconds after midnight."""
    watched: dict[int, list[tuple[int, bool]]] = {}
    for index, camera in enumerate(cameras):
        if camera.passage is not None:
            watched.setdefault(camera.passage.edge, []).append((index, False))
            if camera.passage.opposite >= 0:
                watched.setdefault(camera.passage.opposite, []).append((index, True))
    clock = drive.seconds
    found = []
    for edge in drive.edges:
        took = 1.12 * float(network.seconds[edge])
        found += [(index, back, clock + took / 2) for index, back in watched.get(edge, ())]
        clock += took
    return found


def local_time(first_day: dt.date, day: int, seconds: float, zone: ZoneInfo) -> dt.datetime:
    """Return the aware UTC time of a wall-clock time of a day of the period."""
    wall = dt.datetime.combine(first_day + dt.timedelta(days=day), dt.time(), zone)
    return (wall + dt.timedelta(seconds=round(seconds))).astimezone(dt.UTC)


def scene_at(
    place: str,
    xy: tuple[float, float],
    at: dt.datetime,
    *,
    radius_m: float = 800.0,
    before: float = 30.0,
    after: float = 30.0,
    note: str = "",
) -> ScenePlace:
    """Return a scene with a window of minutes around it."""
    latitude, longitude = (round(float(value), 5) for value in to_degrees(np.array(xy)))
    start, end = at - dt.timedelta(minutes=before), at + dt.timedelta(minutes=after)
    return ScenePlace(place, latitude, longitude, radius_m, at, start, end, note=note)
