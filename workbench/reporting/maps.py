"""Static maps from the agency's own street layer: no tiles, no network.

A `Map` is built up in order (ground, scene, ways out, trails, reads, cameras) and finished once::

    sheet = Map(plane, view, streets=bench.layer("streets"), areas=bench.layer("areas"))
    sheet.scene(scene)
    sheet.cameras(marks)
    sheet.finish(description="…", caption="…")

Without a street layer the same marks stand on a plain grid, and the map says so.
"""

from __future__ import annotations

import collections
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Polygon, Wedge
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from workbench.models import Scene
from workbench.reporting import figures, text
from workbench.reporting.figures import ACCENT, INK, MUTED, SERIES, SIGNAL, Picture
from workbench.reporting.geometry import Plane, View, WayOut, outline, view_of
from workbench.reporting.labels import LabelPlacer

__all__ = ["SHAPE", "CameraMark", "Map", "plane_streets", "view_of"]

SHAPE = 1.49  # width over height of the map itself
_HEIGHT = 4.0  # inches
_SIDE = 1.42
_GAP = 0.14
_GROUND = "#f5f3ee"
_PARK = "#dfe8d3"
_WATER = "#cfdfe9"
_CASING = "#d3cfc6"
_STREET = {"freeway": 4.6, "arterial": 2.7, "collector": 1.6, "local": 0.8}
_FILL = {"freeway": "#e9dcb9", "arterial": "#ffffff", "collector": "#ffffff", "local": "#ffffff"}
_RASTER_ABOVE = 4000


@dataclass(frozen=True, slots=True)
class CameraMark:
    """A camera on the map.

    ``covered`` is the share of the window in which it worked (0 to 1); ``reads`` sizes its disc.
    """

    code: str
    x: float
    y: float
    kind: str = "fixed"
    heading: float | None = None
    covered: float = 1.0
    reads: int = 0


def plane_streets(streets: Any, plane: Plane) -> list[tuple[str, str, Any]]:
    """Return a street layer as (name, class, geometry in the plane); empty without a layer."""
    if streets is None or not len(streets):
        return []
    names = streets["name"].fillna("").astype(str)
    shapes = [plane.shape(geometry) for geometry in streets.geometry]
    return list(zip(names, streets["class"].astype(str), shapes, strict=True))


