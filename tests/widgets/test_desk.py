"""What the panels share: who, whether, and what is typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from world import REASON, World

from workbench.errors import NotLoggedIn
from workbench.models import Scene
from workbench.widgets.desk import LOCKED, NO_CASE, NOBODY, Desk, scene_from


@pytest.fixture
def town(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def take_up(world: World) -> Any:
    return world.desk().case(world.case_number, purpose="homicide", reason=REASON)


class Box:
    """A panel that keeps one word and shows one result."""

    def __init__(self, desk: Desk) -> None:
        self.word, self.result = "", None
        desk.register("box", get=self.get, put=self.put, forget=self.forget)

    def get(self) -> dict[str, str]:
        return {"word": self.word}

    def put(self, typed: Any) -> None:
        self.word = typed.get("word", "")

    def forget(self) -> None:
        self.result = None


def test_what_is_typed_waits_for_a_panel_that_is_not_made_yet() -> None:
    desk = Desk()
    desk.recall({"box": {"word": "7A?"}})
    assert desk.remember()["box"] == {"word": "7A?"}
    assert Box(desk).word == "7A?"


def test_what_waits_for_a_panel_is_not_for_another_member() -> None:
    desk = Desk()
    desk.recall({"box": {"word": "7A?"}})
    desk.clear()
    assert Box(desk).word == ""


def test_an_empty_desk_says_that_nobody_is_there() -> None:
    desk = Desk()
    assert not desk.ready
    assert desk.missing == NOBODY


def test_a_case_in_hand_makes_a_desk_that_is_ready(town: World) -> None:
    case = take_up(town)
    desk = Desk.of(case)
    assert desk.ready
    assert desk.case is case
    assert desk.missing == ""
    assert desk.zone == "America/Los_Angeles"


def test_a_desk_is_its_own_desk() -> None:
    desk = Desk()
    assert Desk.of(desk) is desk


def test_somebody_without_a_case_is_told_so(town: World) -> None:
    desk = Desk.of(town.desk())
    assert not desk.ready
    assert desk.missing == NO_CASE


def test_a_locked_desk_is_not_ready_and_keeps_what_is_typed(town: World) -> None:
    desk = Desk.of(take_up(town))
    box = Box(desk)
    box.word, desk.start = "7ABC", "2026-03-02 21:00"
    desk.lock_up("You locked it.")
    assert not desk.ready
    assert desk.missing == LOCKED
    assert desk.bench is None
    assert desk.why_locked == "You locked it."
    assert desk.remember()["box"] == {"word": "7ABC"}
    assert desk.start == "2026-03-02 21:00"


def test_what_is_typed_comes_back(town: World) -> None:
    desk = Desk.of(take_up(town))
    box = Box(desk)
    box.word, desk.start, desk.scene = "7ABC", "2026-03-02 21:00", Scene(36.58, -120.25, 800)
    desk.chosen = {"plate": "7ABC123", "state": "CA"}
    kept = desk.remember()
    desk.clear()
    assert (box.word, desk.start, desk.scene, desk.chosen) == ("", "", None, None)
    desk.recall(kept)
    assert (box.word, desk.start) == ("7ABC", "2026-03-02 21:00")
    assert desk.scene == Scene(36.58, -120.25, 800)
    assert desk.chosen == {"plate": "7ABC123", "state": "CA"}


def test_another_member_finds_neither_case_nor_results(town: World) -> None:
    desk = Desk.of(take_up(town))
    box = Box(desk)
    box.result = object()
    desk.clear()
    assert desk.case is None
    assert box.result is None


def test_a_polygon_comes_back_with_its_corners() -> None:
    corners = ((36.57, -120.26), (36.59, -120.26), (36.58, -120.24))
    scene = scene_from(Scene(36.58, -120.25, polygon=corners).elements())
    assert scene is not None
    assert scene.polygon == corners


def test_touching_keeps_the_session_alive_and_asking_does_not(town: World) -> None:
    bench = town.desk()
    desk = Desk.of(bench)
    minutes = town.service.profile.accounts.idle_minutes
    town.clock.forward(minutes=minutes - 1)
    assert bench.time_left().total_seconds() == 60
    assert bench.time_left().total_seconds() == 60
    desk.touch()
    assert bench.time_left().total_seconds() == 60 * minutes


def test_asking_how_long_ends_with_the_session(town: World) -> None:
    bench = town.desk()
    town.clock.forward(minutes=town.service.profile.accounts.idle_minutes)
    with pytest.raises(NotLoggedIn, match="idle"):
        bench.time_left()
    assert [line.outcome for line in town.record(action="session.ended")]


def test_the_longest_session_bounds_the_time_left(town: World) -> None:
    bench = town.desk()
    rules = town.service.profile.accounts
    step = rules.idle_minutes - 1
    for _ in range(rules.max_session_hours * 60 // step):
        town.clock.forward(minutes=step)
        bench.touch()
    used = (rules.max_session_hours * 60 // step) * step
    assert bench.time_left().total_seconds() == (rules.max_session_hours * 60 - used) * 60
