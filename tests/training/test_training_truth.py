"""What a benchmark takes from the city beside its files: who drove where, and witnesses who err more."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from workbench.training.simulate import Town
from workbench.training.witness import recall


@pytest.fixture(scope="module")
def town() -> Town:
    zone = ZoneInfo("America/Los_Angeles")
    return Town.build(11, 6_000, 6, dt.date(2026, 6, 1), zone, "YY-NNNNN")


def test_whoever_is_read_at_a_fixed_camera_drove_past_it(town: Town):
    life = town.life
    _, passes = life.drives(2)
    reads = life.reads(2, life.calibrate(6, 6_000))
    fixed = np.array([camera.kind == "fixed" for camera in life.cameras])[reads.camera]
    told = {role.row for incident in life.incidents for role in incident.roles}
    passed = set(zip(passes.vehicle.tolist(), passes.camera.tolist(), strict=True))
    found = set(zip(reads.vehicle[fixed].tolist(), reads.camera[fixed].tolist(), strict=True))
    assert found
    assert all(pair in passed for pair in found if pair[0] not in told)
    assert len(passed) > len(found)


def test_the_way_of_a_drive_leads_by_the_cameras_it_passes(town: Town):
    life, network = town.life, town.life.network
    tours, _ = life.drives(1)
    for row in range(0, len(tours.vehicle), max(1, len(tours.vehicle) // 40)):
        variant, origin, destination = (
            int(column[row]) for column in (tours.variant, tours.origin, tours.destination)
        )
        edges = network.way(variant, origin, destination)
        key = int(life.ways.key(*(np.array(n) for n in (variant, origin, destination))))
        assert network.city.start[edges[1:]].tolist() == network.city.end[edges[:-1]].tolist()
        for camera in life.ways.camera[life.ways.first[key] : life.ways.first[key + 1]]:
            passage = life.cameras[int(camera)].passage
            assert passage is not None
            assert {passage.edge, passage.opposite} & set(edges)
        assert life.ways.seconds[key] == pytest.approx(network.seconds[edges].sum(), rel=1e-3)


def test_a_witness_errs_as_often_as_asked():
    def wrong(mistakes: float) -> float:
        rng = np.random.default_rng(3)
        memories = [recall("7ABX123", rng, known=7, mistakes=mistakes) for _ in range(1_500)]
        return float(np.mean([len(memory.wrong) for memory in memories]))

    assert wrong(0.0) == 0
    assert wrong(2.0) == pytest.approx(2 * wrong(1.0), rel=0.2)
