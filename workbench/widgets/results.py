"""What a partial-plate search found: vehicles with their probabilities, and the one picked with its sightings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets
from markupsafe import Markup

from workbench.analysis.caveats import coverage_caveats
from workbench.models import Window
from workbench.widgets import result_rows
from workbench.widgets.desk import Desk
from workbench.widgets.result_list import ResultList
from workbench.widgets.result_rows import Found
from workbench.widgets.status import Status
from workbench.widgets.work import Worker, guarded

if TYPE_CHECKING:
    import pandas as pd

    from workbench.client import Case

__all__ = ["Results"]

_PANEL = "the list of vehicles"
_MOST_PLATES = 4  # of one vehicle: each is an access of its own on the record
_INVITE = (
    '<p class="wbd-muted">Pick a vehicle, by mouse or with the arrow keys and Enter, to see why it is on the list and '
    "where it was read. That is an access of its own on the record.</p>"
)


class Results(ipywidgets.VBox):
    """What a search found. Picking a vehicle looks up its reads in the window searched, on the record of the case.

    Attributes
    ----------
    found : DataFrame or None
        The ranking that is shown.
    picked : dict or None
        The vehicle picked, the very ``desk.chosen`` for as long as none is picked elsewhere.
    trail : DataFrame or None
        Its reads, those under plates that are probably misreads of it included.
    """

    found = traitlets.Any(None, allow_none=True)
    trail = traitlets.Any(None, allow_none=True)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.status = Status()
        self.worker = Worker(panel=_PANEL, desk=desk, status=self.status)
        self._vehicles: list[Found] = []
        self.picked: dict[str, Any] | None = None
        self.listed = ResultList()
        self._head = ipywidgets.HTML(_INVITE)
        self._sightings = ipywidgets.HTML()
        self._why = ipywidgets.HTML()
        self._below = ipywidgets.HTML()
        self._older = ipywidgets.HTML()
        self.follow = ipywidgets.Button(
            description="Follow it on the map", tooltip="Show where it was read, in time order"
        )
        side = ipywidgets.VBox([self._head, self.status, self._sightings, self.follow, self._why])
        side.add_class("wbd-side")
        both = ipywidgets.HBox([self.listed, side])
        both.add_class("wbd-found")
        self._shown = [self._older, both, self._below]
        self.add_class("wbd-results")
        guard: dict[str, Any] = {"panel": _PANEL, "desk": desk, "status": self.status}
        self.listed.observe(guarded(self._picked, **guard), "chosen")
        self.follow.on_click(guarded(self._follow, **guard))
        self.desk.observe(guarded(self._enable, **guard, counts=False), ["ready", "follow"])
        self.observe(guarded(self._enable, **guard, counts=False), "trail")
        self._enable()

    def show(self, ranked: pd.DataFrame) -> None:
        """Show a ranking; the reads of a vehicle picked are looked up under the case in hand then."""
        self.worker.cancel()
        self._vehicles = result_rows.found_vehicles(ranked)
        self.listed.fill(
            result_rows.shown_rows(self._vehicles),
            head=result_rows.headline_html(ranked, self._vehicles),
            foot=result_rows.others_html(ranked),
        )
        self._unpick()
        self._head.value = _INVITE if self._vehicles else ""
        self._below.value = str(_caveats(ranked))
        self._older.value = ""
        self.found = ranked
        self.children = self._shown
        self.listed.reveal = bool(self._vehicles)

    def clear(self) -> None:
        """Show nothing; what was under way is dropped."""
        self.worker.cancel()
        self._vehicles = []
        self.listed.fill([])
        self._unpick()
        self._head.value = self._below.value = self._older.value = ""
        self.found = None
        self.children = []

    def older(self, search: str) -> None:
        """Say that what is shown answers an earlier search, given in words; with nothing, that it answers this one."""
        said = Markup('<p class="wbd-older">These vehicles answer an earlier search: {}</p>')
        self._older.value = str(said.format(search)) if search else ""

    def pick(self, number: int) -> None:
        """Pick a vehicle of the list by its number, from 1, as a click does."""
        self.listed.chosen = number - 1

    def _enable(self, _change: Any = None) -> None:
        self.listed.disabled = not self.desk.ready
        can_follow = self.desk.follow is not None and self.trail is not None
        self.follow.layout.display = None if can_follow else "none"

    def _unpick(self) -> None:
        self.status.clear()
        self._sightings.value = self._why.value = ""
        self.picked = self.trail = None

    def _picked(self, change: Any) -> None:
        at = int(change["new"])
        if not 0 <= at < len(self._vehicles) or not self.desk.ready:
            return
        vehicle = self._vehicles[at]
        self._unpick()
        self._head.value = str(result_rows.picked_html(vehicle))
        self._why.value = str(result_rows.why_html(vehicle))
        picked = {"plate": vehicle.plate, "state": vehicle.state}
        self.picked = {**picked, "also": vehicle.also} if vehicle.also else picked
        self.desk.chosen = self.picked
        self.worker.start(
            "Looking up its reads",
            _reads_of,
            self.desk.case,
            vehicle,
            self.found.attrs["window"],
            then=lambda reads: self._show_reads(reads, vehicle),
            failed=self._not_shown,
        )

    def _follow(self, _button: Any) -> None:
        """Follow the vehicle that stands here, even where another one was picked elsewhere since."""
        self.desk.chosen = self.picked
        self.desk.follow()

    def _show_reads(self, reads: pd.DataFrame, vehicle: Found) -> None:
        self._sightings.value = str(result_rows.sightings_html(reads, vehicle))
        self.trail = reads

    def _not_shown(self, _error: BaseException) -> None:
        self.listed.chosen = -1  # so that another click asks again


def _reads_of(case: Case, vehicle: Found, window: list[str]) -> pd.DataFrame:
    """Return the reads of a vehicle, those under its misread plates included, in time order."""
    import pandas as pd

    plates = [{"plate": vehicle.plate, "state": vehicle.state}, *vehicle.also][:_MOST_PLATES]
    asked: list[tuple[str, str]] = list(
        dict.fromkeys((each["plate"], each["state"]) for each in plates)
    )
    frames = [
        case.history(plate, state=state or None, start=window[0], end=window[1])
        for plate, state in asked
    ]
    first: pd.DataFrame = frames[0]
    if len(frames) == 1:
        return first
    attrs = first.attrs
    for frame in frames:
        frame.attrs = {}  # pandas compares them one by one
    reads: pd.DataFrame = pd.concat(frames, ignore_index=True).drop_duplicates("read_id")
    reads = reads.sort_values("captured_at", ignore_index=True)
    reads.attrs = attrs
    return reads


def _caveats(ranked: pd.DataFrame) -> Markup:
    """Return what the list does not show: what the cameras did not cover in plain sight, the rest folded away."""
    attrs = ranked.attrs
    start, end = (dt.datetime.fromisoformat(moment) for moment in attrs["window"])
    window, zone = Window(start, end), str(attrs["timezone"])
    about = set(coverage_caveats(attrs.get("coverage", []), window, timezone=zone))
    said = [str(line) for line in attrs.get("caveats", [])]
    gaps = [line for line in said if line in about]
    rest = [*(line for line in said if line not in about), *attrs.get("policy_notes", [])]
    shown = (
        Markup('<h3>Coverage</h3><ul class="wbd-gaps">{}</ul>').format(_lines(gaps)) if gaps else ""
    )
    return Markup(
        '{}<details class="wbd-caveats"><summary><b>A lead, not evidence: verify before enforcement.</b> '
        "What this does not show</summary><ul>{}</ul></details>"
    ).format(shown, _lines(rest))


def _lines(lines: list[str]) -> Markup:
    return Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
