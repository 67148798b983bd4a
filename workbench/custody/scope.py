"""What a hold covers: plates, cameras, a place, a span of time, or what was searched for a case."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.analysis.plates import normalize
from workbench.errors import BadInput
from workbench.models import Scene

__all__ = ["Scope", "scene_of", "scene_text"]

_MOST = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """What a hold covers; whatever is named must all be true of a read.

    Parameters
    ----------
    plates : tuple of str
        Normalized plates; a read is covered too where one of them is among its other readings.
    cameras : tuple of str
        Codes of cameras.
    area : Scene or None
        A place; a read whose place nobody knows is counted as inside.
    start, end : datetime or None
        Span of capture, aware, the end excluded.
    searches : bool
        Also the reads of every plate and every scene that was searched for the hold's case, each in its own window.
    """

    plates: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    area: Scene | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    searches: bool = False

    @property
    def named(self) -> bool:
        """Whether plates, cameras, a place or times are named."""
        return bool(self.plates or self.cameras or self.area or self.start or self.end)

    def checked(self) -> Scope:
        """Return it with plates normalized and codes stripped.

        Raises
        ------
        BadInput
            Nothing is named, something is empty, or the span is.
        """
        if not (self.named or self.searches):
            raise BadInput(
                "The hold names nothing.",
                "Name plates, cameras, an area, times, or the case's searches.",
            )
        plates = tuple(dict.fromkeys(normalize(each) for each in self.plates))
        cameras = tuple(dict.fromkeys(each.strip() for each in self.cameras))
        if not all(plates) or not all(cameras):
            raise BadInput("A plate or camera of the hold is empty.", "Give it in full.")
        if len(plates) > _MOST or len(cameras) > _MOST:
            raise BadInput(f"One hold names {_MOST} plates or cameras at most.", "Place several.")
        for moment in (self.start, self.end):
            if moment is not None and moment.tzinfo is None:
                raise BadInput("A time of the hold has no zone.", "Give it with an offset.")
        if self.start and self.end and self.end <= self.start:
            raise BadInput("The hold's span ends before it starts.", "Swap start and end.")
        return Scope(plates, cameras, self.area, self.start, self.end, self.searches)

    def words(self) -> str:
        """Return in words what kinds of things are named, without naming them."""
        parts = [
            f"{len(self.plates)} plate{'s' if len(self.plates) > 1 else ''}" if self.plates else "",
            f"{len(self.cameras)} camera{'s' if len(self.cameras) > 1 else ''}"
            if self.cameras
            else "",
            "an area" if self.area else "",
            "a span of time" if self.start or self.end else "",
            "the case's searches" if self.searches else "",
        ]
        return ", ".join(part for part in parts if part)


def scene_text(scene: Scene | None) -> str:
    """Return a scene as the table keeps it."""
    return json.dumps(scene.elements()) if scene else ""


def scene_of(elements: Mapping[str, Any]) -> Scene:
    """Return the scene that a record's elements describe; see :meth:`workbench.models.Scene.elements`."""
    if polygon := elements.get("polygon"):
        corners = tuple((float(lat), float(lon)) for lat, lon in polygon)
        middle = [sum(values) / len(corners) for values in zip(*corners, strict=True)]
        return Scene(middle[0], middle[1], polygon=corners)
    latitude, longitude = elements["center"]
    return Scene(float(latitude), float(longitude), float(elements["radius_m"]))
