"""What a canvass shows on the desk: reads and vehicles of a window, narrowed by time or camera without another query.

Everything is worked out from the one frame that the query returned; nothing here touches a widget. Values in HTML are
escaped.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from markupsafe import Markup

from workbench.analysis.canvass import by_vehicle
from workbench.reporting import text
from workbench.widgets.platedrawing import plate_svg, spoken
from workbench.widgets.symbols import CameraSpot, Places

__all__ = [
    "MOST_ROWS",
    "SORTS",
    "Canvass",
    "Shown",
    "camera_words",
    "cameras_at",
    "caveats_html",
    "coverage_html",
    "coverage_words",
    "detail_html",
    "list_rows",
    "mobile_spots",
    "place_words",
    "slider_step",
    "span_words",
]

MOST_ROWS = 120
"""How many vehicles are listed at once; the rest is counted."""

SORTS = {"unusual": "Unusual here first", "nearest": "Nearest first", "time": "In time"}
NEW = "not seen here before"
_USUAL = (
    NEW,
    "rarely here at this hour",
    "sometimes here at this hour",
    "usually here at this hour",
)
_UNSURE = 0.8
_MOST_READS = 60
_WHOLE = 0.995

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shown:
    """Which part of a canvass is shown: reads (one value a read) and vehicles in order, with their reads in it."""

    reads: Mask = field(repr=False)
    vehicles: tuple[int, ...] = field(repr=False)
    counts: npt.NDArray[np.int64] = field(repr=False)

    @property
    def total(self) -> int:
        """How many reads are shown."""
        return int(self.reads.sum())


@dataclass(frozen=True, slots=True)
class Canvass:
    """A canvass in hand.

    ``vehicles`` is one row a vehicle (:func:`workbench.by_vehicle`), ``vehicle_of`` the row of it for each read,
    ``seconds`` when each read was made, counted from the window's start.
    """

    reads: pd.DataFrame = field(repr=False)
    vehicles: pd.DataFrame = field(repr=False)
    vehicle_of: npt.NDArray[np.int64] = field(repr=False)
    seconds: npt.NDArray[Any] = field(repr=False)
    places: Places = field(repr=False)
    start: dt.datetime
    end: dt.datetime
    zone: str

    @classmethod
    def of(cls, reads: pd.DataFrame) -> Canvass:
        """Return a canvass of what the query returned."""
        attrs = reads.attrs
        zone = str(attrs["timezone"])
        start, end = (text.local(moment, zone) for moment in attrs["window"])
        vehicles = by_vehicle(reads)
        vehicles.attrs = {}  # else each look at a row would copy them
        keys = pd.MultiIndex.from_frame(vehicles[["plate", "state"]])
        vehicle_of = keys.get_indexer(
            pd.MultiIndex.from_frame(pd.DataFrame(reads)[["plate", "state"]])
        )
        moments = pd.to_datetime(reads["captured_at"], utc=True)
        seconds = (moments - pd.Timestamp(start)).dt.total_seconds().to_numpy(dtype=np.float64)
        places = Places.of(reads["latitude"], reads["longitude"])
        return cls(
            reads, vehicles, np.asarray(vehicle_of, np.int64), seconds, places, start, end, zone
        )

    @property
    def length(self) -> float:
        """The window's length in seconds."""
        return (self.end - self.start).total_seconds()

    def moment(self, seconds: float) -> dt.datetime:
        """Return the local time so many seconds after the window's start."""
        return text.local(self.start.astimezone(dt.UTC) + dt.timedelta(seconds=seconds), self.zone)

    def show(
        self,
        first: float,
        last: float,
        *,
        camera: str = "",
        place: int | None = None,
        sort: str = "unusual",
    ) -> Shown:
        """Return the part of the canvass between two times (seconds), at a camera or a place if one is given.

        A vehicle is listed where at least one of its reads is shown.
        """
        mask = (self.seconds >= first) & (self.seconds <= last)
        if camera:
            mask &= (self.reads["camera"] == camera).to_numpy(dtype=bool)
        if place is not None:
            mask &= self.places.of_read == place
        counts = np.bincount(self.vehicle_of[mask], minlength=len(self.vehicles)).astype(np.int64)
        return Shown(mask, self._ordered(np.flatnonzero(counts), sort), counts)

    def _ordered(self, rows: npt.NDArray[np.int64], sort: str) -> tuple[int, ...]:
        found = self.vehicles.iloc[rows]
        first, nearest = found["first_seen"], found["nearest_m"].fillna(math.inf)
        keys: dict[str, Any] = {"nearest": nearest, "first": first}
        by = ["first", "nearest"]
        if sort == "nearest":
            by = ["nearest", "first"]
        elif sort == "unusual":
            rank = {words: at for at, words in enumerate(_USUAL)}
            keys["rank"] = found["usual"].map(rank).fillna(len(rank))
            keys["days"] = found["usual_days"]
            by = ["rank", "days", "nearest", "first"]
        order = pd.DataFrame(keys, index=rows).sort_values(by, kind="stable").index
        return tuple(int(at) for at in order)

    def find(self, plate: str, state: str) -> int:
        """Return the row of a vehicle, -1 where it was not read; with a state that is unknown, of its plate."""
        same = self.vehicles["plate"] == plate
        rows = np.flatnonzero(same & (self.vehicles["state"].fillna("") == state))
        if not len(rows):
            rows = np.flatnonzero(same) if not state else rows
        return int(rows[0]) if len(rows) else -1

    def reads_of(self, vehicle: int) -> pd.DataFrame:
        """Return a vehicle's reads in time order."""
        own = self.reads[self.vehicle_of == vehicle]
        return pd.DataFrame(own.sort_values(["captured_at", "camera"], kind="stable"))


