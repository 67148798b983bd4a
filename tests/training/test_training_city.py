"""The city: a connected street network with few bridges that is no lattice, written as GeoJSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from workbench.training import skeleton
from workbench.training.cameras import install
from workbench.training.city import City, santa_lucera
from workbench.training.geo import CENTER, heading_of, to_degrees, to_metres
from workbench.training.network import network_of, passages


@pytest.fixture(scope="module")
def city() -> City:
    return santa_lucera()


def local_headings(city: City, district: str | None = None) -> np.ndarray:
    inside = None if district is None else city.area(district).shape
    found = []
    for line, kind in zip(city.edge_lines, city.edge_kind, strict=True):
        if kind == "local" and (inside is None or inside.contains(shapely.Point(line[0]))):
            found.append(heading_of(line[0], line[-1]) % 90)
    return np.array(found)


def reached(start: list[int], end: list[int]) -> set[int]:
    """Return the junctions to which a way leads from the first one."""
    onward: dict[int, list[int]] = {}
    for here, there in zip(start, end, strict=True):
        onward.setdefault(here, []).append(there)
    found, waiting = {start[0]}, [start[0]]
    while waiting:
        for there in onward.get(waiting.pop(), []):
            if there not in found:
                found.add(there)
                waiting.append(there)
    return found


def test_degrees_and_metres_are_each_others_inverse():
    points = np.array([[0.0, 0.0], [4321.0, -1234.5]])
    assert np.allclose(to_metres(to_degrees(points)), points, atol=1e-6)
    assert np.allclose(to_degrees([0.0, 0.0]), CENTER)


def test_every_street_can_be_reached_and_left(city: City):
    start, end = city.start.tolist(), city.end.tolist()
    everywhere = set(range(len(city.nodes)))
    assert reached(start, end) == everywhere
    assert reached(end, start) == everywhere


def test_only_four_roads_cross_the_river(city: City):
    line = shapely.LineString(skeleton.RIVER)
    crossing = {s.name for s in city.streets if shapely.LineString(s.line).crosses(line)}
    assert crossing == {
        "Alameda Oeste", "Harlan Avenue", "Orchard Road", "State Route 219 North", "State Route 219 South",
    }  # fmt: skip


def test_downtown_lies_askew_and_the_suburbs_are_no_lattice(city: City):
    downtown = local_headings(city, "Downtown")
    assert 35 < np.median(downtown) < 45
    everywhere = np.histogram(local_headings(city), bins=18, range=(0, 90))[0]
    assert everywhere.max() / everywhere.sum() < 0.25
    assert (everywhere > 0).all()


def test_the_city_is_of_a_small_citys_size(city: City):
    west, south, east, north = city.area("City of Santa Lucera").shape.bounds
    assert 8_000 < east - west < 10_000
    assert 6_000 < north - south < 8_000
    assert 450_000 < city.length.sum() / 2 < 800_000


def test_fifth_and_main_is_where_the_story_says(city: City):
    assert np.allclose(city.crossing("5th Street", "Main Street"), skeleton.corner(5, 2), atol=2.0)


def test_the_city_is_the_same_every_time(city: City):
    again = santa_lucera.__wrapped__()
    assert again.edge_name == city.edge_name
    assert np.array_equal(again.nodes, city.nodes)


def test_geojson_has_names_classes_and_kinds(city: City, tmp_path):
    streets, areas = city.write(tmp_path)
    drawn = json.loads(streets.read_text(encoding="utf-8"))["features"]
    classes = {feature["properties"]["class"] for feature in drawn}
    assert classes == {"freeway", "arterial", "collector", "local"}
    assert all(feature["properties"]["name"] for feature in drawn)
    named = {
        (f["properties"]["kind"], f["properties"]["name"])
        for f in json.loads(areas.read_text())["features"]
    }
    assert {kind for kind, _ in named} == {"boundary", "district", "park", "water", "rail"}
    assert {name for kind, name in named if kind == "district"} >= {
        "Downtown",
        "University",
        "Industrial Park",
    }
    longitudes, latitudes = zip(
        *(p for f in drawn for p in f["geometry"]["coordinates"]), strict=True
    )
    assert -120.33 < min(longitudes) < max(longitudes) < -120.17
    assert 36.52 < min(latitudes) < max(latitudes) < 36.64


def test_side_streets_have_names_of_their_own(city: City):
    names = [s.name for s in city.streets if s.kind == "local" and "Street" not in s.name]
    assert len(names) == len(set(names)) > 500


def test_nobody_crosses_the_river_unseen():
    import datetime as dt

    network = network_of(santa_lucera())
    cameras = install(network, dt.date(2026, 9, 21), 60)
    ways = passages(network, [camera.passage for camera in cameras if camera.passage])
    bridges = {i for i, c in enumerate(cameras) if "bridge" in c.name or "at the river" in c.name}
    assert len(bridges) == 8
    line = shapely.LineString(skeleton.RIVER)
    south_of = shapely.Polygon([*skeleton.RIVER, (-6200, -9000), (6200, -9000)])
    south = shapely.contains(south_of, shapely.points(network.city.nodes[network.gates]))
    clear = shapely.distance(line, shapely.points(network.city.nodes[network.gates])) > 100
    assert south.sum() > 20
    unseen = 0
    for variant in range(len(network.variants)):
        for a in np.flatnonzero(clear & south)[::3]:
            for b in np.flatnonzero(clear & ~south)[::3]:
                key = int(ways.key(np.int64(variant), a, b))
                passed = set(ways.camera[ways.first[key] : ways.first[key + 1]].tolist())
                unseen += not passed & bridges
    assert unseen == 0


def test_one_camera_is_installed_in_the_middle_of_the_period():
    import datetime as dt

    first = dt.date(2026, 9, 21)
    cameras = install(network_of(santa_lucera()), first, 60)
    new = [camera.code for camera in cameras if camera.installed_on > first]
    assert new == ["C25"]
    assert sum(camera.kind == "fixed" and camera.code[0] == "C" for camera in cameras) == 26
    assert [camera.code for camera in cameras if camera.kind == "mobile"] == [
        "M1",
        "M2",
        "M3",
        "M4",
    ]
    assert len({camera.vendor_key for camera in cameras}) == len(cameras)
