"""Three months of earlier searches: what members asked, why, and where misuse was planted among it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from workbench.training.casebook import Case
from workbench.training.geo import to_degrees
from workbench.training.network import Network
from workbench.training.people import Person
from workbench.training.plates import STATES
from workbench.training.reasons import reason_for
from workbench.training.vehicles import COLORS, KINDS, MODELS, Fleet

__all__ = ["Desk", "PlannedSearch", "plan_ordinary"]

Action = Literal["history", "canvass", "partial"]

_DAYS = 90


@dataclass(frozen=True, slots=True)
class PlannedSearch:
    """A search that was made in the past.

    Parameters
    ----------
    at : datetime.datetime
        Aware, UTC.
    username, address, host : str
    action : {"history", "canvass", "partial"}
    parameters : dict
        Plain values as `workbench.queries.build` takes them.
    case_number, purpose, reason : str
    planted : str or None
        The misuse indicator that should notice it, such as ``HOURS-UNUSUAL``.
    trap : str or None
        Why it looks like misuse without being any.
    """

    at: dt.datetime
    username: str
    address: str
    host: str
    action: Action
    parameters: Mapping[str, Any]
    case_number: str
    purpose: str
    reason: str
    planted: str | None = None
    trap: str | None = None


@dataclass(slots=True)
class Desk:
    """What planning searches needs at hand."""

    people: Sequence[Person]
    cases: Sequence[Case]
    fleet: Fleet
    network: Network
    end: dt.date
    zone: ZoneInfo
    rng: np.random.Generator
    interest: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def first_day(self) -> dt.date:
        """The first day of the searches."""
        return self.end - dt.timedelta(days=_DAYS - 1)

    def person(self, username: str) -> Person:
        """Return a member."""
        return next(person for person in self.people if person.username == username)

    def open_on(self, date: dt.date, username: str | None = None) -> list[Case]:
        """Return the cases that are open on a day, of one member or of all."""
        return [
            case for case in self.cases
            if case.opened_on < date and (case.closed_on is None or date < case.closed_on)
            and (username is None or username in case.assigned)
        ]  # fmt: skip

    def at(self, date: dt.date, hour: float) -> dt.datetime:
        """Return the UTC time of a local hour; 25 is one in the next morning."""
        wall = dt.datetime.combine(date, dt.time(), self.zone)
        whole = dt.timedelta(
            seconds=round(hour * 3600), milliseconds=int(self.rng.integers(0, 1000))
        )
        return (wall + whole).astimezone(dt.UTC)

    def plate(self) -> str:
        """Return the plate of a vehicle that drives in the city."""
        local = np.flatnonzero(self.fleet.kind <= KINDS.index("regional"))
        return self.fleet.text(int(self.rng.choice(local)))

    def of_interest(self, case: Case) -> str:
        """Return a plate that this case is interested in."""
        pool = self.interest.setdefault(
            case.number, [self.plate() for _ in range(int(self.rng.integers(2, 6)))]
        )
        if self.rng.random() < 0.25:
            pool.append(self.plate())
        return pool[int(self.rng.integers(len(pool)))]

    def place(self, case: Case) -> tuple[float, float]:
        """Return where a case's scene is, in degrees."""
        if case.number not in self.places:
            node = int(self.rng.choice(self.network.homes))
            latitude, longitude = to_degrees(self.network.city.nodes[node])
            self.places[case.number] = (round(float(latitude), 5), round(float(longitude), 5))
        return self.places[case.number]

    def history(self, plate: str, at: dt.datetime, days: int) -> dict[str, Any]:
        """Return the parameters of a search of one plate over the last days."""
        return {"plate": plate, "start": (at - dt.timedelta(days=days)).isoformat(timespec="seconds"),
                "end": at.isoformat(timespec="seconds")}  # fmt: skip

    def make(
        self,
        at: dt.datetime,
        username: str,
        action: Action,
        parameters: Mapping[str, Any],
        case: Case,
        reason: str,
        *,
        planted: str | None = None,
        trap: str | None = None,
        host: Person | None = None,
    ) -> PlannedSearch:
        """Put a search together; ``host`` is whose machine it was, if not the member's own."""
        seat = host or self.person(username)
        return PlannedSearch(
            at=at, username=username, address=seat.address, host=seat.host, action=action,
            parameters=parameters, case_number=case.number, purpose=case.purpose, reason=reason,
            planted=planted, trap=trap,
        )  # fmt: skip


