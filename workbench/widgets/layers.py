"""The ground of the desk's maps: the agency's own streets and areas, made small enough for a browser.

One geometry per class of street and kind of area, simplified, clipped and rounded to a metre, so that a city of a
thousand streets travels in a few hundred kilobytes, once. Widths follow the zoom; colors are those of the reports'
printed maps. Nothing here asks anybody for anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from workbench.widgets.projection import Bounds

__all__ = ["GROUND", "Ground", "GroundLayer", "Name", "ground", "street_style"]

GROUND = "#f5f3ee"
_PARK, _WATER, _CASING = "#dfe8d3", "#cfdfe9", "#d3cfc6"
_RAIL, _BOUNDARY = "#a9a59c", "#8d8980"
_FILL = {"freeway": "#e9dcb9", "arterial": "#ffffff", "collector": "#ffffff", "local": "#ffffff"}
CLASSES = ("local", "collector", "arterial", "freeway")
"""Classes of streets, the smallest first: so they are drawn."""

# Widths in pixels at zoom 11, 13, 14, 15, 16, 17 and 18.
_ZOOMS = (11.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0)
_WIDTHS = {
    "freeway": (1.6, 3.0, 4.2, 6.0, 8.5, 13.0, 20.0),
    "arterial": (1.0, 2.0, 3.0, 4.6, 7.0, 10.5, 16.0),
    "collector": (0.5, 1.2, 2.0, 3.4, 5.4, 8.5, 13.0),
    "local": (0.25, 0.6, 1.0, 2.0, 3.8, 6.5, 10.5),
}

_METRE = 1 / 111_195.0  # in degrees, northwards
_DIGITS = 5
_TOLERANCES = (1.5, 3.0, 6.0, 12.0, 25.0)
MOST_POINTS = 40_000


@dataclass(frozen=True, slots=True)
class GroundLayer:
    """One layer of the ground: what it is and its GeoJSON."""

    name: str
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A name and where it may stand: along lines (a street), or at a point (a park, a district)."""

    words: str
    kind: str
    lines: tuple[Any, ...] = field(
        repr=False, default=()
    )  # arrays (points, 2) of longitude, latitude


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything that lies below what is searched for.

    ``layers`` are in the order in which they are drawn, ``bounds`` is what a map first shows, ``names`` are the larger
    first, ``note`` says in words what is missing or was left out.
    """

    layers: tuple[GroundLayer, ...]
    bounds: Bounds | None
    names: tuple[Name, ...] = ()
    note: str = ""


def street_style(kind: str, zoom: float, *, casing: bool) -> dict[str, Any]:
    """Return how a class of street is drawn at a zoom: its darker edge, or what fills it."""
    width = float(np.interp(zoom, _ZOOMS, _WIDTHS[kind]))
    style = {**_QUIET, "fill": False, "lineCap": "round", "lineJoin": "round"}
    if casing:
        edge = 0.5 + 0.35 * min(1.0, width / 3)
        return {**style, "color": _CASING, "weight": round(width + 2 * edge, 2)}
    return {**style, "color": _FILL[kind], "weight": round(width, 2)}


_QUIET = {"interactive": False, "opacity": 1.0}
AREA_STYLES: dict[str, dict[str, Any]] = {
    "park": {**_QUIET, "stroke": False, "fillColor": _PARK, "fillOpacity": 1.0},
    "water": {**_QUIET, "stroke": False, "fillColor": _WATER, "fillOpacity": 1.0},
    "rail": {**_QUIET, "fill": False, "color": _RAIL, "weight": 1.2, "lineCap": "butt"},
    "ties": {**_QUIET, "fill": False, "color": _RAIL, "weight": 5, "dashArray": "1 9", "lineCap": "butt"},
    "boundary": {**_QUIET, "fill": False, "color": _BOUNDARY, "weight": 1.2, "dashArray": "8 3 2 3"},
}  # fmt: skip
"""How the kinds of areas are drawn, at every zoom."""


# -- from the agency's layer to the browser's ------------------------------------------------------------


def ground(
    streets: Any, areas: Any, *, cameras: Any = None, most_points: int = MOST_POINTS
) -> Ground:
    """Return the ground of a map.

    Parameters
    ----------
    streets, areas : GeoDataFrame or None
        As :meth:`workbench.client.Bench.layer` returns them: lines with ``name`` and ``class``; shapes with ``kind``
        and ``name``. Any reference system that the file names; a class that is not known counts as local.
    cameras : DataFrame, optional
        The register: what lies farther than 5 km from every camera's surroundings is cut off, and the map first
        shows the cameras.
    most_points : int
        Simplified as far as it takes to stay below it; local streets are left out where even that does not do.
    """
    lines, shapes = _lines(streets), _shapes(areas)
    if not lines and not shapes:
        note = "No street layer is installed: the map shows positions on plain ground."
        return Ground((), _camera_bounds(cameras), note=note)
    box = _camera_bounds(cameras, margin=5000.0)
    clip = None if box is None else shapely.box(box.west, box.south, box.east, box.north)
    kept, note = _within_budget(lines, clip, most_points)
    flat = [_area_layer(kind, shapes, clip) for kind in ("park", "water", "rail", "boundary")]
    below = [layer for layer in flat[:3] if layer]
    above = [layer for layer in flat[3:] if layer]
    roads = [GroundLayer(kind, _lines_feature(kept[kind])) for kind in CLASSES if kept.get(kind)]
    first = _camera_bounds(cameras, margin=700.0) or _bounds_of(lines, shapes)
    return Ground((*below, *roads, *above), first, tuple(_names(lines, shapes, clip)), note)


def _lines(streets: Any) -> list[tuple[str, str, Any]]:
    """Return streets as (name, class, geometry in degrees), whatever columns the file lacks."""
    if streets is None or not len(streets):
        return []
    frame = _in_degrees(streets)
    kinds = frame["class"].astype(str).str.lower() if "class" in frame else [""] * len(frame)
    names = frame["name"].fillna("").astype(str) if "name" in frame else [""] * len(frame)
    rows = zip(names, kinds, frame.geometry, strict=True)
    return [
        (name, kind if kind in CLASSES else "local", shape)
        for name, kind, shape in rows
        if shape is not None and shape.geom_type in ("LineString", "MultiLineString")
    ]


def _shapes(areas: Any) -> list[tuple[str, str, Any]]:
    if areas is None or not len(areas) or "kind" not in areas:
        return []
    frame = _in_degrees(areas)
    names = frame["name"].fillna("").astype(str) if "name" in frame else [""] * len(frame)
    rows = zip(names, frame["kind"].astype(str).str.lower(), frame.geometry, strict=True)
    return [(name, kind, shape) for name, kind, shape in rows if shape is not None]


def _in_degrees(frame: Any) -> Any:
    crs = getattr(frame, "crs", None)
    return frame if crs is None or crs.to_epsg() == 4326 else frame.to_crs(4326)


def _camera_bounds(cameras: Any, margin: float = 700.0) -> Bounds | None:
    if cameras is None or not len(cameras):
        return None
    placed = cameras[cameras["latitude"].notna() & cameras["longitude"].notna()]
    if not len(placed):
        return None
    return Bounds.around(placed["latitude"], placed["longitude"]).grown(margin)


def _bounds_of(*rows: list[tuple[str, str, Any]]) -> Bounds | None:
    shapes = [shape for group in rows for _, _, shape in group]
    if not shapes:
        return None
    west, south, east, north = shapely.total_bounds(shapes)
    return Bounds(float(west), float(south), float(east), float(north))


def _within_budget(
    lines: list[tuple[str, str, Any]], clip: Any, most_points: int
) -> tuple[dict[str, list[Any]], str]:
    """Return the streets of each class, simplified until there are few enough points."""
    merged = {kind: _merged([s for _, at, s in lines if at == kind], clip) for kind in CLASSES}
    kept: dict[str, list[Any]] = {}
    for tolerance in _TOLERANCES:
        kept = {kind: _simplified(shape, tolerance) for kind, shape in merged.items()}
        if _points(kept) <= most_points:
            note = "" if tolerance == _TOLERANCES[0] else f"Streets are drawn to {tolerance:.0f} m."
            return kept, note
    for kind in CLASSES[:2]:
        kept = {**kept, kind: []}
        if _points(kept) <= most_points:
            break
    return kept, "The street layer is very large: its smaller streets are left out."


def _merged(shapes: list[Any], clip: Any) -> Any:
    if not shapes:
        return shapely.MultiLineString()
    inside = shapes if clip is None else [shapely.intersection(shape, clip) for shape in shapes]
    parts = [part for part in shapely.get_parts(inside) if part.geom_type == "LineString"]
    return shapely.line_merge(
        shapely.multilinestrings(parts)
    )  # not a union, which cuts at crossings


def _simplified(shape: Any, tolerance: float) -> list[Any]:
    simple = shapely.simplify(shape, tolerance * _METRE, preserve_topology=False)
    parts = shapely.get_parts(simple)
    return [part for part in parts if part.geom_type == "LineString" and not part.is_empty]


def _points(kept: dict[str, list[Any]]) -> int:
    return sum(int(shapely.get_num_coordinates(parts).sum()) for parts in kept.values() if parts)


def _lines_feature(parts: list[Any]) -> dict[str, Any]:
    return _feature("MultiLineString", [_rounded(part) for part in parts])


def _area_layer(kind: str, shapes: list[tuple[str, str, Any]], clip: Any) -> GroundLayer | None:
    own = [shape for _, at, shape in shapes if at == kind]
    if clip is not None:
        own = [shapely.intersection(shape, clip) for shape in own]
    parts = [part for shape in own for part in shapely.get_parts(shape) if not part.is_empty]
    parts = list(shapely.simplify(parts, _TOLERANCES[0] * _METRE)) if parts else []
    rings = [_rings(part) for part in parts if part.geom_type == "Polygon"]
    lines = [_rounded(part) for part in parts if part.geom_type == "LineString"]
    if kind in ("park", "water"):
        return GroundLayer(kind, _feature("MultiPolygon", rings)) if rings else None
    edges = [ring for polygon in rings for ring in polygon] + lines
    return GroundLayer(kind, _feature("MultiLineString", edges)) if edges else None


def _rings(polygon: Any) -> list[list[list[float]]]:
    return [_rounded(ring) for ring in (polygon.exterior, *polygon.interiors)]


def _rounded(line: Any) -> list[list[float]]:
    """Return a line's points to a metre, those that fall together once."""
    points = np.round(shapely.get_coordinates(line), _DIGITS)
    fresh = np.ones(len(points), dtype=bool)
    fresh[1:] = (points[1:] != points[:-1]).any(axis=1)
    kept: list[list[float]] = points[fresh].tolist()
    return kept if len(kept) > 1 else points[[0, -1]].tolist()


def _feature(kind: str, coordinates: list[Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _names(
    lines: list[tuple[str, str, Any]], shapes: list[tuple[str, str, Any]], clip: Any
) -> Iterator[Name]:
    """Yield what may be named on the map, the larger first."""
    for kind in reversed(CLASSES):
        by_name: dict[str, list[Any]] = {}
        for name, at, shape in lines:
            if at == kind and name and (clip is None or shape.intersects(clip)):
                by_name.setdefault(name, []).append(shape)
        for name, parts in by_name.items():
            whole = shapely.get_parts(_merged(parts, None))
            simple = shapely.simplify(whole, 4 * _METRE, preserve_topology=False)
            yield Name(name, kind, tuple(np.asarray(part.coords) for part in simple))
        if kind == "arterial":
            yield from _area_names(shapes)


def _area_names(shapes: list[tuple[str, str, Any]]) -> Iterator[Name]:
    for wanted in ("district", "water", "park"):
        for name, kind, shape in shapes:
            if kind == wanted and name:
                yield Name(name, kind, (np.asarray(shape.representative_point().coords),))
