"""Places on the ground: distances, scenes, H3 cells, directions, travel.

Positions are WGS 84 degrees, distances metres along the ground. The H3 cell of a read narrows a search; the
exact distance is always checked after it. ``cells`` covers a scene completely or says that it cannot.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.models import Scene

__all__ = [
    "CELL_RESOLUTION",
    "EARTH_RADIUS_M",
    "MAX_CELLS",
    "area_km2",
    "bearing",
    "bounding_box",
    "cell",
    "cells",
    "compass",
    "compass_words",
    "contains",
    "distance_m",
    "distance_to_scene_m",
    "geodesic_m",
    "mean_direction",
    "speed_kmh",
    "travel_plausibility",
]

Degrees = float | npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8
"""The mean radius of the Earth, IUGG."""

CELL_RESOLUTION = 9
"""H3 resolution of the cells that reads carry: hexagons of some 0.1 km², edges of some 200 m."""

MAX_CELLS = 600
"""The most cells that ``cells`` names; beyond it a search goes by time and checks distances."""

_SPHERE_ERROR = 0.006  # the most that the sphere differs from the ellipsoid, as a fraction
_POLAR = 84.0
_WINDS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_WIND_WORDS = (
    "north",
    "northeast",
    "east",
    "southeast",
    "south",
    "southwest",
    "west",
    "northwest",
)


def distance_m(lat1: Degrees, lon1: Degrees, lat2: Degrees, lon2: Degrees) -> Any:
    """Return great-circle distances in metres, within 0.6 % of the ellipsoid; scalars or arrays.

    Examples
    --------
    >>> round(float(distance_m(36.58, -120.25, 36.59, -120.25)))
    1112
    """
    p1, p2 = np.radians(lat1), np.radians(lat2)
    half_lat = np.sin((p2 - p1) / 2) ** 2
    half_lon = np.sin((np.radians(lon2) - np.radians(lon1)) / 2) ** 2
    root = np.sqrt(np.clip(half_lat + np.cos(p1) * np.cos(p2) * half_lon, 0.0, 1.0))
    return 2 * EARTH_RADIUS_M * np.arcsin(root)


def geodesic_m(lat1: Degrees, lon1: Degrees, lat2: Degrees, lon2: Degrees) -> Floats:
    """Return distances in metres on the WGS 84 ellipsoid (Karney 2013, by pyproj); always an array."""
    a, b, c, d = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (lat1, lon1, lat2, lon2))
    )
    if a.size == 0:
        return np.zeros(a.shape)
    flat = [np.ascontiguousarray(v).ravel() for v in (b, a, d, c)]
    return np.asarray(_geod().inv(*flat)[2], dtype=np.float64).reshape(a.shape)


@functools.cache
def _geod() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


def distance_to_scene_m(scene: Scene, lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Return distances in metres from a scene's center (a polygon's point of reference)."""
    return geodesic_m(
        scene.latitude, scene.longitude, np.asarray(lat, float), np.asarray(lon, float)
    )


