"""The department's cases: those of the incidents, and some forty others with nothing to them but a title."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.training.city import City
from workbench.training.incidents import Incident

__all__ = ["Case", "build_casebook", "case_number", "write_cases"]

_PER_DAY = 53.0

# crime type, purpose, title, share, usual days open
_SORTS: tuple[tuple[str, str, str, float, int], ...] = (
    ("stolen vehicle", "stolen-vehicle", "Vehicle taken from {street}", 0.17, 40),
    ("burglary", "criminal-investigation", "Residential burglary, {street}", 0.15, 70),
    ("burglary", "criminal-investigation", "Commercial burglary, {street}", 0.07, 70),
    ("grand theft", "criminal-investigation", "Theft of catalytic converters, {street}", 0.10, 60),
    ("robbery", "robbery", "Street robbery, {street}", 0.08, 80),
    ("assault", "criminal-investigation", "Assault with a deadly weapon, {street}", 0.07, 90),
    ("hit and run", "criminal-investigation", "Hit and run, property damage, {street}", 0.09, 35),
    ("missing person", "missing-person", "Missing juvenile, last seen {street}", 0.06, 12),
    ("fraud", "criminal-investigation", "Card skimmers at a filling station, {street}", 0.05, 100),
    ("arson", "criminal-investigation", "Vehicle fire, {street}", 0.04, 90),
    ("shooting", "shooting", "Shots fired at a dwelling, {street}", 0.05, 120),
    ("narcotics", "criminal-investigation", "Narcotics sales, {street}", 0.04, 150),
    ("warrant", "active-warrant", "Warrant service, {street}", 0.03, 45),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the register; ``purpose`` is what its searches are for, and is not written to the file."""

    number: str
    crime_type: str
    status: str
    incident_number: str
    title: str
    opened_on: dt.date
    closed_on: dt.date | None
    assigned: tuple[str, ...]
    purpose: str
    incident: str = ""


def case_number(pattern: str, year: int, sequence: int) -> str:
    """Write a case number after an agency's pattern.

    Parameters
    ----------
    pattern : str
        ``Y`` stands for a digit of the year, a run of ``N`` for the number, everything else for itself.

    Examples
    --------
    >>> case_number("YY-NNNNN", 2026, 1873), case_number("YYCLNNNNN", 2026, 1873)
    ('26-01873', '26CL01873')
    """
    filled = re.sub("Y+", lambda run: str(year)[-len(run[0]) :], pattern)
    return re.sub("N{2,}", lambda run: f"{sequence:0{len(run[0])}d}", filled)


def build_casebook(
    incidents: Sequence[Incident],
    city: City,
    end: dt.date,
    pattern: str,
    rng: np.random.Generator,
    *,
    others: int = 41,
) -> tuple[tuple[Case, ...], tuple[Incident, ...]]:
    """Give the incidents' cases numbers and people, and invent the others.

    Returns
    -------
    cases : tuple of Case
        In the order of their numbers.
    incidents : tuple of Incident
        With their case and incident numbers.
    """
    drafts = [*_of_incidents(incidents), *_invented(city, end, rng, others)]
    drafts.sort(key=lambda case: (case.opened_on, case.title))
    cases: list[Case] = []
    previous, year = 0, 0
    for case in drafts:
        if case.opened_on.year != year:
            previous, year = 0, case.opened_on.year
        day = case.opened_on.timetuple().tm_yday
        sequence = max(
            previous + int(rng.integers(1, 9)), int((day - 1) * _PER_DAY + rng.integers(3, 40))
        )
        previous = sequence
        cases.append(
            replace(
                case,
                number=case_number(pattern, case.opened_on.year, sequence),
                incident_number=f"{case.opened_on:%y%m%d}-{int(rng.integers(40, 900)):04d}",
            )
        )
    by_incident: dict[str, list[Case]] = {}
    for case in cases:
        if case.incident:
            by_incident.setdefault(case.incident, []).append(case)
    return tuple(cases), tuple(
        _numbered(incident, by_incident[incident.key]) for incident in incidents
    )


def _numbered(incident: Incident, cases: list[Case]) -> Incident:
    scenes = tuple(
        replace(scene, case_number=case.number)
        for scene, case in zip(incident.scenes, cases, strict=True)
    )
    return replace(
        incident,
        case_number=cases[0].number,
        incident_number=cases[0].incident_number,
        scenes=scenes,
    )


_TEAMS = {
    "shooting": ("mlindqvist", "dcastellano", "rvega"),
    "robberies": ("dcastellano", "hnakagawa", "tokafor", "rvega"),
    "hit-and-run": ("hnakagawa", "rvega"),
    "stolen-vehicle": ("jpereira", "tokafor", "disp_solis", "rvega"),
    "missing-person": ("mlindqvist", "disp_solis", "disp_quinn", "sgt_abara", "rvega"),
}


def _of_incidents(incidents: Sequence[Incident]) -> list[Case]:
    found = []
    for incident in incidents:
        for scene in incident.scenes:
            title = incident.title
            if len(incident.scenes) > 1:
                title = f"Armed robbery of a market, {scene.place}"
            # opened the day it was reported; local midnight does not matter for a date
            opened = (scene.at - dt.timedelta(hours=7)).date()
            found.append(
                Case("", incident.crime_type, "open", "", title, opened, None, _TEAMS[incident.key],
                     incident.purpose, incident.key)
            )  # fmt: skip
    return found


def _invented(city: City, end: dt.date, rng: np.random.Generator, count: int) -> list[Case]:
    streets = sorted({s.name for s in city.streets if s.kind != "freeway" and len(s.line) > 8})
    shares = np.array([share for *_, share, _ in _SORTS])
    investigators = ("mlindqvist", "dcastellano", "hnakagawa", "bwhitfield", "jpereira", "cmorrow")
    analysts = ("rvega", "tokafor")
    found = []
    for index in range(count):
        crime, purpose, title, _, days = _SORTS[rng.choice(len(_SORTS), p=shares / shares.sum())]
        # the older half was there before the searches began
        opened = end - dt.timedelta(
            days=int(rng.integers(92, 165) if index < count * 0.45 else rng.integers(3, 92))
        )
        lasts = dt.timedelta(days=int(days * rng.uniform(0.5, 1.8)))
        closed = (
            opened + lasts if opened + lasts < end - dt.timedelta(days=2) and index % 3 else None
        )
        lead = investigators[int(rng.integers(len(investigators)))]
        team = {lead, analysts[int(rng.integers(2))]}
        if rng.random() < 0.35:
            team.add(investigators[int(rng.integers(len(investigators)))])
        if rng.random() < 0.45:
            team.add(("disp_quinn", "disp_solis", "sgt_abara", "lt_ferris")[int(rng.integers(4))])
        street = streets[int(rng.integers(len(streets)))]
        found.append(
            Case("", crime, "closed" if closed else "open", "", title.format(street=street), opened, closed,
                 tuple(sorted(team)), purpose)
        )  # fmt: skip
    return found


def write_cases(path: Path, cases: Sequence[Case]) -> Path:
    """Write the register with the columns of an import."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            (
                "number",
                "crime_type",
                "status",
                "incident_number",
                "title",
                "opened_on",
                "closed_on",
                "assigned",
            )
        )
        for c in cases:
            writer.writerow(
                (c.number, c.crime_type, c.status, c.incident_number, c.title, c.opened_on,
                 c.closed_on or "", ";".join(c.assigned))
            )  # fmt: skip
    return path
