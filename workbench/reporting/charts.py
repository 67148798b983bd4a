"""Charts: reads over the window with outages, hours of the day, searches.

All keep the same width, so that they line up on a page, and speak in grey print: outages are hatched,
refusals are open bars, and whatever matters is written beside its mark.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import dates

from workbench.reporting import figures, text
from workbench.reporting.figures import ACCENT, GRID, INK, MUTED, SIGNAL, Picture

mdates: Any = dates  # without types of its own

__all__ = ["Lane", "by_day", "by_hour", "timeline"]

WIDTH = 7.4
_LANE = 0.235
_LOW = 1.62
_RASTER_ABOVE = 4000
_LEFT, _RIGHT = 2.3, 0.62
_EDGE = -(_LEFT - 0.02) / (WIDTH - _LEFT - _RIGHT)  # of the lanes, in their own width


@dataclass(frozen=True, slots=True)
class Lane:
    """One camera's row of the timeline.

    Times are naive and in the agency's zone; ``gaps`` are (start, end) of outages; ``covered`` is the
    share of the window in which it worked.
    """

    code: str
    name: str
    times: Sequence[dt.datetime]
    gaps: Sequence[tuple[dt.datetime, dt.datetime]] = ()
    covered: float = 1.0


def timeline(
    lanes: Sequence[Lane],
    start: dt.datetime,
    end: dt.datetime,
    *,
    description: str,
    caption: str = "",
) -> Picture:
    """Draw the reads of each camera over a window, outages hatched, and their sum above.

    Parameters
    ----------
    lanes : sequence of Lane
        In the order shown, top down.
    start, end : datetime
        The window, naive and in the agency's zone.
    """
    with figures.look():
        below, above, gap, top = 0.3, 0.62, 0.12, 0.04
        body = _LANE * max(1, len(lanes))
        height = below + body + gap + above + top
        figure = figures.canvas(WIDTH, height)
        left, right = _LEFT / WIDTH, _RIGHT / WIDTH
        box = (left, below / height, 1 - left - right, body / height)
        axes = figure.add_axes(box)
        _lanes(axes, lanes, start, end)
        _time_axis(axes, start, end)
        sums = figure.add_axes(
            (left, (below + body + gap) / height, box[2], above / height), sharex=axes
        )
        _sums(sums, [moment for lane in lanes for moment in lane.times], start, end)
        return figures.picture(figure, description=description, caption=caption, kind="chart")


def _lanes(axes: Any, lanes: Sequence[Lane], start: dt.datetime, end: dt.datetime) -> None:
    axes.set_ylim(max(1, len(lanes)) - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    dense = sum(len(lane.times) for lane in lanes) > _RASTER_ABOVE
    for row, lane in enumerate(lanes):
        axes.axhline(row + 0.5, color=GRID, lw=0.5, zorder=0)
        down = lane.covered <= 0
        for from_, to in lane.gaps:
            first, last = max(from_, start), min(to, end)
            if last > first:
                width = mdates.date2num(last) - mdates.date2num(first)
                axes.barh(
                    row, width, left=mdates.date2num(first), height=0.78, color="#eef0f1", hatch="/////",
                    edgecolor="#a4aab0", lw=0, zorder=1,
                )  # fmt: skip
        shown = mdates.date2num(list(lane.times)) if lane.times else []
        axes.vlines(
            shown,
            row - 0.32,
            row + 0.32,
            color=ACCENT,
            lw=1.15,
            alpha=0.85,
            zorder=3,
            rasterized=dense,
        )
        label = axes.get_yaxis_transform()
        ink = MUTED if down else INK
        axes.text(_EDGE, row, lane.code, transform=label, va="center", fontweight="bold", color=ink)
        axes.text(
            _EDGE + 0.08,
            row,
            _short(lane.name),
            transform=label,
            va="center",
            fontsize=6.4,
            color=MUTED,
        )
        words = "out of order" if down else text.number(len(lane.times))
        axes.text(
            1.012, row, words, transform=label, va="center", fontsize=6.4 if down else 7.5,
            color=SIGNAL if down else INK,
        )  # fmt: skip


def _sums(axes: Any, moments: Sequence[dt.datetime], start: dt.datetime, end: dt.datetime) -> None:
    seconds = (end - start).total_seconds()
    step = _step(seconds / 48)
    edges = [
        start + dt.timedelta(seconds=index * step) for index in range(math.ceil(seconds / step) + 1)
    ]
    values = mdates.date2num(list(moments)) if moments else np.array([])
    bins = mdates.date2num(edges)
    counts, _ = np.histogram(values, bins=bins)
    axes.bar(bins[:-1], counts, width=np.diff(bins) * 0.9, align="edge", color="#8fa9c0", lw=0)
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelbottom=False, bottom=False)
    most = int(counts.max()) if len(counts) else 0
    axes.set_ylim(0, max(1, most) * 1.1)
    axes.set_yticks([most] if most else [])
    axes.yaxis.tick_right()
    axes.text(
        _EDGE, 0.42, f"All cameras\nper {text.duration(step)}", transform=axes.transAxes, va="center",
        fontsize=6.4, color=MUTED, linespacing=1.3,
    )  # fmt: skip


def _time_axis(axes: Any, start: dt.datetime, end: dt.datetime) -> None:
    axes.set_xlim(mdates.date2num(start), mdates.date2num(end))
    locator = mdates.AutoDateLocator(minticks=4, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    long = end - start > dt.timedelta(days=2)
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%-d %b" if long else "%H:%M"))
    axes.grid(axis="x", color=GRID, lw=0.5, zorder=0)
    axes.set_axisbelow(True)


def _step(seconds: float) -> float:
    for step in (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400, 604800):
        if step >= seconds:
            return float(step)
    return 30 * 86400.0


def _short(name: str, most: int = 37) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip(" ,") + "…"


def by_day(
    days: Sequence[dt.date],
    done: Sequence[int],
    refused: Sequence[int],
    automatic: Sequence[int],
    *,
    description: str,
    caption: str = "",
    width: float = 4.55,
) -> Picture:
    """Draw searches by day: made by people, automatic, and refused, stacked. ``width`` is in inches."""
    kinds: tuple[tuple[Sequence[int], dict[str, Any], str], ...] = (
        (done, {"color": ACCENT}, "by people"),
        (automatic, {"color": "#a9bccd"}, "automatic"),
        (refused, {"facecolor": "white", "edgecolor": SIGNAL, "hatch": "/////"}, "refused"),
    )
    with figures.look():
        figure = figures.canvas(width, _LOW)
        axes = figure.add_axes((0.3 / width, 0.15, 1 - 0.34 / width, 0.7))
        x = mdates.date2num(list(days)) if len(days) else np.array([])
        base = np.zeros(len(days))
        for values, style, label in kinds:
            heights = np.asarray(values, dtype=float)
            if len(x) and heights.any():
                lw, some = (0.7 if label == "refused" else 0), heights > 0
                axes.bar(
                    x[some],
                    heights[some],
                    width=0.74,
                    bottom=base[some],
                    lw=lw,
                    label=label,
                    **style,
                )
                base = base + heights
        _count_axis(axes, base)
        if len(x):
            axes.set_xlim(x[0] - 0.7, x[-1] + 0.7)
            axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=8))
            axes.xaxis.set_major_formatter(mdates.DateFormatter("%-d %b"))
            _legend(axes)
        return figures.picture(figure, description=description, caption=caption, kind="chart")


def by_hour(
    counts: Sequence[int], *, description: str, caption: str = "", width: float = 2.65
) -> Picture:
    """Draw 24 counts, one for each hour of the agency's day; the night is shaded. ``width`` is in inches."""
    with figures.look():
        figure = figures.canvas(width, _LOW)
        axes = figure.add_axes((0.3 / width, 0.15, 1 - 0.34 / width, 0.7))
        for first, last in ((-0.5, 4.5), (21.5, 23.5)):
            axes.axvspan(first, last, color="#f0f1f3", lw=0, zorder=0)
        axes.bar(range(24), counts, width=0.78, color=ACCENT, lw=0, zorder=2)
        _count_axis(axes, np.asarray(counts, dtype=float))
        axes.set_xlim(-0.5, 23.5)
        axes.set_xticks([0, 6, 12, 18], ["0:00", "6:00", "12:00", "18:00"])
        return figures.picture(figure, description=description, caption=caption, kind="chart")


def _count_axis(axes: Any, tops: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    axes.set_ylim(0, max(1.0, float(tops.max()) if len(tops) else 1.0) * 1.08)
    axes.grid(axis="y", color=GRID, lw=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _legend(axes: Any) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=3, frameon=False, handlelength=1.1,
            handleheight=0.8, columnspacing=1.4, borderaxespad=0, fontsize=6.8,
        )  # fmt: skip
