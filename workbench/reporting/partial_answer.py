"""The answer of a partial-plate report: the leading vehicles, none of these, and how far that can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.analysis.alike import Twin, twins
from workbench.reporting import tables, text, views
from workbench.reporting.tables import Fragment

__all__ = [
    "Vehicle",
    "leading",
    "misreads",
    "place_of",
    "reads_words",
    "summary",
    "unlisted",
    "vehicles",
    "verdict",
]

_WORTH = 0.01
_THIN = 0.002
_MOST_OPENED = 5
_NOT_DESCRIBED = text.vehicle({})


@dataclass(frozen=True, slots=True)
class Vehicle:
    """Candidates that are probably one vehicle: the row whose plate is probably true, and the others."""

    row: Mapping[Any, Any]
    misread: tuple[Mapping[Any, Any], ...]

    @property
    def probability(self) -> float:
        """Of all of them together."""
        return sum(float(row["probability"]) for row in (self.row, *self.misread))

    @property
    def reads(self) -> int:
        """Of all of them together."""
        return sum(int(row["reads"]) for row in (self.row, *self.misread))

    @property
    def last(self) -> Mapping[Any, Any]:
        """The row that was read last."""
        return max((self.row, *self.misread), key=lambda row: row["last_seen"])

    @property
    def nearest_m(self) -> float:
        """The nearest read of any of them, in metres; NaN where not known."""
        known = [float(row["nearest_m"]) for row in (self.row, *self.misread)]
        return min((metres for metres in known if not math.isnan(metres)), default=math.nan)


def misreads(ranked: pd.DataFrame) -> list[Twin | None]:
    """Return for each candidate the one of the list that it probably is, misread."""
    considered = ranked.attrs.get("considered")
    return twins(ranked, among=int(considered) if considered else None)


def vehicles(ranked: pd.DataFrame) -> list[Vehicle]:
    """Return the candidates as vehicles, best first: one that is probably another's misread goes with it."""
    rows, others = ranked.to_dict("records"), misreads(ranked)
    groups: dict[int, list[int]] = {at: [] for at in range(len(rows)) if others[at] is None}
    for at, twin in enumerate(others):
        if twin is not None:
            groups[twin.of].append(at)
    found = [Vehicle(rows[at], tuple(rows[i] for i in also)) for at, also in groups.items()]
    return sorted(found, key=lambda vehicle: -vehicle.probability)


def summary(ranked: pd.DataFrame, *, most: int = 3) -> Fragment:
    """Return the answer: the leading vehicles, how far they can be trusted, and how the probability is shared."""
    if not len(ranked):
        nobody = "No vehicle of this window fits the pattern. Plates that no camera read cannot be found."
        return Fragment(tables.paragraph(nobody) + _strip([], *unlisted(ranked)))
    found = vehicles(ranked)
    shown = [each for each in found[:most] if each.probability >= _WORTH] or found[:1]
    others, none = unlisted(ranked)
    zone = views.timezone_of(ranked)
    cards = [_card(number, vehicle, zone) for number, vehicle in enumerate(shown, 1)]
    cards.append(
        Markup(
            '<div class="none"><small>None of these</small><strong>{}</strong>'
            "<span>No camera read the vehicle in this window{}</span>"
            "<small>{} for vehicles read but not listed</small></div>"
        ).format(
            text.chance(none), " and place" if place_of(ranked.attrs) else "", text.chance(others)
        )
    )
    answer = Markup('<div class="answer">{}</div>').format(Markup().join(cards))
    lines = verdict([each.probability for each in found], none)
    merged = [each for each in shown if each.misread]
    if merged:
        lines.append(
            "Where a plate is probably a misread of another on the list, both count as one vehicle here, under the "
            "plate that is probably true; the list below keeps them apart."
        )
    weighed = ranked.attrs.get("considered")
    if weighed is not None:
        where = "window and place" if place_of(ranked.attrs) else "window"
        lines.append(f"{text.number(weighed)} vehicles of this {where} were weighed.")
    strip = _strip(
        [(_name(each.row), each.probability) for each in shown], *_unshown(shown, others, none)
    )
    return Fragment(answer + tables.paragraph(*lines) + strip)


