"""The partial-plate panel: said in words, searched on the record, the right vehicle first."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from partial_town import HOUR, NEAR, PATIENCE_S, case_of, panel_of, picked, searched, town
from world import World, local

from workbench.errors import BadInput
from workbench.models import Scene
from workbench.widgets.desk import Desk
from workbench.widgets.partial_request import QUICK
from workbench.widgets.partial_search import PartialPlateSearch


@pytest.fixture
def world(tmp_path: Path) -> World:
    return town(tmp_path)


def said(panel: PartialPlateSearch) -> str:
    return str(panel.said.value)


def enter(widget: Any) -> None:
    """Press Enter in a text box."""
    widget._handle_custom_msg({"event": "submit"}, [])


# -- searching -------------------------------------------------------------------------------------


def test_a_search_finds_the_right_vehicle_first(world: World) -> None:
    panel = searched(panel_of(world, pattern="7A?X1*", color="dark", body="sedan", **NEAR))
    assert panel.result.iloc[0]["plate"] == "7ABX123"
    assert panel.result.attrs["query"]["near"] == {"center": [36.58, -120.25], "radius_m": 800.0}
    assert "7 A B X 1 2 3" in panel.results.listed.rows[0]["words"]
    assert panel.status.html == ""
    done = [line for line in world.record(action="query.partial") if line.phase == "outcome"]
    assert [(line.outcome, line.username) for line in done] == [("ok", "rivera")]


def test_the_vehicle_picked_is_the_desks_and_its_sightings_are_shown(world: World) -> None:
    panel = picked(searched(panel_of(world, pattern="7A?X1*", color="dark")))
    assert panel.desk.chosen == {"plate": "7ABX123", "state": "CA"}
    assert len(panel.results.trail) == 2


def test_the_ranking_is_the_one_that_the_case_gives(world: World) -> None:
    panel = searched(panel_of(world, pattern="7A?X1*", make="Honda", at="2026-03-02 21:12", **NEAR))
    direct = case_of(world).partial(
        "7A?X1*", make="Honda", at="2026-03-02 21:12", near=(36.58, -120.25), radius_m=800, **HOUR
    )
    assert panel.result["plate"].to_list() == direct["plate"].to_list()
    assert panel.result["probability"].to_list() == direct["probability"].to_list()


def test_enter_in_the_boxes_and_in_any_field_searches(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    panel.boxes._handle_custom_msg({"do": "search"}, [])
    assert panel.wait(PATIENCE_S)
    assert panel.result is not None
    panel.result = None
    enter(panel.fields["make"])
    assert panel.wait(PATIENCE_S)
    assert panel.result is not None


def test_enter_brings_the_letters_along_that_the_browser_still_held_back(world: World) -> None:
    panel = panel_of(world, pattern="7*")
    texts = ["7", "A", "?", "X", "1", "", "", ""]
    panel.boxes._handle_custom_msg({"do": "search", "texts": texts}, [])
    assert panel.wait(PATIENCE_S)
    assert panel.result.attrs["query"]["pattern"] == "7A?X1*"


def test_enter_on_a_search_that_cannot_be_says_why_and_asks_nothing(world: World) -> None:
    panel = panel_of(world)
    enter(panel.fields["make"])
    assert "Nothing of the vehicle is filled in" in panel.status.html
    assert panel.result is None
    assert world.record(action="query.partial") == []


def test_a_list_that_answers_an_earlier_search_says_which(world: World) -> None:
    panel = searched(panel_of(world, pattern="7A?X1*"))
    older = panel.results._older
    assert older.value == ""
    panel.fields["color"].value = "red"
    assert "an earlier search: Vehicles with a plate like 7A?X1*" in older.value
    panel.fields["color"].value = ""
    assert older.value == ""
    panel.fields["color"].value = "dark"
    assert searched(panel).results._older.value == ""


def test_models_that_were_found_are_offered(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    assert panel.fields["model"].options == ()
    searched(panel)
    assert {"Accord", "F-150"} <= set(panel.fields["model"].options)


# -- what is refused, and what goes wrong ----------------------------------------------------------


def test_a_refused_search_shows_clause_and_remedy_and_is_on_the_record(world: World) -> None:
    world.member("novak", "analyst", without=("training",))
    panel = PartialPlateSearch(case_of(world, "novak"))
    panel.value = {**HOUR, "pattern": "7A?X1*"}
    searched(panel)
    assert 'role="alert"' in panel.status.html
    assert "wbd-cite" in panel.status.html
    assert "training" in panel.status.html.lower()
    assert panel.result is None
    assert panel.results.children == ()
    refused = [line for line in world.record(action="query.partial") if line.outcome == "refused"]
    assert [line.username for line in refused] == ["novak"]
    assert not panel.go.disabled


def test_what_nobody_foresaw_is_shown_by_type_alone_recorded_and_survived(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = panel_of(world, pattern="7A?X1*")

    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("7ABX123")

    monkeypatch.setattr(panel.desk.case, "partial", broken)
    searched(panel)
    assert "ZeroDivisionError" in panel.status.html
    assert "7ABX123" not in panel.status.html
    assert len(world.record(action="desk.failed")) == 1
    monkeypatch.undo()
    assert searched(panel).result is not None


def test_a_new_search_takes_the_old_result_away_even_if_it_fails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = searched(panel_of(world, pattern="7A?X1*"))

    def fail(*_: Any, **__: Any) -> None:
        raise BadInput("The window is too long.", "Shorten it.")

    monkeypatch.setattr(panel.desk.case, "partial", fail)
    searched(panel)
    assert panel.result is None
    assert panel.results.children == ()
    assert "Shorten it." in panel.status.html


def test_nothing_can_be_asked_without_a_case_and_it_says_what_is_missing(world: World) -> None:
    panel = PartialPlateSearch(Desk(bench=world.desk(), zone="America/Los_Angeles"))
    panel.value = {**HOUR, "pattern": "7A?X1*"}
    assert panel.go.disabled
    assert panel.desk.missing in said(panel)
    assert "Will search" in said(panel)
    with pytest.raises(BadInput, match="No case"):
        panel.search()
    panel.desk.missing = "The reason is missing."
    assert "The reason is missing." in said(panel)
    panel.desk.case = case_of(world)
    assert not panel.go.disabled
    assert "wbd-missing" not in said(panel)


def test_a_locked_desk_keeps_what_is_typed_and_asks_nothing(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    panel.desk.lock_up("You locked it.")
    assert panel.go.disabled
    assert panel.pattern == "7A?X1*"
    with pytest.raises(BadInput):
        panel.search()


# -- in words --------------------------------------------------------------------------------------


def test_it_says_what_it_understood_while_it_is_typed(world: World) -> None:
    panel = panel_of(world)
    assert "Nothing of the vehicle is filled in" in said(panel)
    assert panel.go.disabled
    panel.boxes.texts = ["7", "A", "", "X", "1", "", "", ""]
    assert "with a plate like 7A?X1*, as a witness saw it" in said(panel)
    assert "21:00–22:00" in said(panel)
    assert not panel.go.disabled
    panel.fields["color"].value = "octarine"
    assert "color is not a word that is known" in said(panel)
    assert panel.go.disabled


def test_what_is_typed_is_shown_as_text_and_never_as_markup(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    panel.fields["make"].value = "<img src=x onerror=alert(1)>"
    assert "<img" not in said(panel)
    assert "&lt;img" in said(panel)


def test_a_bad_box_is_said_there_and_closes_the_button(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    panel.boxes.texts = ["7", "$", "", "", "", "", "", ""]
    assert panel.boxes.problems[1]
    assert panel.boxes.words == ""
    assert panel.go.disabled


# -- the boxes -------------------------------------------------------------------------------------


def test_a_paste_spreads_over_the_boxes(world: World) -> None:
    panel = panel_of(world)
    panel.boxes._handle_custom_msg({"do": "paste", "at": 2, "text": "7abx-123"}, [])
    assert panel.pattern == "7ABX123"
    panel.boxes._handle_custom_msg({"do": "paste", "at": 99, "text": "*X1*/6-7"}, [])
    assert panel.pattern == "*X1*/6-7"
    assert panel.boxes.length == "6-7"


def test_a_length_that_is_too_short_for_what_is_typed_is_said(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1")
    panel.boxes.length = "4"
    assert "at most 4" in panel.boxes.problem
    assert panel.go.disabled


# -- place and time, shared with the desk ----------------------------------------------------------


def test_a_place_that_is_typed_is_the_desks_and_counts(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    assert panel.where.value == "anywhere"
    panel.fields["place"].value = "36.5800, -120.2500"
    assert panel.where.value == "place"
    assert panel.desk.scene == Scene(36.58, -120.25, 800.0)
    panel.fields["radius"].value = "0.5 km"
    assert panel.desk.scene == Scene(36.58, -120.25, 500.0)
    assert "within 500 m of 36.58000" in said(panel)


def test_a_place_half_typed_stays_typed_and_is_no_place(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*", **NEAR)
    panel.fields["place"].value = "36.5800,"
    assert panel.fields["place"].value == "36.5800,"
    assert panel.desk.scene is None
    assert panel.where.value == "place"
    assert panel.go.disabled


def test_a_place_that_was_drawn_on_the_map_is_taken_over(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    panel.desk.scene = Scene(36.582, -120.251, 650.0)
    assert panel.where.value == "place"
    assert (panel.fields["place"].value, panel.fields["radius"].value) == (
        "36.5820, -120.2510",
        "650",
    )
    corners = ((36.58, -120.25), (36.585, -120.25), (36.585, -120.24))
    panel.desk.scene = Scene(36.58, -120.25, polygon=corners)
    assert "inside the area drawn" in said(panel)
    panel.desk.scene = None
    assert panel.where.value == "anywhere"
    assert panel.fields["place"].value == ""


def test_anywhere_keeps_the_place_for_later_and_does_not_use_it(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*", **NEAR)
    panel.where.value = "anywhere"
    assert "read anywhere" in said(panel)
    assert panel.desk.scene is not None
    panel.where.value = "place"
    assert "within 800 m" in said(panel)


def test_one_click_fills_in_a_window(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    for button, start in zip(
        panel.quick[:3], ("2026-03-02 21:05", "2026-03-02 00:00", "2026-02-23 00:00"), strict=True
    ):
        button.click()
        assert (panel.desk.start, panel.desk.end) == (start, "2026-03-02 22:06")
    panel.quick[3].click()
    assert "time of the incident is not given" in panel.status.html
    panel.fields["at"].value = "2026-03-02 21:40"
    panel.quick[3].click()
    assert panel.fields["start"].value == panel.desk.start == "2026-03-02 21:10"
    assert panel.status.html == ""
    assert [button.description for button in panel.quick] == list(QUICK)


# -- plain values, and the desk that remembers -----------------------------------------------------


def test_value_survives_the_way_there_and_back(world: World) -> None:
    panel = panel_of(
        world, pattern="*7A?[8B]X~*/6-7", seen_by="camera", state="Nevada", model="Accord",
        at="2026-03-02 21:40", **NEAR,
    )  # fmt: skip
    kept = json.loads(json.dumps(panel.value))
    other = panel_of(world)
    other.value = kept
    assert other.value == panel.value
    assert other.pattern == "*7A?[8B]X~*/6-7"
    assert other.desk.scene == Scene(36.58, -120.25, 800.0)
    other.value = {}
    assert other.pattern == "*"
    assert other.desk.scene is None
    assert other.desk.start == ""


def test_a_desk_remembers_and_recalls_the_panel_without_results(world: World) -> None:
    panel = searched(panel_of(world, pattern="7A?X1*", color="dark", **NEAR))
    kept = json.loads(json.dumps(panel.desk.remember()))
    assert "7ABX123" not in json.dumps(kept)
    panel.desk.clear()
    assert panel.pattern == "*"
    assert panel.result is None
    assert panel.results.children == ()
    panel.desk.recall(kept)
    assert panel.pattern == "7A?X1*"
    assert (panel.fields["color"].value, panel.where.value) == ("dark", "place")
    assert panel.desk.scene == Scene(36.58, -120.25, 800.0)
    assert (panel.desk.start, panel.desk.end) == (HOUR["start"], HOUR["end"])


def test_clear_empties_the_panel_and_keeps_the_window(world: World) -> None:
    panel = searched(panel_of(world, pattern="7A?X1*", color="dark"))
    panel.empty.click()
    assert panel.pattern == "*"
    assert panel.fields["color"].value == ""
    assert panel.result is None
    assert panel.desk.start == HOUR["start"]


def test_a_pattern_or_a_name_that_is_none_is_refused(world: World) -> None:
    panel = panel_of(world, pattern="7A?X1*")
    for wrong in ({"pattern": "$"}, {"colour": "dark"}):
        with pytest.raises(BadInput):
            panel.value = wrong
    assert panel.pattern == "7A?X1*"


def test_every_field_has_a_label(world: World) -> None:
    panel = panel_of(world)
    for widget in (*panel.fields.values(), panel.seen_by, panel.where, panel.go, *panel.quick):
        assert widget.description
    assert panel.boxes.label
    assert panel.results.listed.label
    assert local("2026-03-02 22:05") == panel._clock()


# -- another case, another member, and back --------------------------------------------------------------


def test_what_one_case_asked_is_not_shown_under_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a list that is shown, nor one that is still to come."""
    panel = searched(panel_of(world, pattern="7A?X1*"))
    case, partial, go_on = panel.desk.case, panel.desk.case.partial, threading.Event()

    def slow(*asked: Any, **named: Any) -> Any:
        assert go_on.wait(PATIENCE_S)
        return partial(*asked, **named)

    monkeypatch.setattr(case, "partial", slow)
    panel.go.click()
    panel.desk.forget_results()
    go_on.set()
    assert panel.wait(PATIENCE_S)
    assert panel.result is None
    assert panel.results.children == ()


def test_a_vehicle_is_picked_under_the_case_in_hand(world: World) -> None:
    """The one before a lock asks under a session that is over."""
    panel = searched(panel_of(world, pattern="7A?X1*"))
    before = panel.desk.bench
    panel.desk.lock_up("You locked it.")
    before.log_out()
    panel.results.pick(1)
    assert world.record(action="query.history") == []
    panel.results.pick(0)
    back = case_of(world)
    panel.desk.locked, panel.desk.bench, panel.desk.case = False, back.bench, back
    picked(panel)
    assert panel.results.status.html == ""
    assert len(panel.results.trail) == 2
