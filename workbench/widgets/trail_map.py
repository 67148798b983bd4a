"""TrailMap: one vehicle's reads in time, on a map and in a list, played one after the other.

Lines between reads are straight and broken: the way between is not known. To look at a vehicle's reads is an access on
the record of the case, so it happens when Search is pressed, not when a vehicle is picked elsewhere on the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import traitlets
from markupsafe import escape

from workbench.client import Case
from workbench.errors import BadInput
from workbench.times import parse_time
from workbench.widgets import canvass_view, look, symbols, trail_view
from workbench.widgets.desk import Desk
from workbench.widgets.fields import text_box
from workbench.widgets.keys import on_enter
from workbench.widgets.localmap import LocalMap
from workbench.widgets.projection import Bounds
from workbench.widgets.result_list import ResultList
from workbench.widgets.status import Status
from workbench.widgets.trail_view import Trail
from workbench.widgets.work import Worker, guarded

__all__ = ["TrailMap"]

_PANEL = "the trail"
_START, _END = "2026-03-01 00:00", "2026-03-08 00:00"  # how a time is written
_STEP_MS = 900
_INVITE = (
    "Type a plate, or pick a vehicle in another search; give the time; then search. "
    "To see where a vehicle was read is an access of its own on the record."
)
_LEGEND = (
    '<i class="fixed"></i>fixed camera, where it looks <i class="ring"></i>reads of this vehicle '
    '<i class="here"></i>the read played <i class="dash"></i>within an hour; the way is not known'
)


class TrailMap(ipywidgets.VBox):
    """One vehicle's reads in time.

    Parameters
    ----------
    desk_or_case : Desk, Case or None
        What to work with; by default whoever is logged in.

    Attributes
    ----------
    value : dict
        What is typed: ``plate``, ``state``, ``start``, ``end``; settable.
    result : GeoDataFrame or None
        The reads that were found, as :meth:`workbench.client.Case.history` returns them.
    """

    result = traitlets.Any(None, allow_none=True)

    def __init__(self, desk_or_case: Desk | Case | None = None) -> None:
        super().__init__()
        self.desk = Desk.of(desk_or_case)
        self.add_class("wbd").add_class("wbm-trail")
        self.status = Status()
        self.worker = Worker(panel=_PANEL, desk=self.desk, status=self.status)
        guard: dict[str, Any] = {"panel": _PANEL, "desk": self.desk, "status": self.status}
        self.map = LocalMap(height=376, guard=lambda call: guarded(call, **guard, counts=False))
        self.listed = ResultList(label="Reads of this vehicle, in time")
        self._trail: Trail | None = None
        self._register: Any = None
        self._quiet = False
        self._build()
        self._wire()
        self._ground()
        self.clear()
        self._chosen()
        self._enable()
        self.desk.register("trail", get=lambda: self.value, put=self._put, forget=self.clear)

    # -- what an analyst uses -----------------------------------------------------------------------

    @property
    def value(self) -> dict[str, str]:
        """What is typed."""
        boxes = {"plate": self.plate, "state": self.state, "start": self.start, "end": self.end}
        return {name: box.value for name, box in boxes.items()}

    @value.setter
    def value(self, typed: Mapping[str, Any]) -> None:
        self._put({**self.value, **typed})

    def search(self) -> None:
        """Search for what is typed, as the button does."""
        self._search()

    def show(self, reads: Any) -> None:
        """Show reads that were looked up already, such as those of a vehicle picked in a list: no further access.

        Parameters
        ----------
        reads : GeoDataFrame
            As :meth:`workbench.client.Case.history` returns them.
        """
        self.worker.cancel()
        self._found(reads)

    def clear(self) -> None:
        """Show no result; what is typed stays."""
        self.worker.cancel()
        self.status.clear()
        self._trail = None
        self.result = None
        self.map.show_chosen()
        self.map.show_step()
        self.listed.fill([])
        self._heading.value = f'<p class="wbd-muted">{_INVITE}</p>'
        self._clock.value = self._below.value = ""
        self._range(0)

    # -- how it is built ----------------------------------------------------------------------------

    def _build(self) -> None:
        self.plate = text_box("Plate", "7ABX123", "The whole plate", 142)
        self.state = text_box("State", "CA", "Two letters; empty for any", 58)
        self.start = text_box("From", _START, "The agency's own time", 142)
        self.end = text_box("To", _END, "The agency's own time", 142)
        self.button = ipywidgets.Button(description="Search", button_style="primary")
        self._missing = ipywidgets.HTML().add_class("wbm-missing")
        fields = [self.plate, self.state, self.start, self.end, self.button]
        row = ipywidgets.HBox(fields).add_class("wbm-ask")
        under = ipywidgets.HBox([self._missing]).add_class("wbm-under")
        self.player = ipywidgets.Play(
            min=0, max=0, interval=_STEP_MS, show_repeat=False, tooltip="Play the reads in time"
        )
        self.step = ipywidgets.IntSlider(description="Read", min=0, max=0, readout=False)
        ipywidgets.jslink((self.player, "value"), (self.step, "value"))
        self._clock = ipywidgets.HTML().add_class("wbm-cut")
        play = ipywidgets.HBox([self.player, self.step]).add_class("wbm-time")
        legend = ipywidgets.HTML(f'<p class="wbm-legend">{_LEGEND}</p>')
        left = ipywidgets.VBox([self.map, play, self._clock, legend]).add_class("wbm-left")
        self._heading = ipywidgets.HTML()
        right = ipywidgets.VBox([self._heading, self.listed]).add_class("wbm-reads-list")
        both = ipywidgets.HBox([left, right]).add_class("wbm-both")
        self._below = ipywidgets.HTML().add_class("wbm-below")
        self.children = [look.style(), row, under, self.status, both, self._below]

    def _wire(self) -> None:
        guard: dict[str, Any] = {"panel": _PANEL, "desk": self.desk, "status": self.status}
        by_itself = {**guard, "counts": False}
        self.button.on_click(guarded(lambda _button: self._search(), **guard))
        for box in (self.plate, self.state, self.start, self.end):
            on_enter(box, guarded(self._search, **guard))
        for name in ("start", "end"):
            box = getattr(self, name)
            box.value = getattr(self.desk, name)
            self.desk.observe(guarded(self._follow(name), **by_itself), name)
        self.step.observe(guarded(lambda _change: self._stepped(), **by_itself), "value")
        self.listed.observe(guarded(self._picked, **guard), "chosen")
        self.desk.observe(guarded(self._chosen, **by_itself), "chosen")
        self.desk.observe(guarded(self._enable, **by_itself), ["ready", "missing"])
        self.desk.observe(guarded(lambda _change: self._ground(), **by_itself), "bench")

    def _follow(self, name: str) -> Any:
        """Return what keeps a time box at the desk's own for as long as nothing else was typed into it."""

        def changed(change: Any) -> None:
            box = getattr(self, name)
            if box.value == str(change["old"] or ""):
                box.value = str(change["new"] or "")

        return changed

    def _ground(self) -> None:
        bench = self.desk.bench
        if bench is None:
            return
        self.map.show_agency(bench)
        self.map.show_cameras(symbols.spots_of(bench.cameras(), []))

    def _enable(self, _change: Any = None) -> None:
        self.button.disabled = not self.desk.ready
        self.button.tooltip = self.desk.missing or "Search; it is put on the record of the case"
        self._missing.value = str(escape(self.desk.missing))

    # -- the search ---------------------------------------------------------------------------------

    def _chosen(self, _change: Any = None) -> None:
        """Write the vehicle that was picked elsewhere into the boxes; whose reads are shown does not change."""
        chosen = self.desk.chosen
        if chosen:
            self.plate.value = str(chosen.get("plate") or "")
            self.state.value = str(chosen.get("state") or "")

    def _search(self) -> None:
        case = self.desk.case
        if not self.desk.ready or case is None:
            return
        plate = self.plate.value.strip()
        if not plate:
            raise BadInput(
                "There is no plate yet.", "Type one, or pick a vehicle in another search."
            )
        start, end = (
            parse_time(box.value, case.bench.settings.zone) for box in (self.start, self.end)
        )
        state = self.state.value.strip().upper() or None
        self.player.playing = False
        self.worker.start(
            "Searching", case.history, plate, start=start, end=end, state=state, then=self._found
        )

    def _found(self, reads: Any) -> None:
        self._trail = trail = Trail.of(reads)
        self.listed.fill(trail_view.list_rows(trail), foot=_rest(trail))
        self._heading.value = str(trail_view.heading_html(trail))
        self._below.value = str(canvass_view.caveats_html(reads.attrs))
        own = trail.reads
        self.map.show_chosen(
            symbols.chosen_features(own["latitude"], own["longitude"], joined=trail.joins())
        )
        if len(trail):
            around = Bounds.around(own["latitude"], own["longitude"]).grown(300)
            self.map.look_at(around, most=16.0)
        self._range(len(trail))
        self._stepped()
        self.result = reads

    # -- playing ------------------------------------------------------------------------------------

    def _range(self, count: int) -> None:
        last = max(0, count - 1)
        self._quiet = True
        try:
            self.player.playing = False
            for widget in (self.player, self.step):
                widget.value = 0
                widget.max = last
                widget.disabled = count < 2
        finally:
            self._quiet = False

    def _stepped(self) -> None:
        """Show the read that the slider stands at, and the way from the one before as a straight line."""
        trail = self._trail
        if self._quiet:
            return
        if trail is None or not len(trail):
            self.map.show_step()
            self._clock.value = ""
            return
        at = min(int(self.step.value), len(trail) - 1)
        joined = at > 0 and trail.seconds(at) <= trail_view.JOIN_S
        before = trail.position(at - 1) if joined else None
        self.map.show_step(symbols.step_features(trail.position(at), before))
        self._clock.value = str(trail_view.step_words(trail, at))
        self._quiet = True
        try:
            self.listed.chosen = at if at < len(self.listed.rows) else -1
        finally:
            self._quiet = False

    def _picked(self, change: Any) -> None:
        if not self._quiet and int(change["new"]) >= 0:
            self.player.playing = False
            self.step.value = int(change["new"])

    def _put(self, typed: Mapping[str, Any]) -> None:
        for name in ("plate", "state", "start", "end"):
            getattr(self, name).value = str(typed.get(name) or "")


def _rest(trail: Trail) -> str:
    left = len(trail) - trail_view.MOST_ROWS
    return f'<p class="wbd-muted">and {left} more: narrow the time</p>' if left > 0 else ""
