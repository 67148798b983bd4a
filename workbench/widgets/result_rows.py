"""What the list of a partial-plate search shows, as HTML: one row for each vehicle, and what is left for none of them.

A plate that is probably a misread of another on the list goes with it, under the plate that is probably true; the frame
that an analyst gets keeps them apart. Everything that comes from data is escaped.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.analysis.errormodels import error_model
from workbench.analysis.explain import steps
from workbench.analysis.pattern import Pattern
from workbench.reporting import factors, text
from workbench.reporting.partial_answer import (
    Vehicle,
    place_of,
    reads_words,
    unlisted,
    vehicles,
    verdict,
)
from workbench.widgets.platedrawing import plate_svg, spoken

__all__ = [
    "Found",
    "differs",
    "found_vehicles",
    "headline_html",
    "others_html",
    "picked_html",
    "row_html",
    "row_words",
    "short_why",
    "shown_rows",
    "sightings_html",
    "why_html",
]

_HEADS = Markup("").join(
    Markup('<th scope="col" title="{}">{}</th>').format(title, name)
    for name, title in (
        ("Time", "The agency's own time"),
        ("Camera", "Where it was read"),
        ("Going", "The camera's heading"),
        ("Read as", "What the camera made of the plate"),
        ("Conf.", "The camera's confidence in its reading"),
    )
)
_MOST_AGAINST = 2
_AGAINST = 0.75
_YEAR = dt.timedelta(days=300)


@dataclass(frozen=True, slots=True)
class Found:
    """A vehicle of the list with what it needs to be shown.

    Parameters
    ----------
    number : int
        Its place on the list, from 1.
    vehicle : Vehicle
        Its candidates of the ranking.
    differs : tuple of int
        The positions of its plate that contradict what was said.
    zone : str
        The agency's time zone.
    year : bool
        Whether its times need the year to be understood.
    """

    number: int
    vehicle: Vehicle
    differs: tuple[int, ...]
    zone: str
    year: bool = False

    @property
    def plate(self) -> str:
        """The plate that is probably true."""
        return str(self.vehicle.row["plate"])

    @property
    def state(self) -> str:
        """Its state; empty where none was read."""
        return str(self.vehicle.row["state"] or "")

    @property
    def strongest(self) -> Mapping[Any, Any]:
        """The candidate that holds most of the probability."""
        rows = (self.vehicle.row, *self.vehicle.misread)
        return max(rows, key=lambda row: float(row["probability"]))

    @property
    def also(self) -> list[dict[str, str]]:
        """The plates that are probably misreads of it, with their states."""
        return [
            {"plate": str(row["plate"]), "state": str(row["state"] or "")}
            for row in self.vehicle.misread
        ]

    def moment(self, value: Any, *, seconds: bool = False) -> str:
        """Return a time in the agency's zone: ``Mon 2 Mar, 21:12``."""
        local = text.local(value, self.zone)
        day = text.day(local, weekday=True, year=self.year)
        return f"{day}, {text.clock(local, seconds=seconds)}"


def found_vehicles(ranked: pd.DataFrame) -> list[Found]:
    """Return the vehicles of a ranking, the most probable first."""
    if not len(ranked):
        return []
    attrs = ranked.attrs
    pattern = Pattern.parse(attrs["query"]["pattern"])
    seen_by = attrs["query"].get("seen_by", "witness")
    start, end = (dt.datetime.fromisoformat(moment) for moment in attrs["window"])
    return [
        Found(
            number,
            vehicle,
            differs(pattern, str(vehicle.row["plate"]), seen_by),
            str(attrs["timezone"]),
            end - start > _YEAR,
        )
        for number, vehicle in enumerate(vehicles(ranked), 1)
    ]


