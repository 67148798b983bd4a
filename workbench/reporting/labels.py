"""Names on a map: along their streets, beside their cameras, and never on top of each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from workbench.reporting.geometry import Plane, View

__all__ = ["LabelPlacer"]

_SIZES = {"freeway": 7.2, "arterial": 6.6, "collector": 5.8, "local": 5.2}
_LIMITS = {"freeway": 3, "arterial": 14, "collector": 14, "local": 10}
_AROUND = ((1, 0.35), (-1, 0.35), (1, -1.1), (-1, -1.1), (0, 1.0), (0, -1.5), (1, 1.2), (-1, 1.2))
_POINT = 1 / 72


@dataclass(slots=True)
class LabelPlacer:
    """Places labels one after another where there is room.

    Parameters
    ----------
    figure, axes
        matplotlib's; the axes have their limits already.
    view : View
        What the axes show.
    """

    figure: Any
    axes: Any
    view: View
    _taken: list[Any] = field(init=False, default_factory=list)

    def block(self, x: float, y: float, width: float, height: float) -> None:
        """Keep labels off a box of that many points around a place of the plane."""
        self._taken.append(shapely.box(*self._around(x, y, width, height)))

    def block_text(self, artist: Any) -> None:
        """Keep labels off a text that is drawn already."""
        box = artist.get_window_extent(self.figure.canvas.get_renderer())
        self._taken.append(shapely.box(box.x0, box.y0, box.x1, box.y1))

    def beside(self, x: float, y: float, words: str, **style: Any) -> bool:
        """Write beside a place, on the first side with room; beside it on the right if there is none."""
        for side, up in _AROUND:
            artist = self._beside(x, y, words, side, up, style)
            if self._take(artist):
                return True
            artist.remove()
        artist = self._beside(x, y, words, 1, 0.35, style)
        self.block_text(artist)
        return False

    def streets(self, streets: Sequence[tuple[str, str, Any]], scale: float) -> None:
        """Name the streets, larger ones first, each along its longest stretch in view."""
        frame = self.view.box()
        for kind, size in _SIZES.items():
            if kind == "local" and self.view.height > 1500:
                continue
            named: dict[str, list[Any]] = {}
            for name, at, shape in streets:
                if at == kind and name:
                    seen = shape.intersection(frame)
                    if not seen.is_empty:
                        named.setdefault(name, []).append(seen)
            ranked = sorted(named.items(), key=lambda item: -sum(part.length for part in item[1]))
            placed = 0
            for name, shapes in ranked:
                if placed >= _LIMITS[kind]:
                    break
                placed += self._along(name, shapes, size * min(1.0, 0.8 + scale * 0.2), kind)

    def areas(self, areas: Any, plane: Plane) -> None:
        """Name parks and waters in view, where the name fits in."""
        if areas is None:
            return
        frame = self.view.box()
        for kind, name, geometry in zip(areas["kind"], areas["name"], areas.geometry, strict=True):
            if kind not in ("park", "water", "district") or not isinstance(name, str):
                continue
            seen = plane.shape(geometry).intersection(frame)
            if seen.is_empty or seen.area < self.view.width * self.view.height * 0.004:
                continue
            spot = shapely.point_on_surface(seen)
            color = {"park": "#5d7449", "water": "#4d7389", "district": "#8b867b"}[kind]
            words = name.upper() if kind == "district" else name
            artist = self.axes.text(
                spot.x, spot.y, words, ha="center", va="center", fontsize=6, color=color, zorder=6,
                style="normal" if kind == "district" else "italic",
                path_effects=[withStroke(linewidth=1.6, foreground="#f5f3ee")],
            )  # fmt: skip
            if not self._take(artist):
                artist.remove()

    def _along(self, name: str, shapes: Sequence[Any], size: float, kind: str) -> bool:
        merged = shapely.line_merge(shapely.union_all(list(shapes)))
        parts = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]
        for part in sorted(parts, key=lambda part: -part.length)[:2]:
            for at in (0.5, 0.28, 0.72, 0.15, 0.85, 0.4, 0.6, 0.06, 0.94):
                if self._at(name, part, at, size, kind):
                    return True
        return False

    def _at(self, name: str, street: Any, at: float, size: float, kind: str) -> bool:
        length = len(name) * size * 0.52 * self.metres_per_point()
        along = street.length * at
        if along < length / 2 or along > street.length - length / 2:
            return False
        ends = [street.interpolate(along + side * length / 2) for side in (-1, 1)]
        middle = street.interpolate(along)
        chord = math.dist(ends[0].coords[0], ends[1].coords[0])
        if chord < length * 0.97:
            return False
        angle = math.degrees(math.atan2(ends[1].y - ends[0].y, ends[1].x - ends[0].x))
        angle = (angle + 90) % 180 - 90
        artist = self.axes.text(
            middle.x, middle.y, name, rotation=angle, ha="center", va="center", fontsize=size, zorder=7,
            color="#4a4d52" if kind in ("freeway", "arterial") else "#7d7f83",
            path_effects=[withStroke(linewidth=1.7, foreground="#ffffff")],
        )  # fmt: skip
        if self._take(artist):
            return True
        artist.remove()
        return False

    def _beside(self, x: float, y: float, words: str, side: float, up: float, style: Any) -> Any:
        align = {1: "left", -1: "right", 0: "center"}[round(side)]
        return self.axes.annotate(
            words, (x, y), xytext=(side * 6.5, up * 6.5), textcoords="offset points", ha=align,
            va="center" if abs(up) < 0.5 else ("bottom" if up > 0 else "top"), annotation_clip=True, **style,
        )  # fmt: skip

    def _take(self, artist: Any) -> bool:
        renderer = self.figure.canvas.get_renderer()
        box = self._turned(artist, renderer)
        frame = Bbox.from_extents(*self.axes.get_window_extent(renderer).extents)
        west, south, east, north = box.bounds
        if (
            west < frame.x0 + 2
            or east > frame.x1 - 2
            or south < frame.y0 + 2
            or north > frame.y1 - 2
        ):
            return False
        if any(box.intersects(other) for other in self._taken):
            return False
        self._taken.append(box.buffer(2))
        return True

    def _turned(self, artist: Any, renderer: Any) -> Any:
        """Return a text's box in pixels, turned as the text is."""
        angle = artist.get_rotation()
        if not angle or angle == 360:
            box = artist.get_window_extent(renderer)
            return shapely.box(box.x0, box.y0, box.x1, box.y1)
        artist.set_rotation(0)
        box = artist.get_window_extent(renderer)
        artist.set_rotation(angle)
        return shapely.affinity.rotate(shapely.box(box.x0, box.y0, box.x1, box.y1), angle)

    def _around(self, x: float, y: float, width: float, height: float) -> tuple[float, ...]:
        center = self.axes.transData.transform((x, y))
        half = np.array([width, height]) * _POINT * self.figure.dpi / 2
        return (*(center - half), *(center + half))

    def metres_per_point(self) -> float:
        """Return how many metres of the plane a point of the figure (1/72 inch) is."""
        pixels = self.axes.get_window_extent().width
        return float(self.view.width / (pixels / self.figure.dpi * 72))
