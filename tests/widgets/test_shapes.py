"""Places drawn or typed become scenes; what is typed wins."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workbench.analysis import geo
from workbench.errors import BadInput
from workbench.models import Scene
from workbench.widgets.shapes import (
    MAX_CORNERS,
    outline,
    scene_of_drawing,
    scene_of_text,
    size_words,
    text_of,
)

latitudes = st.floats(-80, 80, allow_nan=False)
longitudes = st.floats(-179, 179, allow_nan=False)


def circle(latitude: float, longitude: float, radius: float) -> dict:
    """A circle as the draw control sends it: a point, its radius in the style."""
    return {
        "type": "Feature",
        "properties": {"style": {"color": "#c8501e", "radius": radius}},
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
    }


def polygon(*corners: tuple[float, float]) -> dict:
    """A polygon as the draw control sends it: longitude first, the first corner repeated."""
    ring = [[longitude, latitude] for latitude, longitude in corners]
    return {
        "type": "Feature",
        "properties": {"style": {}},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }


# -- typed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "36.5800, -120.2500",
        " 36.58 -120.25 ",
        "(36.58, -120.25)",
        "36.58 N, 120.25 W",
        "120.25° W 36.58° N",
        "+36.58,-120.25",
    ],
)
def test_ways_to_write_one_place(place: str) -> None:
    assert scene_of_text(place, "800") == Scene(36.58, -120.25, 800.0)


@pytest.mark.parametrize(
    ("radius", "metres"),
    [("800", 800), ("800 m", 800), ("1.2km", 1200), ("0.5 mi", 805), ("2,500 ft", 762)],
)
def test_a_radius_with_its_unit(radius: str, metres: int) -> None:
    scene = scene_of_text("36.58, -120.25", radius)
    assert scene is not None
    assert scene.radius_m == metres


def test_no_place_is_no_scene() -> None:
    assert scene_of_text("  ", "800") is None


@pytest.mark.parametrize(
    ("place", "radius", "word"),
    [
        ("5th and Main", "800", "pair of coordinates"),
        ("36.58", "800", "pair of coordinates"),
        (";", "800", "pair of coordinates"),
        ("36.58, -120.25, 7", "800", "pair of coordinates"),
        ("36.58, -120.25 x", "800", "pair of coordinates"),
        ("-120.25, 36.58", "800", "Longitude seems to stand first"),
        ("36.58, -220.25", "800", "globe"),
        ("-36.58 N, 120.25 W", "800", "sign and a letter"),
        ("36.58 N, 120.25 N", "800", "letters"),
        ("36.58, -120.25", "", "no radius"),
        ("36.58, -120.25", "a mile", "cannot be read"),
        ("36.58, -120.25", "3 parsecs", "cannot be read"),
        ("36.58, -120.25", ",", "cannot be read"),
        ("36.58, -120.25", "2", "too small"),
        ("36.58, -120.25", "90 km", "too large"),
        ("36.58, -120.25; 36.59, -120.25", "", "three corners"),
        ("36.58, -120.25; 36.59, -120.25; 36.60, -120.25", "", "one line"),
        ("36.58, -120.25; 36.59, -120.24; 36.59, -120.25; 36.58, -120.24", "", "crosses"),
        ("36, -120; 37, -120; 37, -121; 36, -121", "", "too large"),
    ],
)
def test_what_cannot_be_a_place_is_said_in_words(place: str, radius: str, word: str) -> None:
    with pytest.raises(BadInput, match=word) as caught:
        scene_of_text(place, radius)
    assert caught.value.next_step


def test_corners_make_a_polygon_and_the_radius_is_not_used() -> None:
    scene = scene_of_text("36.58, -120.25; 36.59, -120.25; 36.59, -120.24", "not a number")
    assert scene is not None
    assert scene.polygon == ((36.58, -120.25), (36.59, -120.25), (36.59, -120.24))
    assert geo.contains(scene, scene.latitude, scene.longitude).all()


# -- drawn ------------------------------------------------------------------------------------------


def test_a_drawn_circle_has_its_radius_in_the_style() -> None:
    scene = scene_of_drawing(circle(36.580004, -120.249996, 801.4))
    assert scene == Scene(36.58, -120.25, 801.0)
    assert text_of(scene) == ("36.5800, -120.2500", "801")


def test_a_circle_drawn_after_dragging_the_map_around_the_globe() -> None:
    assert scene_of_drawing(circle(36.58, -120.25 - 360, 800)).longitude == -120.25


def test_a_drawn_polygon_is_turned_and_not_closed() -> None:
    corners = ((36.58, -120.25), (36.59, -120.25), (36.59, -120.24))
    assert scene_of_drawing(polygon(*corners)).polygon == corners


def test_a_double_click_leaves_no_corner_twice() -> None:
    drawn = polygon((36.58, -120.25), (36.59, -120.25), (36.59, -120.24), (36.59, -120.24))
    assert len(scene_of_drawing(drawn).polygon) == 3


def test_a_polygon_with_too_many_corners() -> None:
    ring = outline(Scene(36.58, -120.25, 800), corners=MAX_CORNERS + 1)
    with pytest.raises(BadInput, match="corners"):
        scene_of_drawing(polygon(*((lat, lon) for lon, lat in ring)))


@pytest.mark.parametrize(
    "feature",
    [
        {},
        {"geometry": None},
        {"geometry": {"type": "Point", "coordinates": [-120.25, 36.58]}},
        {"geometry": {"type": "LineString", "coordinates": [[-120.25, 36.58], [-120.2, 36.6]]}},
    ],
)
def test_a_mark_or_a_line_is_no_place(feature: dict) -> None:
    with pytest.raises(BadInput, match="no place"):
        scene_of_drawing(feature)


# -- both -------------------------------------------------------------------------------------------


@given(latitudes, longitudes, st.floats(10, 25_000))
def test_what_is_drawn_reads_back_from_the_boxes(lat: float, lon: float, radius: float) -> None:
    drawn = scene_of_drawing(circle(lat, lon, radius))
    assert scene_of_text(*text_of(drawn)) == drawn


@given(latitudes, longitudes, st.lists(st.floats(50, 3000), min_size=3, max_size=40))
def test_a_drawn_star_reads_back_from_the_boxes(lat: float, lon: float, arms: list) -> None:
    corners = []
    for at, arm in enumerate(arms):
        turn = 2 * math.pi * at / len(arms)
        east = arm * math.sin(turn) / (111_195 * math.cos(math.radians(lat)))
        corners.append((lat + arm * math.cos(turn) / 111_195, lon + east))
    try:
        drawn = scene_of_drawing(polygon(*corners))
    except BadInput:
        assume(False)
    assert scene_of_text(*text_of(drawn)) == drawn


near_a_place = st.text(alphabet="0123456789.,;-+ NSEW°()\n", max_size=30)
near_a_radius = st.text(alphabet="0123456789., mikft\u0663", max_size=8)


@given(st.text(max_size=40) | near_a_place | st.just("36.58, -120.25"), near_a_radius)
def test_whatever_is_typed_is_a_scene_or_bad_input(place: str, radius: str) -> None:
    try:
        scene = scene_of_text(place, radius)
    except BadInput:
        return
    assert scene is None or scene.polygon or scene.radius_m >= 10


@given(latitudes, longitudes, st.floats(10, 25_000))
def test_the_outline_of_a_circle_lies_on_its_edge(lat: float, lon: float, radius: float) -> None:
    scene = Scene(lat, lon, radius)
    ring = outline(scene)
    assert ring[0] == ring[-1]
    for east, north in ring[::9]:
        assert geo.distance_m(lat, lon, north, east) == pytest.approx(radius, rel=0.03, abs=0.2)


def test_how_large_a_place_is() -> None:
    assert size_words(Scene(36.58, -120.25, 800)) == "800 m around, 2.0 km²"
    box = scene_of_text("36.58, -120.25; 36.59, -120.25; 36.59, -120.24")
    assert box is not None
    assert size_words(box) == "3 corners, 0.50 km²"
