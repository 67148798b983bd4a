"""What is typed for a partial-plate search, as a search, and in words: so that a detective sees what was understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from workbench.analysis.evidence import said_value, vocabulary
from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import STATES, state_code
from workbench.errors import BadInput, BadTime
from workbench.models import Scene, Window
from workbench.reporting import text
from workbench.times import localize, parse_time
from workbench.widgets import boxes, shapes
from workbench.widgets.boxes import BoxRow

__all__ = [
    "DESCRIBED",
    "QUICK",
    "RADIUS",
    "Request",
    "Typed",
    "as_typed",
    "place_words",
    "plain",
    "quick_window",
    "request_of",
    "suggestions",
    "typed_of",
    "words",
]

DESCRIBED = ("state", "color", "make", "model", "body")
"""What may be said of the vehicle besides its plate."""

QUICK = ("Last hour", "Today", "Last 7 days", "Around the incident")
"""The windows that one click fills in."""

RADIUS = "800"

_SEEN_BY = {"witness": "as a witness saw it", "camera": "as a camera read it"}
_STAMP = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Typed:
    """A search as it is typed; plain text, empty where nothing is known.

    Parameters
    ----------
    row : BoxRow
        The character boxes.
    seen_by : {"witness", "camera"}
        Whose mistakes to allow for.
    state, color, make, model, body : str
        What else is known of the vehicle.
    where : {"anywhere", "place"}
        Whether the place counts.
    place, radius : str
        As :func:`workbench.widgets.shapes.scene_of_text` takes them.
    start, end, at : str
        The window and the time of the incident, in the agency's own time.
    """

    row: BoxRow = field(default_factory=BoxRow)
    seen_by: str = "witness"
    state: str = ""
    color: str = ""
    make: str = ""
    model: str = ""
    body: str = ""
    where: str = "anywhere"
    place: str = ""
    radius: str = RADIUS
    start: str = ""
    end: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A search that can be asked: the arguments of :meth:`workbench.client.Case.partial`, checked."""

    pattern: Pattern
    seen_by: str
    described: Mapping[str, str]
    near: Scene | None
    window: Window
    at: dt.datetime | None

    def arguments(self) -> dict[str, Any]:
        """Return the arguments after the pattern."""
        return {
            "start": self.window.start,
            "end": self.window.end,
            "seen_by": self.seen_by,
            "near": self.near,
            "at": self.at,
            **self.described,
        }


def request_of(typed: Typed, zone: str) -> Request:
    """Return the search that is typed.

    Raises
    ------
    BadInput
        Something is missing or cannot be understood; the first of it, in the order of the panel.
    """
    pattern = boxes.pattern_of(typed.row)
    described = _described(typed)
    if not described and all(item.unknown for item in pattern.items):
        raise BadInput(
            "Nothing of the vehicle is filled in.",
            "Type what is known of its plate, or its color, make or body.",
        )
    if typed.seen_by not in _SEEN_BY:
        raise BadInput("Who saw the plate is not said.", "Choose witness or camera.")
    near = shapes.scene_of_text(typed.place, typed.radius) if typed.where == "place" else None
    if typed.where == "place" and near is None:
        raise BadInput(
            "The place is not given.",
            "Draw it on the map, type it like 36.5800, -120.2500, or search anywhere.",
        )
    clock = ZoneInfo(zone)
    start, end = _moment("start", typed.start, clock), _moment("end", typed.end, clock)
    at = _moment("time of the incident", typed.at, clock) if near and typed.at.strip() else None
    return Request(pattern, typed.seen_by, described, near, Window(start, end), at)


def _described(typed: Typed) -> dict[str, str]:
    said = {name: " ".join(str(getattr(typed, name)).split()) for name in DESCRIBED}
    if said["state"]:
        code = state_code(said["state"])
        if not code:
            raise BadInput(
                "The state is not known.", "Choose one of the list, such as California or CA."
            )
        said["state"] = code
    for name in ("color", "body"):
        if said[name]:
            said_value(name, said[name])
    return {name: value for name, value in said.items() if value}


def _moment(name: str, typed: str, zone: ZoneInfo) -> dt.datetime:
    if not typed.strip():
        raise BadTime(
            f"The {name} is not given.", "Type it like 2026-03-02 21:10, or choose a window."
        )
    try:
        return parse_time(typed, zone)
    except BadTime as error:
        raise BadTime(error.problem.replace("A time", f"The {name}", 1), error.next_step) from None


