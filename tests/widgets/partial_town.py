"""A street with a few cars for the partial-plate panel, and a hand to fill it in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from world import REASON, SCENE, World, local

import workbench
from workbench.widgets.partial_search import PartialPlateSearch

PATIENCE_S = 30.0
HOUR = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}
NEAR = {"place": "36.5800, -120.2500", "radius": "800"}
HONDA = {"make": "honda", "model": "accord", "color": "black", "body": "sedan"}
TRUCK = {"make": "ford", "model": "f-150", "color": "white", "body": "pickup"}


def town(folder: Path) -> World:
    """A corner with two cameras: the car that is sought, twice, and others."""
    world = World(folder)
    world.camera("C4", at=SCENE)
    world.camera("C5", at=(36.5830, -120.2500))
    world.read("7ABX123", camera="C5", at="2026-03-02 21:30", **HONDA)
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12", **HONDA)
    world.read("6KLM456", camera="C4", at="2026-03-02 21:14", **TRUCK)
    world.read("8TRW904", camera="C4", at="2026-03-02 21:20", **TRUCK)
    world.read("7QBX129", camera="C5", at="2026-03-02 21:40", state="NV", **TRUCK)
    return world


def case_of(world: World, username: str = "rivera") -> workbench.Case:
    return world.desk(username).case(world.case_number, purpose="homicide", reason=REASON)


def panel_of(world: World, **typed: Any) -> PartialPlateSearch:
    """A panel with a case in hand, the hour of the reads, and what the test types."""
    panel = PartialPlateSearch(case_of(world), clock=lambda: local("2026-03-02 22:05"))
    panel.value = {**HOUR, **typed}
    return panel


def searched(panel: PartialPlateSearch) -> PartialPlateSearch:
    """Click Search and wait."""
    panel.go.click()
    assert panel.wait(PATIENCE_S)
    return panel


def picked(panel: PartialPlateSearch, number: int = 1) -> PartialPlateSearch:
    """Pick a vehicle of the list and wait for its reads."""
    panel.results.pick(number)
    assert panel.wait(PATIENCE_S)
    return panel


def at(text: str) -> dt.datetime:
    return local(text)
