"""CanvassMap: what is typed is searched, list and map move together, nothing is asked twice, nothing fails unseen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sent import size_of
from world import REASON, World

from workbench.errors import Refused
from workbench.models import Scene
from workbench.widgets import CanvassMap, canvass_view
from workbench.widgets.canvass_view import Canvass
from workbench.widgets.desk import Desk
from workbench.widgets.symbols import CHOSEN

LAT, LON = 36.58, -120.25
TYPED = {
    "place": "36.5800, -120.2500",
    "radius": "800",
    "start": "2026-03-09 21:00",
    "end": "2026-03-09 22:00",
}
PATIENCE_S = 20.0


@pytest.fixture
def town(tmp_path: Path) -> World:
    world = World(tmp_path / "home")
    world.camera("C1", at=(LAT, LON))
    world.camera("C2", at=(LAT + 0.003, LON))
    world.camera("C9", at=(LAT + 0.05, LON))
    world.outage("C2", "2026-03-09 21:30", "2026-03-09 23:00")
    for day in range(1, 9):
        world.read("8DAY111", camera="C1", at=f"2026-03-0{day} 21:20")
    world.read("8DAY111", camera="C1", at="2026-03-09 21:20", make="ford", color="blue")
    world.read("7NEW222", camera="C1", at="2026-03-09 21:10", confidence=0.55)
    world.read("7NEW222", camera="C2", at="2026-03-09 21:14")
    world.read("6FAR333", camera="C2", at="2026-03-09 21:25", make="honda", model="civic")
    world.read("5OUT444", camera="C9", at="2026-03-09 21:25")
    return world


def case_of(world: World) -> Any:
    return world.desk().case(world.case_number, purpose="homicide", reason=REASON)


def panel_of(world: World) -> CanvassMap:
    panel = CanvassMap(case_of(world))
    panel.value = TYPED
    return panel


def searched(world: World) -> CanvassMap:
    panel = panel_of(world)
    search(panel)
    return panel


def search(panel: CanvassMap) -> None:
    panel.button.click()
    assert panel.worker.wait(PATIENCE_S)


def listed(panel: CanvassMap) -> list[str]:
    """The plates of the list, in its order."""
    assert panel._shown is not None
    assert panel._canvass is not None
    plates = panel._canvass.vehicles["plate"]
    rows = [plates.iloc[at] for at in panel._shown.vehicles]
    assert len(rows) == len(panel.listed.rows)
    return rows


def marked(panel: CanvassMap) -> list[list[float]]:
    features = panel.map._marks.data["features"]
    return [f["geometry"]["coordinates"] for f in features if f["geometry"]["type"] == "Point"]


def drawn_reads(panel: CanvassMap) -> int:
    return sum(f["properties"]["reads"] for f in panel.map._reads.data["features"])


# -- the search -------------------------------------------------------------------------------------


def test_what_is_typed_is_searched_and_the_result_is_the_frame(town: World) -> None:
    panel = searched(town)
    assert sorted(panel.result["plate"]) == ["6FAR333", "7NEW222", "7NEW222", "8DAY111"]
    (line,) = town.record(action="query.canvass", phase="intent")
    assert '"radius_m":800' in str(line.elements).replace(" ", "")
    assert panel.result.attrs["access_id"]
    assert panel.value == {**TYPED, "sort": "unusual"}


def test_the_unusual_stand_first_and_another_order_can_be_had(town: World) -> None:
    panel = searched(town)
    assert listed(panel) == ["7NEW222", "6FAR333", "8DAY111"]
    panel.sort.value = "time"
    assert listed(panel) == ["7NEW222", "8DAY111", "6FAR333"]
    panel.sort.value = "nearest"
    assert listed(panel)[-1] == "6FAR333"
    assert len(town.record(action="query.canvass", phase="intent")) == 1


def test_each_row_says_how_usual_how_near_and_which_way(town: World) -> None:
    first, *_, last = searched(town).listed.rows
    assert "Not seen here before" in first["html"]
    assert "C1 → C2, N" in first["html"]
    assert "Not seen here before" in first["words"]
    assert "7 N E W 2 2 2" in first["words"]
    assert "Usually here" in last["html"]
    assert "Blue Ford" in last["html"]


def test_coverage_outages_and_caveats_are_shown(town: World) -> None:
    panel = searched(town)
    assert "What this does not show" in panel._below.value
    assert "Two fixed cameras in this place" in panel._below.value
    assert "C2 50%" in panel._below.value
    assert "no power" in panel._below.value
    spot = next(spot for spot in panel.map._spots if spot.code == "C2")
    assert spot.covered == pytest.approx(0.5)
    assert "worked 50% of the window" in spot.words
    away = next(spot for spot in panel.map._spots if spot.code == "C9")
    assert away.covered is None


def test_without_earlier_days_nothing_is_said_to_be_usual(town: World) -> None:
    panel = panel_of(town)
    frame = frame_of(4, 1).assign(baseline_days=0, usual="no earlier days to compare")
    frame.attrs = frame_of(1, 1).attrs
    panel._found(Canvass.of(frame), panel._asking())
    assert "no earlier days to compare" in panel._heading.value
    assert "seen here before" not in panel._heading.value


def test_a_mobile_unit_stands_where_it_made_its_last_read(town: World) -> None:
    town.camera("M1", kind="mobile", at=(LAT, LON))
    for minute, east in ((5, 0.001), (20, 0.003), (15, 0.002)):
        town.read("4MOB555", camera="M1", at=f"2026-03-09 21:{minute:02d}", longitude=LON + east)
    panel = searched(town)
    (spot,) = [spot for spot in panel.map._spots if spot.code == "M1" and "last read" in spot.words]
    assert (spot.latitude, spot.longitude) == pytest.approx((LAT, LON + 0.003))


def test_nothing_read_is_not_nobody_passed(town: World) -> None:
    panel = panel_of(town)
    panel.value = {"start": "2026-03-09 03:00", "end": "2026-03-09 04:00"}
    search(panel)
    assert len(panel.result) == 0
    assert "not to say that nobody passed" in panel._heading.value
    assert panel.listed.rows == []


# -- the place --------------------------------------------------------------------------------------


def test_what_is_drawn_is_written_into_the_boxes_and_is_what_is_searched(town: World) -> None:
    panel = panel_of(town)
    panel._drawn(Scene(36.5801, -120.2503, 613.0))
    assert (panel.place.value, panel.radius.value) == ("36.5801, -120.2503", "613")
    assert panel.desk.scene == Scene(36.5801, -120.2503, 613.0)
    panel.place.value = "36.5800, -120.2500"
    assert panel.desk.scene == Scene(LAT, LON, 613.0)
    search(panel)
    assert panel.result.attrs["query"]["radius_m"] == 613.0


def test_a_polygon_goes_through_the_boxes(town: World) -> None:
    panel = panel_of(town)
    corners = ((36.579, -120.251), (36.581, -120.251), (36.581, -120.249), (36.579, -120.249))
    panel._drawn(Scene(36.58, -120.25, polygon=corners))
    search(panel)
    assert set(panel.result["camera"]) == {"C1"}
    assert "4 corners" in panel._size.value


def test_a_place_that_cannot_be_read_is_told_at_once_and_is_not_searched(town: World) -> None:
    panel = panel_of(town)
    panel.place.value = "-120.25, 36.58"
    assert "Longitude seems to stand first" in panel._size.value
    panel.button.click()
    assert "Longitude seems to stand first" in panel.status.html
    assert town.record(action="query.canvass") == []


def test_a_place_that_the_desk_gets_elsewhere_is_followed(town: World) -> None:
    panel = panel_of(town)
    panel.desk.scene = Scene(36.59, -120.24, 500.0)
    assert (panel.place.value, panel.radius.value) == ("36.5900, -120.2400", "500")
    assert panel.map.map.center == pytest.approx([36.59, -120.24], abs=1e-4)


def test_times_are_the_desks_own(town: World) -> None:
    panel = panel_of(town)
    assert (panel.desk.start, panel.desk.end) == (TYPED["start"], TYPED["end"])
    panel.desk.start = "2026-03-09 20:00"
    assert panel.start.value == "2026-03-09 20:00"


def test_a_changed_place_says_that_the_list_is_of_the_search_before(town: World) -> None:
    panel = searched(town)
    assert panel._missing.value == ""
    panel.radius.value = "300"
    assert "search before" in panel._missing.value
    panel.radius.value = "800"
    assert panel._missing.value == ""


# -- part of the window, a camera, a place ----------------------------------------------------------


def test_the_slider_shows_a_part_without_another_query(town: World) -> None:
    panel = searched(town)
    assert drawn_reads(panel) == 4
    panel._slider.value = (0, 12 * 60)
    assert listed(panel) == ["7NEW222"]
    assert drawn_reads(panel) == 1
    assert "21:00:00 to 21:12:00 · 1 of 4 reads" in panel._cut.value
    panel._reset.click()
    assert drawn_reads(panel) == 4
    assert len(town.record(action="query.canvass", phase="intent")) == 1


def test_a_click_on_a_camera_lists_its_vehicles_and_back(town: World) -> None:
    panel = searched(town)
    panel._pointed("camera", {"camera": "C2"})
    assert listed(panel) == ["7NEW222", "6FAR333"]
    assert "at C2" in panel._heading.value
    assert drawn_reads(panel) == 4  # the map shows all of them all the same
    panel._everywhere.click()
    assert len(listed(panel)) == 3


def test_a_click_on_a_place_lists_who_was_read_there(town: World) -> None:
    panel = searched(town)
    features = panel.map._reads.data["features"]
    here = next(f for f in features if f["geometry"]["coordinates"] == [LON, LAT])
    panel._pointed("place", here["properties"])
    assert sorted(listed(panel)) == ["7NEW222", "8DAY111"]
    assert panel._tell(here["properties"]) == "2 reads by C1"


# -- one vehicle ------------------------------------------------------------------------------------


def test_picking_a_vehicle_marks_its_reads_and_tells_the_desk(town: World) -> None:
    panel = searched(town)
    panel.listed.chosen = 0
    assert panel.desk.chosen == {"plate": "7NEW222", "state": "CA"}
    assert sorted(marked(panel)) == [[LON, LAT], [LON, LAT + 0.003]]
    lines = panel.map._marks.data["features"][0]
    assert lines["geometry"]["type"] == "MultiLineString"
    assert lines["properties"]["style"]["color"] == CHOSEN
    assert "21:10:00" in panel._detail.value
    assert "Look at the image first" in panel._detail.value  # read with 55 %
    assert len(town.record(action="query.history")) == 0


def test_a_vehicle_picked_elsewhere_is_marked_here(town: World) -> None:
    panel = searched(town)
    panel.desk.chosen = {"plate": "6FAR333", "state": "CA"}
    assert panel.listed.chosen == 1
    assert marked(panel) == [[LON, LAT + 0.003]]
    panel.desk.chosen = {"plate": "5OUT444", "state": "CA"}
    assert panel.listed.chosen == -1
    assert marked(panel) == []


def test_a_vehicle_stays_marked_while_the_slider_moves(town: World) -> None:
    panel = searched(town)
    panel.listed.chosen = 1
    panel._slider.value = (0, 12 * 60)
    assert panel.desk.chosen == {"plate": "6FAR333", "state": "CA"}
    assert panel.listed.chosen == -1
    panel._reset.click()
    assert panel.listed.chosen == 1


# -- who may, and what goes wrong -------------------------------------------------------------------


def test_without_a_case_the_button_rests_and_says_why(town: World) -> None:
    panel = CanvassMap(Desk.of(town.desk()))
    panel.value = TYPED
    assert panel.button.disabled
    assert "No case" in panel._missing.value
    assert panel.button.tooltip == panel.desk.missing
    panel.search()
    assert town.record(action="query.canvass") == []


def test_a_refusal_shows_clause_and_remedy_and_the_panel_goes_on(town: World) -> None:
    panel = panel_of(town)
    with pytest.raises(Refused) as refusal:
        town.desk().case("26-99999", purpose="homicide", reason=REASON).canvass(
            scene=(LAT, LON), radius_m=800, start=TYPED["start"], end=TYPED["end"]
        )
    panel.desk.case = town.desk().case("26-99999", purpose="homicide", reason=REASON)
    search(panel)
    assert refusal.value.reason in panel.status.html
    assert refusal.value.clause in panel.status.html
    assert panel.result is None
    panel.desk.case = case_of(town)
    search(panel)
    assert len(panel.result) == 4
    assert panel.status.html == ""


def test_a_time_that_cannot_be_read_is_told(town: World) -> None:
    panel = panel_of(town)
    panel.value = {"end": "tonight"}
    search(panel)
    assert "A time cannot be read" in panel.status.html


def test_an_error_that_nobody_foresaw_is_told_and_recorded(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = panel_of(town)

    def broken(_reads: Any) -> Any:
        raise ZeroDivisionError("8DAY111")

    monkeypatch.setattr(Canvass, "of", broken)
    search(panel)
    assert "Something went wrong in the canvass (ZeroDivisionError)" in panel.status.html
    assert "8DAY111" not in panel.status.html
    assert [line.detail for line in town.record(action="desk.failed")] == ["ZeroDivisionError"]


def test_locking_keeps_what_is_typed_and_stops_the_search(town: World) -> None:
    panel = searched(town)
    panel.desk.lock_up("Nobody used the desk.")
    assert panel.button.disabled
    assert panel.value["place"] == TYPED["place"]


def test_what_is_typed_can_be_kept_and_set_again(town: World) -> None:
    panel = searched(town)
    kept = panel.desk.remember()
    panel.desk.clear()
    assert panel.value["place"] == ""
    assert panel.result is None
    assert panel.listed.rows == []
    panel.desk.recall(kept)
    assert panel.value == {**TYPED, "sort": "unusual"}


# -- many -------------------------------------------------------------------------------------------


def frame_of(count: int, places: int) -> pd.DataFrame:
    """A canvass of so many reads, at so many places, of half as many vehicles."""
    at = np.arange(count)
    moments = pd.Timestamp("2026-03-10 04:00", tz="UTC") + pd.to_timedelta(at % 3600, unit="s")
    frame = pd.DataFrame(
        {
            "plate": [f"{n // 2:07d}" for n in at],
            "state": "CA",
            "confidence": 0.9,
            "captured_at": moments,
            "local_time": moments.tz_convert("America/Los_Angeles"),
            "camera": [f"C{n % 30:02d}" for n in at],
            "camera_name": "somewhere",
            "latitude": LAT + (at % places % 200) * 1e-4,
            "longitude": LON + (at % places // 200) * 1e-4,
            "heading": 90.0,
            "make": "ford",
            "model": "",
            "color": "",
            "body": "",
            "distance_m": 100.0,
            "usual": "not seen here before",
            "usual_days": 0,
            "usual_hour_days": 0,
            "baseline_days": 60,
        }
    )
    frame.attrs = {
        "timezone": "America/Los_Angeles",
        "window": ["2026-03-10T04:00:00+00:00", "2026-03-10T05:00:00+00:00"],
    }
    return frame


@pytest.mark.parametrize(("places", "discs"), [(30, 30), (20_000, 0)])
def test_twenty_thousand_reads_are_one_layer_and_a_short_list(
    town: World, places: int, discs: int
) -> None:
    panel = panel_of(town)
    before = len(panel.map.map.layers)
    panel._found(Canvass.of(frame_of(20_000, places)), panel._asking())
    assert len(panel.map.map.layers) - before == (0 if discs else 1)
    assert len(panel.map._reads.data["features"]) == discs
    assert bool(panel.map._heat.locations) is not bool(discs)
    assert size_of(panel.map._reads.data) + size_of(panel.map._heat.locations) < 600_000
    assert len(panel.listed.rows) == canvass_view.MOST_ROWS
    assert "9,880 more" in panel.listed.foot
    assert size_of(panel.listed.rows) < 250_000


def test_a_click_into_the_heat_lists_the_nearest_place(town: World) -> None:
    panel = panel_of(town)
    panel._found(Canvass.of(frame_of(6_000, 6_000)), panel._asking())
    panel._pointed("map", {"at": (LAT + 1e-5, LON), "reach_m": 30.0})
    assert listed(panel) == ["0000000"]


def test_html_from_data_is_escaped() -> None:
    frame = frame_of(2, 1)
    frame["camera_name"] = frame["make"] = "<script>alert(1)</script>"
    canvass = Canvass.of(frame)
    shown = canvass.show(0, canvass.length)
    entry = {
        "camera": "<i>",
        "name": "<script>",
        "kind": "fixed",
        "latitude": LAT,
        "longitude": LON,
        "heading": None,
        "distance_m": 3.0,
        "reads": 2,
        "outages": [],
        "covered": 0.0,
    }
    parts = [row["html"] for row in canvass_view.list_rows(canvass, shown)]
    parts.append(str(canvass_view.detail_html(canvass, 0)))
    parts.append(str(canvass_view.coverage_html([entry], canvass.zone)))
    parts.append(str(canvass_view.caveats_html({"caveats": ["<script>"]})))
    assert not any("<script" in part or "<i>" in part for part in parts)
