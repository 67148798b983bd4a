"""The fictional city of Santa Lucera: its streets, its areas, and the graph that vehicles drive on.

The city is the same whatever the seed of a simulation: the story of an exercise can name its corners.
"""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import polygonize, substring, unary_union

from workbench.training import skeleton
from workbench.training.geo import Floats, chaikin, to_degrees
from workbench.training.infill import STYLES, collectors, locals_of, pieces
from workbench.training.names import street_names

__all__ = ["Area", "City", "Street", "santa_lucera"]

StreetClass = Literal["freeway", "arterial", "collector", "local"]
_MAP_SEED = 1874
_RIVER_HALF_WIDTH = 48.0
_CARRIAGEWAY = 11.0
_RAMP = 270.0


@dataclass(frozen=True, slots=True)
class Street:
    """A piece of a named street between two of the graph's nodes, or a whole street before cutting."""

    name: str
    kind: StreetClass
    line: Floats
    one_way: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A named piece of ground: ``kind`` is park, water, district, boundary or rail."""

    name: str
    kind: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """Streets as drawn, areas, and the graph of the streets.

    Attributes
    ----------
    streets : tuple of Street
        As drawn on the map.
    areas : tuple of Area
    nodes : numpy.ndarray, shape (n, 2)
        Metres east and north of the center.
    start, end : numpy.ndarray, shape (m,)
        Nodes of the directed edges.
    edge_lines : tuple of numpy.ndarray
        Course of each directed edge.
    edge_kind : tuple of str
    edge_name : tuple of str
    length : numpy.ndarray, shape (m,)
        Metres.
    """

    streets: tuple[Street, ...]
    areas: tuple[Area, ...]
    nodes: Floats
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    edge_lines: tuple[Floats, ...]
    edge_kind: tuple[str, ...]
    edge_name: tuple[str, ...]
    length: Floats

    def area(self, name: str) -> Area:
        """Return an area by its name."""
        return next(area for area in self.areas if area.name == name)

    def crossing(self, first: str, second: str) -> Floats:
        """Return the metres where two streets meet."""
        one = unary_union([LineString(s.line) for s in self.streets if s.name == first])
        two = unary_union([LineString(s.line) for s in self.streets if s.name == second])
        point = one.intersection(two)
        if point.is_empty:
            point = shapely.shortest_line(one, two).centroid
        return np.asarray(shapely.get_coordinates(point)[0])

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write ``streets.geojson`` and ``areas.geojson`` into a folder; return their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        streets = (
            ({"name": street.name, "class": street.kind}, LineString(_lonlat(street.line)))
            for street in self.streets
        )
        areas = (
            ({"name": area.name, "kind": area.kind}, shapely.transform(area.shape, _lonlat))
            for area in self.areas
        )
        return (
            _geojson(folder / "streets.geojson", streets),
            _geojson(folder / "areas.geojson", areas),
        )


@functools.cache
def santa_lucera() -> City:
    """Draw the city; the same one every time."""
    rng = np.random.default_rng(_MAP_SEED)
    areas = _areas()
    freeway = _freeway()
    main = _main_streets(areas)
    side = _side_streets(main, areas, rng)
    ramps = _ramps(main)
    feet = [ramp.line[-1] if " off " in ramp.name else ramp.line[0] for ramp in ramps]
    surface = _cut_at_crossings([*main, *side], feet)
    cut_freeway = _cut_freeway(freeway, ramps)
    return _graph((*main, *side, *freeway, *ramps), areas, [*surface, *cut_freeway, *ramps])


def _lonlat(line: Floats) -> Floats:
    return np.round(to_degrees(line)[..., ::-1], 6)


def _geojson(path: Path, features: Iterable[tuple[dict[str, Any], BaseGeometry]]) -> Path:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": mapping(shape)}
            for properties, shape in features
        ],
    }
    path.write_text(json.dumps(collection, separators=(",", ":")) + "\n", encoding="utf-8")
    return path


def _areas() -> tuple[Area, ...]:
    water = _river()
    pond = LineString([(-3060, -1560), (-2990, -1590)]).buffer(42.0)
    lake = Polygon(chaikin(skeleton.LAGOON, 3))
    areas = [
        Area("City of Santa Lucera", "boundary", Polygon(skeleton.BOUNDARY)),
        *(Area(name, "district", Polygon(corners)) for name, corners in skeleton.DISTRICTS.items()),
        *(
            Area(name, "park", Polygon(chaikin([*corners, corners[0]], 2)).buffer(0))
            for name, corners in skeleton.PARKS.items()
        ),
        Area("Plaza Park", "park", Polygon([skeleton.corner(a, b) for a, b in skeleton.PLAZA])),
        Area("Lucera River", "water", water),
        Area("Laguna Chica", "water", lake),
        Area("Arroyo Pond", "water", pond),
        Area("Valley Line Railroad", "rail", LineString(skeleton.RAIL)),
    ]
    return tuple(areas)


def _river() -> BaseGeometry:
    line = chaikin(skeleton.RIVER, 4)
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    half = _RIVER_HALF_WIDTH + 12.0 * np.sin(way / 700.0) + 6.0 * np.sin(way / 230.0)
    parts = [
        LineString([a, b]).buffer(width) for a, b, width in zip(line, line[1:], half, strict=False)
    ]
    return unary_union(parts).simplify(1.5)


def _freeway() -> list[Street]:
    line = chaikin(skeleton.FREEWAY, 4)
    east, west = _beside(line, _CARRIAGEWAY), _beside(line, -_CARRIAGEWAY)
    # beyond the map the carriageways meet, so that whoever leaves can come back
    north = np.concatenate([line[:1], east[1:-1], line[-1:]])
    south = np.concatenate([line[-1:], west[-2:0:-1], line[:1]])
    return [
        Street(f"{skeleton.STATE_ROUTE} North", "freeway", north, one_way=True),
        Street(f"{skeleton.STATE_ROUTE} South", "freeway", south, one_way=True),
    ]


def _beside(line: Floats, metres: float) -> Floats:
    """Return the course a few metres to the right of a smooth line."""
    ahead = np.gradient(line, axis=0)
    right = np.stack([ahead[:, 1], -ahead[:, 0]], axis=-1) / np.hypot(*ahead.T)[:, None]
    beside: Floats = line + right * metres
    return beside


def _main_streets(areas: tuple[Area, ...]) -> list[Street]:
    """Return arterials and the old town, which everything else is fitted into."""
    streets = [
        Street(name.removesuffix(" (south)"), "arterial", skeleton.smooth(name))
        for name in skeleton.ARTERIALS
    ]
    water = unary_union([area.shape for area in areas if area.kind == "water"])
    plaza = next(area.shape for area in areas if area.name == "Plaza Park").buffer(-15)
    for name, kind, line in skeleton.town_streets():
        open_ground = LineString(line).difference(unary_union([water.buffer(40), plaza]))
        parts = getattr(open_ground, "geoms", [open_ground])
        streets += [
            Street(name, kind, np.asarray(part.coords)) for part in parts if part.length > 60
        ]
    return streets


def _side_streets(
    main: list[Street], areas: tuple[Area, ...], rng: np.random.Generator
) -> list[Street]:
    boundary = next(area.shape for area in areas if area.kind == "boundary")
    old_town = skeleton.downtown()
    closed = unary_union(
        [
            *(area.shape.buffer(26) for area in areas if area.kind == "water"),
            *(area.shape for area in areas if area.kind == "park"),
            LineString(skeleton.RAIL).buffer(34),
            LineString(chaikin(skeleton.FREEWAY, 4)).buffer(62),
            old_town,
            *(Polygon(corners) for corners in skeleton.FIELDS),
        ]
    )
    lines = [LineString(street.line) for street in main]
    ground = boundary.difference(closed)
    cells = list(polygonize(unary_union([*lines, ground.boundary])))
    cells = [cell for cell in cells if ground.contains(cell.representative_point())]
    cells.sort(key=lambda cell: (round(cell.centroid.x), round(cell.centroid.y)))
    streets: list[Street] = []
    joinable = unary_union(lines)
    for cell in cells:
        for part in pieces(cell, 20_000.0):
            drawn, rest = collectors(part, rng)
            streets += [Street("", "collector", line) for line in drawn]
            around = unary_union([joinable, *map(LineString, drawn)])
            for piece in rest:
                found = locals_of(piece, STYLES[_style(piece)], around, rng)
                streets += [Street("", "local", line) for line in found]
    given = street_names([float(LineString(s.line).length) for s in streets], rng)
    return [
        Street(name, street.kind, street.line) for name, street in zip(given, streets, strict=True)
    ]


def _style(piece: Polygon) -> str:
    center = piece.centroid
    for name, style in (
        ("University", "campus"), ("Industrial Park", "industrial"), ("Railyard", "industrial"),
    ):  # fmt: skip
        if Polygon(skeleton.DISTRICTS[name]).contains(center):
            return style
    if center.distance(skeleton.downtown()) < 620 and center.x < 1900:
        return "old"
    far = abs(center.x) > 2600 or center.y > 2100 or center.y < -2100
    return "new" if far else "suburb"


def _ramps(main: list[Street]) -> list[Street]:
    """Return the slip roads of each interchange, from the freeway to the crossing street and back."""
    middle = LineString(chaikin(skeleton.FREEWAY, 4))
    ramps = []
    for number, name in enumerate(skeleton.INTERCHANGES, 1):
        cross = next(LineString(s.line) for s in main if s.name == name)
        here = middle.project(middle.intersection(cross))
        for side, way in ((1.0, "North"), (-1.0, "South")):
            corner_m = cross.project(middle.intersection(cross)) + side * 85.0
            foot = np.asarray(cross.interpolate(corner_m).coords[0])
            for offset, verb in ((-_RAMP, "off"), (_RAMP, "on")):
                far = middle.interpolate(here + side * offset)
                ramps.append(
                    _ramp(f"Exit {number} {name} {verb} {way}", middle, far, foot, side, verb)
                )
    return ramps


def _ramp(
    name: str, middle: LineString, far: shapely.Point, foot: Floats, side: float, verb: str
) -> Street:
    place = middle.project(far)
    ahead = np.asarray(middle.interpolate(place + 5).coords[0]) - np.asarray(far.coords[0])
    right = np.array([ahead[1], -ahead[0]]) / np.hypot(*ahead)
    gore = np.asarray(far.coords[0]) + right * side * _CARRIAGEWAY
    bend = 0.45 * gore + 0.55 * foot + right * side * 12
    line = chaikin([gore, 0.8 * gore + 0.2 * foot + right * side * 8, bend, foot], 2)
    return Street(name, "freeway", line if verb == "off" else line[::-1], one_way=True)


def _cut_at_crossings(streets: list[Street], feet: list[Floats]) -> list[Street]:
    """Cut streets wherever they meet another or a ramp, and drop the stubs that overshooting left."""
    lines = np.array([LineString(street.line) for street in streets], dtype=object)
    tree = shapely.STRtree(list(lines))
    first, second = tree.query(lines, predicate="intersects")
    points = shapely.intersection(lines[first], lines[second])
    cuts: list[list[float]] = [[] for _ in streets]
    for index, other, shape in zip(first, second, points, strict=True):
        if index != other:
            for point in shapely.get_coordinates(shape):
                cuts[index].append(float(lines[index].project(shapely.Point(point))))
    for foot in map(shapely.Point, feet):
        for index in tree.query(foot, predicate="dwithin", distance=0.5):
            cuts[index].append(float(lines[index].project(foot)))
    result = []
    for street, line, at in zip(streets, lines, cuts, strict=True):
        marks = [0.0, *sorted(at), float(line.length)]
        places = [marks[0], *(b for a, b in itertools.pairwise(marks) if b - a > 1.0)]
        for a, b in itertools.pairwise(places):
            part = np.asarray(substring(line, a, b).coords)
            result.append(Street(street.name, street.kind, part, street.one_way))
    return result


def _cut_freeway(freeway: list[Street], ramps: list[Street]) -> list[Street]:
    result = []
    for street in freeway:
        line = LineString(street.line)
        ends = [end for ramp in ramps for end in (ramp.line[0], ramp.line[-1])]
        at = [
            line.project(shapely.Point(end))
            for end in ends
            if line.distance(shapely.Point(end)) < 2
        ]
        marks = [0.0, *sorted(at), line.length]
        for a, b in itertools.pairwise(marks):
            if b - a > 1:
                part = np.asarray(substring(line, a, b).coords)
                result.append(Street(street.name, "freeway", part, one_way=True))
    return result


def _graph(drawn: tuple[Street, ...], areas: tuple[Area, ...], cut: list[Street]) -> City:
    ends = np.array([point for s in cut for point in (s.line[0], s.line[-1])])
    tree = shapely.STRtree(shapely.points(ends))
    label = np.full(len(ends), -1)
    nodes: list[Floats] = []
    for index in range(len(ends)):
        if label[index] < 0:
            near = tree.query(shapely.Point(ends[index]), predicate="dwithin", distance=2.5)
            label[near[label[near] < 0]] = len(nodes)
            nodes.append(ends[index])
    start, end, lines, kinds, names = [], [], [], [], []
    for index, street in enumerate(cut):
        a, b = int(label[2 * index]), int(label[2 * index + 1])
        ways = (
            [(a, b, street.line)]
            if street.one_way
            else [(a, b, street.line), (b, a, street.line[::-1])]
        )
        for from_node, to_node, line in ways:
            start.append(from_node)
            end.append(to_node)
            lines.append(line)
            kinds.append(street.kind)
            names.append(street.name)
    length = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    return City(
        streets=drawn, areas=areas, nodes=np.array(nodes), start=np.array(start),
        end=np.array(end), edge_lines=tuple(lines), edge_kind=tuple(kinds),
        edge_name=tuple(names), length=length,
    )  # fmt: skip
