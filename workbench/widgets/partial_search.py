"""`PartialPlateSearch`: what somebody saw of a plate, what else is known, and the vehicles that it may mean."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets
from markupsafe import Markup

from workbench.errors import BadInput, Failed
from workbench.reporting import text
from workbench.widgets import boxes, look, partial_request, shapes
from workbench.widgets.character_boxes import CharacterBoxes
from workbench.widgets.desk import Desk
from workbench.widgets.keys import on_enter
from workbench.widgets.partial_request import DESCRIBED, QUICK, Typed
from workbench.widgets.photograph import Photograph
from workbench.widgets.results import Results
from workbench.widgets.status import Status
from workbench.widgets.warming import warm_up
from workbench.widgets.work import Worker, guarded

if TYPE_CHECKING:
    import pandas as pd

    from workbench.client import Bench, Case

__all__ = ["PartialPlateSearch"]

_PANEL = "the partial-plate search"
_NAME = "partial plate"
_SHARED = ("start", "end", "at")
_LABELS = {
    "state": "State", "color": "Color", "make": "Make", "model": "Model", "body": "Body",
    "place": "Place", "radius": "Radius", "start": "From", "end": "To", "at": "Incident",
}  # fmt: skip
_HINTS = {
    "place": "36.5800, -120.2500 or drawn on the map",
    "radius": "800 m, 0.5 mi, 2500 ft",
    "start": "2026-03-02 21:10",
    "end": "2026-03-02 22:10",
    "at": "2026-03-02 21:40, if known",
}


class PartialPlateSearch(ipywidgets.VBox):
    """A search by what is known of a plate.

    One box for each character; who saw it; state, color, make, model and body; place, time window and time of the
    incident. A line says in words what will be searched. The vehicles found stand in a list, the most probable first,
    with what is left for "none of these"; picking one looks up its reads. `desk.chosen` then names it, so that a map
    on the same desk follows.

    Parameters
    ----------
    desk : Desk, Case, Bench, optional
        A case in hand is enough: ``PartialPlateSearch(case)``.

    Attributes
    ----------
    result : DataFrame or None
        The ranking, as :meth:`workbench.client.Case.partial` returns it.

    Examples
    --------
    >>> panel = PartialPlateSearch(case)                                      # doctest: +SKIP
    >>> panel.value = {"pattern": "7A?X1*", "color": "dark",
    ...                "start": "2026-03-02 21:10", "end": "2026-03-02 22:10"}  # doctest: +SKIP
    >>> panel.search()                                                        # doctest: +SKIP
    """

    result = traitlets.Any(None, allow_none=True)

    def __init__(
        self,
        desk: Desk | Case | Bench | None = None,
        *,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        super().__init__()
        self.desk = Desk.of(desk)
        self.status = Status()
        self.worker = Worker(panel=_PANEL, desk=self.desk, status=self.status)
        self._clock = clock
        self._settling = False
        self._asked = ""
        self._guard = functools.partial(guarded, panel=_PANEL, desk=self.desk, status=self.status)
        self._build()
        self._lay_out()
        self._listen()
        self.desk.register(_NAME, get=self._kept, put=self._put, forget=self._forget)
        self._scene_changed()
        self._refresh()
        warm_up()

    # --- the analyst's side -----------------------------------------------------------------------------

    @property
    def typed(self) -> Typed:
        """What is typed."""
        given = {name: str(box.value) for name, box in self.fields.items()}
        return Typed(
            row=self.boxes.row, seen_by=self.seen_by.value, where=self.where.value, **given
        )

    @property
    def value(self) -> dict[str, Any]:
        """What is typed, as plain values. Settable: what is not named is emptied; ``pattern`` stands for the boxes."""
        return partial_request.plain(self.typed)

    @value.setter
    def value(self, value: Mapping[str, Any]) -> None:
        typed = partial_request.typed_of(value)
        if typed.place.strip() and "where" not in value:
            typed = replace(typed, where="place")
        self._settling = True
        try:
            self.boxes.row = typed.row
            self.seen_by.value, self.where.value = typed.seen_by, typed.where
            for name, box in self.fields.items():
                box.value = getattr(typed, name)
        finally:
            self._settling = False
        self._placed()
        self._refresh()

    @property
    def pattern(self) -> str:
        """The pattern that the boxes stand for; empty where they cannot be understood."""
        try:
            return str(self.boxes.pattern)
        except BadInput:
            return ""

    def search(self, _button: Any = None) -> None:
        """Search, on the record of the case in hand; the result comes when it is there.

        Raises
        ------
        BadInput
            Something is missing or cannot be understood.
        """
        case = self.desk.case
        if case is None or not self.desk.ready:
            raise BadInput(self.desk.missing or "No case is taken up yet.", "Take up a case first.")
        request = partial_request.request_of(self.typed, self.desk.zone)
        self._drop()
        self._asked = partial_request.words(request, self.desk.zone)
        self.worker.start(
            "Searching",
            case.partial,
            request.pattern,
            **request.arguments(),
            then=self._show,
        )

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the search and what follows from it to end; return whether it has."""
        return self.worker.wait(seconds) and self.results.worker.wait(seconds)

    # --- building ---------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.boxes = CharacterBoxes()
        self.seen_by = ipywidgets.RadioButtons(
            options=[("a witness", "witness"), ("a camera or a photograph", "camera")],
            description="Seen by",
            orientation="horizontal",
        )
        self.where = ipywidgets.RadioButtons(
            options=[("anywhere", "anywhere"), ("at a place", "place")],
            description="Read",
            orientation="horizontal",
        )
        self.fields: dict[str, Any] = {}
        for name in DESCRIBED:
            self.fields[name] = ipywidgets.Combobox(
                description=_LABELS[name],
                placeholder="not known",
                options=partial_request.suggestions(name),
            )
        for name in ("place", "radius", *_SHARED):
            self.fields[name] = ipywidgets.Text(description=_LABELS[name], placeholder=_HINTS[name])
        self.fields["radius"].value = partial_request.RADIUS
        self.quick = [ipywidgets.Button(description=name) for name in QUICK]
        self.quick[-1].tooltip = "Half an hour before and after the incident"
        self.said = ipywidgets.HTML()
        self.go = ipywidgets.Button(description="Search", button_style="primary")
        self.empty = ipywidgets.Button(description="Clear", tooltip="Empty this panel")
        self.empty.add_class("wbd-quiet")
        self.photograph = Photograph(self.desk, self._read)
        self.results = Results(self.desk)

    def _lay_out(self) -> None:
        field = self.fields
        about = _column("The vehicle", [field[name] for name in DESCRIBED])
        place = _column("Where", [self.where, field["place"], field["radius"]])
        quick = ipywidgets.HBox(self.quick)
        quick.add_class("wbd-quick")
        when = _column("When", [field["start"], field["end"], field["at"], quick])
        form = ipywidgets.HBox([about, place, when])
        form.add_class("wbd-columns")
        seen = ipywidgets.HBox([self.seen_by, self.photograph])
        seen.add_class("wbd-seen")
        ask = ipywidgets.HBox([self.go, self.empty, self.said])
        ask.add_class("wbd-ask")
        self.add_class("wbd")
        self.add_class("wbd-partial")
        self.children = [look.style(), self.boxes, seen, form, ask, self.status, self.results]

    def _listen(self) -> None:
        guard = self._guard
        for name in _SHARED:
            traitlets.link((self.desk, name), (self.fields[name], "value"))
        self.boxes.observe(guard(self._refresh), ["texts", "front", "behind", "length"])
        self.boxes.on_enter(guard(self._entered))
        for name in ("place", "radius"):
            self.fields[name].observe(guard(self._place_typed), "value")
        self.where.observe(guard(self._place_typed), "value")
        for widget in (*self.fields.values(), self.seen_by):
            widget.observe(guard(self._refresh), "value")
        for widget in self.fields.values():
            on_enter(widget, guard(self._entered))
        for button in self.quick:
            button.on_click(guard(self._fill_window))
        self.go.on_click(guard(self.search))
        self.empty.on_click(guard(self._clear))
        self.desk.observe(guard(self._scene_changed, counts=False), "scene")
        self.desk.observe(guard(self._refresh, counts=False), ["ready", "missing", "zone"])

    # --- what is typed ----------------------------------------------------------------------------------

    def _refresh(self, _change: Any = None) -> None:
        """Say what will be searched, or what is missing for it; switch the button."""
        if self._settling:
            return
        problem, sentence = "", ""
        try:
            request = partial_request.request_of(self.typed, self.desk.zone)
            sentence = partial_request.words(request, self.desk.zone)
        except Failed as error:
            problem = f"{error.problem} {error.next_step}".strip()
        missing = "" if self.desk.ready else self.desk.missing
        self.go.disabled = bool(problem or missing)
        self.go.tooltip = missing or problem or "Search, on the record of this case (Enter)"
        self.said.value = str(_said(sentence, problem, missing))
        changed = self.results.found is not None and sentence != self._asked
        self.results.older(self._asked if changed else "")

    def _entered(self) -> None:
        """Search, as Enter in any box asks for; where that cannot be, the line beside the button says why."""
        self._refresh()
        if self.go.disabled:
            self.status.show(look.message("notice", "Not searched.", str(self.go.tooltip)))
        else:
            self.search()

    def _fill_window(self, button: Any) -> None:
        start, end = partial_request.quick_window(
            button.description, now=self._clock(), at=self.desk.at, zone=self.desk.zone
        )
        self.status.clear()
        self.desk.start, self.desk.end = start, end

    def _clear(self, _button: Any = None) -> None:
        self._forget()
        self._put({})
        self.boxes.focus()

    def _read(self, pattern: str) -> None:
        """Fill in what was read in a photograph."""
        self.boxes.row = boxes.row_of(pattern)
        self.seen_by.value = "camera"

    # --- the place, shared with the map --------------------------------------------------------------------

    def _scene_typed(self) -> Any:
        try:
            return shapes.scene_of_text(self.fields["place"].value, self.fields["radius"].value)
        except BadInput:
            return None

    def _place_typed(self, change: Any) -> None:
        if self._settling:
            return
        if change["owner"] is self.fields["place"] and self.fields["place"].value.strip():
            self._settling = True
            self.where.value = "place"
            self._settling = False
        self._placed()
        self._refresh()

    def _placed(self) -> None:
        """Share the place that is typed with the desk; what cannot be understood is no place."""
        scene = self._scene_typed()
        if scene != self.desk.scene:
            self._settling = True
            try:
                self.desk.scene = scene
            finally:
                self._settling = False

    def _scene_changed(self, _change: Any = None) -> None:
        """Take over a place that was drawn or typed elsewhere."""
        if self._settling:
            return
        scene = self.desk.scene
        if scene != self._scene_typed():
            place, radius = shapes.text_of(scene) if scene is not None else ("", "")
            self._settling = True
            self.fields["place"].value = place
            self.fields["radius"].value = radius or self.fields["radius"].value
            self._settling = False
        if scene is not None:
            self.where.value = "place"
        elif not self.fields["place"].value.strip():
            self.where.value = "anywhere"
        self._refresh()

    # --- the desk --------------------------------------------------------------------------------------------

    def _kept(self) -> dict[str, Any]:
        return {name: given for name, given in self.value.items() if name not in _SHARED}

    def _put(self, kept: Mapping[str, Any]) -> None:
        shared = {name: getattr(self.desk, name) for name in _SHARED}
        place, radius = shapes.text_of(self.desk.scene) if self.desk.scene is not None else ("", "")
        self.value = {**shared, "place": place, "radius": radius or partial_request.RADIUS, **kept}

    def _forget(self) -> None:
        """Drop what was found and what is under way: for another case or member."""
        self.worker.cancel()
        self._drop()
        self.photograph.clear()
        self.status.clear()

    def _drop(self) -> None:
        self.result = None
        self.results.clear()

    def _show(self, ranked: pd.DataFrame) -> None:
        self.results.show(ranked)
        self._refresh()
        models = {text.vehicle({"make": name}) for name in ranked["model"] if name}
        self.fields["model"].options = sorted({*self.fields["model"].options, *models})
        self.result = ranked


def _column(title: str, fields: list[Any]) -> Any:
    """Return a group of boxes under its heading."""
    column = ipywidgets.VBox([ipywidgets.HTML(str(Markup("<h3>{}</h3>").format(title))), *fields])
    column.add_class("wbd-column")
    return column


def _said(sentence: str, problem: str, missing: str) -> Markup:
    """Return the line beside the button."""
    if sentence:
        line = Markup('<p><span class="wbd-muted">Will search:</span> {}</p>').format(sentence)
    else:
        line = Markup('<p class="wbd-muted">{}</p>').format(problem)
    if missing:
        line += Markup('<p class="wbd-missing">{}</p>').format(missing)
    return Markup('<div class="wbd-understood" role="status">{}</div>').format(line)