def slider_step(length: float) -> int:
    """Return the step in seconds of a slider over a window: about three hundred of them, each a round time.

    Examples
    --------
    >>> slider_step(3600), slider_step(86400)
    (10, 300)
    """
    wanted = length / 400
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600)
    return next((step for step in steps if step >= wanted), 86400)


def span_words(canvass: Canvass, first: float, last: float, shown: Shown) -> str:
    """Return what the slider shows in words: ``21:10 to 21:24 · 38 of 112 reads``."""
    start, end = canvass.moment(first), canvass.moment(last)
    counted = f"{text.number(shown.total)} of {_reads(len(canvass.reads))}"
    if start.date() == end.date():
        second = canvass.length <= 3 * 3600
        return (
            f"{text.clock(start, seconds=second)} to {text.clock(end, seconds=second)} · {counted}"
        )
    return f"{text.moment(start)} to {text.moment(end)} · {counted}"


def _reads(count: int) -> str:
    return f"{text.number(count)} read" + ("" if count == 1 else "s")


# -- the list of vehicles -------------------------------------------------------------------------------


def list_rows(canvass: Canvass, shown: Shown, *, most: int = MOST_ROWS) -> list[dict[str, str]]:
    """Return the rows of the list as it takes them: HTML, and words for a screen reader."""
    rows = []
    for at in shown.vehicles[:most]:
        row = canvass.vehicles.iloc[at].to_dict()
        rows.append({"html": str(_row_html(canvass, row)), "words": _row_words(canvass, row)})
    return rows


def _row_html(canvass: Canvass, row: Mapping[Any, Any]) -> Markup:
    kind = "new" if row["usual"] == NEW else ""
    return Markup(
        '{}<span class="what"><b>{}</b><small>{}</small></span><span class="usual {}"><b>{}</b><small>{}</small></span>'
    ).format(
        plate_svg(str(row["plate"]), _state(row), width=80, silent=True),
        _short_vehicle(row),
        _passing(canvass, row),
        kind,
        _usual(row),
        _days(row),
    )


def _row_words(canvass: Canvass, row: Mapping[Any, Any]) -> str:
    parts = [
        spoken(str(row["plate"]), _state(row)),
        text.vehicle(row),
        _usual(row),
        _passing(canvass, row),
    ]
    return "; ".join(part for part in parts if part)


def _short_vehicle(row: Mapping[Any, Any]) -> str:
    """Return color, make and model; the body where the make is not known."""
    return _capital(text.vehicle({**row, "body": ""} if row.get("make") else row))