def differs(pattern: Pattern, plate: str, seen_by: Any = "witness") -> tuple[int, ...]:
    """Return the positions of a plate that contradict what was said, by the most probable way from one to the other.

    Examples
    --------
    >>> differs(Pattern.parse("7A8X*"), "7ABX123")
    (2,)
    """
    places: list[int] = []
    at = 0
    for step in steps(pattern, plate, error_model(seen_by)):
        said = pattern.items[step.item] if 0 <= step.item < len(pattern.items) else None
        wrong = step.kind in ("missing", "swapped") or (
            step.kind == "said" and said is not None and step.characters not in said.characters
        )
        if wrong:
            places += range(at, at + len(step.characters))
        at += len(step.characters)
    return tuple(places)


# -- the list ---------------------------------------------------------------------------------------------------


def shown_rows(found: Sequence[Found]) -> list[dict[str, str]]:
    """Return each row as the list takes it: what it shows, and what a screen reader says."""
    return [{"html": str(row_html(each)), "words": row_words(each)} for each in found]


def row_html(found: Found) -> Markup:
    """Return one row."""
    vehicle = found.vehicle
    return Markup(
        '<span class="no">{}</span>{}<span class="chance"><b>{}</b>{}</span>'
        '<span class="what"><b>{}</b>{}<small>{}</small></span><span class="seen"><b>{}</b><small>{}</small></span>'
    ).format(
        found.number,
        plate_svg(found.plate, found.state, differs=found.differs, width=112, silent=True),
        text.chance(vehicle.probability),
        _bar(vehicle.probability),
        _sentence(text.vehicle(vehicle.row)),
        _also(found),
        short_why(found),
        found.moment(vehicle.last["last_seen"]),
        _where(found),
    )


def row_words(found: Found) -> str:
    """Return a row as a screen reader says it."""
    vehicle = found.vehicle
    parts = [
        f"{found.number}. {spoken(found.plate, found.state)}",
        text.chance(vehicle.probability),
        text.vehicle(vehicle.row),
        "also read as " + text.join(" ".join(each["plate"]) for each in _other_plates(found))
        if _other_plates(found)
        else "",
        f"last seen {found.moment(vehicle.last['last_seen'])}",
        _where(found),
    ]
    return "; ".join(part for part in parts if part).replace("\u00a0", " ")


def _where(found: Found) -> str:
    vehicle = found.vehicle
    near = text.distance(vehicle.nearest_m)
    return ", ".join(
        part
        for part in (
            str(vehicle.last["last_camera"] or ""),
            reads_words(vehicle.reads),
            f"nearest {near} away".replace(" ", "\u00a0") if near != "–" else "",
        )
        if part
    )


def _other_plates(found: Found) -> list[dict[str, str]]:
    return [each for each in found.also if each["plate"] != found.plate]


def _also(found: Found) -> Markup:
    others = _other_plates(found)
    if not others:
        return Markup("")
    plates = text.join(dict.fromkeys(each["plate"] for each in others))
    return Markup('<small class="also">Also read as {}, probably misread</small>').format(plates)


def short_why(found: Found) -> Markup:
    """Return the explanation in one line: how the plate fits, and what speaks against the vehicle."""
    taken = factors.read(str(found.strongest["explanation"]))
    if taken is None or not taken.factors:
        return Markup("{}").format(found.strongest["explanation"])
    (plate, _), *others = taken.factors
    weighed = [(float(value.replace(",", "")), words) for words, value in others]
    against = sorted(pair for pair in weighed if pair[0] < _AGAINST)[:_MOST_AGAINST]
    line = Markup("{}").format(_sentence(plate))
    if against:
        line += Markup('; <em title="speaks against it">{}</em>').format(
            text.join(words for _, words in against)
        )
    return line


def _bar(value: float, kind: str = "") -> Markup:
    width = 100 * min(max(value, 0.0), 1.0)
    return Markup('<span class="bar {}"><i style="width:{:.1f}%"></i></span>').format(kind, width)


def others_html(ranked: pd.DataFrame) -> Markup:
    """Return what the list leaves: for vehicles that were read and are not on it, and for none of these."""
    others, none = unlisted(ranked)
    where = "window and place" if place_of(ranked.attrs) else "window"
    lines = [
        ("Others that were read", others, "rest", "They fit too badly to be listed."),
        ("None of these", none, "none", f"No camera read the vehicle in this {where}."),
    ]
    return Markup("").join(
        Markup(
            '<div class="left {}"><b>{}</b><span class="chance"><b>{}</b>{}</span><small>{}</small></div>'
        ).format(kind, name, text.chance(value), _bar(value, kind), words)
        for name, value, kind, words in lines
    )


