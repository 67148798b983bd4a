"""What stands on the desk's maps, as GeoJSON: cameras and where they look, reads, the scene, a vehicle's way.

Signs have their size in pixels, so they are drawn for a zoom and again when it changes; there are few of them. Reads
are one layer however many there are: one disc for every place where reads were made, or a heat layer where the places
are too many to tell apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.models import Scene
from workbench.widgets import shapes
from workbench.widgets.look import INK, SIGNAL
from workbench.widgets.projection import Bounds, metres_per_pixel, pixels, positions

__all__ = [
    "EDGE",
    "EMPTY",
    "MOST_PLACES",
    "CameraSpot",
    "Places",
    "camera_features",
    "chosen_features",
    "heat_points",
    "place_features",
    "scene_features",
    "spots_of",
    "step_features",
]

EMPTY: dict[str, Any] = {"type": "FeatureCollection", "features": []}
MOST_PLACES = 2_500
"""Where reads were made at more places than this, they are drawn as heat."""

CHOSEN = (
    "#d55e00"  # after Okabe and Ito; told from the cameras' ink and the reads' blue in gray too
)
_DIGITS = 5
_HEAT_CELL = 8.0  # pixels
_SQUARE, _WEDGE, _ROUND = 4.6, 22.0, 4.8  # half sides and radii in pixels
_WHOLE = 0.995
_METRES_PER_DEGREE = 111_195.0

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CameraSpot:
    """A camera: where it stands and looks, and whether it worked.

    ``covered`` is the share of the window in which it worked (0 to 1), None where no window was searched yet; ``words``
    is what is said when it is pointed at.
    """

    code: str
    latitude: float
    longitude: float
    kind: str = "fixed"
    heading: float | None = None
    covered: float | None = None
    words: str = ""

    @property
    def down(self) -> bool:
        """Whether it did not work at any time of the window."""
        return self.covered is not None and self.covered <= 0


def spots_of(
    register: Any, coverage: Sequence[Mapping[str, Any]], words: Mapping[str, str] | None = None
) -> list[CameraSpot]:
    """Return the cameras of the register that stand somewhere, with what a search said of their coverage."""
    covered = {str(entry["camera"]): float(entry["covered"]) for entry in coverage}
    spots = []
    for row in register.to_dict("records") if register is not None else ():
        latitude, longitude = _number(row.get("latitude")), _number(row.get("longitude"))
        code = str(row["code"])
        if latitude is None or longitude is None:
            continue
        spots.append(
            CameraSpot(
                code,
                latitude,
                longitude,
                str(row["kind"]),
                _number(row.get("heading")),
                covered.get(code),
                (words or {}).get(code) or str(row.get("name") or ""),
            )
        )
    return spots


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(float(value)) else float(value)


# -- cameras ------------------------------------------------------------------------------------------


def camera_features(spots: Sequence[CameraSpot], zoom: float) -> dict[str, Any]:
    """Return the cameras' signs: a wedge where each looks, a square (fixed) or disc (mobile), a cross where it is out.

    A filled sign worked through the whole window, an open one for a part of it: as in the reports.
    """
    features: list[dict[str, Any]] = []
    for spot in spots:
        pen = _Pen(spot.latitude, spot.longitude, zoom)
        if spot.kind == "fixed" and spot.heading is not None:
            features.append(
                _feature("Polygon", [_wedge(pen, spot.heading)], spot, _wedge_style(spot))
            )
    for spot in spots:
        pen = _Pen(spot.latitude, spot.longitude, zoom)
        edge = _square(pen) if spot.kind == "fixed" else _circle(pen)
        whole = spot.covered is None or spot.covered >= _WHOLE
        look = {
            "color": "#ffffff" if whole else INK,
            "weight": 1.0 if whole else 1.6,
            "opacity": 1.0,
        }
        fill = {"fillColor": INK if whole else "#ffffff", "fillOpacity": 1.0}
        features.append(_feature("Polygon", [edge], spot, {**look, **fill}))
        if spot.down:
            cross = {"color": SIGNAL, "weight": 2.4, "opacity": 1.0, "fill": False}
            features.append(_feature("MultiLineString", _cross(pen), spot, cross))
    return _collection(features)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws around a position in pixels, x to the east and y to the north."""

    latitude: float
    longitude: float
    zoom: float

    def at(self, x: float, y: float) -> list[float]:
        scale = metres_per_pixel(self.latitude, self.zoom) / _METRES_PER_DEGREE
        east = scale / math.cos(math.radians(self.latitude))
        return [round(self.longitude + x * east, 6), round(self.latitude + y * scale, 6)]


