"""Maps and charts: round circles, honest gaps, and no look-up anywhere."""

from __future__ import annotations

import datetime as dt
import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
import shapely
from reporting_bench import Bench
from reporting_town import LATITUDE, LONGITUDE, canvass_reads, frame, streets

from workbench.analysis.geo import distance_m
from workbench.models import Scene
from workbench.reporting import canvass_views, charts, maps
from workbench.reporting.geometry import Plane, outline, view_of, ways_out
from workbench.reporting.references import external_references

PLANE = Plane(LATITUDE, LONGITUDE)
SCENE = Scene(LATITUDE, LONGITUDE, 800)
START = dt.datetime(2026, 10, 13, 21, 10)  # noqa: DTZ001 -- charts take the agency's wall clock


def drawn(picture: Any) -> ET.Element:
    """Return a picture's SVG, parsed: it must be well formed and point nowhere."""
    assert external_references(str(picture.html)) == []
    assert "xmlns" not in picture.svg
    return ET.fromstring(picture.svg)


def names_used(picture: Any) -> tuple[set[str], set[str]]:
    defined = set(re.findall(r'\bid="([^"]+)"', picture.svg))
    used = set(re.findall(r'href="#([^"]+)"', picture.svg)) | set(
        re.findall(r"url\(#([^)]+)\)", picture.svg)
    )
    return defined, used


def test_the_plane_agrees_with_the_ellipsoid_within_half_a_percent() -> None:
    for east, north in ((5000, 0), (0, 5000), (-3000, 4000)):
        longitude = LONGITUDE + east / (111_195 * math.cos(math.radians(LATITUDE)))
        latitude = LATITUDE + north / 111_195
        x, y = PLANE.xy(latitude, longitude)
        true = float(distance_m(LATITUDE, LONGITUDE, latitude, longitude))
        assert math.hypot(float(x), float(y)) == pytest.approx(true, rel=0.005)


def test_a_circle_is_round_and_a_polygon_keeps_its_corners() -> None:
    west, south, east, north = outline(SCENE, PLANE).bounds
    assert east - west == pytest.approx(north - south) == pytest.approx(1600, rel=0.001)
    polygon = Scene(36.58, -120.25, polygon=((36.58, -120.25), (36.59, -120.25), (36.59, -120.24)))
    assert len(outline(polygon, PLANE).exterior.coords) == 4


def test_a_view_holds_its_points_and_keeps_its_shape() -> None:
    view = view_of([(0, 0), (1000, 200)], shape=1.5, margin=0.1)
    assert view.width == pytest.approx(1.5 * view.height)
    assert view.holds(0, 0)
    assert view.holds(1000, 200)
    assert view_of([], least=600).height == 600


def test_a_way_out_is_watched_only_by_a_camera_on_that_street_near_the_edge() -> None:
    grand = shapely.LineString([(-2000, 0), (2000, 0)])
    side = shapely.LineString([(-2000, 300), (2000, 300)])
    ways = ways_out(
        outline(SCENE, PLANE),
        [("Grand", "arterial", grand)],
        [("C1", 790.0, 10.0), ("C2", -790.0, 300.0)],
    )
    assert {(round(way.x, -2), way.camera) for way in ways} == {(800, "C1"), (-800, "")}
    both = ways_out(
        outline(SCENE, PLANE), [("Grand", "arterial", grand), ("Side", "collector", side)], []
    )
    assert len(both) == 4
    assert not any(way.watched for way in both)


def test_alleys_and_streets_that_only_touch_the_edge_are_no_way_out() -> None:
    edge = outline(SCENE, PLANE)
    touching = shapely.LineString([(-2000, 800), (2000, 800)])
    assert ways_out(edge, [("Touching", "arterial", touching)], []) == []
    assert ways_out(edge, [("Alley", "local", shapely.LineString([(0, 0), (2000, 0)]))], []) == []


def test_the_map_of_a_canvass_stands_on_the_street_layer() -> None:
    reads = canvass_reads()
    with_layer = canvass_views.picture(Bench(), reads, SCENE)
    drawn(with_layer)
    defined, used = names_used(with_layer)
    assert used <= defined
    assert "leave the scene" in with_layer.caption
    plain = canvass_views.picture(Bench(streets=False), reads, SCENE)
    drawn(plain)
    assert plain.caption == ""
    assert len(plain.svg) < len(with_layer.svg)


def test_the_map_names_its_streets_and_its_cameras_without_overlap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = view_of(list(outline(SCENE, PLANE).exterior.coords), shape=maps.SHAPE)
    sheet = maps.Map(PLANE, view, streets=streets())
    sheet.cameras(
        [maps.CameraMark("C01", 0, 0, reads=5), maps.CameraMark("C02", 300, 300, covered=0.0)]
    )
    sheet.finish(description="Map")
    words = {artist.get_text() for artist in sheet._axes.texts}
    assert {"C01 · 5", "C02\nout of order", "Grand Avenue"} <= words
    boxes = sheet._labels._taken
    names = [box for box in boxes if box.area > 2000]
    assert len(names) > 5
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    assert not [1 for a, b in pairs if a.intersection(b).area > 0.35 * min(a.area, b.area)]


def test_a_map_with_nothing_on_it_is_still_a_map() -> None:
    empty = frame([], coverage=[], query={})
    drawn(canvass_views.picture(Bench(), empty, SCENE))
    polygon = Scene(
        36.58, -120.25, polygon=((36.578, -120.252), (36.582, -120.252), (36.58, -120.247))
    )
    drawn(canvass_views.picture(Bench(), canvass_reads(), polygon))


def test_a_scene_off_the_street_layer_says_so() -> None:
    far = Scene(37.5, -121.0, 500)
    sheet = maps.Map(Plane(37.5, -121.0), view_of([(0, 0)]), streets=streets())
    sheet.scene(far)
    sheet.finish(description="Map")
    assert any("no street here" in note for note in sheet._notes)


def test_two_figures_of_one_page_share_no_names() -> None:
    reads = canvass_reads()
    first, second = canvass_views.picture(Bench(), reads, SCENE), canvass_views.timeline(reads)
    assert not names_used(first)[0] & names_used(second)[0]


def test_the_same_data_gives_the_same_figure() -> None:
    assert (
        canvass_views.timeline(canvass_reads()).svg == canvass_views.timeline(canvass_reads()).svg
    )


@pytest.mark.parametrize("count", [0, 1, 40])
def test_timelines(count: int) -> None:
    end = START + dt.timedelta(hours=1)
    moments = [START + dt.timedelta(minutes=minute) for minute in np.linspace(0, 59, count)]
    gap = (START - dt.timedelta(hours=1), START + dt.timedelta(minutes=20))
    lanes = [
        charts.Lane("C01", "Grand Ave at Lucera St, eastbound and then some", moments, [gap], 0.7)
    ]
    drawn(charts.timeline(lanes, START, end, description="Reads"))
    drawn(charts.timeline([], START, START + dt.timedelta(days=30), description="Reads"))


def test_counts_by_day_and_hour() -> None:
    days = [dt.date(2026, 10, 1) + dt.timedelta(days=at) for at in range(31)]
    drawn(charts.by_day(days, [3] * 31, [0] * 30 + [2], [1] * 31, description="Searches"))
    drawn(charts.by_day([], [], [], [], description="Searches"))
    drawn(charts.by_hour([0] * 24, description="Searches"))
