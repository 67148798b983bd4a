"""What a partial-plate report shows: the pattern in words, candidates with their reasons, and where they were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.analysis.alike import Twin
from workbench.analysis.pattern import Pattern
from workbench.models import Scene
from workbench.reporting import factors, tables, text, views
from workbench.reporting.partial_answer import (
    leading,
    misreads,
    place_of,
    reads_words,
    summary,
    unlisted,
)
from workbench.reporting.partial_places import picture, trail_table, whereabouts
from workbench.reporting.tables import Column, Fragment

__all__ = [
    "asked",
    "candidates_table",
    "leading",
    "picture",
    "place",
    "summary",
    "trail_table",
    "whereabouts",
]

_TOGETHER = 0.01
_SEEN_BY = {
    "witness": "a witness, who forgets and mixes up characters",
    "camera": "a camera, which takes similar shapes for one another",
}


def place(scene: Scene | None) -> str:
    """Return where was searched, in words."""
    if scene is None:
        return "all cameras"
    if scene.polygon:
        return "within a polygon around the scene"
    return (
        f"within {text.distance(scene.radius_m)} of {text.degrees(scene.latitude, scene.longitude)}"
    )


def asked(ranked: pd.DataFrame) -> Fragment:
    """Return what was asked: the pattern as typed and in words, who saw it, and what else is known."""
    query = ranked.attrs["query"]
    pattern = Pattern.parse(query["pattern"])
    chip = Markup('<span class="plate asked"><b>{}</b></span>').format(str(pattern))
    rows: list[tuple[str, Any]] = [
        ("Asked for", chip),
        ("In words", text.pattern(pattern)),
        ("As seen by", _SEEN_BY.get(query.get("seen_by", ""), str(query.get("seen_by", "")))),
    ]
    known = [
        f"{name} {query[name]}"
        for name in ("state", "color", "make", "model", "body")
        if query.get(name)
    ]
    rows.append(("Also known", text.join(known) if known else "nothing else"))
    if query.get("at"):
        moment = text.local(query["at"], views.timezone_of(ranked))
        rows.append(("At the scene", f"{text.day(moment, weekday=True)}, {text.clock(moment)}"))
    return Fragment(tables.facts(rows, "asked"))


# -- the list ---------------------------------------------------------------------------------------


def candidates_table(ranked: pd.DataFrame, *, least: float = 0.001, always: int = 10) -> Fragment:
    """Return the candidates, each with its probability and why, and what is left for all others and for none.

    Characters that the report contradicts are underlined where places can be held against each other. Beyond the first
    ``always``, candidates less probable than ``least`` are counted, not printed.
    """
    columns = [
        Column("", "right", 0.035),
        Column("Plate", width=0.19, hint="and vehicle"),
        Column("Probability", width=0.145),
        Column(
            "Why",
            width=0.43,
            hint="each line multiplies the weight; above 1 for it, below 1 against",
        ),
        Column("Seen", width=0.2, hint="last, how often, how near"),
    ]
    shown = ranked[(ranked["probability"] >= least) | (ranked["rank"] <= always)]
    sheet = _Sheet(ranked, Pattern.parse(ranked.attrs["query"]["pattern"]), misreads(ranked))
    rows = [sheet.row(at, row) for at, row in enumerate(shown.to_dict("records"))]
    left = len(ranked) - len(shown)
    groups = [("None of the above", _rest_rows(ranked, left, least))] if rows else []
    html = tables.table(
        columns,
        rows,
        groups=groups,
        kind="candidates",
        empty="No vehicle of this window fits the pattern.",
    )
    return Fragment(html)


def _rest_rows(ranked: pd.DataFrame, left: int, least: float) -> list[list[Any]]:
    others, none = unlisted(ranked)
    full = max(float(ranked["probability"].max()), none, others)
    rows: list[list[Any]] = []
    if left:
        counted = text.count(left, "further candidate").capitalize()
        words = f"{counted}, each {text.chance(least / 2)}: in the notebook beside this report."
        value = float(ranked["probability"].iloc[-left:].sum())
        rows.append(["", "Further down the list", _bar(value, full), words, ""])
    rows.append(
        [
            "",
            "Others that were read",
            _bar(others, full),
            "Vehicles that fit too badly to be listed, together.",
            "",
        ]
    )
    why = f"The vehicle meant was read by no camera in this window{' and place' if place_of(ranked.attrs) else ''}."
    rows.append(["", Markup("<b>None of these</b>"), _bar(none, full), why, ""])
    return rows


def _bar(value: float, full: float) -> Markup:
    return tables.bar(value, label=text.chance(value), full=full)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What every row of the list needs."""

    ranked: pd.DataFrame
    pattern: Pattern
    twins: Sequence[Twin | None]

    def row(self, at: int, row: Mapping[Any, Any]) -> list[Any]:
        plate, chance = str(row["plate"]), float(row["probability"])
        _, none = unlisted(self.ranked)
        full = max(float(self.ranked["probability"].max()), none)
        last = text.local(row["last_seen"], views.timezone_of(self.ranked))
        chip = tables.plate(plate, str(row["state"] or ""), differs=_differs(self.pattern, plate))
        near = text.distance(row["nearest_m"])
        away = f", nearest {near}" if place_of(self.ranked.attrs) and near != "–" else ""
        return [
            row["rank"],
            tables.pair(chip, text.vehicle(row)) + self._twin_words(at),
            tables.pair(_bar(chance, full), self._together(at)),
            factors.breakdown(str(row["explanation"]), share=text.chance(chance)),
            tables.pair(
                Markup("{}, {}").format(text.day(last), text.clock(last)),
                f"{row['last_camera']}; {reads_words(row['reads'])}{away}",
            ),
        ]

    def _twin_words(self, at: int) -> Markup:
        twin = self.twins[at]
        if twin is None:
            return Markup()
        number = int(self.ranked["rank"].iloc[twin.of])
        words = (
            f"probably the same vehicle as no. {number}, misread ({text.chance(twin.probability)})"
        )
        return Markup('<span class="twin">{}</span>').format(words)

    def _together(self, at: int) -> str:
        """Return what a vehicle holds together with its misreads on the list."""
        twin = self.twins[at]
        root = at if twin is None else twin.of
        group = [
            i for i, other in enumerate(self.twins) if i == root or (other and other.of == root)
        ]
        value = float(self.ranked["probability"].iloc[group].sum())
        if len(group) == 1 or value < _TOGETHER:
            return ""
        others = text.join(f"{self.ranked['rank'].iloc[i]}" for i in group if i != at)
        return f"with no. {others}: {text.chance(value)}"


def _differs(pattern: Pattern, plate: str) -> list[int]:
    """Return the positions of a plate that contradict what was said.

    What stands before a star is held against the plate's beginning, what stands behind it against its end. None
    where the lengths do not agree, or where places may be missing: then the explanation alone says it.
    """
    items = list(pattern.items)
    stars = [at for at, item in enumerate(items) if item.star]
    if any(item.optional for item in items) or len(stars) > 1:
        return []
    start, end = (items[: stars[0]], items[stars[0] + 1 :]) if stars else (items, [])
    if len(start) + len(end) > len(plate) or (not stars and len(start) != len(plate)):
        return []
    said = dict(enumerate(start)) | {
        len(plate) - len(end) + at: item for at, item in enumerate(end)
    }
    return [at for at, item in sorted(said.items()) if plate[at] not in item.characters]