def _wedge(pen: _Pen, heading: float) -> list[list[float]]:
    turns = [math.radians(heading + step) for step in (-24, -12, 0, 12, 24)]
    rim = [pen.at(_WEDGE * math.sin(turn), _WEDGE * math.cos(turn)) for turn in turns]
    return [pen.at(0, 0), *rim, pen.at(0, 0)]


def _wedge_style(spot: CameraSpot) -> dict[str, Any]:
    fill = 0.0 if spot.down else 0.26
    return {"color": INK, "weight": 0.8, "opacity": 0.55, "fillColor": INK, "fillOpacity": fill}


def _square(pen: _Pen) -> list[list[float]]:
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return [pen.at(x * _SQUARE, y * _SQUARE) for x, y in corners]


def _circle(pen: _Pen) -> list[list[float]]:
    turns = [2 * math.pi * step / 16 for step in range(17)]
    return [pen.at(_ROUND * math.cos(turn), _ROUND * math.sin(turn)) for turn in turns]


def _cross(pen: _Pen) -> list[list[list[float]]]:
    reach = _SQUARE + 1.6
    return [
        [pen.at(-reach, -reach), pen.at(reach, reach)],
        [pen.at(-reach, reach), pen.at(reach, -reach)],
    ]


def _feature(
    kind: str, coordinates: list[Any], spot: CameraSpot, style: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"camera": spot.code, "words": spot.words, "style": dict(style)},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