def headline_html(ranked: pd.DataFrame, found: Sequence[Found]) -> Markup:
    """Return what a search found, in two sentences: how many, and how far the order can be trusted."""
    where = "window and place" if place_of(ranked.attrs) else "window"
    weighed = int(ranked.attrs.get("considered", len(ranked)))
    if not found:
        return Markup(
            "<p><b>No vehicle of this {} fits.</b> Plates that no camera read cannot be found.</p>"
        ).format(where)
    _, none = unlisted(ranked)
    lines = verdict([each.vehicle.probability for each in found], none)
    counted = (
        f"{text.count(len(found), 'vehicle')} listed, of {text.number(weighed)} of this {where}."
    )
    return Markup("<p><b>{}</b> {}</p>").format(" ".join(lines), _sentence(counted))


# -- the vehicle picked --------------------------------------------------------------------------------------------


def picked_html(found: Found) -> Markup:
    """Return the vehicle picked: its plate drawn large, and what is known of it in the window."""
    vehicle = found.vehicle
    rows = (vehicle.row, *vehicle.misread)
    return Markup(
        '<div class="wbd-picked">{}<div><h3>{}</h3><p>{}; first read {}, last {}</p>{}</div></div>'
    ).format(
        plate_svg(found.plate, found.state, differs=found.differs, width=168),
        _sentence(text.vehicle(vehicle.row)),
        _sentence(text.chance(vehicle.probability)),
        found.moment(min(row["first_seen"] for row in rows)),
        found.moment(max(row["last_seen"] for row in rows)),
        _also(found),
    )


def why_html(found: Found) -> Markup:
    """Return why the vehicle picked is on the list: what is known of it, each with its factor."""
    vehicle = found.vehicle
    rows = [vehicle.row, *sorted(vehicle.misread, key=lambda row: -float(row["probability"]))]
    return Markup("").join(_why(found, row, alone=len(rows) == 1) for row in rows)


def _why(found: Found, row: Mapping[Any, Any], *, alone: bool) -> Markup:
    """Return why a candidate has its probability, as lines that multiply; misreads folded away."""
    chance = text.chance(float(row["probability"]))
    body = factors.breakdown(str(row["explanation"]), share=chance)
    if alone:
        return Markup('<div class="wbd-why"><h3>Why</h3>{}</div>').format(body)
    is_open = Markup(" open") if row is found.strongest else ""
    return Markup(
        '<details class="wbd-why"{}><summary>Why, as read {}: {}</summary>{}</details>'
    ).format(is_open, row["plate"], chance, body)


def sightings_html(reads: pd.DataFrame, found: Found) -> Markup:
    """Return the reads of the vehicle picked as a small table, in time order.

    Parameters
    ----------
    reads : DataFrame
        A reads frame, that of a history.
    """
    if not len(reads):
        return Markup('<p class="wbd-muted">No read of it in the window searched.</p>')
    rows = Markup("").join(_sighting(row, found) for row in reads.to_dict("records"))
    return Markup(
        '<table class="wbd-sightings"><caption>{} in the window</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
    ).format(_sentence(reads_words(len(reads))), _HEADS, rows)


def _sighting(row: Mapping[Any, Any], found: Found) -> Markup:
    confidence = row.get("confidence")
    heading = row.get("heading")
    plate = str(row["plate"])
    return Markup(
        '<tr><td>{}</td><td><b>{}</b> {}</td><td>{}</td><td class="{}">{}</td><td>{}</td></tr>'
    ).format(
        found.moment(row["captured_at"], seconds=True),
        row["camera"],
        row.get("camera_name") or "",
        text.heading(None if _missing(heading) else float(str(heading))),
        "same" if plate == found.plate else "other",
        plate,
        "" if _missing(confidence) else f"{float(str(confidence)):.0%}",
    )


def _missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
