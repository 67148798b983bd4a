"""What a camera wrote into a picture: when and where it was taken, and which side is up.

Anybody can write anything there, and clocks of cameras run wrong: it is what the picture says, no more.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["NOTHING", "Taken", "orientation", "taken"]

_ORIENTATION, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
_TIMES = (
    (0x9003, 0x9291, 0x9011),
    (0x9004, 0x9292, 0x9012),
)  # original, digitized: time, part, offset


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where a picture says that it was taken.

    Parameters
    ----------
    at : datetime, optional
        Aware where the picture names an offset; else what the camera's clock showed.
    latitude, longitude : float, optional
        Degrees, WGS 84; both or none.
    """

    at: dt.datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


NOTHING = Taken()


def orientation(exif: Mapping[int, Any]) -> int:
    """Return how the picture is turned, 1 to 8 as EXIF counts; 1 for upright and for nonsense."""
    value = exif.get(_ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def taken(exif: Any) -> Taken:
    """Return time and place out of Pillow's ``Exif``; what cannot be understood counts as not there."""
    at, position = None, None
    # Each value comes from the file: of any type, or such that reading it fails.
    with contextlib.suppress(Exception):
        at = _time(exif.get_ifd(_EXIF))
    with contextlib.suppress(Exception):
        position = _position(exif.get_ifd(_GPS))
    latitude, longitude = position or (None, None)
    return Taken(at, latitude, longitude)


def _time(tags: Mapping[int, Any]) -> dt.datetime | None:
    for time, part, offset in _TIMES:
        text = str(tags.get(time, "")).strip("\x00 ")
        try:
            at = dt.datetime.strptime(text, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - aware below, where it says
        except ValueError:
            continue
        fraction = str(tags.get(part, "")).strip("\x00 ")
        if fraction.isascii() and fraction.isdigit():
            at += dt.timedelta(seconds=float(f"0.{fraction[:6]}"))
        zone = str(tags.get(offset, "")).strip("\x00 ")
        with contextlib.suppress(ValueError):
            return dt.datetime.fromisoformat(f"{at.isoformat()}{zone}")
        return at
    return None


def _position(tags: Mapping[int, Any]) -> tuple[float, float] | None:
    latitude = _degrees(tags.get(2), str(tags.get(1, "")), "S")
    longitude = _degrees(tags.get(4), str(tags.get(3, "")), "W")
    if latitude is None or longitude is None or (latitude, longitude) == (0.0, 0.0):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude


def _degrees(parts: Any, reference: str, negative: str) -> float | None:
    if parts is None:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        return None
    return round(-value if reference.strip("\x00 ").upper().startswith(negative) else value, 7)
