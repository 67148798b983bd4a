"""Web Mercator, as browsers' maps use it: degrees to pixels of a zoom level and back, and what fits a window.

Pixels are counted from the top left of the world, 256 to a tile; y grows downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Bounds", "fit", "metres_per_pixel", "pixels", "positions"]

_TILE = 256.0
_EQUATOR_M = 40_075_016.686
_MOST_NORTH = 85.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, latitudes: Any, longitudes: Any) -> Bounds:
        """Return the rectangle around positions."""
        lats, lons = np.asarray(latitudes, float), np.asarray(longitudes, float)
        return cls(float(lons.min()), float(lats.min()), float(lons.max()), float(lats.max()))

    def grown(self, metres: float) -> Bounds:
        """Return the rectangle with a margin in metres on every side."""
        north = metres / 111_195.0
        middle = min(_MOST_NORTH, abs(self.south + self.north) / 2)
        east = north / math.cos(math.radians(middle))
        return Bounds(self.west - east, self.south - north, self.east + east, self.north + north)

    def padded(self, share: float) -> Bounds:
        """Return the rectangle with a margin on every side, as a share of its own size."""
        across, up = (self.east - self.west) * share, (self.north - self.south) * share
        return Bounds(self.west - across, self.south - up, self.east + across, self.north + up)

    def holds(self, other: Bounds) -> bool:
        """Tell whether another rectangle lies inside."""
        across = self.west <= other.west and other.east <= self.east
        return across and self.south <= other.south and other.north <= self.north

    @property
    def center(self) -> tuple[float, float]:
        """Latitude and longitude of the middle."""
        return (self.south + self.north) / 2, (self.west + self.east) / 2


def pixels(latitude: Any, longitude: Any, zoom: float) -> tuple[Any, Any]:
    """Return x and y in pixels of positions in degrees (scalars or arrays)."""
    size = _TILE * 2.0**zoom
    sine = np.sin(np.radians(np.clip(latitude, -_MOST_NORTH, _MOST_NORTH)))
    x = (np.asarray(longitude, float) + 180.0) / 360.0 * size
    y = (0.5 - np.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size
    return x, y


def positions(x: Any, y: Any, zoom: float) -> tuple[Any, Any]:
    """Return latitude and longitude in degrees of pixels (scalars or arrays)."""
    size = _TILE * 2.0**zoom
    longitude = np.asarray(x, float) / size * 360.0 - 180.0
    latitude = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * np.asarray(y, float) / size))))
    return latitude, longitude


def metres_per_pixel(latitude: float, zoom: float) -> float:
    """Return how many metres on the ground a pixel shows.

    Examples
    --------
    >>> round(metres_per_pixel(36.58, 15), 2)
    3.84
    """
    around: float = _EQUATOR_M * math.cos(math.radians(latitude))
    return around / (_TILE * math.exp2(zoom))


def fit(
    bounds: Bounds, width: float, height: float, *, step: float = 0.5, most: float = 17.0
) -> tuple[tuple[float, float], float]:
    """Return center and zoom at which a rectangle fits a window of some pixels.

    Parameters
    ----------
    bounds : Bounds
        What shall be seen.
    width, height : float
        The window in pixels.
    step : float
        Zoom is a multiple of it.
    most : float
        No closer than this, however small the rectangle.
    """
    west, north = pixels(bounds.north, bounds.west, 0)
    east, south = pixels(bounds.south, bounds.east, 0)
    across, down = max(float(east - west), 1e-9), max(float(south - north), 1e-9)
    zoom = min(math.log2(width / across), math.log2(height / down), most)
    latitude, longitude = positions((west + east) / 2, (north + south) / 2, 0)
    return (float(latitude), float(longitude)), max(1.0, math.floor(zoom / step) * step)