def _state(row: Mapping[Any, Any]) -> str:
    state = row.get("state")
    return "" if state is None or pd.isna(state) else str(state)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _passing(canvass: Canvass, row: Mapping[Any, Any]) -> str:
    first, last = (text.local(row[name], canvass.zone) for name in ("first_seen", "last_seen"))
    times = text.clock(first)
    if text.clock(last) != times or last.date() != first.date():
        times += (
            f"–{text.clock(last)}" if last.date() == first.date() else f" … {text.moment(last)}"
        )
    parts = [times, text.distance(row["nearest_m"])]
    way = row["entered"] if row["entered"] == row["left"] else f"{row['entered']} → {row['left']}"
    parts.append(f"{way}, {row['direction']}" if row["direction"] else str(way))
    if int(row["reads"]) > 1:
        parts.append(_reads(int(row["reads"])))
    return " · ".join(parts)


def _usual(row: Mapping[Any, Any]) -> str:
    words = str(row["usual"])
    return _capital(words.removesuffix(" at this hour"))


def _days(row: Mapping[Any, Any]) -> str:
    base, days = int(row["baseline_days"]), int(row["usual_days"])
    if not base:
        return ""
    return f"on {text.number(days) if days else 'none'} of {base} days"


# -- one vehicle ----------------------------------------------------------------------------------------


def detail_html(canvass: Canvass, vehicle: int) -> Markup:
    """Return one vehicle's reads in the window: time, camera, distance, how sure."""
    reads = canvass.reads_of(vehicle)
    row = canvass.vehicles.iloc[vehicle].to_dict()
    several = canvass.start.date() != canvass.moment(canvass.length - 1).date()
    lines = Markup("").join(
        _read_html(canvass, each, day=several)
        for each in reads.head(_MOST_READS).to_dict("records")
    )
    left = len(reads) - _MOST_READS
    more = Markup("<p>and {} more</p>").format(text.number(left)) if left > 0 else Markup("")
    return Markup(
        '<div class="wbm-reads"><h3>{} {}</h3><p class="wbd-muted wbd-small">{}</p><table><thead><tr><th>Time</th>'
        "<th>Camera</th><th>Distance</th><th>Sure</th></tr></thead><tbody>{}</tbody></table>{}</div>"
    ).format(row["plate"], _state(row), _usual_words(row), lines, more)


def _usual_words(row: Mapping[Any, Any]) -> str:
    words, days = _capital(str(row["usual"])), int(row["usual_days"])
    if not days:
        return f"{words}: {_days(row)} before." if int(row["baseline_days"]) else f"{words}."
    hours = int(row["usual_hour_days"])
    return f"{words}: read here {_days(row)} before, on {hours or 'none'} of them at this hour."


def _read_html(canvass: Canvass, read: Mapping[Any, Any], *, day: bool) -> Markup:
    moment = text.local(read["captured_at"], canvass.zone)
    when = text.clock(moment, seconds=True)
    if day:
        when = f"{text.day(moment, year=False)}, {when}"
    sure = read.get("confidence")
    low = sure is not None and not pd.isna(sure) and float(sure) < _UNSURE
    shown = "–" if sure is None or pd.isna(sure) else text.share(float(sure))
    return Markup("<tr><td>{}</td><td><b>{}</b> {}</td><td>{}</td><td{}>{}</td></tr>").format(
        when,
        read["camera"],
        read["camera_name"],
        text.distance(read.get("distance_m")),
        Markup(' class="low" title="Look at the image first"') if low else "",
        shown,
    )


# -- what the cameras covered, and what it does not show --------------------------------------------------


def coverage_words(coverage: Sequence[Mapping[str, Any]]) -> str:
    """Return in a sentence what the fixed cameras of the place covered of the window."""
    fixed = [entry for entry in coverage if entry["kind"] == "fixed"]
    if not fixed:
        return "No fixed camera stands in this place."
    down = [entry["camera"] for entry in fixed if entry["covered"] <= 0]
    part = [entry for entry in fixed if 0 < entry["covered"] < _WHOLE]
    head = f"{_capital(text.count(len(fixed), 'fixed camera'))} in this place"
    gaps = []
    if down:
        gaps.append(f"{text.join(down)} delivered nothing")
    if part:
        named = [f"{entry['camera']} {text.share(entry['covered'])}" for entry in part]
        gaps.append(f"only a part of the window was covered by {text.join(named)}")
    return f"{head}: {text.join(gaps)}." if gaps else f"{head}, with no known outage in the window."


