"""Save as report: what is shown on the desk, run anew as a report notebook and kept as one HTML file."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import ipywidgets
from markupsafe import Markup

from workbench.widgets import look, report_request
from workbench.widgets.desk import Desk
from workbench.widgets.status import Status
from workbench.widgets.work import Worker, guarded

if TYPE_CHECKING:
    import pandas as pd

    from workbench.client import Bench
    from workbench.reporting.runner import ReportResult

__all__ = ["SaveReport"]

_PANEL = "the report"
_NOTHING = "Search first: a report is made of what was found."


class SaveReport(ipywidgets.VBox):
    """A button that makes a report of the result shown.

    Parameters
    ----------
    desk : Desk
    shown : callable
        Returns the result that is shown, a frame with its ``attrs``, or None.
    folder : path, optional
        Where reports go; by default beside the notebook in JupyterLab, else in the home.
    """

    def __init__(
        self, desk: Desk, shown: Callable[[], pd.DataFrame | None], *, folder: Path | None = None
    ) -> None:
        self.desk = desk
        self.result: ReportResult | None = None
        self._shown, self._folder = shown, folder
        self.status = Status()
        self.worker = Worker(panel=_PANEL, desk=desk, status=self.status)
        self.button = ipywidgets.Button(description="Save as report")
        self.hint = ipywidgets.HTML()
        self._where = ipywidgets.Output()
        self._copy = ipywidgets.HTML()
        guard = guarded(self._save, panel=_PANEL, desk=desk, status=self.status)
        self.button.on_click(guard)
        self._row = ipywidgets.HBox([self.button, self.hint])
        self._row.add_class("wbd-row")
        super().__init__([self._row, self.status])
        self.add_class("wbd-save")
        desk.register("report", get=dict, put=lambda _: None, forget=self._forget)
        desk.observe(lambda _: self.refresh(), "ready")
        self.refresh()

    def refresh(self) -> None:
        """Open the button where there is something to save."""
        ready = self.desk.ready and self._shown() is not None
        self.button.disabled = not ready
        words = self.desk.missing if not self.desk.ready else _NOTHING
        self.button.tooltip = "Run it anew and keep it as one HTML file" if ready else words
        said = "" if ready else words if self.desk.ready else ""
        self.hint.value = str(Markup('<span class="wbd-muted wbd-small">{}</span>').format(said))

    def _save(self, _button: Any = None) -> None:
        frame, case, bench = self._shown(), self.desk.case, self.desk.bench
        if frame is None or case is None or bench is None:
            self.refresh()
            return
        report, parameters = report_request.request_of(dict(frame.attrs), case.grounds)
        folder = self._folder or report_request.report_folder(bench.home, Path.cwd(), os.environ)
        self._show_where(None)
        self.worker.start(
            f"Making the {report_request.title_of(report)} report",
            self._run,
            bench,
            report,
            parameters,
            folder,
            then=self._done,
        )

    def _run(
        self, bench: Bench, report: str, parameters: dict[str, Any], folder: Path
    ) -> ReportResult:
        """Run the notebook in a kernel of its own that acts for the same member; in the worker's thread."""
        from workbench.reporting.runner import run

        with bench.lent_session() as session:
            return run(
                report,
                parameters,
                home=bench.home,
                out=folder,
                progress=self.worker.progress,
                bench=bench,
                session_file=session,
            )

    def _done(self, made: ReportResult) -> None:
        self.result = made
        self.status.show(
            look.message(
                "done",
                f"The report is saved, and on the record as line {made.record_id}.",
                Markup("<code>{}</code>").format(made.html),
            )
        )
        self._show_where(made.html)

    def _show_where(self, path: Path | None) -> None:
        """Show a link that JupyterLab opens in a tab of its own; where it cannot, hand out a copy of the file."""
        link = report_request.link_from(Path.cwd(), path) if path is not None else ""
        self._where.outputs, self._copy.value = (), ""
        shown: list[Any] = []
        if path is not None and link:  # JupyterLab resolves what is relative to the notebook
            html = Markup('<a href="{}">Open the report</a>').format(quote(link))
            data = {"text/html": str(html), "text/plain": link}
            self._where.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)
            shown = [self._where]
        elif path is not None:
            whole = base64.b64encode(path.read_bytes()).decode("ascii")
            self._copy.value = str(
                Markup(
                    '<a download="{}" href="data:text/html;base64,{}">Download the report</a>'
                ).format(path.name, whole)
            )
            shown = [self._copy]
        self.children = [self._row, self.status, *shown]

    def _forget(self) -> None:
        self.worker.cancel()
        self.result = None
        self.status.clear()
        self._show_where(None)
        self.refresh()
