"""The base map asks nobody for anything, unless an administrator says so; signs and reads are few layers."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import ipyleaflet
import numpy as np
import pandas as pd
import pytest
from sent import size_of
from world import World

from workbench.cli import desk as desk_command
from workbench.cli import lab as lab_command
from workbench.errors import NotSetUp
from workbench.models import Scene
from workbench.settings import Settings
from workbench.widgets import symbols
from workbench.widgets.layers import ground
from workbench.widgets.localmap import LocalMap, ground_of
from workbench.widgets.symbols import MOST_PLACES, CameraSpot, Places, camera_features

LAT, LON = 36.58, -120.25


def geojson_layers(shown: LocalMap) -> list[Any]:
    return [layer for layer in shown.map.layers if isinstance(layer, ipyleaflet.GeoJSON)]


def sent(shown: LocalMap) -> str:
    """Everything that the map and its layers send to the browser."""
    parts = [shown, shown.map, *shown.map.layers, *shown.map.controls, shown.note, shown.hint]
    return json.dumps([part.get_state() for part in parts], default=str)


def reads_at(count: int, places: int) -> tuple[Places, Any]:
    """Reads spread over places, and how many each has."""
    at = np.arange(count) % places
    found = Places.of(LAT + (at % 200) * 1e-4, LON + (at // 200) * 1e-4)
    return found, found.counts()


# -- nobody is asked --------------------------------------------------------------------------------


def test_a_map_has_no_tile_layer_and_names_no_server() -> None:
    shown = LocalMap(draw=True)
    assert not any(isinstance(layer, ipyleaflet.TileLayer) for layer in shown.map.layers)
    addresses = re.findall(r"https?://[^\s\"'\\]+", sent(shown))
    assert {address for address in addresses if "w3.org" not in address} == set()
    assert shown.note.value == ""


def test_a_tile_server_that_an_administrator_named_is_used_and_said() -> None:
    shown = LocalMap()
    shown.show_ground(
        ground(None, None),
        tiles="https://tiles.example.gov/{z}/{x}/{y}.png",
        attribution="<b>County</b>",
        host="tiles.example.gov",
    )
    (tiles,) = [layer for layer in shown.map.layers if isinstance(layer, ipyleaflet.TileLayer)]
    assert tiles.url == "https://tiles.example.gov/{z}/{x}/{y}.png"
    assert "<b>" not in tiles.attribution
    assert "&lt;b&gt;County&lt;/b&gt;" in shown.note.value
    assert "tiles.example.gov" in shown.note.value
    assert "told every place you look at" in shown.note.value


def test_the_words_about_a_server_are_there_only_with_one(tmp_path: Path) -> None:
    shown = LocalMap()
    shown.show_agency(World(tmp_path / "home").desk())
    assert "server" not in shown.note.value
    assert "No street layer is installed" in shown.note.value


# -- the setting ------------------------------------------------------------------------------------


def settings(tmp_path: Path, table: str = "") -> Settings:
    lines = 'agency = "A"\nprofile = "clovis-ca"\ntimezone = "America/Los_Angeles"\n'
    (tmp_path / "workbench.toml").write_text(lines + table, encoding="utf-8")
    return Settings.load(tmp_path)


def test_by_default_no_tile_server_is_set(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert (found.tiles, found.tile_host, found.tile_source) == ("", "", "")


@pytest.mark.parametrize(
    ("tiles", "host", "source"),
    [
        ("https://t.example.gov/{z}/{x}/{y}.png", "t.example.gov", "https://t.example.gov"),
        ("https://{s}.t.org/{z}/{x}/{y}.png", "t.org", "https://*.t.org"),
        (
            "http://maps.internal:8080/{z}/{y}/{x}",
            "maps.internal:8080",
            "http://maps.internal:8080",
        ),
    ],
)
def test_a_tile_server_is_read_saved_and_read_again(
    tmp_path: Path, tiles: str, host: str, source: str
) -> None:
    found = settings(tmp_path, f'[map]\ntiles = "{tiles}"\nattribution = "© County"\n')
    assert (found.tiles, found.tile_host, found.tile_source) == (tiles, host, source)
    assert found.tiles_attribution == "© County"
    found.save()
    assert Settings.load(tmp_path) == found
    dataclasses.replace(found, tiles="", tiles_attribution="").save()
    assert Settings.load(tmp_path).tiles == ""


@pytest.mark.parametrize(
    "table",
    [
        '[map]\ntiles = "https://t.example.gov/tiles.png"\n',
        '[map]\ntiles = "ftp://t.example.gov/{z}/{x}/{y}.png"\n',
        "[map]\ntiles = \"https://t.example.gov; script-src 'unsafe-inline'/{z}/{x}/{y}.png\"\n",
        '[map]\ntiles = "https://user:word@t.example.gov/{z}/{x}/{y}.png"\n',
        '[map]\ncolor = "red"\n',
        "[map]\ntiles = 7\n",
        "map = 7\n",
    ],
)
def test_what_is_no_tile_server_is_refused(tmp_path: Path, table: str) -> None:
    with pytest.raises(NotSetUp, match=r"map") as caught:
        settings(tmp_path, table)
    assert caught.value.next_step


@pytest.mark.parametrize("command", [lab_command.arguments, desk_command.arguments])
def test_the_browser_may_fetch_pictures_from_that_server_and_nothing_else(
    tmp_path: Path, command: Any
) -> None:
    without = " ".join(command(tmp_path, port=1, browser=False))
    named = " ".join(command(tmp_path, port=1, browser=False, tiles="https://t.example.gov"))
    assert "example.gov" not in without
    assert "img-src 'self' data: blob: https://t.example.gov" in named
    assert named.count("example.gov") == 1


# -- the ground -------------------------------------------------------------------------------------


def town() -> Any:
    import geopandas as gpd
    from shapely.geometry import LineString

    lines = [LineString([(LON, LAT + at / 100), (LON + 0.02, LAT + at / 100)]) for at in range(3)]
    frame = {"name": ["A", "B", "C"], "class": ["local", "arterial", "freeway"]}
    return ground(gpd.GeoDataFrame(frame, geometry=lines, crs=4326), None)


def test_the_ground_is_one_layer_for_edge_and_fill_of_each_class() -> None:
    shown = LocalMap()
    before = len(shown.map.layers)
    shown.show_ground(town())
    assert len(shown.map.layers) == before + 2 * 3


def test_zooming_changes_widths_and_sends_no_street_again() -> None:
    shown = LocalMap()
    shown.show_ground(town())
    streets = list(shown._streets.values())
    data = [layer.data for layer in streets]
    widths = [layer.style["weight"] for layer in streets]
    shown.map.zoom = 17.0
    assert [layer.style["weight"] for layer in streets] != widths
    assert all(layer.data is own for layer, own in zip(streets, data, strict=True))


def test_a_map_looks_at_the_ground_it_shows() -> None:
    shown = LocalMap()
    shown.show_ground(town())
    assert shown.map.center == pytest.approx([LAT + 0.01, LON + 0.01], abs=1e-3)
    assert 13 <= shown.map.zoom <= 15


def test_the_same_ground_again_leaves_the_map_where_it_was() -> None:
    shown, found = LocalMap(), town()
    shown.show_ground(found)
    shown.map.zoom = 17.0
    before = shown.map.layers
    shown.show_ground(found)
    assert shown.map.zoom == 17.0
    assert shown.map.layers == before


def test_the_ground_of_a_home_is_worked_out_once(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    world.camera("C1")
    desk = world.desk()
    first = ground_of(desk)
    assert ground_of(desk) is first
    world.camera("C2", at=(LAT + 0.1, LON))
    assert ground_of(desk) is not first


# -- signs ------------------------------------------------------------------------------------------


def camera(**given: Any) -> CameraSpot:
    return CameraSpot("C1", LAT, LON, **{"heading": 90.0, **given})


def kinds(spot: CameraSpot) -> list[str]:
    found = camera_features([spot], 15)["features"]
    return [feature["geometry"]["type"] for feature in found]


def test_a_fixed_camera_is_a_square_that_looks_somewhere() -> None:
    wedge, square = camera_features([camera()], 15)["features"]
    lons = [lon for lon, _ in wedge["geometry"]["coordinates"][0]]
    assert max(lons) - LON > 5 * (LON - min(lons))  # it looks east
    assert len(square["geometry"]["coordinates"][0]) == 5
    assert square["properties"]["camera"] == "C1"


def test_a_camera_that_was_out_is_crossed_and_one_that_worked_in_part_is_open() -> None:
    assert kinds(camera(covered=0.0)) == ["Polygon", "Polygon", "MultiLineString"]
    assert kinds(camera(covered=1.0)) == ["Polygon", "Polygon"]
    fills = {
        covered: camera_features([camera(covered=covered)], 15)["features"][1]["properties"][
            "style"
        ]
        for covered in (None, 1.0, 0.5)
    }
    assert fills[None]["fillColor"] == fills[1.0]["fillColor"] == symbols.INK
    assert fills[0.5]["fillColor"] == "#ffffff"


def test_a_mobile_unit_is_round_and_looks_nowhere() -> None:
    (disc,) = camera_features([camera(kind="mobile")], 15)["features"]
    assert len(disc["geometry"]["coordinates"][0]) > 10


def test_signs_keep_their_size_in_pixels() -> None:
    widths = []
    for zoom in (13, 14):
        square = camera_features([camera(heading=None)], zoom)["features"][0]
        lons = [lon for lon, _ in square["geometry"]["coordinates"][0]]
        widths.append(max(lons) - min(lons))
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.02)


def test_a_camera_of_the_register_without_a_position_is_not_drawn() -> None:
    register = pd.DataFrame(
        {
            "code": ["C1", "M1"],
            "name": ["Bridge", "Unit"],
            "kind": ["fixed", "mobile"],
            "latitude": [LAT, None],
            "longitude": [LON, None],
            "heading": [None, None],
        }
    )
    (spot,) = symbols.spots_of(register, [{"camera": "C1", "covered": 0.4}])
    assert (spot.code, spot.covered, spot.words) == ("C1", 0.4, "Bridge")


# -- reads ------------------------------------------------------------------------------------------


def shown_layers(shown: LocalMap) -> tuple[int, int]:
    """How many layers hold reads: as discs, as heat."""
    discs = bool(shown._reads.data["features"])
    warm = shown._heat in shown.map.layers and bool(shown._heat.locations)
    return int(discs), int(warm)


def test_twenty_thousand_reads_of_fixed_cameras_are_one_layer_of_a_few_discs() -> None:
    shown = LocalMap()
    before = len(shown.map.layers)
    assert shown.show_reads(*reads_at(20_000, 30)) == "points"
    assert shown_layers(shown) == (1, 0)
    assert len(shown.map.layers) == before
    assert len(shown._reads.data["features"]) == 30
    assert size_of(shown._reads.data) < 6_000


def test_twenty_thousand_reads_at_twenty_thousand_places_are_one_layer_of_heat() -> None:
    shown = LocalMap()
    before = len(shown.map.layers)
    assert shown.show_reads(*reads_at(20_000, 20_000)) == "heat"
    assert shown_layers(shown) == (0, 1)
    assert len(shown.map.layers) == before + 1
    assert size_of(shown._heat.locations) < 200_000
    weights = [weight for *_, weight in shown._heat.locations]
    assert 0 < min(weights) <= max(weights) <= 0.4


def test_fewer_reads_bring_the_discs_back() -> None:
    shown = LocalMap()
    shown.show_reads(*reads_at(20_000, 20_000))
    places, counts = reads_at(MOST_PLACES, MOST_PLACES)
    assert shown.show_reads(places, counts) == "points"
    assert shown_layers(shown) == (1, 0)
    assert size_of(shown._reads.data) < 600_000
    assert shown.show_reads(None) == ""
    assert shown_layers(shown) == (0, 0)


def test_close_by_the_places_are_discs_again() -> None:
    shown = LocalMap()
    places, counts = reads_at(20_000, 20_000)
    shown.map.center, shown.map.zoom = [LAT + 0.01, LON + 0.005], 13.0
    assert shown.show_reads(places, counts) == "heat"
    shown.map.zoom = 18.0
    assert shown_layers(shown) == (1, 0)
    seen = shown._reads.data["features"]
    assert 0 < len(seen) <= MOST_PLACES
    assert {f["properties"]["place"] for f in seen} <= set(
        np.flatnonzero(places.within(shown._view().padded(1)))
    )
    shown.map.zoom = 13.0
    assert shown_layers(shown) == (0, 1)


def test_no_read_is_lost_between_places() -> None:
    places = Places.of([LAT, LAT, LAT + 1, np.nan], [LON, LON + 1e-7, LON, LON])
    assert places.of_read.tolist() == [0, 0, 1, -1]
    assert places.counts().tolist() == [2, 1]
    assert places.counts(np.array([False, True, True, True])).tolist() == [1, 1]


def test_the_place_that_is_nearest_to_a_click() -> None:
    places = Places.of([LAT, LAT + 0.001], [LON, LON])
    assert places.nearest(LAT + 0.0009, LON, places.counts(), 50.0) == 1
    assert places.nearest(LAT + 0.0009, LON, np.array([1, 0]), 50.0) is None
    assert places.nearest(LAT + 0.0009, LON, np.array([1, 0]), 150.0) == 0


def test_the_largest_disc_lies_lowest() -> None:
    places, counts = Places.of([LAT] * 5 + [LAT + 1], [LON] * 6), None
    counts = places.counts()
    features = symbols.place_features(places, counts)["features"]
    assert [feature["properties"]["reads"] for feature in features] == [5, 1]
    radii = [feature["properties"]["style"]["radius"] for feature in features]
    assert radii[0] > radii[1]


# -- what is done to it -----------------------------------------------------------------------------


def test_a_click_tells_what_was_clicked() -> None:
    shown, picked = LocalMap(), []
    shown.on_pick(lambda kind, what: picked.append((kind, dict(what))))
    content = {"event": "click", "feature": {}, "id": None, "coordinates": [LAT, LON]}
    shown._cameras._handle_mouse_events(None, {**content, "properties": {"camera": "C1"}}, [])
    shown._reads._handle_mouse_events(None, {**content, "properties": {"place": 3}}, [])
    assert picked == [("camera", {"camera": "C1"}), ("place", {"place": 3})]


def test_a_click_on_the_map_matters_only_while_reads_are_heat() -> None:
    shown, picked = LocalMap(), []
    shown.on_pick(lambda kind, what: picked.append((kind, what["at"])))
    shown._interaction(type="click", coordinates=[LAT, LON])
    shown.show_reads(*reads_at(9_000, 9_000))
    shown._interaction(type="mousemove", coordinates=[LAT, LON])
    shown._interaction(type="click", coordinates=[LAT, LON])
    assert picked == [("map", (LAT, LON))]


def test_what_is_pointed_at_is_said_and_escaped() -> None:
    shown = LocalMap()
    shown._pointed(properties={"camera": "C1", "words": "<b>Bridge</b>"})
    assert shown.hint.value == "C1 &lt;b&gt;Bridge&lt;/b&gt;"


def draw(shown: LocalMap, geometry: dict, **style: Any) -> None:
    feature = {"type": "Feature", "properties": {"style": style}, "geometry": geometry}
    content = {"event": "draw:created", "geo_json": feature}
    shown.drawing._handle_leaflet_event(None, content, [])


def test_a_drawn_circle_becomes_a_scene() -> None:
    shown, drawn = LocalMap(draw=True), []
    shown.on_drawn(drawn.append)
    draw(shown, {"type": "Point", "coordinates": [LON, LAT]}, radius=640.2)
    assert drawn == [Scene(LAT, LON, 640.0)]


def test_letting_go_of_a_drawing_over_a_camera_picks_nothing() -> None:
    shown, picked = LocalMap(draw=True), []
    shown.on_pick(lambda kind, _what: picked.append(kind))
    click = {"event": "click", "feature": {}, "properties": {"camera": "C1"}, "id": None}
    draw(shown, {"type": "Point", "coordinates": [LON, LAT]}, radius=640.2)
    shown._cameras._handle_mouse_events(None, {**click, "coordinates": [LAT, LON]}, [])
    assert picked == []
    shown._drew -= 5.0  # a while later
    shown._cameras._handle_mouse_events(None, {**click, "coordinates": [LAT, LON]}, [])
    assert picked == ["camera"]


def test_an_error_of_the_map_goes_to_its_guard() -> None:
    caught: list[str] = []

    def guard(function: Any) -> Any:
        def call(*given: Any, **named: Any) -> None:
            try:
                function(*given, **named)
            except KeyError as error:
                caught.append(type(error).__name__)

        return call

    shown = LocalMap(draw=True, guard=guard)
    shown.tell = lambda what: {}[what["place"]]
    shown._reads._handle_mouse_events(
        None, {"event": "mouseover", "feature": {}, "properties": {"place": 1}, "id": None}, []
    )
    assert caught == ["KeyError"]


def test_a_drawing_that_is_no_place_is_told() -> None:
    shown, drawn, wrong = LocalMap(draw=True), [], []
    shown.on_drawn(drawn.append, wrong.append)
    draw(shown, {"type": "Point", "coordinates": [LON, LAT]}, radius=2.0)
    assert drawn == []
    assert "too small" in str(wrong[0])


def test_a_circle_is_drawn_by_the_browser_and_a_polygon_as_one_line() -> None:
    shown = LocalMap()
    shown.show_scene(Scene(LAT, LON, 800.0))
    (ring,) = [layer for layer in shown.map.layers if isinstance(layer, ipyleaflet.Circle)]
    assert ring.radius == 800
    corners = ((LAT, LON), (LAT + 0.01, LON), (LAT, LON + 0.01))
    shown.show_scene(Scene(LAT, LON, polygon=corners))
    assert not any(isinstance(layer, ipyleaflet.Circle) for layer in shown.map.layers)
    types = [feature["geometry"]["type"] for feature in shown._shade.data["features"]]
    assert types == ["Polygon", "MultiLineString"]
    shown.show_scene(None)
    assert shown._shade.data["features"] == []


def test_one_vehicles_reads_are_rings_joined_by_straight_broken_lines() -> None:
    joined = [(0, 1), (1, 2), (2, 3)]
    found = symbols.chosen_features([LAT, LAT + 1, LAT, LAT], [LON] * 4, joined=joined)
    lines, *rings = found["features"]
    assert len(lines["geometry"]["coordinates"]) == 2  # there and back; none from a place to itself
    assert lines["properties"]["style"]["dashArray"]
    assert len(rings) == 2
