"""One vehicle's reads as the desk shows them: in time order, with what lies between them. All HTML is escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.analysis import geo
from workbench.reporting import text
from workbench.widgets.platedrawing import plate_svg

__all__ = ["Trail", "heading_html", "list_rows", "step_words"]

JOIN_S = 3600.0
"""Reads that follow each other within this are joined by a broken line."""

MOST_ROWS = 400
_UNSURE = 0.8


@dataclass(frozen=True, slots=True)
class Trail:
    """A vehicle's reads in time order; those without a position are counted, not drawn."""

    reads: pd.DataFrame = field(repr=False)
    plate: str
    state: str
    zone: str
    unplaced: int = 0

    @classmethod
    def of(cls, reads: pd.DataFrame) -> Trail:
        """Return the trail of what a history returned."""
        placed = reads[reads["latitude"].notna() & reads["longitude"].notna()]
        ordered = pd.DataFrame(placed.sort_values(["captured_at", "camera"], kind="stable"))
        query = reads.attrs.get("query", {})
        plate = str(query.get("plate") or (reads["plate"].iloc[0] if len(reads) else ""))
        return cls(
            ordered.reset_index(drop=True),
            plate,
            str(query.get("state") or ""),
            str(reads.attrs["timezone"]),
            len(reads) - len(placed),
        )

    def __len__(self) -> int:
        return len(self.reads)

    def moment(self, at: int) -> dt.datetime:
        """Return when a read was made, in the agency's zone."""
        return text.local(self.reads["captured_at"].iloc[at], self.zone)

    def position(self, at: int) -> tuple[float, float]:
        """Return latitude and longitude of a read."""
        row = self.reads.iloc[at]
        return float(row["latitude"]), float(row["longitude"])

    def seconds(self, at: int) -> float:
        """Return the seconds since the read before."""
        return (
            self.moment(at).astimezone(dt.UTC) - self.moment(at - 1).astimezone(dt.UTC)
        ).total_seconds()

    def metres(self, at: int) -> float:
        """Return the straight distance in metres from the read before."""
        return float(geo.distance_m(*self.position(at - 1), *self.position(at)))

    def joins(self) -> list[tuple[int, int]]:
        """Return the pairs of reads that are joined: those that follow each other within an hour."""
        return [(at - 1, at) for at in range(1, len(self)) if self.seconds(at) <= JOIN_S]


def heading_html(trail: Trail) -> Markup:
    """Return the vehicle and how often it was read."""
    count = len(trail) + trail.unplaced
    if not count:
        return Markup(
            "<h3>No read of this plate in the window</h3><p>That is not to say that the vehicle was not there.</p>"
        )
    days = {trail.moment(at).date() for at in range(len(trail))}
    parts = [f"{text.number(count)} read" + ("" if count == 1 else "s")]
    parts.append(f"on {text.count(len(days), 'day')}")
    if trail.unplaced:
        parts.append(f"{text.number(trail.unplaced)} without a position")
    what = text.vehicle(trail.reads.iloc[-1].to_dict()) if len(trail) else ""
    return Markup(
        '<div class="wbm-head">{}<div><h3>{}</h3><p class="wbd-muted wbd-small">{}</p></div></div>'
    ).format(
        plate_svg(trail.plate, trail.state or _state(trail), width=96),
        what[:1].upper() + what[1:],
        ", ".join(parts),
    )


def _state(trail: Trail) -> str:
    known = [str(state) for state in trail.reads["state"] if state and not pd.isna(state)]
    return max(set(known), key=known.count) if known else ""


def list_rows(trail: Trail, *, most: int = MOST_ROWS) -> list[dict[str, str]]:
    """Return the rows of the list as it takes them: HTML, and words for a screen reader."""
    years = {trail.moment(at).year for at in range(len(trail))}
    return [_row(trail, at, year=len(years) > 1) for at in range(min(len(trail), most))]


def _row(trail: Trail, at: int, *, year: bool) -> dict[str, str]:
    read, moment = trail.reads.iloc[at].to_dict(), trail.moment(at)
    fresh = at == 0 or trail.moment(at - 1).date() != moment.date()
    day = text.day(moment, weekday=True, year=year)
    clock = text.clock(moment, seconds=True)
    since = _since(trail, at)
    sure = _sure(read)
    html = Markup(
        '<span class="when"><b>{}</b><small>{}</small></span>'
        '<span class="what"><b>{} <i>{}</i></b><small>{}</small></span><span class="sure{}">{}</span>'
    ).format(
        clock,
        day if fresh else "",
        read["camera"],
        read["camera_name"],
        since,
        " low" if _low(read) else "",
        sure,
    )
    words = f"{day}, {clock}; {read['camera']} {read['camera_name']}; {since}; read {sure} sure"
    return {"html": str(html), "words": words}


def _since(trail: Trail, at: int) -> str:
    """Return what lies between a read and the one before, in words; the way between is not known."""
    if at == 0:
        return "first read of the window"
    metres = trail.metres(at)
    apart = text.duration(trail.seconds(at))
    return (
        f"{apart} later, same place"
        if metres < 15
        else f"{apart} later, {text.distance(metres)} on"
    )


def _low(read: Mapping[Any, Any]) -> bool:
    sure = read.get("confidence")
    return sure is not None and not pd.isna(sure) and float(sure) < _UNSURE


def _sure(read: Mapping[Any, Any]) -> str:
    sure = read.get("confidence")
    return "–" if sure is None or pd.isna(sure) else text.share(float(sure))


def step_words(trail: Trail, at: int) -> Markup:
    """Return the clock of the read that is played, where it was made, and which one of how many it is."""
    moment, read = trail.moment(at), trail.reads.iloc[at]
    return Markup('<span class="wbm-clock">{}</span> {} · <b>{}</b> {} · {} of {}').format(
        text.clock(moment, seconds=True),
        text.day(moment, weekday=True),
        read["camera"],
        read["camera_name"],
        text.number(at + 1),
        text.number(len(trail)),
    )
