"""The look of every figure, and its way into a page: inline SVG without a single external address.

Figures are drawn on matplotlib's object interface (no pyplot, no global state). Letters are kept as
outlines, so that a figure looks the same on every machine and on paper.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

__all__ = [
    "ACCENT",
    "GRID",
    "INK",
    "MUTED",
    "PAPER",
    "SERIES",
    "SIGNAL",
    "Picture",
    "canvas",
    "look",
    "picture",
]

# Ink, one accent and one signal; told apart by lightness too, so that a grey print still reads.
INK = "#1d2126"
MUTED = "#666d75"
GRID = "#dcdfe2"
PAPER = "#ffffff"
ACCENT = "#1f5a8a"  # dark: L* 37
SIGNAL = "#c8501e"  # middle: L* 50, always with a shape or a pattern of its own
# After Okabe and Ito (2008), reordered so that neighbors differ in lightness.
SERIES = ("#1f5a8a", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")

_FAMILIES = (
    "Helvetica Neue",
    "Helvetica",
    "Arial",
    "Liberation Sans",
    "Nimbus Sans",
    "DejaVu Sans",
)
_RASTER_DPI = 220


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure ready for a page: SVG, what it shows in words, and the line below it."""

    svg: str = field(repr=False)
    description: str
    caption: str = ""
    kind: str = ""

    @property
    def html(self) -> Markup:
        """The figure element."""
        drawn = Markup(self.svg)  # noqa: S704 -- our own drawing; its letters are outlines
        below = Markup("<figcaption>{}</figcaption>").format(self.caption) if self.caption else ""
        return Markup('<figure class="{}" role="img" aria-label="{}">{}{}</figure>').format(
            self.kind, self.description, drawn, below
        )

    def _repr_html_(self) -> str:
        return f'<div class="wb">{self.html}</div>'


@cache
def _family() -> str:
    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _FAMILIES if name in known), "sans-serif")


@contextmanager
def look() -> Iterator[None]:
    """Set the figures' own defaults while drawing, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": _family(),
                "font.size": 7.5,
                "text.color": INK,
                "axes.edgecolor": MUTED,
                "axes.labelcolor": MUTED,
                "axes.linewidth": 0.5,
                "axes.spines.top": False,
                "axes.spines.right": False,
                "axes.titlesize": 8,
                "xtick.color": MUTED,
                "ytick.color": MUTED,
                "xtick.major.width": 0.5,
                "ytick.major.width": 0.5,
                "xtick.major.size": 2.5,
                "ytick.major.size": 0,
                "hatch.linewidth": 0.45,
                "hatch.color": MUTED,
                "svg.fonttype": "path",
                "svg.hashsalt": "workbench",
                "path.simplify_threshold": 0.2,
            }
        )
        yield


def canvas(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches; draw it and call `picture` inside `look`."""
    figure = Figure(figsize=(width, height), facecolor="none", dpi=_RASTER_DPI)
    FigureCanvasAgg(figure)
    return figure


def picture(figure: Figure, *, description: str, caption: str = "", kind: str = "") -> Picture:
    """Return a drawn figure as a `Picture`."""
    stream = io.StringIO()
    keep: dict[str, Any] = {"Date": None, "Creator": None, "Format": None, "Type": None}
    figure.savefig(stream, format="svg", metadata=keep, dpi=_RASTER_DPI)
    return Picture(_inline(stream.getvalue()), description, caption, kind)


def _rounded(path: re.Match[str]) -> str:
    """Round a path's coordinates to a hundredth of a point: half the size, the same picture."""
    short = re.sub(
        r"-?\d+\.\d{3,}", lambda value: f"{float(value[0]):.2f}".rstrip("0").rstrip("."), path[0]
    )
    return " ".join(short.split())


def _inline(svg: str) -> str:
    """Make an SVG document a part of a page: no prolog, no name spaces, names of its own."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg)
    svg = svg.replace("xlink:href=", "href=")
    svg = re.sub(
        r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL
    )  # it would rule the page
    svg = svg.replace("<svg", '<svg style="stroke-linejoin:round;stroke-linecap:butt"', 1)
    prefix = f"f{hashlib.sha256(svg.encode()).hexdigest()[:6]}-"
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', svg)
    svg = re.sub(r'\bhref="#([^"]+)"', rf'href="#{prefix}\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", svg)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\n\s*", "\n", svg)
    svg = re.sub(r'\bd="[^"]+"', _rounded, svg)
    return re.sub(r'\s(width|height)="[\d.]+pt"', "", svg, count=2)
