"""Plane geometry around a scene, in metres.

A plane is the equirectangular projection about a point: at 36° north and within 30 km of it, distances
differ from the ellipsoid's by less than 0.5 %, and circles are round.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from workbench.models import Scene

__all__ = ["Plane", "View", "WayOut", "outline", "view_of", "ways_out"]

_METRES_PER_DEGREE = 111_195.0
_LARGER = ("freeway", "arterial", "collector")


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east (x) and north (y) of a point."""

    latitude: float
    longitude: float

    def xy(self, latitude: Any, longitude: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return x and y in metres of positions in degrees (scalars or arrays)."""
        east = _METRES_PER_DEGREE * math.cos(math.radians(self.latitude))
        x = (np.asarray(longitude, dtype=float) - self.longitude) * east
        y = (np.asarray(latitude, dtype=float) - self.latitude) * _METRES_PER_DEGREE
        return x, y

    def shape(self, geometry: Any) -> Any:
        """Return a geometry of longitudes and latitudes in the plane's metres."""

        def flat(points: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(self.xy(points[:, 1], points[:, 0]))

        return shapely.transform(geometry, flat)


@dataclass(frozen=True, slots=True)
class View:
    """The rectangle that a map shows, in the plane's metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """Width in metres."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """Height in metres."""
        return self.north - self.south

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point lies inside, ``margin`` metres from the edge."""
        across = self.west + margin <= x <= self.east - margin
        return across and self.south + margin <= y <= self.north - margin

    def box(self) -> Any:
        """Return the rectangle as a polygon."""
        return shapely.box(self.west, self.south, self.east, self.north)


@dataclass(frozen=True, slots=True)
class WayOut:
    """A larger street's crossing of the scene's edge, and the nearest camera that watched it."""

    street: str
    x: float
    y: float
    camera: str
    distance_m: float

    @property
    def watched(self) -> bool:
        """Whether a working camera stood near enough."""
        return bool(self.camera)


def outline(scene: Scene, plane: Plane) -> Any:
    """Return the scene's edge in the plane: a circle or its polygon."""
    if scene.polygon:
        corners = [plane.xy(latitude, longitude) for latitude, longitude in scene.polygon]
        return shapely.Polygon([(float(x), float(y)) for x, y in corners])
    x, y = plane.xy(scene.latitude, scene.longitude)
    return shapely.Point(float(x), float(y)).buffer(scene.radius_m, quad_segs=48)


def view_of(
    points: Iterable[tuple[float, float]],
    *,
    margin: float = 0.12,
    least: float = 600.0,
    shape: float = 1.0,
) -> View:
    """Return a rectangle around points of the plane.

    Parameters
    ----------
    points : iterable of (x, y)
        In metres; none gives a view of ``least`` metres around the plane's own point.
    margin : float
        Added on each side, as a share of the extent.
    least : float
        The least height in metres.
    shape : float
        Width over height.
    """
    array = np.array(list(points) or [(0.0, 0.0)], dtype=float)
    (west, south), (east, north) = array.min(axis=0), array.max(axis=0)
    height = max(
        (north - south) * (1 + 2 * margin), (east - west) * (1 + 2 * margin) / shape, least
    )
    x, y = (west + east) / 2, (south + north) / 2
    half = height * shape / 2
    return View(x - half, y - height / 2, x + half, y + height / 2)


def ways_out(
    edge: Any,
    streets: Sequence[tuple[str, str, Any]],
    cameras: Sequence[tuple[str, float, float]],
    *,
    reach_m: float = 250.0,
) -> list[WayOut]:
    """Return where the larger streets leave the scene, and which camera watched each.

    Parameters
    ----------
    edge : polygon
        The scene in the plane.
    streets : sequence of (name, class, geometry)
        In the plane; classes other than freeway, arterial and collector are left out.
    cameras : sequence of (code, x, y)
        Those that worked, in the plane.
    reach_m : float
        A camera counts where it stands on that street (within 40 m of it) and no farther than this
        from the crossing.
    """
    found: list[WayOut] = []
    for name, geometry in _larger(streets):
        for x, y in _crossings(geometry, edge):
            if any(way.street == name and math.hypot(way.x - x, way.y - y) < 60 for way in found):
                continue
            code, distance = _watcher(x, y, geometry, cameras, reach_m)
            found.append(WayOut(name, x, y, code, distance))
    return found


def _larger(streets: Sequence[tuple[str, str, Any]]) -> Iterator[tuple[str, Any]]:
    parts: dict[str, list[Any]] = {}
    for name, kind, geometry in streets:
        if kind in _LARGER:
            parts.setdefault(name or kind, []).append(geometry)
    for name, geometries in parts.items():
        yield name, shapely.union_all(geometries)


def _crossings(geometry: Any, edge: Any) -> Iterator[tuple[float, float]]:
    """Yield where a street truly crosses the edge; one that only touches it is left out."""
    for point in shapely.get_parts(shapely.intersection(geometry, edge.exterior)):
        if point.geom_type != "Point":
            continue
        near = shapely.intersection(geometry, point.buffer(90))
        inside = shapely.intersection(near, edge.buffer(-25))
        beyond = shapely.difference(near, edge.buffer(25))
        if not inside.is_empty and not beyond.is_empty:
            yield point.x, point.y


def _watcher(
    x: float, y: float, street: Any, cameras: Sequence[tuple[str, float, float]], reach_m: float
) -> tuple[str, float]:
    best, code = math.inf, ""
    for name, camera_x, camera_y in cameras:
        distance = math.hypot(camera_x - x, camera_y - y)
        on_it = street.distance(shapely.Point(camera_x, camera_y)) <= 40
        if on_it and distance <= reach_m and distance < best:
            best, code = distance, name
    return code, best
