"""The ground of a map: the agency's own streets, small, in the reports' colors; names that do not cover each other."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from urllib.parse import unquote

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from sent import size_of
from shapely.geometry import LineString, Point, Polygon

from workbench.reporting import maps as printed
from workbench.widgets import layers
from workbench.widgets.layers import Ground, Name, ground, street_style
from workbench.widgets.maplabels import Mark, labels
from workbench.widgets.projection import Bounds, fit, metres_per_pixel, pixels, positions

LAT, LON = 36.58, -120.25


def streets(*rows: tuple[str, str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    """Streets from (name, class, corners in longitude and latitude)."""
    frame = pd.DataFrame(
        {"name": [name for name, _, _ in rows], "class": [kind for _, kind, _ in rows]}
    )
    return gpd.GeoDataFrame(frame, geometry=[LineString(line) for *_, line in rows], crs=4326)


def grid(count: int = 8, step: float = 0.002) -> gpd.GeoDataFrame:
    """A town of straight streets, each with a point every few metres."""
    rows = []
    along = np.linspace(0, count * step, 200)
    for at in range(count):
        kind = "arterial" if at == 0 else "local"
        rows.append((f"{at} Street", kind, [(LON + x, LAT + at * step) for x in along]))
        rows.append((f"{at} Avenue", kind, [(LON + at * step, LAT + y) for y in along]))
    return streets(*rows)


def areas() -> gpd.GeoDataFrame:
    park = Polygon([(LON, LAT), (LON + 0.01, LAT), (LON + 0.01, LAT + 0.01), (LON, LAT + 0.01)])
    frame = {"kind": ["park", "rail", "district"], "name": ["Plaza Park", "Line", "Old Town"]}
    rail = LineString([(LON, LAT), (LON + 0.02, LAT + 0.02)])
    return gpd.GeoDataFrame(frame, geometry=[park, rail, park], crs=4326)


def cameras(*places: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(places, columns=["latitude", "longitude"])


def coordinates(found: Ground, name: str) -> list:
    (layer,) = [layer for layer in found.layers if layer.name == name]
    return layer.data["geometry"]["coordinates"]


# -- the ground -------------------------------------------------------------------------------------


def test_a_street_keeps_its_course_with_fewer_points() -> None:
    source = grid()
    found = ground(source, None)
    drawn = [*coordinates(found, "local"), *coordinates(found, "arterial")]
    lines = shapely.MultiLineString(drawn)
    assert lines.hausdorff_distance(source.union_all()) < 3 / 111_195
    assert len(list(itertools.chain(*coordinates(found, "local")))) < 100


def test_streets_lie_above_areas_and_the_larger_above_the_smaller() -> None:
    found = ground(grid(), areas())
    assert [layer.name for layer in found.layers] == ["park", "rail", "local", "arterial"]


def test_what_is_sent_is_small() -> None:
    found = ground(grid(), areas())
    assert 500 < size_of([layer.data for layer in found.layers]) < 5_000


def test_positions_are_rounded_to_a_metre() -> None:
    for line in coordinates(ground(grid(), None), "local"):
        for value in itertools.chain(*line):
            assert round(value, 5) == value


def test_a_street_of_a_class_that_nobody_knows_is_local() -> None:
    found = ground(streets(("Main", "motorway_link", [(LON, LAT), (LON + 0.01, LAT)])), None)
    assert [layer.name for layer in found.layers] == ["local"]


def test_a_layer_without_names_and_classes_is_drawn_all_the_same() -> None:
    bare = gpd.GeoDataFrame(geometry=[LineString([(LON, LAT), (LON + 0.01, LAT)])], crs=4326)
    found = ground(bare, None)
    assert [layer.name for layer in found.layers] == ["local"]
    assert found.names == ()


def test_a_geopackage_in_the_states_own_system(tmp_path: Path) -> None:
    grid().to_crs(3310).to_file(tmp_path / "streets.gpkg")
    found = ground(gpd.read_file(tmp_path / "streets.gpkg"), None)
    same = ground(grid(), None)
    assert found.bounds is not None
    assert same.bounds is not None
    assert found.bounds.center == pytest.approx(same.bounds.center, abs=1e-5)
    assert len(found.layers) == len(same.layers)


def test_points_among_the_streets_are_left_out() -> None:
    mixed = gpd.GeoDataFrame({"class": ["local"]}, geometry=[Point(LON, LAT)], crs=4326)
    assert ground(mixed, None).layers == ()


def test_without_a_layer_the_map_says_so_and_shows_the_cameras() -> None:
    found = ground(None, None, cameras=cameras((LAT, LON), (LAT + 0.02, LON + 0.02)))
    assert "No street layer is installed" in found.note
    assert found.bounds is not None
    assert found.bounds.center == pytest.approx((LAT + 0.01, LON + 0.01))


def test_what_is_far_from_every_camera_is_cut_off() -> None:
    long = streets(("Highway", "freeway", [(LON - 5, LAT), (LON + 5, LAT)]))
    (line,) = coordinates(ground(long, None, cameras=cameras((LAT, LON))), "freeway")
    wide = (line[-1][0] - line[0][0]) * 111_195 * math.cos(math.radians(LAT))
    assert abs(wide) == pytest.approx(10_000, rel=0.02)


def test_a_camera_without_a_position_does_not_matter() -> None:
    found = ground(grid(), None, cameras=cameras((LAT, LON), (math.nan, math.nan)))
    assert found.layers


def test_a_large_layer_is_simplified_and_at_last_thinned_out_and_says_so() -> None:
    full = ground(grid(), None)
    local = sum(len(line) for line in coordinates(full, "local"))
    thin = ground(grid(), None, most_points=local // 2)
    assert [layer.name for layer in thin.layers] == ["arterial"]
    assert "smaller streets are left out" in thin.note
    assert full.note == ""


def test_colors_and_classes_are_those_of_the_printed_maps() -> None:
    assert printed._GROUND == layers.GROUND
    assert street_style("local", 15, casing=True)["color"] == printed._CASING
    assert layers.AREA_STYLES["park"]["fillColor"] == printed._PARK
    assert layers.AREA_STYLES["water"]["fillColor"] == printed._WATER
    assert set(printed._STREET) == set(layers.CLASSES)
    for kind in layers.CLASSES:
        assert printed._FILL[kind] == street_style(kind, 15, casing=False)["color"]


@pytest.mark.parametrize("kind", layers.CLASSES)
def test_streets_grow_with_the_zoom_and_their_edge_is_wider(kind: str) -> None:
    widths = [street_style(kind, zoom, casing=False)["weight"] for zoom in range(11, 19)]
    assert widths == sorted(widths)
    for zoom in range(9, 19):
        inner = street_style(kind, zoom, casing=False)["weight"]
        assert street_style(kind, zoom, casing=True)["weight"] >= inner + 1


def test_the_ground_takes_no_clicks() -> None:
    styles = [
        *layers.AREA_STYLES.values(),
        *(street_style(kind, 14, casing=True) for kind in layers.CLASSES),
    ]
    assert all(style["interactive"] is False for style in styles)


# -- names ------------------------------------------------------------------------------------------


def view(zoom: float, width: int = 800, height: int = 500) -> Bounds:
    x, y = pixels(LAT + 0.008, LON + 0.008, zoom)
    north, west = positions(x - width / 2, y - height / 2, zoom)
    south, east = positions(x + width / 2, y + height / 2, zoom)
    return Bounds(float(west), float(south), float(east), float(north))


def test_larger_streets_are_named_first_and_small_ones_only_close_by() -> None:
    names = ground(grid(), areas()).names
    far, near = (labels(names, [], view(zoom), zoom).shown for zoom in (13, 16))
    assert {"0 Street", "0 Avenue"} <= set(far)
    assert "3 Street" not in far
    assert "3 Street" in near


def test_a_camera_is_not_covered_and_its_code_stands_beside_it() -> None:
    names = ground(grid(), None).names
    marks = [Mark(LAT, LON + at * 0.002, f"C{at:02d}") for at in range(6)]
    shown = labels(names, marks, view(15), 15).shown
    assert {mark.words for mark in marks} <= set(shown)


def test_cameras_at_one_place_share_a_name() -> None:
    marks = [Mark(LAT, LON, "C01"), Mark(LAT, LON, "C02")]
    assert labels((), marks, view(15), 15).shown == ("C01/C02",)


def test_a_name_cannot_break_out_of_the_picture() -> None:
    line = (np.array([[LON, LAT + 0.008], [LON + 0.02, LAT + 0.008]]),)
    picture = labels([Name("</text><script>alert(1)</script>", "arterial", line)], [], view(15), 15)
    assert picture.shown
    assert picture.url.startswith("data:image/svg+xml,")
    assert "<script>" not in unquote(picture.url)


def test_nothing_outside_the_view_is_written() -> None:
    names = ground(grid(), None).names
    away = view(16)
    far = Bounds(away.west + 1, away.south, away.east + 1, away.north)
    assert labels(names, [Mark(LAT, LON, "C01")], far, 16).shown == ()


def test_a_picture_of_names_is_small() -> None:
    names = ground(grid(40, 0.001), areas()).names
    assert len(labels(names, [], view(16), 16).url) < 60_000


# -- the projection ---------------------------------------------------------------------------------


@pytest.mark.parametrize("zoom", [3.0, 12.5, 18.0])
def test_pixels_and_back(zoom: float) -> None:
    assert positions(*pixels(LAT, LON, zoom), zoom) == pytest.approx((LAT, LON))


def test_a_pixel_on_the_ground() -> None:
    x, y = pixels(LAT, LON, 15)
    north, _ = positions(x, y - 100, 15)
    metres = (float(north) - LAT) * 111_195
    assert metres == pytest.approx(100 * metres_per_pixel(LAT, 15), rel=0.01)


def test_what_shall_be_seen_is_seen_as_large_as_it_fits() -> None:
    wanted = Bounds(LON, LAT, LON + 0.05, LAT + 0.02)
    (latitude, longitude), zoom = fit(wanted, 700, 400)
    x, y = pixels(latitude, longitude, zoom)
    west, north = pixels(wanted.north, wanted.west, zoom)
    assert x - west <= 350
    assert y - north <= 200
    assert (x - west) * 2**0.5 > 350 or (y - north) * 2**0.5 > 200
