"""A plate from a photograph: the picture is read for the case in hand, and its characters fill the boxes."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from workbench.errors import BadInput
from workbench.widgets import look
from workbench.widgets.desk import Desk
from workbench.widgets.status import Status
from workbench.widgets.work import Worker, guarded

if TYPE_CHECKING:
    import pandas as pd

    from workbench.client import Case
    from workbench.recognition.seen import PlateSeen

__all__ = ["Photograph", "can_read", "plate_choices", "plates_seen"]

_PANEL = "the photograph"
_LIBRARIES = ("onnxruntime", "cv2", "PIL")
_KINDS = ".jpg,.jpeg,.png,.webp,.tif,.tiff,.bmp"
_INSTALL = "Reading photographs is not installed here: pip install 'alpr-workbench[recognition]'."


@functools.cache
def can_read() -> bool:
    """Return whether what reads photographs is installed."""
    return all(importlib.util.find_spec(name) is not None for name in _LIBRARIES)


class Photograph(ipywidgets.VBox):
    """A button to choose a picture, and what was read in it.

    Parameters
    ----------
    desk : Desk
    use : callable
        Called with a pattern when a plate was read, or another one of the picture is chosen.
    """

    def __init__(self, desk: Desk, use: Callable[[str], Any]) -> None:
        super().__init__()
        self.desk = desk
        self.status = Status()
        self.worker = Worker(panel=_PANEL, desk=desk, status=self.status)
        self._use = use
        self.upload = ipywidgets.FileUpload(
            accept=_KINDS,
            multiple=False,
            description="From a photograph",
            tooltip="Read a plate in a picture; that is an access on the record",
        )
        self.which = ipywidgets.Dropdown(description="Plate")
        self.shown = ipywidgets.HTML()
        self.away = ipywidgets.Button(
            description="Put the picture away", tooltip="The boxes keep what was read"
        )
        self.away.add_class("wbd-quiet")
        guard = functools.partial(guarded, panel=_PANEL, desk=desk, status=self.status)
        self.upload.observe(guard(self._chosen), "value")
        self.which.observe(guard(self._another), "value")
        self.away.on_click(guard(self.clear))
        desk.observe(guard(self._enable, counts=False), ["ready", "missing"])
        self.add_class("wbd-photograph")
        self._enable()
        self._lay_out()

    def clear(self, _button: Any = None) -> None:
        """Put the picture away."""
        self.worker.cancel()
        self.status.clear()
        self.shown.value = ""
        self.which.options = ()
        self._lay_out()

    def read(self, picture: bytes) -> None:
        """Read a picture, given as its file holds it, on the record of the case in hand."""
        case = self.desk.case
        if case is None or not self.desk.ready:
            raise BadInput(self.desk.missing or "No case is taken up yet.", "Take up a case first.")
        self.clear()
        self.worker.start("Reading the photograph", _read, case, picture, then=self._show)

    def _enable(self, _change: Any = None) -> None:
        self.upload.disabled = not (can_read() and self.desk.ready)
        if not can_read():
            self.upload.tooltip = _INSTALL
            self.status.show(Markup('<p class="wbd-muted wbd-small">{}</p>').format(_INSTALL))

    def _chosen(self, change: Any) -> None:
        if not change["new"]:
            return
        picture = bytes(change["new"][0]["content"])
        self.upload.value = ()  # the same picture may be chosen again; and it is not kept
        self.read(picture)

    def _show(self, found: tuple[pd.DataFrame, str]) -> None:
        frame, html = found
        self.shown.value = html
        choices = plate_choices(frame)
        self.which.options = choices
        self._lay_out()
        if choices:
            self.which.value = choices[0][1]
            self._use(choices[0][1])
        else:
            self.status.show(
                look.message(
                    "notice",
                    "No plate that can be read was found in this picture.",
                    "Cut it down to the plate, or type what you can make out.",
                )
            )

    def _another(self, change: Any) -> None:
        if change["new"] and change["old"]:
            self._use(change["new"])

    def _lay_out(self) -> None:
        several = len(self.which.options) > 1
        more = (
            [*([self.which] if several else []), self.shown, self.away] if self.shown.value else []
        )
        self.children = [self.upload, self.status, *more]


def plate_choices(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the plates of a picture that a search can start from: words to choose by, and the pattern.

    Parameters
    ----------
    frame : DataFrame
        As :meth:`workbench.client.Case.read` returns it.
    """
    choices = []
    for number, row in enumerate(frame.to_dict("records"), 1):
        if row["pattern"]:
            name = row["plate"] or "cannot be read for sure"
            choices.append((f"{number}. {name} ({row['probability']:.0%})", str(row["pattern"])))
    return choices


def plates_seen(frame: pd.DataFrame) -> list[PlateSeen]:
    """Return the plates of a picture as `workbench.recognition.display` shows them."""
    from workbench.recognition.reader import Reading
    from workbench.recognition.seen import PlateSeen

    return [
        PlateSeen(
            tuple((float(x), float(y)) for x, y in row["corners"]),
            float(row["score"]),
            _reading(row["characters"], float(row["probability"]), Reading),
        )
        for row in frame.to_dict("records")
    ]


def _reading(positions: Sequence[dict[str, float]], alike: float, reading: Any) -> Any:
    rows = tuple({str(name): float(chance) for name, chance in row.items()} for row in positions)
    text = "".join(max(row, key=row.__getitem__) for row in rows if row)
    return reading(text, alike, alike, rows)


def _read(case: Case, picture: bytes) -> tuple[pd.DataFrame, str]:
    """Read a picture on the record, and draw what was read."""
    frame = case.read(picture)
    from workbench.recognition.display import show
    from workbench.recognition.images import open_picture

    drawn = show(open_picture(picture).pixels, plates_seen(frame)).html
    about = [f"taken {frame.attrs['taken_at']}" if frame.attrs.get("taken_at") else ""]
    if frame.attrs.get("position"):
        about.append("at {:.5f}, {:.5f}".format(*frame.attrs["position"]))
    told = " ".join(part for part in about if part)
    note = (
        Markup('<p class="wbd-muted wbd-small">By its own account {}.</p>').format(told)
        if told
        else ""
    )
    return frame, f"{drawn}{note}"
