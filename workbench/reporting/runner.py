"""Run a report: check its parameters, execute its notebook, keep notebook and HTML, put both on the record."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench import cancelling
from workbench.errors import Failed, LoginRefused, NotLoggedIn, Refused, ReportFailed
from workbench.reporting.parameters import ReportParameters, check

__all__ = ["Recorder", "ReportResult", "notebook_path", "run"]

Progress = Callable[[str, float, float], None]

_META = "application/vnd.workbench.report+json"
_STEPS = 4
_REFUSALS: dict[str, type[Refused]] = {"NotLoggedIn": NotLoggedIn, "LoginRefused": LoginRefused}


@dataclass(frozen=True, slots=True)
class ReportResult:
    """A finished report.

    ``sha256`` is of the HTML file; ``access_ids`` are the accesses on the record that the report shows;
    ``record_id`` is the report's own line on the record.
    """

    report: str
    html: Path
    notebook: Path
    sha256: str
    access_ids: tuple[int, ...]
    record_id: int

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON."""
        return {
            "report": self.report,
            "html": str(self.html),
            "notebook": str(self.notebook),
            "sha256": self.sha256,
            "access_ids": list(self.access_ids),
            "record_id": self.record_id,
        }


class Recorder(Protocol):
    """Who puts reports on the record: the client's ``Bench``."""

    def report_made(self, report: str, elements: Mapping[str, Any], /) -> int:
        """Put a finished report on the record."""

    def report_failed(self, report: str, case: str, /) -> int:
        """Put a report that did not run to its end on the record."""


def run(
    report: str,
    parameters: Mapping[str, Any],
    *,
    home: Path | str,
    out: Path | str | None = None,
    progress: Progress | None = None,
    bench: Recorder | None = None,
    notebook: Any = None,
    session_file: Path | None = None,
) -> ReportResult:
    """Make a report.

    Parameters
    ----------
    report : str
        ``"canvass"``, ``"partial_plate"`` or ``"audit"``.
    parameters : mapping
        See `workbench.reporting.parameters`.
    home : path
        The workbench home. The kernel acts as whoever is logged in there.
    out : path, optional
        The folder that holds reports; ``reports`` in the present folder by default. The report goes to a
        folder of its own below it, named after the case or the period.
    progress : callable, optional
        Called with (step in words, done, total).
    bench : Recorder, optional
        Who puts the report on the record; the home's own client by default.
    notebook : NotebookNode, optional
        Another notebook than the one that ships: it takes the same parameters.
    session_file : Path, optional
        A private file with the session that the kernel acts under, instead of the one that is logged in there; see
        :meth:`workbench.client.Bench.lent_session`.

    Raises
    ------
    BadInput
        The parameters do not hold.
    Refused
        The policy, or a session that has ended, said no: with clause and remedy.
    ReportFailed
        The notebook did not run to its end, or its page is not self-contained.
    Cancelled
        It was called under a :mod:`workbench.cancelling` that was cancelled.

    Notes
    -----
    Nothing is written until all is done: a run that fails leaves no file behind.
    """
    from workbench.reporting.kernel import run_notebook

    checked = check(report, parameters)
    step = _stepper(checked, progress)
    step(0)
    source = notebook if notebook is not None else _read(notebook_path(checked.report))
    home = Path(home).resolve()
    with _recorder(bench, home) as recorder:
        step(1)
        try:
            executed = run_notebook(
                source, checked.for_notebook(), home=home, session_file=session_file
            )
            step(2)
            meta = _meta(executed)
            page = _page(executed, meta)
        except BaseException as error:
            _record_failure(recorder, checked.report, str(getattr(checked, "case", "")))
            if not isinstance(error, Exception):
                raise
            cancelling.check()
            raise _told(checked, source, error) from None
        step(3)
        result = _keep(checked, executed, page, meta, Path(out or "reports"), recorder)
    step(_STEPS)
    return result


def notebook_path(report: str) -> Path:
    """Return where a report's notebook is: in the source tree, or where an installation puts it.

    Raises
    ------
    ReportFailed
        It is not there.
    """
    tree = Path(__file__).resolve().parents[2] / "notebooks"
    installed = Path(sys.prefix) / "share" / "alpr-workbench" / "notebooks"
    for folder in (tree, installed):
        path = folder / f"{report}.ipynb"
        if path.is_file():
            return path
    raise ReportFailed(f"The notebook {report}.ipynb is missing.", "Install the workbench anew.")


def _read(path: Path) -> Any:
    nbformat: Any = importlib.import_module("nbformat")
    return nbformat.read(str(path), as_version=4)


@contextlib.contextmanager
def _recorder(bench: Recorder | None, home: Path) -> Iterator[Recorder]:
    """Give who was given, or the home's own client for the length of the run."""
    if bench is not None:
        yield bench
        return
    import workbench

    own = workbench.connect(home)
    try:
        yield own
    finally:
        own.close()


