"""What is drawn by hand of Santa Lucera: river, railroad, freeway, arterials, downtown, districts.

Everything is in metres east and north of the city's center. The town was laid out along the railroad
in the 1870s, so its old grid lies askew; everything later follows the section lines of the survey.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from shapely.geometry import Polygon

from workbench.training.geo import Floats, chaikin

__all__ = [
    "ARTERIALS",
    "BOUNDARY",
    "DISTRICTS",
    "FIELDS",
    "FREEWAY",
    "GATEWAYS",
    "INTERCHANGES",
    "LAGOON",
    "LETTERED",
    "NAMED",
    "NUMBERED",
    "PARKS",
    "PLAZA",
    "RAIL",
    "RIVER",
    "STATE_ROUTE",
    "beside_rail",
    "corner",
    "downtown",
    "smooth",
    "town_streets",
]

STATE_ROUTE = "State Route 219"

_RAIL_POINT = (-330.0, -980.0)
_UNIT_U = (0.762, -0.647)  # along the railroad, to the south-east
_UNIT_V = (0.647, 0.762)  # away from the railroad, to the north-east

NUMBERED: tuple[str, ...] = (
    "1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th", "11th",
)  # fmt: skip
NAMED: tuple[str, ...] = (
    "Front Street", "Commerce Street", "Main Street", "Alder Street", "Court Street",
    "Fremont Street", "Willow Street", "Laurel Street", "Cedar Street", "Ribera Street",
)  # fmt: skip
LETTERED: tuple[str, ...] = ("A Street", "B Street", "C Street", "D Street", "E Street", "F Street")

_BLOCK_U, _BLOCK_V, _BLOCK_SOUTH = 127.0, 104.0, 96.0
_SETBACK = 75.0  # from the railroad to Front Street, and to A Street on its other side


def beside_rail(u: float, v: float) -> tuple[float, float]:
    """Return the metres of a point given along (``u``) and away from (``v``) the railroad."""
    return (
        _RAIL_POINT[0] + u * _UNIT_U[0] + v * _UNIT_V[0],
        _RAIL_POINT[1] + u * _UNIT_U[1] + v * _UNIT_V[1],
    )


def corner(numbered: float, named: float) -> tuple[float, float]:
    """Return the metres of a crossing of the old town.

    Parameters
    ----------
    numbered : float
        Number of the numbered street, from 1; fractions lie between.
    named : float
        Index in `NAMED`, from 0 beside the railroad; -1 and below are the lettered streets across it.
    """
    u = (numbered - 5.0) * _BLOCK_U + 5.0 * math.sin(named * 1.3)
    bow = 6.0 * math.sin(numbered * 0.9)  # the town was paced out, not measured
    if named >= 0:
        return beside_rail(u, _SETBACK + named * _BLOCK_V + bow)
    return beside_rail(u, -_SETBACK + (named + 1.0) * _BLOCK_SOUTH + bow)


BOUNDARY: tuple[tuple[float, float], ...] = (
    (-4310, -2380), (-4330, -1700), (-4460, -1690), (-4470, 300), (-4300, 310), (-4290, 1620),
    (-3960, 1640), (-3950, 2250), (-3790, 2260), (-3800, 2960), (-3100, 2980), (-3090, 3120),
    (-2180, 3140), (-2170, 2960), (-780, 3010), (-770, 3420), (1180, 3440), (1190, 3150),
    (2340, 3160), (2350, 3380), (3000, 3380), (3010, 2960), (3780, 2950), (3790, 2700),
    (4330, 2690), (4340, 1900), (4480, 1890), (4490, 350), (4300, 340), (4290, -380), (4460, -390),
    (4480, -1450), (4210, -1460), (4200, -2420), (3660, -2430), (3650, -3020), (2500, -3030),
    (2490, -3330), (1000, -3340), (990, -3480), (-420, -3470), (-430, -3330), (-1560, -3340),
    (-1570, -2860), (-2360, -2850), (-2370, -2560), (-3000, -2550), (-3010, -2390),
)  # fmt: skip

FIELDS: tuple[tuple[tuple[float, float], ...], ...] = (
    ((-4500, -1000), (-3950, -1000), (-3950, -100), (-4500, -100)),
    ((-3600, -2100), (-3000, -2080), (-3000, -2500), (-3700, -2500)),
    ((-3750, 2320), (-3050, 2280), (-3000, 3000), (-3850, 3000)),
    ((1560, 2700), (2300, 2680), (2300, 3200), (1560, 3200)),
    ((3850, 700), (4500, 700), (4500, 20), (3850, 20)),
    ((3750, -2050), (4300, -2050), (4300, -2500), (3700, -2500)),
    ((-500, -3120), (500, -3150), (500, -3500), (-500, -3500)),
    ((2150, -3050), (2700, -3050), (2700, -2500), (2180, -2300)),
)
"""Corners of land inside the city limits that still is farmed."""

RIVER: tuple[tuple[float, float], ...] = (
    (6200, 1900), (4900, 1500), (4100, 1120), (3300, 1350), (2600, 1080), (1900, 560), (1150, 760),
    (500, 720), (-150, 330), (-900, 270), (-1600, -120), (-2300, 60), (-3000, -60), (-3600, -520),
    (-4400, -380), (-5200, -720), (-6200, -700),
)  # fmt: skip

RAIL: tuple[tuple[float, float], ...] = ((-6040, 3867), (-330, -980), (4400, -4996))

FREEWAY: tuple[tuple[float, float], ...] = (
    (1750, -4800), (1820, -3600), (2080, -2500), (2330, -1400), (2250, -300), (2380, 600),
    (2620, 1500), (2500, 2500), (2280, 3500), (2200, 4800),
)  # fmt: skip

ARTERIALS: dict[str, tuple[tuple[float, float], ...]] = {
    "Cordero Road": (
        (-5000, 2690), (-3800, 2700), (-2200, 2560), (-800, 2650), (760, 2700), (2400, 2620),
        (4300, 2650), (5200, 2640),
    ),
    "Las Flores Boulevard": (
        (-5000, 960), (-4200, 980), (-3200, 1250), (-2330, 1420), (-1400, 1560), (-300, 1500),
        (700, 1720), (1600, 1900), (2560, 1880), (3500, 1980), (4400, 2060), (5200, 2040),
    ),
    "Alvarado Street": (
        (-5000, -1190), (-4100, -1170), (-3000, -1010), (-2300, -1060), (-1500, -930), (-900, -880),
        corner(3, 0),
    ),
    "Sierra Avenue": (
        corner(11, 2), (780, -1090), (1150, -790), (1600, -560), (2290, -480), (3100, -330), (3800, -390), (4500, -380),
        (5200, -390),
    ),
    "Mariposa Boulevard": (
        (-5000, -2040), (-3900, -2010), (-2350, -1920), (-900, -2010), (300, -1930), (1200, -1990),
        (2210, -1940), (3700, -2010), (4400, -2000), (5200, -2010),
    ),
    "Avenue 12": (
        (-2500, -3180), (-900, -3080), (700, -3120), (1950, -3060), (3400, -3020), (5200, -3010),
    ),
    "Vineyard Road": ((-3880, 3300), (-3830, 2200), (-3760, 1200), (-3820, 330)),
    "Vineyard Road (south)": ((-3860, -960), (-3800, -1600), (-3870, -2600), (-3860, -3300)),
    "Alameda Oeste": (
        (-2150, 3900), (-2190, 2700), (-2330, 1420), (-2270, 500), (-2320, -300), (-2300, -1060),
        (-2400, -1920), (-2350, -2800), (-2360, -3900),
    ),
    "Palm Avenue": ((-760, 3400), (-790, 2650), (-700, 2100), (-830, 1530), (-760, 760)),
    "Harlan Avenue": (
        (860, 4300), (850, 3300), (760, 2700), (800, 2300), (690, 1720), (770, 1150), (700, 600),
        (640, 150), corner(6, 9),
    ),
    "Orchard Road": (
        (3790, 3900), (3760, 2650), (3820, 2000), (3660, 1250), (3720, 500), (3800, -390),
        (3640, -1200), (3700, -2010), (3640, -3030), (3660, -3900),
    ),
    "Railroad Avenue": (
        corner(11, 0), (828, -1870), (1228, -2200), (1350, -2600), (1400, -3090), (1400, -3900),
    ),
    "Montoya Drive": ((-2350, -2500), (-1500, -2560), (-500, -2480), (560, -2540), (1330, -2500)),
    "Almond Avenue": ((1350, 3300), (1420, 2660), (1500, 1880), (1480, 1100)),
}  # fmt: skip

INTERCHANGES: tuple[str, ...] = (
    "Avenue 12", "Mariposa Boulevard", "Sierra Avenue", "Las Flores Boulevard", "Cordero Road",
)  # fmt: skip

GATEWAYS: tuple[tuple[str, tuple[float, float], float], ...] = (
    ("219 south", (1750, -4800), 0.33),
    ("219 north", (2200, 4800), 0.33),
    ("Cordero Road west", (-5000, 2690), 0.05),
    ("Las Flores Boulevard west", (-5000, 960), 0.05),
    ("Alvarado Street west", (-5000, -1190), 0.05),
    ("Mariposa Boulevard east", (5200, -2010), 0.06),
    ("Sierra Avenue east", (5200, -390), 0.04),
    ("Orchard Road south", (3660, -3900), 0.03),
    ("Harlan Avenue north", (860, 4300), 0.03),
    ("Alameda Oeste south", (-2360, -3900), 0.03),
)

PARKS: dict[str, tuple[tuple[float, float], ...]] = {
    "Ribera Park": (
        (-1650, 160), (-1000, 420), (-300, 520), (250, 780), (420, 640), (-100, 240), (-880, 190),
        (-1560, -200),
    ),
    "Cottonwood Preserve": (
        (2750, 1330), (3250, 1560), (3600, 1500), (4200, 1420), (4450, 1560), (4430, 1180),
        (4080, 960), (3300, 1180), (2720, 1000),
    ),
    "Arroyo Park": ((-3300, -1420), (-2950, -1400), (-2900, -1720), (-3320, -1740)),
    "Palmera Golf Course": (
        (2950, 2150), (3280, 2330), (3650, 2280), (3660, 2530), (3150, 2560), (2900, 2400),
    ),
    "Veterans Park": ((1450, -1050), (1800, -980), (1850, -1300), (1500, -1340)),
    "Heritage Park": ((-2000, 1900), (-1620, 1960), (-1640, 2250), (-1960, 2230)),
    "Olive Hill Cemetery": ((-3050, 330), (-2640, 380), (-2600, 700), (-3040, 690)),
    "Eastgate Fields": ((3050, -1250), (3380, -1200), (3400, -1560), (3060, -1580)),
}  # fmt: skip

DISTRICTS: dict[str, tuple[tuple[float, float], ...]] = {
    "Downtown": (corner(1, 0), corner(11, 0), corner(11, 9), corner(5, 9), corner(1, 6)),
    "Old Southside": (corner(0, -1), corner(11, -1), corner(11, -6), corner(0, -6)),
    "University": (
        (-760, 800), (-200, 900), (620, 1180), (600, 1600), (-300, 1430), (-780, 1450),
    ),
    "Industrial Park": (
        (900, -1990), (2080, -1960), (1900, -2980), (1440, -3000), (1380, -2600), (1150, -2200),
    ),
    "Railyard": ((-4250, 1100), (-3250, 1200), (-2400, 900), (-2400, 560), (-3100, 820)),
}  # fmt: skip


LAGOON: tuple[tuple[float, float], ...] = (
    (2650, -2450), (2800, -2330), (2980, -2380), (3020, -2540), (2900, -2650), (2760, -2600),
    (2640, -2640), (2580, -2540), (2650, -2450),
)  # fmt: skip

PLAZA: tuple[tuple[float, float], ...] = ((6, 4), (8, 4), (8, 5), (6, 5))
"""Corners of the square in front of the courthouse, as crossings of the old town."""

_BUSY = ("Court Street", "9th Street", "11th Street", "Front Street")
_MAIN = ("Main Street", "3rd Street", "6th Street")

TownClass = Literal["arterial", "collector", "local"]


def town_streets() -> list[tuple[str, TownClass, Floats]]:
    """Return the old town's streets: name, class, course in metres."""
    streets: list[tuple[str, TownClass, Floats]] = []
    steps = np.arange(1.0, 11.01, 0.25)
    for index, name in enumerate(NAMED):
        first = 1.0 if index <= 6 else 1.0 + (index - 6) * 1.34
        line = [corner(step, index) for step in steps if step >= first - 1e-6]
        streets.append((name, _town_class(name), np.array(line)))
    for index, name in enumerate(LETTERED):
        line = [corner(step, -1 - index) for step in np.arange(0.0, 11.01, 0.25)]
        streets.append((name, "local", np.array(line)))
    for number, ordinal in enumerate(NUMBERED, 1):
        name = f"{ordinal} Street"
        last = min(len(NAMED) - 1, 5.5 + number)
        north = [corner(number, step) for step in np.arange(0.0, last + 0.01, 0.25)]
        south = [corner(number, -step) for step in np.arange(1.0, 6.01, 0.25)]
        kind = _town_class(name)
        streets.append((name, kind, np.array(north)))
        streets.append((f"South {name}", kind, np.array(south)))
        if kind != "local":
            streets.append((name, kind, np.array([south[0], north[0]])))
    return streets


def _town_class(name: str) -> TownClass:
    return "arterial" if name in _MAIN else "collector" if name in _BUSY else "local"


def downtown() -> Polygon:
    """Outline of the old town on both sides of the railroad, with a margin of half a block."""
    south, north = DISTRICTS["Old Southside"], DISTRICTS["Downtown"]
    return Polygon(
        [south[3], south[0], north[0], north[4], north[3], north[2], north[1], south[1], south[2]]
    )


def smooth(name: str) -> Floats:
    """Return an arterial's course with its bends rounded."""
    return chaikin(ARTERIALS[name], 3)
