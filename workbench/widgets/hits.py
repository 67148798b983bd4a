"""HitQueue: open hits on the hot lists, each with its plates, what differs, and the buttons of its next step.

An open hit is its own ground, so that the queue needs somebody logged in but no case. To look at a hit is an access on
the record: it happens when one is picked, never by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import ipywidgets
import traitlets

from workbench.client import Bench, Case
from workbench.widgets import look
from workbench.widgets.desk import Desk
from workbench.widgets.fields import text_box
from workbench.widgets.hit_card import Choice, card, choices, fields_of, listed_html, queue_rows
from workbench.widgets.status import Status
from workbench.widgets.work import guarded

__all__ = ["HitQueue"]

_PANEL = "the hits"
_INVITE = '<p class="wbd-muted">Press Refresh for the open hits, and pick one. To look at it is put on the record.</p>'


class HitQueue(ipywidgets.VBox):
    """Open hits, and the steps before anything is done about one.

    Parameters
    ----------
    desk_or_case : Desk, Case, Bench or None
        What to work with; by default whoever is logged in.

    Attributes
    ----------
    value : dict
        What is typed and which hit is picked; settable.
    result : DataFrame or None
        The open hits, without plate.
    """

    result = traitlets.Any(None, allow_none=True)

    def __init__(self, desk_or_case: Desk | Case | Bench | None = None) -> None:
        super().__init__()
        self.desk = Desk.of(desk_or_case)
        self.add_class("wbd").add_class("wbh-hits")
        self.status = Status()
        self.view: Any = None
        self._quiet = False
        self._guard: dict[str, Any] = {"panel": _PANEL, "desk": self.desk, "status": self.status}
        self._build()
        self.button.on_click(guarded(lambda _button: self.refresh(), **self._guard))
        self.queue.observe(
            guarded(lambda change: self._picked(change["new"]), **self._guard), "value"
        )
        self.desk.register("hits", get=self._typed, put=self._put, forget=self.clear)
        self.desk.observe(
            guarded(lambda _change: self._enable(), **self._guard, counts=False), "bench"
        )
        self.clear()
        self._enable()

    @property
    def value(self) -> dict[str, Any]:
        """What is typed, and which hit is picked."""
        return {**self._typed(), "hit": self.queue.value}

    @value.setter
    def value(self, typed: Mapping[str, Any]) -> None:
        self._put(typed)
        if typed.get("hit") in [number for _, number in self.queue.options]:
            self.queue.value = typed["hit"]

    def refresh(self) -> None:
        """Fetch the open hits; the one that is picked stays picked where it is still open."""
        import pandas as pd

        bench = self.desk.bench
        if bench is None:
            return
        picked = self.queue.value
        found = bench.hotlists.hits()
        self.result = pd.DataFrame(found)
        options = queue_rows(found, bench.settings.zone)
        self._quiet = True
        try:
            self.queue.options = options
            self.queue.value = picked if picked in [number for _, number in options] else None
        finally:
            self._quiet = False
        self._count.value = f"{len(options)} open hit" + ("" if len(options) == 1 else "s")
        if self.queue.value is None:
            self._show(None)

    def clear(self) -> None:
        """Show no hit; what is typed stays."""
        self.status.clear()
        self.result = None
        self.queue.options = []
        self._count.value = ""
        self._show(None)

    # -- how it is built ----------------------------------------------------------------------------

    def _build(self) -> None:
        self.button = ipywidgets.Button(description="Refresh", button_style="primary")
        self._count = ipywidgets.HTML()
        self.queue = ipywidgets.Select(
            options=[], value=None, rows=14, description="Open hits", layout={"width": "340px"}
        ).add_class("wbm-above")
        self._card = ipywidgets.HTML()
        self._listed = ipywidgets.HTML()
        self.saw = ipywidgets.Dropdown(
            options=[("the image", "image"), ("the plate itself", "plate")], description="I looked at",
            layout={"width": "170px"},
        ).add_class("wbm-above")  # fmt: skip
        self.at = text_box("When", "2026-03-02 21:20", "The agency's own time", 150)
        self.reference = text_box("Reference", "8842-1", "Of the state database's answer", 120)
        self.dispatcher = text_box("Dispatcher", "", "Who at dispatch made the check", 140)
        self.note = text_box(
            "In words", "", "A note; needed where a step is left out or a hit dismissed", 240
        )
        self._boxes = {
            name: getattr(self, name) for name in ("saw", "at", "reference", "dispatcher", "note")
        }
        self._fields = ipywidgets.HBox([]).add_class("wbm-ask")
        self._buttons = ipywidgets.HBox([], layout={"flex_flow": "row wrap"}).add_class(
            "wbh-buttons"
        )
        left = ipywidgets.VBox([ipywidgets.HBox([self.button, self._count]), self.queue])
        right = ipywidgets.VBox(
            [self._card, self._fields, self._buttons, self._listed], layout={"flex": "1"}
        )
        self.children = [
            look.style(),
            self.status,
            ipywidgets.HBox([left, right]).add_class("wbh-both"),
        ]

    def _typed(self) -> dict[str, Any]:
        return {name: box.value for name, box in self._boxes.items()}

    def _put(self, typed: Mapping[str, Any]) -> None:
        for name, box in self._boxes.items():
            empty = "image" if name == "saw" else ""
            box.value = str(typed.get(name) or empty)

    def _enable(self) -> None:
        self.button.disabled = self.desk.bench is None
        if self.desk.bench is None:
            self.clear()

    # -- one hit ------------------------------------------------------------------------------------

    def _picked(self, number: int | None) -> None:
        if self._quiet:
            return
        self.status.clear()
        if number is None or self.desk.bench is None:
            self._show(None)
        else:
            self._show(self.desk.bench.hotlists.show(number))

    def _show(self, view: Any) -> None:
        self.view = view
        self._card.value = _INVITE if view is None else str(card(view))
        self._listed.value = "" if view is None else str(listed_html(view))
        self._fields.children = (
            [] if view is None else [self._boxes[name] for name in fields_of(view)]
        )
        buttons = []
        for choice in choices(view) if view is not None else ():
            style = "primary" if choice.step != "close" else ""
            button = ipywidgets.Button(description=choice.label, button_style=style)
            button.tooltip = "It is put on the record with your name"
            button.on_click(guarded(partial(self._take, choice), **self._guard))
            buttons.append(button)
        self._buttons.children = buttons

    def _take(self, choice: Choice, _button: Any = None) -> None:
        bench, view = self.desk.bench, self.view
        if bench is None or view is None:
            return
        acts, note = bench.hotlists, self.note.value.strip()
        why = {"why": note} if choice.outcome == "impracticable" else {}
        at = self.at.value.strip() or None
        if choice.step == "rule-out":
            done = acts.rule_out(view.hit, outcome=choice.outcome, saw=self.saw.value, note=note)
        elif choice.step in ("broadcast", "announce"):
            done = acts.broadcast(view.hit, note=note)
        elif choice.step == "confirm":
            said = {"reference": self.reference.value, "dispatcher": self.dispatcher.value}
            done = acts.confirm(view.hit, outcome=choice.outcome, at=at, **said, **why)
        elif choice.step == "locate":
            done = acts.locate(view.hit, outcome=choice.outcome, at=at, note=note, **why)
        else:
            done = acts.close(
                view.hit, disposition=choice.outcome, closing=choice.closing, note=note
            )
        self._put({})
        self.refresh()
        if not done.plan.closed:
            self._show(acts.show(view.hit))
        words = f"closed as {done.plan.closed}" if done.plan.closed else done.plan.status
        self.status.show(
            str(look.message("done", f"Hit {view.hit}: {words}.", "It is on the record."))
        )
