"""Distances, scenes, cells, directions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis import geo
from workbench.models import Scene

PLACE = (36.58, -120.25)
CIRCLE = Scene(*PLACE, radius_m=800)
SQUARE = Scene(
    *PLACE, polygon=((36.57, -120.26), (36.57, -120.24), (36.59, -120.24), (36.59, -120.26))
)


def test_a_degree_of_latitude():
    assert float(geo.distance_m(36, -120, 37, -120)) == pytest.approx(111_195, abs=1)
    assert geo.geodesic_m(36, -120, 37, -120) == pytest.approx(110_978, abs=30)


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05))
@settings(deadline=None)
def test_the_sphere_stays_close_to_the_ellipsoid(lat, lon, north, east):
    exact = float(geo.geodesic_m(lat, lon, lat + north, lon + east))
    rough = float(geo.distance_m(lat, lon, lat + north, lon + east))
    assert abs(rough - exact) <= 0.006 * exact + 0.01


def test_distances_of_arrays_and_of_nothing():
    far = geo.geodesic_m(36.58, -120.25, np.array([36.58, 36.59]), np.array([-120.25, -120.25]))
    assert far[0] == 0
    assert far[1] == pytest.approx(1109.6, abs=1)
    assert geo.geodesic_m(np.array([]), np.array([]), np.array([]), np.array([])).shape == (0,)
    assert geo.distance_to_scene_m(SQUARE, [36.58], [-120.25])[0] == 0


@given(st.floats(0, 360), st.floats(0, 2))
@settings(deadline=None)
def test_a_circle_holds_what_is_within_its_radius(angle, part):
    lon, lat, _ = geo._geod().fwd(PLACE[1], PLACE[0], angle, part * 800)
    if abs(part - 1) > 1e-6:
        assert geo.contains(CIRCLE, lat, lon)[0] == (part < 1)


def test_a_missing_position_lies_nowhere():
    assert not geo.contains(CIRCLE, [math.nan], [math.nan])[0]
    assert list(geo.contains(SQUARE, [math.nan, 36.58], [-120.25, -120.25])) == [False, True]


def test_a_polygon_holds_its_inside_and_its_edge():
    inside = geo.contains(
        SQUARE, [36.58, 36.57, 36.57, 36.60], [-120.25, -120.26, -120.25, -120.25]
    )
    assert list(inside) == [True, True, True, False]


def test_a_polygon_across_the_date_line():
    scene = Scene(0, 180, polygon=((-1, 179), (-1, -179), (1, -179), (1, 179)))
    assert list(geo.contains(scene, [0, 0, 0], [179.5, -179.5, 178.5])) == [True, True, False]
    assert geo.area_km2(scene) == pytest.approx(222.6 * 221.1, rel=0.01)
    south, west, north, east = geo.bounding_box(scene)
    assert (south, west, north, east) == pytest.approx((-1, 179, 1, -179))
    assert geo.cells(scene) is None


def test_areas():
    assert geo.area_km2(CIRCLE) == pytest.approx(math.pi * 0.64, rel=1e-4)
    assert geo.area_km2(SQUARE) == pytest.approx(2.2194 * 1.7897, rel=0.01)
    bow = Scene(
        *PLACE, polygon=((36.57, -120.26), (36.59, -120.24), (36.59, -120.26), (36.57, -120.24))
    )
    assert 0 < geo.area_km2(bow) < geo.area_km2(SQUARE)


@given(st.floats(-70, 70), st.floats(-180, 180), st.floats(5, 3000), st.data())
@settings(max_examples=60, deadline=None)
def test_no_point_of_a_circle_lies_outside_its_cells(lat, lon, radius, data):
    scene = Scene(lat, lon, radius_m=radius)
    found = geo.cells(scene)
    assert found is not None
    angle = data.draw(st.floats(0, 360))
    for part in (0.0, 0.5, 0.999999):
        x, y, _ = geo._geod().fwd(lon, lat, angle, part * radius)
        assert geo.contains(scene, y, x)[0]
        assert geo.cell(y, x) in found


@given(
    st.floats(-60, 60),
    st.floats(-180, 180),
    st.lists(st.tuples(st.floats(0, 360), st.floats(20, 2500)), min_size=3, max_size=7),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_no_point_of_a_polygon_lies_outside_its_cells(lat, lon, corners, seed):
    points = []
    for angle, away in sorted(corners):
        x, y, _ = geo._geod().fwd(lon, lat, angle, away)
        points.append((y, x))
    scene = Scene(lat, lon, polygon=tuple(points))
    found = geo.cells(scene)
    assert found is not None
    rng = np.random.default_rng(seed)
    lats = [p[0] for p in points] + list(lat + rng.uniform(-0.025, 0.025, 200))
    wide = 0.025 / math.cos(math.radians(lat))
    lons = [p[1] for p in points] + [geo._wrapped(v) for v in lon + rng.uniform(-wide, wide, 200)]
    inside = geo.contains(scene, lats, lons)
    for y, x in np.column_stack([lats, lons])[inside]:
        assert geo.cell(y, x) in found


def test_a_scene_too_large_for_cells_says_so():
    assert geo.cells(Scene(*PLACE, radius_m=50_000)) is None
    assert geo.cells(Scene(*PLACE, radius_m=2000), limit=20) is None
    assert geo.cells(Scene(89.99, 0, radius_m=500)) is None


@given(st.floats(100, 6000))
@settings(max_examples=40, deadline=None)
def test_never_more_cells_than_the_limit(radius):
    found = geo.cells(Scene(*PLACE, radius_m=radius), limit=300)
    assert found is None or len(found) <= 300


def test_cells_are_sorted_numbers_that_a_database_can_keep():
    found = geo.cells(CIRCLE)
    assert found == sorted(set(found))
    assert all(0 < c < 2**63 for c in found)


@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(1, 20_000), st.floats(0, 360))
@settings(deadline=None)
def test_the_bounding_box_holds_the_circle(lat, lon, radius, angle):
    south, west, north, east = geo.bounding_box(Scene(lat, lon, radius_m=radius))
    x, y, _ = geo._geod().fwd(lon, lat, angle, radius)
    assert south <= y <= north
    assert (west <= x <= east) if west <= east else (x >= west or x <= east)


def test_the_bounding_box_at_the_pole():
    assert geo.bounding_box(Scene(89.999, 0, radius_m=5000))[1::2] == (-180, 180)


@pytest.mark.parametrize(
    ("lat", "lon", "degrees", "wind", "words"),
    [
        (36.59, -120.25, 0, "N", "north"),
        (36.58, -120.24, 90, "E", "east"),
        (36.57, -120.25, 180, "S", "south"),
        (36.58, -120.26, 270, "W", "west"),
        (36.588, -120.24, 45, "NE", "northeast"),
    ],
)
def test_directions(lat, lon, degrees, wind, words):
    course = float(geo.bearing(*PLACE, lat, lon))
    assert course == pytest.approx(degrees, abs=1)
    assert geo.compass(course) == wind
    assert geo.compass_words(course) == words


def test_no_direction():
    assert geo.compass(None) == geo.compass(math.nan) == geo.compass_words(None) == ""
    assert math.isnan(geo.mean_direction([]))
    assert math.isnan(geo.mean_direction([0, 180]))


def test_a_mean_direction_goes_around_north():
    assert geo.mean_direction([350, 10, math.nan]) == pytest.approx(0, abs=1e-6) or (
        geo.mean_direction([350, 10, math.nan]) == pytest.approx(360, abs=1e-6)
    )


def test_speeds():
    assert geo.speed_kmh(1000, 60) == pytest.approx(60)
    assert geo.speed_kmh(1000, 0) == math.inf
    assert geo.speed_kmh(0, 0) == 0


def test_travel_that_is_too_fast_is_implausible():
    slow, limit, fast, nothing = geo.travel_plausibility([1000, 1410, 9000, 0], [120, 60, 60, 0])
    assert slow > 0.99
    assert 0.4 < limit < 0.6
    assert fast < 0.001
    assert nothing > 0.99
