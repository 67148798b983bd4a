"""How the desk looks: its style sheet, its palette, and messages as HTML. Every value is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from workbench.errors import Failed, Refused

__all__ = [
    "ACCENT",
    "INK",
    "MUTED",
    "PAPER",
    "SIGNAL",
    "bar",
    "details",
    "error_html",
    "message",
    "sheet",
    "style",
]

# The reports' palette (workbench/reporting/figures.py), so that a map on the desk and one on paper agree.
INK = "#1d2126"
MUTED = "#5d646c"
PAPER = "#ffffff"
ACCENT = "#1f5a8a"
SIGNAL = "#b8430f"

_FOLDER = Path(__file__).parent
_SHEETS = ("desk.css", "partial.css", "maps.css", "hits.css")
_KINDS = {"refused": "alert", "failed": "alert", "notice": "status", "done": "status"}


@cache
def sheet() -> str:
    """Return the desk's style sheet, with the parts that panels keep beside it."""
    paths = (_FOLDER / name for name in _SHEETS)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())


def style() -> Any:
    """Return a widget that brings the style sheet into the page, and keeps JupyterLab's commands off its keys."""
    import ipywidgets

    from workbench.widgets.keyguard import KeyGuard

    widget = ipywidgets.Box([ipywidgets.HTML(f"<style>{sheet()}</style>"), KeyGuard()])
    widget.add_class("wbd-style")
    return widget


def message(kind: str, title: str, *lines: str | Markup, cite: str = "") -> Markup:
    """Return a message that a screen reader speaks up.

    Parameters
    ----------
    kind : {"refused", "failed", "notice", "done"}
        ``refused`` and ``failed`` interrupt a screen reader, the others wait.
    title : str
        What is the matter, in a sentence.
    lines : str
        What follows from it: the remedy, the next step.
    cite : str
        The clause in full.
    """
    below = Markup("").join(Markup("<p>{}</p>").format(line) for line in lines if line)
    cited = Markup('<p class="wbd-cite">{}</p>').format(cite) if cite else Markup("")
    return Markup('<div class="wbd-message {}" role="{}"><p><b>{}</b></p>{}{}</div>').format(
        kind, _KINDS[kind], title, cited, below
    )


def error_html(error: BaseException, doing: str, *, recorded: bool = True) -> Markup:
    """Return what may be shown of an error.

    A refusal shows clause, citation and remedy, a failure its next step; of anything else nothing but its type is
    shown, because its text may hold a plate or SQL.

    Parameters
    ----------
    doing : str
        Where it happened, such as ``"the canvass"``.
    recorded : bool
        Whether an error that nobody foresaw is on the record.
    """
    if isinstance(error, Refused):
        return message("refused", error.reason, error.remedy, cite=_cited(error))
    if isinstance(error, Failed):
        return message("failed", error.problem, error.next_step)
    return message(
        "failed",
        f"Something went wrong in {doing} ({type(error).__name__}).",
        "It is on the record." if recorded else "It could not be put on the record.",
        "What you typed is still here: try again, and tell your administrator if it returns.",
    )


def _cited(error: Refused) -> str:
    if error.citation and error.clause and error.clause not in error.citation:
        return f"{error.citation}, clause {error.clause}"
    return error.citation or error.clause


def details(pairs: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Markup:
    """Return names and values as a definition list."""
    items = pairs.items() if isinstance(pairs, Mapping) else pairs
    rows = (
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value) for name, value in items
    )
    return Markup('<dl class="wbd-details">{}</dl>').format(Markup("").join(rows))


def bar(fraction: float | None, words: str = "") -> Markup:
    """Return a bar: filled to a fraction of 0 to 1, or moving where it is None."""
    if fraction is None:
        return Markup(
            '<div class="wbd-bar moving" role="progressbar" aria-label="{}"><i></i></div>'
        ).format(words)
    percent = round(100 * min(max(fraction, 0.0), 1.0))
    return Markup(
        '<div class="wbd-bar" role="progressbar" aria-label="{}" aria-valuemin="0" aria-valuemax="100" '
        'aria-valuenow="{}"><i style="width:{}%"></i></div>'
    ).format(escape(words), percent, percent)
