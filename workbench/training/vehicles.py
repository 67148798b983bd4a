"""The vehicles of the fictional city: what they are, whose habits they follow, where they are at home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workbench.training import skeleton
from workbench.training.geo import Floats
from workbench.training.misreads import WIDTH
from workbench.training.network import Network
from workbench.training.plates import STATES, issue

__all__ = ["BODIES", "COLORS", "KINDS", "MODELS", "Fleet", "Roster", "build_fleet", "colors_of"]

Ints = NDArray[np.int64]

KINDS: Final = (
    "commuter", "household", "student", "delivery", "night", "occasional", "regional", "through",
    "once",
)  # fmt: skip
"""Habits. The first six are at home in the city; ``regional`` come from around it, ``through`` pass on the freeway."""

_PER_READ_AND_DAY: Final = {
    "commuter": 0.112, "household": 0.060, "student": 0.036, "delivery": 0.006, "night": 0.022,
    "occasional": 1.350, "regional": 0.300, "through": 1.900, "once": 0.720,
}  # fmt: skip
"""Vehicles of each habit for one read a day: what makes the default city tens of thousands."""

_HOME_STATES: Final = {"CA": 0.962, "NV": 0.006, "AZ": 0.008, "OR": 0.006, "TX": 0.007, "UT": 0.004,
                       "WA": 0.004, "ID": 0.001, "CO": 0.002}  # fmt: skip
_ROAD_STATES: Final = {
    "CA": 0.775, "NV": 0.045, "AZ": 0.046, "OR": 0.034, "TX": 0.026, "UT": 0.013, "WA": 0.020,
    "ID": 0.007, "CO": 0.009, "NM": 0.006, "FL": 0.006, "NY": 0.003, "IL": 0.004, "GA": 0.002,
    "OH": 0.002, "NH": 0.002,
}  # fmt: skip

COLORS: Final = (
    "white", "black", "gray", "silver", "blue", "red", "brown", "green", "beige", "gold", "orange",
    "yellow", "purple",
)  # fmt: skip
_COLOR_SHARES: Final = (
    0.238, 0.218, 0.183, 0.118, 0.096, 0.079, 0.017, 0.019, 0.012, 0.006, 0.007, 0.005, 0.002,
)  # fmt: skip

BODIES: Final = ("sedan", "suv", "pickup", "van", "minivan", "hatchback", "coupe", "wagon",
                 "motorcycle", "truck")  # fmt: skip

MODELS: Final = (
    ("toyota", "camry", "sedan", 4.4), ("toyota", "corolla", "sedan", 4.2),
    ("toyota", "rav4", "suv", 3.6), ("toyota", "tacoma", "pickup", 3.6),
    ("toyota", "prius", "hatchback", 2.6), ("toyota", "highlander", "suv", 1.6),
    ("toyota", "tundra", "pickup", 1.2), ("toyota", "sienna", "minivan", 1.3),
    ("toyota", "4runner", "suv", 1.3), ("honda", "civic", "sedan", 4.4),
    ("honda", "accord", "sedan", 4.0), ("honda", "cr-v", "suv", 3.3),
    ("honda", "odyssey", "minivan", 1.4), ("honda", "pilot", "suv", 1.0),
    ("honda", "fit", "hatchback", 0.5), ("ford", "f-150", "pickup", 4.0),
    ("ford", "explorer", "suv", 1.8), ("ford", "escape", "suv", 1.4), ("ford", "fusion", "sedan", 1.2),
    ("ford", "focus", "hatchback", 0.9), ("ford", "mustang", "coupe", 1.0),
    ("ford", "transit", "van", 1.1), ("ford", "f-250", "pickup", 1.0), ("ford", "e-series", "van", 0.6),
    ("chevrolet", "silverado", "pickup", 3.4), ("chevrolet", "tahoe", "suv", 1.2),
    ("chevrolet", "malibu", "sedan", 1.1), ("chevrolet", "equinox", "suv", 1.1),
    ("chevrolet", "cruze", "sedan", 0.7), ("chevrolet", "camaro", "coupe", 0.6),
    ("chevrolet", "express", "van", 0.7), ("chevrolet", "colorado", "pickup", 0.7),
    ("nissan", "altima", "sedan", 2.1), ("nissan", "sentra", "sedan", 1.7),
    ("nissan", "rogue", "suv", 1.5), ("nissan", "frontier", "pickup", 0.8),
    ("nissan", "versa", "sedan", 0.8), ("hyundai", "elantra", "sedan", 1.4),
    ("hyundai", "sonata", "sedan", 1.2), ("hyundai", "tucson", "suv", 0.9),
    ("hyundai", "santa fe", "suv", 0.7), ("kia", "optima", "sedan", 0.9), ("kia", "soul", "hatchback", 0.9),
    ("kia", "sorento", "suv", 0.7), ("kia", "forte", "sedan", 0.7), ("jeep", "wrangler", "suv", 1.2),
    ("jeep", "grand cherokee", "suv", 1.2), ("dodge", "charger", "sedan", 0.9),
    ("dodge", "challenger", "coupe", 0.5), ("dodge", "grand caravan", "minivan", 0.7),
    ("ram", "1500", "pickup", 1.8), ("ram", "promaster", "van", 0.4), ("gmc", "sierra", "pickup", 1.2),
    ("gmc", "yukon", "suv", 0.5), ("subaru", "outback", "wagon", 0.9), ("subaru", "forester", "suv", 0.8),
    ("mazda", "mazda3", "sedan", 0.8), ("mazda", "cx-5", "suv", 0.8), ("volkswagen", "jetta", "sedan", 0.8),
    ("volkswagen", "passat", "sedan", 0.4), ("tesla", "model 3", "sedan", 1.1),
    ("tesla", "model y", "suv", 0.9), ("bmw", "3 series", "sedan", 0.9), ("bmw", "x3", "suv", 0.4),
    ("mercedes-benz", "c-class", "sedan", 0.7), ("lexus", "rx", "suv", 0.8), ("lexus", "es", "sedan", 0.5),
    ("acura", "mdx", "suv", 0.4), ("cadillac", "escalade", "suv", 0.3), ("buick", "lesabre", "sedan", 0.4),
    ("chrysler", "300", "sedan", 0.4), ("mercury", "grand marquis", "sedan", 0.25),
    ("harley-davidson", "", "motorcycle", 0.5), ("honda", "motorcycle", "motorcycle", 0.3),
    ("isuzu", "npr", "truck", 0.3), ("freightliner", "cascadia", "truck", 0.3),
    ("peterbilt", "579", "truck", 0.2),
)  # fmt: skip

_WORK_BODIES: Final = frozenset({"pickup", "van", "truck"})


@dataclass(frozen=True, slots=True)
class Fleet:
    """Every vehicle, column by column; a vehicle is its row.

    Attributes
    ----------
    plate : numpy.ndarray of uint8, shape (n, WIDTH)
        True plate as characters.
    state, model, color, kind, variant, zone : numpy.ndarray, shape (n,)
        Indexes into `plates.STATES`, `MODELS`, `COLORS`, `KINDS`, the drivers' variants, and the zones.
    home : numpy.ndarray, shape (n,)
        Node where it stands at night; -1 for those from elsewhere.
    dirt : numpy.ndarray, shape (n,)
        0 (clean plate) to 1.
    errands : numpy.ndarray, shape (n,)
        Drives a day that no habit explains, on average.
    day : numpy.ndarray, shape (n,)
        The only day it is here; -1 for all others.
    """

    plate: NDArray[np.uint8]
    state: Ints
    model: Ints
    color: Ints
    kind: Ints
    variant: Ints
    zone: Ints
    home: Ints
    dirt: Floats
    errands: Floats
    day: Ints

    def __len__(self) -> int:
        return len(self.plate)

    def text(self, row: int) -> str:
        """Return a vehicle's true plate."""
        return bytes(self.plate[row]).rstrip(b"\0").decode()

    def find(self, plate: str) -> int:
        """Return the row of a true plate.

        Raises
        ------
        KeyError
            No vehicle has it.
        """
        wanted = np.zeros(WIDTH, dtype=np.uint8)
        wanted[: len(plate)] = np.frombuffer(plate.encode(), dtype=np.uint8)
        rows = np.flatnonzero((self.plate == wanted).all(axis=1))
        if not len(rows):
            raise KeyError(plate)
        return int(rows[0])


