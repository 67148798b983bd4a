"""The city's plate readers: where they stand, what they see, and when they were silent."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from workbench.training.geo import Floats, heading_of, to_degrees
from workbench.training.network import Network, Passage
from workbench.training.skeleton import corner

__all__ = [
    "COUNTY",
    "POLICE",
    "Camera",
    "Outage",
    "install",
    "plan_outages",
    "silent_mask",
    "write_cameras",
    "write_outages",
]

POLICE = "Santa Lucera Police Department"
COUNTY = "Lucera County Sheriff's Office"
_LOT = "Mercado Plaza (private)"

Source = Literal["rekor2", "rekor1", "stream", "elsag", "county"]


@dataclass(frozen=True, slots=True)
class Camera:
    """A reader, fixed or carried by a patrol car.

    Parameters
    ----------
    code, name, kind : str
        As the agency calls it; ``kind`` is fixed or mobile.
    latitude, longitude : float or None
        None for a mobile unit.
    heading : float or None
        Direction of the traffic whose rear plates it reads, in degrees; None for a mobile unit.
    vendor_key : str
        What the vendor's files call it.
    owner : str
    governmental : bool
    installed_on : datetime.date
    source : str
        The format that its reads are delivered in.
    model : str
        Which error model it has, a key of `workbench.training.misreads.MODELS`.
    rate : float
        Share of the passing vehicles that it reads by day, 0 to 1.
    passage : Passage or None
        Its place in the graph of the streets.
    """

    code: str
    name: str
    kind: str
    latitude: float | None
    longitude: float | None
    heading: float | None
    vendor_key: str
    owner: str
    governmental: bool
    installed_on: dt.date
    source: Source
    model: str
    rate: float
    passage: Passage | None = None


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without reads; ``recorded`` ones stand in the agency's own list, the others have to be noticed."""

    camera: str
    start_at: dt.datetime
    end_at: dt.datetime
    reason: str
    source: str
    recorded: bool


@dataclass(frozen=True, slots=True)
class _Site:
    code: str
    name: str
    street: str
    near: tuple[float, float]
    heading: float
    both: bool = False
    rate: float = 0.74
    source: Source = "rekor2"
    model: str = "fixed"


_SITES = (
    _Site("C01", "Alameda Oeste bridge, northbound", "Alameda Oeste", (-2290, 20), 0),
    _Site("C02", "Alameda Oeste bridge, southbound", "Alameda Oeste", (-2290, 20), 180),
    _Site("C03", "Harlan Avenue bridge, northbound", "Harlan Avenue", (715, 690), 0),
    _Site("C04", "Harlan Avenue bridge, southbound", "Harlan Avenue", (715, 690), 180),
    _Site("C05", "Orchard Road bridge, northbound", "Orchard Road", (3690, 1240), 0, rate=0.58,
          source="rekor1", model="fixed-old"),
    _Site("C06", "SR 219 exit Mariposa, northbound", "Exit 2 Mariposa Boulevard off North", (2250, -2050), 10),
    _Site("C07", "SR 219 exit Sierra, northbound", "Exit 3 Sierra Avenue off North", (2330, -600), 10),
    _Site("C08", "SR 219 exit Sierra, southbound", "Exit 3 Sierra Avenue off South", (2230, -350), 190),
    _Site("C09", "SR 219 exit Las Flores, southbound", "Exit 4 Las Flores Boulevard off South", (2500, 2000), 190),
    _Site("C10", "SR 219 exit Cordero, southbound", "Exit 5 Cordero Road off South", (2400, 2750), 190),
    _Site("C11", "Orchard Road bridge, southbound", "Orchard Road", (3690, 1240), 180, rate=0.55,
          source="rekor1", model="fixed-old"),
    _Site("C12", "SR 219 at the river, northbound", "State Route 219 North", (2440, 830), 10, rate=0.52),
    _Site("C13", "SR 219 at the river, southbound", "State Route 219 South", (2420, 830), 190, rate=0.50),
    _Site("C14", "Main Street at 3rd", "Main Street", corner(3.5, 2), 130, both=True, rate=0.70),
    _Site("C15", "Main Street at 7th", "Main Street", corner(6.5, 2), 310, both=True, rate=0.68),
    _Site("C16", "6th Street at Alder", "6th Street", corner(6, 3.5), 40, both=True, rate=0.72),
    _Site("C17", "9th Street at Fremont", "9th Street", corner(9, 4.5), 40, both=True, rate=0.66),
    _Site("C18", "Alvarado Street at the railroad", "Alvarado Street", (-700, -830), 75, both=True),
    _Site("C19", "Sierra Avenue at 11th", "Sierra Avenue", (640, -1160), 245, both=True),
    _Site("C20", "Las Flores at Palm", "Las Flores Boulevard", (-560, 1520), 90),
    _Site("C21", "Mariposa at Alameda Oeste", "Mariposa Boulevard", (-2200, -1930), 90, both=True),
    _Site("C22", "Cordero at Palm", "Cordero Road", (-900, 2640), 270),
    _Site("C23", "Las Flores at Vineyard", "Las Flores Boulevard", (-3650, 1120), 75),
    _Site("C24", "Mariposa at Orchard", "Mariposa Boulevard", (3560, -2000), 270, rate=0.66),
    _Site("C25", "Railroad Avenue at Mariposa", "Railroad Avenue", (1050, -2060), 130, both=True),
    _Site("C26", "Mercado Plaza lot entrance", "Alvarado Street", (-2150, -1040), 80, rate=0.22,
          source="stream", model="lot"),
    _Site("S01", "Mariposa at the county line", "Mariposa Boulevard", (4800, -2010), 270, rate=0.62,
          source="county", model="county"),
    _Site("S02", "Las Flores west of the city", "Las Flores Boulevard", (-4700, 965), 90, rate=0.60,
          source="county", model="county"),
    _Site("S03", "Orchard Road south of the city", "Orchard Road", (3655, -3500), 0, rate=0.60,
          source="county", model="county"),
)  # fmt: skip

