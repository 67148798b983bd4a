"""The base map of the desk: drawn from the agency's own streets, without a tile server.

A :class:`LocalMap` asks nobody for anything, unless an administrator names a tile server in the settings
(``[map] tiles = "https://…"``); then it says below the map who is told which places are looked at.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

import ipyleaflet
import ipywidgets
import numpy as np

from workbench.errors import WorkbenchError
from workbench.models import Scene
from workbench.widgets import layers, maplabels, projection, shapes, symbols
from workbench.widgets.layers import CLASSES, Ground
from workbench.widgets.look import ACCENT, INK, SIGNAL
from workbench.widgets.maplabels import Mark
from workbench.widgets.projection import Bounds
from workbench.widgets.symbols import EMPTY, CameraSpot

__all__ = ["LocalMap", "ground_of"]

_PANES = {
    "ground": {"zIndex": 300, "pointerEvents": "none"},
    "shade": {"zIndex": 350, "pointerEvents": "none"},
    "marks": {"zIndex": 440, "pointerEvents": "none"},
    "names": {"zIndex": 460, "pointerEvents": "none"},
}
_WIDTH, _HEIGHT = 740, 440  # what a map has before the browser says how large it is
_SOON_S = 0.04
_LET_GO_S = 0.6
_PAD = 0.35
_NOWHERE = Bounds(-125.0, 24.0, -66.0, 50.0)


class _Still(ipyleaflet.GeoJSON):
    """A GeoJSON layer whose style changes without its data being copied and sent again."""

    def _get_data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.data
        return data


def ground_of(bench: Any) -> Ground:
    """Return the ground of a bench's maps; worked out once for as long as the agency's files stay as they are."""
    folder = Path(bench.settings.map)
    stamps = tuple(
        (path.name, path.stat().st_mtime_ns) for path in sorted(folder.glob("*")) if path.is_file()
    )
    cameras = bench.cameras()
    placed = cameras[cameras["latitude"].notna()]
    key = (str(folder), stamps, tuple(zip(placed["latitude"], placed["longitude"], strict=True)))
    return _cached(_Once(key, bench, placed))


class _Once:
    """The parts of a ground that is asked for; equal where its key is."""

    def __init__(self, key: tuple[Any, ...], bench: Any, cameras: Any) -> None:
        self.key, self.bench, self.cameras = key, bench, cameras

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once) and self.key == other.key


@lru_cache(maxsize=4)
def _cached(asked: _Once) -> Ground:
    bench = asked.bench
    return layers.ground(bench.layer("streets"), bench.layer("areas"), cameras=asked.cameras)


class LocalMap(ipywidgets.VBox):
    """A map with the ground, cameras, a scene, reads and one vehicle, and words below it.

    Parameters
    ----------
    height : int
        In pixels.
    draw : bool
        Whether a circle or a polygon can be drawn.
    guard : callable, optional
        Wraps each callback of the map, so that an error in one is shown and recorded; see
        :func:`workbench.widgets.work.guarded`.
    """

    def __init__(
        self,
        *,
        height: int = _HEIGHT,
        draw: bool = False,
        guard: Callable[[Callable[..., Any]], Callable[..., Any]] | None = None,
    ) -> None:
        self.height = height
        self._guard = guard or _as_it_is
        self._drew = -math.inf
        self._ground = Ground((), None)
        self._spots: list[CameraSpot] = []
        self._tiles = False
        self._picture: maplabels.Picture | None = None
        self._waiting = False
        self._turn = 0
        self._places: symbols.Places | None = None
        self._counts: Any = None
        self._warm = False
        self._zoom: float | None = None
        self._picked: list[Callable[[str, Mapping[str, Any]], Any]] = []
        self._drawn: list[Callable[[Scene], Any]] = []
        self._wrong: Callable[[BaseException], Any] | None = None
        self._streets: dict[tuple[str, bool], _Still] = {}
        self.map = _new_map(height)
        self._base: tuple[Any, ...] = ()
        self._edge: tuple[Any, ...] = ()
        self.tell: Callable[[Mapping[str, Any]], str] | None = None  # words for a place pointed at
        self._shade = _Still(data=EMPTY, style={"pane": "shade"}, point_style={"radius": 3.2})
        self._reads = _Still(data=EMPTY, point_style={"radius": 6}, style=_DISC, hover_style=_OVER)
        self._heat = ipyleaflet.Heatmap(
            locations=[], radius=9, blur=8, max_zoom=1, min_opacity=0.02, gradient=_HEAT
        )
        self._cameras = _Still(data=EMPTY)
        self._marks = _Still(data=EMPTY, style={"pane": "marks"}, point_style={"radius": 7})
        self._step = _Still(data=EMPTY, style={"pane": "marks"}, point_style={"radius": 8})
        self._names = ipyleaflet.ImageOverlay(url=_NOTHING, bounds=((0, 0), (0, 0)), pane="names")
        self.note = ipywidgets.HTML().add_class("wbm-map-note")
        self.hint = ipywidgets.HTML().add_class("wbm-map-hint")
        super().__init__([self.map, self.hint, self.note])
        self.add_class("wbm-map")
        self._wire(draw=draw)
        self._stack()
        self.look_at(_NOWHERE)

    # -- what it shows ------------------------------------------------------------------------------

    def show_agency(self, bench: Any) -> None:
        """Show the ground of a bench's agency: its own streets, or the tile server that its settings name."""
        settings = bench.settings
        self.show_ground(
            ground_of(bench),
            tiles=settings.tiles,
            attribution=settings.tiles_attribution,
            host=settings.tile_host,
        )

    def show_ground(
        self, ground: Ground, *, tiles: str = "", attribution: str = "", host: str = ""
    ) -> None:
        """Show the ground, and look at it.

        Parameters
        ----------
        ground : Ground
            As :func:`ground_of` gives it.
        tiles, attribution, host : str
            Of the tile server that an administrator named, if any: it then stands for the ground.
        """
        if self._base and ground is self._ground and bool(tiles) == self._tiles:
            return  # the same member is back: the map stays where it was
        self._ground, self._tiles = ground, bool(tiles)
        self._streets = {}
        if tiles:
            self._base = (_tile_layer(tiles, attribution),)
            self.note.value = (
                f"<b>Map background by {escape(host)}.</b> That server is told every place you look at here, and when. "
                f"Your administrator turned it on in the settings. {escape(attribution)}"
            )
        else:
            self._base = tuple(self._ground_layers(ground))
            self.note.value = escape(ground.note)
        self.map.zoom_snap = 1.0 if tiles else 0.5
        self._stack()
        if ground.bounds is not None:
            self.look_at(ground.bounds)
        self._redraw(force=True)

    def show_cameras(self, spots: Sequence[CameraSpot]) -> None:
        """Show cameras."""
        self._spots = list(spots)
        self._redraw(force=True)

    def show_scene(self, scene: Scene | None) -> None:
        """Show a scene, or none."""
        self._shade.data = symbols.scene_features(scene)
        self._edge = ()
        if scene is not None and not scene.polygon:
            at, radius = (scene.latitude, scene.longitude), round(scene.radius_m)
            edge = {"weight": 2, "color": symbols.EDGE["color"], "fill": False, "pane": "shade"}
            self._edge = (ipyleaflet.Circle(location=at, radius=radius, **edge),)
        self._stack()

    def show_reads(self, places: symbols.Places | None, counts: Any = None) -> str:
        """Show where reads were made, as one layer; return which kind: ``"points"``, ``"heat"`` or ``""``.

        Where the places are too many to tell apart they are heat; close by, where fewer are seen, points again.
        """
        self._places, self._counts = places, counts
        return self._draw_reads(self._view().padded(_PAD))

    def _draw_reads(self, view: Bounds) -> str:
        places, counts = self._places, self._counts
        shown = 0 if places is None else int((counts > 0).sum())
        if places is not None and shown > symbols.MOST_PLACES:
            counts = np.where(places.within(view), counts, 0)
            shown = int((counts > 0).sum())
        kind = "heat" if shown > symbols.MOST_PLACES else "points" if shown else ""
        points, heat = EMPTY, []
        if places is not None and kind == "points":
            points = symbols.place_features(places, counts)
        elif places is not None and kind == "heat":
            heat = symbols.heat_points(places, counts, float(self.map.zoom))
        self._reads.data, self._heat.locations = points, heat
        if self._warm != (kind == "heat"):
            self._warm = kind == "heat"
            self._stack()
        self._draw_cameras()  # again, so that they stand above the reads
        return kind

    def show_chosen(self, features: Mapping[str, Any] = EMPTY) -> None:
        """Show one vehicle's reads; nothing shows none."""
        self._marks.data = dict(features)

    def show_step(self, features: Mapping[str, Any] = EMPTY) -> None:
        """Show the read that is being played."""
        self._step.data = dict(features)

    def say(self, words: str = "") -> None:
        """Say something about what is pointed at, in the line below the map."""
        self.hint.value = escape(words)

    def look_at(self, bounds: Bounds, *, most: float = 17.0) -> None:
        """Move the map so that a rectangle is seen whole."""
        width, height = self._size()
        step = self.map.zoom_snap
        center, zoom = projection.fit(bounds, width - 16, height - 16, step=step, most=most)
        with self.map.hold_sync():
            self.map.center, self.map.zoom = list(center), zoom
        self._redraw()

    def look_at_scene(self, scene: Scene) -> None:
        """Move the map to a scene, with as much around it as the reports show."""
        lons, lats = zip(*shapes.outline(scene), strict=True)
        self.look_at(Bounds.around(lats, lons).padded(0.1))

    # -- what is done to it -------------------------------------------------------------------------

    def on_pick(self, function: Callable[[str, Mapping[str, Any]], Any]) -> None:
        """Call a function with ``"camera"``, ``"place"`` or ``"map"`` and the properties of what was clicked.

        ``"map"`` comes with ``at`` (latitude, longitude) and ``reach_m`` while reads are drawn as heat, which has
        nothing to click on.
        """
        self._picked.append(function)

    def on_drawn(
        self, function: Callable[[Scene], Any], wrong: Callable[[BaseException], Any] | None = None
    ) -> None:
        """Call a function with the scene that was drawn, or ``wrong`` with what is the matter with the drawing."""
        self._drawn.append(function)
        self._wrong = wrong

    def _wire(self, *, draw: bool) -> None:
        controls: list[Any] = [
            ipyleaflet.ZoomControl(position="topleft"),
            ipyleaflet.ScaleControl(position="bottomleft", max_width=140),
        ]
        if draw:
            self.drawing = _draw_control()
            self.drawing.on_draw(self._guard(self._on_draw))
            controls.insert(1, self.drawing)
        self.map.controls = tuple(controls)
        for layer, kind in ((self._reads, "place"), (self._cameras, "camera")):
            layer.on_click(self._clicked(kind))
            layer.on_hover(self._guard(self._pointed))
        self.map.on_interaction(self._interaction)
        self.map.observe(self._guard(lambda _change: self._soon()), ["zoom", "bounds"])

    def _clicked(self, kind: str) -> Callable[..., None]:
        def click(**content: Any) -> None:
            if time.monotonic() - self._drew < _LET_GO_S:
                return  # the button that ended a drawing was let go over a sign
            for function in self._picked:
                function(kind, content.get("properties") or {})

        return click

    def _pointed(self, **content: Any) -> None:
        given = content.get("properties") or {}
        words = str(given.get("words") or "")
        if "place" in given and self.tell is not None:
            words = self.tell(given)
        if given.get("camera"):
            words = f"{given['camera']} {words}"
        self.say(words)

    def _interaction(self, **content: Any) -> None:
        if content.get("type") != "click" or self._heat not in self.map.layers:
            return
        if time.monotonic() - self._drew < _LET_GO_S:
            return
        latitude, longitude = (float(value) for value in content["coordinates"])
        reach = 14 * projection.metres_per_pixel(latitude, float(self.map.zoom))
        for function in self._picked:
            function("map", {"at": (latitude, longitude), "reach_m": reach})

    def _on_draw(self, control: Any, *, action: str, geo_json: Any) -> None:
        if action != "created":
            return
        control.clear()
        try:
            scene = shapes.scene_of_drawing(geo_json)
        except WorkbenchError as error:
            if self._wrong is None:
                raise
            self._wrong(error)
            return
        finally:
            self._drew = time.monotonic()
        for function in self._drawn:
            function(scene)
        self._drew = time.monotonic()

    # -- drawing again ------------------------------------------------------------------------------

    def _stack(self) -> None:
        warm = (self._heat,) if self._warm else ()
        above = (self._reads, self._cameras, self._marks, self._step, self._names)
        self.map.layers = (*self._base, self._shade, *self._edge, *warm, *above)

    def _ground_layers(self, ground: Ground) -> list[_Still]:
        """Return the layers of the ground: areas, edges of streets, their fills, boundaries."""
        areas = {part.name: part for part in ground.layers if part.name not in CLASSES}
        streets = [part for part in ground.layers if part.name in CLASSES]
        stack = [self._area(name, areas[name].data) for name in ("park", "water") if name in areas]
        if "rail" in areas:
            stack += [self._area(name, areas["rail"].data) for name in ("rail", "ties")]
        for part in streets:
            for casing in (True, False):
                layer = _Still(data=part.data)
                self._streets[part.name, casing] = layer
                stack.append(layer)
        if "boundary" in areas:
            stack.append(self._area("boundary", areas["boundary"].data))
        self._zoom = None
        return stack

    def _area(self, name: str, data: dict[str, Any]) -> _Still:
        return _Still(data=data, style={**layers.AREA_STYLES[name], "pane": "ground"})

    def _soon(self) -> None:
        """Draw again shortly, once for all changes that come together."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._redraw()
            return
        if not self._waiting:
            self._waiting = True
            loop.call_later(_SOON_S, self._guard(self._redraw))

    def _redraw(self, *, force: bool = False) -> None:
        """Bring widths, signs and names to the zoom and the place that are seen."""
        self._waiting = False
        zoom = float(self.map.zoom)
        if zoom != self._zoom or force:
            for (kind, casing), layer in self._streets.items():
                style = {**layers.street_style(kind, zoom, casing=casing), "pane": "ground"}
                if layer.style != style:
                    layer.style = style
            self._draw_cameras()
            self._zoom, self._picture = zoom, None
        view = self._view()
        picture = self._picture
        if picture is None or picture.zoom != zoom or not picture.bounds.holds(view):
            around = view.padded(_PAD)
            self._write(around, zoom)
            if self._places is not None and len(self._places) > symbols.MOST_PLACES:
                self._draw_reads(around)

    def _draw_cameras(self) -> None:
        self._turn += 1
        features = symbols.camera_features(self._spots, float(self.map.zoom))
        self._cameras.data = {**features, "turn": self._turn}

    def _write(self, view: Bounds, zoom: float) -> None:
        marks = [Mark(spot.latitude, spot.longitude, spot.code, size=10.0) for spot in self._spots]
        names = () if self._tiles else self._ground.names
        halo = "#ffffff" if self._tiles else layers.GROUND
        self._picture = maplabels.labels(names, marks, view, zoom, halo=halo)
        with self._names.hold_sync():
            self._names.bounds = [[view.south, view.west], [view.north, view.east]]
            self._names.url = self._picture.url

    def _size(self) -> tuple[float, float]:
        """Return the map's width and height in pixels, as the browser said or as it is likely to be."""
        width = float(self.map.right) - float(self.map.left)
        height = float(self.map.bottom) - float(self.map.top)
        known = 100 < width < 10_000 and 100 < height < 10_000
        return (width, height) if known else (float(_WIDTH), float(self.height))

    def _view(self) -> Bounds:
        """Return what is seen, worked out from center and zoom: the browser tells its bounds a little later."""
        width, height = self._size()
        zoom = float(self.map.zoom)
        x, y = projection.pixels(float(self.map.center[0]), float(self.map.center[1]), zoom)
        north, west = projection.positions(x - width / 2, y - height / 2, zoom)
        south, east = projection.positions(x + width / 2, y + height / 2, zoom)
        return Bounds(float(west), float(south), float(east), float(north))