# -- reads --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Places:
    """Where reads were made: each place once, and which read belongs to which.

    ``latitudes`` and ``longitudes`` have one value a place; ``of_read`` has one a read, -1 where it has no position.
    """

    latitudes: Numbers
    longitudes: Numbers
    of_read: npt.NDArray[np.int64]

    @classmethod
    def of(cls, latitudes: Any, longitudes: Any) -> Places:
        """Return the places of reads, to a metre."""
        lats, lons = np.asarray(latitudes, float), np.asarray(longitudes, float)
        known = np.isfinite(lats) & np.isfinite(lons)
        pairs = np.round(np.column_stack([lats[known], lons[known]]), _DIGITS)
        unique, back = np.unique(pairs, axis=0, return_inverse=True)
        of_read = np.full(len(lats), -1, dtype=np.int64)
        of_read[known] = np.asarray(back).reshape(-1)
        return cls(unique[:, 0].copy(), unique[:, 1].copy(), of_read)

    def __len__(self) -> int:
        return len(self.latitudes)

    def counts(self, shown: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
        """Return how many reads each place has; only those of ``shown`` where given (one value a read)."""
        kept = self.of_read >= 0
        if shown is not None:
            kept &= shown
        return np.bincount(self.of_read[kept], minlength=len(self)).astype(np.int64)

    def within(self, bounds: Bounds) -> npt.NDArray[np.bool_]:
        """Return which places lie in a rectangle."""
        lats, lons = self.latitudes, self.longitudes
        inside: npt.NDArray[np.bool_] = (lats >= bounds.south) & (lats <= bounds.north)
        inside &= (lons >= bounds.west) & (lons <= bounds.east)
        return inside

    def nearest(self, latitude: float, longitude: float, counts: Any, reach_m: float) -> int | None:
        """Return the place with reads that is nearest to a position, if one is within reach."""
        if not len(self):
            return None
        east = math.cos(math.radians(latitude)) * (self.longitudes - longitude)
        metres = np.hypot(east, self.latitudes - latitude) * _METRES_PER_DEGREE
        metres[np.asarray(counts) == 0] = math.inf
        at = int(np.argmin(metres))
        return at if metres[at] <= reach_m else None


def disc_radius(count: float, most: float) -> float:
    """Return the radius in pixels of a place's disc: its area grows with its reads."""
    return round(3.5 + 15.0 * math.sqrt(count / most) if most > 1 else 6.0, 1)


def place_features(places: Places, counts: Any) -> dict[str, Any]:
    """Return one disc for each place that has reads, the largest first so that no other hides behind it."""
    counted = np.asarray(counts)
    most = int(counted.max()) if len(counted) else 0
    features = [
        {
            "type": "Feature",
            "properties": {
                "place": int(at),
                "reads": int(counted[at]),
                "style": {"radius": disc_radius(float(counted[at]), float(most))},
            },
            "geometry": {
                "type": "Point",
                "coordinates": [float(places.longitudes[at]), float(places.latitudes[at])],
            },
        }
        for at in np.argsort(-counted, kind="stable")
        if counted[at] > 0
    ]
    return {"type": "FeatureCollection", "features": features}


def heat_points(places: Places, counts: Any, zoom: float) -> list[list[float]]:
    """Return places as [latitude, longitude, weight 0 to 1], those within a few pixels of a zoom taken together.

    The weights leave room for blurred neighbors to add up, so that the densest spot alone is darkest.
    """
    counted = np.asarray(counts)
    kept = counted > 0
    if not kept.any():
        return []
    x, y = pixels(places.latitudes[kept], places.longitudes[kept], zoom)
    cells = np.floor(np.column_stack([x, y]) / _HEAT_CELL)
    unique, back = np.unique(cells, axis=0, return_inverse=True)
    total = np.bincount(np.asarray(back).reshape(-1), weights=counted[kept])
    weight = np.round(0.04 + 0.36 * (total / total.max()) ** 0.7, 3)
    middles = (unique + 0.5) * _HEAT_CELL
    lats, lons = positions(middles[:, 0], middles[:, 1], zoom)
    points: list[list[float]] = np.column_stack([lats.round(6), lons.round(6), weight]).tolist()
    return points


# -- one vehicle --------------------------------------------------------------------------------------


def chosen_features(
    latitudes: Any, longitudes: Any, *, joined: Sequence[tuple[int, int]] = ()
) -> dict[str, Any]:
    """Return one vehicle's reads: a ring at each place, and straight broken lines between reads that are joined.

    Parameters
    ----------
    latitudes, longitudes : sequence of float
        Its reads in time order.
    joined : sequence of (int, int)
        Reads to join. Lines are straight: the way between is not known.
    """
    points = [
        [round(float(lon), _DIGITS), round(float(lat), _DIGITS)]
        for lat, lon in zip(latitudes, longitudes, strict=True)
    ]
    ways = [[points[one], points[two]] for one, two in joined if points[one] != points[two]]
    unique = list({(way[0][0], way[0][1], way[1][0], way[1][1]): way for way in ways}.values())
    features = [_plain("MultiLineString", unique, _BROKEN)] if unique else []
    counts: dict[tuple[float, float], int] = {}
    for longitude, latitude in points:
        counts[longitude, latitude] = counts.get((longitude, latitude), 0) + 1
    for (longitude, latitude), count in counts.items():
        radius = min(13.0, 7.0 + 1.5 * math.log2(count))
        features.append(_plain("Point", [longitude, latitude], {**_RING, "radius": radius}))
    return {"type": "FeatureCollection", "features": features}


_BROKEN = {
    "color": CHOSEN, "weight": 2.0, "opacity": 0.85, "dashArray": "6 6", "fill": False, "interactive": False,
}  # fmt: skip
_RING = {
    "color": CHOSEN, "weight": 2.6, "opacity": 1.0, "fillColor": CHOSEN, "fillOpacity": 0.22, "interactive": False,
}  # fmt: skip
_HERE = {
    "color": "#ffffff", "weight": 2.0, "opacity": 1.0, "fillColor": CHOSEN, "fillOpacity": 1.0, "radius": 8.0,
    "interactive": False,
}  # fmt: skip


def step_features(
    here: tuple[float, float], before: tuple[float, float] | None = None
) -> dict[str, Any]:
    """Return where a vehicle is while its reads are played: this read, and the line from the one before.

    Positions are latitude and longitude.
    """
    features = []
    if before is not None and before != here:
        line = [[before[1], before[0]], [here[1], here[0]]]
        features.append(
            _plain("MultiLineString", [line], {**_BROKEN, "weight": 3.6, "opacity": 1.0})
        )
    features.append(_plain("Point", [here[1], here[0]], _HERE))
    return {"type": "FeatureCollection", "features": features}


def _plain(kind: str, coordinates: Any, style: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"style": dict(style)},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


# -- the scene ----------------------------------------------------------------------------------------


EDGE = {"color": SIGNAL, "weight": 1.8, "opacity": 1.0}


def scene_features(scene: Scene | None) -> dict[str, Any]:
    """Return the scene: what lies outside made paler, a polygon's edge, a circle's middle.

    A circle's edge is not among it: a browser's map rounds corners to whole pixels, and draws circles itself.
    """
    if scene is None:
        return EMPTY
    ring = shapes.outline(scene)
    lons, lats = zip(*ring, strict=True)
    far = Bounds.around(lats, lons).grown(60_000)
    frame = [
        [far.west, far.south], [far.east, far.south], [far.east, far.north], [far.west, far.north],
        [far.west, far.south],
    ]  # fmt: skip
    pale = {"stroke": False, "fillColor": "#ffffff", "fillOpacity": 0.34, "interactive": False}
    features = [_plain("Polygon", [frame, ring], pale)]
    if scene.polygon:
        edge = {**EDGE, "fill": False, "interactive": False}
        return _collection([*features, _plain("MultiLineString", [ring], edge)])
    dot = {
        **EDGE,
        "weight": 1.4,
        "fillColor": "#ffffff",
        "fillOpacity": 1.0,
        "radius": 3.2,
        "interactive": False,
    }
    return _collection([*features, _plain("Point", [scene.longitude, scene.latitude], dot)])


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}
