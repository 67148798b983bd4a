"""Drives and patrols: one place at a time, workdays unlike Sundays, parked where the driver went."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from workbench.training.cameras import install
from workbench.training.city import santa_lucera
from workbench.training.habits import build_habits, places_of
from workbench.training.network import network_of, passages
from workbench.training.patrols import curb_of, daylight, encounters, patrol
from workbench.training.trips import passes_of, plan_day
from workbench.training.vehicles import Roster, build_fleet

MONDAY = dt.date(2026, 10, 5)


class Town:
    def __init__(self) -> None:
        self.rng = np.random.default_rng(9)
        self.network = network_of(santa_lucera())
        self.cameras = install(self.network, MONDAY, 60)
        self.ways = passages(self.network, [c.passage for c in self.cameras if c.passage])
        self.places = places_of(self.network, self.ways)
        self.fleet = build_fleet(self.network, 1_500.0, 60, self.rng, Roster())
        self.habits = build_habits(self.fleet, self.network, self.places, self.rng)

    def tours(self, date: dt.date):
        day = ((date - MONDAY).days, date)
        return plan_day(
            self.fleet, self.habits, self.places, self.ways, self.network, day, self.rng
        )


@pytest.fixture(scope="module")
def town() -> Town:
    return Town()


def test_a_vehicle_is_on_one_drive_at_a_time(town: Town):
    tours = town.tours(MONDAY)
    same = tours.vehicle[1:] == tours.vehicle[:-1]
    assert same.sum() > 100
    assert (tours.leave[1:][same] >= tours.back[:-1][same]).all()
    assert (tours.arrive > tours.leave).all()
    assert (tours.depart > tours.arrive).all()


def test_workdays_begin_earlier_than_sundays(town: Town):
    share = []
    for date in (MONDAY, MONDAY + dt.timedelta(days=6)):
        passes = passes_of(town.tours(date), town.ways, town.rng)
        share.append(((passes.seconds > 6 * 3600) & (passes.seconds < 9 * 3600)).mean())
    assert share[0] > 2 * share[1]


def test_passes_lie_within_their_drives(town: Town):
    tours = town.tours(MONDAY)
    passes = passes_of(tours, town.ways, town.rng)
    first = np.full(len(town.fleet), np.inf)
    last = np.zeros(len(town.fleet))
    np.minimum.at(first, tours.vehicle, tours.leave)
    np.maximum.at(last, tours.vehicle, tours.back)
    assert (passes.seconds > first[passes.vehicle] - 60).all()
    assert (passes.seconds < last[passes.vehicle] + 60).all()


def test_a_patrol_follows_the_streets(town: Town):
    walk = patrol(town.network, 29, ((8.0, 12.0),), town.rng)
    assert len(set(walk.node.tolist())) > 100
    neighbors = {node: {other for other, _ in edges} for node, edges in enumerate(town.network.out)}
    steps = list(zip(walk.node[:-1].tolist(), walk.node[1:].tolist(), strict=True))
    assert all(b in neighbors[a] for a, b in steps)
    assert (np.diff(walk.seconds) > 0).all()


def test_patrols_meet_vehicles_only_where_they_stand(town: Town):
    tours = town.tours(MONDAY)
    curb = curb_of(town.fleet, town.network, town.rng)
    walk = patrol(town.network, 29, ((9.0, 15.0),), town.rng)
    met = encounters([walk], curb, tours, town.network, town.rng)
    assert len(met) > 50
    away = 0
    for vehicle, seconds, xy in zip(met.vehicle, met.seconds, met.xy, strict=True):
        mine = np.flatnonzero(tours.vehicle == vehicle)
        near_home = (
            town.fleet.home[vehicle] >= 0
            and np.hypot(*(town.network.city.nodes[town.fleet.home[vehicle]] - xy)) < 90
        )
        out = any(tours.leave[t] + 30 < seconds < tours.back[t] - 30 for t in mine)
        at_place = any(
            tours.arrive[t] - 30 < seconds < tours.depart[t] + 30
            and tours.place[t] >= 0
            and np.hypot(*(town.network.city.nodes[tours.place[t]] - xy)) < 90
            for t in mine
        )
        assert (near_home and not out) or at_place
        away += not near_home
    assert away > 0


def test_days_are_longer_in_summer():
    (rise, fall), (late_rise, early_fall) = (
        daylight(dt.date(2026, 6, 21)),
        daylight(dt.date(2026, 12, 21)),
    )
    assert 14 < fall - rise < 15
    assert 9.3 < early_fall - late_rise < 10
