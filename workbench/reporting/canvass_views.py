"""What a canvass shows: who was read around a scene, when, where, and what the cameras missed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.analysis.alike import alike
from workbench.models import Scene
from workbench.reporting import charts, maps, tables, text, views
from workbench.reporting.figures import Picture
from workbench.reporting.geometry import Plane, WayOut, outline, ways_out
from workbench.reporting.tables import Column, Fragment

__all__ = [
    "cameras",
    "lead_order",
    "picture",
    "place",
    "reads_table",
    "summary",
    "timeline",
    "vehicles_table",
]

NEW = "not seen here before"
_ORDER = (
    NEW,
    "rarely here at this hour",
    "sometimes here at this hour",
    "usually here at this hour",
    "no earlier days to compare",
)
_UNSURE = 0.8
_MOST_LANES = 40


def place(scene: Scene) -> str:
    """Return a scene in words."""
    if scene.polygon:
        return f"a polygon of {len(scene.polygon)} corners about {text.degrees(scene.latitude, scene.longitude)}"
    return f"{text.distance(scene.radius_m)} around {text.degrees(scene.latitude, scene.longitude)}"


def summary(reads: pd.DataFrame, vehicles: pd.DataFrame) -> Fragment:
    """Return the result in a few numbers and sentences."""
    fixed = [camera for camera in _coverage(reads) if camera["kind"] == "fixed"]
    worked = _mean(camera["covered"] for camera in fixed)
    new = int((vehicles["usual"] == NEW).sum()) if len(vehicles) else 0
    unsure = int((vehicles["confidence"] < _UNSURE).sum()) if len(vehicles) else 0
    delivering = reads["camera"].nunique() if len(reads) else 0
    numbers = tables.key_numbers(
        [
            (text.number(len(vehicles)), "vehicles", "different plates and states"),
            (text.number(len(reads)), "reads", f"by {text.count(delivering, 'camera')}"),
            (text.number(new), "not seen here before", _baseline_words(vehicles)),
            (
                text.share(worked) if fixed else "–",
                "of the window covered",
                "fixed cameras, taken together",
            ),
        ]
    )
    return Fragment(numbers + _sentences(reads, fixed, unsure))


def _sentences(reads: pd.DataFrame, fixed: Sequence[Mapping[Any, Any]], unsure: int) -> Markup:
    start, end = views.window_of(reads)
    lines = []
    if not len(reads):
        lines.append(
            "No plate was read here in this window. That is not to say that nobody passed."
        )
    if not fixed:
        lines.append("No fixed camera stands in the scene.")
    else:
        down = [camera for camera in fixed if camera["covered"] <= 0]
        part = [camera for camera in fixed if 0 < camera["covered"] < 0.995]
        total = _length(start, end)
        lines.append(f"{text.count(len(fixed), 'fixed camera').capitalize()} watched the scene.")
        gaps = []
        if down:
            gaps.append(
                f"{text.join(camera['camera'] for camera in down)} delivered nothing at all"
            )
        if part:
            names = text.join(
                f"{camera['camera']} ({text.share(camera['covered'])})" for camera in part
            )
            gaps.append(f"only part of it was covered by {names}")
        known = text.join(gaps) if gaps else "no outage of theirs is known"
        lines.append(f"Over the {total} asked for, {known}.")
    if unsure:
        plates = text.count(unsure, "plate was", "plates were")
        lines.append(
            f"{plates.capitalize()} read with a confidence below 80%: look at the image first."
        )
    return tables.paragraph(*lines)


def _length(start: dt.datetime, end: dt.datetime) -> str:
    seconds = (end - start).total_seconds()
    return "hour" if seconds == 3600 else "day" if seconds == 86400 else text.duration(seconds)


def _baseline_words(vehicles: pd.DataFrame) -> str:
    days = int(vehicles["baseline_days"].max()) if len(vehicles) else 0
    return f"in the {days} days before" if days else "no earlier days to compare"


# -- the map ----------------------------------------------------------------------------------------


def picture(bench: Any, reads: pd.DataFrame, scene: Scene) -> Picture:
    """Return the map of a canvass: scene, cameras and what each read, ways out that no camera watched."""
    plane = Plane(scene.latitude, scene.longitude)
    edge = outline(scene, plane)
    streets = bench.layer("streets")
    marks = _marks(reads, plane)
    view = maps.view_of(list(edge.exterior.coords), margin=0.08, shape=maps.SHAPE)
    sheet = maps.Map(plane, view, streets=streets, areas=bench.layer("areas"))
    sheet.scene(scene)
    working = [
        (mark.code, mark.x, mark.y) for mark in marks if mark.covered > 0 and mark.kind == "fixed"
    ]
    ways = ways_out(edge, maps.plane_streets(streets, plane), working)
    sheet.ways_out(ways)
    mobile = reads[reads["kind"] == "mobile"]
    sheet.reads(*plane.xy(mobile["latitude"], mobile["longitude"]))
    sheet.cameras(marks)
    words = f"Map of the scene, {place(scene)}, with {text.count(len(marks), 'camera')} and their reads."
    return sheet.finish(description=words, caption=_ways_words(ways))


def _marks(reads: pd.DataFrame, plane: Plane) -> list[maps.CameraMark]:
    marks = []
    for camera in _coverage(reads):
        latitude, longitude, heading = camera["latitude"], camera["longitude"], camera["heading"]
        if camera["kind"] != "fixed":
            own = reads[reads["camera"] == camera["camera"]]
            if not len(own):
                continue
            latitude, longitude = own[["latitude", "longitude"]].iloc[-1]
        if latitude is None or longitude is None or math.isnan(latitude):
            continue
        x, y = plane.xy(latitude, longitude)
        marks.append(
            maps.CameraMark(
                camera["camera"],
                float(x),
                float(y),
                camera["kind"],
                heading,
                camera["covered"],
                camera["reads"],
            )
        )
    return marks


def _ways_words(ways: Sequence[WayOut]) -> str:
    if not ways:
        return ""
    open_ways = sum(not way.watched for way in ways)
    crossings = text.count(len(ways), "larger street leaves", "larger streets leave")
    if not open_ways:
        return f"{crossings.capitalize()} the scene, each with a working camera within 250 m of the edge."
    return (
        f"{crossings.capitalize()} the scene; {text.few(open_ways)} of them with no working camera within "
        "250 m of the edge, and smaller streets are not counted."
    )


# -- time, vehicles, cameras, reads -----------------------------------------------------------------


def timeline(reads: pd.DataFrame) -> Picture:
    """Return the reads of each camera over the window, outages hatched."""
    start, end = (moment.replace(tzinfo=None) for moment in views.window_of(reads))
    times = pd.Series(views.local_column(reads), index=reads.index, dtype="object")
    cameras_here = sorted(
        _coverage(reads), key=lambda camera: (camera["kind"] != "fixed", _near(camera))
    )
    lanes = [
        charts.Lane(
            camera["camera"],
            camera["name"],
            list(times[reads["camera"] == camera["camera"]]),
            _gaps(camera, views.timezone_of(reads)),
            camera["covered"],
        )
        for camera in cameras_here[:_MOST_LANES]
    ]
    left = len(cameras_here) - len(lanes)
    caption = "One stroke is one read. Hatched: the camera is known to have been out of order."
    if left:
        caption += f" The nearest {len(lanes)} cameras; {left} more are in the table below."
    words = f"Reads over time at {text.count(len(lanes), 'camera')}, {text.span(start, end)}."
    return charts.timeline(lanes, start, end, description=words, caption=caption)


def _gaps(camera: Mapping[Any, Any], zone: str) -> list[tuple[dt.datetime, dt.datetime]]:
    spans = [
        (text.local(gap["start"], zone), text.local(gap["end"], zone)) for gap in camera["outages"]
    ]
    for named in camera.get("silent_days", []):
        day = text.local(dt.datetime.fromisoformat(named), zone)
        spans.append((day, day + dt.timedelta(days=1)))
    return [(first.replace(tzinfo=None), last.replace(tzinfo=None)) for first, last in spans]


def lead_order(vehicles: pd.DataFrame) -> pd.DataFrame:
    """Return vehicles with the unusual first, and of the equally unusual the nearest first."""
    rank = (
        vehicles["usual"]
        .map({words: index for index, words in enumerate(_ORDER)})
        .fillna(len(_ORDER))
    )
    keyed = vehicles.assign(_rank=rank)
    ordered = keyed.sort_values(
        ["_rank", "usual_days", "nearest_m", "first_seen"], ignore_index=True
    )
    return ordered.drop(columns="_rank")


def vehicles_table(vehicles: pd.DataFrame, *, most: int = 200) -> Fragment:
    """Return one row per vehicle, the unusual first.

    Parameters
    ----------
    vehicles : DataFrame
        As ``workbench.analysis.canvass.by_vehicle`` returns it.
    most : int
        How many are printed; the rest is counted below the table.
    """
    ordered = lead_order(vehicles)
    zone = views.timezone_of(vehicles) if len(vehicles) else "UTC"
    shown = ordered.head(most)
    columns = [
        Column("", "right", 0.035),
        Column("Plate", width=0.16),
        Column("Vehicle", width=0.19, hint="as the camera described it"),
        Column("Seen", width=0.115, hint="first, last"),
        Column("Where", width=0.155, hint="first, last camera"),
        Column("Nearest", "right", 0.085),
        Column("Here before", width=0.175, hint="days; at this hour"),
        Column("Read", "right", 0.09, hint="confidence"),
    ]
    like = alike([str(plate) for plate in ordered["plate"]])
    numbered = list(enumerate(shown.to_dict("records"), 1))
    groups = []
    for words in dict.fromkeys(shown["usual"]):
        rows = [
            _vehicle_row(number, row, zone, like[number - 1])
            for number, row in numbered
            if row["usual"] == words
        ]
        total = int((ordered["usual"] == words).sum())
        groups.append((f"{str(words).capitalize()} · {text.number(total)}", rows))
    html = tables.table(columns, groups=groups, kind="vehicles", empty="No vehicle was read.")
    if len(ordered) > most:
        left = text.count(len(ordered) - most, "further vehicle")
        html += tables.note(
            f"{left.capitalize()} are in the notebook beside this report; narrow the window to print all."
        )
    return Fragment(html)


def _vehicle_row(number: int, row: Mapping[Any, Any], zone: str, like: Sequence[int]) -> list[Any]:
    first, last = text.local(row["first_seen"], zone), text.local(row["last_seen"], zone)
    until = text.clock(last, seconds=True) if last.date() == first.date() else text.moment(last)
    way = row["entered"] if row["entered"] == row["left"] else f"{row['entered']} → {row['left']}"
    counted = "1 read" if int(row["reads"]) == 1 else f"{text.number(row['reads'])} reads"
    towards = f"{counted}, heading {row['direction']}" if row["direction"] else counted
    days, hours, base = (
        int(row["usual_days"]),
        int(row["usual_hour_days"]),
        int(row["baseline_days"]),
    )
    before: Any = "–"
    if base:
        known = f"{days} of {base} days; {hours}" if days else f"on none of {base} days"
        before = Markup("{}{}").format(tables.days_bar(days, base, same_hour=hours), known)
    return [
        number,
        tables.pair(tables.plate(str(row["plate"]), str(row["state"] or "")), _like(like)),
        text.vehicle(row),
        tables.pair(text.clock(first, seconds=True), f"to {until}" if last != first else ""),
        tables.pair(way, towards),
        text.distance(row["nearest_m"]),
        before,
        _confidence(row["confidence"]),
    ]


def _like(others: Sequence[int]) -> str:
    """Return which rows hold a plate so like this one that they may be one vehicle, misread."""
    if not others:
        return ""
    named = text.join(str(other + 1) for other in others[:4])
    return f"like no. {named}" if len(others) <= 4 else f"like no. {named} …"


def cameras(reads: pd.DataFrame) -> Fragment:
    """Return what each camera of the scene covered, with its outages."""
    zone = views.timezone_of(reads)
    columns = [
        Column("Camera", width=0.32),
        Column("Distance", "right", 0.09),
        Column("Reads", "right", 0.08, hint="in window"),
        Column("That day", "right", 0.13, hint="against its usual"),
        Column("Window covered", width=0.15),
        Column("Known outages", width=0.23),
    ]
    rows = [_camera_row(camera, zone) for camera in _coverage(reads)]
    return Fragment(
        tables.table(
            columns,
            rows,
            kind=views.keep("cameras", len(rows)),
            empty="No camera stands in this scene.",
        )
    )


def _camera_row(camera: Mapping[Any, Any], zone: str) -> list[Any]:
    mobile = camera["kind"] != "fixed"
    facing = text.heading(camera["heading"])
    kind = (
        "mobile unit, here by chance"
        if mobile
        else "fixed" + (f", facing {facing}" if facing else "")
    )
    covered = float(camera["covered"])
    tone = "warn" if covered <= 0 else ""
    median = camera["day_median"]
    usual = f"{text.number(camera['day_reads'])} / {text.number(median)}" if median else "–"
    return [
        tables.pair(Markup("<b>{}</b> {}").format(camera["camera"], camera["name"]), kind),
        "moving" if mobile else text.distance(camera["distance_m"]),
        text.number(camera["reads"]),
        "–" if mobile else usual,
        "now and then" if mobile else tables.bar(covered, label=text.share(covered), tone=tone),
        _outage_words(camera, zone),
    ]


def _outage_words(camera: Mapping[Any, Any], zone: str) -> Markup | str:
    lines = []
    for gap in camera["outages"]:
        start, end = text.local(gap["start"], zone), text.local(gap["end"], zone)
        shown = (
            f"{text.clock(start)}–{text.clock(end)}"
            if start.date() == end.date()
            else text.span(start, end)
        )
        lines.append(f"{shown} {gap.get('reason') or ''}".strip())
    lines += [
        f"silent on {text.day(dt.date.fromisoformat(day))}" for day in camera.get("silent_days", [])
    ]
    more = len(lines) - 4
    if more > 0:
        lines = [*lines[:4], f"and {text.count(more, 'more')}".replace("mores", "more")]
    return Markup("<br>").join(lines) if lines else "none known"


def reads_table(reads: pd.DataFrame, *, most: int = 500) -> Fragment:
    """Return every read in time order, up to ``most``, with what else the camera thought it read."""
    columns = [
        Column("Time", width=0.085),
        Column("Plate", width=0.145),
        Column("Camera", width=0.275),
        Column("Distance", "right", 0.08),
        Column("Vehicle", width=0.2),
        Column("Confidence", "right", 0.085),
        Column("Might also be", width=0.13),
    ]
    several = len({moment.date() for moment in views.local_column(reads)}) > 1
    rows = []
    for moment, row in zip(
        views.local_column(reads.head(most)), reads.head(most).to_dict("records"), strict=True
    ):
        when = text.clock(moment, seconds=True)
        rows.append(
            [
                tables.pair(when, text.day(moment)) if several else when,
                tables.plate(str(row["plate"]), str(row["state"] or ""), raw=_raw(row)),
                tables.pair(
                    Markup("<b>{}</b> {}").format(row["camera"], row["camera_name"]), _source(row)
                ),
                text.distance(row.get("distance_m")),
                text.vehicle(row),
                _confidence(row["confidence"]),
                _alternatives(row["candidates"]),
            ]
        )
    html = tables.table(columns, rows, kind="dense reads", empty="No plate was read.")
    if len(reads) > most:
        html += tables.note(
            f"The first {text.number(most)} of {text.number(len(reads))} reads; the rest is in the notebook "
            "beside this report."
        )
    return Fragment(html)


def _raw(row: Mapping[Any, Any]) -> str:
    raw = str(row.get("plate_raw") or "")
    same = "".join(character for character in raw.upper() if character.isalnum()) == row["plate"]
    return "" if same else raw


def _source(row: Mapping[Any, Any]) -> str:
    return "" if row.get("governmental", True) else f"private source: {row['source_agency']}"


def _alternatives(candidates: Any) -> str:
    if not isinstance(candidates, (list, tuple)):
        return ""
    return ", ".join(f"{plate} ({text.share(float(sure))})" for plate, sure in candidates[:3])


def _confidence(value: Any) -> Markup | str:
    if value is None or pd.isna(value):
        return "–"
    if value < _UNSURE:
        return tables.pair(Markup("<b>{}</b>").format(text.share(float(value))), "see image")
    return text.share(float(value))


def _coverage(reads: pd.DataFrame) -> list[dict[str, Any]]:
    return list(reads.attrs.get("coverage", []))


def _near(camera: Mapping[Any, Any]) -> float:
    distance = camera["distance_m"]
    return math.inf if distance is None else float(distance)


def _mean(values: Any) -> float | None:
    numbers = [float(value) for value in values]
    return sum(numbers) / len(numbers) if numbers else None
