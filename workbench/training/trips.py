"""A day's drives: from habits and errands to the cameras that are passed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from workbench.training.geo import Floats
from workbench.training.habits import ANYWHERE, Habits, Places
from workbench.training.network import Network, Passages
from workbench.training.vehicles import KINDS, Fleet

__all__ = ["Passes", "Tours", "passes_of", "plan_day", "take"]

Ints = NDArray[np.int64]

_HOUR = 3600.0
_STRAY = 0.08

# drives begun in each hour of the day, relative
_WORKDAY = (
    5, 3, 2, 2, 4, 10, 24, 46, 52, 46, 48, 54, 60, 56, 58, 66, 74, 76, 66, 54, 42, 32, 19, 10,
)  # fmt: skip
_FREE_DAY = (
    12, 8, 5, 3, 3, 5, 10, 20, 34, 50, 64, 72, 74, 72, 68, 64, 60, 54, 48, 42, 36, 30, 24, 16,
)  # fmt: skip
_ROAD = (
    16, 12, 10, 10, 14, 22, 34, 42, 46, 50, 54, 58, 58, 60, 62, 64, 62, 58, 50, 42, 36, 32, 26, 20,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tours:
    """Drives out and back of one day, ordered by vehicle and time.

    Attributes
    ----------
    vehicle : numpy.ndarray, shape (t,)
    leave, arrive, depart, back : numpy.ndarray, shape (t,)
        Seconds after local midnight: leaving, arriving there, leaving there, being back.
    origin, destination, variant : numpy.ndarray, shape (t,)
        Zones, and the driver's variant of the network.
    place : numpy.ndarray, shape (t,)
        Node where the vehicle stands meanwhile; -1 for none in particular.
    one_way : numpy.ndarray of bool, shape (t,)
    """

    vehicle: Ints
    leave: Floats
    arrive: Floats
    depart: Floats
    back: Floats
    origin: Ints
    destination: Ints
    variant: Ints
    place: Ints
    one_way: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Passes:
    """Vehicles going by cameras: ``seconds`` after local midnight; ``backwards`` on the far side of the street."""

    vehicle: Ints
    camera: Ints
    backwards: NDArray[np.bool_]
    seconds: Floats

    def __len__(self) -> int:
        return len(self.vehicle)


def take(table: Passes, rows: Ints | NDArray[np.bool_]) -> Passes:
    """Return some rows of a table of passes."""
    return Passes(
        table.vehicle[rows], table.camera[rows], table.backwards[rows], table.seconds[rows]
    )


def plan_day(
    fleet: Fleet,
    habits: Habits,
    places: Places,
    ways: Passages,
    network: Network,
    day: tuple[int, dt.date],
    rng: np.random.Generator,
) -> Tours:
    """Decide who drives where on one day.

    Parameters
    ----------
    day : tuple of (int, datetime.date)
        Number of the day within the period, and its date.
    """
    number, date = day
    drives = [
        _habitual(habits, date, rng),
        _errands(fleet, date, network, rng),
        _only_today(fleet, number, network, rng),
    ]
    vehicle = np.concatenate([d.vehicle for d in drives])
    origin = fleet.zone[vehicle]
    wanted = np.concatenate([d.destination for d in drives])
    destination = np.where(wanted == ANYWHERE, places.shop(origin, rng), wanted)
    place = np.concatenate([d.place for d in drives])
    stray = rng.random(len(vehicle)) < _STRAY
    variant = np.where(
        stray, rng.integers(0, len(network.variants), len(vehicle)), fleet.variant[vehicle]
    )
    leave = np.concatenate([d.leave for d in drives])
    stay = np.concatenate([d.stay for d in drives])
    slow = np.exp(rng.normal(0.10, 0.10, len(vehicle)))
    seconds = ways.seconds[ways.key(variant, origin, destination)] * slow + 40.0
    one_way = origin >= network.inner
    one_way &= destination >= network.inner
    tours = Tours(
        vehicle=vehicle,
        leave=leave,
        arrive=leave + seconds,
        depart=leave + seconds + stay,
        back=leave + 2 * seconds + stay,
        origin=origin,
        destination=destination,
        variant=variant,
        place=np.where(
            (place < 0) & (destination < network.inner), places.node(destination, rng), place
        ),
        one_way=one_way,
    )
    return _without_overlap(tours)


@dataclass(frozen=True, slots=True)
class _Drives:
    vehicle: Ints
    leave: Floats
    stay: Floats
    destination: Ints
    place: Ints


def _habitual(habits: Habits, date: dt.date, rng: np.random.Generator) -> _Drives:
    today = (habits.weekdays >> date.weekday() & 1).astype(bool)
    rows = np.flatnonzero(today & (rng.random(len(today)) < habits.chance))
    leave = rng.normal(habits.hour[rows], habits.spread[rows]) * _HOUR
    stay = habits.stay[rows] * np.exp(rng.normal(0.0, 0.10, len(rows))) * _HOUR
    return _Drives(
        habits.vehicle[rows], np.maximum(leave, 60.0), np.maximum(stay, 120.0),
        habits.destination[rows], habits.place[rows],
    )  # fmt: skip


def _errands(fleet: Fleet, date: dt.date, network: Network, rng: np.random.Generator) -> _Drives:
    free = date.weekday() >= 5
    factor = 1.15 if free else 0.94
    count = rng.poisson(fleet.errands * factor)
    vehicle = np.repeat(np.arange(len(fleet)), count)
    road = fleet.kind[vehicle] == KINDS.index("through")
    leave = np.where(
        road,
        _hours(_ROAD, len(vehicle), rng),
        _hours(_FREE_DAY if free else _WORKDAY, len(vehicle), rng),
    )
    stay = rng.gamma(1.6, 0.55, len(vehicle)) * _HOUR + 180.0
    destination = np.full(len(vehicle), ANYWHERE)
    destination[road] = _across(fleet.zone[vehicle[road]], network, rng)
    return _Drives(vehicle, leave, stay, destination, np.full(len(vehicle), -1))


def _only_today(fleet: Fleet, number: int, network: Network, rng: np.random.Generator) -> _Drives:
    vehicle = np.flatnonzero(fleet.day == number)
    destination = np.full(len(vehicle), ANYWHERE)
    passing = rng.random(len(vehicle)) < 0.72
    destination[passing] = _across(fleet.zone[vehicle[passing]], network, rng)
    leave = _hours(_ROAD, len(vehicle), rng)
    stay = rng.gamma(2.0, 1.2, len(vehicle)) * _HOUR
    return _Drives(vehicle, leave, stay, destination, np.full(len(vehicle), -1))


def _across(zone: Ints, network: Network, rng: np.random.Generator) -> Ints:
    """Draw the way out of those who pass: mostly the freeway's other end."""
    other = np.where(zone == network.inner, network.inner + 1, network.inner)
    gateways = len(network.gateway_names)
    some = network.inner + (zone - network.inner + rng.integers(1, gateways, len(zone))) % gateways
    return np.where(rng.random(len(zone)) < 0.86, other, some)