def _stepper(checked: ReportParameters, progress: Progress | None) -> Callable[[int], None]:
    def step(done: int) -> None:
        if progress is not None:
            progress(f"{checked.title} report", done, _STEPS)

    return step


def _page(executed: Any, meta: Mapping[str, Any]) -> str:
    from workbench.reporting.html import external_references, report_html

    page = report_html(executed, meta)
    outside = external_references(page)
    if outside:
        raise ReportFailed(
            f"The report's page names {len(outside)} address(es) outside of itself and was not kept.",
            "A report must be readable without a network: take the link or image out of the notebook.",
        )
    return page


def _meta(executed: Any) -> dict[str, Any]:
    """Return what the notebook's title block says of itself."""
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(_META)
            if found:
                return dict(found)
    raise ReportFailed("The notebook shows no title block.", "Begin it with views.head(…).")


def _told(checked: ReportParameters, source: Any, error: Exception) -> Refused | ReportFailed:
    """Return what went wrong as an error that may be shown: no traceback, and no text but the workbench's own."""
    from workbench.reporting.kernel import CellFailed

    if isinstance(error, ReportFailed):
        return error
    if isinstance(error, CellFailed):
        return _cell_error(checked, source, error.cell, error.fields)
    return ReportFailed(
        f"The {checked.title.lower()} report did not run: {type(error).__name__}.",
        "Run `workbench doctor`; it says what is missing.",
    )


def _cell_error(
    checked: ReportParameters, source: Any, cell: int, fields: Mapping[str, Any]
) -> Refused | ReportFailed:
    if fields.get("kind") == "Refused":
        kind = _REFUSALS.get(fields["type"], Refused)
        named = {name: fields[name] for name in ("clause", "citation", "remedy")}
        return kind(fields["reason"], **named)
    if fields.get("kind") == "Failed":
        return ReportFailed(fields["problem"], fields["next_step"])
    what = fields.get("type") or "the kernel stopped"
    return ReportFailed(
        f"The {checked.title.lower()} report stopped{_section(source, cell)}: {what}.",
        f"Open notebooks/{checked.report}.ipynb with `workbench lab` and run it to see the whole error.",
    )


def _section(source: Any, cell: int) -> str:
    """Return the heading above a cell. The executed notebook has one cell more, for the parameters."""
    title = ""
    for each in source.cells[:cell]:
        headings = (
            re.findall(r"^##? (.+)$", each.source, re.MULTILINE)
            if each.cell_type == "markdown"
            else []
        )
        title = headings[-1] if headings else title
    return f" in “{title}”" if title else ""


def _record_failure(recorder: Recorder, report: str, case: str) -> None:
    """Put the failure on the record; where even that fails, the first error is what is told.

    In a block of its own, because a run that was cancelled could do nothing more.
    """
    with contextlib.suppress(Failed, Refused), cancelling.Cancellation():
        recorder.report_failed(report, case)


def _keep(
    checked: ReportParameters,
    executed: Any,
    page: str,
    meta: Mapping[str, Any],
    out: Path,
    recorder: Recorder,
) -> ReportResult:
    """Write both files, put the report on the record; where the record fails, no file stays."""
    nbformat: Any = importlib.import_module("nbformat")
    folder = _folder(out, checked.folder)
    html, notebook = _names(folder, checked.report)
    data = page.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    accesses = tuple(int(number) for number in meta.get("access_ids", ()))
    try:
        _write(notebook, (nbformat.writes(executed) + "\n").encode())
        _write(html, data)
        record_id = recorder.report_made(
            checked.report,
            {
                "case": meta.get("case", ""),
                "sha256": sha256,
                "access_ids": list(accesses),
                "file": f"{folder.name}/{html.name}",
            },
        )
    except BaseException:
        for path in (html, notebook):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise
    return ReportResult(checked.report, html, notebook, sha256, accesses, record_id)


def _folder(out: Path, name: str) -> Path:
    """Make and return the report's folder; a case number cannot lead out of it."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "report"
    out = out.resolve()
    folder = out / safe[:80]
    for each in (out, folder):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _names(folder: Path, report: str) -> tuple[Path, Path]:
    """Return two file names that are not taken."""
    stamp = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
    for turn in range(100):
        stem = f"{report.replace('_', '-')}-{stamp}" + (f"-{turn}" if turn else "")
        html, notebook = folder / f"{stem}.html", folder / f"{stem}.ipynb"
        if not html.exists() and not notebook.exists():
            return html, notebook
    raise ReportFailed(
        "The report's folder is full of this minute's reports.", "Try again in a minute."
    )


def _write(path: Path, data: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