def plan_ordinary(desk: Desk, count: int) -> list[PlannedSearch]:
    """Plan about so many searches as they should be: own cases, own hours, reasons in words."""
    shifts = [
        (person, date)
        for offset in range(_DAYS)
        for date in [desk.first_day + dt.timedelta(days=offset)]
        for person in desk.people
        if person.weight and date.weekday() in person.weekdays and _is_here(person, date)
    ]
    total = sum(person.weight for person, _ in shifts)
    planned: list[PlannedSearch] = []
    for person, date in shifts:
        wanted = int(desk.rng.poisson(person.weight * count / total))
        while wanted > 0:
            planned += _sitting(
                desk, person, date, size := min(wanted, 1 + int(desk.rng.poisson(1.2)))
            )
            wanted -= size
    return planned


def _is_here(person: Person, date: dt.date) -> bool:
    return person.left_on is None or date < person.left_on


def _sitting(desk: Desk, person: Person, date: dt.date, size: int) -> list[PlannedSearch]:
    """Plan a few searches in a row for one case."""
    rng = desk.rng
    cases = desk.open_on(date, person.username)
    if not cases:
        return []
    weight = np.array([3.0 if case.incident else 1.0 for case in cases])
    case = cases[int(rng.choice(len(cases), p=weight / weight.sum()))]
    begin, end = person.hours
    hour = float(np.clip(rng.normal((begin + end) / 2, (end - begin) / 4), begin + 0.1, end - 0.5))
    reason = reason_for(case, rng)
    searches = []
    for _ in range(size):
        at = desk.at(date, hour)
        action, parameters = _question(desk, person, case, at)
        searches.append(desk.make(at, person.username, action, parameters, case, reason))
        hour = min(hour + float(rng.uniform(0.02, 0.12)), end - 0.02)
    return searches


def _question(
    desk: Desk, person: Person, case: Case, at: dt.datetime
) -> tuple[Action, dict[str, Any]]:
    rng = desk.rng
    draw = rng.random()
    if "dispatcher" in person.roles:  # a partial plate called in by a patrol car, or one plate
        draw = 0.0 if draw < 0.93 else 1.0
    if draw < 0.80:
        days = int(rng.choice([3, 7, 14, 30]))
        return "history", desk.history(desk.of_interest(case), at, days)
    if draw < 0.95:
        return "canvass", _canvass(desk, case, at)
    return "partial", _partial(desk, case, at)


def _canvass(desk: Desk, case: Case, at: dt.datetime) -> dict[str, Any]:
    rng = desk.rng
    around = desk.at(case.opened_on, float(rng.uniform(6, 23))) - dt.timedelta(
        days=int(rng.integers(0, 2))
    )
    around = min(around, at - dt.timedelta(hours=2))
    minutes = int(rng.choice([30, 45, 60, 90]))
    return {
        "scene": {
            "center": list(desk.place(case)),
            "radius_m": float(rng.choice([400, 600, 800, 1000])),
        },
        "start": (around - dt.timedelta(minutes=minutes)).isoformat(timespec="seconds"),
        "end": (around + dt.timedelta(minutes=minutes)).isoformat(timespec="seconds"),
    }


def _partial(desk: Desk, case: Case, at: dt.datetime) -> dict[str, Any]:
    rng = desk.rng
    plate = desk.of_interest(case)
    known = set(rng.choice(len(plate), size=max(3, len(plate) - 3), replace=False).tolist())
    signs = "".join(sign if place in known else "?" for place, sign in enumerate(plate))
    row = desk.fleet.find(plate)
    make, _, body, _ = MODELS[int(desk.fleet.model[row])]
    said: dict[str, Any] = {
        "pattern": signs,
        "seen_by": "witness" if rng.random() < 0.8 else "camera",
        "start": (at - dt.timedelta(hours=int(rng.choice([4, 8, 24])))).isoformat(
            timespec="seconds"
        ),
        "end": at.isoformat(timespec="seconds"),
        "near": {"center": list(desk.place(case)), "radius_m": float(rng.choice([1000, 1500]))},
        "limit": 20,
    }
    if rng.random() < 0.6:
        said["color"] = COLORS[int(desk.fleet.color[row])]
    if rng.random() < 0.3:
        said["make"] = make
    if rng.random() < 0.3:
        said["body"] = body
    if rng.random() < 0.3:
        said["state"] = STATES[int(desk.fleet.state[row])]
    return said
