"""Patrol cars with readers: where they drive, and the parked vehicles that they go by."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.training.geo import Floats, heading_of
from workbench.training.network import Network
from workbench.training.trips import Tours
from workbench.training.vehicles import Fleet

__all__ = ["SHIFTS", "Curb", "Encounters", "Walk", "curb_of", "daylight", "encounters", "patrol"]

Ints = NDArray[np.int64]

SHIFTS: dict[str, tuple[tuple[float, float], ...]] = {
    "M1": ((7.0, 16.5),), "M2": ((14.5, 23.9),), "M3": ((0.1, 6.3), (21.5, 23.9)), "M4": ((9.5, 15.0),),
}  # fmt: skip
"""Hours of the day in which each unit patrols."""

_SPEED = {"arterial": 11.0, "collector": 8.0, "local": 4.5}
_ON_THE_CURB = 0.45


@dataclass(frozen=True, slots=True)
class Walk:
    """The way of one unit on one day: ``seconds`` after local midnight at each ``node``, with its heading."""

    unit: int
    seconds: Floats
    node: Ints
    heading: Floats


@dataclass(frozen=True, slots=True)
class Curb:
    """Vehicles that stand in the street when they are at home, by node."""

    first: Ints
    vehicle: Ints


@dataclass(frozen=True, slots=True)
class Encounters:
    """Parked vehicles that a unit goes by; ``unit`` is an index into the cameras."""

    vehicle: Ints
    unit: Ints
    seconds: Floats
    xy: Floats
    heading: Floats

    def __len__(self) -> int:
        return len(self.vehicle)


def curb_of(fleet: Fleet, network: Network, rng: np.random.Generator) -> Curb:
    """Decide who has a garage and who parks in the street."""
    outside = np.flatnonzero((fleet.home >= 0) & (rng.random(len(fleet)) < _ON_THE_CURB))
    order = outside[np.argsort(fleet.home[outside], kind="stable")]
    first = np.searchsorted(fleet.home[order], np.arange(len(network.city.nodes) + 1))
    return Curb(first, order)


def patrol(
    network: Network, unit: int, hours: Sequence[tuple[float, float]], rng: np.random.Generator
) -> Walk:
    """Drive about: towards one place after another, not always the shortest way."""
    seconds: list[float] = []
    nodes: list[int] = []
    headings: list[float] = []
    steps = _Steps(network, rng)
    for begin, end in hours:
        clock = (begin + rng.uniform(0.0, 0.3)) * 3600
        last = (end - rng.uniform(0.0, 0.3)) * 3600
        while clock < last:
            took, heading = steps.next()
            clock += took
            if rng.random() < 0.012:
                clock += float(rng.gamma(2.0, 500.0))  # a call, a stop, a break
            seconds.append(clock)
            nodes.append(steps.node)
            headings.append(heading)
    return Walk(unit, np.array(seconds), np.array(nodes, dtype=np.int64), np.array(headings))


class _Steps:
    """A walk over the streets, to one target after another and about each of them, in plain numbers: it is long."""

    def __init__(self, network: Network, rng: np.random.Generator) -> None:
        self.streets = _streets(network)
        self.rng = rng
        self.draws: list[float] = []
        self.node = int(rng.choice(network.homes))
        self.before = -1
        self.target = 0
        self.about = 0

    def next(self) -> tuple[float, float]:
        """Drive to the next corner: return the seconds that it took, and the heading."""
        ways = self.streets.out[self.node]
        wanted = self.streets.towards[self.target][self.node]
        if wanted < 0 or wanted == self.node:  # there: look about, then go on to somewhere else
            self.about = int(10 + 40 * self._draw())
            self.target = int(self._draw() * len(self.streets.towards))
        if self.about > 0 or self._draw() < 0.08:
            self.about -= 1
            others = [way for way in ways if way[0] != self.before] or ways
            best = others[int(self._draw() * len(others))]
        else:
            best = next((way for way in ways if way[0] == wanted), ways[0])
        self.before, self.node = self.node, best[0]
        took = best[1] - 4.0 * math.log(1.0 - self._draw())
        return took, best[2]

    def _draw(self) -> float:
        if not self.draws:
            self.draws = self.rng.random(4096).tolist()
        return self.draws.pop()


@dataclass(frozen=True, slots=True)
class _Streets:
    """For each node the ways out (node, seconds, heading), and the next node towards each of some targets."""

    out: list[list[tuple[int, float, float]]]
    towards: list[list[int]]


@functools.lru_cache(maxsize=2)
def _streets(network: Network) -> _Streets:
    city = network.city
    out: list[list[tuple[int, float, float]]] = []
    for node, edges in enumerate(network.out):
        ways = []
        for other, edge in edges:
            kind = city.edge_kind[edge]
            if kind != "freeway":
                seconds = float(city.length[edge]) / _SPEED.get(kind, 6.0)
                ways.append((other, seconds, heading_of(city.nodes[node], city.nodes[other])))
        out.append(ways)
    targets = network.gates[: network.inner].tolist()
    return _Streets(out, network.towards(targets))


def encounters(
    walks: Sequence[Walk], curb: Curb, tours: Tours, network: Network, rng: np.random.Generator
) -> Encounters:
    """Find the vehicles standing where the units go by: at home unless out, and where their drivers went."""
    walk_unit = np.concatenate([np.full(len(w.node), w.unit) for w in walks])
    node = np.concatenate([w.node for w in walks])
    seconds = np.concatenate([w.seconds for w in walks])
    heading = np.concatenate([w.heading for w in walks])
    step, vehicle = _expand(node, curb.first, curb.vehicle)
    at_home = ~_out(tours, vehicle, seconds[step])
    step, vehicle = step[at_home], vehicle[at_home]
    guest_step, guest = _guests(tours, node, seconds, len(network.city.nodes))
    step, vehicle = np.concatenate([step, guest_step]), np.concatenate([vehicle, guest])
    xy = network.city.nodes[node[step]] + rng.normal(0.0, 14.0, (len(step), 2))
    return Encounters(
        vehicle, walk_unit[step], seconds[step] + rng.uniform(-9, 9, len(step)), xy, heading[step]
    )


def _expand(node: Ints, first: Ints, members: Ints) -> tuple[Ints, Ints]:
    count = first[node + 1] - first[node]
    step = np.repeat(np.arange(len(node)), count)
    item = first[node][step] + np.arange(len(step)) - np.repeat(np.cumsum(count) - count, count)
    return step, members[item]


def _out(tours: Tours, vehicle: Ints, seconds: Floats) -> NDArray[np.bool_]:
    """Tell whether vehicles are away from home at these times."""
    if not len(tours.vehicle):
        return np.zeros(len(vehicle), dtype=bool)
    day = 10 * 86_400.0
    key = tours.vehicle * day + tours.leave
    at = np.searchsorted(key, vehicle * day + seconds, side="right") - 1
    last = np.maximum(at, 0)
    away: NDArray[np.bool_] = (
        (at >= 0) & (tours.vehicle[last] == vehicle) & (seconds < tours.back[last])
    )
    return away


def _guests(tours: Tours, node: Ints, seconds: Floats, nodes: int) -> tuple[Ints, Ints]:
    """Find vehicles that stand at a unit's node because their drivers went there."""
    rows = np.flatnonzero(tours.place >= 0)
    rows = rows[np.argsort(tours.place[rows], kind="stable")]
    first = np.searchsorted(tours.place[rows], np.arange(nodes + 1))
    step, tour = _expand(node, first, rows)
    there = (seconds[step] > tours.arrive[tour]) & (seconds[step] < tours.depart[tour])
    return step[there], tours.vehicle[tour[there]]


def daylight(date: dt.date) -> tuple[float, float]:
    """Return the hours of sunrise and sunset in standard time at the city's latitude."""
    day = date.timetuple().tm_yday
    half = 6.08 + 1.22 * np.sin(2 * np.pi * (day - 80) / 365.25)
    noon = 12.02
    return float(noon - half), float(noon + half)