def contains(scene: Scene, lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which positions lie in a scene, its edge included; a missing position lies nowhere.

    A circle is measured on the ellipsoid; the sides of a polygon are straight in degrees, as on a map.
    """
    lats, lons = np.atleast_1d(np.asarray(lat, float)), np.atleast_1d(np.asarray(lon, float))
    if scene.polygon:
        return _in_polygon(scene, lats, lons)
    rough = np.asarray(distance_m(scene.latitude, scene.longitude, lats, lons))
    inside: npt.NDArray[np.bool_] = rough <= scene.radius_m
    near = np.abs(rough - scene.radius_m) <= _SPHERE_ERROR * scene.radius_m + 1e-3
    if near.any():
        inside[near] = distance_to_scene_m(scene, lats[near], lons[near]) <= scene.radius_m
    return inside


def _in_polygon(scene: Scene, lats: Floats, lons: Floats) -> npt.NDArray[np.bool_]:
    import shapely

    known = np.isfinite(lats) & np.isfinite(lons)
    inside = np.zeros(lats.shape, dtype=bool)
    points = shapely.points(_east_of(scene, lons[known]), lats[known])
    inside[known] = shapely.covers(_polygon(scene), points)
    return inside


def _east_of(scene: Scene, lon: Any) -> Any:
    """Return longitudes counted from the scene's first corner, so that the date line is no edge."""
    return (np.asarray(lon, float) - scene.polygon[0][1] + 180.0) % 360.0 - 180.0


@functools.lru_cache(maxsize=64)
def _polygon(scene: Scene) -> Any:
    import shapely

    lats = np.array([corner[0] for corner in scene.polygon])
    ring = np.column_stack([_east_of(scene, [c[1] for c in scene.polygon]), lats])
    polygon = shapely.make_valid(shapely.Polygon(ring))
    shapely.prepare(polygon)
    return polygon


def area_km2(scene: Scene) -> float:
    """Return the area of a scene in square kilometres."""
    if not scene.polygon:
        cap = 1 - math.cos(min(math.pi, scene.radius_m / EARTH_RADIUS_M))
        return 2 * math.pi * EARTH_RADIUS_M**2 * cap / 1e6
    import shapely

    square_metres = 0.0
    for part in shapely.get_parts(_polygon(scene)):
        if part.geom_type == "Polygon":
            square_metres += abs(_geod().geometry_area_perimeter(part)[0])
    return square_metres / 1e6


def bounding_box(scene: Scene) -> tuple[float, float, float, float]:
    """Return (south, west, north, east) of a scene in degrees; west is greater across the date line."""
    if scene.polygon:
        west, south, east, north = _polygon(scene).bounds
        first = scene.polygon[0][1]
        return south, _wrapped(west + first), north, _wrapped(east + first)
    half = math.degrees(scene.radius_m * (1 + _SPHERE_ERROR) / EARTH_RADIUS_M)
    south, north = max(-90.0, scene.latitude - half), min(90.0, scene.latitude + half)
    narrowest = math.cos(math.radians(max(abs(south), abs(north))))
    if narrowest * 180 <= half:
        return south, -180.0, north, 180.0
    wide = half / narrowest
    return south, _wrapped(scene.longitude - wide), north, _wrapped(scene.longitude + wide)


def _wrapped(longitude: float) -> float:
    return longitude if -180 <= longitude <= 180 else (longitude + 180.0) % 360.0 - 180.0


def cell(lat: float, lon: float, resolution: int = CELL_RESOLUTION) -> int:
    """Return the H3 cell of a position, as the integer that reads carry."""
    from h3.api import basic_int

    return int(basic_int.latlng_to_cell(lat, lon, resolution))


def cells(
    scene: Scene, resolution: int = CELL_RESOLUTION, *, limit: int = MAX_CELLS
) -> list[int] | None:
    """Return H3 cells that cover a scene completely, sorted; None where there would be too many.

    No point of the scene lies in a cell that is not named; points beside the scene may lie in one that is,
    so the exact test (:func:`contains`) always follows. With None, a search goes by time instead. None is
    also the answer near the poles, where a scene spans all longitudes.
    """
    from h3.api import basic_int

    south, west, north, east = bounding_box(scene)
    width = (east - west) % 360.0
    if max(abs(south), abs(north)) > _POLAR or width > 90.0 or (east - west) >= 360.0:
        return None
    if area_km2(scene) > limit * basic_int.average_hexagon_area(resolution, unit="km^2"):
        return None
    found: set[int] = set()
    for outline in _outlines(scene):
        shape = basic_int.LatLngPoly([(lat, _wrapped(lon)) for lat, lon in outline])
        found.update(basic_int.polygon_to_cells_experimental(shape, resolution, contain="overlap"))
        if len(found) > limit:
            return None
    # One ring more: the sides of cells and scenes are curves of two kinds, which differ by centimetres.
    edge = basic_int.latlng_to_cell(scene.latitude, scene.longitude, resolution)
    covered = {edge} if not scene.polygon else set()
    for inner in found:
        covered.update(basic_int.grid_disk(inner, 1))
    return sorted(int(c) for c in covered) if len(covered) <= limit else None


def _outlines(scene: Scene) -> list[list[tuple[float, float]]]:
    """Return outlines as (latitude, longitude) corners, a circle's slightly too large."""
    if not scene.polygon:
        corners = 48
        reach = scene.radius_m * (1 + _SPHERE_ERROR) / math.cos(math.pi / corners) + 1.0
        angles = np.arange(corners) * (360.0 / corners)
        lon, lat, _ = _geod().fwd(
            np.full(corners, scene.longitude),
            np.full(corners, scene.latitude),
            angles,
            np.full(corners, reach),
        )
        return [list(zip(map(float, lat), map(float, lon), strict=True))]
    import shapely

    first = scene.polygon[0][1]
    grown = shapely.buffer(_polygon(scene), 1e-4, join_style="mitre")
    return [
        [(float(y), float(x) + first) for x, y in shapely.get_coordinates(part.exterior)[:-1]]
        for part in shapely.get_parts(grown)
        if part.geom_type == "Polygon"
    ]


def bearing(lat1: Degrees, lon1: Degrees, lat2: Degrees, lon2: Degrees) -> Any:
    """Return the initial course from one position to the other, in degrees from north, 0 to 360."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    east = np.radians(lon2) - np.radians(lon1)
    y = np.sin(east) * np.cos(p2)
    x = np.cos(p1) * np.sin(p2) - np.sin(p1) * np.cos(p2) * np.cos(east)
    return np.degrees(np.arctan2(y, x)) % 360.0


def compass(degrees: float | None) -> str:
    """Return the nearest of eight winds, such as ``"NE"``; empty for no direction.

    Examples
    --------
    >>> compass(50.0), compass(359.0), compass(None)
    ('NE', 'N', '')
    """
    if degrees is None or not math.isfinite(degrees):
        return ""
    return _WINDS[round((degrees % 360.0) / 45.0) % 8]


def compass_words(degrees: float | None) -> str:
    """Return the nearest of eight winds in words, such as ``"northeast"``; empty for no direction."""
    wind = compass(degrees)
    return _WIND_WORDS[_WINDS.index(wind)] if wind else ""


def mean_direction(degrees: npt.ArrayLike) -> float:
    """Return the mean of directions in degrees, 0 to 360; NaN where there is none or they cancel out."""
    values = np.asarray(degrees, dtype=np.float64)
    values = np.radians(values[np.isfinite(values)])
    if values.size == 0:
        return math.nan
    x, y = float(np.cos(values).mean()), float(np.sin(values).mean())
    if math.hypot(x, y) < 0.2:
        return math.nan
    return math.degrees(math.atan2(y, x)) % 360.0


def speed_kmh(distance: float, seconds: float) -> float:
    """Return the mean speed in km/h that covers a distance (metres) in a time; infinite for no time."""
    if distance <= 0:
        return 0.0
    return distance / seconds * 3.6 if seconds > 0 else math.inf


def travel_plausibility(
    distance: npt.ArrayLike,
    seconds: npt.ArrayLike,
    *,
    detour: float = 1.3,
    limit_kmh: float = 110.0,
) -> Floats:
    """Return how plausible it is, 0 to 1, that a vehicle went so far (metres) in so short a time.

    Streets are longer than the straight line by ``detour``. Up to half of ``limit_kmh`` everything is
    plausible, at the limit half, at twice the limit next to nothing.
    """
    metres = np.asarray(distance, dtype=np.float64) * detour
    time = np.maximum(np.abs(np.asarray(seconds, dtype=np.float64)), 1.0)
    speed = metres / time * 3.6
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + (speed / limit_kmh) ** 6), dtype=np.float64)
