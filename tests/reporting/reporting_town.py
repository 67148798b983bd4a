"""A small made-up town, with the frames a query would return there.

Nothing here asks a database: the reports' views are tested on frames that look exactly like the
client's, so that a view that breaks is found without a city, a policy or a session.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, Polygon, box

ZONE = "America/Los_Angeles"
LATITUDE, LONGITUDE = 36.58, -120.25
START = dt.datetime(2026, 10, 14, 4, 10, tzinfo=dt.UTC)
END = dt.datetime(2026, 10, 14, 5, 10, tzinfo=dt.UTC)

_METRES = 111_320.0
_STREETS = [
    "Alder",
    "Birch",
    "Cedar",
    "Dogwood",
    "Elm",
    "Fig",
    "Grape",
    "Hazel",
    "Ivy",
    "Juniper",
    "Kumquat",
]


def place(east: float, north: float) -> tuple[float, float]:
    """Return (longitude, latitude) of a point given in metres from the town's center."""
    return (
        LONGITUDE + east / (_METRES * math.cos(math.radians(LATITUDE))),
        LATITUDE + north / _METRES,
    )


def line(*points: tuple[float, float]) -> LineString:
    return LineString([place(*point) for point in points])


def streets() -> gpd.GeoDataFrame:
    rows: list[tuple[str, str, LineString]] = []
    for number, offset in enumerate(range(-2000, 2001, 200)):
        if offset % 1000 == 0:
            continue
        kind = "collector" if offset % 400 == 0 else "local"
        rows.append((f"{abs(number)}th Street", kind, line((offset, -1900), (offset, 1900))))
        name = f"{_STREETS[number % len(_STREETS)]} Avenue"
        rows.append((name, kind, line((-1900, offset), (1900, offset))))
    for offset, name in ((-1000, "Mission Street"), (0, "Lucera Street"), (1000, "Orchard Road")):
        rows.append((name, "arterial", line((offset, -2600), (offset, 2600))))
    for offset, name in ((-1000, "Canal Avenue"), (0, "Grand Avenue"), (1000, "Sierra Avenue")):
        rows.append((name, "arterial", line((-2600, offset), (2600, offset))))
    rows.append(
        ("Valley Freeway", "freeway", line((-3000, -1700), (-400, -620), (900, 380), (3000, 1250)))
    )
    frame = pd.DataFrame(rows, columns=["name", "class", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")


def areas() -> gpd.GeoDataFrame:
    river = line((-3000, 900), (-900, 620), (300, 760), (3000, 420)).buffer(0.0006)
    rows = [
        ("water", "Lucera Creek", river),
        ("park", "Founders Park", box(*place(-380, 220), *place(-20, 580))),
        ("park", "Orchard Green", box(*place(420, -780), *place(780, -420))),
        (
            "district",
            "Downtown",
            Polygon([place(-600, -600), place(600, -600), place(600, 600), place(-600, 600)]),
        ),
        ("rail", "Valley Line", line((-3000, -420), (3000, -300))),
        ("boundary", "City limits", box(*place(-2300, -2300), *place(2300, 2300))),
    ]
    frame = pd.DataFrame(rows, columns=["kind", "name", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")


_CAMERAS = [
    ("C01", "Grand Ave at Lucera St, eastbound", "fixed", 25, -12, 90.0),
    ("C02", "Lucera St at Cedar Ave, northbound", "fixed", 12, 390, 0.0),
    ("C03", "Grand Ave at 14th St, westbound", "fixed", 610, 12, 270.0),
    ("C04", "Canal Ave at Lucera St, southbound", "fixed", -12, -640, 180.0),
    ("C05", "Mission St at Elm Ave, northbound", "fixed", -990, 180, 0.0),
    ("C06", "Valley Fwy ramp at 8th St", "fixed", -330, -560, 52.0),
    ("M11", "Patrol unit 11", "mobile", 180, 200, None),
    ("C09", "Sierra Ave at Orchard Rd, westbound", "fixed", 990, 1010, 270.0),
    ("C10", "Orchard Rd at Canal Ave, southbound", "fixed", 1010, -980, 180.0),
]


def cameras() -> gpd.GeoDataFrame:
    rows = []
    for number, (code, name, kind, east, north, heading) in enumerate(_CAMERAS, 1):
        longitude, latitude = place(east, north)
        rows.append(
            {
                "id": number, "code": code, "name": name, "kind": kind, "latitude": latitude,
                "longitude": longitude, "heading": heading, "owner": "Santa Lucera Police Department",
                "governmental": True, "registered": True, "geometry": Point(longitude, latitude),
            }
        )  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")


_MAKES = [
    ("toyota", "camry", "sedan"), ("honda", "civic", "sedan"), ("ford", "f-150", "pickup"),
    ("chevrolet", "silverado", "pickup"), ("nissan", "altima", "sedan"), ("tesla", "model 3", "sedan"),
    ("subaru", "outback", "wagon"), ("ram", "1500", "pickup"), ("kia", "soul", "suv"),
]  # fmt: skip
_COLORS = ["white", "black", "silver", "gray", "blue", "red", "green"]
USUAL = [
    "not seen here before",
    "rarely here at this hour",
    "sometimes here at this hour",
    "usually here at this hour",
]


def plate(dice: random.Random) -> str:
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    body = "".join(dice.choice(letters) for _ in range(3))
    return f"{dice.randint(5, 9)}{body}{dice.randint(0, 999):03d}"


def read(number: int, **given: Any) -> dict[str, Any]:
    """Return one read as a row of the client's frame."""
    row: dict[str, Any] = {
        "read_id": number, "plate": "7ABX123", "plate_raw": "7ABX123", "state": "CA", "confidence": 0.94,
        "captured_at": START, "camera": "C01", "camera_name": "Grand Ave at Lucera St, eastbound",
        "kind": "fixed", "latitude": LATITUDE, "longitude": LONGITUDE, "heading": 90.0, "make": "honda",
        "model": "civic", "color": "gray", "body": "sedan", "candidates": None, "image": None,
        "source_agency": "Santa Lucera Police Department", "governmental": True, "transfer_id": 3,
    }  # fmt: skip
    row.update(given)
    return row


def frame(rows: list[dict[str, Any]], **attrs: Any) -> gpd.GeoDataFrame:
    """Return reads as a frame in time order, with the attributes of a query."""
    columns = list(read(0))
    table = pd.DataFrame(rows, columns=columns if not rows else None)
    table["captured_at"] = pd.to_datetime(table["captured_at"], utc=True)
    table["local_time"] = table["captured_at"].dt.tz_convert(ZONE)
    table = table.sort_values("captured_at", ignore_index=True)
    points = gpd.points_from_xy(table["longitude"], table["latitude"])
    result = gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
    result.attrs.update(
        {
            "access_id": 4811, "case": "26-01873", "purpose": "homicide",
            "window": [START.isoformat(), END.isoformat()], "timezone": ZONE, "rows": len(result),
            "truncated": False, "caveats": [], "coverage": [], "query": {}, "profile": "clovis-ca",
            "policy_notes": [],
        }
        | attrs
    )  # fmt: skip
    return result


def canvass_reads(*, vehicles: int = 46, seed: int = 7) -> gpd.GeoDataFrame:
    """Return an hour's reads around the center: most vehicles at home here, a few never seen."""
    dice = random.Random(seed)
    sites = {
        code: (name, kind, east, north, heading)
        for code, name, kind, east, north, heading in _CAMERAS[:7]
    }
    rows: list[dict[str, Any]] = []
    for _ in range(vehicles):
        make, model, body = dice.choice(_MAKES)
        usual_days = dice.choice([0, 0, 1, 2, 7, 15, 28, 39, 44])
        hours = 0 if usual_days < 2 else dice.randint(1, usual_days)
        usual = USUAL[0 if usual_days == 0 else 1 if hours < 3 else 2 if hours < 15 else 3]
        shared = {
            "plate": plate(dice), "make": make, "model": model, "body": body, "color": dice.choice(_COLORS),
            "state": dice.choice(["CA"] * 12 + ["NV", "AZ", "OR"]), "usual_days": usual_days,
            "usual_hour_days": hours, "baseline_days": 45, "usual": usual,
        }  # fmt: skip
        minute = dice.uniform(0, 58)
        for code in dice.sample(list(sites), k=dice.choice([1, 1, 1, 2, 2, 3])):
            if code == "C03" or (code == "C06" and 18 < minute < 41):
                continue
            name, kind, east, north, heading = sites[code]
            if kind == "mobile":
                east, north = east + dice.uniform(-260, 260), north + dice.choice([-200, 0, 200])
            longitude, latitude = place(east, north)
            confidence = round(
                dice.choice([0.97, 0.95, 0.93, 0.9, 0.88, 0.71]) - dice.random() * 0.03, 3
            )
            other = shared["plate"][:-1] + dice.choice("0123456789")
            rows.append(
                read(len(rows) + 1, **shared)
                | {
                    "plate_raw": shared["plate"], "camera": code, "camera_name": name, "kind": kind,
                    "heading": heading, "latitude": latitude, "longitude": longitude, "confidence": confidence,
                    "captured_at": START + dt.timedelta(minutes=minute),
                    "candidates": [[other, 0.2]] if confidence < 0.8 else None,
                    "distance_m": math.hypot(east, north),
                }
            )  # fmt: skip
            minute = min(minute + dice.uniform(1, 6), 59.5)
    return frame(
        rows,
        coverage=coverage(rows),
        query={"center": [LATITUDE, LONGITUDE], "radius_m": 800.0},
        caveats=["Camera clocks may differ from true time by some seconds."],
    )


def coverage(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    result = []
    for code, name, kind, east, north, heading in _CAMERAS[:7]:
        longitude, latitude = place(east, north)
        outages, covered = [], 1.0
        if code == "C03":
            outages = [_outage(-600, 300, "no power")]
            covered = 0.0
        if code == "C06":
            outages = [_outage(18, 41, "no transfer")]
            covered = 37 / 60
        if code == "M11":
            covered = 0.5
        here = sum(row["camera"] == code for row in rows)
        result.append(
            {
                "camera": code, "name": name, "kind": kind, "latitude": latitude, "longitude": longitude,
                "heading": heading, "distance_m": math.hypot(east, north), "reads": here,
                "day_reads": here * 17, "day_median": 180, "outages": outages, "covered": covered,
            }
        )  # fmt: skip
    return result


def _outage(start: float, end: float, reason: str) -> dict[str, str]:
    first, last = (START + dt.timedelta(minutes=minutes) for minutes in (start, end))
    return {"start": first.isoformat(), "end": last.isoformat(), "reason": reason}


def vehicles(reads: pd.DataFrame) -> pd.DataFrame:
    """Return one row per vehicle, as ``analysis.canvass.by_vehicle`` does."""
    rows = []
    for (text, state), group in reads.groupby(["plate", "state"]):
        first, last = group.iloc[0], group.iloc[-1]
        rows.append(
            {
                "plate": text, "state": state, "make": first["make"], "model": first["model"],
                "color": first["color"], "body": first["body"], "reads": len(group),
                "first_seen": first["local_time"], "last_seen": last["local_time"],
                "nearest_m": group["distance_m"].min(), "direction": "NE" if len(group) > 1 else "",
                "entered": first["camera"], "left": last["camera"], "confidence": group["confidence"].max(),
                "usual": first["usual"], "usual_days": first["usual_days"],
                "usual_hour_days": first["usual_hour_days"], "baseline_days": first["baseline_days"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def candidates(*, near: bool = True) -> pd.DataFrame:
    """Return what a partial-plate search ranks, best first."""
    dice = random.Random(3)
    shares = [0.41, 0.22, 0.11, 0.06, 0.04, 0.03, 0.02, 0.015, 0.012, 0.01]
    plates = [
        "7ABX123",
        "7AEX123",
        "7ABX128",
        "1ABX123",
        "7AVX1234",
        "7ABY123",
        "7ABX12",
        "7AHX173",
        "7ADX193",
        "7ACX103",
    ]
    rows = []
    for rank, (text, share) in enumerate(zip(plates, shares, strict=True), 1):
        make, model, body = dice.choice(_MAKES)
        seen = pd.Timestamp(END) - pd.Timedelta(hours=dice.uniform(2, 700))
        rows.append(
            {
                "rank": rank, "plate": text, "state": "CA" if rank != 4 else "NV", "probability": share,
                "explanation": explanation(share, differs=rank >= 3),
                "reads": dice.randint(1, 60), "first_seen": (seen - pd.Timedelta(days=20)).tz_convert(ZONE),
                "last_seen": seen.tz_convert(ZONE), "make": make, "model": model,
                "color": dice.choice(["black", "gray", "blue"]), "body": body,
                "nearest_m": dice.uniform(40, 900) if near else float("nan"),
                "last_camera": dice.choice(["C01", "C02", "C06"]),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    table.attrs.update(
        {
            "access_id": 4820, "case": "26-01873", "purpose": "homicide",
            "window": [(START - dt.timedelta(days=30)).isoformat(), END.isoformat()], "timezone": ZONE,
            "rows": len(table), "truncated": False, "caveats": ["Plates that no camera ever read cannot be found."],
            "coverage": [], "profile": "clovis-ca", "policy_notes": [], "considered": 1_900,
            "none_of_these": 0.05, "others": 0.023,
            "query": {"pattern": "7A?X12*", "seen_by": "witness", "color": "dark",
                      "near": {"center": [LATITUDE, LONGITUDE], "radius_m": 1500}},
        }
    )  # fmt: skip
    return table


def explanation(share: float, *, differs: bool = False) -> str:
    """Return an explanation as the ranking gives it."""
    plate = (
        "7, A, X and 1 as said, 2 said where 3 stands (0.011) ×601"
        if differs
        else "all as said ×39,100"
    )
    rest = "color gray recorded, dark said ×0.39; read 310 m from the scene ×4.18; read once ×0.901"
    return f"{plate}; {rest}; each vehicle starts at 1 in 2,710: {share * 300:.3g} of 300 in all, {share * 100:.0f} %"


def history_reads(text: str, *, seed: int = 1, access_id: int = 4821) -> gpd.GeoDataFrame:
    """Return one vehicle's trail over some of the town's cameras."""
    dice = random.Random(f"{seed}{text}")
    rows = []
    moment = START - dt.timedelta(days=2)
    for code, name, kind, east, north, heading in dice.sample(_CAMERAS, k=5):
        longitude, latitude = place(east, north)
        moment += dt.timedelta(minutes=dice.uniform(3, 800))
        rows.append(
            read(len(rows) + 1, plate=text, camera=code, camera_name=name, kind=kind, heading=heading,
                 latitude=latitude, longitude=longitude, captured_at=moment)
        )  # fmt: skip
    return frame(rows, access_id=access_id, query={"plate": text}, coverage=[])


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


def profile() -> SimpleNamespace:
    return SimpleNamespace(
        id="clovis-ca",
        agency=SimpleNamespace(name="Clovis Police Department"),
        source=SimpleNamespace(citation="Clovis Police Department Policy 462"),
    )
