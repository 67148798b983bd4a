"""Metres on the ground of the fictional city, and degrees on the map.

The city is small, so a plane tangent at its center is good to a few centimetres.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CENTER",
    "Floats",
    "chaikin",
    "heading_of",
    "polyline_length",
    "to_degrees",
    "to_metres",
]

Floats = NDArray[np.float64]

CENTER = (36.5800, -120.2500)
"""Latitude and longitude of the city's center, on what is farmland in truth."""

_METRES_PER_DEGREE = 111_195.08
_STRETCH = math.cos(math.radians(CENTER[0]))


def to_degrees(xy: Any) -> Floats:
    """Turn metres east and north of the center into latitude and longitude.

    Parameters
    ----------
    xy : array_like, shape (..., 2)

    Returns
    -------
    numpy.ndarray, shape (..., 2)
        Latitude, longitude in degrees.
    """
    points = np.asarray(xy, dtype=np.float64)
    latitude = CENTER[0] + points[..., 1] / _METRES_PER_DEGREE
    longitude = CENTER[1] + points[..., 0] / (_METRES_PER_DEGREE * _STRETCH)
    return np.stack([latitude, longitude], axis=-1)


def to_metres(latlon: Any) -> Floats:
    """Turn latitude and longitude into metres east and north of the center."""
    points = np.asarray(latlon, dtype=np.float64)
    north = (points[..., 0] - CENTER[0]) * _METRES_PER_DEGREE
    east = (points[..., 1] - CENTER[1]) * _METRES_PER_DEGREE * _STRETCH
    return np.stack([east, north], axis=-1)


def chaikin(points: Any, rounds: int = 3) -> Floats:
    """Round the corners of a polyline; its two ends stay where they are."""
    line = np.asarray(points, dtype=np.float64)
    for _ in range(rounds):
        first, last = line[:1], line[-1:]
        quarter = 0.75 * line[:-1] + 0.25 * line[1:]
        three_quarters = 0.25 * line[:-1] + 0.75 * line[1:]
        middle = np.empty((2 * len(quarter), 2))
        middle[0::2], middle[1::2] = quarter, three_quarters
        line = np.concatenate([first, middle, last])
    return line


def polyline_length(line: Floats) -> float:
    """Length of a polyline in metres."""
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def heading_of(a: Floats, b: Floats) -> float:
    """Compass heading from one point to another: 0 is north, 90 is east."""
    return float(np.degrees(np.arctan2(b[0] - a[0], b[1] - a[1])) % 360.0)