def _card(number: int, vehicle: Vehicle, zone: str) -> Markup:
    row = vehicle.row
    last = text.local(vehicle.last["last_seen"], zone)
    where = (
        ""
        if math.isnan(vehicle.nearest_m)
        else f", nearest {text.distance(vehicle.nearest_m)} away"
    )
    also = text.join(
        str(other["plate"]) for other in vehicle.misread if other["plate"] != row["plate"]
    )
    return Markup(
        "<div><small>{}</small>{}<strong>{}</strong><span>{}</span><small>{}{}; last {}, {}</small>{}</div>"
    ).format(
        "Most probable" if number == 1 else f"No. {number}",
        tables.plate(str(row["plate"]), str(row["state"] or "")),
        text.chance(vehicle.probability),
        _sentence(_described(vehicle)),
        reads_words(vehicle.reads),
        where,
        text.moment(last),
        vehicle.last["last_camera"],
        Markup("<small>Also read as {}, probably misread</small>").format(also) if also else "",
    )


def _described(vehicle: Vehicle) -> str:
    """Return the vehicle in words; where cameras described it differently, each way, the most frequent first."""
    rows = sorted(
        (vehicle.row, *vehicle.misread),
        key=lambda row: (-int(row["reads"]), -float(row["probability"])),
    )
    told = [words for words in map(text.vehicle, rows) if words != _NOT_DESCRIBED]
    return text.join(dict.fromkeys(told), last="or") or _NOT_DESCRIBED


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _name(row: Mapping[Any, Any]) -> str:
    return " ".join(part for part in (str(row["plate"]), str(row["state"] or "")) if part)


def unlisted(ranked: pd.DataFrame) -> tuple[float, float]:
    """Return the probability of vehicles that are not listed, and that none was the one."""
    attrs = ranked.attrs
    listed = float(ranked["probability"].sum()) if len(ranked) else 0.0
    rest = max(0.0, 1.0 - listed)
    none = float(attrs.get("none_of_these", rest))
    return float(attrs.get("others", max(0.0, rest - none))), none


def _unshown(shown: Sequence[Vehicle], others: float, none: float) -> tuple[float, float]:
    """Return the strip's rest: all vehicles that it does not name, and none of these."""
    return max(others, 1.0 - none - sum(each.probability for each in shown)), none


def _strip(named: Sequence[tuple[str, float]], others: float, none: float) -> Markup:
    """Return one bar for all of the probability: the leading vehicles, all others, none of these."""
    parts = [(name, value, f"v{at}") for at, (name, value) in enumerate(named)]
    parts += [("all other vehicles", others, "rest"), ("none of these", none, "none")]
    bars = Markup().join(
        Markup('<i class="{}" style="width:{:.2f}%"></i>').format(kind, 100 * value)
        for _, value, kind in parts
        if value >= _THIN
    )
    words = Markup().join(
        Markup('<span><i class="{}"></i>{} {}</span>').format(kind, name, text.chance(value))
        for name, value, kind in parts
    )
    return Markup('<div class="shared"><div class="strip">{}</div><p>{}</p></div>').format(
        bars, words
    )


def verdict(best: Sequence[float], none: float) -> list[str]:
    """Return how far the ranking can be trusted, in sentences."""
    first, second = best[0], best[1] if len(best) > 1 else 0.0
    lines = []
    if first >= 0.8:
        lines.append(
            "One candidate stands out. It is still a lead: look at its image, and check it."
        )
    elif first >= 2 * second:
        lines.append("The first candidate leads, but others fit nearly as the report was given.")
    else:
        lines.append(
            "No candidate stands out: several fit about as well as the first, and the order among them means little."
        )
    if none > first:
        lines.append("More probable than any of them is that no camera read the vehicle.")
    elif sum(best) < 0.5:
        lines.append(
            "More than half of the probability lies outside this list; what else is known of the vehicle would help."
        )
    return lines


def leading(ranked: pd.DataFrame, *, most: int = 3) -> pd.DataFrame:
    """Return the candidates whose reads are worth opening: of the first vehicles those of 1% or more, and the first.

    A plate that is probably a misread of another goes with it.
    """
    if not len(ranked):
        return ranked
    found = vehicles(ranked)
    shown = [each for each in found[:most] if each.probability >= _WORTH] or found[:1]
    wanted = [int(row["rank"]) for each in shown for row in (each.row, *each.misread)]
    return ranked[ranked["rank"].isin(wanted[:_MOST_OPENED])]


def reads_words(count: int) -> str:
    """Return a number of reads in words."""
    return "1 read" if count == 1 else f"{text.number(count)} reads"


def place_of(attrs: Mapping[Any, Any]) -> Any:
    """Return the place that was asked for, or nothing."""
    query = attrs.get("query", {})
    return query.get("near") or query.get("center") or query.get("polygon")