class Roster:
    """Plates issued so far, by state, so that none is issued twice."""

    def __init__(self) -> None:
        self.taken: dict[str, set[bytes]] = {state: set() for state in STATES}


def build_fleet(
    network: Network, reads_a_day: float, days: int, rng: np.random.Generator, roster: Roster
) -> Fleet:
    """Build the vehicles for a number of reads a day.

    Parameters
    ----------
    network : Network
    reads_a_day : float
        Of all cameras together; the fleet is as large as that asks for.
    days : int
        Length of the period.
    rng : numpy.random.Generator
    roster : Roster
        Is added to.
    """
    per_day = {"once": days / 60.0, "through": min(days / 60.0, 1.0) ** 0.5}
    counts = [
        max(3, round(share * reads_a_day * per_day.get(kind, 1.0)))
        for kind, share in _PER_READ_AND_DAY.items()
    ]
    kind = np.repeat(np.arange(len(KINDS)), counts)
    count = len(kind)
    home = rng.choice(network.homes, size=count, p=_home_weights(network))
    outside = kind >= KINDS.index("regional")
    zone = np.where(outside, _gateways(network, kind, rng), network.zone[home])
    model, color = _makes(kind, rng)
    state = _states(kind, rng)
    return Fleet(
        plate=_plates(state, kind, model, rng, roster),
        state=state,
        model=model,
        color=color,
        kind=kind,
        variant=rng.integers(0, len(network.variants), count),
        zone=zone,
        home=np.where(outside, -1, home),
        dirt=_dirt(count, rng),
        errands=_errands(kind, rng),
        day=np.where(kind == KINDS.index("once"), rng.integers(0, days, count), -1),
    )