def _as_it_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


_NOTHING = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"
_DISC = {
    "color": "#ffffff", "weight": 1.0, "opacity": 0.9, "fillColor": ACCENT, "fillOpacity": 0.34,
}  # fmt: skip
_OVER = {"color": INK, "weight": 2.0}
_HEAT = {"0.15": "#c3d8e7", "0.4": "#7fadce", "0.7": "#2f6f9f", "1.0": "#0d3354"}


def _new_map(height: int) -> Any:
    """Return a map without a tile layer: ipyleaflet's own default is a server's, so layers are always given."""
    return ipyleaflet.Map(
        layers=(),
        basemap={},
        panes=_PANES,
        prefer_canvas=True,
        zoom_control=False,
        attribution_control=False,
        scroll_wheel_zoom=True,
        zoom_snap=0.5,
        zoom_delta=1.0,
        min_zoom=3,
        max_zoom=18,
        keyboard=True,
        layout=ipywidgets.Layout(width="100%", height=f"{height}px"),
    ).add_class("wbm-leaflet")


def _tile_layer(tiles: str, attribution: str) -> Any:
    return ipyleaflet.TileLayer(url=tiles, attribution=escape(attribution), base=True, max_zoom=18)


def _draw_control() -> Any:
    style = {"color": SIGNAL, "weight": 2, "opacity": 1, "fillColor": SIGNAL, "fillOpacity": 0.08}
    return ipyleaflet.DrawControl(
        position="topleft",
        circle={"shapeOptions": style, "metric": True, "feet": False},
        polygon={"shapeOptions": style, "allowIntersection": False, "showArea": False},
        polyline={},
        circlemarker={},
        rectangle={},
        marker={},
        edit=False,
        remove=False,
    )