def words(request: Request, zone: str) -> str:
    """Return in a sentence what will be searched."""
    unknown = all(item.unknown for item in request.pattern.items)
    plate = "of any plate" if unknown else f"with a plate like {request.pattern}"
    parts = [
        f"Vehicles {plate}, {_SEEN_BY[request.seen_by]}" if not unknown else f"Vehicles {plate}"
    ]
    known = [
        f"{name} {STATES[value] if name == 'state' else value}"
        for name, value in request.described.items()
    ]
    if known:
        parts.append(text.join(known))
    start, end = (text.local(moment, zone) for moment in (request.window.start, request.window.end))
    parts.append(f"{place_words(request.near)}, {text.span(start, end)} ({text.zone_name(start)})")
    if request.at is not None:
        parts.append(f"there at {text.clock(text.local(request.at, zone))}")
    return "; ".join(parts) + "."


def place_words(scene: Scene | None) -> str:
    """Return where is searched."""
    if scene is None:
        return "read anywhere"
    if scene.polygon:
        return f"read inside the area drawn ({shapes.size_words(scene)})"
    return f"read within {text.distance(scene.radius_m)} of {text.degrees(scene.latitude, scene.longitude)}"


def quick_window(name: str, *, now: dt.datetime, at: str, zone: str) -> tuple[str, str]:
    """Return start and end of one of the quick choices, as they are typed.

    Parameters
    ----------
    name : str
        One of `QUICK`.
    now : datetime
        Aware.
    at : str
        The time of the incident as typed.

    Raises
    ------
    BadInput
        The time of the incident is asked for and not given, or cannot be read.
    """
    clock = ZoneInfo(zone)
    if name == QUICK[3]:
        moment = _moment("time of the incident", at, clock)
        half = dt.timedelta(minutes=30)
        return as_typed(moment - half, clock), as_typed(moment + half, clock)
    local = now.astimezone(clock)
    end = now + dt.timedelta(minutes=1)
    if name == QUICK[0]:
        return as_typed(now - dt.timedelta(hours=1), clock), as_typed(end, clock)
    days = {QUICK[1]: 0, QUICK[2]: 7}[name]
    midnight = dt.datetime.combine(local.date() - dt.timedelta(days=days), dt.time())
    return midnight.strftime(_STAMP), as_typed(end, clock)


def as_typed(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Return a time as it is typed: the agency's wall clock, with an offset where that alone would be ambiguous."""
    local = moment.astimezone(zone)
    naive = local.replace(tzinfo=None, fold=0)
    try:
        localize(naive, zone)
    except BadTime:
        return local.isoformat(sep=" ", timespec="minutes")
    return naive.strftime(_STAMP)


def suggestions(name: str) -> list[str]:
    """Return the words that a box offers: the tables' own for color, make and body, the names of the states."""
    if name == "state":
        return list(STATES.values())
    if name == "model":
        return []
    known = vocabulary(name)
    return [text.vehicle({"make": word}) for word in known] if name == "make" else known


# -- plain values ---------------------------------------------------------------------------------------------------


def typed_of(value: Mapping[str, Any]) -> Typed:
    """Return what is typed from plain values; what is not named is empty. ``pattern`` may stand for the boxes.

    Raises
    ------
    BadInput
        A name is not known, or the pattern is none.
    """
    given = dict(value)
    pattern = given.pop("pattern", None)
    row: dict[str, Any] = {
        name: given.pop(name) for name in ("boxes", "front", "behind", "length") if name in given
    }
    unknown = set(given) - set(asdict(Typed()))
    if unknown:
        raise BadInput(
            f"There is no {min(unknown)} in this panel.",
            f"There are: {', '.join(plain(Typed()))}.",
        )
    filled = _row(row) if row or not pattern else boxes.row_of(str(pattern))
    return Typed(row=filled, **{name: str(words or "") for name, words in given.items()})


def _row(given: Mapping[str, Any]) -> BoxRow:
    empty = BoxRow()
    texts = tuple(str(each) for each in given.get("boxes", ()))[: boxes.MOST]
    return BoxRow(
        texts + ("",) * (boxes.FEWEST - len(texts)),
        bool(given.get("front", empty.front)),
        bool(given.get("behind", empty.behind)),
        boxes.length_of(str(given.get("length") or "")),
    )


def plain(typed: Typed) -> dict[str, Any]:
    """Return what is typed as plain values; `typed_of` reads them back."""
    row = typed.row
    return {
        "boxes": list(row.texts),
        "front": row.front,
        "behind": row.behind,
        "length": boxes.length_text(row.length).lstrip("/"),
        **{name: value for name, value in asdict(typed).items() if name != "row"},
    }
