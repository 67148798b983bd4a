"""Places on the map: what was drawn or typed, as a :class:`~workbench.models.Scene`.

What is typed is the truth: a drawing is rounded, written into the boxes as text, and the text is what is searched.
:func:`scene_of_text` reads the boxes, :func:`scene_of_drawing` a feature of the map's draw control, and
:func:`text_of` writes a scene so that :func:`scene_of_text` gives the same scene again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.analysis import geo
from workbench.errors import BadInput
from workbench.models import Scene

__all__ = [
    "MAX_AREA_KM2",
    "MAX_CORNERS",
    "MAX_RADIUS_M",
    "MIN_RADIUS_M",
    "outline",
    "scene_of_drawing",
    "scene_of_text",
    "size_words",
    "text_of",
]

MAX_RADIUS_M = 25_000.0
MIN_RADIUS_M = 10.0
MAX_AREA_KM2 = 2_000.0
MAX_CORNERS = 100

_DIGITS = 5  # of a degree: a metre
_EXAMPLE = "Write it like 36.5800, -120.2500: latitude, then longitude."
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*°?\s*([NSEWnsew])?")
_RADIUS = re.compile(r"^\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*([a-z]*)\.?\s*$", re.IGNORECASE)
_UNITS = {
    "": 1.0, "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "km": 1000.0,
    "ft": 0.3048, "feet": 0.3048, "yd": 0.9144, "mi": 1609.344, "mile": 1609.344, "miles": 1609.344,
}  # fmt: skip

Corner = tuple[float, float]


# -- what is typed ------------------------------------------------------------------------------------


def scene_of_text(place: str, radius: str = "") -> Scene | None:
    """Return the scene that the boxes name; None where no place is given.

    Parameters
    ----------
    place : str
        ``36.5800, -120.2500`` (also ``36.58 N, 120.25 W``), or three or more such corners with ``;`` between them.
    radius : str
        ``800`` (metres), ``0.5 mi``, ``1.2 km``, ``2500 ft``; not used for corners.

    Raises
    ------
    BadInput
        It cannot be understood, is not on the globe, crosses itself, or is too large.

    Examples
    --------
    >>> scene_of_text("36.5800, -120.2500", "0.5 km")
    Scene(latitude=36.58, longitude=-120.25, radius_m=500.0, polygon=())
    """
    if not place.strip():
        return None
    corners = [_corner(part) for part in re.split(r"[;\n]+", place) if part.strip()]
    if not corners:
        raise BadInput("The place is no pair of coordinates.", _EXAMPLE)
    if len(corners) > 1:
        return _polygon(corners)
    if not radius.strip():
        raise BadInput("The place has no radius.", "Give one in metres, such as 800.")
    return _circle(*corners[0], _metres(radius))


def _corner(words: str) -> Corner:
    found = _NUMBER.findall(words)
    rest = re.sub(r"[\s,()\[\]]", "", _NUMBER.sub("", words))
    if len(found) != 2 or rest:
        raise BadInput("The place is no pair of coordinates.", _EXAMPLE)
    (first, one), (second, two) = found
    if one.upper() in ("E", "W") or two.upper() in ("N", "S"):
        if not (one.upper() in ("E", "W") and two.upper() in ("N", "S")):
            raise BadInput("The letters of the place do not fit together.", _EXAMPLE)
        (first, one), (second, two) = (second, two), (first, one)
    latitude, longitude = _signed(first, one), _signed(second, two)
    if abs(latitude) > 90 >= abs(longitude) and abs(latitude) <= 180:
        raise BadInput("Longitude seems to stand first.", _EXAMPLE)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise BadInput("The place is not on the globe.", _EXAMPLE)
    return _rounded(latitude, longitude)


def _signed(number: str, letter: str) -> float:
    value = float(number)
    if letter and value < 0:
        raise BadInput("The place has both a sign and a letter.", _EXAMPLE)
    return -value if letter.upper() in ("S", "W") else value


def _metres(radius: str) -> float:
    found = _RADIUS.match(radius)
    unit = _UNITS.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise BadInput(
            "The radius cannot be read.", "Write metres, such as 800, or 0.5 mi, 1.2 km, 2500 ft."
        )
    return float(found[1].replace(",", "")) * unit


# -- what is drawn ------------------------------------------------------------------------------------


def scene_of_drawing(feature: Mapping[str, Any]) -> Scene:
    """Return the scene of a feature as the draw control sends it.

    A circle arrives as a point whose radius stands in its style; a polygon's ring repeats its first corner, and its
    positions are longitude before latitude.

    Raises
    ------
    BadInput
        It is neither circle nor polygon, crosses itself, or is too small or too large.
    """
    geometry = feature.get("geometry") or {}
    kind, positions = geometry.get("type"), geometry.get("coordinates") or []
    style = (feature.get("properties") or {}).get("style") or {}
    if kind == "Point" and style.get("radius"):
        longitude, latitude = (float(value) for value in positions[:2])
        return _circle(*_rounded(latitude, _wrapped(longitude)), float(style["radius"]))
    if kind == "Polygon" and positions:
        ring = [(float(point[1]), float(point[0])) for point in positions[0]]
        return _polygon([_rounded(latitude, _wrapped(longitude)) for latitude, longitude in ring])
    raise BadInput("What was drawn is no place.", "Draw a circle or a polygon.")


def _wrapped(longitude: float) -> float:
    """Return a longitude of a map that was dragged around the globe, as it stands on the globe."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180.0) % 360.0 - 180.0