_MOBILE = (("M1", "MPH-22107"), ("M2", "MPH-22118"), ("M3", "MPH-23301"), ("M4", "MPH-24016"))
_FIRST_REKOR_KEY = 614_203_117


def install(network: Network, first_day: dt.date, days: int) -> tuple[Camera, ...]:
    """Put up the cameras.

    Parameters
    ----------
    network : Network
    first_day : datetime.date
        First day of the period; one camera is installed in its middle, the others long before.
    days : int
        Length of the period.

    Returns
    -------
    tuple of Camera
        26 of the city and of a shopping center (C01 to C26), three of the county's (S01 to S03), then four
        mobile units (M1 to M4).
    """
    rng = np.random.default_rng(77)
    long_ago = dt.date(2019, 3, 4)
    cameras = []
    for number, site in enumerate(_SITES):
        passage = _passage(network, site)
        line = network.city.edge_lines[passage.edge]
        middle = _middle(line)
        latitude, longitude = (float(value) for value in np.round(to_degrees(middle), 6))
        installed = long_ago + dt.timedelta(days=int(rng.integers(0, 1500)))
        if site.code == "C25":
            installed = first_day + dt.timedelta(days=days * 2 // 5)
        cameras.append(
            Camera(
                code=site.code,
                name=site.name,
                kind="fixed",
                latitude=latitude,
                longitude=longitude,
                heading=round(heading_of(line[0], line[-1])),
                vendor_key=_vendor_key(site, number),
                owner=_owner(site),
                governmental=site.source != "stream",
                installed_on=installed,
                source=site.source,
                model=site.model,
                rate=site.rate,
                passage=passage,
            )
        )
    for number, (code, device) in enumerate(_MOBILE):
        cameras.append(
            Camera(
                code=code, name=f"Patrol unit {411 + 3 * number}", kind="mobile", latitude=None,
                longitude=None, heading=None, vendor_key=device, owner=POLICE, governmental=True,
                installed_on=dt.date(2021 + number, 5, 3), source="elsag", model="mobile", rate=0.8,
            )
        )  # fmt: skip
    return tuple(cameras)


def _vendor_key(site: _Site, number: int) -> str:
    if site.source == "stream":
        return "mercado-lot"
    if site.source == "county":
        return f"LCSO-{site.code}"
    return str(_FIRST_REKOR_KEY + 7_919 * number)


def _owner(site: _Site) -> str:
    return {"stream": _LOT, "county": COUNTY}.get(site.source, POLICE)


def _middle(line: Floats) -> Floats:
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    half = way[-1] / 2
    return np.array([np.interp(half, way, line[:, 0]), np.interp(half, way, line[:, 1])])


def _passage(network: Network, site: _Site) -> Passage:
    """Find the edge that a site watches: on its street, near its place, in its direction."""
    city = network.city
    best, least = -1, np.inf
    for edge, name in enumerate(city.edge_name):
        if name != site.street:
            continue
        line = city.edge_lines[edge]
        off = abs((heading_of(line[0], line[-1]) - site.heading + 180) % 360 - 180)
        cost = float(np.hypot(*(_middle(line) - site.near))) + (0 if off < 75 else 1e6)
        if cost < least:
            best, least = edge, cost
    if best < 0 or least >= 1e6:
        raise ValueError(f"no street for camera {site.code}")
    opposite = -1
    if site.both:
        ends = (city.end[best], city.start[best])
        opposite = int(np.flatnonzero((city.start == ends[0]) & (city.end == ends[1]))[0])
    return Passage(best, opposite)


def plan_outages(
    cameras: Iterable[Camera],
    first_day: dt.date,
    days: int,
    zone: ZoneInfo,
    rng: np.random.Generator,
) -> list[Outage]:
    """Plan when cameras are silent: a dead one for three days, maintenance, and short gaps."""
    start = dt.datetime.combine(first_day, dt.time(), zone)

    def at(share: float, hour: float) -> dt.datetime:
        day = start + dt.timedelta(days=int(share * days))
        return day + dt.timedelta(hours=hour)

    planned = [
        ("C19", at(0.62, 17.4), 71.3, "no reads delivered; power supply replaced", "found", False),
        ("C10", at(0.30, 9.0), 4.5, "planned: lens cleaning and aiming", "maintenance", True),
        ("C03", at(0.45, 22.0), 6.0, "planned: bridge works", "maintenance", True),
        ("C12", at(0.75, 8.5), 3.0, "planned: firmware", "maintenance", True),
        ("C13", at(0.75, 11.8), 3.0, "planned: firmware", "maintenance", True),
        ("C21", at(0.15, 2.0), 31.0, "communications failure", "vendor notice", True),
        ("M3", at(0.50, 0.0), 96.0, "vehicle in the workshop", "fleet", True),
    ]
    result = [
        Outage(code, begin, begin + dt.timedelta(hours=hours), reason, source, recorded)
        for code, begin, hours, reason, source, recorded in planned
    ]
    fixed = [camera.code for camera in cameras if camera.kind == "fixed"]
    for _ in range(max(2, days // 4)):
        code = fixed[int(rng.integers(len(fixed)))]
        begin = start + dt.timedelta(minutes=int(rng.integers(0, days * 1440)))
        gap = dt.timedelta(minutes=int(rng.integers(18, 110)))
        result.append(
            Outage(code, begin, begin + gap, "gap without a notice", "silent", recorded=False)
        )
    last = start + dt.timedelta(days=days)
    kept = [replace(o, end_at=min(o.end_at, last)) for o in result if o.start_at < last]
    return sorted(kept, key=lambda outage: (outage.start_at, outage.camera))


def silent_mask(
    outages: Iterable[Outage],
    codes: list[str],
    camera: NDArray[np.int64],
    micros: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Tell which passes fall into an outage of their camera.

    Parameters
    ----------
    outages : iterable of Outage
    codes : list of str
        Code of each camera's index.
    camera : numpy.ndarray
        Camera's index of each pass.
    micros : numpy.ndarray
        Time of each pass in microseconds since 1970 UTC.
    """
    mask = np.zeros(len(camera), dtype=bool)
    for outage in outages:
        begin, end = (int(t.timestamp() * 1_000_000) for t in (outage.start_at, outage.end_at))
        hit = (camera == codes.index(outage.camera)) & (micros >= begin) & (micros < end)
        mask |= hit
    return mask


_CAMERA_COLUMNS = (
    "code", "name", "kind", "latitude", "longitude", "heading", "vendor_key", "owner",
    "governmental", "registered", "installed_on", "removed_on",
)  # fmt: skip


def write_cameras(path: Path, cameras: Iterable[Camera]) -> Path:
    """Write the list of cameras with the columns of the register."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_CAMERA_COLUMNS)
        for c in cameras:
            place = [
                "" if value is None else value for value in (c.latitude, c.longitude, c.heading)
            ]
            flags = [str(c.governmental).lower(), "true"]
            writer.writerow(
                [c.code, c.name, c.kind, *place, c.vendor_key, c.owner, *flags, c.installed_on, ""]
            )
    return path


def write_outages(path: Path, outages: Iterable[Outage]) -> Path:
    """Write the outages that the agency knows of; the silent ones stand only in the truth."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("camera", "start_at", "end_at", "reason", "source"))
        for o in outages:
            if o.recorded:
                times = [o.start_at.isoformat(), o.end_at.isoformat()]
                writer.writerow([o.camera, *times, o.reason, o.source])
    return path
