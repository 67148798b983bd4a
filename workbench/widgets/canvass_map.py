"""CanvassMap: who was read around a place, on a map and in a list that move together.

A place is drawn as a circle or a polygon, or typed as a coordinate; what is typed is what is searched. The slider shows
a part of the window that was fetched without asking again. Picking a vehicle marks its reads on the map and tells the
desk; picking a camera or a place on the map lists the vehicles that were read there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import ipywidgets
import traitlets
from markupsafe import Markup, escape

from workbench.client import Case
from workbench.errors import BadInput
from workbench.models import Scene
from workbench.reporting import text
from workbench.times import parse_time
from workbench.widgets import canvass_view, look, shapes, symbols
from workbench.widgets.canvass_view import Canvass, Shown
from workbench.widgets.desk import Desk
from workbench.widgets.fields import text_box
from workbench.widgets.keys import on_enter
from workbench.widgets.localmap import LocalMap
from workbench.widgets.result_list import ResultList
from workbench.widgets.status import Status
from workbench.widgets.work import Worker, guarded, tell

__all__ = ["CanvassMap"]

_PANEL = "the canvass"
_START, _END = "2026-03-02 21:10", "2026-03-02 22:10"  # how a time is written
_RADIUS = "800"
_SOON_S = 0.08
_INVITE = (
    "Draw a circle or a polygon on the map, or type a place and a radius; give the time; then search. "
    "Every search is put on the record of the case."
)
_LEGEND = (
    '<i class="fixed"></i>fixed camera, where it looks <i class="mobile"></i>mobile unit '
    '<i class="part"></i>worked in part <i class="down">✕</i>out of order '
    '<i class="disc"></i>reads <i class="ring"></i>the vehicle picked'
)


class CanvassMap(ipywidgets.VBox):
    """Who was read around a place.

    Parameters
    ----------
    desk_or_case : Desk, Case or None
        What to work with; by default whoever is logged in.

    Attributes
    ----------
    value : dict
        What is typed: ``place``, ``radius``, ``start``, ``end``, ``sort``; settable.
    result : GeoDataFrame or None
        The reads that were found, as :meth:`workbench.client.Case.canvass` returns them.
    """

    result = traitlets.Any(None, allow_none=True)

    def __init__(self, desk_or_case: Desk | Case | None = None) -> None:
        super().__init__()
        self.desk = Desk.of(desk_or_case)
        self.add_class("wbd").add_class("wbm-canvass")
        self.status = Status()
        self.worker = Worker(panel=_PANEL, desk=self.desk, status=self.status)
        guard: dict[str, Any] = {"panel": _PANEL, "desk": self.desk, "status": self.status}
        self.map = LocalMap(
            height=376, draw=True, guard=lambda call: guarded(call, **guard, counts=False)
        )
        self.listed = ResultList(label="Vehicles read here")
        self._canvass: Canvass | None = None
        self._shown: Shown | None = None
        self._at: tuple[str, int | None] = (
            "",
            None,
        )  # the camera or the place whose vehicles are listed
        self._quiet = False
        self._waiting = False
        self._moving = True
        self._asked: dict[str, str] = {}  # what the result that is shown was asked with
        self._build()
        self._wire()
        self.desk.register("canvass", get=lambda: self.value, put=self._put, forget=self.clear)
        self._ground()
        self.clear()
        self._scene_changed()
        self._enable()

    # -- what an analyst uses -----------------------------------------------------------------------

    @property
    def value(self) -> dict[str, str]:
        """What is typed."""
        return {
            "place": self.place.value,
            "radius": self.radius.value,
            "start": self.start.value,
            "end": self.end.value,
            "sort": self.sort.value,
        }

    @value.setter
    def value(self, typed: Mapping[str, Any]) -> None:
        self._put({**self.value, **typed})

    def search(self) -> None:
        """Search for what is typed, as the button does."""
        self._search()

    def clear(self) -> None:
        """Show no result; what is typed stays."""
        self.worker.cancel()
        self.status.clear()
        self._canvass = self._shown = None
        self._at = ("", None)
        self.result = None
        self.map.show_reads(None)
        self.map.show_chosen()
        self.listed.fill([])
        self._detail.value = self._below.value = self._cut.value = ""
        self._heading.value = f'<p class="wbd-muted">{_INVITE}</p>'
        self._slider.disabled = True
        self._everywhere.layout.visibility = "hidden"
        self._show_cameras()

    # -- how it is built ----------------------------------------------------------------------------

    def _build(self) -> None:
        self.place = text_box(
            "Place", "36.5800, -120.2500", "Latitude, longitude; or corners with ; between", 218
        )
        self.radius = text_box(
            "Radius", _RADIUS, "Metres; or with a unit: 0.5 mi, 2500 ft, 1.2 km", 74
        )
        self.radius.value = _RADIUS
        self.start = text_box("From", _START, "The agency's own time", 142)
        self.end = text_box("To", _END, "The agency's own time", 142)
        self.button = ipywidgets.Button(description="Search", button_style="primary")
        self.sort = ipywidgets.Dropdown(
            options=[(words, name) for name, words in canvass_view.SORTS.items()],
            description="Order",
        ).add_class("wbd-hidden-label")
        self._size = ipywidgets.HTML().add_class("wbm-place-size")
        self._missing = ipywidgets.HTML().add_class("wbm-missing")
        fields = [self.place, self.radius, self.start, self.end, self.button]
        row = ipywidgets.HBox(fields).add_class("wbm-ask")
        under = ipywidgets.HBox([self._size, self._missing]).add_class("wbm-under")
        self._slider = _slider(1, 1, disabled=True)
        self._cut = ipywidgets.HTML().add_class("wbm-cut")
        self._reset = ipywidgets.Button(description="Whole window").add_class("wbd-quiet")
        time = ipywidgets.HBox([self._slider, self._cut, self._reset]).add_class("wbm-time")
        self._time = time
        legend = ipywidgets.HTML(f'<p class="wbm-legend">{_LEGEND}</p>')
        left = ipywidgets.VBox([self.map, time, legend]).add_class("wbm-left")
        self._heading = ipywidgets.HTML()
        self._everywhere = ipywidgets.Button(description="All places").add_class("wbd-quiet")
        top = ipywidgets.HBox([self.sort, self._everywhere]).add_class("wbm-order")
        self._detail = ipywidgets.HTML()
        parts = [self._heading, top, self.listed, self._detail]
        right = ipywidgets.VBox(parts).add_class("wbm-vehicles")
        self._below = ipywidgets.HTML().add_class("wbm-below")
        both = ipywidgets.HBox([left, right]).add_class("wbm-both")
        self.children = [look.style(), row, under, self.status, both, self._below]

    def _wire(self) -> None:
        guard: dict[str, Any] = {"panel": _PANEL, "desk": self.desk, "status": self.status}
        by_itself = {**guard, "counts": False}
        self.button.on_click(guarded(lambda _button: self._search(), **guard))
        for box in (self.place, self.radius, self.start, self.end):
            on_enter(box, guarded(self._search, **guard))
        for box in (self.place, self.radius):
            box.observe(guarded(self._typed, **guard), "value")
        for box in (self.start, self.end):
            box.observe(guarded(self._enable, **guard), "value")
        for name in ("start", "end"):
            traitlets.link((self.desk, name), (getattr(self, name), "value"))
        self.map.on_drawn(guarded(self._drawn, **guard), guarded(self._not_drawn, **guard))
        self.map.tell = self._tell
        self.map.on_pick(guarded(self._pointed, **guard))
        self.sort.observe(guarded(lambda _change: self._refresh(), **guard), "value")
        self._moved = guarded(lambda _change: self._soon(), **guard)
        self._slider.observe(self._moved, "value")
        self._reset.on_click(guarded(lambda _button: self._whole(), **guard))
        self._everywhere.on_click(guarded(lambda _button: self._list_at(), **guard))
        self.listed.observe(guarded(self._picked, **guard), "chosen")
        self.desk.observe(guarded(self._scene_changed, **by_itself), "scene")
        self.desk.observe(guarded(self._chosen_elsewhere, **by_itself), "chosen")
        self.desk.observe(guarded(self._enable, **by_itself), ["ready", "missing"])
        self.desk.observe(guarded(lambda _change: self._ground(), **by_itself), "bench")

    def _ground(self) -> None:
        """Show the agency's streets and cameras as soon as somebody is logged in; they stay when the desk is locked."""
        bench = self.desk.bench
        if bench is None:
            return
        self.map.show_agency(bench)
        self._register = bench.cameras()
        self._show_cameras()

    _register: Any = None

    def _show_cameras(self) -> None:
        coverage = self._canvass.reads.attrs.get("coverage", []) if self._canvass else []
        zone = self.desk.zone
        words = {entry["camera"]: canvass_view.camera_words(entry, zone) for entry in coverage}
        if self._register is not None:
            fixed = symbols.spots_of(self._register, coverage, words)
            moving = canvass_view.mobile_spots(self._canvass) if self._canvass else []
            self.map.show_cameras([*fixed, *moving])

    def _enable(self, _change: Any = None) -> None:
        self.button.disabled = not self.desk.ready
        self.button.tooltip = self.desk.missing or "Search; it is put on the record of the case"
        words = self.desk.missing
        if not words and self._canvass is not None and self._asked != self._asking():
            words = "Not searched yet: list and reads are those of the search before."
        self._missing.value = str(escape(words))

    def _asking(self) -> dict[str, str]:
        return {name: words for name, words in self.value.items() if name != "sort"}

    # -- the place ----------------------------------------------------------------------------------

    def _typed(self, _change: Any = None) -> None:
        if self._quiet:
            return
        try:
            scene = shapes.scene_of_text(self.place.value, self.radius.value)
        except BadInput as error:
            self._size.value = str(
                Markup('<span class="wrong">{} {}</span>').format(error.problem, error.next_step)
            )
            return
        self._set_scene(scene)

    def _drawn(self, scene: Scene) -> None:
        """Write what was drawn into the boxes: they are what is searched. The map stays where it is."""
        self._write(scene)
        self._moving = False
        try:
            self._set_scene(scene)
        finally:
            self._moving = True

    def _not_drawn(self, error: BaseException) -> None:
        tell(error, panel=_PANEL, desk=self.desk, status=self.status)

    def _write(self, scene: Scene) -> None:
        place, radius = shapes.text_of(scene)
        self._quiet = True
        try:
            self.place.value = place
            if not scene.polygon:
                self.radius.value = radius
        finally:
            self._quiet = False

    def _set_scene(self, scene: Scene | None) -> None:
        self.desk.scene = scene
        self._say_size(scene)

    def _say_size(self, scene: Scene | None) -> None:
        self._size.value = "" if scene is None else str(escape(shapes.size_words(scene)))
        self.map.show_scene(scene)
        self._enable()

    def _scene_changed(self, _change: Any = None) -> None:
        """Follow a place that was set elsewhere."""
        scene = self.desk.scene
        try:
            mine = shapes.scene_of_text(self.place.value, self.radius.value)
        except BadInput:
            mine = None
        if scene is not None and scene != mine:
            self._write(scene)
        self._say_size(scene)
        if scene is not None and self._moving:
            self.map.look_at_scene(scene)

    # -- the search ---------------------------------------------------------------------------------

    def _search(self) -> None:
        case = self.desk.case
        if not self.desk.ready or case is None:
            return
        scene = shapes.scene_of_text(self.place.value, self.radius.value)
        if scene is None:
            raise BadInput(
                "There is no place yet.", "Type a place and a radius, or draw on the map."
            )
        start, end = (
            parse_time(box.value, case.bench.settings.zone) for box in (self.start, self.end)
        )
        self._set_scene(scene)
        asked = self._asking()
        self.worker.start(
            "Searching",
            _fetch,
            case,
            scene,
            start,
            end,
            then=lambda found: self._found(found, asked),
        )

    def _found(self, canvass: Canvass, asked: dict[str, str]) -> None:
        self._canvass, self._asked = canvass, asked
        self._at = ("", None)
        self._show_cameras()
        step = canvass_view.slider_step(canvass.length)
        self._quiet = True
        try:
            self._fresh_slider(step, max(step, round(canvass.length)))
        finally:
            self._quiet = False
        attrs = canvass.reads.attrs
        coverage = attrs.get("coverage", [])
        self._below.value = str(
            canvass_view.coverage_html(coverage, canvass.zone) + canvass_view.caveats_html(attrs)
        )
        if self.desk.scene is not None:
            self.map.look_at_scene(self.desk.scene)
        self._refresh()
        self._enable()
        self.result = canvass.reads

    def _fresh_slider(self, step: int, top: int) -> None:
        """Put a slider of another range in the old one's place.

        A slider whose range and value change together may cut the new value to the old range and send that back.
        """
        old, self._slider = self._slider, _slider(step, top)
        self._slider.observe(self._moved, "value")
        self._time.children = [self._slider, *self._time.children[1:]]
        old.close()

    # -- what is shown of it ------------------------------------------------------------------------

    def _soon(self) -> None:
        """Show what the slider says, once for all of its steps that come together."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._refresh()
            return
        if not self._waiting and not self._quiet:
            self._waiting = True
            call = guarded(
                self._refresh, panel=_PANEL, desk=self.desk, status=self.status, counts=False
            )
            loop.call_later(_SOON_S, call)

    def _whole(self) -> None:
        self._slider.value = (self._slider.min, self._slider.max)

    def _list_at(self, camera: str = "", place: int | None = None) -> None:
        self._at = (camera, place)
        self._refresh()

    def _refresh(self) -> None:
        """Bring map, list and words to the slider, the order, and the camera or place picked."""
        self._waiting = False
        canvass = self._canvass
        if canvass is None or self._quiet:
            return
        first, last = self._slider.value
        last = canvass.length if last >= self._slider.max else last
        sort, (camera, place) = self.sort.value, self._at
        shown = canvass.show(first, last, camera=camera, place=place, sort=sort)
        within = shown if not camera and place is None else canvass.show(first, last, sort=sort)
        self._shown = shown
        self.map.show_reads(canvass.places, canvass.places.counts(within.reads))
        self._cut.value = canvass_view.span_words(canvass, first, last, within)
        self._heading.value = str(_heading(canvass, shown, self._where()))
        self._everywhere.layout.visibility = "visible" if camera or place is not None else "hidden"
        self._fill(canvass, shown)

    def _fill(self, canvass: Canvass, shown: Shown) -> None:
        left = len(shown.vehicles) - canvass_view.MOST_ROWS
        foot = (
            f"<p class='wbd-muted'>and {text.number(left)} more: narrow the time or the place</p>"
        )
        self._quiet = True
        try:
            self.listed.fill(canvass_view.list_rows(canvass, shown), foot=foot if left > 0 else "")
            self._mark(self._vehicle())
        finally:
            self._quiet = False

    def _where(self) -> str:
        camera, place = self._at
        if camera:
            return f"at {camera}"
        canvass = self._canvass
        if place is None or canvass is None:
            return ""
        return f"at {text.join(canvass_view.cameras_at(canvass, place)[:3])}"

    # -- one vehicle --------------------------------------------------------------------------------

    def _vehicle(self) -> int:
        """Return the row of the vehicle that the desk has chosen, -1 where it was not read here."""
        chosen = self.desk.chosen
        if not chosen or self._canvass is None:
            return -1
        return self._canvass.find(str(chosen["plate"]), str(chosen.get("state") or ""))

    def _picked(self, change: Any) -> None:
        at, shown, canvass = int(change["new"]), self._shown, self._canvass
        if self._quiet or canvass is None or shown is None or not 0 <= at < len(shown.vehicles):
            return
        row = canvass.vehicles.iloc[shown.vehicles[at]]
        state = row["state"]
        self.desk.chosen = {
            "plate": str(row["plate"]),
            "state": str(state or ""),
        }

    def _chosen_elsewhere(self, _change: Any = None) -> None:
        self._quiet = True
        try:
            self._mark(self._vehicle())
        finally:
            self._quiet = False

    def _mark(self, vehicle: int) -> None:
        """Mark a vehicle in the list and on the map."""
        canvass, shown = self._canvass, self._shown
        if canvass is None or shown is None or vehicle < 0:
            self.listed.chosen = -1
            self.map.show_chosen()
            self._detail.value = ""
            return
        listed = shown.vehicles[: canvass_view.MOST_ROWS]
        self.listed.chosen = listed.index(vehicle) if vehicle in listed else -1
        own = canvass.reads_of(vehicle)
        joined = [(at, at + 1) for at in range(len(own) - 1)]
        marked = symbols.chosen_features(own["latitude"], own["longitude"], joined=joined)
        self.map.show_chosen(marked)
        self._detail.value = str(canvass_view.detail_html(canvass, vehicle))

    def _tell(self, what: Mapping[str, Any]) -> str:
        canvass = self._canvass
        return (
            canvass_view.place_words(canvass, int(what["place"]), int(what["reads"]))
            if canvass
            else ""
        )

    def _pointed(self, kind: str, what: Mapping[str, Any]) -> None:
        """List the vehicles of the camera or the place that was clicked on the map."""
        canvass = self._canvass
        if canvass is None:
            return
        if kind == "camera":
            self._list_at(camera=str(what.get("camera", "")))
        elif kind == "place":
            self._list_at(place=int(what["place"]))
        else:
            latitude, longitude = what["at"]
            counts = canvass.places.counts()
            near = canvass.places.nearest(latitude, longitude, counts, float(what["reach_m"]))
            self._list_at(place=near)

    # -- what is typed, kept and set ----------------------------------------------------------------

    def _put(self, typed: Mapping[str, Any]) -> None:
        self._quiet = True
        try:
            self.place.value = str(typed.get("place") or "")
            self.radius.value = str(typed.get("radius") or _RADIUS)
            if "start" in typed:
                self.start.value = str(typed.get("start") or "")
            if "end" in typed:
                self.end.value = str(typed.get("end") or "")
            sort = str(typed.get("sort") or "unusual")
            self.sort.value = sort if sort in canvass_view.SORTS else "unusual"
        finally:
            self._quiet = False
        self._typed()


def _fetch(case: Case, scene: Scene, start: Any, end: Any) -> Canvass:
    return Canvass.of(case.canvass(scene=scene, start=start, end=end))


def _slider(step: int, top: int, *, disabled: bool = False) -> ipywidgets.IntRangeSlider:
    """Return a slider over a window of ``top`` seconds, all of it chosen."""
    return ipywidgets.IntRangeSlider(
        description="Shown",
        readout=False,
        min=0,
        max=top,
        step=step,
        value=(0, top),
        disabled=disabled,
    )


def _heading(canvass: Canvass, shown: Shown, where: str) -> Markup:
    count = len(shown.vehicles)
    usual = canvass.vehicles["usual"].to_numpy()[list(shown.vehicles)]
    new = int((usual == canvass_view.NEW).sum())
    vehicles = f"{text.number(count)} vehicle" + ("" if count == 1 else "s")
    if not count:
        words = "That is not to say that nobody passed." if not where else ""
        return Markup("<h3>No plate was read {}</h3><p>{}</p>").format(where or "here", words)
    fresh = f"{text.number(new)} not seen here before" if new else "all seen here before"
    if (canvass.vehicles["baseline_days"] == 0).all():
        fresh = "no earlier days to compare"
    return Markup('<h3>{}</h3><p class="wbd-muted wbd-small">{}</p>').format(
        f"{vehicles} {where}".strip(), fresh
    )