# -- what is true for both ----------------------------------------------------------------------------


def _rounded(latitude: float, longitude: float) -> Corner:
    return round(latitude, _DIGITS) + 0.0, round(longitude, _DIGITS) + 0.0


def _circle(latitude: float, longitude: float, radius_m: float) -> Scene:
    metres = float(round(radius_m))
    if metres < MIN_RADIUS_M:
        raise BadInput(
            "The circle is too small.", f"Give a radius of {MIN_RADIUS_M:.0f} m or more."
        )
    if metres > MAX_RADIUS_M:
        raise BadInput(
            f"The circle is too large: {metres / 1000:,.0f} km around.",
            f"Give a radius of {MAX_RADIUS_M / 1000:.0f} km or less.",
        )
    return Scene(latitude, longitude, metres)


def _polygon(corners: Sequence[Corner]) -> Scene:
    import shapely

    ring = _without_repeats(corners)
    if len(ring) < 3:
        raise BadInput("A polygon needs three corners or more.", "Add corners, or give a radius.")
    if len(ring) > MAX_CORNERS:
        raise BadInput(
            f"The polygon has {len(ring)} corners.", f"Draw one with {MAX_CORNERS} or fewer."
        )
    shape = shapely.Polygon([(longitude, latitude) for latitude, longitude in ring])
    if shape.convex_hull.area < 1e-10:
        raise BadInput("The corners lie on one line.", "Move one of them, or give a radius.")
    if not shape.is_valid:
        raise BadInput(
            "The polygon crosses or touches itself.", "Draw its corners in order around the place."
        )
    middle = [sum(axis) / len(ring) for axis in zip(*ring, strict=True)]
    scene = Scene(middle[0], middle[1], polygon=tuple(ring))
    area = geo.area_km2(scene)
    if area > MAX_AREA_KM2:
        raise BadInput(
            f"The polygon is too large: {area:,.0f} km².",
            f"Draw one of {MAX_AREA_KM2:,.0f} km² or less.",
        )
    return scene


def _without_repeats(corners: Sequence[Corner]) -> list[Corner]:
    """Return the corners without those that repeat the one before, the first after the last included."""
    ring = [corner for at, corner in enumerate(corners) if at == 0 or corner != corners[at - 1]]
    while len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    return ring


def text_of(scene: Scene) -> tuple[str, str]:
    """Return a scene as it is written into the boxes: place and radius."""
    if scene.polygon:
        return "; ".join(_pair(*corner) for corner in scene.polygon), ""
    return _pair(scene.latitude, scene.longitude), f"{scene.radius_m:.0f}"


def _pair(latitude: float, longitude: float) -> str:
    return f"{_short(latitude)}, {_short(longitude)}"


def _short(value: float) -> str:
    return f"{value:.{_DIGITS}f}".removesuffix("0")


def size_words(scene: Scene) -> str:
    """Return how large a scene is: ``800 m around, 2.0 km²`` or ``4 corners, 0.3 km²``."""
    area = geo.area_km2(scene)
    shown = f"{area:.2f} km²" if area < 1 else f"{area:,.1f} km²"
    if scene.polygon:
        return f"{len(scene.polygon)} corners, {shown}"
    metres = scene.radius_m
    around = f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"
    return f"{around} around, {shown}"


def outline(scene: Scene, *, corners: int = 72) -> list[list[float]]:
    """Return a scene's edge as a closed ring of [longitude, latitude], for a map."""
    if scene.polygon:
        ring = [[longitude, latitude] for latitude, longitude in scene.polygon]
        return [*ring, ring[0]]
    north = math.degrees(scene.radius_m / geo.EARTH_RADIUS_M)
    east = north / math.cos(math.radians(scene.latitude))
    turns = [2 * math.pi * step / corners for step in range(corners)]
    ring = [
        [
            round(scene.longitude + east * math.sin(turn), 6),
            round(scene.latitude + north * math.cos(turn), 6),
        ]
        for turn in turns
    ]
    return [*ring, ring[0]]