def _hours(profile: Iterable[float], count: int, rng: np.random.Generator) -> Floats:
    weights = np.array(list(profile), dtype=np.float64)
    hour = rng.choice(24, size=count, p=weights / weights.sum())
    return (hour + rng.random(count)) * _HOUR


def _without_overlap(tours: Tours) -> Tours:
    """Leave out drives that begin before the vehicle's last one has ended."""
    order = np.lexsort((tours.leave, tours.vehicle))
    tours = _rows(tours, order)
    for _ in range(3):
        same = tours.vehicle[1:] == tours.vehicle[:-1]
        clash = np.concatenate([[False], same & (tours.leave[1:] < tours.back[:-1] + 300.0)])
        if not clash.any():
            break
        # a drive that clashes with one that itself goes is looked at again in the next round
        first = clash & ~np.concatenate([[False], clash[:-1]])
        tours = _rows(tours, np.flatnonzero(~first))
    return tours


def _rows(tours: Tours, rows: Ints) -> Tours:
    return replace(
        tours, **{column.name: getattr(tours, column.name)[rows] for column in fields(Tours)}
    )


def passes_of(tours: Tours, ways: Passages, rng: np.random.Generator) -> Passes:
    """Follow the drives past the cameras."""
    returning = np.flatnonzero(~tours.one_way)
    vehicle = np.concatenate([tours.vehicle, tours.vehicle[returning]])
    begin = np.concatenate([tours.leave, tours.depart[returning]])
    lasts = np.concatenate([tours.arrive - tours.leave, (tours.back - tours.depart)[returning]])
    there = ways.key(tours.variant, tours.origin, tours.destination)
    again = ways.key(tours.variant, tours.destination, tours.origin)[returning]
    way = np.concatenate([there, again])
    count = ways.first[way + 1] - ways.first[way]
    leg = np.repeat(np.arange(len(way)), count)
    item = ways.first[way][leg] + np.arange(len(leg)) - np.repeat(np.cumsum(count) - count, count)
    share = ways.offset[item] / np.maximum(ways.seconds[way[leg]], 1.0)
    jitter = rng.normal(0.0, 6.0, len(leg))
    return Passes(
        vehicle=vehicle[leg],
        camera=ways.camera[item].astype(np.int64),
        backwards=ways.backwards[item],
        seconds=begin[leg] + 20.0 + share * (lasts[leg] - 40.0) + jitter,
    )
