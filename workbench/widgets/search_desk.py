"""The search desk: log in, take up a case, search by partial plate, canvass a scene, follow a vehicle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from workbench.widgets import look
from workbench.widgets.casework import CasePanel
from workbench.widgets.desk import Desk
from workbench.widgets.login import LoginPanel
from workbench.widgets.save_report import SaveReport
from workbench.widgets.status import Status
from workbench.widgets.work import guarded

if TYPE_CHECKING:
    import pandas as pd

    from workbench.client import Door

__all__ = ["SearchDesk"]

_PANEL = "the search desk"


def _partial_plate(desk: Desk) -> Any:
    from workbench.widgets.partial_search import PartialPlateSearch

    return PartialPlateSearch(desk)


def _canvass(desk: Desk) -> Any:
    from workbench.widgets.canvass_map import CanvassMap

    return CanvassMap(desk)


def _trail(desk: Desk) -> Any:
    from workbench.widgets.trail_map import TrailMap

    return TrailMap(desk)


def _hits(desk: Desk) -> Any:
    from workbench.widgets.hits import HitQueue

    return HitQueue(desk)


# Title, and what makes the panel: when it is first looked at.
PANELS: dict[str, Callable[[Desk], Any]] = {
    "Partial plate": _partial_plate,
    "Canvass": _canvass,
    "Follow a vehicle": _trail,
    "Hits": _hits,
}
_PARTIAL = "Partial plate"
_TRAIL = "Follow a vehicle"
_HITS = "Hits"


class SearchDesk(ipywidgets.VBox):
    """All panels on one desk.

    Nothing is shown before somebody is logged in, and nothing while the desk is locked; what was typed and found is
    there again once the same member is back.

    Parameters
    ----------
    home : path, optional
        The home folder; by default as for ``workbench.connect()``.
    reports : path, optional
        Where "Save as report" keeps reports; by default beside the notebook in JupyterLab, else in the home.
    """

    def __init__(
        self,
        home: str | Path | None = None,
        *,
        reports: str | Path | None = None,
        door: Door | None = None,
    ) -> None:
        self.desk = Desk()
        self.status = Status()
        self.login = LoginPanel(self.desk, home=home, door=door, bar_apart=True)
        self.case = CasePanel(self.desk)
        self.panels: dict[str, Any] = {}
        self.save = SaveReport(
            self.desk, lambda: self.result, folder=Path(reports) if reports else None
        )
        self._build()
        super().__init__()
        self.add_class("wbd")
        self.add_class("wbd-desk")
        self.desk.observe(self._guard(self._show, counts=False), ["bench", "locked"])
        self.desk.observe(self._guard(self._picked, counts=False), "chosen")
        self.desk.follow = self._guard(self._follow)
        self._show()

    def __repr__(self) -> str:
        return f"<SearchDesk {'open' if self.desk.bench is not None else 'closed'}>"

    # --- the analyst's side ----------------------------------------------------------------------------------

    @property
    def value(self) -> dict[str, Any]:
        """Everything that is typed, as plain JSON. Can be set."""
        return self.desk.remember()

    @value.setter
    def value(self, typed: Mapping[str, Any]) -> None:
        self.desk.recall(typed)

    @property
    def result(self) -> pd.DataFrame | None:
        """What the panel in front has found; of the hits nothing, for they are no search."""
        panel = self.panels.get(self.tabs.value)
        return panel.result if panel is not None and self.tabs.value != _HITS else None

    def turn_to(self, title: str) -> None:
        """Bring a panel to the front: ``"Partial plate"``, ``"Canvass"``, ``"Follow a vehicle"`` or ``"Hits"``."""
        self.tabs.value = title

    # --- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.title = ipywidgets.HTML()
        self.title.add_class("wbd-title")
        self.header = ipywidgets.HBox([self.title, self.login.bar])
        self.header.add_class("wbd-header")
        first = next(iter(PANELS))
        self.tabs = ipywidgets.ToggleButtons(
            options=list(PANELS),
            value=first,
            tooltips=[f"{name}: bring to the front" for name in PANELS],
        )
        self.tabs.add_class("wbd-tabs")
        self.tabs.observe(self._guard(self._turn), "value")
        self.follow = ipywidgets.Button(tooltip="Show where it was read, in time order")
        self.follow.add_class("wbd-quiet")
        self.follow.layout.display = "none"
        self.follow.on_click(self._guard(self._follow))
        self.in_front = ipywidgets.HTML().add_class(
            "wbd-unseen"
        )  # the buttons show it by their look
        row = ipywidgets.HBox([self.tabs, self.in_front, self.follow])
        row.add_class("wbd-tab-row")
        self.front = ipywidgets.VBox()
        self.front.add_class("wbd-front")
        self.body = [self.header, self.case, row, self.status, self.front, self.save]

    def _guard(self, function: Any, *, counts: bool = True) -> Any:
        return guarded(function, panel=_PANEL, desk=self.desk, status=self.status, counts=counts)

    # --- what is shown -----------------------------------------------------------------------------------------

    def _show(self, _change: Any = None) -> None:
        """Show the desk to whoever is logged in, and the log in alone to anybody else."""
        inside = self.desk.bench is not None and not self.desk.locked
        if not inside:
            self.children = [look.style(), self.login]
            return
        settings = self.desk.bench.settings
        self.title.value = str(
            Markup('<p class="wbd-kicker">{}</p><h2>Search desk</h2>').format(settings.agency)
        )
        self._turn()
        self.children = [look.style(), *self.body]

    def _turn(self, _change: Any = None) -> None:
        """Bring the chosen panel to the front, and make it where it was not looked at before."""
        title = self.tabs.value
        self.status.clear()
        self.in_front.value = str(Markup('<p role="status">{} is in front</p>').format(title))
        self.front.children = []
        self.save.layout.display = "none" if title in (_TRAIL, _HITS) else None
        self._picked()
        if title not in self.panels:
            panel = PANELS[title](self.desk)
            self.panels[title] = panel
            panel.observe(lambda _: self.save.refresh(), "result")
        self.front.children = [self.panels[title]]
        self.save.refresh()

    def _picked(self, _change: Any = None) -> None:
        """Offer to follow the vehicle that was picked."""
        picked = self.desk.chosen
        if picked and self.tabs.value != _TRAIL:
            self.follow.description = f"Follow {picked['plate']} on the map"
            self.follow.layout.display = None
        else:
            self.follow.layout.display = "none"

    def _follow(self, _button: Any = None) -> None:
        """Show the vehicle that was picked on the map: its reads where they were looked up already, else search."""
        picked = self.desk.chosen
        if not picked:
            return
        self.turn_to(_TRAIL)
        trail, partial = self.panels[_TRAIL], self.panels.get(_PARTIAL)
        if (
            partial is not None
            and partial.results.trail is not None
            and partial.results.picked is picked
        ):
            trail.show(partial.results.trail)
        else:
            trail.search()

    def close(self) -> None:
        """Take the desk away."""
        self.login.close()
        super().close()
