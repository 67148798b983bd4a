"""What vehicles do every week: work, school, the round of a delivery van, the gym on Tuesdays."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from workbench.training import skeleton
from workbench.training.geo import Floats
from workbench.training.network import Network, Passages
from workbench.training.vehicles import KINDS, Fleet

__all__ = ["ANYWHERE", "Habits", "Places", "build_habits", "places_of"]

Ints = NDArray[np.int64]

ANYWHERE = -1
"""A destination that is drawn anew each time."""

_WEEKDAYS, _WEEKEND, _ALL = 0b0011111, 0b1100000, 0b1111111


@dataclass(frozen=True, slots=True)
class Habits:
    """Weekly habits, column by column.

    Attributes
    ----------
    vehicle : numpy.ndarray, shape (k,)
    weekdays : numpy.ndarray, shape (k,)
        Bits, Monday is the lowest.
    hour, spread, stay : numpy.ndarray, shape (k,)
        Mean hour of leaving, its standard deviation, and the mean stay, in hours.
    destination : numpy.ndarray, shape (k,)
        Zone, or `ANYWHERE`.
    place : numpy.ndarray, shape (k,)
        Node where it stands meanwhile, -1 for none in particular.
    chance : numpy.ndarray, shape (k,)
        Probability that it happens on such a day.
    """

    vehicle: Ints
    weekdays: Ints
    hour: Floats
    spread: Floats
    stay: Floats
    destination: Ints
    place: Ints
    chance: Floats


@dataclass(frozen=True, slots=True)
class Places:
    """How strongly zones attract, and which nodes one can go to in each.

    ``jobs`` are shares by zone, ``errands`` shares by zone of origin and zone of destination.
    """

    jobs: Floats
    errands: Floats
    first: Ints
    nodes: Ints

    def node(self, zone: Ints, rng: np.random.Generator) -> Ints:
        """Draw a node in each of these zones."""
        size = self.first[zone + 1] - self.first[zone]
        offset = (rng.random(len(zone)) * size).astype(np.int64)
        at = np.minimum(self.first[zone] + offset, len(self.nodes) - 1)
        return np.where(size > 0, self.nodes[at], -1)

    def shop(self, origin: Ints, rng: np.random.Generator) -> Ints:
        """Draw where an errand leads from each of these zones: one look-up in rows of cumulative shares."""
        zones = self.errands.shape[1]
        flat = (self.errands + np.arange(len(self.errands))[:, None]).ravel()
        found = np.searchsorted(flat, origin + rng.random(len(origin)) * 0.999999)
        result: Ints = np.minimum(found - origin * zones, zones - 1)
        return result


def places_of(network: Network, ways: Passages) -> Places:
    """Work out where people work and shop."""
    import shapely

    city = network.city
    points = shapely.points(city.nodes[network.homes])
    jobs, shops = np.full(len(points), 0.35), np.full(len(points), 0.5)
    for name, work, shop in (
        ("Downtown", 3.2, 3.4), ("Industrial Park", 14.0, 0.5), ("Railyard", 4.0, 0.4),
        ("University", 3.0, 1.2), ("Old Southside", 0.8, 1.1),
    ):  # fmt: skip
        inside = shapely.contains(shapely.Polygon(skeleton.DISTRICTS[name]), points)
        jobs[inside], shops[inside] = work, shop
    on_main = np.zeros(len(city.nodes), dtype=bool)
    arterial = np.array([kind == "arterial" for kind in city.edge_kind])
    on_main[city.start[arterial]] = True
    shops[on_main[network.homes]] *= 3.0
    jobs[on_main[network.homes]] *= 1.6
    zone = network.zone[network.homes]
    job_zone = np.bincount(zone, jobs, network.zones)
    shop_zone = np.bincount(zone, shops, network.zones)
    gateways = np.array([share for _, _, share in skeleton.GATEWAYS])
    job_zone[network.inner :] = gateways * job_zone.sum() * 0.16
    shop_zone[network.inner :] = gateways * shop_zone.sum() * 0.07
    seconds = ways.seconds[: network.zones**2].reshape(network.zones, network.zones)
    pull = shop_zone[None, :] * np.exp(-seconds.astype(np.float64) / 300.0)
    pull[:, network.inner :] = shop_zone[None, network.inner :] * 0.35
    np.fill_diagonal(pull, 0.0)
    order = np.argsort(zone, kind="stable")
    first = np.searchsorted(zone[order], np.arange(network.zones + 1))
    return Places(
        jobs=job_zone / job_zone.sum(),
        errands=np.cumsum(pull / pull.sum(axis=1, keepdims=True), axis=1),
        first=first,
        nodes=network.homes[order],
    )


class _Book:
    """Collects habits kind by kind."""

    def __init__(self, places: Places, rng: np.random.Generator) -> None:
        self.places, self.rng = places, rng
        self.parts: list[Habits] = []

    def add(
        self,
        vehicle: Ints,
        weekdays: int | Ints,
        hour: Floats | float,
        *,
        spread: float,
        stay: Floats | float,
        destination: Ints | int,
        chance: float,
    ) -> None:
        count = len(vehicle)
        zone = np.broadcast_to(np.asarray(destination, dtype=np.int64), count).copy()
        place = np.where(zone >= 0, self.places.node(np.maximum(zone, 0), self.rng), -1)
        self.parts.append(
            Habits(
                vehicle=vehicle,
                weekdays=np.broadcast_to(np.asarray(weekdays, dtype=np.int64), count).copy(),
                hour=np.broadcast_to(np.asarray(hour, dtype=np.float64), count).copy(),
                spread=np.full(count, spread),
                stay=np.broadcast_to(np.asarray(stay, dtype=np.float64), count).copy(),
                destination=zone,
                place=place,
                chance=np.full(count, chance),
            )
        )

    def shop(self, origin: Ints) -> Ints:
        return self.places.shop(origin, self.rng)

    def one_day(self, among: int, count: int) -> Ints:
        days = np.array([day for day in range(7) if among >> day & 1])
        return 1 << self.rng.choice(days, size=count)

    def all(self) -> Habits:
        joined = {
            column.name: np.concatenate([getattr(part, column.name) for part in self.parts])
            for column in fields(Habits)
        }
        return Habits(**joined)


def build_habits(
    fleet: Fleet, network: Network, places: Places, rng: np.random.Generator
) -> Habits:
    """Give every vehicle the habits of its kind."""
    book = _Book(places, rng)
    rows = {name: np.flatnonzero(fleet.kind == index) for index, name in enumerate(KINDS)}
    _commuters(book, fleet, rows["commuter"])
    _households(book, fleet, rows["household"])
    _students(book, network, rows["student"])
    _deliveries(book, rows["delivery"])
    _nights(book, rows["night"])
    _weekly(book, fleet, rows["occasional"], 1.0, chance=0.32)
    _regionals(book, fleet, rows["regional"])
    _regular_through(book, network, fleet, rows["through"])
    return book.all()


def _commuters(book: _Book, fleet: Fleet, who: Ints) -> None:
    rng = book.rng
    work = rng.choice(len(book.places.jobs), size=len(who), p=book.places.jobs)
    days = np.where(
        rng.random(len(who)) < 0.82, _WEEKDAYS, 0b0110111 | book.one_day(_ALL, len(who))
    )
    leave = np.clip(rng.normal(7.55, 1.1, len(who)), 4.6, 10.5)
    book.add(
        who,
        days,
        leave,
        spread=0.16,
        stay=rng.normal(8.9, 0.7, len(who)),
        destination=work,
        chance=0.92,
    )
    evening = who[rng.random(len(who)) < 0.45]
    book.add(
        evening, book.one_day(_WEEKDAYS, len(evening)) | book.one_day(_WEEKDAYS, len(evening)),
        rng.normal(18.9, 0.7, len(evening)), spread=0.2, stay=rng.gamma(4, 0.4, len(evening)),
        destination=book.shop(fleet.zone[evening]), chance=0.75,
    )  # fmt: skip
    _weekly(book, fleet, who, 0.7)


def _households(book: _Book, fleet: Fleet, who: Ints) -> None:
    rng = book.rng
    school = who[rng.random(len(who)) < 0.3]
    to = book.shop(fleet.zone[school])
    bell = rng.choice([7.5, 8.0, 8.5], size=len(school))
    for hour in (bell, bell + 6.8):
        book.add(school, _WEEKDAYS, hour, spread=0.1, stay=0.2, destination=to, chance=0.9)
    morning = who[rng.random(len(who)) < 0.6]
    book.add(
        morning, book.one_day(_WEEKDAYS, len(morning)) | book.one_day(_WEEKDAYS, len(morning)),
        rng.normal(10.8, 1.2, len(morning)), spread=0.3, stay=rng.gamma(4, 0.3, len(morning)),
        destination=book.shop(fleet.zone[morning]), chance=0.8,
    )  # fmt: skip
    _weekly(book, fleet, who, 0.9)
    _weekly(book, fleet, who, 0.5)


def _weekly(book: _Book, fleet: Fleet, who: Ints, share: float, *, chance: float = 0.8) -> None:
    rng = book.rng
    some = who[rng.random(len(who)) < share]
    weekend = rng.random(len(some)) < 0.6
    days = np.where(weekend, book.one_day(_WEEKEND, len(some)), book.one_day(_WEEKDAYS, len(some)))
    hour = np.where(weekend, rng.normal(11.5, 1.8, len(some)), rng.normal(14.2, 3.2, len(some)))
    book.add(
        some, days, np.clip(hour, 7, 21), spread=0.4, stay=rng.gamma(4, 0.35, len(some)),
        destination=book.shop(fleet.zone[some]), chance=chance,
    )  # fmt: skip


def _students(book: _Book, network: Network, who: Ints) -> None:
    rng = book.rng
    campus = network.zone[network.nearest((-100.0, 1250.0))]
    hour = rng.choice([7.7, 8.7, 9.7, 10.7, 12.7], size=len(who))
    days = np.where(rng.random(len(who)) < 0.5, 0b0001111, 0b0010101)
    book.add(
        who,
        days,
        hour,
        spread=0.14,
        stay=rng.normal(4.6, 1.2, len(who)),
        destination=int(campus),
        chance=0.86,
    )
    job = who[rng.random(len(who)) < 0.4]
    work = rng.choice(len(book.places.jobs), size=len(job), p=book.places.jobs)
    book.add(
        job, book.one_day(_ALL, len(job)) | book.one_day(_ALL, len(job)) | book.one_day(_WEEKEND, len(job)),
        rng.normal(17.2, 0.6, len(job)), spread=0.15, stay=4.6, destination=work, chance=0.9,
    )  # fmt: skip


def _deliveries(book: _Book, who: Ints) -> None:
    for hour in np.arange(7.6, 17.0, 0.95):
        book.add(
            who,
            _WEEKDAYS | 0b0100000,
            float(hour),
            spread=0.18,
            stay=0.25,
            destination=ANYWHERE,
            chance=0.82,
        )


def _nights(book: _Book, who: Ints) -> None:
    rng = book.rng
    work = rng.choice(len(book.places.jobs), size=len(who), p=book.places.jobs)
    off = book.one_day(_ALL, len(who)) | book.one_day(_ALL, len(who))
    hour = rng.normal(21.4, 0.7, len(who))
    book.add(who, _ALL & ~off, hour, spread=0.12, stay=8.5, destination=work, chance=0.93)


def _regionals(book: _Book, fleet: Fleet, who: Ints) -> None:
    rng = book.rng
    inner = np.where(np.arange(len(book.places.jobs)) < book.places.errands.shape[0] - len(skeleton.GATEWAYS),
                     book.places.jobs, 0.0)  # fmt: skip
    inner = inner / inner.sum()
    work = rng.choice(len(inner), size=len(who), p=inner)
    daily = rng.random(len(who)) < 0.16
    some = who[daily]
    book.add(
        some, _WEEKDAYS, rng.normal(7.3, 0.7, len(some)), spread=0.15, stay=8.8,
        destination=work[daily], chance=0.9,
    )  # fmt: skip
    rest = who[~daily]
    book.add(
        rest, book.one_day(_ALL, len(rest)), rng.normal(11.5, 2.2, len(rest)), spread=0.7,
        stay=rng.gamma(4, 0.8, len(rest)), destination=book.shop(fleet.zone[rest]), chance=0.30,
    )  # fmt: skip


def _regular_through(book: _Book, network: Network, fleet: Fleet, who: Ints) -> None:
    rng = book.rng
    some = who[rng.random(len(who)) < 0.035]
    ends = np.array([network.inner, network.inner + 1])
    across = np.where(fleet.zone[some] == ends[0], ends[1], ends[0])
    book.add(
        some, book.one_day(_ALL, len(some)), rng.uniform(3, 22, len(some)), spread=0.5, stay=7.0,
        destination=across, chance=0.85,
    )  # fmt: skip
