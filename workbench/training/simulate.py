"""The fictional city, simulated: a folder of what its agency has and what arrives at it, with the truth beside it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from workbench.errors import BadInput
from workbench.training.cameras import (
    Camera,
    Outage,
    install,
    plan_outages,
    write_cameras,
    write_outages,
)
from workbench.training.casebook import Case, build_casebook, write_cases
from workbench.training.city import santa_lucera
from workbench.training.day import CityDay, Scale, reads_of
from workbench.training.deliveries import DeliveryFile, Dispatch
from workbench.training.habits import build_habits, places_of
from workbench.training.incidents import Cast, Incident
from workbench.training.misreads import truth as misread_truth
from workbench.training.misuse import household, plant
from workbench.training.network import network_of, passages
from workbench.training.patrols import curb_of
from workbench.training.people import Person, staff
from workbench.training.reads import concatenate, rows_of
from workbench.training.searches import Desk, PlannedSearch, plan_ordinary
from workbench.training.stories import Stage, tell
from workbench.training.vehicles import Roster, build_fleet

__all__ = ["Delivery", "Progress", "Town", "simulate"]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

_FEWEST_DAYS = 3
_SEARCHES = 1_500


@dataclass(frozen=True, slots=True)
class Delivery:
    """Everything that was simulated.

    Attributes
    ----------
    folder : Path
        Where the files lie: ``transfers/``, ``map/``, ``truth/``, and the three registers.
    first_day, last_day : datetime.date
        The period, in the city's own zone.
    timezone : str
    reads : int
        Good rows in all files, the repeated one not counted.
    files : tuple of DeliveryFile
        In the order of their arrival.
    cameras_csv, outages_csv, cases_csv, streets, areas : Path
    cameras : tuple of Camera
    outages : tuple of Outage
        The silent ones too, which no file but the truth holds.
    cases : tuple of Case
    members : tuple of Person
    searches : tuple of PlannedSearch
        In the order of time.
    incidents : tuple of Incident
    """

    folder: Path
    first_day: dt.date
    last_day: dt.date
    timezone: str
    reads: int
    files: tuple[DeliveryFile, ...]
    cameras_csv: Path
    outages_csv: Path
    cases_csv: Path
    streets: Path
    areas: Path
    cameras: tuple[Camera, ...]
    outages: tuple[Outage, ...]
    cases: tuple[Case, ...]
    members: tuple[Person, ...]
    searches: tuple[PlannedSearch, ...]
    incidents: tuple[Incident, ...]

    def incident(self, key: str) -> Incident:
        """Return an incident by its key, such as ``shooting``."""
        return next(incident for incident in self.incidents if incident.key == key)


def simulate(
    folder: Path | str,
    *,
    seed: int = 7,
    reads: int = 500_000,
    days: int = 60,
    end: dt.date,
    timezone: str = "America/Los_Angeles",
    case_numbers: str = "YY-NNNNN",
    searches: int = _SEARCHES,
    compress: bool = True,
    progress: Progress | None = None,
) -> Delivery:
    """Simulate the city and write what its agency gets.

    The same parameters give the same bytes. Days are written one after another, so that memory does not grow with the
    length of the period.

    Parameters
    ----------
    folder : path
        Where to; made if need be, files of an earlier run are overwritten.
    seed : int
    reads : int
        About how many reads in the whole period; the number of vehicles follows it.
    days : int
        Length of the period, 3 or more.
    end : datetime.date
        Its last day.
    timezone : str
        IANA name.
    case_numbers : str
        The form of case numbers: ``Y`` a digit of the year, a run of ``N`` the number.
    searches : int
        About how many earlier searches, beside the planted ones.
    compress : bool
        Whether the largest files are compressed with gzip.
    progress : callable, optional
        See `Progress`.

    Raises
    ------
    BadInput
        The period or the number of reads is too small.
    """
    if days < _FEWEST_DAYS or reads < days * 20:
        raise BadInput(
            "That is too small a city.", "Ask for 3 days or more and 20 reads a day or more."
        )
    root, zone = Path(folder), ZoneInfo(timezone)
    first_day = end - dt.timedelta(days=days - 1)
    town = Town.build(seed, reads, days, first_day, zone, case_numbers)
    for name in ("transfers", "truth", "map"):
        (root / name).mkdir(parents=True, exist_ok=True)
    dispatch = Dispatch(
        root / "transfers", town.life.cameras, zone, first_day, end, seed=seed, compress=compress
    )
    noted = _run(town.life, days, reads, dispatch, progress)
    desk = Desk(staff(end), town.cases, town.life.fleet, town.life.network, end, zone,
                np.random.default_rng([seed, 23]))  # fmt: skip
    planned = sorted(
        [*plan_ordinary(desk, searches), *plant(desk)], key=lambda s: (s.at, s.username)
    )
    streets, areas = town.life.network.city.write(root / "map")
    delivery = Delivery(
        folder=root,
        first_day=first_day,
        last_day=end,
        timezone=timezone,
        reads=sum(file.rows for file in dispatch.files if not file.copy_of),
        files=tuple(sorted(dispatch.files, key=lambda file: (file.arrives_at, file.path.name))),
        cameras_csv=write_cameras(root / "cameras.csv", town.life.cameras),
        outages_csv=write_outages(root / "outages.csv", town.life.outages),
        cases_csv=write_cases(root / "cases.csv", town.cases),
        streets=streets,
        areas=areas,
        cameras=town.life.cameras,
        outages=town.life.outages,
        cases=town.cases,
        members=staff(end),
        searches=tuple(planned),
        incidents=town.life.incidents,
    )
    _write_truth(
        root / "truth",
        delivery,
        noted,
        household(desk),
        {"seed": seed, "reads": reads, "days": days},
    )
    return delivery


@dataclass(frozen=True, slots=True)
class Town:
    """The city with everybody in it, before a day of it has been simulated: for those who need its truth in memory."""

    life: CityDay
    cases: tuple[Case, ...]

    @classmethod
    def build(
        cls, seed: int, reads: int, days: int, first_day: dt.date, zone: ZoneInfo, case_numbers: str
    ) -> Town:
        """Build it; the parameters are those of `simulate`."""
        city = santa_lucera()
        network = network_of(city)
        cameras = install(network, first_day, days)
        ways = passages(network, [camera.passage for camera in cameras if camera.passage])
        places = places_of(network, ways)
        rng, roster = np.random.default_rng([seed, 1]), Roster()
        fleet = build_fleet(network, reads / days, days, rng, roster)
        habits = build_habits(fleet, network, places, rng)
        cast = Cast(fleet, network, roster, np.random.default_rng([seed, 2]))
        told = tell(Stage(cast, first_day, days, zone, cast.rng))
        last_day = first_day + dt.timedelta(days=days - 1)
        cases, incidents = build_casebook(
            told, city, last_day, case_numbers, np.random.default_rng([seed, 4])
        )
        life = CityDay(
            network=network, ways=ways, places=places, fleet=cast.engaged(), habits=habits,
            curb=curb_of(fleet, network, rng), cameras=cameras,
            outages=(), incidents=incidents, first_day=first_day, zone=zone, seed=seed,
        )  # fmt: skip
        outages = plan_outages(cameras, first_day, days, zone, np.random.default_rng([seed, 6]))
        return cls(dataclasses.replace(life, outages=_harmless(outages, life)), cases)


def _harmless(outages: Sequence[Outage], life: CityDay) -> tuple[Outage, ...]:
    """Leave out the outages that would swallow a story; the one at a robbery belongs to it."""
    needed = life.told_passes()
    return tuple(
        outage
        for outage in outages
        if outage.source == "found"
        or not any(
            code == outage.camera and outage.start_at <= at < outage.end_at for code, at in needed
        )
    )


def _run(
    life: CityDay, days: int, reads: int, dispatch: Dispatch, progress: Progress | None
) -> list[dict[str, Any]]:
    """Simulate and deliver day after day; return the reads of the incidents' vehicles."""
    scale: Scale = life.calibrate(days, reads)
    owners = {role.row: incident.key for incident in life.incidents for role in incident.roles}
    noted: list[dict[str, Any]] = []
    carried = None
    for day in range(days):
        today = life.reads(day, scale)
        if carried is not None:
            joined = concatenate([carried, today])
            today = rows_of(joined, np.argsort(joined.micros, kind="stable"))
        midnight = life.micros(day + 1, np.zeros(1))[0]
        beyond = today.micros >= midnight
        carried, today = rows_of(today, beyond), rows_of(today, ~beyond)
        noted += reads_of(today, life.fleet, life.cameras, owners)
        dispatch.day(life.date(day), today)
        if progress is not None:
            progress("reads", day + 1, days)
    return noted