def colors_of(rng: np.random.Generator, count: int) -> Ints:
    """Draw colors in the shares of American roads."""
    shares = np.array(_COLOR_SHARES)
    return rng.choice(len(COLORS), size=count, p=shares / shares.sum())


def _home_weights(network: Network) -> Floats:
    """People live on side streets; few of them downtown, hardly any between factories."""
    import shapely

    city = network.city
    weight = np.zeros(len(city.nodes))
    local = np.array([kind == "local" for kind in city.edge_kind])
    np.add.at(weight, city.start[local], city.length[local])
    points = shapely.points(city.nodes)
    for name, factor in (("Downtown", 0.5), ("Industrial Park", 0.03), ("University", 0.5)):
        inside = shapely.contains(shapely.Polygon(skeleton.DISTRICTS[name]), points)
        weight[inside] *= factor
    chosen = weight[network.homes] + 1e-9
    shares: Floats = chosen / chosen.sum()
    return shares


def _gateways(network: Network, kind: Ints, rng: np.random.Generator) -> Ints:
    """Where those from elsewhere come from: mostly up and down the freeway."""
    shares = np.array([share for _, _, share in skeleton.GATEWAYS])
    regional = rng.choice(len(shares), size=len(kind), p=shares / shares.sum())
    freeway = rng.integers(0, 2, len(kind))
    passing = (kind == KINDS.index("through")) | (kind == KINDS.index("once"))
    straight = passing & (rng.random(len(kind)) < 0.9)
    return network.inner + np.where(straight, freeway, regional)


def _makes(kind: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    weights = np.array([weight for *_, weight in MODELS])
    work = np.array([body in _WORK_BODIES for _, _, body, _ in MODELS])
    model = rng.choice(len(MODELS), size=len(kind), p=weights / weights.sum())
    delivery = kind == KINDS.index("delivery")
    vans = np.where(work, weights, 0.0)
    model[delivery] = rng.choice(len(MODELS), size=int(delivery.sum()), p=vans / vans.sum())
    color = colors_of(rng, len(kind))
    color[delivery & (rng.random(len(kind)) < 0.6)] = COLORS.index("white")
    return model, color


def _states(kind: Ints, rng: np.random.Generator) -> Ints:
    result = np.zeros(len(kind), dtype=np.int64)
    road = kind >= KINDS.index("through")
    for mask, shares in ((~road, _HOME_STATES), (road, _ROAD_STATES)):
        names = [STATES.index(state) for state in shares]
        weights = np.array(list(shares.values()))
        result[mask] = rng.choice(names, size=int(mask.sum()), p=weights / weights.sum())
    return result


def _plates(
    state: Ints, kind: Ints, model: Ints, rng: np.random.Generator, roster: Roster
) -> NDArray[np.uint8]:
    plates = np.zeros((len(state), WIDTH), dtype=np.uint8)
    work_model = np.array([body in _WORK_BODIES for _, _, body, _ in MODELS])[model]
    # California registers every pickup and van as commercial unless its owner says otherwise
    work = (kind == KINDS.index("delivery")) | (work_model & (rng.random(len(kind)) < 0.8))
    for index, name in enumerate(STATES):
        for label, mask in (("commercial", work), ("passenger", ~work)):
            rows = np.flatnonzero(mask & (state == index))
            if len(rows):
                plates[rows] = issue(len(rows), name, label, rng, roster.taken[name])
    return plates


def _dirt(count: int, rng: np.random.Generator) -> Floats:
    draw = rng.random(count)
    dirty = rng.beta(2.0, 3.0, count)
    return np.where(draw < 0.10, dirty, 0.02)


def _errands(kind: Ints, rng: np.random.Generator) -> Floats:
    mean = {"commuter": 0.55, "household": 1.15, "student": 0.7, "delivery": 0.2, "night": 0.6,
            "occasional": 0.05, "regional": 0.05, "through": 0.030, "once": 0.0}  # fmt: skip
    means = np.array([mean[name] for name in KINDS])[kind]
    return means * rng.gamma(2.2, 1 / 2.2, len(kind))