def camera_words(entry: Mapping[str, Any], zone: str) -> str:
    """Return what is said of a camera that is pointed at: name, reads, outages."""
    parts = [str(entry["name"]), _reads(int(entry["reads"]))]
    if entry["kind"] == "fixed":
        facing = text.heading(entry["heading"])
        parts[1:1] = [f"facing {facing}"] if facing else []
        covered = float(entry["covered"])
        if covered < _WHOLE:
            parts.append(
                "out of order the whole window"
                if covered <= 0
                else f"worked {text.share(covered)} of the window"
            )
        parts += _outages(entry, zone)
    return " · ".join(parts)


def mobile_spots(canvass: Canvass) -> list[CameraSpot]:
    """Return the mobile units that read something here, each where it made its last read."""
    spots = []
    for entry in canvass.reads.attrs.get("coverage", []):
        own = canvass.reads[canvass.reads["camera"] == entry["camera"]]
        if entry["kind"] == "fixed" or not len(own):
            continue
        last = own.loc[own["captured_at"].idxmax()]
        if pd.isna(last["latitude"]) or pd.isna(last["longitude"]):
            continue
        words = f"{camera_words(entry, canvass.zone)} · where it made its last read"
        at = float(last["latitude"]), float(last["longitude"])
        spots.append(CameraSpot(str(entry["camera"]), *at, str(entry["kind"]), words=words))
    return spots


def place_words(canvass: Canvass, place: int, count: int) -> str:
    """Return what is said of a place that is pointed at: who read how many there."""
    return f"{_reads(count)} by {text.join(cameras_at(canvass, place))}"


def cameras_at(canvass: Canvass, place: int) -> list[str]:
    """Return the cameras that read at a place."""
    here = canvass.reads.loc[canvass.places.of_read == place, "camera"].unique()
    return sorted(str(code) for code in here)


def _outages(entry: Mapping[str, Any], zone: str) -> list[str]:
    lines = []
    for gap in entry["outages"][:3]:
        start, end = text.local(gap["start"], zone), text.local(gap["end"], zone)
        lines.append(f"out {text.span(start, end)} {gap.get('reason') or ''}".strip())
    silent = [dt.date.fromisoformat(day) for day in entry.get("silent_days", [])]
    if silent:
        lines.append(f"silent on {text.join(text.day(day) for day in silent[:3])}")
    return lines


def coverage_html(coverage: Sequence[Mapping[str, Any]], zone: str) -> Markup:
    """Return each camera with its reads, what it covered, and its outages."""
    rows = Markup("").join(
        Markup(
            "<tr><td><b>{}</b> {}</td><td>{}</td><td>{}</td><td{}>{}</td><td>{}</td></tr>"
        ).format(
            entry["camera"],
            entry["name"],
            "moving" if entry["kind"] != "fixed" else text.distance(entry["distance_m"]),
            text.number(entry["reads"]),
            Markup(' class="low"')
            if entry["kind"] == "fixed" and entry["covered"] < _WHOLE
            else "",
            "now and then" if entry["kind"] != "fixed" else text.share(entry["covered"]),
            text.join(_outages(entry, zone), last="and") or "none known",
        )
        for entry in coverage
    )
    return Markup(
        '<details class="wbm-more"><summary>Cameras: {}</summary><table class="wbm-table"><thead><tr><th>Camera</th>'
        "<th>Distance</th><th>Reads</th><th>Covered</th><th>Known outages</th></tr></thead><tbody>{}</tbody></table>"
        "</details>"
    ).format(coverage_words(coverage), rows)


def caveats_html(attrs: Mapping[Any, Any]) -> Markup:
    """Return what a result does not show, and the access that it stands on the record with."""
    lines = Markup("").join(
        Markup("<li>{}</li>").format(line) for line in dict.fromkeys(attrs.get("caveats", []))
    )
    access = attrs.get("access_id")
    stands = f"Access {access} on the record." if access is not None else ""
    return Markup(
        '<details class="wbm-more"><summary>What this does not show</summary><ul>{}</ul>'
        '<p class="wbd-muted">{}</p></details>'
    ).format(lines, stands)
