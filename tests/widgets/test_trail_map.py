"""TrailMap: one vehicle's reads in time; the way between is not known, and the map says so."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from world import REASON, World

from workbench.widgets import TrailMap
from workbench.widgets.desk import Desk
from workbench.widgets.trail_view import Trail, list_rows

LAT, LON = 36.58, -120.25
TYPED = {
    "plate": "7ABX123",
    "state": "CA",
    "start": "2026-03-01 00:00",
    "end": "2026-03-05 00:00",
}
PATIENCE_S = 20.0


@pytest.fixture
def town(tmp_path: Path) -> World:
    world = World(tmp_path / "home")
    for at in range(3):
        world.camera(f"C{at}", at=(LAT + at / 100, LON))
    world.read("7ABX123", camera="C0", at="2026-03-01 08:00", confidence=0.6)
    world.read("7ABX123", camera="C1", at="2026-03-02 21:10", make="honda", color="gray")
    world.read("7ABX123", camera="C2", at="2026-03-02 21:13")
    world.read("7ABX123", camera="C2", at="2026-03-02 21:14")
    world.read("7ABX999", camera="C2", at="2026-03-02 21:14")
    return world


def case_of(world: World) -> Any:
    return world.desk().case(world.case_number, purpose="homicide", reason=REASON)


def searched(world: World) -> TrailMap:
    panel = TrailMap(case_of(world))
    panel.value = TYPED
    search(panel)
    return panel


def search(panel: TrailMap) -> None:
    panel.button.click()
    assert panel.worker.wait(PATIENCE_S)


def shapes(layer: Any, kind: str) -> list[Any]:
    features = layer.data["features"]
    return [f["geometry"]["coordinates"] for f in features if f["geometry"]["type"] == kind]


def test_its_reads_are_on_the_map_in_the_list_and_on_the_record(town: World) -> None:
    panel = searched(town)
    assert len(panel.result) == len(panel.listed.rows) == 4
    assert sorted(shapes(panel.map._marks, "Point")) == [
        [LON, LAT],
        [LON, 36.59],
        [LON, 36.6],
    ]
    assert len(town.record(action="query.history", phase="intent")) == 1
    assert "4 reads, on two days" in panel._heading.value
    assert "What this does not show" in panel._below.value


def test_only_reads_within_an_hour_are_joined(town: World) -> None:
    (lines,) = shapes(searched(town).map._marks, "MultiLineString")
    assert lines == [[[LON, 36.59], [LON, 36.6]]]


def test_the_list_says_what_lies_between_two_reads(town: World) -> None:
    words = [row["words"] for row in searched(town).listed.rows]
    assert "first read of the window" in words[0]
    assert "60%" in words[0]
    assert "3 min later, 1.1 km on" in words[2]
    assert "same place" in words[3]


def test_playing_steps_through_the_reads_in_time(town: World) -> None:
    panel = searched(town)
    assert (panel.player.max, panel.step.max) == (3, 3)
    clocks = []
    for at in range(4):
        panel.step.value = at
        clocks.append(panel._clock.value)
        assert panel.listed.chosen == at
        assert shapes(panel.map._step, "Point") == [
            [LON, pytest.approx(float(panel.result["latitude"].iloc[at]))]
        ]
    shown = [clock.split(">")[1].split("<")[0] for clock in clocks]
    assert shown == ["08:00:00", "21:10:00", "21:13:00", "21:14:00"]
    assert "4 of 4" in clocks[-1]


def test_no_line_is_drawn_across_a_long_gap(town: World) -> None:
    panel = searched(town)
    panel.step.value = 1
    assert shapes(panel.map._step, "MultiLineString") == []
    panel.step.value = 2
    assert len(shapes(panel.map._step, "MultiLineString")) == 1


def test_picking_a_read_of_the_list_shows_it(town: World) -> None:
    panel = searched(town)
    panel.player.playing = True
    panel.listed.chosen = 2
    assert panel.step.value == 2
    assert not panel.player.playing


def test_a_vehicle_picked_elsewhere_is_written_but_not_looked_up(town: World) -> None:
    panel = TrailMap(case_of(town))
    panel.desk.chosen = {"plate": "7ABX999", "state": "CA"}
    assert (panel.plate.value, panel.state.value) == ("7ABX999", "CA")
    assert town.record(action="query.history") == []


def test_reads_looked_up_elsewhere_can_be_shown_without_another_access(town: World) -> None:
    panel = TrailMap(case_of(town))
    reads = panel.desk.case.history("7ABX123", start=TYPED["start"], end=TYPED["end"])
    panel.show(reads)
    assert len(panel.listed.rows) == 4
    assert panel.result is reads
    assert len(town.record(action="query.history", phase="intent")) == 1


def test_its_times_follow_the_desks_until_others_are_typed(town: World) -> None:
    panel = TrailMap(case_of(town))
    panel.desk.start = "2026-03-02 21:00"
    assert panel.start.value == "2026-03-02 21:00"
    panel.start.value = "2026-03-01 00:00"
    panel.desk.start = "2026-03-02 20:00"
    assert panel.start.value == "2026-03-01 00:00"


def test_no_read_is_not_nobody_there(town: World) -> None:
    panel = TrailMap(case_of(town))
    panel.value = {**TYPED, "plate": "1NONE00"}
    search(panel)
    assert "not to say that the vehicle was not there" in panel._heading.value
    assert panel.player.disabled


@pytest.mark.parametrize(
    ("typed", "words"),
    [({"plate": " "}, "no plate yet"), ({"start": "monday"}, "A time cannot be read")],
)
def test_what_is_missing_is_told(town: World, typed: dict[str, str], words: str) -> None:
    panel = TrailMap(case_of(town))
    panel.value = {**TYPED, **typed}
    search(panel)
    assert words in panel.status.html
    assert town.record(action="query.history") == []


def test_without_a_case_the_button_rests_and_says_why(town: World) -> None:
    panel = TrailMap(Desk.of(town.desk()))
    panel.value = TYPED
    assert panel.button.disabled
    assert "No case" in panel._missing.value
    panel.search()
    assert town.record(action="query.history") == []


def test_what_is_typed_can_be_kept_and_set_again(town: World) -> None:
    panel = searched(town)
    kept = panel.desk.remember()
    panel.desk.clear()
    assert panel.value["plate"] == ""
    assert panel.result is None
    panel.desk.recall(kept)
    assert panel.value == TYPED


def test_html_from_data_is_escaped(town: World) -> None:
    reads = case_of(town).history("7ABX123", start=TYPED["start"], end=TYPED["end"])
    reads["camera_name"] = "<script>alert(1)</script>"
    assert not any("<script" in row["html"] for row in list_rows(Trail.of(reads)))


def test_reads_that_are_shown_are_not_replaced_by_a_search_begun_before(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = TrailMap(case_of(town))
    panel.value = TYPED
    case, history, go_on = panel.desk.case, panel.desk.case.history, threading.Event()
    other = history("7ABX999", start=TYPED["start"], end=TYPED["end"])

    def slow(*asked: Any, **named: Any) -> Any:
        assert go_on.wait(PATIENCE_S)
        return history(*asked, **named)

    monkeypatch.setattr(case, "history", slow)
    panel.button.click()
    panel.show(other)
    go_on.set()
    assert panel.worker.wait(PATIENCE_S)
    assert panel.result is other