def _write_truth(
    folder: Path,
    delivery: Delivery,
    noted: Sequence[dict[str, Any]],
    households: dict[str, str],
    parameters: dict[str, Any],
) -> None:
    for incident in delivery.incidents:
        own = [
            {k: v for k, v in read.items() if k != "incident"}
            for read in noted
            if read["incident"] == incident.key
        ]
        _json(folder / f"{incident.key}.json", incident.truth(own))
    _json(folder / "misreads.json", misread_truth())
    _json(folder / "outages.json", [dataclasses.asdict(outage) for outage in delivery.outages])
    _json(folder / "members.json", [dataclasses.asdict(member) for member in delivery.members])
    _json(folder / "households.json", households)
    _json(folder / "searches.json", [dataclasses.asdict(search) for search in delivery.searches])
    files = [
        {
            "file": file.path.name, "format": file.format, "unit": file.unit, "camera": file.camera,
            "arrives_at": file.arrives_at, "rows": file.rows, "bad": file.bad, "ambiguous": file.ambiguous,
            "mapping": file.mapping.name if file.mapping else "", "source_agency": file.source_agency,
            "governmental": file.governmental, "copy_of": file.copy_of,
        }
        for file in delivery.files
    ]  # fmt: skip
    _json(folder / "deliveries.json", {**parameters, "end": delivery.last_day, "files": files})


def _json(path: Path, value: Any) -> None:
    text = json.dumps(value, indent=1, default=_plain, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