@dataclass(slots=True)
class Map:
    """A map being drawn."""

    plane: Plane
    view: View
    streets: Any = None
    areas: Any = None
    _figure: Any = field(init=False)
    _axes: Any = field(init=False)
    _labels: LabelPlacer = field(init=False)
    _legend: list[tuple[Any, str]] = field(init=False, default_factory=list)
    _all: list[tuple[str, str, Any]] = field(init=False, default_factory=list)
    _lines: list[tuple[str, str, Any]] = field(init=False, default_factory=list)
    _notes: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        with figures.look():
            width = _HEIGHT * SHAPE + _GAP + _SIDE
            self._figure = figures.canvas(width, _HEIGHT)
            self._axes = self._figure.add_axes((0, 0, _HEIGHT * SHAPE / width, 1))
            self._axes.set_xlim(self.view.west, self.view.east)
            self._axes.set_ylim(self.view.south, self.view.north)
            self._axes.set_aspect("equal")
            self._axes.set_xticks([])
            self._axes.set_yticks([])
            for spine in self._axes.spines.values():
                spine.set_visible(True)
                spine.set_color(MUTED)
            self._axes.set_facecolor(_GROUND)
            self._labels = LabelPlacer(self._figure, self._axes, self.view)
            frame = self.view.box()
            self._all = plane_streets(self.streets, self.plane)
            self._lines = [street for street in self._all if street[2].intersects(frame)]
            self._ground()

    # -- the ground -----------------------------------------------------------------------------

    def _ground(self) -> None:
        if not self._lines:
            self._grid()
            return
        frame = self.view.box()
        self._draw_areas(frame)
        for kind in ("local", "collector", "arterial", "freeway"):
            width = _STREET[kind] * self._street_scale()
            shown = [shape for _, at, shape in self._lines if at == kind]
            casing = 0.45 if kind == "local" else 0.75
            self._stroke(shown, width + casing * 2, _CASING, 2)
            self._stroke(shown, width, _FILL[kind], 3)

    def _street_scale(self) -> float:
        return min(1.25, max(0.45, math.sqrt(2400 / self.view.height)))

    def _stroke(self, shapes: Sequence[Any], width: float, color: str, order: float) -> None:
        """Draw lines as one path: a thousand streets make one element of the picture."""
        frame = self.view.box().buffer(self.view.height * 0.02)
        seen = [shapely.intersection(shape, frame) for shape in shapes]
        lines = [part for shape in seen for part in shapely.get_parts(shape) if part.length > 0]
        if not lines:
            return
        path = Path.make_compound_path(*(Path(np.asarray(part.coords)) for part in lines))
        style = {"lw": width, "ec": color, "fc": "none", "capstyle": "round", "joinstyle": "round"}
        self._axes.add_patch(PathPatch(path, zorder=order, **style))

    def _draw_areas(self, frame: Any) -> None:
        if self.areas is None:
            return
        for kind, geometry in zip(self.areas["kind"], self.areas.geometry, strict=True):
            shape = self.plane.shape(geometry)
            if not shape.intersects(frame):
                continue
            if kind in ("park", "water"):
                color = _PARK if kind == "park" else _WATER
                order = 1.0 if kind == "park" else 1.2
                seen = shapely.intersection(shape, frame)
                self._axes.add_patch(_patch(seen, fc=color, ec="none", zorder=order))
            elif kind == "rail":
                self._stroke([shape], 0.9, "#a9a59c", 1.5)
                for part in shapely.get_parts(shape):
                    along = np.asarray(part.coords)
                    self._axes.plot(
                        *along.T, color="#a9a59c", lw=2.6, dashes=(0.25, 2.2), zorder=1.5
                    )
            elif kind == "boundary":
                for part in shapely.get_parts(shape):
                    ring = np.asarray(getattr(part, "exterior", part).coords)
                    self._axes.plot(
                        *ring.T, color="#8d8980", lw=0.8, dashes=(5, 2, 1, 2), zorder=3.5
                    )

    def _grid(self) -> None:
        step = _nice(self.view.width / 5)
        start_x, start_y = (
            math.ceil(edge / step) * step for edge in (self.view.west, self.view.south)
        )
        for x in np.arange(start_x, self.view.east, step):
            self._axes.axvline(x, color="#e0ddd5", lw=0.6, zorder=1)
        for y in np.arange(start_y, self.view.north, step):
            self._axes.axhline(y, color="#e0ddd5", lw=0.6, zorder=1)
        why = "The street layer has no street here" if self._all else "No street layer is installed"
        self._notes.append(f"{why}: plain grid, squares of {text.distance(step)}.")

    # -- what stands on it ----------------------------------------------------------------------

    def scene(self, scene: Scene, *, label: str = "") -> None:
        """Draw the scene: its edge, a light fill, and its center."""
        with figures.look():
            shape = outline(scene, self.plane)
            ring = np.asarray(shape.exterior.coords)
            around = self.view.box().buffer(self.view.height)
            self._axes.add_patch(
                _patch(around.difference(shape), fc="white", alpha=0.42, zorder=4, lw=0)
            )
            self._axes.add_patch(Polygon(ring, fill=False, edgecolor=SIGNAL, lw=1.3, zorder=8))
            handle = Line2D([], [], marker="o", ls="", ms=9, mfc="#c8501e18", mec=SIGNAL, mew=1.2)
            words = label or (
                "Scene" if scene.polygon else f"Scene, {text.distance(scene.radius_m)} around"
            )
            self._legend.append((handle, words))
            if not scene.polygon:
                x, y = self.plane.xy(scene.latitude, scene.longitude)
                self._axes.plot(x, y, marker="+", ms=9, mew=1.5, color=SIGNAL, zorder=12, ls="")
                self._labels.block(float(x), float(y), 10, 10)

    def ways_out(self, ways: Sequence[WayOut]) -> None:
        """Mark the larger streets that leave the scene without a working camera near the edge."""
        open_ways = [way for way in ways if not way.watched and self.view.holds(way.x, way.y)]
        if not open_ways:
            return
        style: dict[str, Any] = {
            "marker": "D",
            "ls": "",
            "ms": 4.2,
            "mfc": "white",
            "mec": SIGNAL,
            "mew": 1.1,
        }
        with figures.look():
            points = [(way.x, way.y) for way in open_ways]
            self._axes.plot(*zip(*points, strict=True), zorder=9, **style)
            for x, y in points:
                self._labels.block(x, y, 6, 6)
            self._legend.append((Line2D([], [], **style), "Way out without a\nworking camera"))

    def cameras(self, marks: Sequence[CameraMark], *, discs: bool = True) -> None:
        """Draw cameras: where they look, whether they worked, and how much they read."""
        shown = [mark for mark in marks if self.view.holds(mark.x, mark.y)]
        most = max((mark.reads for mark in shown), default=0)
        with figures.look():
            for mark in shown:
                if discs and most:
                    self._disc(mark, most)
                self._camera(mark)
            for mark in sorted(shown, key=lambda mark: -mark.reads):
                self._camera_label(mark, counted=discs)
            self._camera_legend(shown, discs=discs and most > 0)

    def _disc(self, mark: CameraMark, most: int) -> None:
        if mark.reads:
            size = 5 + 21 * math.sqrt(mark.reads / most)
            self._axes.plot(
                mark.x,
                mark.y,
                "o",
                ms=size,
                mfc=ACCENT,
                mec="white",
                alpha=0.28,
                mew=0.6,
                zorder=9.5,
            )

    def _camera(self, mark: CameraMark) -> None:
        down = mark.covered <= 0
        if mark.heading is not None and not math.isnan(mark.heading) and mark.kind == "fixed":
            reach = self.view.height * 0.042
            towards = 90 - mark.heading
            self._axes.add_patch(
                Wedge(
                    (mark.x, mark.y), reach, towards - 24, towards + 24, zorder=9.8, lw=0.5,
                    facecolor="none" if down else INK, alpha=0.75 if down else 0.32, edgecolor=INK,
                )
            )  # fmt: skip
        self._axes.plot(mark.x, mark.y, zorder=11, **_camera_style(mark.kind, mark.covered))
        if down:
            self._axes.plot(mark.x, mark.y, "x", ms=7.5, color=SIGNAL, mew=1.6, zorder=11.5)
        self._labels.block(mark.x, mark.y, 9, 9)

    def _camera_label(self, mark: CameraMark, *, counted: bool) -> None:
        tail = ""
        if mark.covered <= 0:
            tail = "\nout of order"
        elif mark.covered < 0.995:
            tail = f"\n{text.share(mark.covered)} of window"
        head = (
            f"{mark.code} · {text.number(mark.reads)}"
            if counted and mark.covered > 0
            else mark.code
        )
        halo = [withStroke(linewidth=2.2, foreground="white")]
        self._labels.beside(
            mark.x, mark.y, head + tail, fontsize=6.6, fontweight="bold", color=INK, path_effects=halo,
            zorder=14, linespacing=1.15,
        )  # fmt: skip

    def _camera_legend(self, marks: Sequence[CameraMark], *, discs: bool) -> None:
        if any(mark.kind == "fixed" and mark.covered > 0 for mark in marks):
            self._legend.append((_handle("fixed", 1.0), "Fixed camera and\nwhere it looks"))
        if any(mark.kind != "fixed" for mark in marks):
            self._legend.append((_handle("mobile", 1.0), "Mobile unit"))
        if any(0 < mark.covered < 0.995 for mark in marks):
            self._legend.append((_handle("fixed", 0.5), "Worked only part\nof the window"))
        if any(mark.covered <= 0 for mark in marks):
            down = Line2D([], [], marker="x", ls="", ms=6.5, color=SIGNAL, mew=1.5)
            self._legend.append((down, "Out of order the\nwhole window"))
        if discs:
            disc = Line2D([], [], marker="o", ls="", ms=11, mfc=ACCENT, mec="white", alpha=0.35)
            self._legend.append((disc, "Reads (larger disc,\nmore reads)"))

    def reads(self, x: Any, y: Any, *, label: str = "Read by a mobile unit") -> None:
        """Draw reads as small dots where each was made."""
        if not len(x):
            return
        style: dict[str, Any] = {
            "marker": "o",
            "ls": "",
            "ms": 2.6,
            "mfc": ACCENT,
            "mec": "white",
            "mew": 0.3,
        }
        with figures.look():
            self._axes.plot(x, y, zorder=9.2, rasterized=len(x) > _RASTER_ABOVE, **style)
            self._legend.append((Line2D([], [], **style), label))

    def trail(
        self, x: Any, y: Any, *, label: str, index: int, joins: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Draw where one vehicle was read, larger where more often; several vehicles stand side by side.

        Parameters
        ----------
        x, y : sequence of float
            The reads, in time order.
        label : str
            For the legend.
        index : int
            Which vehicle it is: its color, its shape and its side of a camera.
        joins : sequence of (int, int)
            Reads to join by a broken line and an arrow. Lines are straight: the way between is not known.
        """
        color, marker = SERIES[index % len(SERIES)], "osD^vP"[index % 6]
        style: dict[str, Any] = {
            "marker": marker,
            "ls": "",
            "mfc": color,
            "mec": "white",
            "mew": 0.6,
        }
        angle = math.radians(90 - 60 * index)
        aside = self._labels.metres_per_point() * 8
        east, north = math.cos(angle) * aside, math.sin(angle) * aside
        spots = [(float(a) + east, float(b) + north) for a, b in zip(x, y, strict=True)]
        with figures.look():
            for first, last in dict.fromkeys((spots[one], spots[two]) for one, two in joins):
                self._join(first, last, color)
            for spot, count in collections.Counter(spots).items():
                size = min(11.0, 4.6 + 1.3 * math.log2(count))
                self._axes.plot(*spot, ms=size, zorder=12.5, **style)
                self._labels.block(*spot, size, size)
            handle = Line2D([], [], ms=5.4, **style)
            self._legend.append((handle, label))

    def _join(self, start: tuple[float, float], end: tuple[float, float], color: str) -> None:
        if math.dist(start, end) < self.view.height * 0.02:
            return
        self._axes.plot(
            *zip(start, end, strict=True), color=color, lw=1.1, dashes=(3, 1.8), zorder=8.5
        )
        middle, before = (
            tuple(a + (b - a) * share for a, b in zip(start, end, strict=True))
            for share in (0.56, 0.5)
        )
        self._axes.annotate(
            "", xy=middle, xytext=before, zorder=8.6,
            arrowprops={"arrowstyle": "-|>", "color": color, "lw": 0, "mutation_scale": 8},
        )  # fmt: skip

    # -- the margin -----------------------------------------------------------------------------

    def finish(self, *, description: str, caption: str = "") -> Picture:
        """Label the streets, add scale, north, legend and locator, and return the picture."""
        with figures.look():
            self._scale()
            if self._lines:
                self._labels.streets(self._lines, self._street_scale())
                self._labels.areas(self.areas, self.plane)
            self._north()
            bottom = self._locator()
            self._draw_legend(bottom)
            return figures.picture(
                self._figure, description=description, caption=caption, kind="map"
            )

    def _scale(self) -> None:
        length = _nice(self.view.width * 0.2)
        x, y = self.view.west + self.view.width * 0.025, self.view.south + self.view.height * 0.03
        halo = [withStroke(linewidth=3, foreground=_GROUND)]
        tick = self.view.height * 0.008
        xs, ys = [x, x, x + length, x + length], [y + tick, y, y, y + tick]
        self._axes.plot(
            xs, ys, color=INK, lw=1.0, zorder=20, path_effects=halo, solid_joinstyle="miter"
        )
        feet = (
            f"{round(length * 3.28084, -1):,.0f} ft"
            if length < 1600
            else f"{length / 1609.34:.1f} mi"
        )
        words = self._axes.text(
            x + length / 2, y + tick * 1.4, f"{text.distance(length)}  ({feet})", ha="center", va="bottom",
            fontsize=6.4, color=INK, zorder=20, path_effects=halo,
        )  # fmt: skip
        self._labels.block_text(words)

    def _side(self, bottom: float, height: float) -> Any:
        width = self._figure.get_figwidth()
        left = (_HEIGHT * SHAPE + _GAP) / width
        axes = self._figure.add_axes((left, bottom, 1 - left, height))
        axes.set_axis_off()
        return axes

    def _north(self) -> None:
        axes = self._side(0.0, 0.1)
        axes.set_xlim(0, 10)
        axes.set_ylim(0, 3)
        axes.add_patch(Polygon([(0.35, 0.2), (0.8, 2.0), (0.8, 0.65)], color=INK, lw=0))
        axes.add_patch(Polygon([(1.25, 0.2), (0.8, 2.0), (0.8, 0.65)], fill=False, ec=INK, lw=0.6))
        axes.text(0.8, 2.15, "N", ha="center", va="bottom", fontsize=7.5, fontweight="bold")
        center = text.degrees(self.plane.latitude, self.plane.longitude)
        words = f"About {center}\nWGS 84, local projection"
        axes.text(2.0, 0.2, words, fontsize=5.6, color=MUTED, va="bottom", linespacing=1.35)

    def _locator(self) -> float:
        """Draw where the map lies in the town, if the town is larger; return what is used up."""
        if not self._lines:
            return 1.0
        shapes = [shape for _, kind, shape in self._all if kind in ("freeway", "arterial")]
        if not shapes:
            return 1.0
        west, south, east, north = shapely.total_bounds(shapely.GeometryCollection(shapes))
        if (north - south) < 1.5 * self.view.height:
            return 1.0
        share = 0.27
        axes = self._side(1 - share, share)
        parts = [np.asarray(part.coords) for shape in shapes for part in shapely.get_parts(shape)]
        axes.add_collection(LineCollection(parts, linewidths=0.5, colors="#b6b1a6"))
        corners = np.asarray(self.view.box().exterior.coords)
        axes.add_patch(Polygon(corners, facecolor="#c8501e22", edgecolor=SIGNAL, lw=1.0, zorder=3))
        axes.set_xlim(min(west, self.view.west), max(east, self.view.east))
        axes.set_ylim(min(south, self.view.south), max(north, self.view.north))
        axes.set_aspect("equal", anchor="NW")
        return 1 - share - 0.03

    def _draw_legend(self, top: float) -> None:
        axes = self._side(0.12, top - 0.12)
        if self._legend:
            handles, words = zip(*self._legend, strict=True)
            axes.legend(
                handles, words, loc="upper left", bbox_to_anchor=(-0.03, 0.985), frameon=False, fontsize=6.6,
                handlelength=1.9, handletextpad=0.6, labelspacing=0.8, borderpad=0, borderaxespad=0,
                labelcolor=INK,
            )  # fmt: skip
        if self._notes:
            axes.text(
                0,
                0,
                "\n".join(_wrap(note) for note in self._notes),
                fontsize=6,
                color=SIGNAL,
                va="bottom",
            )


def _camera_style(kind: str, covered: float) -> dict[str, Any]:
    fill = INK if covered >= 0.995 else "white"
    marker = "s" if kind == "fixed" else "o"
    return {"marker": marker, "ls": "", "ms": 4.6, "mfc": fill, "mec": INK, "mew": 1.1}


def _handle(kind: str, covered: float) -> Line2D:
    return Line2D([], [], **_camera_style(kind, covered))


def _patch(shape: Any, **style: Any) -> PathPatch:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [ring for part in parts for ring in (part.exterior, *part.interiors)]
    paths = [Path(np.asarray(ring.coords)) for ring in rings]
    return PathPatch(Path.make_compound_path(*paths), **style)


def _nice(length: float) -> float:
    """Return the nearest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** math.floor(math.log10(length))
    return max(step * power for step in (1, 2, 5) if step * power <= length)


def _wrap(words: str, width: int = 26) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(words, width))
